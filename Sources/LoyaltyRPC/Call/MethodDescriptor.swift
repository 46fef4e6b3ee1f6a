// What generated stubs say of a method.

/// Which side sends a stream of messages.
public enum MethodKind: Sendable, Hashable {
  case unary
  case clientStreaming
  case serverStreaming
  case bidirectional

  /// The client sends exactly one message.
  var takesOneRequest: Bool { self == .unary || self == .serverStreaming }

  /// The server sends exactly one message with an OK status.
  var givesOneResponse: Bool { self == .unary || self == .clientStreaming }
}

/// A method of a service as its schema declares it.
public struct MethodDescriptor: Sendable, Hashable {
  /// Full name of the service, e.g. `loyalty.v1.LoyaltyService`.
  public let service: String
  public let method: String
  public let kind: MethodKind

  /// `idempotency_level` is IDEMPOTENT or NO_SIDE_EFFECTS: a client may send it again.
  public let isIdempotent: Bool
  /// `idempotency_level` is NO_SIDE_EFFECTS.
  public let hasNoSideEffects: Bool

  /// The HTTP/2 path, `/service/method`.
  public let path: String

  public init(
    service: String, method: String, kind: MethodKind, isIdempotent: Bool = false, hasNoSideEffects: Bool = false
  ) {
    self.service = service
    self.method = method
    self.kind = kind
    self.isIdempotent = isIdempotent
    self.hasNoSideEffects = hasNoSideEffects
    path = "/\(service)/\(method)"
  }
}
