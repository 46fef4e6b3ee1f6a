// Backups: made beside the running store, run by run, checked before they are used, restored to the end or to a point,
// and what comes back is exactly what was there.

import Testing

@testable import LoyaltyStore

@Suite struct BackupTests {
  let disk = SimulatedDisk(seed: 1)
  let clock = SimulatedClock()
  let master = MasterKey(key: .random { 1 })

  private func environment() -> StoreEnvironment {
    StoreEnvironment(
      monotonic: { [clock] in clock.tick() }, wall: { [clock] in clock.tick() }, random: { [clock] in clock.tick() },
      holder: "backup")
  }

  private func open(_ directory: String = "/data") throws -> DurableStore<Roll> {
    var configuration = StoreConfiguration()
    configuration.segmentSize = 4096
    configuration.queueLimit = 1024
    configuration.maximumRecordSize = 700
    configuration.snapshotBytes = 20_000
    return try DurableStore<Roll>.open(
      directory: directory, configuration: configuration, masterKey: master, disk: disk, environment: environment(),
      threads: false, notify: { _ in })
  }

  /// Three records a batch.
  private func fill(_ store: DurableStore<Roll>, _ batches: Int) throws {
    for _ in 0..<batches {
      for _ in 0..<3 { try store.add("m/\(store.names.count + 1)", length: 30) }
      while store.group.step() == .again {}
      _ = store.stepSpace()
      _ = store.stepSnapshots()
    }
  }

  private func backup() throws -> StoreBackup.Report {
    try StoreBackup(source: "/data", target: "/backup", disk: disk, environment: environment()).run()
  }

  private var restore: StoreRestore {
    StoreRestore(backup: "/backup", masterKey: master, disk: disk, environment: environment())
  }

  @Test func eachRunCopiesWhatIsNewBesideTheRunningStoreAndTheEndComesBack() throws {
    let store = try open()
    try fill(store, 60)
    let first = try backup()
    #expect(first.run.sequence == 180)
    try fill(store, 60)
    let second = try backup()
    #expect(second.run.sequence == 360)
    #expect(second.files < first.files + second.files / 2 + 4)
    let third = try backup()
    #expect(third.run.sequence == 360 && third.files <= 3, "\(third.files)")
    let report = try restore.restore(Roll.self, to: "/new")
    #expect(report.sequence == 360)
    let restored = try open("/new")
    #expect(restored.names == store.names)
    #expect(restored.status.incarnation == report.incarnation)
    #expect(restored.status.incarnation != store.status.incarnation)
    #expect(restored.status.incarnationBegin == 360)
    try fill(restored, 5)
    try restored.close()
    #expect(
      try StoreVerifier.verify(Roll.self, directory: "/new", masterKey: master, disk: disk).problems.isEmpty)
    #expect(try open("/new").names.count == 375)
  }

  @Test func everySequenceIsAPointThatCanBeRestoredTo() throws {
    let store = try open()
    try fill(store, 40)
    _ = try backup()
    for wanted in stride(from: 1, through: 120, by: 7) {
      let directory = "/to-\(wanted)"
      let report = try restore.restore(Roll.self, to: directory, point: .sequence(UInt64(wanted)))
      #expect(report.sequence == UInt64(wanted))
      let restored = try open(directory)
      #expect(restored.names == Array(store.names.prefix(wanted)))
      try restored.add("later")
      try restored.close()
      #expect(
        try StoreVerifier.verify(Roll.self, directory: directory, masterKey: master, disk: disk).problems.isEmpty)
    }
    #expect(throws: StoreError.self) { try restore.plan(.sequence(121)) }
  }

  @Test func aTimeIsAPointThatCanBeRestoredTo() throws {
    let store = try open()
    try fill(store, 10)
    let moment = clock.tick()
    try fill(store, 10)
    _ = try backup()
    #expect(try restore.restore(Roll.self, to: "/then", point: .time(moment)).sequence == 30)
    #expect(try open("/then").names == Array(store.names.prefix(30)))
    #expect(throws: StoreError.self) { try restore.plan(.time(1)) }
  }

  @Test func aGapADamageOrAMissingEndIsToldBeforeAnythingIsWritten() throws {
    let store = try open()
    try fill(store, 120)
    _ = try backup()
    let segments = disk.paths.filter { $0.hasPrefix("/backup/") && $0.hasSuffix(".journal") }
    #expect(segments.count > 3)
    for path in segments {
      let bytes = disk.contents(path)
      try disk.remove(path)
      #expect(throws: StoreError.self, "\(path)") { try restore.restore(Roll.self, to: "/new") }
      let file = try disk.open(path, .creating)
      try file.writeAll(bytes.span.bytes, at: 0)
      for offset in stride(from: 7, to: bytes.count, by: 611) {
        disk.flip(path, offset: offset, bit: 4)
        #expect(throws: StoreError.self, "\(path) \(offset)") { try restore.restore(Roll.self, to: "/new") }
        disk.flip(path, offset: offset, bit: 4)
      }
    }
    #expect(!disk.paths.contains { $0.hasPrefix("/new/") })
    #expect(try restore.restore(Roll.self, to: "/new").sequence == 360)
    #expect(throws: StoreError.self) { try restore.restore(Roll.self, to: "/new") }
  }

  @Test func aStoreThatWasRestoredDoesNotMixWithTheBackupOfItsFormerSelf() throws {
    let store = try open()
    try fill(store, 40)
    _ = try backup()
    _ = try restore.restore(Roll.self, to: "/new", point: .sequence(50))
    let restored = try open("/new")
    try fill(restored, 10)
    #expect {
      try StoreBackup(source: "/new", target: "/backup", disk: disk, environment: environment()).run()
    } throws: { error in
      guard case .backup? = error as? StoreError else { return false }
      return true
    }
  }

  @Test(arguments: [FaultPlan.Fault.crash, .fail])
  func aFaultAtAnyOperationOfBackupOrRestoreLeavesNothingHalfDone(_ fault: FaultPlan.Fault) throws {
    var operation = 0
    while true {
      operation += 1
      // A disk of its own for each: names of many runs would only slow the simulation down.
      let stage = BackupTests()
      let store = try stage.open()
      try stage.fill(store, 20)
      stage.disk.plan(FaultPlan(operation: operation, fault: fault))
      do {
        _ = try stage.backup()
        _ = try stage.restore.restore(Roll.self, to: "/new")
      } catch {
        // The fault ends this run.
      }
      let isOver = stage.disk.operations < operation
      stage.disk.restart([.none, .some, .all][operation % 3])
      // What opens is whole; what was interrupted does not open, and the next run makes it whole.
      var isWhole = false
      if stage.disk.paths.contains(where: { $0.hasPrefix("/new/segment-") }) {
        do {
          #expect(try stage.open("/new").names == store.names, "operation \(operation)")
          isWhole = true
        } catch StoreError.unfinishedRestore {
          #expect(!isOver)
        }
        stage.disk.restart(.all)
      }
      if !isWhole {
        _ = try stage.backup()
        _ = try stage.restore.restore(Roll.self, to: "/new")
        #expect(try stage.open("/new").names == store.names, "operation \(operation), again")
      }
      if isOver { break }
    }
    print("backup and restore: \(fault) at each of \(operation - 1) operations")
    #expect(operation > 60)
  }

  @Test func everyFileOfAStoreAndOfABackupIsShownAsJSONAndDamageIsTold() throws {
    let store = try open()
    try fill(store, 40)
    while store.stepIndex() == .again {}
    _ = try backup()
    try store.close()
    func lines(_ path: String, _ master: MasterKey?) throws -> [String] {
      var lines: [String] = []
      try StoreInspector.inspect(path: path, masterKey: master, disk: disk, render: { _, _, _ in "{}" }) {
        lines.append($0)
      }
      return lines
    }
    func kinds(_ lines: [String]) -> Set<String> {
      Set(
        lines.compactMap {
          $0.split(separator: "\"kind\":\"").dropFirst().first?.split(separator: "\"").first.map(String.init)
        })
    }
    for master in [master, nil] {
      let all = try lines("/data", master)
      #expect(kinds(all).isSuperset(of: ["segment", "snapshot", "index", "dataKeys", "reserve"]), "\(kinds(all))")
      #expect(!all.contains { $0.contains("\"error\"") })
      #expect(all.contains { $0.contains("\"chunk\"") } == (master != nil), "chunks are shown to whoever has the key")
      let copy = try lines("/backup", master)
      #expect(kinds(copy).isSuperset(of: ["segment", "backupLog"]) && !copy.contains { $0.contains("\"error\"") })
      #expect(copy.contains { $0.contains("\"finishedAt\"") })
    }
    // Each file by itself, too; and what is no file of a store is none.
    for path in disk.paths where path.hasPrefix("/data/") { #expect(try !lines(path, master).isEmpty, "\(path)") }
    for name in [FileNames.index(1), FileNames.keys] {
      disk.flip("/data/\(name)", offset: 540, bit: 1)
      #expect(
        try lines("/data/\(name)", name == FileNames.keys ? nil : master).contains { $0.contains("\"error\"") },
        "\(name)")
    }
    #expect(throws: StoreError.self) { try lines("/nowhere", nil) }
  }
}
