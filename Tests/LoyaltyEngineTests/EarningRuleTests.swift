// Earning rules: conditions as trees, caps, budgets, quotas, groups and order, and the reasons for rules that gave
// nothing. Each test has a policy of a few rules whose answer can be reckoned in the head.

import LoyaltyMessages
import ProtobufRuntime
import Testing

@testable import LoyaltyEngine

@Suite struct EarningRuleTests {
  /// A point for each yuan, then what the test adds.
  static func desk(_ rules: [EarningRule], _ change: (inout Policy) -> Void = { _ in }) throws -> Desk {
    try Desk(
      try TestPolicy.compiled { policy in
        policy.earningRules =
          [
            EarningRule(
              id: "base", version: 1, name: TestPolicy.text("Base"),
              rates: [EarningRate(currency: "CNY", points: 1, perMinorUnits: 100)])
          ] + rules
        change(&policy)
      })
  }

  static func bonus(
    _ id: String, _ points: Int64, when: EarningCondition? = nil, _ change: (inout EarningRule) -> Void = { _ in }
  ) -> EarningRule {
    var rule = EarningRule(id: id, version: 1, name: TestPolicy.text(id), when: when, fixedPoints: points)
    change(&rule)
    return rule
  }

  /// What a purchase gave, by rule.
  static func lines(_ record: Record) -> [String: Int64] {
    Dictionary(record.accrual?.lines.map { ($0.rule, $0.points) } ?? [], uniquingKeysWith: +)
  }

  /// Why rules gave nothing, by position.
  static func passed(_ record: Record) -> [UInt32: PassReason] {
    Dictionary(
      record.accrual?.passed.map { ($0 >> 8, PassReason(rawValue: Int32($0 & 0xff))) } ?? [],
      uniquingKeysWith: { first, _ in first })
  }

  @Test func aConditionIsATreeOfAllAnyAndNone() throws {
    let tree = EarningCondition(
      anyOf: [
        EarningCondition(categories: ["resort"]),
        EarningCondition(allOf: [EarningCondition(minMinorUnits: 50_000), EarningCondition(channels: ["app"])]),
      ], noneOf: [EarningCondition(partners: ["inn"])])
    var desk = try Self.desk([Self.bonus("tree", 7, when: tree)])
    func reason(_ change: (inout AccrualInput) -> Void, _ caller: Caller = Desk.air) throws -> PassReason? {
      guard case .accrual(var input) = accrual("m", yuan: 100, reference: desk.freshKey()) else { return nil }
      change(&input)
      let record = try desk.accept(.accrual(input), caller: caller)
      #expect((Self.lines(record)["tree"] == 7) == (Self.passed(record)[1] == nil))
      return Self.passed(record)[1]
    }
    #expect(try reason { $0.category = "resort" } == nil)
    #expect(try reason { $0.category = "city" } == .anyOf)
    #expect(try reason { ($0.minorUnits, $0.channel) = (50_000, "app") } == nil)
    #expect(try reason { ($0.minorUnits, $0.channel) = (49_999, "app") } == .anyOf)
    #expect(try reason { ($0.minorUnits, $0.channel) = (50_000, "web") } == .anyOf)
    #expect(try reason({ $0.category = "resort" }, Desk.inn) == .noneOf)
  }

  @Test func eachConditionThatFailsIsNamed() throws {
    let day = TestPolicy.day
    let cases: [(EarningCondition, PassReason)] = [
      (EarningCondition(tiers: ["gold"]), .tier), (EarningCondition(categories: ["x"]), .category),
      (EarningCondition(channels: ["app"]), .channel), (EarningCondition(segments: ["family"]), .segment),
      (EarningCondition(attributes: [AttributeTest(name: "vip", values: ["yes"])]), .attribute),
      (EarningCondition(minMinorUnits: 10_001), .amount), (EarningCondition(maxMinorUnits: 9_999), .amount),
      (EarningCondition(from: ProtobufTimestamp(policyMilliseconds: TestPolicy.start + 1)), .date),
      (EarningCondition(until: ProtobufTimestamp(policyMilliseconds: TestPolicy.start)), .date),
      (EarningCondition(firstActivity: true), .firstActivity), (EarningCondition(memberForDays: 1), .membership),
    ]
    var desk = try Self.desk(cases.enumerated().map { Self.bonus("r\($0)", 1, when: $1.0) })
    try desk.accept(accrual("m", yuan: 1, reference: "first"))
    let record = try desk.accept(accrual("m", yuan: 100, reference: "second"))
    for (index, (_, reason)) in cases.enumerated() { #expect(Self.passed(record)[UInt32(index + 1)] == reason) }
    // A day after enrolling, to the millisecond.
    desk.now += day - 1
    #expect(Self.passed(try desk.accept(accrual("m", yuan: 100, reference: "third")))[11] == .membership)
    desk.now += 1
    #expect(Self.lines(try desk.accept(accrual("m", yuan: 100, reference: "fourth")))["r10"] == 1)
  }

  @Test func capsCutTheActivityTheDayTheMemberAndTheBudget() throws {
    var desk = try Self.desk([
      EarningRule(
        id: "double", version: 1, name: TestPolicy.text("Double"), shareOfBaseBp: 10_000, maxPoints: 60,
        maxPointsPerDay: 100, maxPointsPerMember: 150, budget: 200)
    ])
    func double(_ member: String, yuan: Int64) throws -> (Int64?, PassReason?) {
      let record = try desk.accept(accrual(member, yuan: yuan, reference: desk.freshKey(), at: desk.now))
      let line = record.accrual?.lines.first { $0.rule == "double" }
      return (line?.points, line?.capped == true ? line?.cap : Self.passed(record)[1])
    }
    #expect(try double("a", yuan: 50) == (50, nil))
    #expect(try double("a", yuan: 70) == (50, .dayCap))
    #expect(try double("a", yuan: 70) == (nil, .dayCap))
    desk.now += TestPolicy.day
    #expect(try double("a", yuan: 70) == (50, .memberCap))
    #expect(try double("a", yuan: 70) == (nil, .memberCap))
    // 150 of 200 are spent: what is left goes to whoever comes first.
    #expect(try double("b", yuan: 70) == (50, .budget))
    #expect(try double("c", yuan: 70) == (nil, .budget))
    #expect(desk.ledger.metered("rule.double.budget") == 200)
  }

  @Test func theActivitysCapNeedsNoOther() throws {
    var desk = try Self.desk([
      EarningRule(id: "double", version: 1, name: TestPolicy.text("Double"), shareOfBaseBp: 10_000, maxPoints: 60)
    ])
    let line = try desk.accept(accrual("a", yuan: 100, reference: "r")).accrual?.lines[1]
    #expect(line?.points == 60 && line?.capped == true && line?.cap == .unspecified)
  }

  @Test func timesCountAlsoForSomeoneNew() throws {
    var desk = try Self.desk([Self.bonus("once", 5) { $0.timesPerMember = 1 }])
    #expect(Self.lines(try desk.accept(accrual("a", yuan: 1, reference: "1")))["once"] == 5)
    let again = try desk.accept(accrual("a", yuan: 1, reference: "2", activity: .survey), caller: Desk.inn)
    #expect(Self.passed(again)[1] == .timesCap)
    #expect(Self.lines(try desk.accept(accrual("b", yuan: 1, reference: "3")))["once"] == 5)
  }

  @Test func ofAGroupTheFirstOrTheOneThatGivesMostApplies() throws {
    let small = Self.bonus("small", 5) { $0.group = "g" }
    let great = Self.bonus("great", 9) { $0.group = "g" }
    let none = Self.bonus("none", 99, when: EarningCondition(tiers: ["gold"])) { $0.group = "g" }
    var first = try Self.desk([none, small, great])
    let one = try first.accept(accrual("a", yuan: 1, reference: "1"))
    #expect(Self.lines(one) == ["base": 1, "small": 5])
    #expect(Self.passed(one) == [1: .tier, 3: .group])

    var mostFirst = none
    mostFirst.groupChoice = .most
    var most = try Self.desk([mostFirst, small, great])
    let two = try most.accept(accrual("a", yuan: 1, reference: "1"))
    #expect(Self.lines(two) == ["base": 1, "great": 9])
    #expect(Self.passed(two) == [1: .tier, 2: .group])
  }

  @Test func noRuleAppliesAfterTheLast() throws {
    var desk = try Self.desk([Self.bonus("last", 5) { $0.last = true }, Self.bonus("never", 5)])
    let record = try desk.accept(accrual("a", yuan: 1, reference: "1"))
    #expect(Self.lines(record) == ["base": 1, "last": 5] && Self.passed(record) == [2: .afterLast])
  }

  @Test func quotasAndLimitsRefuseWholeAndStartAgainWithTheDay() throws {
    var desk = try Self.desk([]) { policy in
      policy.partners[0].quota = PartnerQuota(accrualsPerDay: 3, pointsPerDay: 100)
      policy.memberLimits = MemberLimits(accrualsPerDay: 2, pointsPerDay: 90)
    }
    try desk.accept(accrual("a", yuan: 60, reference: "1"))
    let member = desk.refusal(accrual("a", yuan: 31, reference: "2"))
    #expect(member?.reason == .memberLimitExceeded && member?["quota"] == "points_per_day" && member?["used"] == "60")
    let partner = desk.refusal(accrual("b", yuan: 41, reference: "2"))
    #expect(partner?.reason == .partnerQuotaExceeded && partner?["limit"] == "100")
    try desk.accept(accrual("a", yuan: 10, reference: "2"))
    #expect(desk.refusal(accrual("a", yuan: 1, reference: "3"))?["quota"] == "accruals_per_day")
    // Another partner has no quota; the member's limits are over all partners.
    #expect(desk.refusal(accrual("a", yuan: 1, reference: "3"), caller: Desk.inn)?.reason == .memberLimitExceeded)
    try desk.accept(accrual("b", yuan: 1, reference: "3"))
    #expect(desk.refusal(accrual("c", yuan: 1, reference: "4"))?.reason == .partnerQuotaExceeded)
    try desk.accept(accrual("c", yuan: 1, reference: "4"), caller: Desk.inn)
    // Midnight in Shanghai.
    desk.now = TestPolicy.start + TestPolicy.day / 2
    try desk.accept(accrual("a", yuan: 90, reference: "5"))
  }

  @Test func metersAndTimelinessSurviveReplayAndSnapshot() throws {
    var desk = try Self.desk([Self.bonus("once", 5) { ($0.timesPerMember, $0.budget) = (1, 12) }])
    for member in ["a", "b", "c"] {
      try desk.accept(accrual(member, yuan: 1, reference: member, at: desk.now - TestPolicy.day - 1))
      try desk.accept(accrual(member, yuan: 1, reference: member + "2", at: desk.now - TestPolicy.day))
    }
    #expect(desk.ledger.timeliness.days.map(\.late) == [3] && desk.ledger.timeliness.days.map(\.accruals) == [6])
    #expect(desk.ledger.timeliness.lateAccruals(before: .max, limit: 2) == [6, 4])
    #expect(desk.ledger.timeliness.lateAccruals(before: 4, limit: 2) == [2])
    var replayed = Ledger()
    for (index, record) in desk.records.enumerated() { replayed.apply(record, sequence: UInt64(index + 1)) }
    let state = try snapshot(desk.ledger)
    #expect(try snapshot(replayed) == state)
    var restored = Ledger()
    for chunk in state { try restored.restore(chunk: chunk) }
    #expect(try snapshot(restored) == state)
    #expect(restored.checkInvariants() == [])
    #expect(restored.metered("rule.once.budget") == 12)
    #expect(restored.timeliness.lateAccruals(before: .max, limit: 9) == [6, 4, 2])
  }

  @Test func mistakesInConditionsAndCapsAreNamed() throws {
    var document = TestPolicy.document()
    document.earningRules[0].when = EarningCondition(
      minMinorUnits: 10, maxMinorUnits: 9, anyOf: [EarningCondition(), EarningCondition(tiers: ["wood"])])
    document.earningRules[1].budget = -1
    document.earningRules[1].groupChoice = .most
    document.partners[0].quota = PartnerQuota(pointsPerDay: -5)
    let paths = PolicyValidator.problems(in: document).map(\.path)
    #expect(
      Set(paths) == [
        "earning_rules[0].when.max_minor_units", "earning_rules[0].when.any_of[0]",
        "earning_rules[0].when.any_of[1].tiers[0]", "earning_rules[1].budget", "earning_rules[1].group_choice",
        "partners[0].quota.points_per_day",
      ])
    var deep = EarningCondition(channels: ["app"])
    for _ in 0..<10 { deep = EarningCondition(anyOf: [deep]) }
    document = TestPolicy.document()
    document.earningRules[0].when = deep
    #expect(PolicyValidator.problems(in: document).count == 1)
  }
}
