// What a caller says of one call.

import NIOCore
import Tracing

/// Options of a single call.
public struct CallOptions: Sendable {
  /// Time the call may take, from now to its last byte. Nil for as long as it takes: give one wherever a user waits.
  public var timeout: Duration?

  /// Sent with the request.
  public var metadata = Metadata()

  /// Wait for a connection instead of failing at once while there is none. Nil for what the service config says, or no.
  public var waitForReady: Bool?

  /// How the request's messages are compressed. The server must know it; responses are read whatever they use.
  public var encoding = MessageEncoding.identity

  /// Who makes this call, beside the client's own `RPCClient.Configuration.credentials`. Sent over TLS only.
  public var credentials: (any CallCredentials)?

  /// When the call began, and to whom: for interceptors that come with the client.
  struct Start: Sendable {
    let time: NIODeadline
    let server: ServerName
  }

  var start: Start?
  /// The call's own, if it has one: then its position is in `metadata` already.
  var span: (any Span)?

  public init(
    timeout: Duration? = nil, metadata: Metadata = Metadata(), waitForReady: Bool? = nil,
    encoding: MessageEncoding = .identity
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.waitForReady = waitForReady
    self.encoding = encoding
  }

  public static let defaults = CallOptions()
}
