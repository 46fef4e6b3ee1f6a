// Reversals give back what the accrual had used of caps and budgets; merges add up what both accounts have used.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

@Suite struct GivingBackTests {
  /// A bonus of 100 points with every limit, and one for the first purchase.
  static func desk(_ change: (inout Policy) -> Void = { _ in }) throws -> Desk {
    try Desk(
      TestPolicy.compiled {
        $0.earningRules[2] = EarningRule(
          id: "bonus", version: 1, name: TestPolicy.text("Bonus"), when: EarningCondition(activities: [.purchase]),
          fixedPoints: 100, maxPointsPerDay: 150, maxPointsPerMember: 250, timesPerMember: 3, budget: 1_000)
        $0.earningRules.append(
          EarningRule(
            id: "first", version: 1, name: TestPolicy.text("First"),
            when: EarningCondition(activities: [.purchase], firstPurchase: true), fixedPoints: 500))
        change(&$0)
      })
  }

  private func bonus(_ record: Record, _ rule: String = "bonus") -> Int64? {
    record.accrual?.lines.first { $0.rule == rule }?.points
  }

  @Test func whatARefundedPurchaseHadUsedCanBeUsedAgainAndNotMore() throws {
    var desk = try Self.desk()
    let first = try desk.accept(accrual("m", yuan: 100, reference: "a"))
    let id = desk.ledger.sequence
    #expect(bonus(first) == 100 && bonus(first, "first") == 500)
    // Half of it: half of the points, no use, and it still was the first purchase.
    var reversed = try #require(try desk.accept(desk.accrualReversal(id, back: 50)).accrualReversed)
    #expect(reversed.givenBack.map(\.meter) == ["rule.bonus.day", "rule.bonus.member", "rule.bonus.budget"])
    #expect(reversed.givenBack.map(\.amount) == [50, 50, 50] && !reversed.firstPurchase)
    #expect(desk.ledger.metered("rule.bonus.budget") == 50)
    // The rest of it.
    reversed = try #require(try desk.accept(desk.accrualReversal(id)).accrualReversed)
    #expect(reversed.givenBack.first { $0.meter == "rule.bonus.times" }?.amount == 1 && reversed.firstPurchase)
    #expect(desk.ledger.metered("rule.bonus.budget") == 0)
    #expect(try desk.account("m").available == 0)
    let again = try desk.accept(accrual("m", yuan: 100, reference: "b"))
    #expect(bonus(again) == 100 && bonus(again, "first") == 500)
    #expect(bonus(try desk.accept(accrual("m", yuan: 100, reference: "c")), "first") == nil)
    try HoldTests.check(desk)
  }

  @Test func earningAndGivingBackInTurnsGainsNothing() throws {
    var desk = try Self.desk()
    for turn in 0..<20 {
      try desk.accept(accrual("m", yuan: 100, reference: "t\(turn)"))
      try desk.accept(desk.accrualReversal(desk.ledger.sequence))
      let view = try desk.account("m")
      #expect(view.available == 0 && view.debt == 0 && view.qualifying == 0)
    }
    #expect(desk.ledger.metered("rule.bonus.budget") == 0)
    try HoldTests.check(desk)
  }

  @Test func theCapOfADayThatIsOverIsNotGivenBackAndTheOneThatRunsIsLeftAlone() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 100, reference: "a"))
    let id = desk.ledger.sequence
    desk.now += TestPolicy.day
    try desk.accept(accrual("m", yuan: 100, reference: "b", at: desk.now))
    let reversed = try #require(try desk.accept(desk.accrualReversal(id)).accrualReversed)
    #expect(!reversed.givenBack.contains { $0.meter == "rule.bonus.day" })
    let today = desk.policy.calendar.dayNumber(of: desk.now)
    #expect(desk.ledger.meters.amount("rule.bonus.day", member: 0, period: today) == 100)
    #expect(bonus(try desk.accept(accrual("m", yuan: 100, reference: "c", at: desk.now))) == 50)
  }

  @Test func aMembersPaceIsNotGivenBack() throws {
    var desk = try Self.desk { $0.memberLimits = MemberLimits(accrualsPerDay: 2) }
    for reference in ["a", "b"] {
      try desk.accept(accrual("m", yuan: 1, reference: reference))
      try desk.accept(desk.accrualReversal(desk.ledger.sequence))
    }
    #expect(desk.refusal(accrual("m", yuan: 1, reference: "c"))?.reason == .memberLimitExceeded)
  }

  @Test func twoAccountsHaveUsedWhatEachOfThemHas() throws {
    var desk = try Self.desk {
      $0.catalogue[0].quotas = [MemberQuota(most: 2, period: .month)]
      $0.tiers[0].benefits = [TierBenefit(text: TestPolicy.text("Gift"), id: "gift", count: 2)]
      $0.surveys = [
        SurveyPolicy(
          id: "s", title: TestPolicy.text("S"),
          questions: [
            SurveyQuestion(id: "q", text: TestPolicy.text("Q"), lowest: 1, highest: 5, satisfiedFrom: 4)
          ])
      ]
    }
    func consent(_ purpose: String, _ granted: Bool) -> Consent { Consent(purpose: purpose, granted: granted) }
    func answer(_ member: String) -> Record.Input {
      .survey(SurveyInput(member: member, survey: "s", answers: [SurveyAnswer(question: "q", score: 5)]))
    }
    func gift(_ member: String, _ reference: String) -> Record.Input {
      .entitlementUse(EntitlementUseInput(member: member, benefit: "gift", reference: reference))
    }
    for member in ["m", "n"] {
      try desk.accept(accrual(member, yuan: 200, reference: member))
      try desk.accept(redemption(member, "mug"))
      try desk.accept(gift(member, member))
    }
    try desk.accept(answer("n"))
    try desk.accept(
      .profile(
        ProfileInput(
          member: "m",
          profile: ProfileUpdate(
            language: "en", addSegments: ["a"], consents: [consent("mail", true), consent("sms", true)])
        )))
    desk.now += 1_000
    try desk.accept(
      .profile(
        ProfileInput(
          member: "n",
          profile: ProfileUpdate(
            language: "zh-CN", birthday: 229, household: "h", addSegments: ["b"], consents: [consent("mail", false)]))))
    let before = try desk.account("m").available + desk.account("n").available
    try desk.accept(.merge(MergeInput(from: "n", into: "m", reason: "same person")), caller: Desk.ops)
    #expect(try desk.account("m").available == before)
    // Two mugs this month, two gifts this year, one answer, 200 of 250 points of the bonus and all of the day's.
    #expect(desk.refusal(redemption("m", "mug"))?.reason == .quotaExceeded)
    #expect(desk.refusal(gift("m", "third"))?.reason == .entitlementUsedUp)
    #expect(desk.refusal(answer("m"))?.reason == .surveyAnswered)
    #expect(bonus(try desk.accept(accrual("m", yuan: 1, reference: "same day", at: desk.now))) == nil)
    desk.now += TestPolicy.day
    #expect(bonus(try desk.accept(accrual("m", yuan: 1, reference: "next day", at: desk.now))) == 50)
    let profile = try #require(desk.ledger.profiles[desk.ledger.members[0].profile])
    let told = desk.ledger.profiles.update(of: profile)
    #expect(told.language == "en" && told.birthday == 229 && told.household == "h" && told.addSegments == ["a", "b"])
    #expect(told.consents.map(\.purpose) == ["mail", "sms"] && told.consents.map(\.granted) == [false, true])
    // A mug that was bought under the other id goes back, and with it its place in the quota.
    let bought = UInt64(try #require(desk.records.firstIndex { $0.redemption?.member == "n" })) + 1
    try desk.accept(desk.paymentReversal(bought))
    try HoldTests.check(desk)
  }
}
