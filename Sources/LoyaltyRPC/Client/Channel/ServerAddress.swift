// Where one server listens.

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
}
