// The past, read while the present is written: by sequence, by member, in order; from indexes that are there, missing,
// damaged or not yet made.

import Glibc
import Synchronization
import Testing

@testable import LoyaltyStore

@Suite struct HistoryTests {
  private static func configuration() -> StoreConfiguration {
    var configuration = StoreConfiguration()
    configuration.segmentSize = 8192
    configuration.queueLimit = 1024
    configuration.maximumRecordSize = 700
    return configuration
  }

  private static func open(_ disk: SimulatedDisk, _ clock: SimulatedClock = SimulatedClock()) throws
    -> DurableStore<Roll>
  {
    try DurableStore<Roll>.open(
      directory: "/data", configuration: configuration(), disk: disk,
      environment: StoreEnvironment(
        monotonic: { clock.tick() }, wall: { clock.tick() }, random: { clock.tick() }, holder: "history"),
      threads: false, notify: { _ in })
  }

  /// Adds records of two members in turn, and one of both each tenth; rotates as segments fill up.
  private static func fill(_ store: DurableStore<Roll>, _ numbers: Range<Int>) throws {
    for number in numbers {
      let members = number % 10 == 0 ? "ann,bob" : number % 2 == 0 ? "ann" : "bob"
      try store.add("\(members)/\(number)", length: 40)
      var pace = store.group.step()
      while pace == .again { pace = store.group.step() }
      _ = store.stepSpace()
    }
  }

  private static func numbers(_ entries: [HistoryEntry<Roll.Record>]) -> [Int] {
    entries.compactMap { $0.record.typeURL.split(separator: "/").last.flatMap { Int($0) } }
  }

  private static func allPages(_ store: DurableStore<Roll>, _ member: String, limit: Int) throws -> [Int] {
    var before = UInt64.max
    var all: [Int] = []
    while true {
      let page = try store.history.records(of: member, before: before, limit: limit)
      guard let last = page.last else { return all }
      #expect(page.count <= limit)
      all += numbers(page)
      before = last.sequence
    }
  }

  private static func check(_ store: DurableStore<Roll>, _ count: Int) throws {
    for sequence in 1...count {
      let record = try store.history.record(at: UInt64(sequence))
      #expect(record?.typeURL.hasSuffix("/\(sequence)") == true, "record \(sequence)")
    }
    #expect(try store.history.record(at: UInt64(count + 1)) == nil)
    #expect(try store.history.record(at: 0) == nil)
    let ann = (1...count).reversed().filter { $0 % 2 == 0 }
    let bob = (1...count).reversed().filter { $0 % 2 == 1 || $0 % 10 == 0 }
    #expect(try allPages(store, "ann", limit: 7) == ann)
    #expect(try allPages(store, "bob", limit: 1_000) == bob)
    #expect(try store.history.records(of: "nobody", limit: 10).isEmpty)
    var inOrder: [Int] = []
    while case let page = try store.history.records(after: UInt64(inOrder.count), limit: 13), !page.isEmpty {
      inOrder += numbers(page)
    }
    #expect(inOrder == Array(1...count))
  }

  @Test func everyRecordIsFoundBySequenceAndByMemberFromMemoryAndFromFiles() throws {
    let disk = SimulatedDisk(seed: 1)
    let store = try Self.open(disk)
    try Self.fill(store, 1..<400)
    try Self.check(store, 399)
    #expect(disk.paths.filter { $0.hasSuffix(".index") }.isEmpty)
    while store.stepIndex() == .again {}
    let segments = disk.paths.filter { $0.hasSuffix(".journal") }.count
    #expect(segments > 4)
    #expect(disk.paths.filter { $0.hasSuffix(".index") }.count == segments - 1)
    try Self.check(store, 399)
    try store.close()
  }

  @Test func recordsAreFoundAfterARestartWithoutOneIndex() throws {
    let disk = SimulatedDisk(seed: 2)
    try Self.fill(try Self.open(disk), 1..<200)
    disk.restart(.all)
    let store = try Self.open(disk)
    try Self.check(store, 199)
    while store.stepIndex() == .again {}
    try Self.check(store, 199)
  }

  @Test func aDamagedIndexIsMadeAgain() throws {
    let disk = SimulatedDisk(seed: 3)
    let store = try Self.open(disk)
    try Self.fill(store, 1..<200)
    while store.stepIndex() == .again {}
    for path in disk.paths where path.hasSuffix(".index") {
      let length = disk.contents(path).count
      for offset in stride(from: 3, to: length, by: 997) {
        disk.flip(path, offset: offset, bit: 3)
        try Self.check(store, 199)
        while store.stepIndex() == .again {}
        #expect(disk.contents(path).count == length)
      }
    }
    try Self.check(store, 199)
  }

  @Test func whatIsNotDurableIsNotHistory() throws {
    let disk = SimulatedDisk(seed: 4)
    let store = try Self.open(disk)
    try Self.fill(store, 1..<4)
    try store.add("ann/4")
    #expect(try store.history.record(at: 4) == nil)
    #expect(try Self.numbers(store.history.records(of: "ann", limit: 10)) == [2])
    #expect(try store.history.records(after: 3, limit: 10).isEmpty)
  }

  @Test func whatRetentionRemovedIsSaidToBeGone() throws {
    let disk = SimulatedDisk(seed: 5)
    let store = try Self.open(disk)
    try Self.fill(store, 1..<300)
    while store.stepIndex() == .again {}
    guard let first = store.journal.sealed.withLock({ $0.oldest }) else {
      Issue.record("no segment is sealed")
      return
    }
    try store.journal.discard(through: first.end, sealedBefore: .max)
    #expect(!disk.paths.contains { $0.hasSuffix(FileNames.index(1)) })
    #expect {
      try store.history.record(at: 1)
    } throws: { error in
      guard case .notRetained(1, let kept)? = error as? StoreError else { return false }
      return kept == first.end.sequence + 1
    }
    #expect(throws: StoreError.self) { try store.history.records(after: 0, limit: 10) }
    let expected = (Int(first.end.sequence) + 1...299).reversed().filter { $0 % 2 == 0 }
    #expect(try Self.allPages(store, "ann", limit: 50) == expected)
  }

  @Test func anIndexOfManyMembersFindsEachOfThem() throws {
    let header = SegmentHeader(
      id: 1, epoch: 1, history: StoreIdentity(bytes: [UInt8](repeating: 5, count: 16)), previousSequence: 100,
      previousEnd: 0, previousHash: .zero, createdAt: 0, salt: 1, schemaVersion: 1, maximumBatch: 4096, capacity: 8192)
    var index = SegmentIndex(header)
    var random = SeededRandom(seed: 6)
    var expected: [UInt64: [UInt64]] = [:]
    var sequence: UInt64 = 101
    for batch in 0..<2_000 {
      let count = 1 + random.below(6)
      var entries: [MemberEntry] = []
      for place in 0..<count {
        // Skewed: guesses of the page go wrong.
        let member = random.below(3) == 0 ? UInt64(random.below(40)) : random.next()
        entries.append(MemberEntry(member: member, place: UInt32(place)))
        expected[member, default: []].insert(sequence + UInt64(place), at: 0)
      }
      index.add(firstSequence: sequence, count: UInt32(count), position: UInt64(batch * 64), entries: entries)
      sequence += UInt64(count)
    }
    let disk = SimulatedDisk(seed: 7)
    let end = JournalMark(sequence: index.end, hash: ChainHash(bytes: [UInt8](repeating: 9, count: 32)), segment: 1)
    let segment = SealedSegment(
      header: header, begin: JournalMark(sequence: 100, hash: .zero, segment: 0), end: end, endPosition: 0, sealedAt: 0)
    try IndexFile.write(index, of: segment, directory: "/data", disk: disk, keys: nil)
    let file = try IndexFile(of: segment, directory: "/data", disk: disk, keys: nil)
    for (member, sequences) in expected {
      #expect(try file.sequences(of: member, before: .max, limit: .max) == sequences)
      #expect(index.sequences(of: member, before: .max, limit: .max) == sequences)
    }
    for _ in 0..<500 { #expect(try file.sequences(of: random.next(), before: .max, limit: 1).isEmpty) }
    for sequence in 101...index.end where sequence % 7 == 0 {
      #expect(try file.batch(of: sequence) == index.batch(of: sequence))
    }
  }

  @Test func historyIsReadWhileItIsWritten() throws {
    let directory = TemporaryDirectory()
    var configuration = StoreConfiguration()
    configuration.segmentSize = 64 << 10
    configuration.queueLimit = 16 << 10
    configuration.maximumRecordSize = 700
    let store = try DurableStore<Roll>.open(directory: directory.path, configuration: configuration)
    let writer = Worker()
    let total = 6_000
    let added = Atomic<Int>(0)
    try writer.start(name: "writer") {
      let number = added.load(ordering: .relaxed) + 1
      if number > total { return .stop }
      do { try store.add("ann/\(number)", length: 40) } catch { return .pause(1_000_000) }
      added.store(number, ordering: .relaxed)
      return .again
    }
    var seen = 0
    while seen < total {
      let page = try store.history.records(after: UInt64(seen), limit: 1_000)
      #expect(Self.numbers(page) == Array(seen + 1..<seen + 1 + page.count))
      seen += page.count
      let newest = try store.history.records(of: "ann", limit: 50)
      let numbers = Self.numbers(newest)
      #expect(numbers.isEmpty || numbers == Array((numbers[numbers.count - 1]...numbers[0]).reversed()))
      #expect((numbers.first ?? 0) >= seen)
      if seen > 0 {
        let some = UInt64(1 + seen / 2)
        #expect(try store.history.record(at: some)?.typeURL == "ann/\(some)")
      }
    }
    writer.join()
    try store.close()
  }
}
