// What is taken from a server's budget comes back, however a stream of replies ends.

import Synchronization
import Testing

@testable import LoyaltyRPC

private final class NoOwner: StreamOwner {
  func messagesQueued() {}
  func messagesTaken(window: Int, size: Int) {}
}

@Suite struct ByteBudgetTests {
  @Test func nothingIsTakenBeyondTheLimit() {
    let budget = ByteBudget(limit: 100)
    #expect(budget.take(60) && !budget.take(41) && budget.take(40) && !budget.take(1))
    budget.give(100)
    #expect(budget.usedBytes == 0)
  }

  @Test func theMemoryOfAStreamsRepliesIsTakenFromTheBudget() async throws {
    let budget = ByteBudget(limit: 100_000)
    let messages = OutgoingMessages(capacity: 10_000, budget: budget)
    try await messages.send(Array(repeating: 0, count: 1_000), owner: NoOwner())
    #expect(budget.usedBytes == 0, "its first kibibyte is its own")
    try await messages.send(Array(repeating: 0, count: 5_000), owner: NoOwner())
    #expect(budget.usedBytes == 6_000 - ByteQueue.smallestCapacity)
    let waiting = Task { try await messages.send(Array(repeating: 0, count: 50_000), owner: NoOwner()) }
    while budget.usedBytes < 50_000 { await Task.yield() }
    let held = budget.usedBytes
    await #expect(throws: RPCError.self) {
      try await messages.send(Array(repeating: 0, count: 60_000), owner: NoOwner())
    }
    #expect(budget.usedBytes == held)
    var room = [UInt8](repeating: 0, count: held + 1_024)
    _ = room.withUnsafeMutableBytes { bytes in bytes.baseAddress.map { messages.take(into: $0, capacity: bytes.count) }
    }
    #expect(budget.usedBytes == 0)
    try await waiting.value
  }

  /// Each below the size from which its writer waits.
  @Test func manyStreamsTogetherHoldNoMoreThanTheBudget() async throws {
    let budget = ByteBudget(limit: 100_000)
    let streams = (0..<10).map { _ in OutgoingMessages(capacity: 64 << 10, budget: budget) }
    var refused = 0
    for stream in streams {
      do {
        try await stream.send(Array(repeating: 0, count: 30_000), owner: NoOwner())
      } catch {
        #expect(error.code == .resourceExhausted)
        refused += 1
      }
    }
    #expect(refused == 7)
    var queued = 0
    for stream in streams { queued += stream.queuedBytes }
    #expect(queued == 90_000)
  }

  @Test(arguments: [true, false])
  func whatWasTakenComesBackAtTheEnd(_ fails: Bool) async throws {
    let budget = ByteBudget(limit: 10_000)
    var messages: OutgoingMessages? = OutgoingMessages(capacity: 0, budget: budget)
    let stream = messages
    let waiting = Task { [stream] in try await stream?.send(Array(repeating: 0, count: 7_000), owner: NoOwner()) }
    while budget.usedBytes < 5_000 { await Task.yield() }
    if fails {
      messages?.fail(RPCError(.cancelled, "gone"))
      await #expect(throws: RPCError.self) { try await waiting.value }
    } else {
      waiting.cancel()
      await #expect(throws: RPCError.self) { try await waiting.value }
      messages?.fail(RPCError(.cancelled, "gone"))
    }
    messages = nil
    #expect(budget.usedBytes == 0)
  }
}
