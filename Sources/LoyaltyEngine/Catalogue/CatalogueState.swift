// What the ledger knows of the catalogue beside the policy: supply that staff added, codes, quotas used, prices
// promised, and redemptions that are not done.

import LoyaltyMessages

/// The catalogue's part of the ledger.
struct CatalogueState: Sendable {
  /// Codes that can be given out, by item.
  var pools: [String: CodePool] = [:]
  /// Every code ever loaded: none is loaded twice.
  var loadedCodes = FingerprintTable()
  var quotas = QuotaTable()
  var quotes = QuoteTable()
  var open = OpenRedemptions()
}

/// A price that holds until it is used or lapses.
struct Quote: Sendable, Hashable {
  var member: UInt32
  var item: String
  var session: String
  var quantity: Int64
  var price: RedemptionPrice
  var tier: String
  var expiresMs: Int64
}

/// Prices promised. One that has lapsed is as good as none, whether it has been dropped or not.
struct QuoteTable: Sendable {
  private var quotes: [UInt64: Quote] = [:]
  /// In the order they were made: nearly that in which they lapse, since all last as long as the policy says.
  private var order = PagedQueue<UInt64>()

  var count: Int { quotes.count }

  func find(_ sequence: UInt64, now: Int64) -> Quote? {
    quotes[sequence].flatMap { $0.expiresMs > now ? $0 : nil }
  }

  mutating func add(_ quote: Quote, sequence: UInt64) {
    quotes[sequence] = quote
    order.append(sequence)
  }

  mutating func remove(_ sequence: UInt64) { quotes[sequence] = nil }

  /// Drops from the front what has lapsed or been used, a few at a time.
  mutating func drop(lapsedBy now: Int64) {
    for _ in 0..<4 {
      guard !order.isEmpty else { return }
      let first = order[order.first]
      if let quote = quotes[first], quote.expiresMs > now { return }
      quotes[first] = nil
      order.removeFirst()
    }
  }

  /// Quotes that hold at `now`, oldest first.
  func forEach(now: Int64, _ body: (UInt64, Quote) throws -> Void) rethrows {
    for number in order.first..<order.end {
      if let quote = find(order[number], now: now) { try body(order[number], quote) }
    }
  }
}

/// A redemption that is not done.
struct OpenRedemption: Sendable, Hashable {
  var member: UInt32
  var state: RedemptionState
  /// By when it has to be confirmed or handed over.
  var dueMs: Int64
  /// What the member was told.
  var outcome: RedemptionOutcome
  /// What goes back when it is given up: items and seats, and quotas.
  var taken: [StockMove]
  var quotas: [QuotaUse]
}

/// Redemptions that are not done, by the record that began them.
struct OpenRedemptions: Sendable {
  private var redemptions: [UInt64: OpenRedemption] = [:]

  var count: Int { redemptions.count }

  subscript(sequence: UInt64) -> OpenRedemption? {
    get { redemptions[sequence] }
    set { redemptions[sequence] = newValue }
  }

  /// Every one, in the order they were begun.
  func forEach(_ body: (UInt64, OpenRedemption) throws -> Void) rethrows {
    for sequence in redemptions.keys.sorted() {
      if let redemption = redemptions[sequence] { try body(sequence, redemption) }
    }
  }

  /// A member's. Looks at all of them: for what is rare.
  func count(of member: UInt32) -> Int { redemptions.values.count { $0.member == member } }

  func forEachUnordered(_ body: (UInt64, OpenRedemption) -> Void) {
    for (sequence, redemption) in redemptions { body(sequence, redemption) }
  }
}
