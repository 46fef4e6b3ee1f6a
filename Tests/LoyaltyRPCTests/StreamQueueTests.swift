// The queues between a handler and its event loop, driven by numbers that follow from a seed.

import Synchronization
import Testing

@testable import LoyaltyRPC

private final class NobodysStream: StreamOwner {
  private let told = Mutex((window: 0, size: 0))

  func messagesQueued() {}
  func messagesTaken(window: Int, size: Int) {
    told.withLock { $0 = ($0.window + window, $0.size + size) }
  }

  var taken: (window: Int, size: Int) { told.withLock { $0 } }
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

  /// However messages come together: each comes out as it went in, and when all are taken or dropped, all that they counted for and
  /// all of the window that was not given back before is given back, and nothing twice.
  @Test(arguments: UInt64(1)...20) func messagesComeOutOneByOneAndGiveBackWhatTheyCountedFor(_ seed: UInt64)
    async throws
  {
    var random = SeededRandomness(seed: seed)
    let owner = NobodysStream()
    var limits = CallLimits()
    limits.streamWindowBytes = 400
    let queue = IncomingMessages(limits: limits)
    var sent: [[UInt8]] = []
    var counted = (window: 0, size: 0)
    for _ in 0..<50 {
      let messages = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: Int.random(in: 0...60, using: &random))
      }
      let run = MessageRun(
        bytes: messages.flatMap { MessageFrame.make($0, flags: 0) }, isCompressed: false, count: messages.count)
      // Of the first message of a run a part may have been given back while it was incomplete.
      let givenBack = Int.random(in: 0...MessageDeframer.prefixLength + messages[0].count, using: &random)
      let entry = IncomingMessages.Entry(run: run, encoding: .identity, givenBack: givenBack)
      queue.push([entry], owner: owner)
      sent += messages
      counted = (counted.window + run.bytes.count - givenBack, counted.size + entry.size)
    }
    let isReadToItsEnd = seed % 2 == 0
    for expected in isReadToItsEnd ? sent[...] : sent.prefix(sent.count / 2) {
      let message = try await queue.next(owner: owner)
      #expect(message?.bytes == expected)
    }
    queue.abandon(owner: owner)
    #expect(owner.taken.window == counted.window && owner.taken.size == counted.size)
    queue.end()
    let end = try await queue.next(owner: owner)
    #expect(end == nil)
  }
}
