// A state that says that it cannot be trusted: nothing is served from it, and no snapshot makes it look sound.

import LoyaltyEngine
import ProtobufRuntime
import Synchronization
import Testing

@testable import LoyaltyStore

@Suite struct ContradictionTests {
  /// Writes what `Roll` would not: a program with the defect that `Roll` finds.
  struct Careless: StateMachine {
    mutating func apply(_ record: ProtobufAny, sequence: UInt64) {}
    func snapshot(_ emit: ([UInt8]) throws -> Void) throws {}
    mutating func restore(chunk: [UInt8]) throws {}
  }

  @Test func aJournalThatContradictsItselfIsRefusedAtEveryStartAndGetsNoSnapshot() throws {
    let directory = TemporaryDirectory()
    let careless = try DurableStore<Careless>.open(directory: directory.path, configuration: DurableStoreTests.small)
    for name in ["Ada", Roll.contradicting, "Grace"] {
      _ = try careless.commit { _ -> Step<ProtobufAny, Never> in .change(ProtobufAny(typeURL: name)) }
    }
    try careless.close()
    let disk = PosixDisk()
    func files() throws -> [String] { try disk.list(directory: directory.path).sorted() }
    for name in try files() where name.hasSuffix(".state") { try disk.remove("\(directory.path)/\(name)") }
    let before = try files()
    for _ in 1...2 {
      #expect {
        try DurableStore<Roll>.open(directory: directory.path, configuration: DurableStoreTests.small)
      } throws: { error in
        guard case StoreError.inconsistent? = error as? StoreError else { return false }
        return "\(error)".contains("record 2 contradicts")
      }
      #expect(try files() == before)
    }
  }

  @Test func aSnapshotOfAStateThatContradictsItselfIsNotMade() throws {
    let directory = TemporaryDirectory()
    let problems = Mutex<[String]>([])
    let store = try DurableStore<Roll>.open(
      directory: directory.path, configuration: DurableStoreTests.small
    ) { event in
      if case .snapshotFailed(let problem) = event { problems.withLock { $0.append(problem) } }
    }
    try store.add("Ada")
    // Not through the lock that looks: as if an older program had written it.
    var batch = PendingBatch()
    DurableStoreTests.wait(store, for: 1)
    let record = ProtobufAny(typeURL: Roll.contradicting)
    record.withSerializedBytes { batch.append($0, sequence: 2) }
    store.journal.place(payload: batch.payload)
    try store.journal.append(&batch)
    try store.close()
    #expect(problems.withLock { $0 }.contains { $0.contains("record 2 contradicts") })
    #expect(try PosixDisk().list(directory: directory.path).allSatisfy { !$0.hasSuffix(".state") })
  }

  @Test func aContradictionWhileServingIsFatalIsNotJournalledAndHoldsBackEveryLaterRead() throws {
    let directory = TemporaryDirectory()
    let store = try DurableStore<Roll>.open(directory: directory.path, configuration: DurableStoreTests.small)
    let fatal = Mutex<[String]>([])
    store.onFatal { error in fatal.withLock { $0.append(error.description) } }
    try store.add("Ada")
    #expect(throws: StoreError.self) { try store.add(Roll.contradicting) }
    #expect(throws: StoreError.self) { try store.add("Grace") }
    #expect(fatal.withLock { $0 }.count == 1)
    #expect(fatal.withLock { $0 }.first?.contains("record 2 contradicts") == true)
    #expect(store.read { _ in () }.sequence == 2)
    if case .failed = store.status.mode {} else { Issue.record("\(store.status.mode)") }
    #expect(throws: StoreError.self) { try store.close() }
    #expect(store.durableSequence == 1)
    let again = try DurableStore<Roll>.open(directory: directory.path, configuration: DurableStoreTests.small)
    #expect(again.names == ["Ada"])
    try again.close()
  }
}
