// Replies that wait at a gate.

import ProtobufRuntime
import Testing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(1))) struct ReplyGateTests {
  @Test func aReplyLeavesWhenItsPositionIsReachedAndNotBefore() async throws {
    try await withEcho { client, echo, _ in
      var started = echo.started.stream.makeAsyncIterator()
      let tasks = (1...3).map { position in Task { try await client.say("hold \(position)") } }
      for _ in 1...3 { _ = await started.next() }
      // A call that is not held passes those that are.
      let other = try await client.say("hello")
      #expect(other == "hello")
      echo.gate.advance(to: 2)
      for position in 1...2 {
        let answer = try await tasks[position - 1].value
        #expect(answer == "hold \(position)")
      }
      echo.gate.advance(to: 1)
      #expect(echo.gate.position == 2)
      echo.gate.advance(to: 3)
      let last = try await tasks[2].value
      #expect(last == "hold 3")
    }
  }

  @Test func aPositionReachedBeforeHoldsNothing() async throws {
    try await withEcho { client, echo, _ in
      echo.gate.advance(to: 10)
      let answer = try await client.say("hold 10")
      #expect(answer == "hold 10")
    }
  }

  @Test func aFailedGateAnswersHeldAndLaterReplies() async throws {
    try await withEcho { client, echo, _ in
      var started = echo.started.stream.makeAsyncIterator()
      let held = Task { try await client.say("hold 5") }
      _ = await started.next()
      let failure = RPCError(.unavailable, "the journal cannot be written")
      echo.gate.fail(failure)
      await #expect(throws: failure) { _ = try await held.value }
      await #expect(throws: failure) { _ = try await client.say("hold 6") }
      let other = try await client.say("hello")
      #expect(other == "hello")
    }
  }

  @Test func thousandsOfHeldRepliesAreReleasedWhileTheGateMoves() async throws {
    try await withEcho { client, echo, _ in
      let gate = echo.gate
      let mover = Task {
        for position in 1...2_000 {
          gate.advance(to: UInt64(position))
          await Task.yield()
        }
      }
      let count = try await withThrowingTaskGroup(of: Int.self) { group in
        for position in 1...2_000 {
          group.addTask {
            _ = try await client.say("hold \(position)")
            return 1
          }
        }
        return try await group.reduce(0, +)
      }
      await mover.value
      #expect(count == 2_000)
    }
  }

  @Test func aHeldReplyIsDroppedWhenItsDeadlinePasses() async throws {
    try await withEcho { client, _, _ in
      await #expect(throws: RPCError.self) {
        _ = try await client.say("hold 1", CallOptions(timeout: .milliseconds(50)))
      }
      let answer = try await client.say("hello")
      #expect(answer == "hello")
    }
  }
}
