// Everything the store asks of a disk, and nothing more: what is not here cannot be relied on, and what is here a test
// can make fail, tear or forget. The promises are POSIX's weak ones; the store is right only if it needs no others.

/// A file system as the store sees it. Paths are the operating system's.
///
/// What counts as durable: the bytes of a file once `DiskFile.synchronize` has returned, a name (made, renamed or
/// removed) once `synchronizeDirectory` has returned. Everything else may survive a loss of power wholly, partly, or
/// not at all, in any order; a sector of 512 bytes is the smallest unit that is written wholly or not at all.
public protocol Disk: Sendable {
  /// Opens a file for reading and writing.
  func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile
  /// The names in a directory, in no particular order, without `.` and `..`.
  func list(directory: String) throws(DiskError) -> [String]
  /// Makes a directory and those above it. One that is there already is left as it is.
  func createDirectory(_ path: String) throws(DiskError)
  /// Gives a file another name. With `replacing`, in one step: the new name means the old file or this one at any time.
  /// Without it, fails with EEXIST when the new name is taken; a crash may leave both names.
  func rename(_ path: String, to newPath: String, replacing: Bool) throws(DiskError)
  func remove(_ path: String) throws(DiskError)
  /// Makes the names of a directory durable.
  func synchronizeDirectory(_ path: String) throws(DiskError)
  /// Bytes that this process may still write on the file system that holds `path`.
  func freeSpace(at path: String) throws(DiskError) -> UInt64
  /// Takes a lock that no other process or opener can hold at the same time and that ends with the process. `holder` is
  /// written into the file for the error message of whoever is refused.
  func lock(_ path: String, holder: String) throws(DiskError) -> any DiskLock
}

public enum DiskOpenMode: Sendable {
  /// The file must be there; it cannot be written.
  case reading
  /// The file must be there.
  case updating
  /// The file is made; it must not be there.
  case creating
}

/// An open file. It is closed when the last reference to it goes.
public protocol DiskFile: AnyObject, Sendable {
  /// Writes the start of `bytes` at `offset`.
  /// - Returns: how many bytes were written: at least 1, possibly fewer than all.
  func write(_ bytes: RawSpan, at offset: UInt64) throws(DiskError) -> Int
  /// Reads up to `count` bytes; fewer at the end of the file and possibly elsewhere, none only at or behind the end.
  func read(at offset: UInt64, count: Int) throws(DiskError) -> [UInt8]
  func size() throws(DiskError) -> UInt64
  /// Cuts the file, or extends it with zeros.
  func truncate(to size: UInt64) throws(DiskError)
  /// Returns when all bytes written so far, and the size, are on the medium. After an error it is not known which bytes
  /// are, and asking again does not tell: the operating system may have dropped them.
  func synchronize() throws(DiskError)
  /// Asks the system to forget what it holds of this file in memory, so that the next read comes from the medium.
  func forgetCached()
}

/// A lock that is held until `release` or the end of the process.
public protocol DiskLock: AnyObject, Sendable {
  func release()
}

/// An operation that the operating system refused.
public struct DiskError: Error, Hashable, Sendable, CustomStringConvertible {
  /// E.g. `write`.
  public let operation: String
  public let path: String
  /// The operating system's number, e.g. ENOSPC; 0 where there is none.
  public let code: Int32
  /// In words.
  public let reason: String

  public init(operation: String, path: String, code: Int32, reason: String) {
    self.operation = operation
    self.path = path
    self.code = code
    self.reason = reason
  }

  public var description: String { "\(operation) \(path): \(reason)" }
}

extension Disk {
  /// Removes a file and makes its contents unreadable: zeros are written over them and synchronized. What copies the file
  /// system or the medium keeps of the old blocks is beyond it.
  func destroy(_ path: String, in directory: String) throws(DiskError) {
    // Under a name that nothing reads: half of it must not be taken for rot.
    let doomed = FileNames.path(directory, FileNames.doomed)
    try rename(path, to: doomed, replacing: true)
    try synchronizeDirectory(directory)
    try finishDestruction(in: directory)
  }

  /// Removes a file that a crash or a problem may have left.
  func removeIfThere(_ path: String, in directory: String, overwriting: Bool) throws(DiskError) {
    guard overwriting else { return try LocalJournal.removeIfThere(path, disk: self) }
    do { try destroy(path, in: directory) } catch  where error.code == LocalJournal.notThere {}
  }

  /// Ends what a crash may have interrupted.
  func finishDestruction(in directory: String) throws(DiskError) {
    let doomed = FileNames.path(directory, FileNames.doomed)
    do { try overwrite(doomed) } catch  where error.code == LocalJournal.notThere { return }
    try remove(doomed)
    try synchronizeDirectory(directory)
  }

  private func overwrite(_ path: String) throws(DiskError) {
    let file = try open(path, .updating)
    try file.writeZeros(file.size())
  }
}

/// What is written beside the journal: snapshots, room for segments, zeros over what is destroyed.
enum DiskBulk {
  /// Bytes after which it is synchronized: what the medium has to take at once, a batch of the journal waits for.
  static let bytesPerSync = 1 << 20
}

extension DiskFile {
  /// Writes zeros from the beginning, and synchronizes them.
  func writeZeros(_ size: UInt64) throws(DiskError) {
    let zeros = [UInt8](repeating: 0, count: Int(clamping: min(UInt64(DiskBulk.bytesPerSync), size)))
    var position: UInt64 = 0
    while position < size {
      let count = min(UInt64(zeros.count), size - position)
      try writeAll(zeros.span.bytes.extracting(..<Int(clamping: count)), at: position)
      try synchronize()
      position += count
    }
  }

  /// Writes all of `bytes`, in as many steps as it takes.
  func writeAll(_ bytes: RawSpan, at offset: UInt64) throws(DiskError) {
    var done = 0
    while done < bytes.byteCount {
      done += try write(bytes.extracting(droppingFirst: done), at: offset + UInt64(done))
    }
  }

  /// Reads `count` bytes, or fewer only because the file ends.
  func readAll(at offset: UInt64, count: Int) throws(DiskError) -> [UInt8] {
    var bytes = try read(at: offset, count: count)
    while bytes.count < count {
      let more = try read(at: offset + UInt64(bytes.count), count: count - bytes.count)
      if more.isEmpty { break }
      bytes += more
    }
    return bytes
  }
}
