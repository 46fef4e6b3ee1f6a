// When the journal's thread writes what has gathered: at once after a rest, together within an interval.

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

  @Test func whatGathersWithinTheIntervalIsOneBatch() throws {
    try add(1)
    #expect(store.group.step() == .again)
    clock.advance(.microseconds(100))
    try add(8)
    #expect(store.group.step() == .pause(400_000))
    clock.advance(.microseconds(300))
    try add(8)
    #expect(store.group.step() == .pause(100_000))
    clock.advance(.microseconds(100))
    #expect(store.group.step() == .again)
    #expect(store.durableSequence == 17)
  }

  @Test func theIntervalDoesNotHoldUpTheEnd() throws {
    try add(1)
    #expect(store.group.step() == .again)
    clock.advance(.microseconds(100))
    try add(8)
    #expect(store.group.step() == .pause(400_000))
    clock.run()
    try store.close()
    #expect(store.durableSequence == 9)
  }
}
