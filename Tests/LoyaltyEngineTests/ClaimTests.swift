// Suspense and claims inside the engine, and what goes along when two accounts become one.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

@Suite struct ClaimTests {
  static func policy() throws -> CompiledPolicy {
    try CampaignTests.policy { policy in
      policy.claims = ClaimPolicy(
        suspenseDays: 90, withinDays: 200, decideDays: 10, openPerMember: 2, creditMatches: true)
    }
  }

  static func activity(_ reference: String, yuan: Int64 = 100, member: String = "", number: String = "") -> AccrualInput
  {
    AccrualInput(
      member: member, partnerNumber: number, activity: .flight, reference: reference, currency: "CNY",
      minorUnits: yuan * 100, occurredMs: TestPolicy.start)
  }

  static func suspend(_ reference: String, number: String) -> Record.Input {
    .claim(ClaimCommand(step: .suspend(SuspendStep(activity: activity(reference, number: number)))))
  }

  static func submit(_ reference: String, _ member: String, yuan: Int64 = 100) -> Record.Input {
    .claim(
      ClaimCommand(
        step: .submit(
          SubmitClaimStep(partner: "air", activity: activity(reference, yuan: yuan, member: member), evidence: ["e"]))))
  }

  static func review(_ claim: UInt64, approved: Bool = true, member: String = "") -> Record.Input {
    .claim(
      ClaimCommand(step: .review(ReviewClaimStep(claim: claim, approved: approved, member: member, reason: "seen"))))
  }

  /// Has the desk do its claims' due work.
  static func work(_ desk: inout Desk) throws {
    while let ms = desk.ledger.dueMs(.claims), ms <= desk.now {
      guard case .change(let record) = desk.decide(DueSource.claims.command, key: "", caller: .service) else { break }
      desk.apply(record)
    }
  }

  @Test func everyEndOfEverythingThatWaitsSurvivesReplayAndSnapshot() throws {
    var desk = try Desk(Self.policy())
    try desk.accept(accrual("m", yuan: 10, reference: "first"))
    for reference in ["s1", "s2", "s3"] { try desk.accept(Self.suspend(reference, number: "N-\(reference)")) }
    #expect(desk.refusal(Self.suspend("s1", number: "N-9"))?.reason == .referenceClaimed)
    try desk.accept(Self.submit("c1", "m"), caller: Desk.ops)
    let claim = desk.ledger.sequence
    try desk.accept(Self.submit("c2", "m"), caller: Desk.air)
    #expect(desk.refusal(Self.submit("c3", "m"))?.reason == .tooManyClaims)
    try desk.checkDurability()

    // By a link; by staff; by a claim that agrees; and by nobody.
    let before = try desk.account("m").available
    try desk.accept(
      .numberLink(NumberLinkInput(member: "m", partnerNumber: "N-s1", partner: "")), caller: Desk.air)
    try Self.work(&desk)
    #expect(try desk.account("m").available == before + 100)
    let credited = try #require(desk.records.last)
    #expect(credited.partner == "air" && credited.subject.isEmpty && credited.accrual?.lines.first?.points == 100)
    try desk.accept(Self.review(claim), key: "review", caller: Desk.ops)
    // The reviewer's key answers again, though the record is the airline's.
    guard case .answer(.repeated(let again)) = desk.decide(Self.review(claim), key: "review", caller: Desk.ops) else {
      Issue.record("a review under its own key is decided twice")
      return
    }
    #expect(again.sequence == desk.ledger.sequence)
    let matched = try desk.accept(Self.submit("s2", "m"), caller: Desk.ops)
    #expect(matched.accrual?.lines.first?.points == 100 && matched.claimEnds.map(\.status) == [.credited])
    try desk.checkDurability()
    desk.now += 11 * TestPolicy.day
    try Self.work(&desk)
    #expect(desk.refusal(Self.review(claim + 1), caller: Desk.ops)?.reason == .claimUnknown, "too old by now")
    desk.now += 80 * TestPolicy.day
    try Self.work(&desk)
    #expect(desk.ledger.claims({ $0.status.isOpen }, partner: "", after: 0, limit: 9).claims.isEmpty)
    try desk.checkDurability()
    desk.now += 91 * TestPolicy.day
    try Self.work(&desk)
    #expect(desk.ledger.claims({ _ in true }, partner: "", after: 0, limit: 9).claims.isEmpty, "forgotten")
    try desk.checkDurability()
  }

  @Test func whatTheRulesRefuseWhenItsMemberIsFoundDoesNotWaitForEver() throws {
    var desk = try Desk(Self.policy())
    try desk.accept(accrual("m", yuan: 10, reference: "first"))
    try desk.accept(Self.suspend("s1", number: "N-1"))
    try desk.accept(.numberLink(NumberLinkInput(member: "m", partnerNumber: "N-1")), caller: Desk.air)
    try desk.accept(
      .status(StatusInput(member: "m", status: .closed, reason: "asked")), caller: Desk.ops)
    try Self.work(&desk)
    let ended = try #require(desk.ledger.claims({ _ in true }, partner: "air", after: 0, limit: 9).claims.first)
    #expect(ended.status == .rejected && ended.refusal == "MEMBER_CLOSED")
    try desk.checkDurability()
  }

  @Test func mergedAccountsTakeAlongOffersFeedbackAndWhoReferredThem() throws {
    var desk = try Desk(Self.policy())
    for member in ["r", "m", "n"] {
      try desk.accept(accrual(member, yuan: 0, reference: "s-\(member)", activity: .survey))
    }
    let code = try CampaignTests.code("r", &desk)
    try desk.accept(CampaignTests.campaign(.referral(ReferralInput(member: "m", code: code))))
    let granted = try desk.accept(CampaignTests.campaign(.offerClaim(OfferClaimInput(member: "m", offer: "spring"))))
    try desk.accept(.feedback(FeedbackInput(member: "m", kind: .question, topic: .points, text: "?")))
    try desk.accept(.merge(MergeInput(from: "m", into: "n", reason: "same person")), caller: Desk.ops)
    try desk.checkDurability()
    #expect(try desk.account("n").openTickets == 1)
    guard case .campaignStepped(let outcome)? = granted.outcome, case .offer(let offer)? = outcome.outcome else {
      Issue.record("no offer")
      return
    }
    let used = try desk.accept(
      CampaignTests.campaign(.offerUse(OfferUseInput(grant: offer.grant, reference: "f"))), caller: Desk.inn)
    #expect(used.members == ["n"])
    // The friend's purchase under the id that is left rewards both, once.
    let before = try desk.account("r").available
    let bought = try desk.accept(accrual("n", yuan: 200, reference: "p"))
    #expect(bought.accrual?.lines.contains { $0.rule == ReferralPolicy.ruleID } == true)
    #expect(try desk.account("r").available == before + 800)
    try desk.accept(accrual("m", yuan: 200, reference: "q"))
    #expect(try desk.account("r").available == before + 800)
    try desk.checkDurability()
  }
}
