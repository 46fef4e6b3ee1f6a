// What limits an item and what sets its price: codes, sessions, quotas, early access, periods, money, bundles.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

@Suite struct CatalogueTests {
  @Test func aCodeIsGivenOutOnceInTheOrderLoadedAndNeverComesBack() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    #expect(desk.refusal(redemption("m", "code"))?.reason == .outOfStock)
    try desk.loadCodes(["A-1", "A-2", "A-3"])
    let first = try #require(try desk.accept(redemption("m", "code", quantity: 2)).redemption)
    #expect(first.codes.map(\.code) == ["A-1", "A-2"] && first.codes.allSatisfy { $0.item == "code" })
    #expect(desk.refusal(redemption("m", "code", quantity: 2))?["left"] == "1")
    try desk.check()
    #expect(try desk.accept(redemption("m", "code")).redemption?.codes.map(\.code) == ["A-3"])
    // Loaded again, all or nothing, also after it has been given out; the refusal names the place and not the code.
    let again = try #require(
      desk.refusal(catalogue(.codes(CodesInput(item: "code", codes: ["B-1", "A-1"]))), caller: Desk.ops))
    #expect(again.reason == .codeAlreadyLoaded && again["position"] == "2")
    #expect(!again.values.contains { $0.value.contains("A-1") })
    #expect(
      desk.refusal(catalogue(.codes(CodesInput(item: "code", codes: ["B-1", "B-1"]))), caller: Desk.ops)?.reason
        == .codeAlreadyLoaded)
    #expect(
      desk.refusal(catalogue(.codes(CodesInput(item: "mug", codes: ["B-1"]))), caller: Desk.ops)?.reason == .noCodePool)
    #expect(try desk.stockLeft("code") == 0)
    try desk.check()
  }

  @Test func theSameRequestIsToldTheSameCodeAgain() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    try desk.loadCodes(["A-1", "A-2"])
    try desk.accept(redemption("m", "code"), key: "k")
    guard case .answer(.repeated(let again)) = desk.decide(redemption("m", "code"), key: "k"),
      case .redeemed(let outcome) = again.outcome
    else {
      Issue.record("the key was not repeated")
      return
    }
    #expect(outcome.codes.map(\.code) == ["A-1"])
    #expect(try desk.stockLeft("code") == 1)
  }

  @Test func aDateHasSeatsOfItsOwnAndIsOverWhenItBegins() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    func seat(_ session: String, _ quantity: Int64 = 1) -> Record.Input {
      .redemption(RedemptionInput(member: "m", item: "class", quantity: quantity, session: session))
    }
    #expect(desk.refusal(redemption("m", "class"))?.reason == .sessionRequired)
    #expect(desk.refusal(seat("july"))?.reason == .sessionUnknown)
    #expect(
      desk.refusal(.redemption(RedemptionInput(member: "m", item: "mug", quantity: 1, session: "may")))?.reason
        == .sessionUnknown)
    #expect(try desk.accept(seat("may", 2)).redemption?.session == "may")
    #expect(desk.refusal(seat("may"))?.reason == .outOfStock)
    // Staff finds another chair.
    let added = try desk.accept(
      catalogue(.stock(StockInput(item: "class", session: "may", quantity: 1, reason: "a chair"))), caller: Desk.ops)
    #expect(added.stock?.left == 1)
    try desk.accept(seat("may"))
    desk.now = TestPolicy.start + 10 * TestPolicy.day - 1
    #expect(desk.refusal(seat("may"))?.reason == .outOfStock)
    desk.now += 1
    #expect(desk.refusal(seat("may"))?.reason == .sessionOver)
    try desk.accept(seat("june"))
    try desk.check()
  }

  @Test func aQuotaCountsForEachMemberAndStartsAgainWithItsPeriod() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    try desk.accept(accrual("n", yuan: 900, reference: "b"))
    try desk.accept(redemption("m", "limited", quantity: 2))
    let full = try #require(desk.refusal(redemption("m", "limited")))
    #expect(full.reason == .quotaExceeded && full["used"] == "2" && full["most"] == "2")
    try desk.accept(redemption("n", "limited"))
    // 1 April in Shanghai: 31 March 16:00 UTC. The month starts again, the quota for ever does not.
    desk.now = 1_774_972_800_000 - 1
    #expect(desk.refusal(redemption("m", "limited"))?.reason == .quotaExceeded)
    desk.now += 1
    try desk.accept(redemption("m", "limited"))
    #expect(desk.refusal(redemption("m", "limited"))?["most"] == "3")
    try desk.check()
  }

  @Test func earlyAccessIsForItsTierAndForAllLater() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("gold", yuan: 6_000, reference: "a"))
    try desk.accept(accrual("entry", yuan: 100, reference: "b"))
    let early = TestPolicy.start + 2 * TestPolicy.day
    for (moment, gold, entry) in [
      (early - 1, false, false), (early, true, false), (TestPolicy.start + 5 * TestPolicy.day, true, true),
    ] {
      desk.now = moment
      #expect((desk.refusal(redemption("gold", "launch")) == nil) == gold)
      #expect((desk.refusal(redemption("entry", "launch")) == nil) == entry)
    }
  }

  @Test func aSegmentHasItsItemsAndItsEarlyAccess() throws {
    var desk = try CataloguePolicy.desk()
    var policy = CataloguePolicy.document()
    let mug = try #require(policy.catalogue.firstIndex { $0.id == "mug" })
    policy.catalogue[mug].segments = ["family", "beta"]
    let launch = try #require(policy.catalogue.firstIndex { $0.id == "launch" })
    policy.catalogue[launch].earlyAccess = [
      EarlyAccess(segments: ["beta"], from: CataloguePolicy.moment(TestPolicy.start))
    ]
    desk.policy = try CompiledPolicy(policy)
    for member in ["m", "n"] { try desk.accept(accrual(member, yuan: 900, reference: member)) }
    let refused = try #require(desk.refusal(redemption("m", "mug")))
    #expect(refused.reason == .segmentNotEligible && refused["segments"] == "family, beta")
    #expect(desk.refusal(redemption("m", "launch"))?.reason == .itemNotOffered)
    try desk.accept(profile("m", ProfileUpdate(addSegments: ["beta"])))
    try desk.accept(redemption("m", "mug"))
    try desk.accept(redemption("m", "launch"))
    #expect(desk.refusal(redemption("n", "mug"))?.reason == .segmentNotEligible)
    try desk.accept(profile("m", ProfileUpdate(removeSegments: ["beta"])))
    #expect(desk.refusal(redemption("m", "mug"))?.reason == .segmentNotEligible)
    try desk.check()
  }

  @Test func aFrozenMemberSpendsNothing() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    try desk.accept(status("m", .frozen), caller: Desk.ops)
    let miles = ExchangeInput(member: "m", partner: "air", direction: .toMiles, amount: 100)
    for input in [
      redemption("m", "mug"), catalogue(.reserve(ReserveInput(member: "m", item: "mug", quantity: 1))),
      catalogue(.quote(QuoteInput(member: "m", item: "mug", quantity: 1))), partnership(.exchange(miles)),
    ] { #expect(desk.refusal(input)?.reason == .memberFrozen) }
  }

  @Test func aPeriodsPriceHoldsFromItsFirstMomentToJustBeforeItsLastAndTheDebitNamesIt() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("gold", yuan: 6_000, reference: "a"))
    try desk.accept(accrual("m", yuan: 900, reference: "b"))
    let from = TestPolicy.start + TestPolicy.day
    for (moment, entry, gold, rule) in [
      (from - 1, Int64(100), Int64(100), ""), (from, 60, 40, "catalogue.seasonal.price_periods[0]"),
      (from + 2 * TestPolicy.day - 1, 60, 40, "catalogue.seasonal.price_periods[0]"),
      (from + 2 * TestPolicy.day, 100, 100, ""),
    ] {
      desk.now = moment
      let paid = try #require(try desk.accept(redemption("m", "seasonal")).redemption)
      #expect(paid.points == entry && (paid.price?.rule ?? "") == rule)
      #expect(try desk.accept(redemption("gold", "seasonal")).redemption?.points == gold)
    }
  }

  @Test func moneyPaysAPartOfThePriceRoundedUpAndNoMoreThanTheShareAllowed() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    func mixed(_ cash: Int64, expected: Int64? = nil) -> Record.Input {
      .redemption(
        RedemptionInput(member: "m", item: "mixed", quantity: 1, expectedPoints: expected, cashPoints: cash))
    }
    #expect(desk.refusal(mixed(0))?.reason == .insufficientPoints)
    #expect(desk.refusal(mixed(501))?["most"] == "500")
    #expect(desk.refusal(mixed(-1))?.reason == .cashTooMuch)
    #expect(
      desk.refusal(.redemption(RedemptionInput(member: "m", item: "mug", quantity: 1, cashPoints: 1)))?.reason
        == .cashNotOffered)
    let paid = try #require(try desk.accept(mixed(400, expected: 600)).redemption)
    // 400 points × 10 fen ÷ 3 are 1,333.3 fen.
    #expect(paid.points == 600 && paid.price?.minorUnits == 1_334 && paid.price?.currency == "CNY")
    #expect(paid.price?.cashPoints == 400 && paid.balance == 300)
    try desk.check()
  }

  @Test func aBundleTakesEachPartOutOfItsOwnStock() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 999, reference: "a"))
    #expect(desk.refusal(redemption("m", "package"))?["itemId"] == "code")
    try desk.loadCodes(["A-1", "A-2"])
    let package = try #require(desk.policy.item("package"))
    #expect(desk.ledger.available(of: package, policy: desk.policy) == 1)
    let made = try #require(try desk.accept(redemption("m", "package")).redemption)
    #expect(made.codes.map(\.item) == ["code"] && made.points == 300)
    #expect(try desk.stockLeft("mug") == 1 && desk.stockLeft("code") == 1)
    #expect(desk.refusal(redemption("m", "package"))?["itemId"] == "mug")
    try desk.check()
  }

  @Test func stockIsAddedAndWrittenOffAndNeverFallsBelowNothing() throws {
    var desk = try CataloguePolicy.desk()
    func stock(_ item: String, _ quantity: Int64) -> Record.Input {
      catalogue(.stock(StockInput(item: item, quantity: quantity, reason: "count")))
    }
    #expect(try desk.accept(stock("mug", 7), caller: Desk.ops).stock?.left == 10)
    #expect(desk.refusal(stock("mug", -11), caller: Desk.ops)?.reason == .outOfStock)
    #expect(try desk.accept(stock("mug", -10), caller: Desk.ops).stock?.left == 0)
    #expect(desk.refusal(stock("night", 1), caller: Desk.ops)?.reason == .stockNotCounted)
    #expect(desk.refusal(stock("mug", 0), caller: Desk.ops)?.reason == .commandInvalid)
    #expect(desk.refusal(stock("mug", Int64.max), caller: Desk.ops)?.reason == .commandInvalid)
    #expect(desk.refusal(stock("mug", Int64.min), caller: Desk.ops)?.reason == .commandInvalid)
    try desk.check()
  }

  @Test func mistakesInACatalogueAreNamedWhereTheyAre() throws {
    var policy = CataloguePolicy.document()
    let count = TestPolicy.document().catalogue.count
    policy.catalogue[count].stock = 1
    policy.catalogue[count + 1].sessions[1].id = "may"
    policy.catalogue[count + 2].quotas[0].period = .unspecified
    policy.catalogue[count + 3].earlyAccess[0].tiers = ["platinum"]
    policy.catalogue[count + 5].cash?.maxShareBp = 10_001
    policy.catalogue[count + 6].bundle[0].item = "class"
    policy.catalogue[count + 7].partner = "nobody"
    policy.catalogue[count + 8].voucherOffer = "lunch"
    policy.exchanges[0].direction = .unspecified
    policy.voucherOffers[1].discountBp = 0
    let paths = PolicyValidator.problems(in: policy).map(\.path)
    #expect(
      Set(paths) == [
        "catalogue[\(count)].stock", "catalogue[\(count + 1)].sessions[1].id",
        "catalogue[\(count + 2)].quotas[0].period", "catalogue[\(count + 3)].early_access[0].tiers[0]",
        "catalogue[\(count + 5)].cash.max_share_bp", "catalogue[\(count + 6)].bundle[0].item",
        "catalogue[\(count + 7)].partner", "catalogue[\(count + 8)].voucher_offer", "exchanges[0].direction",
        "voucher_offers[1]",
      ])
  }
}
