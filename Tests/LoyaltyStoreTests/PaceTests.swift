// When the journal's thread writes what has gathered: at once for one record, together for a crowd.

import Synchronization
import Testing

@testable import LoyaltyStore

@Suite struct PaceTests {
  /// A clock that stands still until it is moved, or told to run.
  private final class Clock: Sendable {
    private let now = Mutex<UInt64>(1_000_000_000)
    private let runs = Mutex(false)
    func read() -> UInt64 {
      if runs.withLock({ $0 }) { advance(.microseconds(1)) }
      return now.withLock { $0 }
    }
    func run() { runs.withLock { $0 = true } }
    func advance(_ duration: Duration) { now.withLock { $0 += duration.nanoseconds } }
  }

  private let clock = Clock()
  private let store: DurableStore<Roll>

  init() throws {
    var configuration = StoreConfiguration()
    configuration.segmentSize = 16384
    configuration.queueLimit = 4096
    configuration.maximumRecordSize = 700
    store = try DurableStore<Roll>.open(
      directory: "/data", configuration: configuration, disk: SimulatedDisk(seed: 7),
      environment: StoreEnvironment(
        monotonic: { [clock] in clock.read() }, wall: { [clock] in clock.read() }, random: { 1 }, holder: "test"),
      threads: false, notify: { _ in })
  }

  private func add(_ count: Int) throws {
    for _ in 0..<count { try store.add("n\(store.names.count)") }
  }

  @Test func oneRecordIsWrittenAtOnceAndTheNextAfterTheInterval() throws {
    try add(1)
    #expect(store.group.step() == .again)
    #expect(store.durableSequence == 1)
    clock.advance(.microseconds(200))
    try add(1)
    #expect(store.group.step() == .pause(300_000))
    clock.advance(.microseconds(300))
    #expect(store.group.step() == .again)
    #expect(store.durableSequence == 2)
  }

  @Test func aCrowdWaitsAsLongAsMoreAreComing() throws {
    try add(1)
    #expect(store.group.step() == .again)
    clock.advance(.microseconds(500))
    try add(8)
    #expect(store.group.step() == .pause(500_000))
    clock.advance(.microseconds(500))
    try add(8)
    #expect(store.group.step() == .pause(500_000))
    clock.advance(.microseconds(500))
    try add(7)
    #expect(store.group.step() == .again)
    #expect(store.durableSequence == 24)
  }

  @Test func noCrowdWaitsLongerThanTheLongestInterval() throws {
    try add(1)
    #expect(store.group.step() == .again)
    for _ in 0..<7 {
      clock.advance(.microseconds(500))
      try add(8)
      #expect(store.group.step() == .pause(500_000))
    }
    clock.advance(.microseconds(500))
    try add(8)
    #expect(store.group.step() == .again)
    #expect(store.durableSequence == 65)
  }

  @Test func theFirstRecordAfterACrowdWaitsForTheOthersOnce() throws {
    try add(8)
    #expect(store.group.step() == .again)
    clock.advance(.microseconds(600))
    try add(1)
    #expect(store.group.step() == .pause(500_000))
    clock.advance(.microseconds(500))
    #expect(store.group.step() == .again)
    #expect(store.durableSequence == 9)
    // It was no crowd: the next one does not wait.
    clock.advance(.microseconds(600))
    try add(1)
    #expect(store.group.step() == .again)
  }

  @Test func aCrowdDoesNotHoldUpTheEnd() throws {
    try add(1)
    #expect(store.group.step() == .again)
    clock.advance(.microseconds(500))
    try add(8)
    #expect(store.group.step() == .pause(500_000))
    clock.run()
    try store.close()
    #expect(store.durableSequence == 9)
  }
}
