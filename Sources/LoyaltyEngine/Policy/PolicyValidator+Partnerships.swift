// Checks what partners agreed on: rates of exchange, and vouchers that are honoured by others.

import LoyaltyMessages
import ProtobufRuntime

extension PolicyValidator {
  mutating func checkPartnerships() {
    checkExchanges()
    checkVoucherOffers()
  }

  private mutating func checkExchanges() {
    checkCount(policy.exchanges.count, atMost: PolicyLimits.exchanges, "exchanges")
    checkUnique(policy.exchanges.map(\.id), "exchanges", field: "id")
    checkUnique(policy.exchanges.map { "\($0.partner) \($0.direction.rawValue)" }, "exchanges", field: "direction")
    for (index, exchange) in policy.exchanges.enumerated() {
      let path = "exchanges[\(index)]"
      checkID(exchange.id, "\(path).id")
      if exchange.version == 0 { report("\(path).version", "is missing: count the rate's versions up from 1") }
      checkKnown([exchange.partner], in: policy.partners.map(\.id), "\(path).partner", what: "partner")
      switch exchange.direction {
      case .toMiles, .toPoints: break
      case .unspecified, .unrecognized: report("\(path).direction", "is missing: to_miles or to_points")
      }
      for (name, value) in [("points", exchange.points), ("miles", exchange.miles)]
      where value < 1 || value > PolicyLimits.points {
        report("\(path).\(name)", "is \(value): give 1 to \(PolicyLimits.points)")
      }
      for (name, value) in [("minimum", exchange.minimum), ("fee_points", exchange.feePoints)]
      where value < 0 || value > PolicyLimits.points {
        report("\(path).\(name)", "is \(value): give 0 to \(PolicyLimits.points)")
      }
      for (name, cap) in [("member_cap", exchange.memberCap), ("partner_cap", exchange.partnerCap)] {
        guard let cap else { continue }
        if cap.points < 1 { report("\(path).\(name).points", "is \(cap.points): give 1 or more, or leave the cap out") }
        checkPeriod(cap.period, "\(path).\(name).period")
      }
    }
  }

  private mutating func checkVoucherOffers() {
    let partners = policy.partners.map(\.id)
    checkCount(policy.voucherOffers.count, atMost: PolicyLimits.voucherOffers, "voucher_offers")
    checkUnique(policy.voucherOffers.map(\.id), "voucher_offers", field: "id")
    for (index, offer) in policy.voucherOffers.enumerated() {
      let path = "voucher_offers[\(index)]"
      checkID(offer.id, "\(path).id")
      checkTexts(offer.title, "\(path).title")
      checkTexts(offer.terms, "\(path).terms")
      if !offer.issuer.isEmpty { checkKnown([offer.issuer], in: partners, "\(path).issuer", what: "partner") }
      if offer.honouredAt.isEmpty { report("\(path).honoured_at", "is empty: name the partners that take it") }
      checkKnown(offer.honouredAt, in: partners, "\(path).honoured_at", what: "partner")
      checkVoucherWorth(offer, path)
      if offer.validDays < 1 || offer.validDays > PolicyLimits.windowDays {
        report("\(path).valid_days", "is \(offer.validDays): give 1 to \(PolicyLimits.windowDays)")
      }
      if offer.most < 0 { report("\(path).most", "is \(offer.most): give 1 or more, or 0 for no limit") }
      if let quota = offer.memberQuota {
        if quota.most < 1 { report("\(path).member_quota.most", "is \(quota.most): give 1 or more") }
        checkPeriod(quota.period, "\(path).member_quota.period")
      }
    }
  }

  private mutating func checkVoucherWorth(_ offer: VoucherOfferPolicy, _ path: String) {
    if (offer.discountBp == 0) == (offer.value == nil) {
      report(path, "has no worth, or two: give exactly one of discount_bp and value")
    }
    if offer.discountBp > UInt32(FixedPoint.one) {
      report("\(path).discount_bp", "is \(offer.discountBp): give at most 10000, the whole bill")
    }
    if let value = offer.value {
      if !CurrencyCode.isValid(value.currency) {
        report("\(path).value.currency", "is '\(value.currency)': give an ISO 4217 code, as in CNY")
      }
      if value.minorUnits < 1 || value.minorUnits > PolicyLimits.points {
        report("\(path).value.minor_units", "is \(value.minorUnits): give 1 to \(PolicyLimits.points)")
      }
    }
    if offer.minBillMinorUnits < 0 || offer.minBillMinorUnits > PolicyLimits.points {
      report("\(path).min_bill_minor_units", "is \(offer.minBillMinorUnits): give 0 to \(PolicyLimits.points)")
    }
  }
}
