// What a caller says of one call.

/// Options of a single call.
public struct CallOptions: Sendable, Hashable {
  /// Time the call may take, from now to its last byte. Nil for as long as it takes: give one wherever a user waits.
  public var timeout: Duration?

  /// Sent with the request.
  public var metadata = Metadata()

  /// Wait for a connection instead of failing at once while there is none.
  public var waitForReady = false

  /// How the request's messages are compressed. The server must know it; responses are read whatever they use.
  public var encoding = MessageEncoding.identity

  public init(
    timeout: Duration? = nil, metadata: Metadata = Metadata(), waitForReady: Bool = false,
    encoding: MessageEncoding = .identity
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.waitForReady = waitForReady
    self.encoding = encoding
  }

  public static let defaults = CallOptions()
}
