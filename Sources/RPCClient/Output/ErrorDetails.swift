// Typed details of a failed call, for a person to read.

import LoyaltyRPC
import ProtobufRuntime

enum ErrorDetails {
  private static let standard: TypeRegistry = {
    var registry = TypeRegistry.wellKnown
    let types: [any Message.Type] = [
      BadRequest.self, ErrorInfo.self, RetryInfo.self, LocalizedMessage.self, Help.self, QuotaFailure.self,
      PreconditionFailure.self, RequestInfo.self, ResourceInfo.self, DebugInfo.self,
    ]
    for type in types { registry.register(type) }
    return registry
  }()

  /// One line: the type and the detail as JSON, or its bytes where the type is known neither to gRPC's standard
  /// (google/rpc/error_details.proto) nor to the schemas at hand.
  static func text(_ detail: ProtobufAny, _ pool: DescriptorPool?) -> String {
    let name = String(
      detail.typeURL[
        (detail.typeURL.lastIndex(of: "/").map(detail.typeURL.index(after:)) ?? detail.typeURL.startIndex)...])
    if let type = standard.type(named: name), let json = json(detail, type) { return "\(name) \(json)" }
    if let type = pool?.message(named: name), let pool,
      let message = try? DynamicMessage(type, in: pool, serializedBytes: detail.value),
      let json = try? message.jsonString()
    {
      return "\(name) \(json)"
    }
    return "\(name) (a type not known here), Base64: \(String(decoding: Base64.encode(detail.value), as: UTF8.self))"
  }

  private static func json(_ detail: ProtobufAny, _ type: any Message.Type) -> String? {
    guard let message = try? type.init(serializedBytes: detail.value) else { return nil }
    return try? message.jsonString()
  }
}
