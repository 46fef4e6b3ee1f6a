// Addresses and failures of a channel in SwiftNIO's terms, apart so that the channel's state needs no network.

import Glibc
import NIOCore
import NIOPosix

extension ServerAddress {
  /// Nil for a server in this process, which has no socket.
  func socketAddress() throws -> SocketAddress? {
    switch self {
    case .ip(let host, let port): try SocketAddress(ipAddress: host, port: port)
    case .unix(let path): try SocketAddress(unixDomainSocketPath: path)
    case .inProcess: nil
    }
  }
}

extension ConnectionFailure {
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
