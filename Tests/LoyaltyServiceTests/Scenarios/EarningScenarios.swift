// Earning, as the requirements ask for it.

import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import Testing

@testable import LoyaltyService

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
      // The rules of stays at hotels that gave nothing, and why.
      #expect(earned.passedRules.map(\.ruleID) == ["off-season-double", "family-trip"])
      #expect(
        earned.passedRules.map(\.reason) == [.date, .segment] && earned.passedRules.allSatisfy { !$0.why.isEmpty })
      try await stage.restart()
      #expect(try await stage.hotel.loyalty.accrue(request) == earned)

      // The rules as data, in the order in which they are tried.
      let rules = try await stage.hotel.earning.listEarningRules(ListEarningRulesRequest(language: "en"))
      #expect(rules.policyVersion == 1 && rules.rules.first?.ruleID == "purchase-base")
      let stay = try #require(rules.rules.first { $0.ruleID == "stay-base" })
      #expect(stay.name == "3 points for each CNY 2 of a stay")
      #expect(stay.definition?.fields["when"] != nil && stay.definition?.fields["rates"] != nil)
    }
  }

  @Test("A3.1.1 B2.1 B4.1: a dry run says to the point what the call would, and changes nothing") func dryRun()
    async throws
  {
    try await Scenario.run { stage in
      var request = stage.stay("M-1", yuan: 3_001, category: "resort")
      request.dryRun = true
      let dry = try await stage.hotel.loyalty.accrue(request)
      #expect(dry.enrolled && dry.accrualID.isEmpty && dry.lots.map(\.lotID) == [""])
      // All other rules are for other partners or activities, or out of season.
      let rules = try await stage.hotel.earning.listEarningRules(ListEarningRulesRequest()).rules
      #expect(Set(dry.rules.map(\.ruleID) + dry.passedRules.map(\.ruleID)) == Set(rules.map(\.ruleID)))
      let nobody = try await refusalReason {
        try await stage.hotel.loyalty.getTier(GetTierRequest(memberID: "M-1"))
      }
      #expect(nobody == "MEMBER_UNKNOWN")
      request.dryRun = false
      var real = try await stage.hotel.loyalty.accrue(request)
      #expect(!real.accrualID.isEmpty)
      real.accrualID = ""
      for index in real.lots.indices { real.lots[index].lotID = "" }
      real.passedRules = dry.passedRules
      #expect(real == dry)
    }
  }

  @Test("A3.1.1: the share credited within a day is reported, and late ones are listed with both times")
  func timeliness() async throws {
    try await Scenario.run { stage in
      let start = stage.now
      _ = try await stage.air.loyalty.accrue(stage.flight("M-1", at: start - 24 * Scenario.hour))
      let late = stage.flight("M-1", at: start - 24 * Scenario.hour - 1)
      let answer = try await stage.air.loyalty.accrue(late)
      #expect(answer.occurredAt == late.occurredAt && answer.postedAt == ProtobufTimestamp(unixMilliseconds: start))
      try stage.advance(days: 1)
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-2", at: start - 7 * Scenario.day))
      _ = try await stage.hotel.loyalty.accrue(stage.stay("M-2"))
      try await stage.restart()
      let report = try await stage.ops.earning.getCreditTimeliness(GetCreditTimelinessRequest())
      #expect(report.accruals == 4 && report.late == 2 && report.inTimeBp == 5_000)
      #expect(report.days.map(\.accruals) == [2, 2] && report.days.map(\.late) == [1, 1])
      let first = try await stage.ops.earning.listLateAccruals(ListLateAccrualsRequest(pageSize: 1))
      let second = try await stage.ops.earning.listLateAccruals(
        ListLateAccrualsRequest(pageSize: 1, pageToken: first.nextPageToken))
      #expect(first.accruals.map(\.partnerID) == ["jade-hotels"] && second.nextPageToken.isEmpty)
      #expect(second.accruals.map(\.accrualID) == [answer.accrualID])
      #expect(second.accruals[0].reference == late.reference && second.accruals[0].memberID == "M-1")
      let partner = try await refusalReason {
        try await stage.air.earning.getCreditTimeliness(GetCreditTimelinessRequest())
      }
      #expect(partner == "ROLE_REQUIRED")
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

extension ScenarioCaller {
  var earning: EarningServiceClient { EarningServiceClient(client) }
}

@Suite struct PracticeScenarios {
  @Test("P5: a partner's quota, a member's limits and a campaign's budget are never overrun") func limits() async throws
  {
    try await Scenario.run { yaml in
      yaml.replace(
        "    certificate_subjects: [partner-cathay-air]",
        with:
          "    certificate_subjects: [partner-cathay-air]\n    quota: {accruals_per_day: 6, points_per_day: 1_000_000}")
      yaml.replace("max_points: 20000\n", with: "max_points: 20000\n")
      yaml.replace("budget: 500000000 ", with: "budget: 3000 ")
    } _: { stage in
      // In the season of double points: 2,000 of base, 2,000 by the campaign.
      try stage.advance(to: 1_793_520_000_000)
      let loyalty = try stage.air.loyalty
      let answers = try await withThrowingTaskGroup(of: AccrueResponse.self) { group in
        for member in 0..<4 { group.addTask { try await loyalty.accrue(stage.flight("M-\(member)")) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let given = answers.map { $0.rules.first { $0.ruleID == "off-season-double" }?.points ?? 0 }.sorted()
      #expect(given == [0, 0, 1_000, 2_000], "3,000 points, whoever comes first")
      #expect(answers.contains { $0.passedRules.contains { $0.reason == .budget } })
      #expect(answers.contains { $0.rules.contains { $0.capped && $0.cappedBy == .budget } })
      try await stage.restart()
      for member in 4..<6 { _ = try await stage.air.loyalty.accrue(stage.flight("M-\(member)")) }
      let refused = try await refusalReason { try await stage.air.loyalty.accrue(stage.flight("M-7")) }
      #expect(refused == "PARTNER_QUOTA_EXCEEDED")
      let limits = try await stage.ops.earning.listEarningLimits(ListEarningLimitsRequest()).limits
      #expect(limits.first { $0.ruleID == "off-season-double" }?.used == 3_000)
      #expect(limits.first { $0.kind == "accruals_per_day" }?.used == 6)
      try stage.advance(days: 1)
      _ = try await stage.air.loyalty.accrue(stage.flight("M-7"))
    }
  }

  @Test("P5: a partner that calls more often than the policy allows is told when to try again, and the others go on")
  func callsOfAPartner() async throws {
    try await Scenario.run { yaml in
      yaml.replace(
        "    certificate_subjects: [partner-cathay-air]",
        with:
          """
              certificate_subjects: [partner-cathay-air, partner-cathay-air-2]
              quota: {calls_per_second: 4, call_burst: 3}
          """)
    } _: { stage in
      let first = stage.flight("M-1")
      _ = try await stage.air.loyalty.accrue(first)
      // Both certificates are the partner's, and reading counts as well.
      let other = try stage.caller("partner-cathay-air-2").loyalty
      _ = try await other.getTier(GetTierRequest(memberID: "M-1"))
      _ = try await stage.air.loyalty.accrue(first)
      let tooMany = stage.flight("M-2")
      do {
        _ = try await other.accrue(tooMany)
        Issue.record("a fourth call was taken")
      } catch let error as RPCError {
        #expect(error.code == .resourceExhausted)
        #expect(try detail(ErrorInfo.self, of: error)?.reason == "PARTNER_CALLS_EXCEEDED")
        #expect(try detail(ErrorInfo.self, of: error)?.metadata == ["perSecond": "4", "burst": "3"])
        #expect(try detail(LocalizedMessage.self, of: error)?.message.contains("4") == true)
        #expect(try detail(RetryInfo.self, of: error)?.retryDelay == ProtobufDuration(nanos: 250_000_000))
      }
      // Nobody else waits for it.
      for _ in 0..<5 {
        _ = try await stage.hotel.loyalty.accrue(stage.stay("M-3"))
        _ = try await stage.ops.loyalty.getTier(GetTierRequest(memberID: "M-1"))
      }
      try stage.advance(milliseconds: 249)
      #expect(try await refusalReason { try await other.accrue(tooMany) } == "PARTNER_CALLS_EXCEEDED")
      try stage.advance(milliseconds: 1)
      _ = try await other.accrue(tooMany)
      // However long the pause, no more than the burst.
      try stage.advance(days: 1)
      for _ in 0..<3 { _ = try await stage.air.loyalty.getTier(GetTierRequest(memberID: "M-1")) }
      let again = try await refusalReason { try await stage.air.loyalty.getTier(GetTierRequest(memberID: "M-1")) }
      #expect(again == "PARTNER_CALLS_EXCEEDED")
      let limits = try await stage.ops.earning.listEarningLimits(ListEarningLimitsRequest()).limits
      #expect(limits.first { $0.kind == "calls_per_second" }?.limit == 4)
    }
  }

  @Test("P5: what a refunded activity had used of a campaign's budget can be given to others, and the answer says so")
  func budgetGivenBack() async throws {
    try await Scenario.run { yaml in
      yaml.replace("budget: 500000000 ", with: "budget: 3000 ")
    } _: { stage in
      // In the season of double points.
      try stage.advance(to: 1_793_520_000_000)
      func double(_ answer: AccrueResponse) -> Int64? {
        answer.rules.first { $0.ruleID == "off-season-double" }?.points
      }
      let first = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      let second = try await stage.air.loyalty.accrue(stage.flight("M-2"))
      #expect([double(first), double(second)] == [2_000, 1_000])
      let refund = ReverseAccrualRequest(accrualID: first.accrualID, reason: "refund", idempotencyKey: stage.fresh())
      let answer = try await stage.air.corrections.reverseAccrual(refund)
      #expect(answer.givenBack.first { $0.ruleID == "off-season-double" && $0.kind == "budget" }?.amount == 2_000)
      try await stage.restart()
      #expect(try await stage.air.corrections.reverseAccrual(refund) == answer)
      let limits = try await stage.ops.earning.listEarningLimits(ListEarningLimitsRequest()).limits
      #expect(limits.first { $0.ruleID == "off-season-double" }?.used == 1_000)
      let third = try await stage.air.loyalty.accrue(stage.flight("M-3"))
      #expect(double(third) == 2_000)
    }
  }

  @Test("A3.2.3: points are doubled from the season's first instant to before its last, up to a cap that is shown")
  func doublePoints() async throws {
    try await Scenario.run { stage in
      let start: Int64 = 1_793_462_400_000
      func double(_ answer: AccrueResponse) -> AppliedRule? { answer.rules.first { $0.ruleID == "off-season-double" } }
      try stage.advance(to: start - 1)
      let before = try await stage.air.loyalty.accrue(stage.flight("M-1"))
      #expect(double(before) == nil && before.passedRules.contains { $0.ruleID == "off-season-double" })
      try stage.advance(to: start)
      #expect(double(try await stage.air.loyalty.accrue(stage.flight("M-1")))?.points == 2_000)
      let capped = try #require(double(try await stage.air.loyalty.accrue(stage.flight("M-1", yuan: 100_000))))
      #expect(capped.points == 20_000 && capped.capped)
      let end = start + 120 * Scenario.day
      try await stage.restart(at: end - 1)
      #expect(double(try await stage.air.loyalty.accrue(stage.flight("M-1")))?.points == 2_000)
      try stage.advance(to: end)
      #expect(double(try await stage.air.loyalty.accrue(stage.flight("M-1"))) == nil)
    }
  }

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
