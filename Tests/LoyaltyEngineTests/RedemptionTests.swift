// Spending: which lots pay, prices, stock, and every way to be refused.

import LoyaltyEngine
import LoyaltyMessages
import Testing

@Suite struct RedemptionTests {
  @Test func theEarliestExpiryPaysFirstAndTheDebitNamesItsLots() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 60, reference: "a"))
    desk.now += 40 * TestPolicy.day
    try desk.accept(accrual("m", yuan: 60, reference: "b", at: desk.now))
    let record = try desk.accept(redemption("m", "mug"))
    let outcome = try #require(record.redemption)
    #expect(outcome.points == 100 && outcome.balance == 20)
    #expect(outcome.lots.map(\.points) == [60, 40])
    #expect(outcome.lots.map { $0.lot >> 8 } == [2, 3])
    #expect(Ledger.checkConservation(record) == [])
    #expect(desk.ledger.checkInvariants() == [])
    #expect(try desk.account("m").lots.map(\.points) == [20])
  }

  @Test func pointsCanBeSpentUntilTheLastMomentBeforeTheyLapseAndNotAfter() throws {
    var desk = try Desk()
    let made = try desk.accept(accrual("m", yuan: 100, reference: "a"))
    let expires = try #require(made.accrual?.lots.first?.expiresMs)
    // Three months after 10 March, at the end of that day in Shanghai: 2026-06-10T16:00:00Z.
    #expect(expires == 1_781_107_200_000)
    desk.now = expires
    #expect(try desk.account("m").available == 0)
    let refusal = try #require(desk.refusal(redemption("m", "mug")))
    #expect(refusal.reason == .insufficientPoints && refusal["available"] == "0" && refusal["missing"] == "100")
    desk.now = expires - 1
    #expect(desk.decide(redemption("m", "mug"), key: "k") != .answer(.nothingToDo))
    #expect(try desk.accept(redemption("m", "mug")).redemption?.balance == 0)
  }

  @Test func lapsedLotsAreNoticedByTheNextRecordAndNeverPay() throws {
    var desk = try Desk()
    let first = try desk.accept(accrual("m", yuan: 500, reference: "a"))
    desk.now = try #require(first.accrual?.lots.first?.expiresMs) - TestPolicy.day
    try desk.accept(accrual("m", yuan: 100, reference: "b", at: desk.now))
    desk.now += TestPolicy.day
    let record = try desk.accept(redemption("m", "mug"))
    #expect(record.redemption?.lots.map { $0.lot >> 8 } == [3])
    #expect(record.postings.contains { $0.account == .expired && $0.amount == 500 })
    #expect(desk.ledger.checkInvariants() == [])
    #expect(desk.ledger.openLotCount == 0)
  }

  @Test func stockRunsOutExactlyAndTheRefusalSaysWhatIsLeft() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    try desk.accept(redemption("m", "mug", quantity: 2))
    let tooMany = try #require(desk.refusal(redemption("m", "mug", quantity: 2)))
    #expect(tooMany.reason == .outOfStock && tooMany["left"] == "1" && tooMany["requested"] == "2")
    try desk.accept(redemption("m", "mug"))
    let item = try #require(desk.policy.item("mug"))
    #expect(desk.ledger.stock(of: item) == 0)
    #expect(desk.refusal(redemption("m", "mug"))?.reason == .outOfStock)
    #expect(try desk.account("m").available == 600)
  }

  @Test func aTierPaysItsOwnPrice() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 5_000, reference: "a"))
    let outcome = try #require(try desk.accept(redemption("m", "mug", expected: 80)).redemption)
    #expect(outcome.points == 80 && outcome.tier == "gold")
    let changed = try #require(desk.refusal(redemption("m", "mug", expected: 100)))
    #expect(changed.reason == .priceChanged && changed["price"] == "80" && changed["expected"] == "100")
  }

  @Test func everyWayToBeRefusedHasItsReasonAndChangesNothing() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 150, reference: "a"))
    let before = try snapshot(desk.ledger)
    #expect(desk.refusal(redemption("nobody", "mug"))?.reason == .memberUnknown)
    #expect(desk.refusal(redemption("", "mug"))?.reason == .memberUnknown)
    #expect(desk.refusal(redemption("m", "nothing"))?.reason == .itemUnknown)
    #expect(desk.refusal(redemption("m", "fair"))?.reason == .itemNotOffered)
    #expect(desk.refusal(redemption("m", "night"))?.reason == .insufficientPoints)
    let gated = try #require(desk.refusal(redemption("m", "lounge")))
    #expect(gated.reason == .tierNotEligible && gated["requiredTier"] == "silver" && gated["tier"] == "entry")
    #expect(desk.refusal(redemption("m", "mug", quantity: 0))?.reason == .commandInvalid)
    #expect(desk.refusal(redemption("m", "mug", quantity: -1))?.reason == .commandInvalid)
    #expect(desk.refusal(redemption("m", "night", quantity: Int64.max))?.reason == .pointsOverflow)
    #expect(try snapshot(desk.ledger) == before)
  }

  @Test func anItemIsOfferedFromItsFirstMomentUntilJustBeforeItsLast() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 150, reference: "a"))
    let from = TestPolicy.start + TestPolicy.day
    for (moment, offered) in [
      (from - 1, false), (from, true), (from + TestPolicy.day - 1, true), (from + TestPolicy.day, false),
    ] {
      desk.now = moment
      #expect((desk.refusal(redemption("m", "fair")) == nil) == offered)
    }
  }
}
