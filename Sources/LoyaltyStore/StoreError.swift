// Everything that can go wrong between a caller and the store, with the values and what to do.

/// A refusal of the store.
public enum StoreError: Error, Sendable, CustomStringConvertible {
  /// Records come faster than the disk takes them. Nothing has changed; the same command may be given again.
  case queueFull(bytes: Int, limit: Int, retryAfter: Duration)
  /// The disk is full. Nothing has changed; reading goes on, and writing when there is room again.
  case readOnly(directory: String, needed: UInt64)
  /// One record is longer than the store takes. Nothing has changed.
  case recordTooLarge(bytes: Int, limit: Int)
  /// A write or a sync of the journal failed: it is unknown what is on the disk, so nothing more is acknowledged. The
  /// process should exit; the next start finds out.
  case failed(DiskError)
  /// Another writer with a higher epoch has taken the journal over.
  case fenced(path: String)
  /// A record contradicts the state that it was decided against: a defect. It was not journalled, and nothing that was
  /// seen after it may leave the process.
  case contradiction(String)
  /// `close` was called.
  case closed
  /// Retention has removed this record; the first that is still there has sequence `first`.
  case notRetained(sequence: UInt64, first: UInt64)

  /// Another process, or this one, has the store open.
  case locked(path: String, holder: String)
  /// A file is not what was written, at a place where a crash cannot be the reason.
  case rot(path: String, offset: UInt64, problem: String)
  /// Files that must be there are not.
  case missing(directory: String, what: String)
  /// A later version of the program wrote this.
  case newer(path: String, what: String, found: UInt32, known: UInt32)
  /// A record that is whole cannot be decoded by this program.
  case undecodable(path: String, sequence: UInt64, problem: String)
  /// Every file is as it was written, but the records contradict each other.
  case inconsistent(directory: String, what: String)
  /// A snapshot is damaged or not of this journal. A start passes it over; only a verification stops at it.
  case badSnapshot(path: String, problem: String)
  /// A file is encrypted and cannot be opened with the master key given, or without one.
  case masterKey(path: String, problem: String)
  /// A backup cannot be continued or restored as it is.
  case backup(directory: String, problem: String)
  /// The directory is what an interrupted restore has left.
  case unfinishedRestore(directory: String)
  case configuration(field: String, value: String, allowed: String)
  case disk(DiskError)

  public var description: String {
    switch self {
    case .queueFull(let bytes, let limit, let retryAfter):
      "the journal's queue is full (\(bytes) of \(limit) bytes wait for the disk); try again in \(retryAfter)"
    case .readOnly(let directory, let needed):
      "the disk is full: \(directory) takes no more records until \(needed) bytes are free; reading goes on"
    case .recordTooLarge(let bytes, let limit): "a record of \(bytes) bytes is longer than the limit of \(limit)"
    case .failed(let error):
      "the journal failed (\(error)): nothing more is acknowledged; restart the server and check the disk"
    case .fenced(let path): "another server has taken over this journal: \(path) is there already; stop this one"
    case .contradiction(let what):
      """
      \(what): this is a defect of the program. The record was not written and nothing more is acknowledged; restart \
      the server and report this
      """
    case .closed: "the store is closed"
    case .notRetained(let sequence, let first):
      "record \(sequence) is beyond the retention of history and was removed; the first that is kept is \(first)"
    case .locked(let path, let holder):
      """
      \(path) is held by \(holder): two servers must not share a data directory; stop that one or use another \
      directory
      """
    case .rot(let path, let offset, let problem):
      """
      \(path) is damaged at byte \(offset): \(problem). A crash does not do this; the disk or somebody did. The server \
      does not start, so that nothing is lost silently: keep the file, check the disk, and restore this file from a \
      backup
      """
    case .missing(let directory, let what):
      "\(directory) is incomplete: \(what). Restore the missing files from a backup"
    case .newer(let path, let what, let found, let known):
      "\(path) has \(what) version \(found), this program knows up to \(known): start the newer program again"
    case .undecodable(let path, let sequence, let problem):
      "record \(sequence) in \(path) is whole but this program cannot read it: \(problem)"
    case .inconsistent(let directory, let what):
      """
      the journal in \(directory) does not hold together: \(what). Nothing is served from it: keep the files, report \
      this, and restore the last backup that does
      """
    case .badSnapshot(let path, let problem):
      """
      the snapshot \(path) cannot be used: \(problem). Check the disk; with the journal whole, the file can be removed \
      and the next snapshot takes its place
      """
    case .masterKey(let path, let problem):
      "\(path): \(problem); start with the master key that belongs to this directory"
    case .backup(let directory, let problem): "\(directory): \(problem)"
    case .unfinishedRestore(let directory):
      "a restore to \(directory) was interrupted: run it again; until then nothing is served from there"
    case .configuration(let field, let value, let allowed): "\(field) is \(value), allowed is \(allowed)"
    case .disk(let error): error.description
    }
  }
}
