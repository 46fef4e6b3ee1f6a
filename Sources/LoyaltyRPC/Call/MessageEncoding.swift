// How a message's bytes are compressed on the wire (grpc/doc/compression.md).

/// A message encoding by its `grpc-encoding` name.
public enum MessageEncoding: UInt8, Sendable, Hashable, CaseIterable {
  case identity
  case gzip
  case deflate

  public var name: String {
    switch self {
    case .identity: "identity"
    case .gzip: "gzip"
    case .deflate: "deflate"
    }
  }

  init?(headerValue bytes: UnsafeRawBufferPointer) {
    if bytes.equals("identity") {
      self = .identity
    } else if bytes.equals("gzip") {
      self = .gzip
    } else if bytes.equals("deflate") {
      self = .deflate
    } else {
      return nil
    }
  }

  /// The value of `grpc-accept-encoding`: what this side can read.
  static let accepted: StaticString = "identity,gzip,deflate"
}

/// The encodings that a peer can read; plain messages always.
struct AcceptedEncodings: Sendable, Hashable {
  private var bits: UInt8 = 1 << MessageEncoding.identity.rawValue

  mutating func insert(_ encoding: MessageEncoding) { bits |= 1 << encoding.rawValue }

  func contains(_ encoding: MessageEncoding) -> Bool { bits & 1 << encoding.rawValue != 0 }
}
