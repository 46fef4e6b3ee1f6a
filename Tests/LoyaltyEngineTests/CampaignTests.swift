// First purchases, referrals, shared posts, limited offers.

import LoyaltyMessages
import ProtobufRuntime
import Testing

@testable import LoyaltyEngine

@Suite struct CampaignTests {
  static func policy(_ change: (inout Policy) -> Void = { _ in }) throws -> CompiledPolicy {
    try TestPolicy.compiled { policy in
      policy.earningRules.append(
        EarningRule(
          id: "welcome", version: 1, name: TestPolicy.text("First purchase"),
          when: EarningCondition(firstPurchase: true), fixedPoints: 500))
      policy.referral = ReferralPolicy(
        name: TestPolicy.text("Friends"), referrerPoints: 800, friendPoints: 200,
        least: [LeastAmount(currency: "CNY", minorUnits: 10_000)], rewardsPerYear: 2)
      policy.sharing = [
        SharePolicy(id: "photo", name: TestPolicy.text("A photo"), points: 30, perMonth: 2, quota: 3)
      ]
      policy.offers = [
        OfferPolicy(
          id: "spring", title: TestPolicy.text("Spring"), details: TestPolicy.text("Less"), discountBp: 1_500,
          from: ProtobufTimestamp(seconds: TestPolicy.start / 1_000),
          until: ProtobufTimestamp(seconds: (TestPolicy.start + TestPolicy.day) / 1_000), quota: 2, validDays: 3,
          partners: ["inn"])
      ]
      change(&policy)
    }
  }

  static func welcome(_ record: Record) -> Int64? {
    record.accrual?.lines.first { $0.rule == "welcome" }?.points
  }

  static func campaign(_ step: CampaignCommand.Step) -> Record.Input { .campaign(CampaignCommand(step: step)) }

  // MARK: - First purchase

  @Test func theFirstPurchaseBonusIsGivenOnceOverAllPartners() throws {
    var desk = try Desk(Self.policy())
    #expect(Self.welcome(try desk.accept(accrual("m", yuan: 5, reference: "a"), caller: Desk.air)) == 500)
    #expect(Self.welcome(try desk.accept(accrual("m", yuan: 5, reference: "b"), caller: Desk.inn)) == nil)
    try desk.checkDurability()
  }

  @Test func enrolmentWithoutAPurchaseLeavesTheBonusForThePurchase() throws {
    var desk = try Desk(Self.policy())
    let enrolled = try desk.accept(accrual("m", yuan: 0, reference: "s", activity: .survey))
    #expect(enrolled.accrual?.enrolled == true && Self.welcome(enrolled) == nil)
    #expect(Self.welcome(try desk.accept(accrual("m", yuan: 5, reference: "a", activity: .stay))) == 500)
    #expect(Self.welcome(try desk.accept(accrual("m", yuan: 5, reference: "b", activity: .flight))) == nil)
    try desk.checkDurability()
  }

  @Test func twoFirstPurchasesDecidedTogetherAreAppliedOneAfterTheOther() throws {
    // The store decides and applies under one lock: the second is decided against what the first has left.
    var desk = try Desk(Self.policy())
    var bonuses = 0
    for (number, caller) in [Desk.air, Desk.inn, Desk.air].enumerated() {
      let record = try desk.accept(accrual("m", yuan: 5, reference: "r\(number)"), caller: caller)
      bonuses += Self.welcome(record) == nil ? 0 : 1
    }
    #expect(bonuses == 1)
  }

  // MARK: - Referral

  static func code(_ member: String, _ desk: inout Desk) throws -> String {
    let record = try desk.accept(campaign(.referralCode(ReferralCodeInput(member: member))))
    guard case .campaignStepped(let outcome)? = record.outcome, case .referralCode(let code)? = outcome.outcome else {
      throw Desk.Unexpected(what: "no code")
    }
    return code.code
  }

  static func refer(_ friend: String, _ code: String) -> Record.Input {
    campaign(.referral(ReferralInput(member: friend, code: code)))
  }

  /// Members who are enrolled and have bought nothing.
  static func desk(_ members: String..., policy: CompiledPolicy? = nil) throws -> Desk {
    var desk = try Desk(policy ?? Self.policy())
    for member in members { try desk.accept(accrual(member, yuan: 0, reference: "s-\(member)", activity: .survey)) }
    return desk
  }

  @Test func aClosedAccountGetsNoRewardAndAFrozenOneLosesNothing() throws {
    var desk = try Self.desk(
      "a", "b", "c",
      policy: Self.policy {
        $0.tiers[0].benefits = [TierBenefit(text: TestPolicy.text("Gift"), id: "gift", count: 2)]
        $0.surveys = [
          SurveyPolicy(
            id: "s", title: TestPolicy.text("S"),
            questions: [SurveyQuestion(id: "q", text: TestPolicy.text("Q"), lowest: 1, highest: 5, satisfiedFrom: 4)],
            rewardPoints: 20)
        ]
      })
    try desk.accept(Self.refer("b", try Self.code("a", &desk)))
    let share = try desk.accept(Self.campaign(.share(ShareInput(member: "a", campaign: "photo", proof: "p"))))
    guard case .campaignStepped(let told)? = share.outcome, case .share(let shared)? = told.outcome else {
      return #expect(Bool(false))
    }
    let gift = Record.Input.entitlementUse(EntitlementUseInput(member: "a", benefit: "gift", reference: "r"))
    let answer = Record.Input.survey(
      SurveyInput(member: "a", survey: "s", answers: [SurveyAnswer(question: "q", score: 5)]))
    func set(_ status: MemberStatus) throws {
      try desk.accept(.status(StatusInput(member: "a", status: status, reason: "r")), caller: Desk.ops)
    }
    let offer = try desk.accept(Self.campaign(.offerClaim(OfferClaimInput(member: "a", offer: "spring"))))
    guard case .campaignStepped(let taken)? = offer.outcome, case .offer(let held)? = taken.outcome else {
      return #expect(Bool(false))
    }
    let use = Self.campaign(.offerUse(OfferUseInput(grant: held.grant, reference: "r")))
    try set(.frozen)
    #expect(desk.refusal(gift)?.reason == .memberFrozen && desk.refusal(use, caller: Desk.inn)?.reason == .memberFrozen)
    #expect(desk.refusal(answer) == nil)
    try set(.closed)
    #expect(desk.refusal(gift)?.reason == .memberClosed && desk.refusal(use, caller: Desk.inn)?.reason == .memberClosed)
    #expect(desk.refusal(answer)?.reason == .memberClosed)
    let review = Self.campaign(.shareReview(ShareReviewInput(share: shared.share, approved: true)))
    #expect(desk.refusal(review, caller: Desk.ops)?.reason == .memberClosed)
    let another = Self.campaign(.share(ShareInput(member: "a", campaign: "photo", proof: "other")))
    #expect(desk.refusal(another)?.reason == .memberClosed)
    // The friend's purchase is credited all the same, with the friend's part.
    let bought = try desk.accept(accrual("b", yuan: 100, reference: "1"))
    #expect(bought.accrual?.lines.last?.points == 200 && bought.referrerReward == nil)
    #expect(try desk.account("a").available == 0)
    try desk.checkDurability()
  }

  @Test func aPurchaseThatIsUndoneTakesTheReferrersRewardAlong() throws {
    var desk = try Self.desk("a", "b", "c", "d")
    let code = try Self.code("a", &desk)
    for friend in ["b", "c", "d"] { try desk.accept(Self.refer(friend, code)) }
    let before = try desk.account("a").available
    try desk.accept(accrual("b", yuan: 100, reference: "b"))
    let first = desk.ledger.sequence
    try desk.accept(accrual("c", yuan: 100, reference: "c"))
    let second = desk.ledger.sequence
    // The reward of the first is spent, in part from the second's.
    try desk.accept(redemption("a", "mug", quantity: 3))
    let rest = try desk.account("a").available
    // A part of it is no reason yet.
    var undone = try #require(try desk.accept(desk.accrualReversal(first, back: 40)).accrualReversed)
    #expect(undone.referrer == nil)
    undone = try #require(try desk.accept(desk.accrualReversal(first)).accrualReversed)
    #expect(undone.referrer?.member == "a" && undone.referrer?.points == 800 && undone.referrer?.toDebt == 0)
    #expect(try desk.account("a").available == rest - 800)
    // It counts no more toward the two of a year: the third friend's purchase is rewarded.
    let third = try desk.accept(accrual("d", yuan: 100, reference: "d"))
    #expect(third.referrerReward?.points == 800)
    // What is spent becomes a debt, what has lapsed is not taken again.
    try desk.accept(
      .adjustment(AdjustmentInput(member: "a", points: -(try desk.account("a").available), reason: "spent")),
      caller: Desk.ops)
    undone = try #require(try desk.accept(desk.accrualReversal(second)).accrualReversed)
    #expect(undone.referrer?.toDebt == 800)
    #expect(try desk.account("a").debt == 800)
    #expect(before == 50)
    try desk.checkDurability()
  }

  @Test func aReferrerWhoWasMergedIsRewardedUnderTheIdThatIsLeft() throws {
    var desk = try Self.desk("a", "b", "z")
    try desk.accept(Self.refer("b", try Self.code("a", &desk)))
    try desk.accept(.merge(MergeInput(from: "a", into: "z", reason: "one person")), caller: Desk.ops)
    let before = try desk.account("z").available
    try desk.accept(accrual("b", yuan: 100, reference: "b"))
    #expect(try desk.account("z").available == before + 800)
    let undone = try #require(try desk.accept(desk.accrualReversal(desk.ledger.sequence)).accrualReversed)
    #expect(undone.referrer?.member == "z" && undone.referrer?.points == 800)
    #expect(try desk.account("z").available == before)
    try desk.checkDurability()
  }

  @Test func aCodeIsTheMembersOwnAndStaysTheSame() throws {
    var desk = try Self.desk("a", "b")
    let first = try Self.code("a", &desk)
    #expect(try Self.code("a", &desk) == first)
    #expect(try Self.code("b", &desk) != first)
    #expect(first.count == 8)
  }

  @Test func bothSidesAreRewardedOnceWithTheQualifyingPurchase() throws {
    var desk = try Self.desk("a", "b")
    let code = try Self.code("a", &desk)
    try desk.accept(Self.refer("b", code))
    let before = try desk.account("a").available
    // Too small a purchase brings nothing yet.
    let small = try desk.accept(accrual("b", yuan: 99, reference: "1"))
    #expect(small.accrual?.lines.contains { $0.rule == ReferralPolicy.ruleID } == false)
    let record = try desk.accept(accrual("b", yuan: 100, reference: "2"))
    let outcome = try #require(record.accrual)
    #expect(outcome.lines.last == RuleLine(rule: ReferralPolicy.ruleID, version: 1, points: 200))
    #expect(outcome.balance == (try desk.account("b").available))
    #expect(outcome.lots.map(\.points).reduce(0, +) == outcome.lines.map(\.points).reduce(0, +))
    #expect(try desk.account("a").available == before + 800)
    #expect(Ledger.checkConservation(record) == [])
    try desk.accept(accrual("b", yuan: 500, reference: "3"))
    #expect(try desk.account("a").available == before + 800)
    try desk.checkDurability()
  }

  @Test func nobodyIsReferredByItselfTwiceTooLateOrInACircle() throws {
    var desk = try Self.desk("a", "b", "c", "d")
    let (a, b, c) = (try Self.code("a", &desk), try Self.code("b", &desk), try Self.code("c", &desk))
    #expect(desk.refusal(Self.refer("a", a))?.reason == .referralOfOneself)
    #expect(desk.refusal(Self.refer("b", "00000000"))?.reason == .codeUnknown)
    try desk.accept(Self.refer("b", a))
    #expect(desk.refusal(Self.refer("b", c))?.reason == .referredAlready)
    try desk.accept(Self.refer("c", b))
    #expect(desk.refusal(Self.refer("a", c))?.reason == .referralCircle)
    #expect(desk.refusal(Self.refer("a", b))?.reason == .referralCircle)
    try desk.accept(accrual("d", yuan: 1, reference: "d"))
    #expect(desk.refusal(Self.refer("d", a))?.reason == .referralTooLate)
    try desk.checkDurability()
  }

  @Test func aReferralIsNamedWithinItsDaysAndLeadsToAPurchaseWithinIts() throws {
    var desk = try Self.desk("a", "b", "c")
    let code = try Self.code("a", &desk)
    let enrolled = desk.now
    desk.now = enrolled + 30 * TestPolicy.day - 1
    try desk.accept(Self.refer("b", code))
    desk.now += 1
    #expect(desk.refusal(Self.refer("c", code))?.reason == .referralTooLate)
    desk.now = enrolled + 30 * TestPolicy.day - 1 + 90 * TestPolicy.day
    let late = try desk.accept(accrual("b", yuan: 500, reference: "late", at: desk.now))
    #expect(late.accrual?.lines.contains { $0.rule == ReferralPolicy.ruleID } == false)
  }

  @Test func aReferrerIsRewardedUpToItsCapAndItsFriendsBeyondIt() throws {
    var desk = try Self.desk("a", "b", "c", "d")
    let code = try Self.code("a", &desk)
    for friend in ["b", "c", "d"] { try desk.accept(Self.refer(friend, code)) }
    let before = try desk.account("a").available
    for friend in ["b", "c", "d"] {
      let record = try desk.accept(accrual(friend, yuan: 100, reference: friend))
      #expect(record.accrual?.lines.last?.points == 200)
    }
    #expect(try desk.account("a").available == before + 2 * 800)
    try desk.checkDurability()
  }

  // MARK: - Sharing

  static func share(_ member: String, _ proof: String) -> Record.Input {
    campaign(.share(ShareInput(member: member, campaign: "photo", proof: proof)))
  }

  static func review(_ share: UInt64, _ approved: Bool) -> Record.Input {
    campaign(.shareReview(ShareReviewInput(share: share, approved: approved, reason: "looked at")))
  }

  @Test func aSharedPostIsRewardedWhenStaffApproveItAndOnceOnly() throws {
    var desk = try Self.desk("a", "b")
    let before = try desk.account("a").available
    try desk.accept(Self.share("a", "https://example.org/1"))
    let share = desk.ledger.sequence
    #expect(try desk.account("a").available == before)
    #expect(desk.refusal(Self.share("b", "https://example.org/1"))?.reason == .proofSeen)
    try desk.accept(Self.review(share, true), caller: Desk.ops)
    #expect(try desk.account("a").available == before + 30)
    #expect(desk.refusal(Self.review(share, true), caller: Desk.ops)?.reason == .shareUnknown)
    try desk.accept(Self.share("a", "https://example.org/2"))
    try desk.accept(Self.review(desk.ledger.sequence, false), caller: Desk.ops)
    #expect(try desk.account("a").available == before + 30)
    try desk.checkDurability()
  }

  @Test func rewardsForSharingEndAtTheMonthsCapAndAtTheCampaignsQuota() throws {
    var desk = try Self.desk("a", "b")
    func approve(_ member: String, _ proof: String, _ desk: inout Desk) throws -> RefusalReason? {
      try desk.accept(Self.share(member, proof))
      let review = Self.review(desk.ledger.sequence, true)
      if let refusal = desk.refusal(review, caller: Desk.ops) { return refusal.reason }
      try desk.accept(review, caller: Desk.ops)
      return nil
    }
    #expect(try approve("a", "1", &desk) == nil)
    #expect(try approve("a", "2", &desk) == nil)
    #expect(try approve("a", "3", &desk) == .shareCapReached)
    // The next month, to the millisecond.
    let april = desk.policy.calendar.start(of: .init(year: 2026, month: 4, day: 1))
    desk.now = april - 1
    #expect(try approve("a", "4", &desk) == .shareCapReached)
    desk.now = april
    #expect(try approve("a", "5", &desk) == nil)
    #expect(try approve("b", "6", &desk) == .quotaUsedUp)
    try desk.checkDurability()
  }

  // MARK: - Offers

  static func claim(_ member: String) -> Record.Input {
    campaign(.offerClaim(OfferClaimInput(member: member, offer: "spring")))
  }

  static func offer(_ record: Record) throws -> OfferOutcome {
    guard case .campaignStepped(let outcome)? = record.outcome, case .offer(let offer)? = outcome.outcome else {
      throw Desk.Unexpected(what: "no offer")
    }
    return offer
  }

  @Test func anOfferIsTakenWithinItsWindowUpToItsQuotaAndOnceAMember() throws {
    var desk = try Self.desk("a", "b", "c")
    let start = desk.now
    try desk.accept(Self.claim("a"))
    #expect(desk.refusal(Self.claim("a"))?.reason == .offerTaken)
    desk.now = start + TestPolicy.day
    #expect(desk.refusal(Self.claim("b"))?.reason == .campaignNotOpen)
    desk.now -= 1
    try desk.accept(Self.claim("b"))
    #expect(desk.refusal(Self.claim("c"))?.reason == .quotaUsedUp)
    try desk.checkDurability()
  }

  @Test func anOfferIsHonouredOnceByItsPartnerBeforeItLapses() throws {
    var desk = try Self.desk("a", "b", "c")
    let first = try Self.offer(try desk.accept(Self.claim("a")))
    let second = try Self.offer(try desk.accept(Self.claim("b")))
    func use(_ offer: OfferOutcome) -> Record.Input {
      Self.campaign(.offerUse(OfferUseInput(grant: offer.grant, reference: "folio-1")))
    }
    #expect(desk.refusal(use(first), caller: Desk.air)?.reason == .offerElsewhere)
    #expect(try Self.offer(try desk.accept(use(first), caller: Desk.inn)).used)
    #expect(desk.refusal(use(first), caller: Desk.inn)?.reason == .offerNotHeld)
    // To the end of the third day after it was taken.
    #expect(second.untilMs == desk.policy.calendar.start(of: .init(year: 2026, month: 3, day: 14)))
    desk.now = second.untilMs
    #expect(desk.refusal(use(second), caller: Desk.inn)?.reason == .offerNotHeld)
    try desk.accept(.offersDue(OffersDueInput()), caller: .service)
    // Used ones stay counted, lapsed ones go back.
    #expect(desk.ledger.campaigns.offerCounts[.init("spring")] == 1)
    try desk.checkDurability()
  }
}
