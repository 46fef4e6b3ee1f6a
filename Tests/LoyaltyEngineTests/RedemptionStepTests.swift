// Quotes, reservations and handing over: a price that holds, a hold that ends once, points that come back to their lots.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

@Suite struct RedemptionStepTests {
  static let minute: Int64 = 60_000

  func quote(_ member: String, _ item: String, quantity: Int64 = 1) -> Record.Input {
    catalogue(.quote(QuoteInput(member: member, item: item, quantity: quantity)))
  }

  func reserve(_ member: String, _ item: String, quantity: Int64 = 1, quote: UInt64 = 0) -> Record.Input {
    catalogue(.reserve(ReserveInput(member: member, item: item, quantity: quantity, quote: quote)))
  }

  func confirm(_ id: UInt64) -> Record.Input { catalogue(.confirm(ConfirmInput(redemption: id))) }
  func cancel(_ id: UInt64) -> Record.Input { catalogue(.cancel(CancelInput(redemption: id, reason: "no"))) }

  func fulfil(_ id: UInt64, _ state: RedemptionState) -> Record.Input {
    catalogue(.fulfil(FulfilInput(redemption: id, state: state, note: "n")))
  }

  @Test func aQuoteHoldsThePriceOfItsTierWhatEverThePolicySaysThenAndIsUsedOnce() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    let quoted = try #require(try desk.accept(quote("m", "mug", quantity: 2)).quoted)
    let id = desk.ledger.sequence
    #expect(quoted.price?.points == 200 && quoted.expiresMs == desk.now + 10 * Self.minute && quoted.tier == "entry")
    var dearer = CataloguePolicy.document()
    dearer.version = 2
    dearer.catalogue[0].points = 150
    desk.policy = try CompiledPolicy(dearer)
    desk.now += 10 * Self.minute - 1
    try desk.check()
    let paid = try desk.accept(.redemption(RedemptionInput(member: "m", quote: id)))
    #expect(paid.redemption?.points == 200 && paid.redemption?.quantity == 2 && paid.policyVersion == 2)
    #expect(paid.redemption?.price?.policyVersion == 1 && paid.redemption?.price?.quote == id)
    #expect(desk.refusal(.redemption(RedemptionInput(member: "m", quote: id)))?.reason == .quoteUnknown)
    #expect(try desk.accept(redemption("m", "mug")).redemption?.points == 150)
    try desk.check()
  }

  @Test func aQuoteLapsesAndIsNobodyElses() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    try desk.accept(accrual("n", yuan: 900, reference: "b"))
    let quoted = try #require(try desk.accept(quote("m", "mug")).quoted)
    let id = desk.ledger.sequence
    #expect(desk.refusal(.redemption(RedemptionInput(member: "n", quote: id)))?.reason == .quoteUnknown)
    #expect(desk.refusal(.redemption(RedemptionInput(member: "m", item: "night", quote: id)))?["field"] == "itemId")
    #expect(desk.refusal(.redemption(RedemptionInput(member: "m", quantity: 2, quote: id)))?["field"] == "quantity")
    desk.now = quoted.expiresMs
    #expect(desk.refusal(.redemption(RedemptionInput(member: "m", quote: id)))?.reason == .quoteUnknown)
    let state = try snapshot(desk.ledger)
    var restored = Ledger()
    for chunk in state { try restored.restore(chunk: chunk) }
    #expect(try snapshot(restored) == state)
  }

  @Test func whatIsReservedIsNobodyElsesAndIsPaidByItsConfirmation() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 300, reference: "a"))
    let made = try #require(try desk.accept(reserve("m", "mug", quantity: 3)).step)
    let id = desk.ledger.sequence
    #expect(made.state == .reserved && made.redemption == id && made.result?.balance == 0)
    #expect(made.result?.dueMs == desk.now + 20 * Self.minute)
    #expect(try desk.stockLeft("mug") == 0)
    #expect(desk.refusal(redemption("m", "mug"))?.reason == .outOfStock)
    #expect(desk.refusal(redemption("m", "seasonal"))?.reason == .insufficientPoints)
    #expect(desk.refusal(.holdConfirmation(HoldConfirmationInput(hold: id)))?.reason == .holdOfRedemption)
    try desk.check()
    let done = try #require(try desk.accept(confirm(id)).step)
    #expect(done.state == .fulfilled && done.result?.points == 300 && done.result?.lots.map(\.points) == [300])
    for again in [confirm(id), cancel(id)] { #expect(desk.refusal(again)?.reason == .redemptionUnknown) }
    #expect(try desk.account("m").available == 0 && desk.stockLeft("mug") == 0)
    try desk.check()
  }

  @Test func aCancelledReservationGivesBackPointsStockAndQuota() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 300, reference: "a"))
    try desk.accept(reserve("m", "limited", quantity: 2))
    let id = desk.ledger.sequence
    #expect(desk.refusal(redemption("m", "limited"))?.reason == .quotaExceeded)
    let done = try #require(try desk.accept(cancel(id)).step)
    #expect(done.state == .cancelled && done.restored.map(\.points) == [20] && done.result?.balance == 300)
    #expect(desk.refusal(cancel(id))?.reason == .redemptionUnknown)
    try desk.accept(redemption("m", "limited", quantity: 2))
    try desk.check()
  }

  @Test func aForgottenReservationReleasesItself() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 300, reference: "a"))
    try desk.accept(reserve("m", "mug", quantity: 2))
    let id = desk.ledger.sequence
    desk.now += 20 * Self.minute
    #expect(desk.refusal(confirm(id))?.reason == .holdTimedOut)
    #expect(desk.ledger.dueMs(.holds) != nil)
    let record = try desk.accept(DueSource.holds.command, caller: .service)
    #expect(record.redemptionChanges.map(\.state) == [.lapsed])
    #expect(desk.refusal(confirm(id))?.reason == .redemptionUnknown)
    #expect(try desk.account("m").available == 300 && desk.stockLeft("mug") == 3)
    try desk.check()
  }

  @Test func releasingTheHoldGivesUpTheReservation() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 300, reference: "a"))
    try desk.accept(reserve("m", "mug", quantity: 2))
    let id = desk.ledger.sequence
    let record = try desk.accept(.holdRelease(HoldReleaseInput(hold: id)))
    #expect(record.redemptionChanges.map(\.state) == [.cancelled])
    #expect(try desk.stockLeft("mug") == 3)
    try desk.check()
  }

  @Test func twoReservationsOfOneBalanceDoNotBothHold() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 120, reference: "a"))
    try desk.accept(reserve("m", "mug"))
    #expect(desk.refusal(reserve("m", "seasonal"))?.reason == .insufficientPoints)
    try desk.check()
  }

  @Test func handingOverGoesItsWayAndAFailureGivesThePointsBackOnce() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 150, reference: "a"))
    desk.now += 20 * TestPolicy.day
    try desk.accept(accrual("m", yuan: 300, reference: "b", at: desk.now))
    let made = try #require(try desk.accept(redemption("m", "case")).redemption)
    let id = desk.ledger.sequence
    #expect(made.dueMs == desk.now + 48 * 60 * Self.minute && made.provider == "inn")
    #expect(made.lots.map(\.points) == [150, 50])
    let before = try desk.account("m").lots
    // The airline sold it; the inn hands it over.
    #expect(desk.refusal(fulfil(id, .inFulfilment))?.reason == .providerRequired)
    #expect(try desk.accept(fulfil(id, .inFulfilment), caller: Desk.inn).step?.state == .inFulfilment)
    #expect(desk.refusal(fulfil(id, .accepted), caller: Desk.inn)?.reason == .redemptionState)
    try desk.check()
    let back = try #require(try desk.accept(fulfil(id, .refunded), caller: Desk.ops).step)
    #expect(back.state == .refunded && back.restored.map(\.points) == [150, 50])
    #expect(back.result?.balance == 450)
    // Exactly the lots that paid, with their terms.
    #expect(try desk.account("m").lots.map(\.points) == [150, 300])
    #expect(try desk.account("m").lots.map(\.id) == made.lots.map(\.lot))
    #expect(before.map(\.points) == [250])
    #expect(desk.refusal(fulfil(id, .refunded), caller: Desk.ops)?.reason == .redemptionUnknown)
    #expect(try desk.stockLeft("case") == 5)
    try desk.check()
  }

  @Test func anAccountEndsInAnotherOnlyWhenNothingOfItCanBeRefunded() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 500, reference: "a"))
    try desk.accept(accrual("n", yuan: 100, reference: "b"))
    try desk.accept(redemption("m", "case"))
    let id = desk.ledger.sequence
    let merge = Record.Input.merge(MergeInput(from: "m", into: "n", reason: "same person"))
    let busy = try #require(desk.refusal(merge, caller: Desk.ops))
    #expect(busy.reason == .memberBusy && busy["redemptions"] == "1")
    try desk.accept(fulfil(id, .refunded), caller: Desk.ops)
    try desk.accept(merge, caller: Desk.ops)
    #expect(try desk.account("m").member == "n" && desk.account("n").available == 600)
    try desk.check()
  }

  @Test func aRefundOfPointsThatLapsedMeanwhileKeepsNobodysPoints() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 200, reference: "a"))
    let made = try #require(try desk.accept(redemption("m", "case")).redemption)
    let id = desk.ledger.sequence
    desk.now = try #require(made.lots.first?.expiresMs)
    let back = try #require(try desk.accept(fulfil(id, .refunded), caller: Desk.ops).step)
    #expect(back.restored.map(\.lapsed) == [200] && back.result?.balance == 0)
    #expect(try desk.account("m").available == 0)
    try desk.check()
  }

  @Test func aRefundTakesVouchersBackAndLeavesCodesGivenOut() throws {
    var desk = try CataloguePolicy.desk()
    var policy = CataloguePolicy.document()
    let place = try #require(policy.catalogue.firstIndex { $0.id == "code" })
    policy.catalogue[place].fulfilment = FulfilmentPolicy(withinHours: 1)
    let dinner = try #require(policy.catalogue.firstIndex { $0.id == "dinner" })
    policy.catalogue[dinner].fulfilment = FulfilmentPolicy(withinHours: 1)
    desk.policy = try CompiledPolicy(policy)
    try desk.accept(accrual("m", yuan: 500, reference: "a"))
    try desk.loadCodes(["A-1", "A-2"])
    try desk.accept(redemption("m", "code"))
    try desk.accept(fulfil(desk.ledger.sequence, .refunded), caller: Desk.ops)
    #expect(try desk.stockLeft("code") == 1)
    #expect(try desk.accept(redemption("m", "code")).redemption?.codes.map(\.code) == ["A-2"])
    let bought = try #require(try desk.accept(redemption("m", "dinner")).redemption)
    let code = try #require(bought.codes.first?.code)
    try desk.accept(fulfil(desk.ledger.sequence, .refunded), caller: Desk.ops)
    let use = partnership(
      .voucherUse(VoucherUseInput(code: code, currency: "CNY", billMinorUnits: 9_000, reference: "b")))
    #expect(desk.refusal(use, caller: Desk.inn)?.reason == .voucherUsed)
    try desk.check()
  }

  @Test func aDryRunSaysWhatTheRealCallSays() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    try desk.loadCodes(["A-1"])
    let before = try snapshot(desk.ledger)
    guard case .change(let rehearsed) = desk.decide(redemption("m", "code"), key: "") else {
      Issue.record("the dry run was refused")
      return
    }
    #expect(try snapshot(desk.ledger) == before)
    let real = try desk.accept(redemption("m", "code"))
    #expect(rehearsed.redemption == real.redemption)
  }
}
