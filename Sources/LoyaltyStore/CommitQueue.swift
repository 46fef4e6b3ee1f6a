// The one lock: under it a command is decided, applied and encoded behind the records that wait for the disk.
// Inlinable, so that the whole of it is compiled for the state that it serves.

import LoyaltyEngine
import ProtobufRuntime
import Synchronization

@usableFromInline
final class CommitQueue<State: StateMachine>: Sendable {
  /// Everything that the lock guards.
  @usableFromInline
  struct Core: Sendable {
    @usableFromInline var state: State
    /// Of the last record that was applied.
    @usableFromInline var sequence: UInt64
    @usableFromInline var pending = PendingBatch()
    /// Bytes of records that `pending` may have: less than the limit when the disk is full.
    @usableFromInline var capacity: Int
    /// Why nothing more is taken.
    @usableFromInline var stopped: StoreError?

    init(state: State, sequence: UInt64, capacity: Int) {
      self.state = state
      self.sequence = sequence
      self.capacity = capacity
    }
  }

  @usableFromInline let core: Mutex<Core>
  @usableFromInline let configuration: StoreConfiguration
  @usableFromInline let hasher: MemberHasher
  private let directory: String
  private let journal: any Journal

  init(state: State, journal: any Journal, configuration: StoreConfiguration, hasher: MemberHasher, directory: String) {
    self.configuration = configuration
    self.hasher = hasher
    self.directory = directory
    self.journal = journal
    core = Mutex(
      Core(
        state: state, sequence: journal.lastSequence, capacity: journal.capacity(limit: configuration.queueLimit)))
  }

  @inlinable
  func commit<Answer: Sendable>(
    _ decide: (inout State) throws -> Step<State.Record, Answer>
  ) throws -> (step: Step<State.Record, Answer>, sequence: UInt64) {
    try core.withLock { core in
      if let stopped = core.stopped { throw stopped }
      let record: State.Record
      switch try decide(&core.state) {
      case .answer(let answer): return (.answer(answer), core.sequence)
      case .change(let change): record = change
      }
      let sequence = core.sequence + 1
      try record.withSerializedBytes { (bytes) throws(StoreError) in
        // Before anything changes: a record that is applied must reach the journal.
        if bytes.count > configuration.maximumRecordSize
          || PendingBatch.room(for: bytes.count) > core.capacity - core.pending.payload
        {
          throw refusal(bytes.count, core.pending.payload, core.capacity)
        }
        core.sequence = sequence
        core.state.apply(record, sequence: sequence)
        if let what = core.state.contradiction {
          // Its sequence stays taken and never becomes durable: whatever reads the state from now on waits for it.
          core.stopped = .contradiction(what)
          throw StoreError.contradiction(what)
        }
        core.pending.append(bytes, sequence: sequence)
      }
      State.forEachMember(of: record) { core.pending.note(member: hasher.hash($0)) }
      return (.change(record), sequence)
    }
  }

  @usableFromInline
  func refusal(_ size: Int, _ queued: Int, _ capacity: Int) -> StoreError {
    if size > configuration.maximumRecordSize {
      return .recordTooLarge(bytes: size, limit: configuration.maximumRecordSize)
    }
    if journal.isOutOfSpace {
      return .readOnly(directory: directory, needed: configuration.neededSpace)
    }
    return .queueFull(bytes: queued, limit: configuration.queueLimit, retryAfter: configuration.retryDelay)
  }

  @inlinable
  func read<R: Sendable>(_ body: (inout State) throws -> R) rethrows -> (value: R, sequence: UInt64) {
    try core.withLock { core in (try body(&core.state), core.sequence) }
  }

  /// Exchanges what has gathered for `batch`, which is empty.
  func take(_ batch: inout PendingBatch, confirming: Bool) -> GroupCommit.Work {
    core.withLock { core in
      if core.pending.isEmpty {
        if confirming && core.stopped == nil {
          journal.place(payload: 0)
          core.capacity = journal.capacity(limit: configuration.queueLimit)
        }
        return .nothing(closed: core.stopped != nil)
      }
      swap(&core.pending, &batch)
      journal.place(payload: batch.payload)
      core.capacity = journal.capacity(limit: configuration.queueLimit)
      return .batch
    }
  }

  /// Room on the disk has come or gone.
  func refreshCapacity() {
    core.withLock { $0.capacity = journal.capacity(limit: configuration.queueLimit) }
  }

  /// Refuses all commits from now on. The first reason stays, but a failure outweighs a close.
  func stop(_ reason: StoreError) {
    core.withLock { core in
      if case .closed? = core.stopped { core.stopped = reason }
      if core.stopped == nil { core.stopped = reason }
    }
  }

  var snapshot: (sequence: UInt64, queued: Int, capacity: Int, stopped: StoreError?) {
    core.withLock { ($0.sequence, $0.pending.payload, $0.capacity, $0.stopped) }
  }
}
