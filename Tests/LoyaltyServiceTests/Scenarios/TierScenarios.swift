// Tiers and benefits, as the requirements ask for them.

import LoyaltyAPI
import Testing

@Suite struct TierScenarios {
  @Test("B1.1: whoever earns for the first time is enrolled in the entry tier, with its benefits and points")
  func entry() async throws {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 100))
      #expect(earned.enrolled && earned.tierID == "entry" && earned.points > 0)
      try await stage.restart()
      let tier = try await stage.air.loyalty.getTier(GetTierRequest(memberID: "M-1", language: "en"))
      #expect(tier.tier?.tierID == "entry")
      #expect(tier.tier?.benefits == ["2% off member prices"])
    }
  }
}
