// How messages of the web are written: in binary or in JSON.

import ProtobufRuntime

/// The two encodings of a message.
enum WebCodec: Sendable {
  case binary
  case json

  func decode<Q: Message>(
    _ type: Q.Type, _ bytes: UnsafeRawBufferPointer, _ json: JSONMapping
  ) throws(RPCError) -> Q {
    do {
      switch self {
      case .binary: return try Q(serializedBytes: bytes)
      case .json: return try Q(jsonUTF8: Array(bytes), options: json.decoding)
      }
    } catch {
      throw RPCError(.invalidArgument, "the request is no \(Q.fullName): \(error)")
    }
  }

  func encode<R: Message>(_ message: R, _ json: JSONMapping) throws(RPCError) -> [UInt8] {
    switch self {
    case .binary: return message.serializedBytes()
    case .json:
      do {
        return try message.jsonUTF8(options: json.encoding)
      } catch {
        throw RPCError(.internal, "the response has no JSON form: \(error)")
      }
    }
  }
}

/// How a server reads and writes JSON.
final class JSONMapping: Sendable {
  let decoding: JSONDecodingOptions
  let encoding: JSONEncodingOptions

  /// - Parameter types: what an `Any` may hold beside the well-known types and `google.rpc`'s details.
  init(types: [any Message.Type]) {
    var registry = TypeRegistry.wellKnown
    let details: [any Message.Type] = [
      BadRequest.self, DebugInfo.self, ErrorInfo.self, Help.self, LocalizedMessage.self, PreconditionFailure.self,
      QuotaFailure.self, RequestInfo.self, ResourceInfo.self, RetryInfo.self,
    ]
    for type in details + types { registry.register(type) }
    var decoding = JSONDecodingOptions()
    decoding.registry = registry
    // As in the binary form: a client that is newer than this server sends fields that are not known here.
    decoding.ignoresUnknownFields = true
    self.decoding = decoding
    var encoding = JSONEncodingOptions()
    encoding.registry = registry
    self.encoding = encoding
  }
}
