// The secrets of TLS sessions for a debugger such as Wireshark: only where it is asked for, never by the environment.

import Glibc

/// A file in NSS key log format that lines are added to.
///
/// `@unchecked Sendable` holds because the descriptor never changes, and one `write` of a line to a file opened with
/// O_APPEND is not mixed with others.
final class KeyLog: @unchecked Sendable {
  private let descriptor: Int32

  /// - Throws: `TLSError` if the file cannot be opened.
  init(path: String) throws(TLSError) {
    // For its owner only: who has it reads every call.
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw .unusableFile(path: path, what: "key log", reason: String(cString: strerror(errno)))
    }
  }

  deinit { close(descriptor) }

  func add(_ line: UnsafePointer<CChar>) {
    let text: [UInt8] = UnsafeBufferPointer(start: line, count: strlen(line)).map { UInt8(bitPattern: $0) } + [0x0a]
    _ = write(descriptor, text, text.count)
  }
}
