// Tiers and benefits, as the requirements ask for them.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

extension ScenarioCaller {
  var tiers: TierServiceClient { TierServiceClient(client) }
}

@Suite struct TierScenarios {
  /// 2027-01-01T00:00:00+08:00 and the new years after it.
  static let newYear2027: Int64 = 1_798_732_800_000
  static let newYear2028: Int64 = 1_830_268_800_000

  @Test("B1.1: whoever earns for the first time is enrolled in the entry tier, with its benefits and points")
  func entry() async throws {
    try await Scenario.run { stage in
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 100))
      #expect(earned.enrolled && earned.tierID == "entry" && earned.points > 0)
      try await stage.restart()
      let tier = try await stage.air.loyalty.getTier(GetTierRequest(memberID: "M-1", language: "en"))
      #expect(tier.tier?.tierID == "entry" && tier.review == nil)
      #expect(tier.tier?.benefits == ["2% off member prices"])
    }
  }

  @Test("B1.2: silver's priority bookings are counted") func silver() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 6_000))
      let list = try await stage.air.tiers.listEntitlements(ListEntitlementsRequest(memberID: "M-1", language: "en"))
      #expect(list.entitlements.map(\.text) == ["Priority booking"] && list.entitlements[0].left == 6)
      let used = try await stage.air.tiers.useEntitlement(
        UseEntitlementRequest(
          memberID: "M-1", benefitID: "priority-booking", reference: "b-1", idempotencyKey: "u-1"))
      #expect(used.used == 1 && used.left == 5)
    }
  }

  @Test("B1.3: gold's upgrades are counted down as they are used, and granted again with the year")
  func gold() async throws {
    try await Scenario.run { stage in
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-1", yuan: 30_000))
      func use(_ number: Int) async throws -> UseEntitlementResponse {
        try await stage.hotel.tiers.useEntitlement(
          UseEntitlementRequest(
            memberID: "M-1", benefitID: "room-upgrade", reference: "folio-\(number)", idempotencyKey: "u-\(number)"))
      }
      for number in 1...4 { #expect(try await use(number).left == Int64(4 - number)) }
      try await stage.restart()
      #expect(try await use(4).left == 0, "the same use again is the same use")
      #expect(try await refusalReason { try await use(5) } == "ENTITLEMENT_USED_UP")
      let unknown = try await refusalReason {
        try await stage.hotel.tiers.useEntitlement(
          UseEntitlementRequest(memberID: "M-1", benefitID: "jet", reference: "r", idempotencyKey: "u-9"))
      }
      #expect(unknown == "ENTITLEMENT_UNKNOWN")
      try stage.advance(to: Self.newYear2027)
      #expect(try await use(6).left == 3)
    }
  }

  @Test("B4.3 B3.9: each use of a lounge visit is on record, with who used it and for what") func audited() async throws
  {
    try await Scenario.run { stage in
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-1", yuan: 30_000))
      let used = try await stage.hotel.tiers.useEntitlement(
        UseEntitlementRequest(memberID: "M-1", benefitID: "lounge", reference: "gate-7", idempotencyKey: "u-1"))
      try await stage.restart()
      let uses = try await stage.ops.tiers.listEntitlementUses(ListEntitlementUsesRequest(memberID: "M-1")).uses
      #expect(uses.map(\.useID) == [used.useID] && uses[0].benefitID == "lounge" && uses[0].reference == "gate-7")
      #expect(uses[0].usedBy == "partner-jade-hotels")
      for number in 8...9 {
        _ = try await stage.hotel.tiers.useEntitlement(
          UseEntitlementRequest(
            memberID: "M-1", benefitID: "lounge", reference: "gate-\(number)", idempotencyKey: "u-\(number)"))
      }
      var references: [String] = []
      var token = ""
      repeat {
        let page = try await stage.ops.tiers.listEntitlementUses(
          ListEntitlementUsesRequest(memberID: "M-1", pageSize: 1, pageToken: token))
        #expect(page.uses.count <= 1)
        references += page.uses.map(\.reference)
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(references == ["gate-9", "gate-8", "gate-7"])
    }
  }

  @Test("B1.4: diamond has a named butler and a travel adviser, the same ones after a restart") func diamond()
    async throws
  {
    try await Scenario.run { stage in
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-1", yuan: 90_000))
      let tier = try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1", language: "en"))
      #expect(tier.tier?.tierID == "diamond" && tier.team.map(\.role) == ["butler", "adviser"])
      #expect(tier.team.allSatisfy { !$0.name.isEmpty && !$0.staffID.isEmpty })
      try await stage.restart()
      #expect(try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1", language: "en")).team == tier.team)
      // Staff gives the member another adviser, and takes that back.
      let other = tier.team[1].staffID == "sun" ? "wu" : "sun"
      func name(_ adviser: String) async throws -> [String] {
        _ = try await stage.ops.members.updateMember(
          UpdateMemberRequest(
            memberID: "M-1", attributes: ["team.adviser": adviser], idempotencyKey: stage.fresh()))
        return try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).team.map(\.staffID)
      }
      #expect(try await name(other) == [tier.team[0].staffID, other])
      try await stage.restart()
      #expect(try await name("") == tier.team.map(\.staffID))
    }
  }

  @Test("B4.5 B4.6 B7.5: feedback and offers go by the tier's way, and long membership brings a planner")
  func routed() async throws {
    try await Scenario.run { stage in
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-1", yuan: 30_000))
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-2", yuan: 10))
      func tier(_ member: String) async throws -> GetTierResponse {
        try await stage.hotel.loyalty.getTier(GetTierRequest(memberID: member))
      }
      let gold = try await tier("M-1")
      #expect(gold.serviceQueue == "gold-desk" && gold.offerChannel == "adviser")
      let entry = try await tier("M-2")
      #expect(entry.serviceQueue == "service-desk" && entry.offerChannel == "app" && entry.team.isEmpty)
      // Offers come by the tier's way.
      let offers = try await stage.hotel.campaigns.listOffers(ListOffersRequest(memberID: "M-1"))
      #expect(offers.offerChannel == "adviser")
      #expect(try await stage.hotel.campaigns.listOffers(ListOffersRequest()).offerChannel.isEmpty)
      // Feedback waits in the queue of the tier.
      for member in ["M-1", "M-2"] {
        _ = try await stage.hotel.loyalty.submitFeedback(
          SubmitFeedbackRequest(
            memberID: member, kind: .question, text: "?", idempotencyKey: stage.fresh()))
      }
      try await stage.restart()
      let desk = try await stage.ops.feedback.listFeedback(ListFeedbackRequest(team: "gold-desk"))
      #expect(desk.tickets.map(\.memberID) == ["M-1"])
      try stage.advance(days: 1_094)
      #expect(try await tier("M-2").team.isEmpty)
      try stage.advance(days: 1)
      #expect(try await tier("M-2").team.map(\.staffID) == ["feng"])
    }
  }

  @Test("A3.2.2 B4.2 B1.5: the tier multiplies earning, and GetTier shows the way up by each measure")
  func growth() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 6_000))
      let earned = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      #expect(earned.rules.map(\.ruleID) == ["flight-base", "tier.silver"] && earned.points == 2_200)
      var stay = stage.stay("M-1", yuan: 100)
      stay.quantity = 7
      _ = try await stage.hotel.loyalty.accrue(stay)
      try await stage.restart()
      let tier = try await stage.air.loyalty.getTier(GetTierRequest(memberID: "M-1"))
      #expect(tier.nextTier?.tierID == "gold")
      #expect(tier.progress.map(\.measure) == [.points, .nights, .segments])
      #expect(tier.progress.map(\.have) == [14_150, 7, 2] && tier.progress.map(\.need) == [40_000, 50, 60])
      #expect(tier.progress.map(\.missing) == [25_850, 43, 58])
      #expect(tier.review?.projectedTierID == "entry" && tier.review?.notice == false)
    }
  }

  @Test("B4.2: nights alone promote; at review the tier falls by one, after notice and grace, and history tells when")
  func review() async throws {
    try await Scenario.run { stage in
      var stay = stage.stay("M-1", yuan: 10)
      stay.quantity = 50
      #expect(try await stage.hotel.loyalty.accrue(stay).tierID == "gold")
      func tier() async throws -> GetTierResponse {
        try await stage.hotel.loyalty.getTier(GetTierRequest(memberID: "M-1"))
      }
      let end = Self.newYear2028 + 31 * Scenario.day
      #expect(try await tier().review?.at == ProtobufTimestamp(unixMilliseconds: end))
      try stage.advance(to: end - 91 * Scenario.day)
      #expect(try await tier().review?.notice == false)
      #expect(try await stage.ops.tiers.listTierReviews(ListTierReviewsRequest()).reviews.isEmpty)
      try stage.advance(days: 1)
      #expect(try await tier().review?.notice == true)
      let risks = try await stage.ops.tiers.listTierReviews(ListTierReviewsRequest()).reviews
      #expect(risks.map(\.memberID) == ["M-1"] && risks[0].projectedTierID == "silver")
      try stage.advance(to: end - 1)
      #expect(try await tier().tier?.tierID == "gold", "the days of grace")
      try stage.advance(to: end)
      try await stage.restart()
      #expect(try await tier().tier?.tierID == "silver", "one tier at most")
      let history = try await stage.hotel.tiers.listTierHistory(ListTierHistoryRequest(memberID: "M-1")).changes
      #expect(history.map(\.tierID) == ["silver", "gold"])
      #expect(history.map(\.at) == [end, Scenario.start].map { ProtobufTimestamp(unixMilliseconds: $0) })
    }
  }

  @Test("B4.2: where the policy counts membership years, each member's begin on the day it joined")
  func membershipYears()
    async throws
  {
    try await Scenario.run {
      $0.replace("tier_review:\n", with: "tier_review:\n  window: membership_year\n")
    } _: { stage in
      func tier() async throws -> GetTierResponse {
        try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1"))
      }
      // 15 June 2026, ten in the morning in the programme's calendar: the year ends with 14 June 2027.
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 2_000))
      #expect(try await tier().periodEndsAt == ProtobufTimestamp(seconds: 1_812_988_800))
      #expect(try await tier().qualifyingPoints == 4_000)
      // The turn of the calendar year ends nothing; what comes before the anniversary still counts together.
      try stage.advance(to: 1_812_988_800_000 - 1)
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 3_500))
      #expect(try await tier().qualifyingPoints == 11_000)
      try await stage.restart(at: 1_812_988_800_000)
      try stage.advance(milliseconds: 1)
      #expect(try await tier().qualifyingPoints == 0)
      #expect(try await tier().periodEndsAt == ProtobufTimestamp(seconds: 1_844_611_200))
    }
  }

  @Test("B4.2: where the policy counts in a rolling window, the oldest month leaves it and nothing starts again")
  func rollingWindow() async throws {
    try await Scenario.run {
      $0.replace(
        "tier_review:\n  grace_days: 31", with: "tier_review:\n  window: rolling\n  rolling_months: 6\n  grace_days: 31"
      )
    } _: { stage in
      func tier() async throws -> GetTierResponse {
        try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1"))
      }
      // 15 June 2026: what June counts leaves with 31 December.
      let newYear = ProtobufTimestamp(seconds: 1_798_732_800)
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 2_000))
      #expect(try await tier().periodEndsAt == newYear)
      try stage.advance(days: 30)
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 3_500))
      var now = try await tier()
      #expect(now.qualifyingPoints == 11_000 && now.tier?.tierID == "silver")
      let points = try #require(now.progress.first { $0.measure == .points })
      #expect(points.have == 11_000 && points.leaving == 4_000)
      try await stage.restart(at: newYear.seconds * 1_000 - 1)
      #expect(try await tier().qualifyingPoints == 11_000)
      try stage.advance(milliseconds: 1)
      now = try await tier()
      #expect(now.qualifyingPoints == 7_000 && now.periodEndsAt == ProtobufTimestamp(seconds: 1_801_411_200))
      #expect(now.tier?.tierID == "silver" && now.review?.notice == true, "the days of grace")
      #expect(now.review?.at == ProtobufTimestamp(seconds: 1_801_411_200) && now.review?.projectedTierID == "entry")
      try stage.advance(days: 31)
      try await stage.restart()
      now = try await tier()
      #expect(now.qualifyingPoints == 0 && now.tier?.tierID != "silver")
      let history = try await stage.air.tiers.listTierHistory(ListTierHistoryRequest(memberID: "M-1")).changes
      #expect(history.map(\.at).first == ProtobufTimestamp(seconds: 1_801_411_200))
    }
  }

  @Test("B4.2: a refund takes back the nights it had counted, and the tier that was reached only with them")
  func refundedTier() async throws {
    try await Scenario.run { stage in
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 6_000))
      #expect(try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).tier?.tierID == "silver")
      // Booked in December, cancelled in January.
      try stage.advance(to: Self.newYear2027 - Scenario.day)
      var stay = stage.stay("M-1", yuan: 10)
      stay.quantity = 50
      let earned = try await stage.hotel.loyalty.accrue(stay)
      #expect(earned.tierID == "gold")
      try await stage.restart(at: Self.newYear2027 + Scenario.day)
      #expect(try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1")).tier?.tierID == "gold")
      let request = ReverseAccrualRequest(
        accrualID: earned.accrualID, reason: "never stayed", idempotencyKey: stage.fresh())
      let gone = try await stage.hotel.corrections.reverseAccrual(request)
      #expect(gone.tierID == "silver" && gone.qualifyingNights == 50)
      try await stage.restart()
      #expect(try await stage.hotel.corrections.reverseAccrual(request) == gone)
      let tier = try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1"))
      #expect(tier.tier?.tierID == "silver")
      let history = try await stage.hotel.tiers.listTierHistory(ListTierHistoryRequest(memberID: "M-1")).changes
      #expect(history.map(\.tierID) == ["silver", "gold", "silver"])
      var pages: [TierChange] = []
      var token = ""
      repeat {
        let page = try await stage.hotel.tiers.listTierHistory(
          ListTierHistoryRequest(memberID: "M-1", pageSize: 1, pageToken: token))
        #expect(page.changes.count <= 1)
        pages += page.changes
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(pages == history)
      let error = await #expect(throws: RPCError.self) {
        try await stage.hotel.tiers.listEntitlementUses(
          ListEntitlementUsesRequest(
            memberID: "M-1", pageToken: PageToken.token("7", list: "tier history M-1")))
      }
      #expect(error?.code == .invalidArgument, "a token of another list")
    }
  }

  @Test("B4.2: who keeps the tier hides nobody who would lose it, and the reviews to come are read page by page")
  func pagesOfReviews() async throws {
    try await Scenario.run { stage in
      for number in 1...5 {
        _ = try await stage.air.loyalty.accrue(stage.flight("M-\(number)", yuan: 6_000))
      }
      let end = Self.newYear2028 + 31 * Scenario.day
      try stage.advance(to: end - 30 * Scenario.day)
      // In the year that counts for the review, the first two have earned their tier again.
      for number in 1...2 {
        _ = try await stage.air.loyalty.accrue(stage.flight("M-\(number)", yuan: 6_000))
      }
      try await stage.restart()
      var members: [String] = []
      var token = ""
      repeat {
        let page = try await stage.ops.tiers.listTierReviews(
          ListTierReviewsRequest(pageSize: 2, pageToken: token))
        #expect(page.reviews.count <= 2)
        members += page.reviews.map(\.memberID)
        token = page.nextPageToken
      } while !token.isEmpty
      #expect(members == ["M-3", "M-4", "M-5"])
    }
  }

  @Test("B1.6 B2.6: what each tier asks for and gives can be read as of any date") func tiersOfADate() async throws {
    try await Scenario.run { stage in
      let yaml = try Scenario.version(2, from: "2026-06-20T00:00:00+08:00") {
        $0.replace("multiplier_bp: 11000", with: "multiplier_bp: 12000")
      }
      _ = try await stage.policyAdmin.policy.publishPolicy(PublishPolicyRequest(yaml: yaml, idempotencyKey: "p-2"))
      try await stage.restart()
      let now = try await stage.air.tiers.listTiers(ListTiersRequest(language: "en"))
      #expect(now.policyVersion == 1 && now.tiers.map { $0.tier?.tierID } == ["entry", "silver", "gold", "diamond"])
      let silver = now.tiers[1]
      #expect(silver.tier?.multiplierBp == 11_000 && silver.countedBenefits.map(\.benefitID) == ["priority-booking"])
      #expect(silver.countedBenefits[0].text == "Priority booking" && silver.countedBenefits[0].count == 6)
      #expect(now.tiers[2].qualifyingNights == 50 && now.counting == .calendarYear && now.graceDays == 31)
      #expect(now.tiers[2].offerChannel == "adviser" && now.tiers[2].serviceQueue == "gold-desk")
      let later = try await stage.air.tiers.listTiers(
        ListTiersRequest(at: ProtobufTimestamp(seconds: 1_781_884_800), language: "en"))
      #expect(later.policyVersion == 2 && later.tiers[1].tier?.multiplierBp == 12_000)
      let before = try await refusalReason {
        try await stage.air.tiers.listTiers(ListTiersRequest(at: ProtobufTimestamp(seconds: 1_000)))
      }
      #expect(before == "POLICY_UNKNOWN")
    }
  }
}
