// Tiers that are counted in a rolling window: months that leave it one by one, tiers that last as long as it reaches them.

import LoyaltyEngine
import LoyaltyMessages
import Testing

@Suite struct RollingWindowTests {
  static func policy(
    _ version: UInt32 = 1, window: TierWindow = .rolling, months: UInt32 = 0, graceDays: UInt32 = 0
  ) throws -> CompiledPolicy {
    try TestPolicy.compiled {
      $0.version = version
      $0.tierReview = TierReviewPolicy(
        spendCurrency: "CNY", graceDays: graceDays, window: window, rollingMonths: window == .rolling ? months : 0)
      $0.tiers[2].qualifyingSpend = 2_000_000
    }
  }

  /// The first moment of a month in Shanghai.
  static func start(_ year: Int64, _ month: Int64) -> Int64 {
    CivilCalendar(utcOffsetMinutes: 480).start(of: .init(year: year, month: month, day: 1))
  }

  @Test func whatAMonthHasCountedLeavesTheWindowTwelveMonthsLaterAndNotAMillisecondSooner() throws {
    var desk = try Desk(Self.policy())
    // March 2026: 800, and 400 in May.
    try desk.accept(accrual("m", yuan: 800, reference: "a"))
    desk.now = Self.start(2026, 5)
    try desk.accept(accrual("m", yuan: 400, reference: "b", at: desk.now))
    var view = try desk.account("m")
    #expect(view.tier == 1 && view.qualifying == 1_200, "the turn of a month ends nothing")
    #expect(view.periodEndsMs == Self.start(2027, 4) && view.tierUntilMs == Self.start(2027, 4))
    let tier = try desk.ledger.tier(of: "m", policy: desk.policy, now: desk.now)
    #expect(tier.leaving.points == 800 && tier.counted.spend == 120_000 && tier.leaving.spend == 80_000)
    desk.now = Self.start(2027, 4) - 1
    view = try desk.account("m")
    #expect(view.tier == 1 && view.qualifying == 1_200)
    desk.now += 1
    view = try desk.account("m")
    #expect(view.tier == 0 && view.qualifying == 400 && view.periodEndsMs == Self.start(2027, 6))
    // A record says so: the points that have left are closed.
    let record = try desk.accept(accrual("m", yuan: 100, reference: "c", at: desk.now))
    #expect(record.postings.contains { $0.account == .periodClosed && $0.amount == 800 })
    #expect(Ledger.checkConservation(record) == [])
    #expect(try desk.account("m").qualifying == 500)
    desk.now = Self.start(2029, 1)
    #expect(try desk.account("m").qualifying == 0)
    #expect(desk.ledger.checkInvariants() == [])
  }

  @Test func aTierLastsAsLongAsTheWindowReachesItThenTheDaysOfGraceAndFallsByOne() throws {
    var desk = try Desk(Self.policy(graceDays: 10))
    try desk.accept(accrual("m", yuan: 5_000, reference: "a"))
    let end = Self.start(2027, 4) + 10 * TestPolicy.day
    #expect(try desk.account("m").tier == 2)
    #expect(try desk.account("m").tierUntilMs == end)
    let review = try desk.ledger.tier(of: "m", policy: desk.policy, now: desk.now).review
    #expect(review?.atMs == end && review?.tier == 1)
    // In its last month the member earns a little: that does not hold gold for another year.
    desk.now = end - 20 * TestPolicy.day
    try desk.accept(accrual("m", yuan: 100, reference: "b", at: desk.now))
    #expect(try desk.account("m").tierUntilMs == end)
    desk.now = end
    let record = try desk.accept(.tierReview(TierReviewInput()), caller: .service)
    guard case .tiersReviewed(let outcome)? = record.outcome else { return #expect(Bool(false)) }
    #expect(outcome.moves.map(\.to) == ["silver"])
    #expect(try desk.account("m").tierUntilMs == Self.start(2028, 5) + 10 * TestPolicy.day, "silver is held for a year")
    desk.now = Self.start(2028, 5) + 10 * TestPolicy.day
    #expect(try desk.account("m").tier == 0)
    #expect(desk.ledger.checkInvariants() == [])
  }

  @Test func earnedAgainInTheDaysOfGraceATierIsKept() throws {
    var desk = try Desk(Self.policy(months: 6, graceDays: 10))
    try desk.accept(accrual("m", yuan: 1_000, reference: "a"))
    desk.now = Self.start(2026, 10) + TestPolicy.day
    #expect(try desk.account("m").qualifying == 0)
    #expect(try desk.account("m").tier == 1)
    try desk.accept(accrual("m", yuan: 1_000, reference: "b", at: desk.now))
    #expect(try desk.account("m").tierUntilMs == Self.start(2027, 5) + 10 * TestPolicy.day)
  }

  @Test func aReversalTakesBackWhatStillCountsFromTheMonthThatCountedIt() throws {
    var desk = try Desk(Self.policy())
    let first = try desk.accept(accrual("m", yuan: 300, reference: "a"))
    let accrualID = desk.ledger.sequence
    desk.now = Self.start(2026, 6)
    try desk.accept(accrual("m", yuan: 200, reference: "b", at: desk.now))
    let lots = first.accrual?.lots ?? []
    func reversal(_ minorUnits: Int64) -> Record.Input {
      .accrualReversal(
        AccrualReversalInput(
          accrual: accrualID, member: "m", partner: "air", points: 300, qualifying: 300, minorUnits: 30_000, lots: lots,
          creditedMs: TestPolicy.start, openLots: UInt32(desk.ledger.openLots(lots.map(\.lot), of: "m")?.open ?? 0),
          minorUnitsBack: minorUnits))
    }
    try desk.accept(reversal(10_000))
    #expect(try desk.account("m").qualifying == 400)
    desk.now = Self.start(2027, 4)
    #expect(try desk.account("m").qualifying == 200)
    try desk.accept(reversal(0))
    #expect(try desk.account("m").qualifying == 200, "the month has left")
    #expect(desk.ledger.checkInvariants() == [])
  }

  @Test func twoMembersWhoBecomeOneKeepTheirMonths() throws {
    var desk = try Desk(Self.policy())
    try desk.accept(accrual("m", yuan: 600, reference: "a"))
    try desk.accept(accrual("n", yuan: 100, reference: "b"))
    desk.now = Self.start(2026, 6)
    try desk.accept(accrual("n", yuan: 500, reference: "c", at: desk.now))
    try desk.accept(.merge(MergeInput(from: "m", into: "n", reason: "one person")), caller: Desk.ops)
    #expect(try desk.account("n").qualifying == 1_200)
    #expect(try desk.account("n").tier == 1)
    #expect(try desk.account("n").tierUntilMs == Self.start(2027, 4))
    desk.now = Self.start(2027, 4)
    #expect(try desk.account("n").qualifying == 500)
    #expect(desk.ledger.checkInvariants() == [])
  }

  @Test func aPolicyThatCountsOtherwiseForgetsNothingThatWouldCount() throws {
    var desk = try Desk(Self.policy(window: .calendarYear))
    try desk.accept(accrual("m", yuan: 1_200, reference: "a"))
    // The year is over, unnoticed by any record, when the window begins to roll: it counts as of December.
    desk.policy = try Self.policy(2)
    desk.now = Self.start(2027, 2)
    #expect(try desk.account("m").qualifying == 1_200)
    #expect(try desk.account("m").periodEndsMs == Self.start(2028, 1))
    try desk.accept(accrual("m", yuan: 300, reference: "b", at: desk.now))
    // And in years again: what this year has counted.
    desk.policy = try Self.policy(3, window: .calendarYear)
    #expect(try desk.account("m").qualifying == 300)
    #expect(try desk.account("m").periodEndsMs == Self.start(2028, 1))
    let record = try desk.accept(accrual("m", yuan: 100, reference: "c", at: desk.now))
    #expect(record.postings.contains { $0.account == .periodClosed && $0.amount == 1_200 })
    #expect(try desk.account("m").qualifying == 400)
    #expect(desk.ledger.checkInvariants() == [])
  }

  @Test func aSnapshotHasTheMonths() throws {
    var desk = try Desk(Self.policy())
    try desk.accept(accrual("m", yuan: 800, reference: "a"))
    desk.now = Self.start(2026, 5)
    try desk.accept(accrual("m", yuan: 400, reference: "b", at: desk.now))
    var copy = Ledger()
    try desk.ledger.snapshot { try copy.restore(chunk: $0) }
    #expect(copy.checkInvariants() == [])
    desk.now = Self.start(2027, 4)
    #expect(try copy.account("m", policy: desk.policy, now: desk.now).qualifying == 400)
    var (before, after): ([[UInt8]], [[UInt8]]) = ([], [])
    try desk.ledger.snapshot { before.append($0) }
    try copy.snapshot { after.append($0) }
    #expect(before == after)
  }

  @Test func benefitsOfARollingWindowAreGrantedForTheCalendarYear() throws {
    var desk = try Desk(
      TestPolicy.compiled {
        $0.tierReview = TierReviewPolicy(window: .rolling)
        $0.tiers[1].benefits = [TierBenefit(text: TestPolicy.text("Upgrade"), id: "upgrade", count: 1)]
      })
    try desk.accept(accrual("m", yuan: 1_000, reference: "a"))
    let use = Record.Input.entitlementUse(EntitlementUseInput(member: "m", benefit: "upgrade", reference: "r"))
    try desk.accept(use)
    desk.now = Self.start(2026, 12)
    #expect(desk.refusal(use)?.reason == .entitlementUsedUp)
    desk.now = Self.start(2027, 1)
    try desk.accept(use)
  }
}
