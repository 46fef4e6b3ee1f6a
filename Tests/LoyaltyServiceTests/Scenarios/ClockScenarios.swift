// A clock that jumps ahead on a whole server: nothing lapses by it until an operator has confirmed it.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  fileprivate var clock: ClockServiceClient { ClockServiceClient(client) }
}

@Suite struct ClockScenarios {
  /// Beyond the life of any point of the sample policy.
  private static let far = Scenario.start + 2_000 * Scenario.day

  private static func balance(_ stage: Scenario) async throws -> Int64 {
    try await stage.air.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance
  }

  private static func request(_ stage: Scenario, now: Int64) -> ConfirmClockRequest {
    ConfirmClockRequest(now: ProtobufTimestamp(unixMilliseconds: now), idempotencyKey: stage.fresh())
  }

  @Test(
    "P15: a clock that jumps ahead lets nothing lapse, calls are answered, and when it is corrected nothing has happened"
  )
  func aJumpThatIsCorrected() async throws {
    try await Scenario.run(clockJumpHours: 72) { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1")).balance
      try stage.advance(to: Self.far)
      #expect(try await Self.balance(stage) == earned)
      let told = try await stage.ops.clock.getClock(GetClockRequest())
      #expect(told.jumpUnconfirmed && told.clockTime == ProtobufTimestamp(unixMilliseconds: Self.far))
      #expect(try #require(told.ledgerTime).seconds < (Scenario.start + Scenario.hour) / 1_000)
      let more = try await stage.air.loyalty.accrue(stage.flight("M-1", at: Scenario.start)).balance
      #expect(more > earned)
      // A server that starts under the wrong clock knows by its last record.
      try await stage.restart()
      #expect(try await stage.ops.clock.getClock(GetClockRequest()).jumpUnconfirmed)
      #expect(try await Self.balance(stage) == more)
      try stage.advance(to: Scenario.start + Scenario.hour)
      #expect(try await !stage.ops.clock.getClock(GetClockRequest()).jumpUnconfirmed)
      #expect(try await Self.balance(stage) == more)
    }
  }

  @Test("P15: a clock that jumps ahead is believed once an operator says the same time, and what is due is done")
  func aJumpThatIsConfirmed() async throws {
    try await Scenario.run(clockJumpHours: 72) { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1")).balance
      try stage.advance(to: Self.far)
      await #expect {
        try await stage.ops.clock.confirmClock(Self.request(stage, now: Scenario.start))
      } throws: { ($0 as? RPCError)?.code == .invalidArgument }
      await #expect {
        try await stage.air.clock.confirmClock(Self.request(stage, now: Self.far))
      } throws: { ($0 as? RPCError)?.code == .permissionDenied }
      try stage.advance(to: Self.far)
      #expect(try await Self.balance(stage) == earned)
      let request = Self.request(stage, now: Self.far + 60_000)
      let confirmed = try await stage.ops.clock.confirmClock(request)
      #expect(confirmed.ledgerTime == ProtobufTimestamp(unixMilliseconds: Self.far))
      #expect(try await stage.ops.clock.confirmClock(request) == confirmed)
      try stage.advance(to: Self.far + 1)
      #expect(try await Self.balance(stage) == 0)
      try await stage.restart()
      #expect(try await !stage.ops.clock.getClock(GetClockRequest()).jumpUnconfirmed)
    }
  }

  @Test(
    "P15: a ledger in which nothing happens notes the time, so that a restart tells a quiet week from a wrong clock")
  func aQuietLedger() async throws {
    try await Scenario.run(clockJumpHours: 72) { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      for _ in 0..<7 { try stage.advance(days: 1) }
      try await stage.restart()
      #expect(try await !stage.ops.clock.getClock(GetClockRequest()).jumpUnconfirmed)
    }
  }
}
