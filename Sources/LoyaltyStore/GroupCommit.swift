// The journal's thread, step by step: takes what has gathered, writes and synchronizes it as one batch, tells how far
// history is durable, and begins anew. While one batch is on its way to the disk the next one gathers.

import Synchronization

final class GroupCommit: Sendable {
  /// What there is to do, taken under the commit lock.
  enum Work: Sendable {
    /// To write the batch that was exchanged.
    case batch
    /// Nothing waits, and with `closed` nothing will come.
    case nothing(closed: Bool)
  }

  private struct Rhythm: Sendable {
    /// Empty between steps: it is exchanged for the batch that has gathered, so that two memories take turns.
    var batch = PendingBatch()
    var lastSync: UInt64?
    var isConfirmed = true
  }

  private let journal: any Journal
  private let configuration: StoreConfiguration
  private let environment: StoreEnvironment
  /// Exchanges the gathered batch for the empty one given, and leaves both when nothing has gathered. With `confirming`,
  /// room for a confirmation is accounted for when nothing has.
  private let take: @Sendable (_ batch: inout PendingBatch, _ confirming: Bool) -> Work
  private let fail: @Sendable (StoreError) -> Void
  /// Called after each batch and each seal, with the bytes journalled so far.
  private let moved: @Sendable (_ bytes: UInt64, _ sealed: Bool) -> Void
  private let rhythm = Mutex(Rhythm())
  private let listeners = Mutex<[@Sendable (UInt64) -> Void]>([])
  private let durable: Atomic<UInt64>
  private let bytes = Atomic<UInt64>(0)
  private let sealWanted = Atomic<Bool>(false)
  private let hasFailed = Atomic<Bool>(false)

  init(
    journal: any Journal, configuration: StoreConfiguration, environment: StoreEnvironment,
    take: @escaping @Sendable (_ batch: inout PendingBatch, _ confirming: Bool) -> Work,
    fail: @escaping @Sendable (StoreError) -> Void,
    moved: @escaping @Sendable (_ bytes: UInt64, _ sealed: Bool) -> Void
  ) {
    self.journal = journal
    self.configuration = configuration
    self.environment = environment
    self.take = take
    self.fail = fail
    self.moved = moved
    durable = Atomic(journal.lastSequence)
  }

  var durableSequence: UInt64 { durable.load(ordering: .acquiring) }
  /// Bytes of records journalled since the store was opened.
  var journalledBytes: UInt64 { bytes.load(ordering: .relaxed) }

  func addBytes(_ count: UInt64) { bytes.wrappingAdd(count, ordering: .relaxed) }

  func onDurable(_ listener: @escaping @Sendable (UInt64) -> Void) { listeners.withLock { $0.append(listener) } }

  /// Asks for the segment in use to be sealed at the next step.
  func requestSeal() { sealWanted.store(true, ordering: .sequentiallyConsistent) }

  var sealIsWanted: Bool { sealWanted.load(ordering: .sequentiallyConsistent) }

  /// Does one thing. Called by one thread at a time.
  func step() -> Pace {
    if hasFailed.load(ordering: .relaxed) { return .stop }
    do {
      return try rhythm.withLock { try step(&$0) }
    } catch {
      hasFailed.store(true, ordering: .relaxed)
      fail(error as? StoreError ?? .failed(DiskError(operation: "append", path: "", code: 0, reason: "\(error)")))
      return .stop
    }
  }

  private func step(_ rhythm: inout Rhythm) throws -> Pace {
    if sealWanted.load(ordering: .sequentiallyConsistent), try journal.seal() {
      sealWanted.store(false, ordering: .sequentiallyConsistent)
      rhythm.isConfirmed = true
      moved(journalledBytes, true)
    }
    let now = environment.monotonic()
    let since = rhythm.lastSync.map { now &- $0 } ?? .max
    let interval = configuration.minimumSyncInterval.nanoseconds
    if since < interval { return .pause(interval - since) }
    let quiet = configuration.confirmationDelay.nanoseconds
    let confirming = !rhythm.isConfirmed && since >= quiet
    switch take(&rhythm.batch, confirming) {
    case .nothing(let closed):
      if closed { return .stop }
      if confirming {
        try journal.confirm()
        rhythm.isConfirmed = true
      }
      return .sleep(rhythm.isConfirmed ? nil : quiet - since)
    case .batch:
      rhythm.lastSync = now
      try journal.append(&rhythm.batch)
      let last = rhythm.batch.lastSequence
      addBytes(UInt64(rhythm.batch.payload))
      rhythm.batch.reset()
      rhythm.isConfirmed = false
      durable.store(last, ordering: .releasing)
      for listener in listeners.withLock({ $0 }) { listener(last) }
      moved(journalledBytes, false)
      return .again
    }
  }
}
