// The names of the store's files. A name only finds a file; what a file is, its header says.

enum FileNames {
  /// Held by the process that has the store open.
  static let lock = "lock"
  /// Zeros that are given back when the disk is full.
  static let reserve = "reserve"
  /// A segment that is being made ready: its name changes when it becomes part of the journal.
  static let nextSegment = "segment.next"
  /// A snapshot that does not count yet.
  static let partialSnapshot = "snapshot.partial"

  /// The data keys, and a second copy of them.
  static let keys = "data.keys"
  static let keysCopy = "data.keys.copy"
  static let keysLock = "data.keys.lock"
  static let partialKeys = "data.keys.partial"
  /// What is being overwritten before it is removed.
  static let doomed = "doomed.bytes"
  /// The runs of a backup.
  static let backupLog = "backup.log"
  /// A file that is being copied into a backup.
  static let partialBackup = "backup.partial"
  /// A restore into this directory has not been finished.
  static let restoring = "restore.unfinished"
  /// An index that is being written.
  static let partialIndex = "index.partial"

  /// Twenty digits, so that names sort as numbers do.
  static func segment(_ id: UInt64) -> String { "segment-\(padded(id)).journal" }
  static func snapshot(_ sequence: UInt64) -> String { "snapshot-\(padded(sequence)).state" }
  /// What was found behind the last valid batch after a crash, kept for whoever wants to look.
  static func tornTail(segment: UInt64, offset: UInt64) -> String { "torn-\(padded(segment))-at-\(offset).bytes" }

  static func isTornTail(_ name: String) -> Bool { name.hasPrefix("torn-") && name.hasSuffix(".bytes") }

  /// A file that a store or a restore has made.
  static func isOfStore(_ name: String) -> Bool {
    [lock, reserve, nextSegment, partialSnapshot, keys, keysCopy, partialKeys, partialIndex].contains(name)
      || segmentID(name) != nil || snapshotSequence(name) != nil || indexSegment(name) != nil || isTornTail(name)
  }

  /// Not what a start reads, but what belongs to a store or a backup.
  static func isBeside(_ name: String) -> Bool { [keysLock, doomed, backupLog, partialBackup, restoring].contains(name) }

  static func segmentID(_ name: String) -> UInt64? { number(in: name, "segment-", ".journal") }
  static func index(_ segment: UInt64) -> String { "segment-\(padded(segment)).index" }
  static func indexSegment(_ name: String) -> UInt64? { number(in: name, "segment-", ".index") }
  static func snapshotSequence(_ name: String) -> UInt64? { number(in: name, "snapshot-", ".state") }

  static func path(_ directory: String, _ name: String) -> String { "\(directory)/\(name)" }

  private static func padded(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 20 - digits.count) + digits
  }

  private static func number(in name: String, _ prefix: String, _ suffix: String) -> UInt64? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
    return digits.utf8.count == 20 ? UInt64(digits) : nil
  }
}
