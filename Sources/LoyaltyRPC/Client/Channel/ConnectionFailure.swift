// Why a connection could not be made, for a program to tell apart and for a person to read.

/// What stood between a client and a server.
public enum ConnectionFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// The name is not known, or who knows it did not answer.
  case nameNotResolved(host: String, reason: String)
  /// Nothing listens there.
  case refused
  case noRoute
  case timedOut(seconds: Double)
  /// A certificate that is expired, for another name, from an unknown authority …; no HTTP/2; refused by the server.
  case tls(TLSError)
  case other(String)

  public var description: String {
    switch self {
    case .nameNotResolved(let host, let reason): "the name \(host) cannot be resolved: \(reason)"
    case .refused: "connection refused: nothing listens there"
    case .noRoute: "no route to the host"
    case .timedOut(let seconds): "no answer within \(seconds) s"
    case .tls(let error): error.description
    case .other(let reason): reason
    }
  }
}
