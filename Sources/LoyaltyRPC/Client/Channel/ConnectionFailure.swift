// Why a connection could not be made, for a program to tell apart and for a person to read.

import Glibc
import NIOCore
import NIOPosix

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

  /// From what SwiftNIO says.
  init(_ error: any Error) {
    switch error {
    case let error as ConnectionFailure: self = error
    case let error as TLSError: self = .tls(error)
    case let error as NIOConnectionError:
      if let dns = error.dnsAError ?? error.dnsAAAAError, error.connectionErrors.isEmpty {
        self = .nameNotResolved(host: error.host, reason: "\(dns)")
      } else if let first = error.connectionErrors.first {
        self.init(first.error)
      } else {
        self = .other("no address could be reached")
      }
    case let error as IOError:
      switch error.errnoCode {
      case ECONNREFUSED: self = .refused
      case ENETUNREACH, EHOSTUNREACH: self = .noRoute
      case ENOENT: self = .other("there is no such socket file")
      default: self = .other(error.description)
      }
    case let error as ChannelError:
      if case .connectTimeout(let amount) = error {
        self = .timedOut(seconds: Double(amount.nanoseconds / 1_000_000) / 1000)
      } else {
        self = .other("\(error)")
      }
    case let error as RPCError: self = .other(error.message)
    default: self = .other("\(error)")
    }
  }

  /// From the end of a connection that was not secured yet.
  init(_ end: ConnectionEnd) {
    switch end {
    case .tls(let error): self = .tls(error)
    default: self = .other(end.description)
    }
  }
}
