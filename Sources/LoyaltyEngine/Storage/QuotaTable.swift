// Counts that start again: how many of an item a member has had this month, how many points a partner has exchanged this
// year. A period that is over takes its counts with it, all at once.

/// Counts by name and period. An entry is 16 bytes.
struct QuotaTable: Sendable {
  /// The greatest count; more is refused.
  static let maxCount = Int64(FingerprintTable.maxValue)

  /// One period's counts; `endsMs` is 0 for the period that never ends.
  private struct Period: Sendable {
    var endsMs: Int64
    var counts = FingerprintTable()
  }

  /// A few: days, months, years and for ever, in the order they were begun.
  private var periods: [Period] = []

  var count: Int { periods.reduce(0) { $0 + $1.counts.count } }

  func count(of key: Fingerprint, endsMs: Int64) -> Int64 {
    guard let period = periods.first(where: { $0.endsMs == endsMs }) else { return 0 }
    return Int64(period.counts[key] ?? 0)
  }

  /// Adds to a count.
  /// - Returns: false if the count would leave 0...`maxCount`; then nothing has changed.
  mutating func add(_ amount: Int64, to key: Fingerprint, endsMs: Int64) -> Bool {
    let (sum, overflow) = count(of: key, endsMs: endsMs).addingReportingOverflow(amount)
    guard !overflow, (0...Self.maxCount).contains(sum) else { return false }
    let position: Int
    if let known = periods.firstIndex(where: { $0.endsMs == endsMs }) {
      position = known
    } else {
      if sum == 0 { return true }
      position = periods.count
      periods.append(Period(endsMs: endsMs))
    }
    if sum == 0 { periods[position].counts.remove(key) } else { periods[position].counts.set(key, to: UInt64(sum)) }
    return true
  }

  /// Drops the counts of periods that have ended. Nothing is lost: they count from 0 again.
  mutating func drop(endedBy now: Int64) {
    if periods.contains(where: { $0.endsMs != 0 && $0.endsMs <= now }) {
      periods.removeAll { $0.endsMs != 0 && $0.endsMs <= now }
    }
  }

  /// Every count of a period that has not ended by `now`, sorted.
  func forEachSorted(
    now: Int64, _ body: (_ endsMs: Int64, _ entry: FingerprintTable.Entry) throws -> Void
  ) rethrows {
    for period in periods.sorted(by: { $0.endsMs < $1.endsMs }) where period.endsMs == 0 || period.endsMs > now {
      try period.counts.forEachSorted { try body(period.endsMs, $0) }
    }
  }
}
