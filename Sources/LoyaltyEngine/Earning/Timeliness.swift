// The room that knows how soon activities are credited. The agency promises a day; what came later is counted by the
// day on which it came, and the latest of it can be listed.

import LoyaltyMessages

/// Accruals posted on a day, UTC.
public struct TimelinessOfDay: Hashable, Sendable {
  /// Days since 1970-01-01.
  public var day: Int64
  public var accruals: UInt64
  /// Of these, credited more than 24 hours after they happened.
  public var late: UInt64
}

/// How soon activities were credited.
public struct Timeliness: LedgerRoom {
  static let name = "timeliness"
  /// An accrual is late after so long, milliseconds.
  public static let promiseMs: Int64 = 24 * 3_600_000
  /// Late accruals that are listed; older ones are only counted. 8 bytes each.
  static let listedLate = 1_000_000

  /// Ascending.
  public private(set) var days: [TimelinessOfDay] = []
  private var late = PagedQueue<UInt64>()

  var count: Int { days.count + late.count }

  /// Up to `limit` late accruals below a sequence, the newest first.
  public func lateAccruals(before sequence: UInt64, limit: Int) -> [UInt64] {
    var low = late.first
    var high = late.end
    while low < high {
      let middle = (low + high) / 2
      if late[middle] < sequence { low = middle + 1 } else { high = middle }
    }
    return (max(late.first, low - limit)..<low).reversed().map { late[$0] }
  }

  mutating func add(occurredMs: Int64, postedMs: Int64, sequence: UInt64) {
    let day = postedMs / CivilCalendar.millisecondsPerDay
    if days.last?.day != day { days.append(TimelinessOfDay(day: day, accruals: 0, late: 0)) }
    days[days.count - 1].accruals += 1
    guard postedMs - occurredMs > Self.promiseMs else { return }
    days[days.count - 1].late += 1
    append(sequence)
  }

  private mutating func append(_ sequence: UInt64) {
    late.append(sequence)
    if late.count > Self.listedLate { late.removeFirst() }
  }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    let days = days.map { TimelinessDay(day: $0.day, accruals: $0.accruals, late: $0.late) }
    try SnapshotList.emit(days, size: { _ in 24 }) { try emit(.timeliness(TimelinessPart(days: $0))) }
    try SnapshotList.emit((late.first..<late.end).lazy.map { late[$0] }, size: { _ in 10 }) {
      try emit(.timeliness(TimelinessPart(late: $0)))
    }
  }

  mutating func restore(_ part: TimelinessPart) throws(RestoreError) {
    for day in part.days {
      guard day.day > days.last?.day ?? -1, day.late <= day.accruals else {
        throw RestoreError(description: "\(day.late) of \(day.accruals) accruals are late on day \(day.day)")
      }
      days.append(TimelinessOfDay(day: day.day, accruals: day.accruals, late: day.late))
    }
    for sequence in part.late { append(sequence) }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    zip(days, days.dropFirst()).allSatisfy { $0.day < $1.day } ? [] : ["days of accruals are out of order"]
  }
}
