// What a connection turned out to be, and what each step to it took: for tools that show it to a person.

/// The connection of a client as it was made.
public struct ConnectionReport: Sendable, Hashable {
  /// Address and port of the server, e.g. `127.0.0.1:8443`.
  public let address: String
  /// Time to find the host's address; next to nothing for a literal address.
  public let resolve: Duration
  /// Time until the socket was connected.
  public let connect: Duration
  /// Time of the TLS handshake.
  public let handshake: Duration
  /// E.g. `TLSv1.3`.
  public let tlsVersion: String
  /// E.g. `TLS_AES_256_GCM_SHA384`.
  public let cipher: String
  /// The handshake took up the session of an earlier connection.
  public let isResumed: Bool
  public let serverCertificate: PeerCertificate?
  /// The server asked this side for a certificate.
  public let isClientCertificateRequested: Bool
}

/// When a call was sent and answered.
public struct CallTimings: Sendable, Hashable {
  /// From the moment the call had a connection to its first response header; nil while there is none.
  public let firstByte: Duration?
}
