// A directory of the real file system that goes with the test.

import Foundation

@testable import LoyaltyStore

final class TemporaryDirectory: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/loyalty-store-XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/loyalty-store-\(getpid())"
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Overwrites a byte of a file.
  func flip(_ name: String, at offset: Int) throws {
    let file = try PosixDisk().open("\(path)/\(name)", .updating)
    var byte = try file.readAll(at: UInt64(offset), count: 1)
    byte[0] ^= 0x10
    try file.writeAll(byte.span.bytes, at: UInt64(offset))
  }
}
