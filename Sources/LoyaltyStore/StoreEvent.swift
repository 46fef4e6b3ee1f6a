// What an operator should hear of: things that the store dealt with by itself.

/// Something that happened in the store, for a log line.
public enum StoreEvent: Sendable, CustomStringConvertible {
  /// A batch that was never acknowledged was cut short by a crash; what is left of it was saved in another file.
  case tornTail(path: String, offset: UInt64, bytes: UInt64, savedAs: String)
  /// A snapshot cannot be used; the one before it, or the journal alone, is.
  case badSnapshot(path: String, problem: String)
  /// Recovery has read this much of the journal. Told at least each 64 MiB.
  case recovering(sequence: UInt64, bytes: UInt64, of: UInt64)
  /// `snapshot` is 0 when there was none.
  case recovered(directory: String, sequence: UInt64, snapshot: UInt64)
  case snapshotWritten(path: String, sequence: UInt64)
  /// The snapshot is tried again at the next interval; the journal still has everything.
  case snapshotFailed(problem: String)
  /// No new segment fits the disk. Records are taken until the one in use is full.
  case diskFull(directory: String, needed: UInt64)
  case spaceAgain(directory: String)
  case segmentRemoved(path: String)
  /// An index of history is damaged and is made again from its segment.
  case badIndex(path: String, problem: String)
  /// An index of history could not be made; questions about its segment read the segment instead.
  case indexFailed(path: String, problem: String)
  /// Files that should be gone are still there; removing them is tried again.
  case compactionFailed(problem: String)
  /// Files are written under a new data key from now on.
  case dataKeyRotated(directory: String)
  /// A new data key could not be made, or the keys are wrapped by another master key than this process has. The one in
  /// use stays.
  case dataKeyKept(directory: String, problem: String)

  /// An operator should look: something is damaged, full, or waits for somebody.
  public var needsAttention: Bool {
    switch self {
    case .tornTail, .badSnapshot, .snapshotFailed, .diskFull, .badIndex, .indexFailed, .dataKeyKept, .compactionFailed:
      true
    case .recovering, .recovered, .snapshotWritten, .spaceAgain, .segmentRemoved, .dataKeyRotated: false
    }
  }

  public var description: String {
    switch self {
    case .tornTail(let path, let offset, let bytes, let savedAs):
      """
      a crash left an unfinished batch in \(path) at byte \(offset); nothing in it was acknowledged. \
      Its \(bytes) bytes are saved as \(savedAs)
      """
    case .badSnapshot(let path, let problem): "the snapshot \(path) cannot be used: \(problem); an earlier one is taken"
    case .recovering(let sequence, let bytes, let total):
      "recovering: record \(sequence), \(bytes >> 20) of \(total >> 20) MiB"
    case .recovered(let directory, let sequence, let snapshot):
      "\(directory): recovered to record \(sequence), \(snapshot == 0 ? "without a snapshot" : "from the snapshot at \(snapshot)")"
    case .snapshotWritten(let path, let sequence): "snapshot of record \(sequence) written to \(path)"
    case .snapshotFailed(let problem): "a snapshot could not be made: \(problem)"
    case .diskFull(let directory, let needed):
      "the disk is nearly full: make \(needed) bytes free for \(directory) or the server will become read-only"
    case .spaceAgain(let directory): "there is room again for \(directory)"
    case .badIndex(let path, let problem): "the index \(path) cannot be used: \(problem); it is made again"
    case .indexFailed(let path, let problem): "the index \(path) could not be made: \(problem)"
    case .compactionFailed(let problem): "files with erased keys could not be removed yet: \(problem)"
    case .dataKeyRotated(let directory): "new files in \(directory) are encrypted under a new data key"
    case .dataKeyKept(let directory, let problem): "the data key of \(directory) stays in use: \(problem)"
    case .segmentRemoved(let path): "\(path) is beyond its retention and was removed"
    }
  }
}
