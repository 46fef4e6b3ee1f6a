// One life of a store on a simulated disk: commands, faults, crashes, restarts, and after each restart the only
// question that counts: is everything that was acknowledged there, once, in order, and nothing that never was?

import LoyaltyEngine
import Synchronization

@testable import LoyaltyStore

final class Simulation {
  let disk: SimulatedDisk
  let directory = "/data"
  private(set) var configuration: StoreConfiguration
  private var random: SeededRandom
  private let bug: DeliberateBug?
  private let clock = SimulatedClock()
  private let seed: UInt64
  /// Half of all lives are encrypted.
  private let masterKey: MasterKey?
  private let nonces: NonceWatch

  private var witness = Witness()
  /// What happened, for a failure's message.
  private var log: [String] = []
  /// How often something worth it happened, so that a test can see that it did.
  private(set) var tornTails = 0
  private(set) var refusals = 0
  private(set) var snapshots = 0
  private(set) var fatals = 0

  init(seed: UInt64, bug: DeliberateBug? = nil) {
    self.seed = seed
    self.bug = bug
    random = SeededRandom(seed: seed)
    disk = SimulatedDisk(seed: random.next())
    let isEncrypted = random.below(2) == 0 || bug == .reusesNonces
    masterKey = isEncrypted ? MasterKey(key: .random { seed }) : nil
    nonces = NonceWatch()
    configuration = .defaults
    configuration.segmentSize = 4096 * (1 + random.below(3))
    configuration.queueLimit = 1024 + random.below(400)
    configuration.maximumRecordSize = 700
    configuration.snapshotBytes = 2_000 + random.below(8_000)
    configuration.confirmationDelay = .milliseconds(1 + random.below(5))
    if random.below(3) == 0 || bug == .namesUnsyncedSnapshots { configuration.segmentRetention = .zero }
  }

  private func environment() -> StoreEnvironment {
    let salt = Mutex(SeededRandom(seed: random.next()))
    let clock = clock
    let isStuck = bug == .reusesNonces
    return StoreEnvironment(
      monotonic: { clock.tick() }, wall: { 1_800_000_000_000_000_000 + clock.tick() },
      random: { isStuck ? 1 : salt.withLock { $0.next() } }, holder: "simulation")
  }

  // MARK: Steps

  func run(lives: Int) throws {
    do {
      for _ in 0..<lives { try live() }
      try verifyEnd()
      if let reuse = nonces.reuse { throw Violation(description: reuse) }
    } catch let violation as Violation {
      throw Violation(description: "\(violation) (seed \(seed))\n  " + log.suffix(60).joined(separator: "\n  "))
    }
  }

  /// From one start to the next stop.
  private func live() throws {
    if random.below(3) > 0 {
      // Anywhere, or at a write or a sync, where it hurts most.
      let kind = [nil, nil, "write", "sync"][random.below(4)]
      let plan = FaultPlan(
        operation: 1 + random.below(kind == nil ? 300 : 40), kind: kind, fault: random.below(3) == 0 ? .fail : .crash,
        shortWrites: random.below(2) * 4)
      disk.plan(plan)
      log.append("planned: \(plan)")
    }
    let store: DurableStore<Roll>
    do { store = try open() } catch let error as StoreError {
      log.append("open failed: \(error)")
      // On a disk that is gone every snapshot is unreadable, so the reason may be another.
      if disk.isDown { return stop() }
      guard case .disk = error else { throw Violation(description: "a crash alone stopped the start: \(error)") }
      return stop()
    }
    try compare(store)
    for _ in 0..<(20 + random.below(200)) {
      if disk.isDown { break }
      act(store)
      if case .failed = store.status.mode { break }
    }
    note(store)
    if case .failed = store.status.mode { fatals += 1 }
    if !disk.isDown && random.below(3) == 0 {
      do {
        try store.close()
        log.append("closed")
        note(store)
        if witness.acknowledged < witness.committed.count {
          throw Violation(description: "close lost what was committed")
        }
      } catch let error as StoreError { log.append("close failed: \(error)") }
      note(store)
    }
    stop()
    if random.below(4) == 0 { try rot() }
  }

  private func stop() {
    let survival: Survival = [.none, .all, .some, .some][random.below(4)]
    log.append("restart, surviving: \(survival)")
    disk.restart(survival)
  }

  private func open() throws -> DurableStore<Roll> {
    let usedDisk = WatchedDisk(disk: bug.map { FaultyDisk(disk: disk, bug: $0) } ?? disk, watch: nonces)
    let counts = EventCounts()
    defer {
      tornTails += counts.torn.load(ordering: .relaxed)
    }
    let store = try DurableStore<Roll>.open(
      directory: directory, configuration: configuration, masterKey: masterKey, disk: usedDisk,
      environment: environment(), threads: false
    ) { event in
      if case .tornTail = event { counts.torn.wrappingAdd(1, ordering: .relaxed) }
    }
    return store
  }

  private func act(_ store: DurableStore<Roll>) {
    switch random.below(10) {
    case 0..<5:
      // Some of them longer than a sector, some that compression makes short.
      let length = random.below(4) == 0 ? random.below(680) : random.below(40)
      do {
        try witness.add(to: store, length: length, repeating: random.below(4) == 0)
      } catch { log.append("refused: \(error)") }
    case 5..<8: _ = store.group.step()
    case 8:
      _ = store.stepSpace()
      _ = store.stepIndex()
      if random.below(8) == 0 {
        do { try store.rotateDataKey() } catch { log.append("no new data key: \(error)") }
      }
    default:
      let before = store.status.snapshotSequence
      _ = store.stepSnapshots()
      if store.status.snapshotSequence > before { snapshots += 1 }
    }
    note(store)
  }

  private func note(_ store: DurableStore<Roll>) { witness.note(store) }

  private func compare(_ store: DurableStore<Roll>) throws {
    let before = "\(witness.committed.count), acknowledged \(witness.acknowledged)"
    // After half of the starts the history, and of one member: asking for all each time is most of what a seed costs.
    try witness.compare(store, members: random.below(2) == 0 ? [random.below(5)] : nil)
    log.append("opened with \(witness.committed.count) of \(before)")
  }

  /// Flips a bit of some file and sees that it is refused, or that it does no harm.
  private func rot() throws {
    let candidates = disk.paths.filter { $0.hasSuffix(".journal") || $0.hasSuffix(".state") }
    guard !candidates.isEmpty else { return }
    let path = candidates[random.below(candidates.count)]
    let contents = disk.contents(path)
    guard let end = contents.lastIndex(where: { $0 != 0 }) else { return }
    let (offset, bit) = (random.below(end + 1), UInt8(random.below(8)))
    log.append("flip bit \(bit) of byte \(offset) in \(path)")
    disk.flip(path, offset: offset, bit: bit)
    do {
      try compare(try open())
    } catch let error as StoreError {
      refusals += 1
      log.append("refused: \(error)")
      if bug == .truncatesAtRot, case .rot(let path, let offset, _) = error, offset > 0 {
        disk.edit(path) { bytes in for index in Int(offset)..<bytes.count { bytes[index] = 0 } }
        disk.restart(.all)
        do { try compare(try open()) } catch is StoreError {}
      }
    }
    disk.restart(.all)
    // Rot has a limit here: the file is restored, as the error says.
    if disk.contents(path).count > offset { disk.flip(path, offset: offset, bit: bit) }
  }

  private func verifyEnd() throws {
    disk.restart(.none)
    let store: DurableStore<Roll>
    do { store = try open() } catch { throw Violation(description: "the last start failed: \(error)") }
    try compare(store)
    do { try store.close() } catch { throw Violation(description: "the last close failed: \(error)") }
    if case .some(let problem) = store.status.snapshotProblem {
      throw Violation(description: "the last snapshot failed: \(problem)")
    }
  }
}

/// A clock that moves a little with each look.
final class SimulatedClock: Sendable {
  private let time = Mutex<UInt64>(0)

  func tick() -> UInt64 {
    time.withLock {
      $0 += 700_000
      return $0
    }
  }
}

private final class EventCounts: Sendable {
  let torn = Atomic<Int>(0)
}
