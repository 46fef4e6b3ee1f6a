// A directory of the real file system that goes with the test.

import Glibc

@testable import LoyaltyStore

final class TemporaryDirectory: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/loyalty-store-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/loyalty-store-\(getpid())"
  }

  deinit {
    for name in (try? PosixDisk().list(directory: path)) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// Overwrites a byte of a file.
  func flip(_ name: String, at offset: Int) throws {
    let file = try PosixDisk().open("\(path)/\(name)", .updating)
    var byte = try file.readAll(at: UInt64(offset), count: 1)
    byte[0] ^= 0x10
    try file.writeAll(byte.span.bytes, at: UInt64(offset))
  }
}
