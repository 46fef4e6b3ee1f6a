// Checks the catalogue of a policy: every item can be priced for every tier that can have it, and nothing in it refers to
// what is not there.

import LoyaltyMessages
import ProtobufRuntime

extension PolicyValidator {
  mutating func checkCatalogue() {
    checkCount(policy.catalogue.count, atMost: PolicyLimits.catalogueItems, "catalogue")
    checkUnique(policy.catalogue.map(\.id), "catalogue", field: "id")
    let items = Dictionary(policy.catalogue.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, item) in policy.catalogue.enumerated() {
      let path = "catalogue[\(index)]"
      checkID(item.id, "\(path).id")
      switch item.kind {
      case .unspecified:
        report("\(path).kind", "is missing: travel, hotel, miles, voucher, experience or merchandise")
      case .unrecognized(let value):
        report("\(path).kind", "is \(value): travel, hotel, miles, voucher, experience or merchandise")
      default: break
      }
      checkTexts(item.title, "\(path).title")
      checkTexts(item.details, "\(path).details")
      if !item.partner.isEmpty {
        checkKnown([item.partner], in: policy.partners.map(\.id), "\(path).partner", what: "partner")
      }
      checkPrices(item, path)
      checkSupply(item, path)
      checkAccess(item, path)
      checkBundle(item, path, items)
      checkWindow(item.availableFrom, item.availableUntil, path, from: "available_from", until: "available_until")
    }
    if let redemption = policy.redemption {
      for (name, minutes) in [
        ("quote_minutes", redemption.quoteMinutes), ("reserve_minutes", redemption.reserveMinutes),
      ] where minutes > PolicyLimits.promiseMinutes {
        report("redemption.\(name)", "is \(minutes): give at most \(PolicyLimits.promiseMinutes)")
      }
    }
  }

  // MARK: - Prices

  private mutating func checkPrices(_ item: ItemPolicy, _ path: String) {
    let tiers = policy.tiers.map(\.id)
    checkPrice(item.points, "\(path).points")
    if !item.fromTier.isEmpty { checkKnown([item.fromTier], in: tiers, "\(path).from_tier", what: "tier") }
    checkTierPrices(item.tierPrices, item, "\(path).tier_prices")
    checkCount(item.pricePeriods.count, atMost: PolicyLimits.pricePeriods, "\(path).price_periods")
    for (position, period) in item.pricePeriods.enumerated() {
      let periodPath = "\(path).price_periods[\(position)]"
      checkPrice(period.points, "\(periodPath).points")
      checkTierPrices(period.tierPrices, item, "\(periodPath).tier_prices")
      if period.from == nil, period.until == nil {
        report(periodPath, "has neither from nor until: such a price is the item's own, points and tier_prices")
      }
      checkWindow(period.from, period.until, periodPath, from: "from", until: "until")
    }
    guard let cash = item.cash else { return }
    if !CurrencyCode.isValid(cash.currency) {
      report("\(path).cash.currency", "is '\(cash.currency)': give an ISO 4217 code, three capital letters, as in CNY")
    }
    for (name, value) in [("points", cash.points), ("minor_units", cash.minorUnits)]
    where value < 1 || value > PolicyLimits.points {
      report("\(path).cash.\(name)", "is \(value): give 1 to \(PolicyLimits.points)")
    }
    if cash.maxShareBp < 1 || cash.maxShareBp > UInt32(FixedPoint.one) {
      report("\(path).cash.max_share_bp", "is \(cash.maxShareBp): give 1 to 10000 (the whole price)")
    }
  }

  private mutating func checkTierPrices(_ prices: [TierPricePolicy], _ item: ItemPolicy, _ path: String) {
    let tiers = policy.tiers.map(\.id)
    let lowest = tiers.firstIndex(of: item.fromTier) ?? 0
    checkUnique(prices.map(\.tier), path, field: "tier")
    for (position, price) in prices.enumerated() {
      let pricePath = "\(path)[\(position)]"
      checkPrice(price.points, "\(pricePath).points")
      checkKnown([price.tier], in: tiers, "\(pricePath).tier", what: "tier")
      if let tier = tiers.firstIndex(of: price.tier), tier < lowest {
        report("\(pricePath).tier", "is '\(price.tier)', but the item is for '\(item.fromTier)' and above")
      }
    }
  }

  // MARK: - How many there are

  private mutating func checkSupply(_ item: ItemPolicy, _ path: String) {
    if let stock = item.stock, stock < 0 || stock > PolicyLimits.points {
      report("\(path).stock", "is \(stock): give 0 to \(PolicyLimits.points), or leave it out for unlimited")
    }
    if item.fromCodePool, item.stock != nil {
      report("\(path).stock", "is given, but there are as many as from_code_pool has codes: leave one out")
    }
    if item.fromCodePool, !item.voucherOffer.isEmpty {
      report("\(path).voucher_offer", "makes codes of its own: leave it or from_code_pool out")
    }
    if !item.voucherOffer.isEmpty {
      checkKnown(
        [item.voucherOffer], in: policy.voucherOffers.map(\.id), "\(path).voucher_offer", what: "voucher offer")
    }
    checkQuotas(item.quotas, "\(path).quotas")
    checkCount(item.sessions.count, atMost: PolicyLimits.sessions, "\(path).sessions")
    checkUnique(item.sessions.map(\.id), "\(path).sessions", field: "id")
    for (position, session) in item.sessions.enumerated() {
      let sessionPath = "\(path).sessions[\(position)]"
      checkID(session.id, "\(sessionPath).id")
      checkTexts(session.title, "\(sessionPath).title")
      if session.startsAt == nil { report("\(sessionPath).starts_at", "is missing: give the moment it begins") }
      checkMoment(session.startsAt, "\(sessionPath).starts_at")
      if session.capacity < 1 || session.capacity > PolicyLimits.points {
        report("\(sessionPath).capacity", "is \(session.capacity): give how many can come, 1 or more")
      }
    }
    if let fulfilment = item.fulfilment,
      fulfilment.withinHours < 1 || fulfilment.withinHours > PolicyLimits.deadlineHours
    {
      report(
        "\(path).fulfilment.within_hours", "is \(fulfilment.withinHours): give 1 to \(PolicyLimits.deadlineHours)")
    }
  }

  mutating func checkQuotas(_ quotas: [MemberQuota], _ path: String) {
    checkUnique(quotas.map { "\($0.period.rawValue)" }, path, field: "period")
    for (position, quota) in quotas.enumerated() {
      if quota.most < 1 || quota.most > PolicyLimits.points {
        report("\(path)[\(position)].most", "is \(quota.most): give how many a member can have, 1 or more")
      }
      checkPeriod(quota.period, "\(path)[\(position)].period")
    }
  }

  mutating func checkPeriod(_ period: QuotaPeriod, _ path: String) {
    switch period {
    case .unspecified: report(path, "is missing: ever, day, month or year")
    case .unrecognized(let value): report(path, "is \(value): ever, day, month or year")
    default: break
    }
  }

  // MARK: - Who can have it

  private mutating func checkAccess(_ item: ItemPolicy, _ path: String) {
    for (position, early) in item.earlyAccess.enumerated() {
      let earlyPath = "\(path).early_access[\(position)]"
      checkKnown(early.tiers, in: policy.tiers.map(\.id), "\(earlyPath).tiers", what: "tier")
      if early.tiers.isEmpty, early.segments.isEmpty { report(earlyPath, "names nobody: give tiers or segments") }
      for (index, segment) in early.segments.enumerated() { checkID(segment, "\(earlyPath).segments[\(index)]") }
      if early.from == nil { report("\(earlyPath).from", "is missing: give the moment from which they can have it") }
      if item.availableFrom == nil {
        report(earlyPath, "is before nothing: the item has no available_from")
      }
      checkWindow(early.from, item.availableFrom, earlyPath, from: "from", until: "from (the item's available_from)")
    }
    for (index, segment) in item.segments.enumerated() { checkID(segment, "\(path).segments[\(index)]") }
  }

  private mutating func checkBundle(_ item: ItemPolicy, _ path: String, _ items: [String: ItemPolicy]) {
    checkCount(item.bundle.count, atMost: PolicyLimits.bundleParts, "\(path).bundle")
    checkUnique(item.bundle.map(\.item), "\(path).bundle", field: "item")
    for (position, part) in item.bundle.enumerated() {
      let partPath = "\(path).bundle[\(position)]"
      guard let other = items[part.item] else {
        report("\(partPath).item", "is '\(part.item)', which is no item of this catalogue")
        continue
      }
      if !other.bundle.isEmpty || other.id == item.id {
        report("\(partPath).item", "is '\(part.item)', a bundle itself: name what is in it")
      }
      if !other.sessions.isEmpty {
        report("\(partPath).item", "is '\(part.item)', which has sessions: a bundle cannot choose one")
      }
      if part.quantity < 0 || part.quantity > PolicyLimits.bundleQuantity {
        report("\(partPath).quantity", "is \(part.quantity): give 1 to \(PolicyLimits.bundleQuantity), or 0 for 1")
      }
    }
  }
}
