// One life of a store with everything in it, again and again: the Nth operation of the disk crashes or fails, for N =
// 1, 2, 3 … until a run meets no fault.

import Testing

@testable import LoyaltyStore

@Suite struct OperationSweepTests {
  private static let directory = "/data"

  private static let configuration: StoreConfiguration = {
    var configuration = StoreConfiguration()
    configuration.segmentSize = 4096
    configuration.queueLimit = 1024
    configuration.maximumRecordSize = 700
    configuration.snapshotBytes = 1_500
    configuration.segmentRetention = .zero
    return configuration
  }()

  private static let masterKey = MasterKey(key: .random { 7 })

  private static func environment(_ clock: SimulatedClock) -> StoreEnvironment {
    StoreEnvironment(monotonic: { clock.tick() }, wall: { clock.tick() }, random: { clock.tick() }, holder: "sweep")
  }

  private static func open(
    _ disk: SimulatedDisk, _ clock: SimulatedClock, _ master: MasterKey = masterKey
  ) throws -> DurableStore<Roll> {
    try DurableStore<Roll>.open(
      directory: directory, configuration: configuration, masterKey: master, disk: disk,
      environment: environment(clock), threads: false, notify: { _ in })
  }

  /// Two starts, batches, rotations, snapshots, segments removed, a clean close.
  private static func life(_ disk: SimulatedDisk, _ witness: inout Witness, _ clock: SimulatedClock) throws {
    for _ in 0..<2 {
      let store = try open(disk, clock)
      try witness.compare(store)
      for index in 0..<30 {
        defer { witness.note(store) }
        try witness.add(to: store, length: index % 3 * 150)
        if index % 2 == 1 {
          var pace = store.group.step()
          while pace == .again { pace = store.group.step() }
        }
        if index % 3 == 0 { _ = store.stepSpace() }
        if index % 4 == 0 { _ = store.stepIndex() }
        if index % 10 == 9 { try store.rotateDataKey() }
        if index % 5 == 4 { _ = store.stepSnapshots() }
        if case .failed(let reason) = store.status.mode { throw Violation(description: "stopped: \(reason)") }
      }
      defer { witness.note(store) }
      try store.close()
    }
  }

  @Test(arguments: [FaultPlan.Fault.crash, .fail], Survival.allCases)
  func afterAFaultAtAnyOperationEverythingAcknowledgedIsThere(_ fault: FaultPlan.Fault, _ survival: Survival) throws {
    var operation = 0
    while true {
      operation += 1
      let disk = SimulatedDisk(seed: UInt64(operation))
      let clock = SimulatedClock()
      disk.plan(FaultPlan(operation: operation, fault: fault))
      var witness = Witness()
      do { try Self.life(disk, &witness, clock) } catch {
        // Whatever the fault did, the process ends here.
      }
      let isOver = disk.operations < operation
      if isOver { #expect(witness.acknowledged == 60) }
      disk.restart(survival)
      do {
        let store = try Self.open(disk, clock)
        try witness.compare(store)
        try witness.add(to: store, length: 10)
        try store.close()
        disk.restart(.none)
        try witness.compare(try Self.open(disk, clock))
      } catch {
        Issue.record("operation \(operation), surviving \(survival): \(error)")
        return
      }
      if isOver { break }
    }
    print("sweep: \(fault) at each of \(operation - 1) operations, surviving \(survival)")
    #expect(operation > 200)
  }

  /// A new data key, then another master key, as an operator's commands make them.
  @Test(arguments: [FaultPlan.Fault.crash, .fail], Survival.allCases)
  func aChangeOfKeysThatIsInterruptedLeavesEitherTheOldOnesOrTheNew(
    _ fault: FaultPlan.Fault, _ survival: Survival
  ) throws {
    let other = MasterKey(key: .random { 8 })
    var operation = 0
    while true {
      operation += 1
      let disk = SimulatedDisk(seed: UInt64(operation))
      let clock = SimulatedClock()
      let store = try Self.open(disk, clock)
      for index in 0..<8 { try store.add("m/\(index)", length: 50) }
      try store.close()
      let names = store.names
      disk.restart(.all)
      disk.plan(FaultPlan(operation: operation, fault: fault))
      do {
        let keys = try Keyring.open(
          directory: Self.directory, disk: disk, environment: Self.environment(clock), master: Self.masterKey,
          creating: false)
        try keys?.rotate()
        try Keyring.rewrap(
          directory: Self.directory, disk: disk, environment: Self.environment(clock), from: Self.masterKey, to: other)
      } catch {
        // The fault ends this run.
      }
      let isOver = disk.operations < operation
      disk.restart(survival)
      var opened: [Bool] = []
      for master in [Self.masterKey, other] {
        do {
          let again = try Self.open(disk, clock, master)
          #expect(again.names == names, "operation \(operation)")
          try again.close()
          opened.append(true)
        } catch StoreError.masterKey {
          opened.append(false)
        }
        disk.restart(.all)
      }
      #expect(opened.count { $0 } == 1, "operation \(operation)")
      if isOver {
        #expect(opened == [false, true])
        break
      }
    }
    print("sweep of keys: \(fault) at each of \(operation - 1) operations, surviving \(survival)")
    #expect(operation > 20)
  }

  /// A change of keys that fails leaves a new key that can be read and that a loss of power takes. The store, which looks
  /// for new keys with each segment, must not use it before it is durable.
  @Test(arguments: Survival.allCases)
  func nothingIsEncryptedUnderAKeyThatACrashCanTake(_ survival: Survival) throws {
    var operation = 0
    var isOver = false
    while !isOver {
      operation += 1
      let disk = SimulatedDisk(seed: UInt64(operation))
      let clock = SimulatedClock()
      let store = try Self.open(disk, clock)
      var witness = Witness()
      func fill() throws {
        for _ in 0..<30 {
          try witness.add(to: store, length: 300)
          for _ in 0..<50 where store.durableSequence < store.status.sequence { _ = store.group.step() }
          _ = store.stepSpace()
          _ = store.stepSnapshots()
          witness.note(store)
        }
      }
      try fill()
      disk.plan(FaultPlan(operation: operation, fault: .fail))
      try? store.rotateDataKey()
      isOver = disk.operations < operation
      disk.plan(FaultPlan())
      try fill()
      disk.restart(survival)
      do { try witness.compare(try Self.open(disk, clock)) } catch {
        Issue.record("operation \(operation): \(error)")
        return
      }
    }
    #expect(operation > 15)
  }
}
