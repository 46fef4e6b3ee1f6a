// The file of a Unix socket: one that a server left behind is removed, one that is in use is not.

import Glibc

enum UnixSocketFile {
  /// Removes a socket that nobody listens on any more.
  /// - Throws: `RPCServerError.socketInUse`; `cannotListen` for a file that is no socket.
  static func removeStale(_ path: String) throws(RPCServerError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw .cannotListen(
        address: "unix:\(path)", reason: "a file that is no socket is there: remove it or choose another path")
    }
    guard isAnswered(path) else {
      unlink(path)
      return
    }
    throw .socketInUse(path: path)
  }

  private static func isAnswered(_ path: String) -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { place in
      guard path.utf8.count < place.count else { return false }
      place.copyBytes(from: path.utf8)
      return true
    }
    guard fits else { return true }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 || errno != ECONNREFUSED
      }
    }
  }

  static func restrict(_ path: String, mode: UInt32) throws(RPCServerError) {
    guard chmod(path, mode_t(mode)) == 0 else {
      throw .cannotListen(address: "unix:\(path)", reason: String(cString: strerror(errno)))
    }
  }

  static func remove(_ path: String) { unlink(path) }
}
