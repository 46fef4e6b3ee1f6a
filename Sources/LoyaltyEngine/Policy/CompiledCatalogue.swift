// The catalogue made ready to decide: prices by tier and time, who can have an item from when, and what it is made of.

import LoyaltyMessages

/// The items of a policy.
public struct CompiledCatalogue: Sendable {
  public let items: [CompiledPolicy.Item]
  /// Positions in `items` in ascending order of ids, in which the catalogue is listed.
  public let byID: [Int]
  private let index: [String: Int]
  /// How long a quote's price holds, milliseconds.
  public let quoteMs: Int64
  /// How long a reservation waits for its confirmation, milliseconds.
  public let reserveMs: Int64

  /// What `RedemptionPolicy` says where the policy says nothing: long enough to pay at a counter.
  static let defaultQuoteMinutes: UInt32 = 15
  static let defaultReserveMinutes: UInt32 = 30

  init(_ policy: Policy, tierIDs: [String]) {
    items = policy.catalogue.map { CompiledPolicy.Item($0, tierIDs: tierIDs) }
    index = Dictionary(items.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let ids = items.map(\.id)
    byID = items.indices.sorted { ids[$0] < ids[$1] }
    func milliseconds(_ minutes: UInt32?, _ standard: UInt32) -> Int64 {
      Int64(minutes.flatMap { $0 == 0 ? nil : $0 } ?? standard) * 60_000
    }
    quoteMs = milliseconds(policy.redemption?.quoteMinutes, Self.defaultQuoteMinutes)
    reserveMs = milliseconds(policy.redemption?.reserveMinutes, Self.defaultReserveMinutes)
  }

  /// The item of an id; nil if there is none.
  public func item(_ id: String) -> CompiledPolicy.Item? { index[id].map { items[$0] } }
}

extension CompiledPolicy {
  /// An item that can be priced and taken. A class: decisions look at many, and a struct of arrays would be copied
  /// field by field.
  public final class Item: Sendable {
    public let id: String
    public let kind: ItemKind
    /// The partner that provides it; empty: the agency.
    public let provider: String
    /// The lowest tier that can have it.
    public let fromTier: Int
    /// How many there are in all by the policy, those taken included; nil: unlimited.
    public let policyStock: Int64?
    /// Offered in [from, until), Unix milliseconds.
    public let fromMs: Int64
    public let untilMs: Int64
    public let cash: CashPolicy?
    public let quotas: [Quota]
    public let sessions: [Session]
    public let parts: [Part]
    /// Each one comes with a code that staff has loaded.
    public let isFromCodePool: Bool
    /// Handed over within so many milliseconds; nil: at once.
    public let fulfilWithinMs: Int64?
    /// The offer that each one is a voucher of; empty: none.
    public let voucherOffer: String
    /// Only for members in one of these; empty: for all.
    public let segments: [String]
    private let prices: Prices
    private let periods: [Period]
    private let early: [Early]

    /// Points for one.
    struct Prices: Sendable {
      /// By tier; nil for tiers that cannot have it.
      let byTier: [Int64?]
      /// For tiers without a price of their own.
      let list: Int64
    }

    struct Period: Sendable {
      let fromMs: Int64
      let untilMs: Int64
      let prices: Prices
    }

    struct Early: Sendable {
      /// Bit per tier.
      let tiers: UInt64
      let segments: [String]
      let fromMs: Int64
    }

    /// So many for a member in a period.
    public struct Quota: Sendable {
      public let most: Int64
      public let period: QuotaPeriod
      /// The name that it is counted under.
      let name: String
    }

    /// A date with seats of its own.
    public struct Session: Sendable {
      public let id: String
      public let startsMs: Int64
      public let capacity: Int64
      /// The name that its seats are taken from.
      let stockName: String
    }

    /// An item in a bundle.
    public struct Part: Sendable {
      public let item: String
      public let quantity: Int64
    }

    init(_ item: ItemPolicy, tierIDs: [String]) {
      let lowest = tierIDs.firstIndex(of: item.fromTier) ?? 0
      func prices(_ points: Int64, _ tierPrices: [TierPricePolicy]) -> Prices {
        let byTier = tierIDs.enumerated().map { index, tier -> Int64? in
          guard index >= lowest else { return nil }
          return tierPrices.first { $0.tier == tier }?.points ?? points
        }
        return Prices(byTier: byTier, list: points)
      }
      id = item.id
      kind = item.kind
      provider = item.partner
      fromTier = lowest
      policyStock = item.stock
      fromMs = item.availableFrom?.policyMilliseconds ?? Int64.min
      untilMs = item.availableUntil?.policyMilliseconds ?? Int64.max
      cash = item.cash
      quotas = item.quotas.map {
        Quota(most: $0.most, period: $0.period, name: "item/\(item.id)/\($0.period.rawValue)")
      }
      sessions = item.sessions.map {
        Session(
          id: $0.id, startsMs: $0.startsAt?.policyMilliseconds ?? 0, capacity: $0.capacity,
          stockName: CompiledPolicy.Item.stockName(item.id, session: $0.id))
      }
      parts = item.bundle.map { Part(item: $0.item, quantity: max(1, $0.quantity)) }
      isFromCodePool = item.fromCodePool
      fulfilWithinMs = item.fulfilment.map { Int64($0.withinHours) * 3_600_000 }
      voucherOffer = item.voucherOffer
      segments = item.segments
      self.prices = prices(item.points, item.tierPrices)
      periods = item.pricePeriods.map {
        Period(
          fromMs: $0.from?.policyMilliseconds ?? Int64.min, untilMs: $0.until?.policyMilliseconds ?? Int64.max,
          prices: prices($0.points, $0.tierPrices))
      }
      early = item.earlyAccess.map { early in
        var tiers: UInt64 = 0
        for (bit, tier) in tierIDs.enumerated() where early.tiers.contains(tier) { tiers |= 1 << bit }
        return Early(tiers: tiers, segments: early.segments, fromMs: early.from?.policyMilliseconds ?? Int64.max)
      }
    }

    /// Points for one at a moment, by tier; nil for tiers that cannot have it.
    public func prices(at now: Int64) -> [Int64?] { current(now).prices.byTier }

    /// Points for one at a moment, for tiers without a price of their own.
    public func listPrice(at now: Int64) -> Int64 { current(now).prices.list }

    /// Whether everybody who can have it can have it at that moment.
    public func isOffered(at now: Int64) -> Bool { now >= fromMs && now < untilMs }

    /// From when a member of this tier and these segments can have it.
    public func opensMs(tier: Int, segments: (String) -> Bool) -> Int64 {
      var opens = fromMs
      for early in early where early.fromMs < opens {
        if early.tiers & 1 << tier != 0 || early.segments.contains(where: segments) { opens = early.fromMs }
      }
      return opens
    }

    /// The earliest moment at which anybody can have it.
    public var firstOpensMs: Int64 { early.reduce(fromMs) { min($0, $1.fromMs) } }

    /// What set the price at a moment, as a path of the policy.
    func priceRule(at now: Int64) -> String {
      let position = current(now).position
      return position < 0 ? "catalogue.\(id)" : "catalogue.\(id).price_periods[\(position)]"
    }

    /// Whether a moment's price is the item's own.
    func hasOwnPrice(at now: Int64) -> Bool { current(now).position < 0 }

    private func current(_ now: Int64) -> (prices: Prices, position: Int) {
      for (position, period) in periods.enumerated() where now >= period.fromMs && now < period.untilMs {
        return (period.prices, position)
      }
      return (prices, -1)
    }

    /// The name under which seats of a session are taken. An id has no slash.
    static func stockName(_ item: String, session: String) -> String {
      session.isEmpty ? item : "\(item)/\(session)"
    }
  }
}

extension CivilCalendar {
  /// The first moment after the period that `ms` is in; 0 for one that never ends.
  func end(of period: QuotaPeriod, at ms: Int64) -> Int64 {
    switch period {
    case .day: start(of: day(of: ms)) + Self.millisecondsPerDay
    case .month: end(ofDayAfterMonths: 0, from: ms, endOfMonth: true)
    case .year: endOfYear(ms)
    case .ever, .unspecified, .unrecognized: 0
    }
  }
}
