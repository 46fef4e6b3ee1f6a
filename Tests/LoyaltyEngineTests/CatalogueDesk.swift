// A policy with everything that a catalogue and partners can have, and the commands on it.

import LoyaltyMessages
import ProtobufRuntime
import Testing

@testable import LoyaltyEngine

enum CataloguePolicy {
  static let day = TestPolicy.day

  static func moment(_ ms: Int64) -> ProtobufTimestamp { ProtobufTimestamp(seconds: ms / 1_000) }

  static func document() -> Policy {
    var policy = TestPolicy.document()
    let start = TestPolicy.start
    func item(_ id: String, _ points: Int64, _ change: (inout ItemPolicy) -> Void = { _ in }) -> ItemPolicy {
      var item = ItemPolicy(
        id: id, kind: .experience, title: TestPolicy.text(id), details: TestPolicy.text(id), points: points)
      change(&item)
      return item
    }
    policy.catalogue += [
      item("code", 50) { $0.fromCodePool = true },
      item("class", 100) {
        $0.sessions = [
          SessionPolicy(id: "may", title: TestPolicy.text("May"), startsAt: moment(start + 10 * day), capacity: 2),
          SessionPolicy(id: "june", title: TestPolicy.text("June"), startsAt: moment(start + 40 * day), capacity: 5),
        ]
      },
      item("limited", 10) {
        $0.quotas = [MemberQuota(most: 2, period: .month), MemberQuota(most: 3, period: .ever)]
      },
      item("launch", 10) {
        $0.availableFrom = moment(start + 5 * day)
        $0.earlyAccess = [EarlyAccess(tiers: ["gold"], from: moment(start + 2 * day))]
      },
      item("seasonal", 100) {
        $0.pricePeriods = [
          PricePeriod(
            from: moment(start + day), until: moment(start + 3 * day), points: 60,
            tierPrices: [TierPricePolicy(tier: "gold", points: 40)])
        ]
      },
      item("mixed", 1_000) {
        $0.cash = CashPolicy(currency: "CNY", points: 3, minorUnits: 10, maxShareBp: 5_000)
      },
      item("package", 300) { $0.bundle = [BundlePart(item: "mug", quantity: 2), BundlePart(item: "code")] },
      item("case", 200) {
        $0.stock = 5
        $0.partner = "inn"
        $0.fulfilment = FulfilmentPolicy(withinHours: 48)
      },
      item("dinner", 100) { $0.voucherOffer = "dinner" },
    ]
    policy.redemption = RedemptionPolicy(quoteMinutes: 10, reserveMinutes: 20)
    policy.exchanges = [
      ExchangePolicy(
        id: "air-out", version: 2, partner: "air", direction: .toMiles, points: 5, miles: 2, minimum: 50, feePoints: 7,
        memberCap: PointsCap(points: 400, period: .month), partnerCap: PointsCap(points: 600, period: .year)),
      ExchangePolicy(
        id: "air-in", version: 1, partner: "air", direction: .toPoints, points: 3, miles: 2, minimum: 10, feePoints: 5),
    ]
    policy.voucherOffers = [
      VoucherOfferPolicy(
        id: "dinner", title: TestPolicy.text("Dinner"), terms: TestPolicy.text("Once"), issuer: "air",
        honouredAt: ["inn"], value: VoucherValue(currency: "CNY", minorUnits: 5_000), minBillMinorUnits: 6_000,
        validDays: 30, most: 4, memberQuota: MemberQuota(most: 2, period: .year)),
      VoucherOfferPolicy(
        id: "tenth", title: TestPolicy.text("Tenth"), terms: TestPolicy.text("Once"), honouredAt: ["inn", "air"],
        discountBp: 1_000, validDays: 30),
    ]
    return policy
  }

  static func desk() throws -> Desk { try Desk(try CompiledPolicy(document())) }
}

func catalogue(_ command: CatalogueInput.Command) -> Record.Input { .catalogue(CatalogueInput(command: command)) }

func partnership(_ command: PartnershipInput.Command) -> Record.Input {
  .partnership(PartnershipInput(command: command))
}

extension Record {
  var step: RedemptionStep? {
    if case .catalogueChanged(let outcome)? = outcome, case .step(let step)? = outcome.outcome { return step }
    return nil
  }
  var quoted: QuoteOutcome? {
    if case .catalogueChanged(let outcome)? = outcome, case .quoted(let quoted)? = outcome.outcome { return quoted }
    return nil
  }
  var stock: StockOutcome? {
    if case .catalogueChanged(let outcome)? = outcome, case .stock(let stock)? = outcome.outcome { return stock }
    return nil
  }
  var exchanged: ExchangeOutcome? {
    if case .partnershipChanged(let outcome)? = outcome, case .exchanged(let exchanged)? = outcome.outcome {
      return exchanged
    }
    return nil
  }
  var exchangeReversed: ExchangeReversalOutcome? {
    if case .partnershipChanged(let outcome)? = outcome, case .exchangeReversed(let reversed)? = outcome.outcome {
      return reversed
    }
    return nil
  }
  var voucher: VoucherOutcome? {
    if case .partnershipChanged(let outcome)? = outcome, case .voucher(let voucher)? = outcome.outcome {
      return voucher
    }
    return nil
  }
}

extension Desk {
  /// Invariants, conservation of every record, and the same state by replay and by snapshot.
  func check() throws { try HoldTests.check(self) }

  mutating func loadCodes(_ codes: [String]) throws {
    try accept(catalogue(.codes(CodesInput(item: "code", codes: codes))), caller: Desk.ops)
  }

  func stockLeft(_ item: String) throws -> Int64? {
    ledger.stock(of: try #require(policy.item(item)))
  }
}
