// From a name to addresses, by the system's resolver on a thread that may wait.

import Glibc
import NIOCore
import NIOPosix

enum NameResolver {
  /// All addresses of a target, those of IPv6 and IPv4 in turn, the system's preferred kind first (RFC 8305 §4).
  static func resolve(_ target: ClientTarget, on loop: any EventLoop) -> EventLoopFuture<[ServerAddress]> {
    switch target.place {
    case .addresses(let addresses): loop.makeSucceededFuture(addresses)
    case .name(let host, let port):
      NIOThreadPool.singleton.runIfActive(eventLoop: loop) {
        interleaved(try lookUp(host)).map { .ip($0, port: port) }
      }
    }
  }

  private static func lookUp(_ host: String) throws(ConnectionFailure) -> [String] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    var code = getaddrinfo(host, nil, &hints, &list)
    if code == EAI_NONAME || code == EAI_BADFLAGS {
      // Without an interface that is not loopback, ADDRCONFIG hides even localhost.
      hints.ai_flags = 0
      code = getaddrinfo(host, nil, &hints, &list)
    }
    guard code == 0 else { throw .nameNotResolved(host: host, reason: String(cString: gai_strerror(code))) }
    defer { freeaddrinfo(list) }
    var found: [String] = []
    var next = list
    while let entry = next {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if getnameinfo(
        entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
      {
        let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if !found.contains(address) { found.append(address) }
      }
      next = entry.pointee.ai_next
    }
    return found
  }

  /// Kinds in turn, beginning with that of the first.
  static func interleaved(_ addresses: [String]) -> [String] {
    guard let first = addresses.first else { return [] }
    let own = addresses.filter { $0.contains(":") == first.contains(":") }
    let other = addresses.filter { $0.contains(":") != first.contains(":") }
    var all: [String] = []
    for index in 0..<max(own.count, other.count) {
      if index < own.count { all.append(own[index]) }
      if index < other.count { all.append(other[index]) }
    }
    return all
  }
}
