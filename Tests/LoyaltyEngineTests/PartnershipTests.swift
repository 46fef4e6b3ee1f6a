// Between partners: whose members are whose, miles in double entry, vouchers that are used once.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

@Suite struct PartnershipTests {
  func toMiles(_ points: Int64, _ member: String = "m", expected: Int64? = nil, reference: String = "") -> Record.Input
  {
    partnership(
      .exchange(
        ExchangeInput(
          member: member, partner: "air", direction: .toMiles, amount: points, expected: expected, reference: reference)
      ))
  }

  func toPoints(_ miles: Int64, _ member: String = "m", reference: String = "r") -> Record.Input {
    partnership(
      .exchange(
        ExchangeInput(
          member: member, partner: "air", direction: .toPoints, amount: miles, reference: reference)))
  }

  func reverse(_ record: Record, _ sequence: UInt64) -> Record.Input {
    partnership(
      .exchangeReversal(ExchangeReversalInput(exchange: sequence, original: record.exchanged, reason: "no account")))
  }

  // MARK: - Whose members

  @Test func aPartnerSeesTheMembersThatItEnrolledCreditedOrLinkedAndNoOthers() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 900, reference: "a"))
    #expect(desk.refusal(redemption("m", "mug"), caller: Desk.inn)?.reason == .memberUnknown)
    #expect(desk.refusal(redemption("m", "mug"), caller: Desk.ops) == nil)
    for (caller, sees) in [("air", true), ("inn", false), ("", true), ("nobody", false)] {
      let view = try? desk.ledger.account("m", partner: caller, policy: desk.policy, now: desk.now)
      #expect((view != nil) == sees, "\(caller)")
    }
    // Crediting a member makes it the partner's own, by id or by a number of its own.
    try desk.accept(accrual("m", yuan: 1, reference: "b", number: "I-9"), caller: Desk.inn)
    #expect(desk.refusal(redemption("m", "mug"), caller: Desk.inn) == nil)
    try desk.check()
  }

  @Test func linksSurviveThousandsOfMembersAndPartnersBeyondTheFirst() throws {
    var links = PartnerLinks()
    var random = SeededGenerator(seed: 7)
    var model: Set<[Int]> = []
    for _ in 0..<2_000 { links.addMember() }
    for _ in 0..<6_000 {
      let pair = [Int.random(in: 0..<2_000, using: &random), Int.random(in: 0..<40, using: &random)]
      links.insert(member: pair[0], partner: pair[1])
      model.insert(pair)
    }
    for member in 0..<2_000 {
      for partner in 0..<41 {
        #expect(links.contains(member: member, partner: partner) == model.contains([member, partner]))
      }
    }
    let told = links.membersByPartner().flatMap { partner, members in members.map { [Int($0), partner] } }
    #expect(Set(told) == model && told.count == model.count)
  }

  // MARK: - Miles

  @Test func pointsBecomeMilesWithFeeRoundingAndBothLegsInOneRecord() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 300, reference: "a"))
    let record = try desk.accept(toMiles(203, expected: 81))
    let made = try #require(record.exchanged)
    // 203 × 2 ÷ 5 are 81.2; the fee comes on top.
    #expect(made.miles == 81 && made.points == 203 && made.feePoints == 7 && made.balance == 90)
    #expect(made.rule == "air-out" && made.ruleVersion == 2 && made.lots.map(\.points) == [210])
    let air = try #require(desk.ledger.partnerNames["air"])
    #expect(desk.ledger.accounts[.miles, .milesDelivered, partner: air] == 81)
    #expect(desk.ledger.accounts[.miles, .milesSettlement, partner: air] == -81)
    #expect(desk.ledger.accounts[.award, .exchanged, partner: -1] == 203)
    #expect(desk.ledger.accounts[.award, .exchangeFee, partner: -1] == 7)
    #expect(desk.refusal(toMiles(100, expected: 41))?["price"] == "40")
    #expect(desk.refusal(toMiles(49))?["minimum"] == "50")
    #expect(desk.refusal(toMiles(90))?["required"] == "97")
    try desk.check()
  }

  @Test func milesBecomePointsInALotOfTheirOwnAndAReferenceIsUsedOnce() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 100, reference: "a"))
    let made = try #require(try desk.accept(toPoints(25)).exchanged)
    // 25 × 3 ÷ 2 are 37.5, less 5.
    #expect(made.points == 32 && made.feePoints == 5 && made.balance == 132 && made.lots.map(\.points) == [32])
    #expect(try desk.account("m").lots.count == 2)
    let air = try #require(desk.ledger.partnerNames["air"])
    #expect(desk.ledger.accounts[.award, .issued, partner: air] == -137)
    #expect(desk.ledger.accounts[.miles, .milesDelivered, partner: air] == -25)
    #expect(desk.refusal(toPoints(25))?.reason == .referenceAlreadyCredited)
    #expect(desk.refusal(toPoints(9, reference: "s"))?.reason == .exchangeTooSmall)
    #expect(desk.refusal(toPoints(25, reference: "s"), caller: Desk.ops)?.reason == .partnerRequired)
    #expect(desk.refusal(toPoints(25, reference: "s"), caller: Desk.inn)?.reason == .exchangeNotOffered)
    #expect(desk.refusal(toPoints(Int64.max, reference: "s"))?.reason == .pointsOverflow)
    try desk.check()
  }

  @Test func capsHoldForAMemberAMonthAndForAllAYear() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 3_000, reference: "a"))
    try desk.accept(accrual("n", yuan: 900, reference: "b"))
    try desk.accept(toMiles(300))
    let member = try #require(desk.refusal(toMiles(101)))
    #expect(member.reason == .capExceeded && member["cap"] == "member" && member["used"] == "300")
    try desk.accept(toMiles(200, "n"))
    let all = try #require(desk.refusal(toMiles(150, "n")))
    #expect(all["cap"] == "partner" && all["used"] == "500")
    try desk.accept(toMiles(100))
    desk.now = 1_774_972_800_000  // 1 April in Shanghai
    #expect(desk.refusal(toMiles(50))?["cap"] == "partner")
    desk.now = 1_798_732_800_000  // New Year in Shanghai
    try desk.accept(accrual("m", yuan: 100, reference: "c", at: desk.now))
    try desk.accept(toMiles(50))
    try desk.check()
  }

  @Test func anExchangeOfAnAccountThatEndedInAnotherIsNotReversedIntoIt() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 400, reference: "a"))
    try desk.accept(accrual("n", yuan: 100, reference: "b"))
    let record = try desk.accept(toMiles(300))
    let id = desk.ledger.sequence
    try desk.accept(.merge(MergeInput(from: "m", into: "n", reason: "same person")), caller: Desk.ops)
    #expect(desk.refusal(reverse(record, id))?.reason == .memberClosed)
    try desk.check()
  }

  @Test func aReversedExchangeUndoesBothLegsOnceAndGivesTheCapBack() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 400, reference: "a"))
    let record = try desk.accept(toMiles(300))
    let id = desk.ledger.sequence
    #expect(desk.refusal(reverse(record, id), caller: Desk.inn)?.reason == .exchangeUnknown)
    let back = try #require(try desk.accept(reverse(record, id)).exchangeReversed)
    #expect(back.restored.map(\.points) == [307] && back.balance == 400 && back.original?.miles == 120)
    #expect(desk.refusal(reverse(record, id))?.reason == .exchangeAlreadyReversed)
    let air = try #require(desk.ledger.partnerNames["air"])
    #expect(desk.ledger.accounts[.miles, .milesDelivered, partner: air] == 0)
    #expect(desk.ledger.accounts[.award, .exchanged, partner: -1] == 0)
    #expect(desk.ledger.accounts[.award, .exchangeFee, partner: -1] == 0)
    try desk.accept(toMiles(390))
    try desk.check()
  }

  @Test func pointsOfMilesThatHaveLapsedAreNotTakenBackFromTheirLotAgain() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 1, reference: "a"))
    let record = try desk.accept(toPoints(20))
    let exchange = desk.ledger.sequence
    let made = try #require(record.exchanged)
    desk.now += 20 * TestPolicy.day
    try desk.accept(accrual("m", yuan: 300, reference: "b", at: desk.now))
    // The lot of the exchange has lapsed, and no record has noticed; the other is good.
    desk.now = try #require(made.lots.first).expiresMs
    let reversed = try #require(try desk.accept(reverse(record, exchange)).exchangeReversed)
    #expect(reversed.taken.map(\.points) == [25] && reversed.taken.first?.lot != made.lots.first?.lot)
    #expect(try desk.account("m").available == 275)
    try desk.check()
  }

  @Test func pointsOfMilesAreTakenBackFromTheirLotFirstAndNeverBelowNothing() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 100, reference: "a"))
    let record = try desk.accept(toPoints(100))
    let id = desk.ledger.sequence
    #expect(record.exchanged?.points == 145)
    try desk.accept(redemption("m", "mug"))
    try desk.accept(redemption("m", "seasonal"))
    // 45 of 145 are left, and nothing else.
    let poor = try #require(desk.refusal(reverse(record, id)))
    #expect(poor.reason == .insufficientPoints && poor["missing"] == "100")
    try desk.accept(accrual("m", yuan: 200, reference: "b"))
    let back = try #require(try desk.accept(reverse(record, id)).exchangeReversed)
    #expect(back.taken.map(\.points) == [45, 100] && back.balance == 100)
    #expect(back.taken.first?.lot == record.exchanged?.lots.first?.lot)
    let air = try #require(desk.ledger.partnerNames["air"])
    #expect(desk.ledger.accounts[.award, .issued, partner: air] == -300)
    try desk.check()
  }

  // MARK: - Vouchers

  func use(_ code: String, bill: Int64 = 9_000, currency: String = "CNY") -> Record.Input {
    partnership(
      .voucherUse(VoucherUseInput(code: code, currency: currency, billMinorUnits: bill, reference: "bill-1")))
  }

  @Test func aVoucherOfOnePartnerIsHonouredOnceAtAnother() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 500, reference: "a"))
    let bought = try #require(try desk.accept(redemption("m", "dinner")).redemption)
    let code = try #require(bought.codes.first?.code)
    #expect(code.utf8.count == 20 && bought.codes.first?.voucher == desk.ledger.sequence)
    try desk.check()
    // Told as people tell it.
    let told = code.lowercased().prefix(5) + "-" + code.dropFirst(5)
    let terms = try desk.ledger.voucher(String(told), at: "inn", now: desk.now)
    #expect(try desk.ledger.off(terms, currency: "CNY", bill: 9_000) == 5_000)
    #expect(desk.refusal(use(code, bill: 5_999), caller: Desk.inn)?.reason == .voucherBillTooSmall)
    #expect(desk.refusal(use(code, currency: "USD"), caller: Desk.inn)?.reason == .voucherCurrency)
    #expect(desk.refusal(use(code))?.reason == .voucherNotHonoured, "the issuer is not among those who honour it")
    #expect(desk.refusal(use(String(code.reversed())), caller: Desk.inn)?.reason == .voucherUnknown)
    let used = try #require(try desk.accept(use(String(told)), caller: Desk.inn).voucher)
    #expect(used.offMinorUnits == 5_000 && used.issuer == "air" && used.honouredBy == "inn")
    #expect(desk.refusal(use(code), caller: Desk.inn)?.reason == .voucherUsed)
    try desk.check()
  }

  @Test func aRedemptionThatIsUndoneTakesItsVouchersAndGivesBackItsQuotas() throws {
    var desk = try CataloguePolicy.desk()
    try desk.accept(accrual("m", yuan: 1_000, reference: "a"))
    func dinner() throws -> (id: UInt64, codes: [String]) {
      let bought = try #require(try desk.accept(redemption("m", "dinner", quantity: 2)).redemption)
      return (desk.ledger.sequence, bought.codes.map(\.code))
    }
    func use(_ code: String) -> Record.Input {
      partnership(
        .voucherUse(VoucherUseInput(code: code, currency: "CNY", billMinorUnits: 10_000, reference: "bill")))
    }
    let first = try dinner()
    #expect(desk.refusal(redemption("m", "dinner"))?.reason == .quotaExceeded, "two a year")
    // One of the two goes back: one voucher is left, and there is room for one in the quota.
    var back = try #require(try desk.accept(desk.paymentReversal(first.id, back: 1)).paymentReversed)
    #expect(back.points == 100 && back.vouchers == 1)
    #expect(desk.refusal(use(first.codes[0]), caller: Desk.inn)?.reason == .voucherUsed)
    try desk.accept(use(first.codes[1]), caller: Desk.inn)
    #expect(desk.refusal(desk.paymentReversal(first.id))?.reason == .voucherUsed, "it was eaten")
    #expect(desk.refusal(redemption("m", "dinner", quantity: 2))?.reason == .quotaExceeded)
    let second = try #require(try desk.accept(redemption("m", "dinner")).redemption)
    back = try #require(try desk.accept(desk.paymentReversal(desk.ledger.sequence)).paymentReversed)
    #expect(back.vouchers == 1)
    #expect(desk.refusal(use(second.codes[0].code), caller: Desk.inn)?.reason == .voucherUsed)
    // The issuer had cancelled one by itself: nothing is due any more.
    try desk.accept(redemption("m", "dinner"))
    let third = desk.ledger.sequence
    let code = try #require(desk.records.last?.redemption?.codes.first?.code)
    try desk.accept(partnership(.voucherCancel(VoucherCancelInput(code: code, reason: "r"))))
    back = try #require(try desk.accept(desk.paymentReversal(third)).paymentReversed)
    #expect(back.vouchers == 0 && back.points == 100)
    // Items that are limited by themselves, too.
    try desk.accept(redemption("m", "limited", quantity: 2))
    #expect(desk.refusal(redemption("m", "limited"))?.reason == .quotaExceeded)
    try desk.accept(desk.paymentReversal(desk.ledger.sequence))
    try desk.accept(redemption("m", "limited", quantity: 2))
    try HoldTests.check(desk)
  }

  @Test func vouchersHaveQuotasLapseAndCanBeTakenBackByTheirIssuer() throws {
    var desk = try CataloguePolicy.desk()
    for (number, member) in ["m", "n", "o"].enumerated() {
      try desk.accept(accrual(member, yuan: 500, reference: "a\(number)"))
    }
    func issue(_ member: String, _ quantity: Int64 = 1, offer: String = "dinner") -> Record.Input {
      partnership(.voucherIssue(VoucherIssueInput(member: member, offer: offer, quantity: quantity)))
    }
    let codes = try #require(try desk.accept(issue("m", 2)).voucher?.codes)
    #expect(Set(codes).count == 2)
    #expect(desk.refusal(issue("m"))?["most"] == "2")
    try desk.accept(accrual("m", yuan: 1, reference: "z"), caller: Desk.inn)
    #expect(desk.refusal(issue("m"), caller: Desk.inn)?.reason == .offerUnknown, "it is the airline's offer")
    try desk.accept(issue("n", 2))
    #expect(desk.refusal(issue("o"))?["most"] == "4")
    func takeBack(_ code: String) -> Record.Input {
      partnership(.voucherCancel(VoucherCancelInput(code: code, reason: "fraud")))
    }
    #expect(desk.refusal(takeBack(codes[0]), caller: Desk.inn)?.reason == .voucherUnknown)
    try desk.accept(takeBack(codes[0]))
    #expect(desk.refusal(use(codes[0]), caller: Desk.inn)?.reason == .voucherUsed)
    let agency = try #require(try desk.accept(issue("o", offer: "tenth"), caller: Desk.ops).voucher?.codes.first)
    #expect(try desk.accept(use(agency, bill: 1_239)).voucher?.offMinorUnits == 123)
    desk.now += 30 * TestPolicy.day - 1
    #expect(desk.refusal(use(codes[1]), caller: Desk.inn) == nil)
    desk.now += 1
    #expect(desk.refusal(use(codes[1]), caller: Desk.inn)?.reason == .voucherExpired)
    try desk.check()
  }

  @Test func codesCannotBeGuessedFromEachOther() {
    let key = HashKey([UInt8](1...16)) ?? HashKey()
    let other = HashKey([UInt8](2...17)) ?? HashKey()
    var seen: Set<String> = []
    for record in UInt64(1)...500 {
      for number in UInt32(0)..<4 {
        let code = VoucherCode.make(record: record, number: number, key: key)
        #expect(seen.insert(code).inserted && VoucherCode.normalized(code) == code)
        #expect(code != VoucherCode.make(record: record, number: number, key: other))
      }
    }
  }
}
