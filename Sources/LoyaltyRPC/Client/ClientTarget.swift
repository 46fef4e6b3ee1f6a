// Whom a client connects to, as text (grpc/doc/naming.md).

import NIOCore

/// A target as gRPC names it: `host:port` or `dns:///host:port` for a name that is resolved, `ipv4:` and `ipv6:` with a
/// list of addresses, `unix:PATH`.
struct ClientTarget: Sendable, Hashable, CustomStringConvertible {
  enum Place: Sendable, Hashable {
    case name(host: String, port: Int)
    case addresses([ServerAddress])
  }

  let place: Place
  /// The name or address that the server's certificate is for, unless the TLS settings say otherwise.
  let host: String
  /// The port of a name or of the first address; 0 where there is none.
  let port: Int
  /// What calls send as `:authority`, and messages call the target.
  let description: String

  /// - Throws: `RPCClientError.badTarget`
  init(_ text: String) throws(RPCClientError) {
    if text.hasPrefix("unix:") {
      var path = text.dropFirst(5)
      if path.hasPrefix("//") { path = path.dropFirst(2) }
      // sun_path has 108 bytes, one of them for the end.
      guard !path.isEmpty, path.utf8.count <= 107 else { throw .badTarget(text) }
      self.init(place: .addresses([.unix(String(path))]), host: "localhost", port: 0, description: "localhost")
      return
    }
    for (scheme, isIPv6) in [("ipv4:", false), ("ipv6:", true)] where text.hasPrefix(scheme) {
      var addresses: [ServerAddress] = []
      var first: (host: String, port: Int)?
      for item in text.dropFirst(scheme.count).split(separator: ",", omittingEmptySubsequences: false) {
        guard let (host, port) = Self.split(item), Self.isLiteral(host), host.contains(":") == isIPv6 else {
          throw .badTarget(text)
        }
        if first == nil { first = (host, port) }
        addresses.append(.ip(host, port: port))
      }
      guard let first else { throw .badTarget(text) }
      self.init(
        place: .addresses(addresses), host: first.host, port: first.port,
        description: ServerAddress.ip(first.host, port: first.port).description)
      return
    }
    var rest = Substring(text)
    if rest.hasPrefix("dns:") {
      rest = rest.dropFirst(4)
      if rest.hasPrefix("///") { rest = rest.dropFirst(3) }
    }
    guard let (host, port) = Self.split(rest) else { throw .badTarget(text) }
    self.init(
      place: Self.isLiteral(host) ? .addresses([.ip(host, port: port)]) : .name(host: host, port: port), host: host,
      port: port, description: ServerAddress.ip(host, port: port).description)
  }

  private init(place: Place, host: String, port: Int, description: String) {
    self.place = place
    self.host = host
    self.port = port
    self.description = description
  }

  /// A server in the same process.
  static let inProcess = ClientTarget(
    place: .addresses([.inProcess]), host: "in-process", port: 0, description: "in-process")

  /// `host:port` or `[host]:port`; nil if it is neither.
  private static func split(_ text: Substring) -> (host: String, port: Int)? {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65_535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    return host.isEmpty ? nil : (String(host), port)
  }

  private static func isLiteral(_ host: String) -> Bool {
    (try? SocketAddress(ipAddress: host, port: 1)) != nil
  }
}

/// Why a client cannot be made.
public enum RPCClientError: Error, Sendable, Hashable, CustomStringConvertible {
  case badTarget(String)
  case tls(TLSError)

  public var description: String {
    switch self {
    case .badTarget(let text):
      "\"\(text)\" is no target: give host:port, e.g. 127.0.0.1:8443 or [::1]:8443; or ipv4:ADDRESS:PORT,…, "
        + "ipv6:[ADDRESS]:PORT,…, unix:PATH"
    case .tls(let error): error.description
    }
  }
}
