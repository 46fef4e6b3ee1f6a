// Earning, as the requirements ask for it.

import LoyaltyAPI
import LoyaltyRPC
import Testing

@Suite struct EarningScenarios {
  @Test("A3.1.1 B2.1 B4.1: an accrual names each rule with its version, its points and why") func explained()
    async throws
  {
    try await Scenario.run { stage in
      let request = stage.stay("M-1", yuan: 3_001, category: "resort")
      let earned = try await stage.hotel.loyalty.accrue(request)
      #expect(earned.rules.map(\.ruleID) == ["stay-base", "resort-bonus", "welcome"])
      #expect(earned.rules.map(\.points) == [4_502, 2_251, 500], "4,501.5 is rounded half up, its half down")
      #expect(earned.rules.allSatisfy { $0.ruleVersion == 1 && !$0.why.isEmpty })
      #expect(earned.lots.map(\.points) == [7_253] && earned.points == 7_253)
      try await stage.restart()
      #expect(try await stage.hotel.loyalty.accrue(request) == earned)
    }
  }

  @Test("A1.1: purchase, flight, stay, share, survey, referral and event each earn by a rule of their own")
  func waysToEarn() async throws {
    try await Scenario.run { stage in
      // The first activity earns the welcome; it is out of the way of what follows.
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let kinds: [(ActivityKind, String)] = [
        (.purchase, "purchase-base"), (.share, "share"), (.survey, "survey"), (.referral, "referral"),
        (.event, "event"),
      ]
      var rules: [String] = []
      var sum: Int64 = 0
      for (kind, rule) in kinds {
        let earned = try await stage.air.loyalty.accrue(stage.activity(kind, "M-1", yuan: 100))
        #expect(earned.rules.map(\.ruleID) == [rule])
        rules += earned.rules.map(\.ruleID)
        sum += earned.points
      }
      let stayed = try await stage.hotel.loyalty.accrue(stage.stay("M-1"))
      #expect(stayed.rules.map(\.ruleID) == ["stay-base"])
      #expect(Set(rules).count == kinds.count)
      try await stage.restart()
      let balance = try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance
      #expect(balance == 2_500 + sum + stayed.points)
    }
  }
}

@Suite struct PracticeScenarios {
  @Test("P1: the same ticket under another key is refused and names the first accrual") func creditedOnce()
    async throws
  {
    try await Scenario.run { stage in
      var request = stage.flight("M-1")
      let first = try await stage.air.loyalty.accrue(request)
      try await stage.restart()
      request.idempotencyKey = stage.fresh()
      let again = request
      let error = await #expect(throws: RPCError.self) { try await stage.air.loyalty.accrue(again) }
      let info = try detail(ErrorInfo.self, of: try #require(error))
      #expect(info?.reason == "REFERENCE_ALREADY_CREDITED")
      #expect(info?.metadata["firstAccrual"] == first.accrualID)
    }
  }
}
