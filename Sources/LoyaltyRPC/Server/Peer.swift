// Who is at the other end of a connection.

/// The client of a connection, as a handler sees it.
public struct Peer: Sendable {
  /// Address and port, e.g. `127.0.0.1:50312`.
  public let address: String

  /// The client's certificate if it was issued by an accepted authority and is in its time. Nil otherwise: nothing an
  /// unaccepted certificate claims gets here.
  public let certificate: PeerCertificate?

  /// Why the certificate that the client showed is not accepted. Nil if it is, or if there was none.
  public let certificateRejection: String?

  /// `TLSv1.3` or `TLSv1.2`; empty without TLS.
  public let tlsVersion: String
}
