// An erasure that is interrupted anywhere: the Nth operation of the disk from its beginning on crashes or fails, for N = 1,
// 2, 3 … until an erasure meets no fault. What was acknowledged is gone for good; what was not is whole or gone, never half.

import Foundation
import LoyaltyEngine
import LoyaltyMessages
import Testing

@testable import LoyaltyStore

@Suite struct ErasureSweepTests {
  private static let directory = "/data"
  private static let value = Array("13800138000".utf8)

  /// One run of the program: the two stores, their steps taken by hand.
  private struct Life {
    let store: PersonalDataStore

    init(_ disk: SimulatedDisk, _ clock: SimulatedClock, _ master: MasterKey?, snapshotBytes: Int? = nil) throws {
      var configuration = StoreConfiguration.personal
      configuration.segmentSize = 8192
      configuration.queueLimit = 2048
      configuration.maximumRecordSize = 700
      if let snapshotBytes { configuration.snapshotBytes = snapshotBytes }
      store = try PersonalDataStore.open(
        directory: directory, masterKey: master, disk: disk,
        environment: StoreEnvironment(
          monotonic: { clock.tick() }, wall: { clock.tick() }, random: { clock.tick() }, holder: "erasure"),
        threads: false, configuration: configuration, notify: { _ in })
    }

    /// What the stores' threads do, until nothing is left to do or no more can be done.
    func settle() {
      for _ in 0..<200 {
        _ = store.keys.group.step()
        _ = store.data.group.step()
        _ = store.keys.stepSpace()
        _ = store.data.stepSpace()
        _ = store.keys.stepSnapshots()
        if !store.isErasing, store.keys.durableSequence == store.keys.status.sequence,
          store.data.durableSequence == store.data.status.sequence
        {
          return
        }
      }
    }

    /// Gives a member a value in each of the places that values are.
    /// - Returns: the value as it stands in a record of the ledger.
    func fill(_ member: String) async throws -> SealedWords {
      let store = store
      try await pump { try await store.put(value, member: member, slot: "profile") }
      return try #require(store.seal(value, member: member))
    }

    /// Takes steps while somebody waits for them.
    func pump(_ body: @escaping @Sendable () async throws -> Void) async throws {
      let stepping = Task { [self] in
        while !Task.isCancelled {
          settle()
          await Task.yield()
        }
      }
      do { try await body() } catch {
        stepping.cancel()
        await stepping.value
        throw error
      }
      // Nobody else takes steps when this returns.
      stepping.cancel()
      await stepping.value
    }

    /// Whether a member can be read: by slot and in the ledger's records alike.
    func reads(_ member: String, _ words: SealedWords) throws -> Bool {
      let slot = store.data.read { $0.value(member, "profile") }.value != nil
      let key = store.keys.read { $0.keys[member] }.value != nil
      let inRecords = store.open(words) == value
      #expect(slot == key && inRecords == key, "half: slot \(slot), key \(key), in records \(inRecords)")
      #expect((store.erasure(member: member) != nil) == !key)
      #expect(store.keys.read { Set($0.erased.keys) }.value == store.data.read { Set($0.erased.keys) }.value)
      return key
    }
  }

  /// The files of the members' keys that have a key in them. Only without a master key it can be seen.
  private static func files(_ disk: SimulatedDisk, having key: [UInt8]) throws -> [String] {
    let folder = "\(directory)/\(StoreFolders.memberKeys)"
    return try disk.list(directory: folder).filter { name in
      let bytes = disk.contents("\(folder)/\(name)")
      return has(bytes, key)
    }
  }

  private static func has(_ bytes: [UInt8], _ key: [UInt8]) -> Bool {
    Data(bytes).range(of: Data(key)) != nil
  }

  @Test func theKeyIsNotInBlocksThatTheStoreHasGivenBackEither() async throws {
    let disk = SimulatedDisk(seed: 1)
    let life = try Life(disk, SimulatedClock(), nil, snapshotBytes: 1_500)
    _ = try await life.fill("gone")
    let key = try #require(life.store.keys.read { $0.keys["gone"] }.value).bytes
    // Snapshots are made and segments removed, long before anybody is erased.
    for number in 0..<80 { _ = try await life.fill("other-\(number)") }
    life.settle()
    let before = Set(disk.paths)
    #expect(!before.contains("\(Self.directory)/\(StoreFolders.memberKeys)/\(FileNames.segment(1))"))
    #expect(disk.mediumContents.contains { Self.has($0, key) })
    let store = life.store
    try await life.pump { try await store.erase(member: "gone") }
    life.settle()
    #expect(!store.isErasing && !disk.mediumContents.contains { Self.has($0, key) })
  }

  @Test(arguments: [FaultPlan.Fault.crash, .fail], Survival.allCases)
  func aMemberIsErasedWhollyOrNotAtAll(_ fault: FaultPlan.Fault, _ survival: Survival) async throws {
    for isEncrypted in [false, true] {
      let master = isEncrypted ? MasterKey(key: .random { 5 }) : nil
      var operation = 0
      var isOver = false
      var outcomes: Set<String> = []
      while !isOver {
        operation += 1
        let disk = SimulatedDisk(seed: UInt64(operation))
        let clock = SimulatedClock()
        var life = try Life(disk, clock, master)
        let gone = try await life.fill("gone")
        let kept = try await life.fill("kept")
        life.settle()
        let key = try #require(life.store.keys.read { $0.keys["gone"] }.value).bytes
        disk.plan(FaultPlan(operation: operation, fault: fault))
        var isAcknowledged = false
        do {
          let store = life.store
          try await life.pump {
            // Data keys change while members are erased.
            if isEncrypted { try store.keys.rotateDataKey() }
            try await store.erase(member: "gone")
          }
          isAcknowledged = true
          life.settle()
        } catch {
          // The fault ends this life before anybody was told of an erasure.
        }
        isOver = disk.operations < operation
        disk.restart(survival)

        life = try Life(disk, clock, master)
        let isThere = try life.reads("gone", gone)
        #expect(!(isAcknowledged && isThere), "operation \(operation): acknowledged, and there again")
        #expect(try life.reads("kept", kept), "operation \(operation): another member is gone")
        outcomes.insert("\(isAcknowledged) \(isThere)")
        // Asked for again, as the ledger's record asks for it at each start: then it is done, and stays done.
        try life.store.finishErasures(of: ["gone"])
        life.settle()
        #expect(!life.store.isErasing)
        #expect(try !life.reads("gone", gone))
        if !isEncrypted {
          #expect(try Self.files(disk, having: key) == [], "operation \(operation): the key is in a file")
        }
        disk.restart(.none)
        life = try Life(disk, clock, master)
        #expect(try !life.reads("gone", gone))
        #expect(try life.reads("kept", kept))
      }
      print(
        "erasures: \(fault) at each of \(operation - 1) operations, surviving \(survival), encrypted \(isEncrypted)")
      #expect(operation > 10)
      // The sweep has seen erasures that a loss of power undid, and such as it did not. Where one journal fails, the other
      // one still says who is erased.
      #expect(
        outcomes.contains("true false") && (fault == .fail || survival == .all || outcomes.contains("false true")))
    }
  }
}
