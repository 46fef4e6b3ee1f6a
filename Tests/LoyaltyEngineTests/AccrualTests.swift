// Earning: amounts, rules, tiers, references, times.

import LoyaltyEngine
import LoyaltyMessages
import Testing

@Suite struct AccrualTests {
  @Test func aFirstAccrualEnrolsAndSaysWhichRuleGaveHowMuch() throws {
    var desk = try Desk()
    let record = try desk.accept(accrual("m1", yuan: 128, reference: "t-1"))
    let outcome = try #require(record.accrual)
    #expect(outcome.enrolled && outcome.balance == 128 && outcome.tier == "entry" && outcome.qualifyingPoints == 128)
    #expect(outcome.lines == [RuleLine(rule: "money", version: 3, points: 128, base: 12_800)])
    #expect(outcome.lots.map(\.points) == [128])
    #expect(Ledger.checkConservation(record) == [])
    #expect(desk.ledger.checkInvariants() == [])
    #expect(try desk.account("m1").available == 128)
  }

  @Test func fractionsOfAPointAreRoundedAsTheRuleSays() throws {
    for (rounding, expected) in [(Rounding.down, 1), (.unspecified, 1), (.halfUp, 2), (.up, 2)] as [(Rounding, Int64)] {
      let policy = try TestPolicy.compiled { $0.earningRules[0].rounding = rounding }
      var desk = try Desk(policy)
      var input = AccrualInput(
        member: "m", activity: .purchase, reference: "r", currency: "CNY", minorUnits: 150, occurredMs: desk.now)
      #expect(try desk.accept(.accrual(input)).accrual?.balance == expected)
      input.reference = "r2"
      input.minorUnits = 149
      let more: Int64 = rounding == .up ? 2 : 1
      #expect(try desk.accept(.accrual(input)).accrual?.balance == expected + more)
    }
  }

  @Test func anAmountTooSmallForAPointIsAcceptedAndUsesItsReference() throws {
    var desk = try Desk()
    let small = AccrualInput(
      member: "m", activity: .purchase, reference: "r", currency: "CNY", minorUnits: 99, occurredMs: desk.now)
    let outcome = try #require(try desk.accept(.accrual(small)).accrual)
    #expect(outcome.lots.isEmpty && outcome.balance == 0 && outcome.enrolled)
    #expect(desk.refusal(.accrual(small))?.reason == .referenceAlreadyCredited)
    #expect(desk.ledger.checkInvariants() == [])
  }

  @Test func aShareRuleIsCappedAndSaysSo() throws {
    var desk = try Desk()
    let record = try desk.accept(accrual("m", yuan: 400, reference: "r", activity: .stay, category: "resort"))
    let lines = try #require(record.accrual).lines
    #expect(lines.map(\.points) == [400, 300])
    #expect(lines[1] == RuleLine(rule: "resort-double", version: 1, points: 300, base: 400, capped: true))
  }

  @Test func ofAGroupOnlyTheFirstRuleThatAppliesGivesPoints() throws {
    let policy = try TestPolicy.compiled {
      $0.earningRules[0].group = "base"
      $0.earningRules[1].group = "base"
      $0.earningRules[1].when = EarningCondition()
    }
    var desk = try Desk(policy)
    #expect(try desk.accept(accrual("m", yuan: 10, reference: "a")).accrual?.lines.map(\.rule) == ["money"])
    let survey = try desk.accept(accrual("m", yuan: 10, reference: "b", activity: .survey))
    #expect(survey.accrual?.lines.map(\.rule) == ["survey"])
  }

  @Test func aRuleAppliesFromItsFirstMomentUntilJustBeforeItsLast() throws {
    let from = TestPolicy.start - 10_000
    let until = TestPolicy.start - 5_000
    let policy = try TestPolicy.compiled {
      $0.earningRules.append(
        EarningRule(
          id: "window", version: 1, name: TestPolicy.text("w"),
          when: EarningCondition(from: .init(seconds: from / 1_000), until: .init(seconds: until / 1_000)),
          fixedPoints: 7))
    }
    var desk = try Desk(policy)
    for (offset, applies) in [(from - 1, false), (from, true), (until - 1, true), (until, false)] {
      let record = try desk.accept(accrual("m", yuan: 1, reference: "r\(offset)", at: offset))
      #expect(record.accrual?.lines.contains { $0.rule == "window" } == applies)
    }
  }

  @Test func aTierMultipliesFromTheNextAccrualOnAndItsPartIsALineOfItsOwn() throws {
    var desk = try Desk()
    let promoting = try desk.accept(accrual("m", yuan: 1_000, reference: "a"))
    #expect(promoting.accrual?.tier == "silver")
    #expect(promoting.accrual?.balance == 1_000)
    let next = try #require(try desk.accept(accrual("m", yuan: 3, reference: "b")).accrual)
    // A quarter of 3 is 0.75, rounded down; the line is there and gives 0.
    #expect(next.balance == 1_003 && next.lines.last == RuleLine(version: 1, points: 0, base: 3, tier: "silver"))
    let third = try #require(try desk.accept(accrual("m", yuan: 10, reference: "c")).accrual)
    #expect(third.lines.last == RuleLine(version: 1, points: 2, base: 10, tier: "silver"))
    #expect(third.qualifyingPoints == 10)
    #expect(desk.ledger.checkInvariants() == [])
  }

  @Test func theSameReferenceUnderAnotherKeyIsRefusedAndNamesTheFirst() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 5, reference: "t"), key: "k1")
    let refusal = try #require(desk.refusal(accrual("m", yuan: 5, reference: "t"), key: "k2"))
    #expect(refusal.reason == .referenceAlreadyCredited)
    #expect(refusal["firstAccrual"] == "2" && refusal["reference"] == "t")
    // Another kind and another partner have references of their own.
    try desk.accept(accrual("m", yuan: 5, reference: "t", activity: .stay))
    try desk.accept(accrual("m", yuan: 5, reference: "t"), caller: Desk.inn)
  }

  @Test func activitiesOfTheFutureAndOfLongAgoAreRefusedAtTheExactBoundary() throws {
    var desk = try Desk()
    let skew: Int64 = 600_000
    let window = 60 * TestPolicy.day
    #expect(desk.refusal(accrual("m", yuan: 1, reference: "a", at: desk.now + skew + 1))?.reason == .activityInFuture)
    #expect(desk.refusal(accrual("m", yuan: 1, reference: "a", at: desk.now - window - 1))?.reason == .activityTooOld)
    try desk.accept(accrual("m", yuan: 1, reference: "a", at: desk.now + skew))
    try desk.accept(accrual("m", yuan: 1, reference: "b", at: desk.now - window))
  }

  @Test func onlyAPartnerAccrues() throws {
    let desk = try Desk()
    #expect(desk.refusal(accrual("m", yuan: 1, reference: "a"), caller: Desk.ops)?.reason == .partnerRequired)
    let stranger = Caller(subject: "x", partner: "gone")
    #expect(desk.refusal(accrual("m", yuan: 1, reference: "a"), caller: stranger)?.reason == .partnerRequired)
  }

  @Test func anActivityThatNoRuleKnowsIsRefused() throws {
    let desk = try Desk()
    #expect(desk.refusal(accrual("m", yuan: 1, reference: "a", activity: .event))?.reason == .noEarningRule)
    let dollars = AccrualInput(
      member: "m", activity: .purchase, reference: "r", currency: "USD", minorUnits: 150, occurredMs: desk.now)
    #expect(desk.refusal(.accrual(dollars))?.reason == .noEarningRule)
    #expect(desk.refusal(accrual("m", yuan: 1, reference: "a", activity: .unrecognized(99)))?.reason == .noEarningRule)
    #expect(desk.refusal(accrual("m", yuan: 1, reference: "a", activity: .unrecognized(-1)))?.reason == .noEarningRule)
  }

  @Test func aShareOfNothingDoesNotAcceptAnActivityWithoutARule() throws {
    var desk = try Desk()
    var dollars = AccrualInput(
      member: "m", activity: .stay, reference: "r", currency: "USD", minorUnits: 15_000, occurredMs: desk.now,
      category: "resort")
    #expect(desk.refusal(.accrual(dollars))?.reason == .noEarningRule)
    // Its reference is still free for the corrected activity.
    dollars.currency = "CNY"
    #expect(try desk.accept(.accrual(dollars)).accrual?.balance == 300)
  }

  @Test func pointsThatDoNotFitAreRefusedAndChangeNothing() throws {
    let policy = try TestPolicy.compiled {
      $0.earningRules[0].rates = [EarningRate(currency: "CNY", points: 1, perMinorUnits: 1)]
      $0.expiry = ExpiryPolicy(months: 0)
    }
    var desk = try Desk(policy)
    func huge(_ member: String, _ reference: String) -> Record.Input {
      .accrual(
        AccrualInput(
          member: member, activity: .purchase, reference: reference, currency: "CNY", minorUnits: Int64.max,
          occurredMs: TestPolicy.start))
    }
    let first = try desk.accept(huge("m", "a"))
    #expect(first.accrual?.balance == Int64.max)
    #expect(desk.refusal(huge("m", "b"))?.reason == .pointsOverflow)
    // Another member's account would hold them, the sum of all would not.
    #expect(desk.refusal(huge("n", "b"))?.reason == .pointsOverflow)
    #expect(desk.refusal(huge("n", "b"), caller: Desk.inn)?.reason == .pointsOverflow)
    #expect(desk.ledger.memberCount == 1)
    #expect(desk.ledger.checkInvariants() == [])
  }

  @Test func aPartnersNumberIsLinkedOnceAndNamesTheMemberForThatPartnerOnly() throws {
    var desk = try Desk()
    #expect(desk.refusal(accrual("", yuan: 1, reference: "a", number: "FF-7"))?.reason == .memberUnknown)
    try desk.accept(accrual("m", yuan: 1, reference: "a", number: "FF-7"))
    let byNumber = try desk.accept(accrual("", yuan: 2, reference: "b", number: "FF-7"))
    #expect(byNumber.accrual?.member == "m" && byNumber.accrual?.balance == 3)
    #expect(desk.refusal(accrual("n", yuan: 1, reference: "c", number: "FF-7"))?.reason == .memberMismatch)
    #expect(
      desk.refusal(accrual("", yuan: 1, reference: "c", number: "FF-7"), caller: Desk.inn)?.reason == .memberUnknown)
    #expect(
      try desk.ledger.account("", number: "FF-7", partner: "air", policy: desk.policy, now: desk.now).member == "m")
  }

  @Test func anAccountWithTooManyLotsTakesNoMore() throws {
    var desk = try Desk()
    desk.ledger.limits.lotsPerMember = 2
    try desk.accept(accrual("m", yuan: 1, reference: "a"))
    try desk.accept(accrual("m", yuan: 1, reference: "b"))
    #expect(desk.refusal(accrual("m", yuan: 1, reference: "c"))?.reason == .tooManyLots)
    // Lapsed lots leave with the next accrual and count no more.
    desk.now += 200 * TestPolicy.day
    try desk.accept(accrual("m", yuan: 1, reference: "c", at: desk.now))
    #expect(desk.ledger.openLotCount == 1)
  }
}
