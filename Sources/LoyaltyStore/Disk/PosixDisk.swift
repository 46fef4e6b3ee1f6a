// The real disk: POSIX calls, each repeated when a signal interrupts it, each error with its operation and path.

import Glibc

/// Files of the operating system.
public struct PosixDisk: Disk {
  public init() {}

  public func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
    let flags: Int32 =
      switch mode {
      case .reading: O_RDONLY
      case .updating: O_RDWR
      case .creating: O_RDWR | O_CREAT | O_EXCL
      }
    // 0640: the group may read for backups; others see nothing of members.
    let descriptor = try check("open", path) { Glibc.open(path, flags | O_CLOEXEC, 0o640) }
    return PosixFile(descriptor: descriptor, path: path)
  }

  public func list(directory: String) throws(DiskError) -> [String] {
    guard let stream = opendir(directory) else { throw systemError("list", directory) }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw systemError("list", directory) }
        return names
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  public func createDirectory(_ path: String) throws(DiskError) {
    if mkdir(path, 0o750) == 0 {
      if let parent = parent(of: path) { try synchronizeDirectory(parent) }
      return
    }
    switch errno {
    case EEXIST: return
    case ENOENT:
      guard let parent = parent(of: path), parent != path else { throw systemError("create directory", path) }
      try createDirectory(parent)
      _ = try check("create directory", path) { mkdir(path, 0o750) }
      try synchronizeDirectory(parent)
    default: throw systemError("create directory", path)
    }
  }

  public func rename(_ path: String, to newPath: String, replacing: Bool) throws(DiskError) {
    if replacing {
      _ = try check("rename to \(newPath):", path) { Glibc.rename(path, newPath) }
    } else {
      // rename(2) always replaces. A second name, then, which fails when it is taken; the old one goes after it.
      _ = try check("rename to \(newPath):", path) { link(path, newPath) }
      try remove(path)
    }
  }

  public func remove(_ path: String) throws(DiskError) {
    _ = try check("remove", path) { unlink(path) }
  }

  public func synchronizeDirectory(_ path: String) throws(DiskError) {
    let descriptor = try check("open directory", path) { Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { close(descriptor) }
    _ = try check("sync directory", path) { fsync(descriptor) }
  }

  public func freeSpace(at path: String) throws(DiskError) -> UInt64 {
    var answer = statvfs()
    _ = try check("free space of", path) { statvfs(path, &answer) }
    return UInt64(answer.f_bavail).multipliedReportingOverflow(by: UInt64(answer.f_frsize)).partialValue
  }

  public func lock(_ path: String, holder: String) throws(DiskError) -> any DiskLock {
    let descriptor = try check("open", path) { Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640) }
    let file = PosixFile(descriptor: descriptor, path: path)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else { throw systemError("lock", path) }
      let other = (try? file.read(at: 0, count: 200)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      throw DiskError(
        operation: "lock", path: path, code: EWOULDBLOCK, reason: other.isEmpty ? "another process" : other)
    }
    try file.truncate(to: 0)
    try file.writeAll(Array(holder.utf8).span.bytes, at: 0)
    return PosixLock(file)
  }

  private func parent(of path: String) -> String? {
    let trimmed = path.last == "/" ? String(path.dropLast()) : path
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }
}

/// An open descriptor. Its calls are safe from any thread: they name their own positions.
final class PosixFile: DiskFile {
  let descriptor: Int32
  private let path: String

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  // What has to be on the disk was synchronized before: an error of close says nothing about it.
  deinit { close(descriptor) }

  func write(_ bytes: RawSpan, at offset: UInt64) throws(DiskError) -> Int {
    if bytes.isEmpty { return 0 }
    let count = bytes.withUnsafeBytes { buffer in
      retrying { pwrite(descriptor, buffer.baseAddress, buffer.count, off_t(clamping: offset)) }
    }
    guard count > 0 else {
      if count == 0 { throw DiskError(operation: "write", path: path, code: EIO, reason: "nothing was written") }
      throw systemError("write", path)
    }
    return count
  }

  func read(at offset: UInt64, count: Int) throws(DiskError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let got = retrying { pread(descriptor, buffer.baseAddress, count, off_t(clamping: offset)) }
      failed = got < 0
      initialized = max(got, 0)
    }
    if failed { throw systemError("read", path) }
    return bytes
  }

  func size() throws(DiskError) -> UInt64 {
    var answer = stat()
    _ = try check("size of", path) { fstat(descriptor, &answer) }
    return UInt64(clamping: answer.st_size)
  }

  func truncate(to size: UInt64) throws(DiskError) {
    _ = try check("truncate", path) { ftruncate(descriptor, off_t(clamping: size)) }
  }

  func synchronize() throws(DiskError) {
    // fdatasync writes the size too where it changed; times are of no interest.
    _ = try check("sync", path) { fdatasync(descriptor) }
  }

  func forgetCached() {
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
  }
}

/// A lock by flock(2), which ends with the descriptor.
final class PosixLock: DiskLock {
  private let file: PosixFile

  init(_ file: PosixFile) { self.file = file }

  func release() { flock(file.descriptor, LOCK_UN) }
}

/// Calls again while a signal interrupts.
private func retrying<Result: FixedWidthInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result == -1 && errno == EINTR { continue }
    return result
  }
}

private func check(_ operation: String, _ path: String, _ call: () -> Int32) throws(DiskError) -> Int32 {
  // A failed fsync or close must not be repeated, but one that a signal interrupted has not failed.
  let result = retrying(call)
  if result == -1 { throw systemError(operation, path) }
  return result
}

private func systemError(_ operation: String, _ path: String) -> DiskError {
  let code = errno
  return DiskError(operation: operation, path: path, code: code, reason: String(cString: strerror(code)))
}
