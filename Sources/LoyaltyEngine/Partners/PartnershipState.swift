// What the ledger knows of partners: whose members are whose, vouchers, and exchanges that have been undone.

import LoyaltyMessages

/// The partners' part of the ledger.
struct PartnershipState: Sendable {
  var links = PartnerLinks()
  var vouchers = VoucherTable()
  /// Records of exchanges that cannot be reversed again.
  var reversed: Set<UInt64> = []
}

/// A voucher, by the terms under which it was issued.
struct Voucher: Sendable, Hashable {
  /// The record that issued it.
  var record: UInt64
  var member: UInt32
  /// Its `member` and `count` mean nothing here.
  var terms: VoucherIssue
  var state: VoucherState
}

/// Vouchers by the fingerprint of their code. A used one stays until some time after it would have lapsed, so that a
/// second use is told what happened.
struct VoucherTable: Sendable {
  /// How long after its last day a voucher is remembered: longer than disputes at a counter take.
  static let memoryMs: Int64 = 90 * CivilCalendar.millisecondsPerDay

  private var vouchers: [Fingerprint: Voucher] = [:]
  /// In the order they were issued.
  private var order = PagedQueue<Fingerprint>()

  var count: Int { vouchers.count }

  func find(_ key: Fingerprint) -> Voucher? { vouchers[key] }

  mutating func add(_ voucher: Voucher, key: Fingerprint) -> Bool {
    guard vouchers[key] == nil else { return false }
    vouchers[key] = voucher
    order.append(key)
    return true
  }

  mutating func set(_ key: Fingerprint, state: VoucherState) { vouchers[key]?.state = state }

  /// Forgets from the front what has long lapsed, a few at a time.
  mutating func drop(now: Int64) {
    for _ in 0..<4 {
      guard !order.isEmpty else { return }
      let first = order[order.first]
      if let voucher = vouchers[first], voucher.terms.expiresMs + Self.memoryMs > now { return }
      vouchers[first] = nil
      order.removeFirst()
    }
  }

  /// Every one, oldest first.
  func forEach(_ body: (Fingerprint, Voucher) throws -> Void) rethrows {
    for number in order.first..<order.end {
      if let voucher = vouchers[order[number]] { try body(order[number], voucher) }
    }
  }
}
