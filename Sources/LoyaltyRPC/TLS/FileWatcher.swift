// Whether files have changed since they were last looked at.

import Glibc
import Synchronization

/// Remembers when files were written, how long they are and which they are (a file that is replaced by a rename is
/// another). From any thread.
final class FileWatcher: Sendable {
  private struct Stamp: Equatable {
    var seconds = 0
    var nanoseconds = 0
    var size: Int64 = 0
    var inode: UInt = 0
  }

  private let paths: [String]
  private let stamps: Mutex<[Stamp]>

  init(_ paths: [String]) {
    self.paths = paths
    stamps = Mutex(paths.map(Self.stamp))
  }

  /// True once for each change.
  func hasChanged() -> Bool {
    let now = paths.map(Self.stamp)
    return stamps.withLock { stamps in
      defer { stamps = now }
      return stamps != now
    }
  }

  private static func stamp(_ path: String) -> Stamp {
    var status = stat()
    guard stat(path, &status) == 0 else { return Stamp() }
    return Stamp(
      seconds: Int(status.st_mtim.tv_sec), nanoseconds: Int(status.st_mtim.tv_nsec), size: Int64(status.st_size),
      inode: UInt(status.st_ino))
  }
}
