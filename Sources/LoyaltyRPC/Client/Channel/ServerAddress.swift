// Where one server listens.

import NIOCore

/// One place to connect to.
enum ServerAddress: Sendable, Hashable, CustomStringConvertible {
  /// A literal IPv4 or IPv6 address.
  case ip(String, port: Int)
  /// The path of a Unix socket.
  case unix(String)
  /// A server of this very process.
  case inProcess

  var description: String {
    switch self {
    case .ip(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    case .inProcess: "in-process"
    }
  }

  /// Nil for a server in this process, which has no socket.
  func socketAddress() throws -> SocketAddress? {
    switch self {
    case .ip(let host, let port): try SocketAddress(ipAddress: host, port: port)
    case .unix(let path): try SocketAddress(unixDomainSocketPath: path)
    case .inProcess: nil
    }
  }
}
