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

  @Test func repliesBeyondAStreamsOwnBufferAreTakenFromTheBudget() async throws {
    let budget = ByteBudget(limit: 1_000)
    let messages = OutgoingMessages(capacity: 100, budget: budget)
    try await messages.send(Array(repeating: 0, count: 100), owner: NoOwner())
    #expect(budget.usedBytes == 0)
    let waiting = Task { try await messages.send(Array(repeating: 0, count: 500), owner: NoOwner()) }
    while budget.usedBytes < 500 { await Task.yield() }
    await #expect(throws: RPCError.self) { try await messages.send(Array(repeating: 0, count: 501), owner: NoOwner()) }
    #expect(budget.usedBytes == 500)
    var room = [UInt8](repeating: 0, count: 550)
    _ = room.withUnsafeMutableBytes { bytes in bytes.baseAddress.map { messages.take(into: $0, capacity: 550) } }
    #expect(budget.usedBytes == 0)
    try await waiting.value
  }

  @Test(arguments: [true, false])
  func whatWasTakenComesBackAtTheEnd(_ fails: Bool) async throws {
    let budget = ByteBudget(limit: 1_000)
    var messages: OutgoingMessages? = OutgoingMessages(capacity: 0, budget: budget)
    let stream = messages
    let waiting = Task { [stream] in try await stream?.send(Array(repeating: 0, count: 700), owner: NoOwner()) }
    while budget.usedBytes < 700 { await Task.yield() }
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
