// Days in a time zone. Which offset a zone has at which instant comes in as a value, so that a replay gives the same days
// on any machine; the service reads it from the system's time zone database.

import LoyaltyMessages

/// The days of one time zone. Times are Unix milliseconds, days are counted from 1970-01-01.
public struct ZoneCalendar: Hashable, Sendable {
  static let secondsPerDay: Int64 = 86_400

  /// Instants at which the offset changes, seconds, ascending; `offsets` has one more entry, the first for before.
  private let changes: [Int64]
  private let offsets: [Int64]

  /// - Returns: nil for rules that contradict themselves.
  public init?(_ rules: ZoneRules) {
    let ascending = zip(rules.changesAt, rules.changesAt.dropFirst()).allSatisfy { $0 < $1 }
    let offsets = [rules.offsetSeconds] + rules.offsetsAfter
    // No place on Earth was ever further from UTC than 16 hours (RFC 9636 asks readers to take up to 25).
    guard ascending, rules.changesAt.count == rules.offsetsAfter.count,
      rules.changesAt.allSatisfy({ abs($0) < CivilCalendar.times.upperBound / 1_000 }),
      offsets.allSatisfy({ abs($0) <= 25 * 3_600 })
    else { return nil }
    changes = rules.changesAt
    self.offsets = offsets.map(Int64.init)
  }

  /// A zone that is always as far ahead of UTC.
  init(offsetMs: Int64) {
    changes = []
    offsets = [offsetMs / 1_000]
  }

  /// The day that an instant is in.
  public func day(of ms: Int64) -> Int64 {
    let seconds = CivilCalendar.floorDivide(ms, 1_000)
    return CivilCalendar.floorDivide(seconds + offsets[interval(at: seconds)], Self.secondsPerDay)
  }

  /// The first instant that is in a day, or in a later one where the zone never had that day.
  ///
  /// Clocks that are set forward over midnight begin the day late, at 01:00; clocks that are set back over it begin the
  /// day, end it, and begin it again: the first time counts.
  public func start(ofDay day: Int64) -> Int64 {
    let local = day * Self.secondsPerDay
    // Offsets are within 25 hours: nothing two days before can be in the day.
    var index = interval(at: local - 2 * Self.secondsPerDay)
    while true {
      let begins = index == 0 ? Int64.min : changes[index - 1]
      let start = max(begins, local - offsets[index])
      if index == changes.count || start < changes[index] { return start * 1_000 }
      index += 1
    }
  }

  /// Which offset holds at an instant, seconds.
  private func interval(at seconds: Int64) -> Int {
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      if changes[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension CivilCalendar {
  /// The date of a day counted from 1970-01-01.
  public static func date(ofDay day: Int64) -> Day {
    CivilCalendar(utcOffsetMinutes: 0).day(of: day * millisecondsPerDay)
  }

  /// The day of a date, counted from 1970-01-01.
  public static func dayNumber(_ date: Day) -> Int64 {
    CivilCalendar(utcOffsetMinutes: 0).start(of: date) / millisecondsPerDay
  }
}
