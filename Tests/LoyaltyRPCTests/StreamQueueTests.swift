// The queues between a handler and its event loop, driven by numbers that follow from a seed.

import Testing

@testable import LoyaltyRPC

private final class NobodysStream: StreamOwner {
  func messagesQueued() {}
  func messagesTaken(window: Int, size: Int) {}
}

@Suite struct StreamQueueTests {
  private let owner = NobodysStream()

  /// Whatever the sizes of messages and of the room for them: the bytes come out as they went in, and the budget is right.
  @Test(arguments: UInt64(1)...20) func bytesComeOutAsTheyWentInWhateverTheirSizes(_ seed: UInt64) throws {
    var random = SeededRandomness(seed: seed)
    let budget = ByteBudget(limit: 100_000)
    let messages = OutgoingMessages(capacity: 2_048, budget: budget)
    var written: [UInt8] = []
    var read: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 5_000)
    func take(_ capacity: Int) {
      let taken = room.withUnsafeMutableBytes { bytes in
        bytes.baseAddress.map { messages.take(into: $0, capacity: capacity) }
      }
      if case .bytes(let count) = taken { read += room[..<count] }
    }
    for _ in 0..<100 {
      if Bool.random(using: &random) {
        let size = Int.random(in: 0...(Bool.random(using: &random) ? 50 : 4_000), using: &random)
        let message = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: size)
        let waits: Bool
        do {
          waits = try message.withUnsafeBytesTyped { (raw) throws(RPCError) in
            try messages.queue(message: raw, owner: owner)
          }
        } catch {
          #expect(error.code == .resourceExhausted)
          continue
        }
        written += MessageFrame.make(message, flags: 0)
        #expect(waits == (messages.queuedBytes > 2_048))
      } else {
        take(Int.random(in: 1...room.count, using: &random))
      }
      #expect(messages.queuedBytes == written.count - read.count)
      let counted: Int = budget.usedBytes + ByteQueue.smallestCapacity
      #expect(counted >= messages.queuedBytes)
    }
    while messages.queuedBytes > 0 { take(1_000) }
    #expect(read == written)
    messages.fail(RPCError(.cancelled, "over"))
    #expect(budget.usedBytes == 0)
  }

  @Test func aStreamThatIsOverKeepsNothingAndTakesNothing() throws {
    let budget = ByteBudget(limit: 1 << 20)
    let messages = OutgoingMessages(capacity: 8_192, budget: budget)
    let message = [UInt8](repeating: 1, count: 20_000)
    func queue() throws(RPCError) {
      _ = try message.withUnsafeBytesTyped { (raw) throws(RPCError) in try messages.queue(message: raw, owner: owner) }
    }
    try queue()
    messages.fail(RPCError(.cancelled, "the client is gone"))
    #expect(messages.queuedBytes == 0 && budget.usedBytes == 0)
    #expect(throws: RPCError(.cancelled, "the client is gone")) { try queue() }
    #expect(messages.queuedBytes == 0 && budget.usedBytes == 0)
  }
}
