// The store on the real disk with its real threads: the plain path, and the refusals that a user meets.

import Glibc
import Synchronization
import LoyaltyEngine
import Testing

@testable import LoyaltyStore

@Suite struct DurableStoreTests {
  /// Small files, so that rotation happens within a test.
  static let small: StoreConfiguration = {
    var configuration = StoreConfiguration()
    configuration.segmentSize = 64 << 10
    configuration.queueLimit = 16 << 10
    configuration.maximumRecordSize = 8 << 10
    return configuration
  }()

  /// Waits for the journal's thread; the test itself decides nothing by time.
  static func wait<State>(_ store: DurableStore<State>, for sequence: UInt64) {
    while store.durableSequence < sequence { usleep(100) }
  }

  @Test func whatIsDurableIsThereAfterReopening() throws {
    let directory = TemporaryDirectory()
    let store = try DurableStore<Roll>.open(directory: directory.path, configuration: Self.small)
    #expect(store.read { $0.names.isEmpty } == (true, 0))
    let first = try store.add("Ada")
    let second = try store.add("Grace", length: 100)
    #expect((first, second) == (1, 2))
    Self.wait(store, for: second)
    try store.close()
    let again = try DurableStore<Roll>.open(directory: directory.path, configuration: Self.small)
    #expect(again.names == ["Ada", "Grace"])
    #expect(again.read { $0.bytes } == (100, 2))
    #expect(try again.add("Edsger") == 3)
    try again.close()
  }

  @Test func recordsComeBackFromTheJournalAloneAndAcrossSegments() throws {
    let directory = TemporaryDirectory()
    let store = try DurableStore<Roll>.open(directory: directory.path, configuration: Self.small)
    var expected: [String] = []
    for index in 0..<2_000 {
      let name = "member \(index)"
      while true {
        do {
          try store.add(name, length: index % 300)
          break
        } catch StoreError.queueFull {
          usleep(1_000)
        } catch StoreError.readOnly {
          usleep(1_000)
        }
      }
      expected.append(name)
    }
    Self.wait(store, for: 2_000)
    #expect(store.status.segment > 3)
    try store.close()
    let snapshots = try PosixDisk().list(directory: directory.path).filter { $0.hasPrefix("snapshot-") }
    #expect(snapshots == [FileNames.snapshot(2_000)])
    let fromSnapshot = try DurableStore<Roll>.open(directory: directory.path, configuration: Self.small)
    #expect(fromSnapshot.names == expected)
    try fromSnapshot.close()
    unlink("\(directory.path)/\(snapshots[0])")
    let fromJournal = try DurableStore<Roll>.open(directory: directory.path, configuration: Self.small)
    #expect(fromJournal.names == expected)
    #expect(fromJournal.read { $0.disorder.isEmpty }.value)
    try fromJournal.close()
  }

  @Test func aSecondServerIsKeptOutAndToldWhoIsIn() throws {
    let directory = TemporaryDirectory()
    let store = try DurableStore<Roll>.open(directory: directory.path, configuration: Self.small)
    #expect {
      try DurableStore<Roll>.open(directory: directory.path, configuration: Self.small)
    } throws: { error in
      "\(error)".contains("\(directory.path)/lock is held by process \(getpid())")
    }
    try store.close()
    try DurableStore<Roll>.open(directory: directory.path, configuration: Self.small).close()
  }

  @Test func aDecisionWithoutARecordOrWithAnErrorChangesNothing() throws {
    struct Refused: Error {}
    let directory = TemporaryDirectory()
    let store = try DurableStore<Roll>.open(directory: directory.path, configuration: Self.small)
    try store.add("Ada")
    let (step, sequence) = try store.commit { state in .answer(state.names.count) }
    guard case .answer(1) = step else {
      Issue.record("the answer is \(step)")
      return
    }
    #expect(sequence == 1)
    #expect(throws: Refused.self) { try store.commit { _ -> Step<Roll.Record, Int> in throw Refused() } }
    #expect(throws: StoreError.self) { try store.add("too long", length: 9 << 10) }
    #expect(store.names == ["Ada"])
    try store.close()
    #expect(throws: StoreError.self) { try store.add("late") }
    #expect(store.status.mode == .closed)
  }

  @Test func manyThreadsCommitAndEachRecordIsThereOnce() async throws {
    let directory = TemporaryDirectory()
    let store = try DurableStore<Roll>.open(directory: directory.path)
    let told = Mutex<[UInt64]>([])
    store.onDurable { sequence in told.withLock { $0.append(sequence) } }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          for index in 0..<2_000 { try store.add("\(worker)/\(index)", length: 50) }
        }
      }
      try await group.waitForAll()
    }
    try store.close()
    #expect(store.durableSequence == 8_000)
    let sequences = told.withLock { $0 }
    #expect(sequences == sequences.sorted() && sequences.last == 8_000)
    let again = try DurableStore<Roll>.open(directory: directory.path)
    #expect(Set(again.names).count == 8_000)
    for worker in 0..<4 {
      #expect(again.names.filter { $0.hasPrefix("\(worker)/") } == (0..<2_000).map { "\(worker)/\($0)" })
    }
    try again.close()
  }
}
