// The members' keys are copied apart from backups, whole each time: an older copy in the same place is overwritten, so
// that an erased key does not live on in it.

import LoyaltyEngine

/// Copies of the members' keys.
public enum MemberKeyCopy {
  /// Whether a data folder or a backup has personal data.
  public static func hasPersonalData(_ directory: String, disk: any Disk = PosixDisk()) -> Bool {
    let names = try? disk.list(directory: FileNames.path(directory, StoreFolders.personal))
    return names?.contains { FileNames.segmentID($0) != nil } == true
  }

  /// Makes a fresh copy at `target`, then overwrites and removes the one that was there.
  /// - Throws: `StoreError`.
  public static func make(of data: String, at target: String, disk: any Disk = PosixDisk()) throws {
    let source = FileNames.path(data, StoreFolders.memberKeys)
    let (fresh, current) = (FileNames.path(target, "next"), FileNames.path(target, "current"))
    do {
      try disk.createDirectory(fresh)
      try empty(fresh, disk)
      _ = try StoreBackup(source: source, target: fresh, disk: disk).run()
      try disk.createDirectory(current)
      try empty(current, disk)
      // The log last: without it the copy is not one.
      let names = try disk.list(directory: fresh).sorted {
        ($0 == FileNames.backupLog ? 1 : 0) < ($1 == FileNames.backupLog ? 1 : 0)
      }
      for name in names {
        try disk.rename(FileNames.path(fresh, name), to: FileNames.path(current, name), replacing: true)
        try disk.synchronizeDirectory(current)
      }
      try disk.synchronizeDirectory(fresh)
    } catch let error as DiskError { throw StoreError.disk(error) }
  }

  /// Puts a copy into a restored data folder. What was erased since is erased again when the folder is opened.
  /// - Throws: `StoreError`.
  public static func put(_ copy: String, into data: String, disk: any Disk = PosixDisk()) throws {
    let source = FileNames.path(copy, "current")
    let target = FileNames.path(data, StoreFolders.memberKeys)
    do {
      guard try !BackupRun.read(source, disk).isEmpty else {
        throw StoreError.backup(directory: copy, problem: "there is no finished copy of members' keys in it")
      }
      try disk.createDirectory(target)
      for name in try disk.list(directory: source) where name != FileNames.backupLog {
        let from = try disk.open(FileNames.path(source, name), .reading)
        try LocalJournal.removeIfThere(FileNames.path(target, name), disk: disk)
        let to = try disk.open(FileNames.path(target, name), .creating)
        let bytes = try from.readAll(at: 0, count: Int(clamping: try from.size()))
        try to.writeAll(bytes.span.bytes, at: 0)
        if let header = try? SegmentHeader(bytes), header.capacity > UInt64(bytes.count) {
          try to.truncate(to: header.capacity)
        }
        try to.synchronize()
      }
      try disk.synchronizeDirectory(target)
    } catch let error as DiskError { throw StoreError.disk(error) }
  }

  private static func empty(_ directory: String, _ disk: any Disk) throws(DiskError) {
    for name in try disk.list(directory: directory) where name != FileNames.doomed {
      try disk.destroy(FileNames.path(directory, name), in: directory)
    }
    try disk.finishDestruction(in: directory)
  }
}

extension StoreRestore {
  /// Restores personal data into a data folder that has no ledger yet, always to the end of the backup: later erasures
  /// count whatever the point.
  public func restorePersonalData(into data: String) throws -> Report {
    let names = (try? disk.list(directory: data)) ?? []
    guard !names.contains(where: { FileNames.segmentID($0) != nil }) || names.contains(FileNames.restoring) else {
      throw StoreError.backup(directory: data, problem: "there is a store in it already")
    }
    return try restore(PersonalData.self, to: FileNames.path(data, StoreFolders.personal), replacing: true)
  }
}
