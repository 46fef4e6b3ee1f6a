// What protects a client's connections.

extension RPCClient {
  public enum Security: Sendable, Hashable {
    case tls(ClientTLSConfiguration)
    /// Nothing does: for a server on the same machine. A connection that leaves it is refused.
    case plaintext
  }
}

/// The same with its files read.
enum ClientSecurityContext: Sendable {
  case tls(TLSContext, serverName: String)
  case plaintext

  init(_ security: RPCClient.Security, host: String) throws(TLSError) {
    switch security {
    case .tls(let settings): self = .tls(try TLSContext(settings), serverName: settings.serverName ?? host)
    case .plaintext: self = .plaintext
    }
  }

  /// For a new connection.
  func makeSecurity(to address: ServerAddress) throws(TLSError) -> any ConnectionSecurity {
    switch self {
    case .tls(let context, let serverName):
      try TLSSession(context, serverName: serverName, server: address.description)
    case .plaintext: Plaintext()
    }
  }
}
