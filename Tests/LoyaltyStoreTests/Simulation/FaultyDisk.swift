// A disk through which the store behaves as if it had a bug that is easily written. The simulator must find each of
// them; otherwise it proves nothing about the store without them.

import LoyaltyStore
import Testing

/// Bugs of stores, some of which only few have heard of.
enum DeliberateBug: String, CaseIterable, CustomTestStringConvertible {
  /// Acknowledges what is written, whether it is synchronized or not.
  case acknowledgesBeforeSync
  /// Renames and makes files without synchronizing the directory.
  case forgetsDirectorySync
  /// Goes on after a failed sync.
  case ignoresSyncError
  /// Takes any damage for a torn tail and cuts it off.
  case truncatesAtRot
  /// Gives a snapshot its name before it is on the medium, and forgets the segments that it covers.
  case namesUnsyncedSnapshots
  /// Trusts what it reads after a restart to be on the medium.
  case trustsMemoryAfterRestart
  /// Begins each segment with the same key, so that what stands at the same place of two has the same nonce.
  case reusesNonces

  var testDescription: String { rawValue }
}

struct FaultyDisk: Disk {
  let disk: SimulatedDisk
  let bug: DeliberateBug

  func open(_ path: String, _ mode: DiskOpenMode) throws(DiskError) -> any DiskFile {
    FaultyFile(file: try disk.open(path, mode), path: path, bug: bug)
  }
  func list(directory: String) throws(DiskError) -> [String] { try disk.list(directory: directory) }
  func createDirectory(_ path: String) throws(DiskError) { try disk.createDirectory(path) }
  func rename(_ path: String, to newPath: String, replacing: Bool) throws(DiskError) {
    try disk.rename(path, to: newPath, replacing: replacing)
  }
  func remove(_ path: String) throws(DiskError) { try disk.remove(path) }
  func synchronizeDirectory(_ path: String) throws(DiskError) {
    if bug != .forgetsDirectorySync { try disk.synchronizeDirectory(path) }
  }
  func freeSpace(at path: String) throws(DiskError) -> UInt64 { try disk.freeSpace(at: path) }
  func lock(_ path: String, holder: String) throws(DiskError) -> any DiskLock { try disk.lock(path, holder: holder) }
}

final class FaultyFile: DiskFile {
  private let file: any DiskFile
  private let path: String
  private let bug: DeliberateBug

  init(file: any DiskFile, path: String, bug: DeliberateBug) {
    self.file = file
    self.path = path
    self.bug = bug
  }

  func write(_ bytes: RawSpan, at offset: UInt64) throws(DiskError) -> Int {
    if bug == .trustsMemoryAfterRestart {
      let there = try file.read(at: offset, count: bytes.byteCount)
      if there == bytes.withUnsafeBytes({ [UInt8]($0) }) && there.contains(where: { $0 != 0 }) { return there.count }
    }
    return try file.write(bytes, at: offset)
  }
  func read(at offset: UInt64, count: Int) throws(DiskError) -> [UInt8] { try file.read(at: offset, count: count) }
  func size() throws(DiskError) -> UInt64 { try file.size() }
  func truncate(to size: UInt64) throws(DiskError) { try file.truncate(to: size) }
  func synchronize() throws(DiskError) {
    switch bug {
    case .acknowledgesBeforeSync: return
    case .namesUnsyncedSnapshots where path.contains("snapshot"): return
    case .ignoresSyncError: try? file.synchronize()
    default: try file.synchronize()
    }
  }
  func forgetCached() { file.forgetCached() }
}
