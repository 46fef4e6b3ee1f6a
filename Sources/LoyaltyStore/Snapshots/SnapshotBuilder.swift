// Makes snapshots beside the running store: the last snapshot and the sealed segments behind it give the state once
// more, so the serving state is never touched and every snapshot proves that the journal can be replayed.

import LoyaltyEngine
import Synchronization

final class SnapshotBuilder<State: StateMachine>: Sendable {
  private struct Progress: Sendable {
    /// The newest snapshot that counts.
    var mark: JournalMark
    /// Bytes that the journal had taken when it was made.
    var bytes: UInt64
    /// When the next one is due by time; monotonic nanoseconds.
    var due: UInt64
    /// The one before it, up to which segments may be forgotten.
    var older: JournalMark?
    var lastProblem: String?
  }

  private let journal: any Journal
  private let catalog: SnapshotCatalog
  private let configuration: StoreConfiguration
  private let environment: StoreEnvironment
  private let history: StoreIdentity
  private let empty: State
  private let notify: @Sendable (StoreEvent) -> Void
  private let progress: Mutex<Progress>
  private let stopped = Atomic<Bool>(false)

  init(
    journal: any Journal, catalog: SnapshotCatalog, configuration: StoreConfiguration, environment: StoreEnvironment,
    history: StoreIdentity, from mark: JournalMark, empty: State, notify: @escaping @Sendable (StoreEvent) -> Void
  ) {
    self.journal = journal
    self.catalog = catalog
    self.configuration = configuration
    self.environment = environment
    self.history = history
    self.empty = empty
    self.notify = notify
    progress = Mutex(
      Progress(mark: mark, bytes: 0, due: environment.monotonic() &+ configuration.snapshotInterval.nanoseconds))
  }

  /// Record and problem of the last attempt.
  var status: (sequence: UInt64, problem: String?) { progress.withLock { ($0.mark.sequence, $0.lastProblem) } }

  /// Ends an attempt that is under way at its next chunk or batch.
  func stop() { stopped.store(true, ordering: .relaxed) }

  /// Allows attempts again.
  func resume() { stopped.store(false, ordering: .relaxed) }

  /// Whether a snapshot should be made: by time when there is anything new, or by size.
  func isDue(now: UInt64, lastSequence: UInt64, bytes: UInt64) -> Bool {
    progress.withLock {
      lastSequence > $0.mark.sequence
        && (now >= $0.due || bytes &- $0.bytes >= UInt64(configuration.snapshotBytes))
    }
  }

  /// Nanoseconds until the next one by time.
  func untilDue(now: UInt64) -> UInt64 { progress.withLock { $0.due > now ? $0.due - now : 0 } }

  /// Makes a snapshot of all sealed history, and forgets what is no longer needed. Problems are reported, not thrown:
  /// the journal has everything.
  /// - Returns: whether the newest snapshot now covers all sealed history.
  @discardableResult
  func build(bytes: UInt64) -> Bool {
    defer {
      progress.withLock { $0.due = environment.monotonic() &+ configuration.snapshotInterval.nanoseconds }
    }
    do {
      let end = journal.sealedEnd
      let current = progress.withLock { $0.mark }
      if end.sequence > current.sequence {
        try write(end)
        progress.withLock {
          $0.older = $0.mark
          $0.mark = end
          $0.bytes = bytes
          $0.lastProblem = nil
        }
        notify(.snapshotWritten(path: catalog.path(end.sequence), sequence: end.sequence))
      }
      try tidy()
      return true
    } catch is Stopped {
      return false
    } catch {
      progress.withLock {
        $0.lastProblem = "\(error)"
        // Not again at once for the same bytes: it would fail the same way.
        $0.bytes = bytes
      }
      notify(.snapshotFailed(problem: "\(error)"))
      return false
    }
  }

  /// Overwrites and removes everything older than the newest snapshot.
  /// - Returns: whether all of it is gone.
  func compact() -> Bool {
    do {
      let newest = progress.withLock { $0.mark }
      guard newest.sequence > 0 else { return true }
      try catalog.keep(1, overwriting: true)
      try journal.destroy(through: newest)
      progress.withLock { $0.older = nil }
      return true
    } catch {
      notify(.compactionFailed(problem: "\(error)"))
      return false
    }
  }

  /// The sequence of the oldest snapshot there is.
  func oldest() throws -> UInt64? { try catalog.sequences().last }

  private struct Stopped: Error {}

  private func keepOn() throws {
    if stopped.load(ordering: .relaxed) { throw Stopped() }
  }

  private func write(_ end: JournalMark) throws {
    let partial = FileNames.path(catalog.directory, FileNames.partialSnapshot)
    do {
      let sealed = catalog.keys?.seal(.snapshot)
      let header = SnapshotHeader(
        sequence: end.sequence, hash: end.hash, segment: end.segment, history: history, createdAt: environment.wall(),
        schemaVersion: State.schemaVersion, sealing: sealed?.sealing)
      // The state is let go before the file is read back: not three of them at a time.
      do {
        let state = try replayed(through: end)
        try SnapshotFile.write(
          state, header: header, to: partial, disk: catalog.disk, cipher: sealed?.cipher, keepOn: keepOn)
      }
      let back = try SnapshotFile.read(
        empty, from: partial, disk: catalog.disk, keys: catalog.keys, keepOn: keepOn)
      guard back.header == header else {
        throw SnapshotProblem(description: "what was read back is not what was written")
      }
    } catch {
      // Best effort: a partial one is removed at the next attempt too.
      try? catalog.disk.removeIfThere(
        partial, in: catalog.directory, overwriting: configuration.overwritesWhatIsRemoved)
      throw error
    }
    try catalog.disk.rename(partial, to: catalog.path(end.sequence), replacing: true)
    try catalog.disk.synchronizeDirectory(catalog.directory)
  }

  /// The state at the end of sealed history.
  private func replayed(through end: JournalMark) throws -> State {
    let start = try catalog.newest(empty, history: history, accept: journal.contains) { path, problem in
      notify(.badSnapshot(path: path, problem: problem))
    }
    var state = start?.state ?? empty
    let from = start?.mark.sequence ?? 0
    try journal.read(after: from, through: end) { batch in
      try keepOn()
      try replay(batch, after: from, into: &state)
    }
    if let what = state.contradiction {
      throw SnapshotProblem(description: "the journal, replayed, does not hold together: \(what)")
    }
    return state
  }

  /// Removes snapshots and segments that are no longer needed.
  private func tidy() throws {
    try catalog.keep(configuration.keptSnapshots, overwriting: configuration.overwritesWhatIsRemoved)
    guard let retention = configuration.segmentRetention, let older = progress.withLock({ $0.older }) else { return }
    let now = environment.wall()
    let age = retention.nanoseconds
    try journal.discard(through: older, sealedBefore: now > age ? now - age : 0)
  }
}

/// How an index finds the members of a record, for stores of one kind of state.
func hashedMembers<State: StateMachine>(
  _ type: State.Type
) -> @Sendable (MemberHasher, RawSpan) throws -> [UInt64] {
  { hasher, bytes in
    let record = try bytes.withUnsafeBytes { buffer in try State.Record(serializedBytes: buffer) }
    var members: [UInt64] = []
    State.forEachMember(of: record) { members.append(hasher.hash($0)) }
    return members
  }
}

/// Applies the records of a batch behind `sequence`.
/// - Throws: `StoreError.undecodable`, `.rot`.
@inline(__always)
func replay<State: StateMachine>(_ batch: RecordBatch, after sequence: UInt64, into state: inout State) throws {
  try batch.forEach { recordSequence, bytes in
    guard recordSequence > sequence else { return }
    let record: State.Record
    do {
      record = try bytes.withUnsafeBytes { buffer in try State.Record(serializedBytes: buffer) }
    } catch {
      throw StoreError.undecodable(path: batch.path, sequence: recordSequence, problem: "\(error)")
    }
    state.apply(record, sequence: recordSequence)
  }
}
