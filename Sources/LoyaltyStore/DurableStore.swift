// A state machine that survives: one lock decides and applies, the journal's thread makes it durable, and whoever
// answers waits for the sequence that the answer depends on.

import LoyaltyEngine
import ProtobufRuntime
import Synchronization

/// A state in memory whose every change is journalled before anybody may hear of it.
///
/// `commit` and `read` return at once, with a sequence. What they returned must not leave the process before
/// `durableSequence` has reached it: until then a crash may take it back.
///
/// `close` must be called: a store that is only let go keeps its threads and its lock until the process ends.
public final class DurableStore<State: StateMachine>: Sendable {
  public let configuration: StoreConfiguration
  @usableFromInline let queue: CommitQueue<State>
  @usableFromInline let journalWorker: Worker?
  let journal: LocalJournal
  let group: GroupCommit
  let snapshots: SnapshotBuilder<State>
  private let environment: StoreEnvironment
  private let lock: any DiskLock
  private let notify: @Sendable (StoreEvent) -> Void
  private let spaceWorker: Worker?
  private let snapshotWorker: Worker?
  private let indexWorker: Worker?
  /// The records that are durable, by sequence and by member.
  public let history: History<State>
  private let fatal: FatalReport
  private let isClosing = Atomic<Bool>(false)
  /// Compactions asked for, and those of them that are done.
  private let compactionsWanted = Atomic<UInt64>(0)
  private let compactionsDone = Atomic<UInt64>(0)
  /// A segment is being sealed for a snapshot that is due.
  private let isSealing = Atomic<Bool>(false)
  /// Of `compactionsWanted`, when that seal was asked for.
  private let sealedFor = Atomic<UInt64>(0)

  init(
    recovered: Recovered<State>, empty: State, directory: String, configuration: StoreConfiguration,
    environment: StoreEnvironment,
    lock: any DiskLock, threads: Bool, notify: @escaping @Sendable (StoreEvent) -> Void
  ) throws {
    self.configuration = configuration
    self.environment = environment
    self.lock = lock
    self.notify = notify
    let journal = recovered.journal
    let hasher = MemberHasher(journal.history)
    let queue = CommitQueue(
      state: recovered.state, journal: journal, configuration: configuration, hasher: hasher, directory: directory)
    history = History(journal: journal, hasher: hasher)
    let fatal = FatalReport()
    let spaceWorker = threads ? Worker() : nil
    let snapshotWorker = threads ? Worker() : nil
    let indexWorker = threads ? Worker() : nil
    self.indexWorker = indexWorker
    journalWorker = threads ? Worker() : nil
    let snapshots = SnapshotBuilder<State>(
      journal: journal, catalog: SnapshotCatalog(directory: directory, disk: journal.disk, keys: journal.keys),
      configuration: configuration, environment: environment, history: journal.history, from: recovered.snapshot,
      empty: empty,
      notify: notify)
    group = GroupCommit(
      journal: journal, configuration: configuration, environment: environment,
      take: { queue.take(&$0, confirming: $1) },
      fail: { error in
        queue.stop(error)
        fatal.report(error)
      },
      moved: { bytes, sealed in
        if journal.needsSpace { spaceWorker?.wake() }
        if journal.index.needed != nil { indexWorker?.wake() }
        if sealed
          || snapshots.isDue(now: environment.monotonic(), lastSequence: journal.lastSequence, bytes: bytes)
        {
          snapshotWorker?.wake()
        }
      })
    group.addBytes(recovered.bytes)
    self.snapshots = snapshots
    self.journal = journal
    self.queue = queue
    self.fatal = fatal
    self.spaceWorker = spaceWorker
    self.snapshotWorker = snapshotWorker
  }

  // MARK: Commands and questions

  /// Decides a command against the state as it is, applies what was decided, and hands it to the journal: all in one
  /// step that no other command comes between.
  ///
  /// `decide` must leave the state as it found it (it gets it `inout` so that it need not be copied); only `apply`
  /// changes it. When `decide` throws or gives an answer, nothing has changed. When the store refuses the record (queue
  /// full, read-only, too large), that is found out after `decide` and before `apply`: nothing has changed either, and
  /// the same command may be given again.
  ///
  /// - Parameter decide: gives the record to journal, or an answer that changes nothing.
  /// - Returns: what `decide` gave, and the sequence that must be durable before anybody may hear of it: the record's
  ///   own, or for an answer the last one applied.
  /// - Throws: `StoreError`, or what `decide` threw.
  @inlinable
  public func commit<Answer: Sendable>(
    _ decide: (inout State) throws -> Step<State.Record, Answer>
  ) throws -> (step: Step<State.Record, Answer>, sequence: UInt64) {
    do {
      let result = try queue.commit(decide)
      journalWorker?.wake()
      return result
    } catch {
      told(error)
      throw error
    }
  }

  /// Spreads the news when a commit has found out that the state cannot be trusted.
  @usableFromInline
  func told(_ error: any Error) {
    guard let error = error as? StoreError, case .contradiction = error else { return }
    fatal.report(error)
  }

  /// Looks at the state between two commands.
  ///
  /// - Parameter body: must not change the state; it gets it `inout` so that it need not be copied. It holds the lock:
  ///   microseconds, not more.
  /// - Returns: what `body` returned and the sequence that must be durable before anybody may hear of it.
  @inlinable
  public func read<R: Sendable>(_ body: (inout State) throws -> R) rethrows -> (value: R, sequence: UInt64) {
    try queue.read(body)
  }

  // MARK: Durability

  /// Everything up to this sequence survives a crash. Never falls.
  public var durableSequence: UInt64 { group.durableSequence }

  /// Adds a listener that is told of each new `durableSequence`, on the journal's thread: it must be quick and must not
  /// call `commit` or `close`.
  public func onDurable(_ listener: @escaping @Sendable (UInt64) -> Void) { group.onDurable(listener) }

  /// Adds a listener that is told once when the journal has failed or the state has contradicted itself; at once if
  /// that has happened already. Nothing is acknowledged any more: the process should tell and exit, and must not answer what
  /// is not durable.
  public func onFatal(_ listener: @escaping @Sendable (StoreError) -> Void) { fatal.add(listener) }

  /// Makes a new data key: files begun from now on are encrypted under it. Does nothing in a store that is not encrypted.
  /// - Throws: `StoreError`; the key in use then stays in use.
  public func rotateDataKey() throws { try journal.keys?.rotate() }

  /// Asks for a snapshot of everything up to now, and then for all that is older to be overwritten and removed: snapshots,
  /// segments, torn tails. History ends there, and so does what only history knows. Done in the background, and tried
  /// again until it has succeeded.
  func requestCompaction() {
    compactionsWanted.wrappingAdd(1, ordering: .acquiringAndReleasing)
    snapshotWorker?.wake()
  }

  /// A compaction that was asked for is not done yet.
  var isCompacting: Bool {
    compactionsDone.load(ordering: .acquiring) < compactionsWanted.load(ordering: .acquiring)
  }

  /// Whether there are files with records or states from before this sequence.
  func hasFiles(before sequence: UInt64) throws -> Bool {
    guard sequence > 0 else { return false }
    if journal.sealed.withLock({ $0.begin.sequence }) < sequence - 1 { return true }
    return try (snapshots.oldest() ?? .max) < sequence
  }

  public var status: StoreStatus {
    let (sequence, queued, capacity, stopped) = queue.snapshot
    let space = journal.space.withLock { $0 }
    let snapshot = snapshots.status
    let mode: StoreStatus.Mode =
      switch stopped {
      case .closed?: .closed
      case let error?: .failed(error.description)
      case nil: capacity < configuration.queueLimit && journal.isOutOfSpace ? .readOnly : .writable
      }
    return StoreStatus(
      mode: mode, sequence: sequence, durableSequence: durableSequence, queuedBytes: queued,
      queueLimit: configuration.queueLimit, diskIsFull: space.diskIsFull, segment: journal.currentSegment,
      epoch: journal.epoch, history: journal.history, incarnation: journal.incarnation.identity,
      incarnationBegin: journal.incarnation.begin, snapshotSequence: snapshot.sequence,
      snapshotProblem: snapshot.problem)
  }

  // MARK: Steps of the threads

  func start() throws {
    try journalWorker?.start(name: "journal") { [self] in group.step() }
    try spaceWorker?.start(name: "journal-space") { [self] in stepSpace() }
    // Behind everything that answers callers.
    try snapshotWorker?.start(name: "snapshot", niceness: 10) { [self] in stepSnapshots() }
    try indexWorker?.start(name: "history-index", niceness: 10) { [self] in stepIndex() }
  }

  func stepSpace() -> Pace {
    if isClosing.load(ordering: .acquiring) { return .stop }
    do {
      let done = try journal.prepareSpace()
      queue.refreshCapacity()
      if done && group.sealIsWanted { journalWorker?.wake() }
      return .sleep(done ? nil : configuration.fullDiskRetryInterval.nanoseconds)
    } catch {
      fail(error)
      return .stop
    }
  }

  func stepSnapshots() -> Pace {
    if isClosing.load(ordering: .acquiring) { return .stop }
    if isSealing.load(ordering: .relaxed) {
      if group.sealIsWanted { return .sleep(nil) }
      isSealing.store(false, ordering: .relaxed)
      let wanted = sealedFor.load(ordering: .relaxed)
      let built = snapshots.build(bytes: group.journalledBytes)
      if built && wanted > compactionsDone.load(ordering: .relaxed) {
        if snapshots.compact() { compactionsDone.store(wanted, ordering: .releasing) }
      }
      if isCompacting { return .sleep(configuration.fullDiskRetryInterval.nanoseconds) }
    }
    let now = environment.monotonic()
    if isCompacting || snapshots.isDue(now: now, lastSequence: journal.lastSequence, bytes: group.journalledBytes) {
      sealedFor.store(compactionsWanted.load(ordering: .acquiring), ordering: .relaxed)
      isSealing.store(true, ordering: .relaxed)
      group.requestSeal()
      journalWorker?.wake()
      return .again
    }
    let wait = snapshots.untilDue(now: now)
    return .sleep(wait > 0 ? wait : configuration.snapshotInterval.nanoseconds)
  }

  func stepIndex() -> Pace {
    if isClosing.load(ordering: .acquiring) { return .stop }
    if journal.writeIndex() { return .again }
    return .sleep(journal.index.needed == nil ? nil : configuration.fullDiskRetryInterval.nanoseconds)
  }

  private func fail(_ error: any Error) {
    let reason = error as? StoreError ?? .failed(DiskError(operation: "work on", path: "", code: 0, reason: "\(error)"))
    queue.stop(reason)
    fatal.report(reason)
  }

  // MARK: End

  /// Takes no more commands, makes all that were taken durable, makes a last snapshot, and gives up the directory.
  /// Blocks until that is done. A second call does nothing.
  ///
  /// - Throws: `StoreError.failed` when the journal failed before or on the way; what `durableSequence` says is durable
  ///   is. A snapshot that fails is an event, not an error.
  public func close() throws {
    if isClosing.exchange(true, ordering: .acquiringAndReleasing) { return }
    queue.stop(.closed)
    snapshots.stop()
    if let journalWorker {
      journalWorker.wake()
      journalWorker.join()
      for worker in [spaceWorker, snapshotWorker, indexWorker] {
        worker?.wake()
        worker?.join()
      }
    } else {
      while group.step() != .stop {}
    }
    defer { lock.release() }
    try throwIfFailed()
    do {
      if journal.lastSequence > journal.sealedEnd.sequence {
        guard try journal.prepareSpace(), try journal.seal() else {
          notify(.snapshotFailed(problem: "the disk is full"))
          return
        }
      }
    } catch {
      fail(error)
      try throwIfFailed()
    }
    snapshots.resume()
    snapshots.build(bytes: group.journalledBytes)
  }

  private func throwIfFailed() throws {
    switch queue.snapshot.stopped {
    case nil, .closed?: return
    case let error?: throw error
    }
  }
}

/// The news that the journal has failed, told to everybody once.
final class FatalReport: Sendable {
  private struct Listeners: Sendable {
    var error: StoreError?
    var waiting: [@Sendable (StoreError) -> Void] = []
  }

  private let listeners = Mutex(Listeners())

  func add(_ listener: @escaping @Sendable (StoreError) -> Void) {
    let error = listeners.withLock { listeners in
      if listeners.error == nil { listeners.waiting.append(listener) }
      return listeners.error
    }
    if let error { listener(error) }
  }

  func report(_ error: StoreError) {
    let waiting = listeners.withLock { listeners -> [@Sendable (StoreError) -> Void] in
      guard listeners.error == nil else { return [] }
      listeners.error = error
      defer { listeners.waiting = [] }
      return listeners.waiting
    }
    for listener in waiting { listener(error) }
  }
}
