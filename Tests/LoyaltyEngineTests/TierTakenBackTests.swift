// A refund takes back what the purchase counted toward a tier, and the tier that was reached only with it.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

@Suite struct TierTakenBackTests {
  /// Silver by 1,000 points or 4 nights or 6 segments, gold by 5,000 points or 8,000 yuan.
  static func desk(_ change: (inout Policy) -> Void = { _ in }) throws -> Desk { try Desk(policy(change)) }

  static func policy(_ change: (inout Policy) -> Void = { _ in }) throws -> CompiledPolicy {
    try TestPolicy.compiled {
      $0.tierReview = TierReviewPolicy(spendCurrency: "CNY")
      $0.tiers[1].qualifyingNights = 4
      $0.tiers[1].qualifyingSegments = 6
      $0.tiers[2].qualifyingSpend = 800_000
      change(&$0)
    }
  }

  private static func newYear(_ year: Int64) -> Int64 { RollingWindowTests.start(year, 1) }

  /// A stay or flight of so many nights or segments that earns next to nothing.
  private func stay(_ activity: Activity, _ quantity: Int64, _ reference: String, _ now: Int64) -> Record.Input {
    .accrual(
      AccrualInput(
        member: "m", activity: activity, reference: reference, currency: "CNY", minorUnits: 300, occurredMs: now,
        quantity: quantity))
  }

  private func check(_ desk: Desk) throws {
    #expect(desk.ledger.checkInvariants() == [])
    for record in desk.records { #expect(Ledger.checkConservation(record) == []) }
    var copy = Ledger()
    try desk.ledger.snapshot { try copy.restore(chunk: $0) }
    var (before, after): ([[UInt8]], [[UInt8]]) = ([], [])
    try desk.ledger.snapshot { before.append($0) }
    try copy.snapshot { after.append($0) }
    #expect(before == after)
    #expect(copy.tierFootings == desk.ledger.tierFootings)
  }

  @Test func aTierThatOnlyTheRefundedPurchaseReachedIsLostAtOnce() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 1_200, reference: "a"))
    try desk.accept(accrual("m", yuan: 5_000, reference: "b"))
    let id = desk.ledger.sequence
    #expect(try desk.account("m").tier == 2)
    // What is left still reaches gold.
    var reversed = try #require(try desk.accept(desk.accrualReversal(id, back: 1_000)).accrualReversed)
    #expect(reversed.tier == "gold" && reversed.qualifying == 1_000 && reversed.spend == 100_000)
    reversed = try #require(try desk.accept(desk.accrualReversal(id)).accrualReversed)
    #expect(reversed.tier == "silver" && reversed.qualifying == 4_000 && reversed.spend == 400_000)
    let tier = try desk.ledger.tier(of: "m", policy: desk.policy, now: desk.now)
    #expect(tier.tier == 1 && tier.counted == TierCount(points: 1_200, spend: 120_000))
    #expect(try desk.account("m").tierUntilMs == Self.newYear(2028))
    try check(desk)
  }

  @Test func spendNightsAndSegmentsAreTakenBackAndANightCountsUntilAllOfItIs() throws {
    var desk = try Self.desk()
    try desk.accept(stay(.stay, 3, "a", desk.now))
    try desk.accept(stay(.stay, 2, "b", desk.now))
    let nights = desk.ledger.sequence
    #expect(try desk.account("m").tier == 1)
    // A third of two nights is none.
    var reversed = try #require(try desk.accept(desk.accrualReversal(nights, back: 1)).accrualReversed)
    #expect(reversed.nights == 0 && reversed.spend == 100 && reversed.tier == "silver")
    reversed = try #require(try desk.accept(desk.accrualReversal(nights)).accrualReversed)
    #expect(reversed.nights == 2 && reversed.spend == 200 && reversed.tier == "entry")
    try desk.accept(stay(.flight, 6, "c", desk.now))
    #expect(try desk.account("m").tier == 1)
    reversed = try #require(try desk.accept(desk.accrualReversal(desk.ledger.sequence)).accrualReversed)
    #expect(reversed.segments == 6 && reversed.tier == "entry")
    let tier = try desk.ledger.tier(of: "m", policy: desk.policy, now: desk.now)
    #expect(tier.counted == TierCount(points: 9 - 6, spend: 300, nights: 3))
    try check(desk)
  }

  @Test func aTierOfTheYearBeforeIsHeldAsLongAsItWasAndNoLonger() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 1_000, reference: "a"))
    desk.now = Self.newYear(2027)
    try desk.accept(accrual("m", yuan: 5_000, reference: "b", at: desk.now))
    let gold = desk.ledger.sequence
    #expect(try desk.account("m").tier == 2)
    desk.now += 40 * TestPolicy.day
    try desk.accept(desk.accrualReversal(gold))
    #expect(try desk.account("m").tier == 1)
    #expect(try desk.account("m").tierUntilMs == Self.newYear(2028))
    // Earned again and refunded again: not held for another year.
    try desk.accept(accrual("m", yuan: 1_000, reference: "c", at: desk.now))
    #expect(try desk.account("m").tierUntilMs == Self.newYear(2029))
    try desk.accept(desk.accrualReversal(desk.ledger.sequence))
    #expect(try desk.account("m").tierUntilMs == Self.newYear(2028))
    try check(desk)
  }

  @Test func whatWasBoughtInDecemberAndIsRefundedInJanuaryTakesItsTierAlong() throws {
    var desk = try Self.desk()
    desk.now = Self.newYear(2027) - TestPolicy.day
    try desk.accept(accrual("m", yuan: 5_000, reference: "a", at: desk.now))
    let id = desk.ledger.sequence
    try desk.accept(accrual("m", yuan: 1_100, reference: "b", at: desk.now))
    desk.now += 3 * TestPolicy.day
    // A record closes the year first.
    try desk.accept(redemption("m", "mug"))
    #expect(try desk.account("m").tier == 2)
    let record = try desk.accept(desk.accrualReversal(id))
    #expect(record.accrualReversed?.tier == "silver" && record.accrualReversed?.qualifying == 5_000)
    #expect(record.postings.contains { $0.account == .periodClosed && $0.amount == -5_000 })
    #expect(try desk.account("m").tierUntilMs == Self.newYear(2028))
    try check(desk)
    // Two years on it has done what it could.
    desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 5_000, reference: "a"))
    desk.now = Self.newYear(2028)
    let late = try #require(try desk.accept(desk.accrualReversal(2)).accrualReversed)
    #expect(late.qualifying == 0 && late.tier == "silver")
    try check(desk)
  }

  @Test func theLandingAfterATierFollowsFromWhatIsLeft() throws {
    // Gold of 2026 is held through 2027 and lands on silver; without its purchase there is nothing to land on.
    var desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 5_000, reference: "a"))
    desk.now = Self.newYear(2027) + TestPolicy.day
    try desk.accept(desk.accrualReversal(2))
    #expect(try desk.account("m").tier == 0)
    #expect(try desk.account("m").tierUntilMs == nil)
    #expect(desk.ledger.dueMs(.tiers) == nil)
    try check(desk)
  }

  @Test func inARollingWindowATierIsHeldAsLongAsWhatIsLeftReachesIt() throws {
    var desk = try Desk(Self.policy { $0.tierReview = TierReviewPolicy(spendCurrency: "CNY", window: .rolling) })
    try desk.accept(accrual("m", yuan: 1_000, reference: "a"))
    desk.now = RollingWindowTests.start(2026, 8)
    try desk.accept(accrual("m", yuan: 7_000, reference: "b", at: desk.now))
    let id = desk.ledger.sequence
    #expect(try desk.account("m").tier == 2)
    desk.now = RollingWindowTests.start(2026, 12)
    let reversed = try #require(try desk.accept(desk.accrualReversal(id)).accrualReversed)
    #expect(reversed.tier == "silver" && reversed.spend == 700_000)
    #expect(try desk.account("m").tierUntilMs == RollingWindowTests.start(2027, 4))
    try check(desk)
    // A tier that has landed is held whatever is taken back.
    desk.now = RollingWindowTests.start(2027, 3)
    try desk.accept(accrual("m", yuan: 5_000, reference: "c", at: desk.now))
    desk.now = RollingWindowTests.start(2028, 4)
    try desk.accept(accrual("m", yuan: 6_000, reference: "d", at: desk.now))
    #expect(try desk.account("m").tier == 2)
    try desk.accept(desk.accrualReversal(desk.ledger.sequence))
    #expect(try desk.account("m").tier == 1)
    #expect(try desk.account("m").tierUntilMs == RollingWindowTests.start(2029, 5))
    try check(desk)
  }

  @Test func whatWasBroughtAlongIsNotTakenAndTwoMembersWhoBecomeOneHaveWhatBothHad() throws {
    var desk = try Self.desk()
    try desk.accept(
      .import(
        ImportInput(
          members: [ImportedMember(member: "m", tier: "gold", qualifying: 5_500)], qualifying: 5_500)),
      caller: Desk.ops)
    try desk.accept(accrual("m", yuan: 100, reference: "a"))
    try desk.accept(desk.accrualReversal(desk.ledger.sequence))
    #expect(try desk.account("m").tier == 2)
    try desk.accept(accrual("n", yuan: 5_000, reference: "b"))
    let id = desk.ledger.sequence
    try desk.accept(accrual("o", yuan: 1_000, reference: "c"))
    try desk.accept(.merge(MergeInput(from: "n", into: "o", reason: "one person")), caller: Desk.ops)
    #expect(try desk.account("o").tier == 2)
    let reversed = try #require(try desk.accept(desk.accrualReversal(id)).accrualReversed)
    #expect(reversed.member == "o" && reversed.tier == "silver")
    try check(desk)
  }

  @Test func aRefundRaisesNoTierThatAMergeDidNotGive() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 3_000, reference: "a"))
    try desk.accept(accrual("n", yuan: 3_000, reference: "b"))
    desk.now = Self.newYear(2027)
    try desk.accept(.merge(MergeInput(from: "m", into: "n", reason: "one person")), caller: Desk.ops)
    #expect(try desk.account("n").tier == 1, "what both counted in a year that is closed gives no gold")
    try desk.accept(desk.accrualReversal(2, back: 500))
    #expect(try desk.account("n").tier == 1)
    // And what is left decides.
    try desk.accept(desk.accrualReversal(2))
    #expect(try desk.account("n").tier == 1)
    try desk.accept(desk.accrualReversal(3))
    #expect(try desk.account("n").tier == 0)
    try check(desk)
  }

  @Test func ofTwoMembersWithTheSameTierTheLaterEndIsKept() throws {
    var desk = try Self.desk()
    func member(_ id: String, until: Int64) -> ImportedMember {
      ImportedMember(member: id, tier: "silver", tierUntilMs: until)
    }
    try desk.accept(
      .import(
        ImportInput(
          members: [member("m", until: Self.newYear(2030)), member("n", until: Self.newYear(2028))])),
      caller: Desk.ops)
    try desk.accept(.merge(MergeInput(from: "m", into: "n", reason: "one person")), caller: Desk.ops)
    #expect(try desk.account("n").tierUntilMs == Self.newYear(2030))
  }

  @Test func aTierThatWasReachedUnderOtherThresholdsIsLeftAlone() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 5_000, reference: "a"))
    try desk.accept(accrual("m", yuan: 10, reference: "b"))
    desk.policy = try Self.policy {
      $0.version = 2
      $0.tiers[2].qualifyingPoints = 9_000
      $0.tiers[2].qualifyingSpend = 900_000
    }
    let reversed = try #require(try desk.accept(desk.accrualReversal(desk.ledger.sequence)).accrualReversed)
    #expect(reversed.tier == "gold" && reversed.qualifying == 10)
  }

  @Test func aFileThatReckonsATierFromNoTimeThereIsIsNotBelieved() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 5_000, reference: "a"))
    var record = desk.records[1]
    record.standings[0].footing = TierFooting(tier: "gold", points: -1)
    var copy = Ledger()
    copy.apply(desk.records[0], sequence: 1)
    copy.apply(record, sequence: 2)
    #expect(copy.inconsistency?.contains("reckons a tier") == true)
  }
}
