// `grpc-status-details-bin`: a google.rpc.Status with typed details.

import ProtobufRuntime

enum StatusDetails {
  /// The longest form that is sent, in bytes. 6 KiB: in Base64 it fits, with the rest of the trailers, the 8 KiB of
  /// headers that every gRPC stack accepts.
  static let maxBytes = 6 << 10

  /// Nil if there is nothing to say beyond code and message, or more than fits: the status is worth more than its
  /// details.
  static func encode(_ error: RPCError) -> [UInt8]? {
    guard !error.details.isEmpty else { return nil }
    let status = Status(code: Int32(error.code.rawValue), message: error.message, details: error.details)
    let bytes = status.serializedBytes()
    return bytes.count <= maxBytes ? bytes : nil
  }

  /// Nil if the bytes are no `google.rpc.Status`: the status in the other trailers stands.
  static func decode(_ bytes: [UInt8]) -> [ProtobufAny]? {
    (try? Status(serializedBytes: bytes))?.details
  }
}

extension RPCError {
  /// The first detail of a type, nil if there is none or it does not decode.
  public func detail<M: Message>(_ type: M.Type) -> M? {
    for detail in details {
      if let message = try? detail.unpack(type) { return message }
    }
    return nil
  }
}
