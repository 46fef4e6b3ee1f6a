// Who this side is and whom it trusts.

/// PEM, from a file or from memory.
public enum PEMSource: Sendable, Hashable, ExpressibleByStringLiteral {
  case file(String)
  case bytes([UInt8])

  /// The path of a file.
  public init(stringLiteral path: String) {
    self = .file(path)
  }

  /// How messages call it.
  var name: String {
    switch self {
    case .file(let path): path
    case .bytes: "(in memory)"
    }
  }
}

/// A certificate and its key.
public struct TLSIdentity: Sendable, Hashable {
  /// The certificate, then its intermediates.
  public var certificateChain: PEMSource
  public var privateKey: PEMSource

  public init(certificateChain: PEMSource, privateKey: PEMSource) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
  }
}

/// TLS as a server offers it: 1.2 and 1.3, AEAD ciphers with forward secrecy, ALPN `h2`.
public struct ServerTLSConfiguration: Sendable, Hashable {
  /// Whether clients are asked who they are.
  public enum ClientCertificate: Sendable, Hashable {
    /// Clients stay anonymous.
    case none
    /// Clients are asked for a certificate issued by one of these authorities. The handshake succeeds without one and
    /// with an unaccepted one: the call is then answered UNAUTHENTICATED with the reason, which a client's developer can
    /// read, where a TLS alert says little or gets lost. Services in
    /// `RPCServer.Configuration.servicesWithoutCertificate` (health) answer anyone.
    case requested(authorities: PEMSource)
  }

  /// The server's certificate, then its intermediates.
  public var certificateChain: PEMSource
  public var privateKey: PEMSource
  public var clientCertificate: ClientCertificate

  /// Certificates for other names: a client that asks for one of their names (SNI) is shown that one, all others the first.
  public var additionalIdentities: [TLSIdentity] = []

  /// Certificates of clients that are no longer accepted, as CRLs in PEM. Each authority in the chain of a client needs its
  /// list in there, in its time: without one nobody can say whether a certificate still holds, and it is not accepted.
  public var revocationList: PEMSource?

  /// Seconds in which a client may take up its session again instead of a full handshake; 0 for never. 3,600: longer than
  /// the pauses of a client in use. The client's certificate is verified again each time, and a reload ends all sessions.
  public var sessionSeconds = 3_600

  /// A file to which the secrets of all sessions are added, for a debugger: who reads it reads every call.
  public var keyLogFile: String?

  public init(certificateChain: PEMSource, privateKey: PEMSource, clientCertificate: ClientCertificate = .none) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
    self.clientCertificate = clientCertificate
  }
}

/// TLS as a client wants it. The server's certificate and its name are always checked.
public struct ClientTLSConfiguration: Sendable, Hashable {
  public enum TrustRoots: Sendable, Hashable {
    /// The operating system's.
    case system
    case authorities(PEMSource)
  }

  public typealias Identity = TLSIdentity

  public var trustRoots: TrustRoots
  /// Shown to a server that asks.
  public var identity: Identity?
  /// The name or IP address the certificate must carry; nil for the target's host.
  public var serverName: String?
  /// A connection made anew takes up a session of an earlier one, with a ticket that is used once, rather than a full handshake.
  public var resumesSessions = true
  /// A file to which the secrets of all sessions are added, for a debugger: who reads it reads every call.
  public var keyLogFile: String?

  public init(trustRoots: TrustRoots = .system, identity: Identity? = nil, serverName: String? = nil) {
    self.trustRoots = trustRoots
    self.identity = identity
    self.serverName = serverName
  }
}
