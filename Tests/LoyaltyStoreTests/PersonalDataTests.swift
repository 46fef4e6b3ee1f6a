// Personal data: encrypted by member, durable when a call returns, and gone everywhere when a member is erased.

import Foundation
import Testing

@testable import LoyaltyStore

@Suite struct PersonalDataTests {
  private static let phone = "13800138000 Wang Xiaoming"

  private static func store(_ directory: String, _ master: MasterKey?) throws -> PersonalDataStore {
    var configuration = StoreConfiguration.personal
    configuration.segmentSize = 1 << 20
    configuration.queueLimit = 256 << 10
    configuration.fullDiskRetryInterval = .milliseconds(10)
    return try PersonalDataStore.open(
      directory: directory, masterKey: master, disk: PosixDisk(), environment: .system, threads: true,
      configuration: configuration, notify: { _ in })
  }

  private static func files(_ directory: String) throws -> [(name: String, bytes: [UInt8])] {
    let disk = PosixDisk()
    return try [StoreFolders.personal, StoreFolders.memberKeys].flatMap { folder in
      try disk.list(directory: "\(directory)/\(folder)").map { name in
        let file = try disk.open("\(directory)/\(folder)/\(name)", .reading)
        return ("\(folder)/\(name)", try file.readAll(at: 0, count: Int(try file.size())))
      }
    }
  }

  private static func files(of directory: String, having needle: [UInt8]) throws -> [String] {
    try files(directory).filter { _, bytes in
      needle.withUnsafeBytes { needle in
        bytes.withUnsafeBytes { bytes in
          guard let start = needle.baseAddress else { return true }
          var offset = 0
          while offset + needle.count <= bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + offset, Int32(needle[0]), bytes.count - offset)
          {
            let place = found - UnsafeMutableRawPointer(mutating: base)
            if place + needle.count <= bytes.count, memcmp(found, start, needle.count) == 0 { return true }
            offset = place + 1
          }
          return false
        }
      }
    }.map(\.name)
  }

  @Test func valuesComeBackAlsoAfterARestartAndNoFileShowsThem() async throws {
    let directory = TemporaryDirectory()
    let master = MasterKey.random()
    let store = try Self.store(directory.path, master)
    try await store.put(Array(Self.phone.utf8), member: "M-1", slot: "profile")
    try await store.put(Array("a word".utf8), member: "M-1", slot: "feedback/7")
    try await store.put(Array("other".utf8), member: "M-2", slot: "profile")
    try await store.put(Array("changed".utf8), member: "M-2", slot: "profile")
    try await store.put([], member: "M-2", slot: "empty")
    #expect(try await store.get(member: "M-1", slot: "profile") == Array(Self.phone.utf8))
    #expect(try await store.get(member: "M-2", slot: "profile") == Array("changed".utf8))
    #expect(try await store.get(member: "M-2", slot: "empty") == [])
    #expect(try await store.get(member: "M-3", slot: "profile") == nil)
    #expect(try await store.slots(member: "M-1") == ["feedback/7", "profile"])
    try await store.remove(member: "M-1", slot: "feedback/7")
    try store.close()

    let again = try Self.store(directory.path, master)
    #expect(try await again.get(member: "M-1", slot: "profile") == Array(Self.phone.utf8))
    #expect(try await again.get(member: "M-1", slot: "feedback/7") == nil)
    #expect(try await again.export(member: "M-2").map(\.slot) == ["empty", "profile"])
    try again.close()
    #expect(try Self.files(of: directory.path, having: Array(Self.phone.utf8)) == [])
    #expect(throws: StoreError.self) { try Self.store(directory.path, nil) }
  }

  @Test func anErasedMemberIsForgottenAndTheKeyIsInNoFile() async throws {
    let directory = TemporaryDirectory()
    // Without a master key, so that the test can look for the key itself.
    let store = try Self.store(directory.path, nil)
    for number in 0..<50 {
      try await store.put(Array("text \(number)".utf8), member: "M-\(number % 5)", slot: "text/\(number)")
    }
    try store.close()
    let opened = try Self.store(directory.path, nil)
    let key = try #require(opened.keys.read { $0.keys["M-3"] }.value).bytes
    #expect(try !Self.files(of: directory.path, having: key).isEmpty)
    #expect(try await opened.erase(member: "M-3"))
    #expect(try await !opened.erase(member: "M-3"))
    #expect(try await opened.get(member: "M-3", slot: "text/3") == nil)
    #expect(try await opened.slots(member: "M-3") == [])
    #expect(opened.erasure(member: "M-3") != nil)
    await #expect(throws: PersonalDataError.erased(member: "M-3")) {
      try await opened.put([1], member: "M-3", slot: "text/3")
    }
    while opened.isErasing { try await Task.sleep(for: .milliseconds(5)) }
    #expect(try Self.files(of: directory.path, having: key) == [])
    #expect(try await opened.get(member: "M-4", slot: "text/4") == Array("text 4".utf8))
    try opened.close()
    let again = try Self.store(directory.path, nil)
    #expect(try await again.get(member: "M-3", slot: "text/3") == nil)
    #expect(try await again.get(member: "M-4", slot: "text/49") == Array("text 49".utf8))
    #expect(again.erasure(member: "M-3") != nil)
    #expect(!again.isErasing)
    try again.close()
  }

  @Test func whoeverLooksIntoTheFilesIsShownNoKey() async throws {
    let directory = TemporaryDirectory()
    let store = try Self.store(directory.path, nil)
    for number in 0..<3 { try await store.put([1, 2, 3], member: "M-\(number)", slot: "profile") }
    try store.close()
    let opened = try Self.store(directory.path, nil)
    let key = try #require(opened.keys.read { $0.keys["M-1"] }.value).bytes
    try opened.close()
    var lines = ""
    for folder in [StoreFolders.personal, StoreFolders.memberKeys] {
      try StoreInspector.inspect(path: "\(directory.path)/\(folder)") { lines += $0 + "\n" }
    }
    #expect(lines.contains("\"member\":\"M-1\"") && lines.contains("\"chunk\"") && !lines.contains("\"error\""))
    #expect(lines.contains("\"sealed\""), "values are shown as they stand there")
    #expect(!lines.contains(Data(key).base64EncodedString()))
  }

  @Test func aLimitIsNamedAndABadNameTakesNothing() async throws {
    let directory = TemporaryDirectory()
    let store = try Self.store(directory.path, nil)
    await #expect(throws: PersonalDataError.tooLarge(bytes: 65_537, limit: 65_536)) {
      try await store.put([UInt8](repeating: 0, count: 65_537), member: "M-1", slot: "photo")
    }
    try await store.put([UInt8](repeating: 0, count: 65_536), member: "M-1", slot: "photo")
    for (member, slot) in [("", "a"), ("a", ""), (String(repeating: "m", count: 257), "a")] {
      await #expect(throws: PersonalDataError.self) { try await store.put([1], member: member, slot: slot) }
    }
    try store.close()
  }

  @Test func aPutAnErasureOrACrashHalfwayLosesNothingThatWasAcknowledged() async throws {
    for operation in stride(from: 1, through: 700, by: 9) {
      let disk = SimulatedDisk(seed: UInt64(operation))
      let clock = SimulatedClock()
      func open() throws -> PersonalDataStore {
        var configuration = StoreConfiguration.personal
        configuration.segmentSize = 8192
        configuration.queueLimit = 2048
        configuration.maximumRecordSize = 700
        return try PersonalDataStore.open(
          directory: "/data", masterKey: MasterKey(key: .random { 5 }), disk: disk,
          environment: StoreEnvironment(
            monotonic: { clock.tick() }, wall: { clock.tick() }, random: { clock.tick() }, holder: "personal"),
          threads: false, configuration: configuration, notify: { _ in })
      }
      disk.plan(FaultPlan(operation: operation, fault: operation % 2 == 0 ? .crash : .fail))
      var values: [Int: String] = [:]
      var erased: Set<Int> = []
      let steps = Steps()
      do {
        let store = try open()
        steps.start(store)
        for number in 0..<12 {
          let member = number % 4
          if number == 9 {
            try await store.erase(member: "m1")
            erased.insert(1)
          } else {
            try await store.put(Array("v\(number)".utf8), member: "m\(member)", slot: "s")
            values[member] = "v\(number)"
          }
        }
      } catch {
        // The fault ends this life.
      }
      await steps.stop()
      disk.restart(operation % 3 == 0 ? .none : .some)
      let store = try open()
      steps.start(store)
      for (member, value) in values where !erased.contains(member) {
        let found = try await store.get(member: "m\(member)", slot: "s").map { String(decoding: $0, as: UTF8.self) }
        // A later value, or an erasure, may have become durable without having been acknowledged.
        let attempted = found.flatMap { Int($0.dropFirst()) } ?? -1
        let erasureTried = member == 1 && found == nil && store.erasure(member: "m1") != nil
        #expect(found == value || attempted % 4 == member && attempted > Int(value.dropFirst()) ?? 0 || erasureTried)
      }
      for member in erased { #expect(store.erasure(member: "m\(member)") != nil) }
      await steps.stop()
    }
  }
}

/// Takes the steps of the journals' threads while a test waits for them.
private final class Steps {
  private var task: Task<Void, Never>?

  func start(_ store: PersonalDataStore) {
    task = Task.detached {
      while !Task.isCancelled {
        _ = store.keys.group.step()
        _ = store.data.group.step()
        _ = store.keys.stepSpace()
        _ = store.data.stepSpace()
        _ = store.keys.stepSnapshots()
        await Task.yield()
      }
    }
  }

  deinit { task?.cancel() }

  /// Returns when no step is under way: one of this life on the disk of the next would be a process that goes on after the
  /// power has failed.
  func stop() async {
    task?.cancel()
    await task?.value
    task = nil
  }
}
