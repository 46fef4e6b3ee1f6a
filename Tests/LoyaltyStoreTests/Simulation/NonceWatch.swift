// Sees every batch on its way to the disk and remembers under which key it stood where: two different contents at one
// place under one key would be one nonce used twice, which gives GCM away.

import LoyaltyStore
import Synchronization

@testable import LoyaltyStore

final class NonceWatch: Sendable {
  private struct Place: Hashable {
    var sealing: FileSealing
    var position: UInt64
  }

  private struct Seen: Sendable {
    var contents: [Place: ChainHash] = [:]
    var reuse: String?
    var batches = 0
  }

  private let seen = Mutex(Seen())

  /// The first reuse, in words.
  var reuse: String? { seen.withLock { $0.reuse } }
  var batches: Int { seen.withLock { $0.batches } }

  /// A batch is about to be written at `position`.
  func see(_ bytes: RawSpan, at position: UInt64, of header: SegmentHeader, path: String) {
    guard let sealing = header.sealing, let batch = BatchHeader(bytes, salt: header.salt), batch.count > 0 else {
      return
    }
    seen.withLock { seen in
      seen.batches += 1
      let before = seen.contents.updateValue(batch.hash, forKey: Place(sealing: sealing, position: position))
      if let before, before != batch.hash, seen.reuse == nil {
        seen.reuse = "byte \(position) of \(path) was encrypted twice under one key, with different contents"
      }
      if batch.flags & BatchHeader.encrypted == 0 { seen.reuse = "a batch in \(path) is not encrypted" }
    }
  }
}

struct WatchedDisk: Disk {
  let disk: any Disk
  let watch: NonceWatch

  func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
    let file = try disk.open(path, mode)
    guard mode != .reading, path.hasSuffix(".journal") || path.hasSuffix(FileNames.nextSegment) else { return file }
    return WatchedFile(file: file, path: path, watch: watch)
  }
  func list(directory: String) throws(DiskError) -> [String] { try disk.list(directory: directory) }
  func createDirectory(_ path: String) throws(DiskError) { try disk.createDirectory(path) }
  func rename(_ path: String, to newPath: String, replacing: Bool) throws(DiskError) {
    try disk.rename(path, to: newPath, replacing: replacing)
  }
  func remove(_ path: String) throws(DiskError) { try disk.remove(path) }
  func synchronizeDirectory(_ path: String) throws(DiskError) { try disk.synchronizeDirectory(path) }
  func freeSpace(at path: String) throws(DiskError) -> UInt64 { try disk.freeSpace(at: path) }
  func lock(_ path: String, holder: String) throws(DiskError) -> any DiskLock { try disk.lock(path, holder: holder) }
}

final class WatchedFile: DiskFile {
  private let file: any DiskFile
  private let path: String
  private let watch: NonceWatch
  private let header = Mutex<SegmentHeader?>(nil)

  init(file: any DiskFile, path: String, watch: NonceWatch) {
    self.file = file
    self.path = path
    self.watch = watch
  }

  func write(_ bytes: RawSpan, at offset: UInt64) throws(DiskError) -> Int {
    if offset == 0, let found = try? SegmentHeader(bytes.bytes(at: 0, count: bytes.byteCount)) {
      header.withLock { $0 = found }
    } else if let header = header.withLock({ $0 }) {
      watch.see(bytes, at: offset, of: header, path: path)
    }
    return try file.write(bytes, at: offset)
  }
  func read(at offset: UInt64, count: Int) throws(DiskError) -> [UInt8] { try file.read(at: offset, count: count) }
  func size() throws(DiskError) -> UInt64 { try file.size() }
  func truncate(to size: UInt64) throws(DiskError) { try file.truncate(to: size) }
  func synchronize() throws(DiskError) { try file.synchronize() }
  func forgetCached() { file.forgetCached() }
}
