// Which addresses never leave this machine.

import NIOCore

enum Loopback {
  /// - Parameter host: an address or a name; of names, only `localhost` is taken to be this machine (RFC 6761 §6.3).
  static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" { return true }
    guard let address = try? SocketAddress(ipAddress: host, port: 0) else { return false }
    return isLoopback(address)
  }

  /// Unix sockets are, and so is no address at all: a connection within the process.
  static func isLoopback(_ address: SocketAddress?) -> Bool {
    guard let address else { return true }
    switch address {
    case .unixDomainSocket: return true
    case .v4(let four): return withUnsafeBytes(of: four.address.sin_addr) { $0[0] == 127 }
    case .v6:
      guard let text = address.ipAddress else { return false }
      return text == "::1" || text.hasPrefix("::ffff:127.")
    }
  }
}
