// Campaigns and offers, as the requirements ask for them.

import Foundation
import LoyaltyAPI
import LoyaltyRPC
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var campaigns: CampaignServiceClient { CampaignServiceClient(client) }
}

@Suite struct CampaignScenarios {
  @Test("A3.2.1: the bonus for the first purchase is given once over all partners, also to calls of the same moment")
  func firstPurchase() async throws {
    try await Scenario.run { stage in
      // Taking part in an event enrols, and is no purchase.
      let event = try await stage.air.loyalty.accrue(stage.activity(.event, "M-1"))
      #expect(event.enrolled && !event.rules.contains { $0.ruleID == "welcome" })
      let (air, hotel) = (try stage.air, try stage.hotel)
      let flights = (0..<20).map { _ in stage.flight("M-1") }
      let stays = (0..<20).map { _ in stage.stay("M-1") }
      let bonuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for (flight, stay) in zip(flights, stays) {
          group.addTask { try await air.loyalty.accrue(flight).rules.count { $0.ruleID == "welcome" } }
          group.addTask { try await hotel.loyalty.accrue(stay).rules.count { $0.ruleID == "welcome" } }
        }
        return try await group.reduce(0, +)
      }
      #expect(bonuses == 1)
      try await stage.restart()
      let later = try await stage.hotel.loyalty.accrue(stage.stay("M-1"))
      #expect(!later.rules.contains { $0.ruleID == "welcome" })
    }
  }

  @Test("A3.2.2 B3.1 B3.7: an offer is for its tiers, within its dates and its quota, honoured once by its partner")
  func offers() async throws {
    try await Scenario.run {
      $0 = $0.replacingOccurrences(of: "quota: 200", with: "quota: 2")
    } _: { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-entry", yuan: 100))
      for member in ["M-1", "M-2", "M-3"] { _ = try await stage.air.loyalty.accrue(stage.flight(member, yuan: 30_000)) }
      func claim(_ member: String) async throws -> ClaimOfferResponse {
        try await stage.air.campaigns.claimOffer(
          ClaimOfferRequest(memberID: member, offerID: "gold-autumn-suite", idempotencyKey: stage.fresh()))
      }
      #expect(try await refusalReason { try await claim("M-entry") } == "TIER_NOT_ELIGIBLE")
      let listed = try await stage.air.campaigns.listOffers(ListOffersRequest(memberID: "M-entry", language: "en"))
      let suite = try #require(listed.offers.first { $0.offerID == "gold-autumn-suite" })
      #expect(suite.available == false && suite.reason == "TIER_NOT_ELIGIBLE" && suite.left == 2)
      let first = try await claim("M-1")
      #expect(first.discountBp == 1_500)
      #expect(try await refusalReason { try await claim("M-1") } == "OFFER_TAKEN")
      _ = try await claim("M-2")
      #expect(try await refusalReason { try await claim("M-3") } == "QUOTA_USED_UP")
      try await stage.restart()
      func use(_ caller: ScenarioCaller) async throws -> UseOfferResponse {
        try await caller.campaigns.useOffer(
          UseOfferRequest(
            grantID: first.offer?.grantID ?? "", reference: "folio-1", idempotencyKey: stage.fresh()))
      }
      #expect(try await refusalReason { try await use(stage.air) } == "OFFER_ELSEWHERE")
      #expect(try await use(stage.hotel).memberID == "M-1")
      #expect(try await refusalReason { try await use(stage.hotel) } == "OFFER_NOT_HELD")
      // M-2 does not use its own: it goes back, and M-3 can have it.
      try stage.advance(days: 31)
      _ = try await claim("M-3")
      try stage.advance(days: 200)
      #expect(try await refusalReason { try await claim("M-2") } == "CAMPAIGN_NOT_OPEN")
    }
  }

  @Test("B1.9: a code, a purchase that counts, both sides rewarded once; nobody refers themselves or in a circle")
  func referral() async throws {
    try await Scenario.run { stage in
      for member in ["M-1", "M-2"] {
        _ = try await stage.air.loyalty.accrue(stage.activity(.event, member))
        _ = try await stage.hotel.loyalty.accrue(stage.activity(.event, member))
      }
      func code(_ member: String) async throws -> String {
        try await stage.air.campaigns.getReferralCode(
          GetReferralCodeRequest(memberID: member, idempotencyKey: stage.fresh())
        ).code
      }
      func register(_ member: String, _ code: String) async throws -> RegisterReferralResponse {
        try await stage.hotel.campaigns.registerReferral(
          RegisterReferralRequest(memberID: member, code: code, idempotencyKey: stage.fresh()))
      }
      let first = try await code("M-1")
      let second = try await code("M-2")
      #expect(try await refusalReason { try await register("M-1", first) } == "REFERRAL_OF_ONESELF")
      _ = try await register("M-2", first)
      #expect(try await refusalReason { try await register("M-1", second) } == "REFERRAL_CIRCLE")
      try await stage.restart()
      #expect(try await code("M-1") == first)
      let before = try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance
      let small = try await stage.hotel.loyalty.accrue(stage.stay("M-2", yuan: 100))
      #expect(!small.rules.contains { $0.ruleID == "campaign.referral" }, "500 yuan at least")
      let bought = try await stage.hotel.loyalty.accrue(stage.stay("M-2", yuan: 500))
      #expect(bought.rules.last?.ruleID == "campaign.referral" && bought.rules.last?.points == 300)
      #expect(bought.rules.last?.why == "好友推荐奖励")
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-2", yuan: 500))
      try await stage.restart()
      let after = try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance
      #expect(after == before + 800)
      // The purchase that brought it is refunded: neither side keeps anything for it.
      let gone = try await stage.hotel.corrections.reverseAccrual(
        ReverseAccrualRequest(accrualID: bought.accrualID, reason: "cancelled", idempotencyKey: stage.fresh()))
      #expect(gone.points == bought.points && gone.referrerPoints == 800)
      try await stage.restart()
      #expect(try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance == before)
    }
  }

  @Test("A3.4.2: sharing is rewarded after staff have seen the proof, each proof once, up to a cap a month")
  func sharing() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      func submit(_ proof: String) async throws -> String {
        try await stage.air.campaigns.submitShare(
          SubmitShareRequest(
            memberID: "M-1", campaignID: "travel-story", proof: proof, idempotencyKey: stage.fresh())
        ).shareID
      }
      func review(_ share: String, _ caller: ScenarioCaller, approve: Bool = true) async throws -> ReviewShareResponse {
        try await caller.campaigns.reviewShare(
          ReviewShareRequest(shareID: share, approve: approve, reason: "seen", idempotencyKey: stage.fresh()))
      }
      let first = try await submit("https://example.org/story/1")
      #expect(try await refusalReason { try await submit("https://example.org/story/1") } == "PROOF_SEEN")
      #expect(try await refusalReason { try await review(first, stage.air) } == "ROLE_REQUIRED")
      let before = try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance
      try await stage.restart()
      let waiting = try await stage.ops.campaigns.listShares(ListSharesRequest()).shares
      #expect(waiting.map(\.shareID) == [first] && waiting.first?.proof == "https://example.org/story/1")
      #expect(try await review(first, stage.ops).balance == before + 100)
      #expect(try await refusalReason { try await review(first, stage.ops) } == "SHARE_UNKNOWN")
      _ = try await review(try await submit("2"), stage.ops)
      let third = try await submit("3")
      #expect(try await refusalReason { try await review(third, stage.ops) } == "SHARE_CAP_REACHED")
      #expect(try await review(third, stage.ops, approve: false).points == 0)
      #expect(try await stage.ops.campaigns.listShares(ListSharesRequest()).shares.isEmpty)
    }
  }
}
