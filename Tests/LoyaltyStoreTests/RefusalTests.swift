// What the store refuses, and how it says so: full queues, full disks, failing disks, damage, missing files, newer
// files.

import Glibc
import Synchronization
import LoyaltyEngine
import Testing

@testable import LoyaltyStore

@Suite struct RefusalTests {
  private let disk = SimulatedDisk(seed: 5)
  private let clock = SimulatedClock()
  private let events = Events()

  final class Events: Sendable {
    private let all = Mutex<[String]>([])
    func add(_ event: StoreEvent) { all.withLock { $0.append("\(event)") } }
    func contains(_ text: String) -> Bool { all.withLock { $0.contains { $0.contains(text) } } }
  }

  private static let configuration: StoreConfiguration = {
    var configuration = StoreConfiguration()
    configuration.segmentSize = 4096
    configuration.queueLimit = 1024
    configuration.maximumRecordSize = 700
    return configuration
  }()

  private func open() throws -> DurableStore<Roll> {
    try DurableStore<Roll>.open(
      directory: "/data", configuration: Self.configuration, disk: disk,
      environment: StoreEnvironment(
        monotonic: { [clock] in clock.tick() }, wall: { [clock] in clock.tick() }, random: { [clock] in clock.tick() },
        holder: "test"),
      threads: false, notify: { [events] in events.add($0) })
  }

  private func drain(_ store: DurableStore<Roll>) { while [.again, .pause(0)].contains(store.group.step()) {} }

  @Test func aFullQueueRefusesAndChangesNothing() throws {
    let store = try open()
    _ = store.stepSpace()
    for index in 0..<4 { try store.add("n\(index)", length: 200) }
    let before = store.status
    #expect {
      try store.add("one more", length: 400)
    } throws: { error in
      guard case StoreError.queueFull(_, 1024, let delay) = error else { return false }
      return delay == .milliseconds(100)
    }
    #expect(store.status == before && store.names.count == 4)
    drain(store)
    try store.add("one more", length: 400)
    try store.close()
  }

  @Test func aFullDiskMakesTheStoreReadOnlyAndRoomMakesItWritableAgain() throws {
    let store = try open()
    _ = store.stepSpace()
    disk.setCapacity(disk.used)
    var refused: StoreError?
    for index in 0..<100 where refused == nil {
      do { try store.add("n\(index)", length: 100) } catch let error as StoreError { refused = error }
      drain(store)
      _ = store.stepSpace()
    }
    guard case .readOnly? = refused else {
      Issue.record("not read-only, but \(String(describing: refused))")
      return
    }
    #expect(store.status.mode == .readOnly && store.status.diskIsFull)
    #expect(events.contains("nearly full"))
    // Everything that was taken is durable, and can be read.
    #expect(store.durableSequence == store.status.sequence)
    #expect(store.names.count > 20)
    // A repeated command has its answer without a record.
    #expect(try store.commit { _ -> Step<Roll.Record, Int> in .answer(0) }.sequence == store.status.sequence)
    disk.setCapacity(nil)
    _ = store.stepSpace()
    #expect(store.status.mode == .writable && events.contains("room again"))
    let count = try store.add("after")
    try store.close()
    #expect(try open().names.count == Int(count))
  }

  @Test func aServerStartsOnAFullDiskWithItsReserve() throws {
    let store = try open()
    for index in 0..<3 { try store.add("n\(index)") }
    drain(store)
    disk.restart(.none)
    // Of the space ahead a crash leaves what is synchronized; the disk has no byte more.
    disk.setCapacity(disk.used)
    let again = try open()
    #expect(again.names == ["n0", "n1", "n2"])
    #expect(again.status.mode == .readOnly)
    #expect(throws: StoreError.self) { try again.add("no") }
    disk.setCapacity(nil)
    _ = again.stepSpace()
    #expect(again.status.mode == .writable)
    try again.add("yes")
    try again.close()
  }

  @Test(arguments: ["write", "sync"])
  func theFirstFailedWriteOrSyncIsFatalAndTold(_ kind: String) throws {
    let store = try open()
    _ = store.stepSpace()
    let told = Mutex<[String]>([])
    store.onFatal { error in told.withLock { $0.append("\(error)") } }
    try store.add("a")
    drain(store)
    disk.plan(FaultPlan(operation: 1, kind: kind, fault: .fail))
    try store.add("b")
    #expect(store.group.step() == .stop)
    #expect(store.durableSequence == 1)
    // The disk works again, but nobody knows what it has: nothing goes on.
    #expect(store.group.step() == .stop)
    #expect(throws: StoreError.self) { try store.add("c") }
    #expect(throws: StoreError.self) { try store.close() }
    #expect(told.withLock { $0.count } == 1)
    if case .failed(let reason) = store.status.mode {
      #expect(reason.contains("nothing more is acknowledged"))
    } else {
      Issue.record("\(store.status.mode)")
    }
  }

  /// Four segments and two snapshots.
  private func history() throws {
    for _ in 0..<2 {
      let store = try open()
      for index in 0..<40 {
        try store.add("n\(index)", length: 100)
        drain(store)
        _ = store.stepSpace()
      }
      try store.close()
    }
    #expect(disk.paths.filter { $0.hasSuffix(".state") }.count == 2)
  }

  @Test func aBadSnapshotFallsBackToTheOneBeforeAndThenToTheJournal() throws {
    try history()
    let snapshots = disk.paths.filter { $0.hasSuffix(".state") }
    disk.flip(snapshots[1], offset: 600, bit: 3)
    let second = try open()
    #expect(second.names.count == 80 && events.contains("\(snapshots[1]) cannot be used"))
    disk.restart(.all)
    disk.edit(snapshots[0]) { $0 = [] }
    #expect(try open().names.count == 80)
    #expect(events.contains("\(snapshots[0]) cannot be used"))
  }

  @Test func damageInHistoryNamesFileAndPlace() throws {
    try history()
    for path in disk.paths where path.hasSuffix(".state") { try disk.remove(path) }
    let path = "/data/\(FileNames.segment(2))"
    disk.flip(path, offset: 700, bit: 0)
    #expect {
      try open()
    } throws: { error in
      guard case StoreError.rot(path, let offset, _) = error else { return false }
      return offset >= 512 && offset <= 700 && "\(error)".contains("restore this file from a backup")
    }
    // Nothing was changed by the refusal: with the file restored all is well.
    disk.flip(path, offset: 700, bit: 0)
    #expect(try open().names.count == 80)
  }

  @Test func missingSegmentsAreNamed() throws {
    try history()
    try disk.remove("/data/\(FileNames.segment(2))")
    #expect { try open() } throws: { "\($0)".contains("but not \(FileNames.segment(2))") }
    for path in disk.paths where path.hasSuffix(".journal") { try disk.remove(path) }
    #expect { try open() } throws: { "\($0)".contains("it has been a store") }
  }

  @Test func aCutLastSegmentIsNoCrash() throws {
    try history()
    let last = try #require(disk.paths.last { $0.hasSuffix(".journal") })
    disk.edit(last) { $0.removeLast(512) }
    #expect { try open() } throws: { "\($0)".contains("has been cut") }
  }

  @Test func aFileOfANewerProgramIsLeftAlone() throws {
    try history()
    let last = try #require(disk.paths.last { $0.hasSuffix(".journal") })
    disk.edit(last) { block in
      block.store(UInt32(3), at: 8)
      block.store(CRC32C.of(block.span.bytes.extracting(..<508)), at: 508)
    }
    #expect {
      try open()
    } throws: { error in
      guard case StoreError.newer(last, _, 3, 2) = error else { return false }
      return true
    }
  }

  @Test func headersWithNumbersThatNoStoreReachesAreRot() throws {
    try history()
    let last = try #require(disk.paths.last { $0.hasSuffix(".journal") })
    // Epoch, last sequence and end of the predecessor, capacity.
    for offset in [24, 48, 56, 120] {
      var original: [UInt8] = []
      disk.edit(last) { block in
        original = block
        block.store(UInt64.max, at: offset)
        block.store(CRC32C.of(block.span.bytes.extracting(..<508)), at: 508)
      }
      #expect { try open() } throws: { "\($0)".contains("numbers that no store reaches") }
      disk.edit(last) { $0 = original }
    }
    #expect(try open().names.count == 80)
  }

  @Test func aWriterWhoseJournalWasTakenOverIsFencedAtItsNextSegment() throws {
    let store = try open()
    _ = store.stepSpace()
    // As if the lock had not held: another writer has begun the next segment.
    _ = try disk.open("/data/\(FileNames.segment(2))", .creating)
    var mode = store.status.mode
    for index in 0..<30 {
      do { try store.add("x\(index)", length: 100) } catch {}
      drain(store)
      mode = store.status.mode
    }
    if case .failed(let reason) = mode { #expect(reason.contains("taken over")) } else { Issue.record("\(mode)") }
  }

  @Test func configurationsThatCannotWorkSayWhichFieldAndWhatIsAllowed() {
    var configuration = StoreConfiguration()
    configuration.segmentSize = 8 << 20
    configuration.queueLimit = 8 << 20
    #expect { try configuration.validate() } throws: { "\($0)".contains("segmentSize is 8388608, allowed is") }
    configuration = .defaults
    configuration.keptSnapshots = 1
    #expect(throws: StoreError.self) { try configuration.validate() }
    #expect(throws: Never.self) { try StoreConfiguration.defaults.validate() }
  }

  @Test func inspectionShowsHeadersRecordsAndHowAFileEnds() throws {
    try history()
    var lines: [String] = []
    try StoreInspector.inspect(
      path: "/data", disk: disk,
      render: { _, content, bytes in
        guard case .record(let sequence) = content else { return nil }
        return "[\(sequence),\(bytes.count)]"
      }
    ) { lines.append($0) }
    #expect(lines.filter { $0.contains("\"kind\":\"segment\"") }.count >= 4)
    #expect(lines.filter { $0.contains("\"kind\":\"snapshot\"") }.count == 2)
    #expect(lines.contains { $0.hasPrefix("{\"sequence\":80,\"record\":[80,") })
    #expect(!lines.contains { $0.contains("error") })
    disk.flip("/data/\(FileNames.segment(1))", offset: 700, bit: 1)
    lines = []
    try StoreInspector.inspect(path: "/data", disk: disk, render: { _, _, _ in nil }) { lines.append($0) }
    #expect(lines.contains { $0.contains("\"error\":") })
  }
}
