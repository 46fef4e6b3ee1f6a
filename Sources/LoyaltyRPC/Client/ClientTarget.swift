// Where a client connects to.

/// A target as gRPC names it: `host:port`, `[::1]:port`, `dns:///host:port`.
struct ClientTarget: Sendable, Hashable, CustomStringConvertible {
  let host: String
  let port: Int

  /// - Throws: `RPCClientError.badTarget`
  init(_ text: String) throws(RPCClientError) {
    var rest = Substring(text)
    if rest.hasPrefix("dns:") {
      rest = rest.dropFirst(4)
      if rest.hasPrefix("///") { rest = rest.dropFirst(3) }
    }
    guard let colon = rest.lastIndex(of: ":"), let port = Int(rest[rest.index(after: colon)...]),
      (1...65_535).contains(port)
    else { throw .badTarget(text) }
    var host = rest[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw .badTarget(text)
    }
    guard !host.isEmpty else { throw .badTarget(text) }
    self.host = String(host)
    self.port = port
  }

  private init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// A server in the same process.
  static let inProcess = ClientTarget(host: "in-process", port: 0)

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why a client cannot be made.
public enum RPCClientError: Error, Sendable, Hashable, CustomStringConvertible {
  case badTarget(String)
  case tls(TLSError)

  public var description: String {
    switch self {
    case .badTarget(let text): "\"\(text)\" is no target: give host:port, e.g. 127.0.0.1:8443 or [::1]:8443"
    case .tls(let error): error.description
    }
  }
}
