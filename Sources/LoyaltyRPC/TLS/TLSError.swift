// Why a connection could not be secured, in words that name the cause and the values.

import ProtobufRuntime

/// What went wrong in TLS.
public enum TLSError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A certificate, key or authority file does not load.
  case unusableFile(path: String, what: String, reason: String)
  /// The private key is not that of the certificate.
  case keyDoesNotMatch(certificate: String, key: String)
  /// A setting that libssl refuses.
  case configuration(String)
  /// The peer speaks something else than TLS.
  case notTLS(String)
  /// The peer's certificate is out of its time.
  case certificateExpired(subject: String, notAfter: Int64)
  case certificateNotYetValid(subject: String)
  /// No authority that is trusted here has issued it.
  case unknownIssuer(subject: String, issuer: String)
  /// The certificate is for others.
  case wrongName(expected: String, offered: [String])
  case certificateRejected(subject: String, reason: String)
  /// The peer refused this side, by alert.
  case refusedByPeer(String)
  /// The server asked for a client certificate, got none, and ended the connection.
  case clientCertificateWanted(String)
  /// The server does not accept the client certificate that it got.
  case clientCertificateRefused(subject: String, alert: String)
  /// Both sides speak TLS, but not HTTP/2 within it.
  case noHTTP2
  case closedInHandshake
  case handshake(String)
  case timedOut(seconds: Int)

  public var description: String {
    switch self {
    case .unusableFile(let path, let what, let reason):
      "\(what) \(path) cannot be used: \(reason)"
    case .keyDoesNotMatch(let certificate, let key):
      "the private key \(key) is not the key of the certificate \(certificate)"
    case .configuration(let reason):
      "TLS cannot be set up: \(reason)"
    case .notTLS(let what):
      "the peer does not speak TLS: \(what)"
    case .certificateExpired(let subject, let notAfter):
      "the certificate of \(subject) expired on \(Self.date(notAfter)): renew it"
    case .certificateNotYetValid(let subject):
      "the certificate of \(subject) is not valid yet: check both clocks"
    case .unknownIssuer(let subject, let issuer):
      "the certificate of \(subject) is issued by \(issuer), which is not trusted here: give its CA file"
    case .wrongName(let expected, let offered):
      "the certificate is not for \(expected); it is for \(offered.isEmpty ? "no name" : offered.joined(separator: ", "))"
    case .certificateRejected(let subject, let reason):
      "the certificate of \(subject) is not accepted: \(reason)"
    case .refusedByPeer(let alert):
      "the peer refused the TLS handshake: \(alert)"
    case .clientCertificateWanted(let reason):
      "the server wants a client certificate and was given none (\(reason)): give one with its key"
    case .clientCertificateRefused(let subject, let alert):
      "the server does not accept the client certificate of \(subject): \(alert)"
    case .noHTTP2:
      "the peer does not offer HTTP/2 over TLS (ALPN h2)"
    case .closedInHandshake:
      "the peer closed the connection during the TLS handshake"
    case .handshake(let reason):
      "the TLS handshake failed: \(reason)"
    case .timedOut(let seconds):
      "the TLS handshake did not end within \(seconds) s"
    }
  }

  /// A day in UTC as ISO 8601 writes it.
  private static func date(_ seconds: Int64) -> String {
    let (year, month, day) = CivilTime.date(days: Int64((Double(seconds) / 86_400).rounded(.down)))
    return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
  }
}
