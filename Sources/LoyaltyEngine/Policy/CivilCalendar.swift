// Days, months and years of the programme. Expiry and qualification end with them, and the engine may ask no clock and
// no library for a date, so the Gregorian calendar is here, by H. Hinnant's "chrono-compatible low-level date
// algorithms".

/// The proleptic Gregorian calendar at a fixed offset from UTC. Times are Unix milliseconds.
public struct CivilCalendar: Hashable, Sendable {
  public static let millisecondsPerDay: Int64 = 86_400_000
  /// 9999-12-31T23:59:59.999Z, the last moment a protobuf Timestamp can say.
  public static let lastMs: Int64 = 253_402_300_799_999
  /// Times that records and snapshots may name, to the year 10874: later than any expiry or period that begins by
  /// `lastMs`, far from where sums overflow, and in `UInt48`.
  static let times: ClosedRange<Int64> = 0...281_000_000_000_000

  /// The calendar's time is this many milliseconds ahead of UTC.
  public let offsetMs: Int64

  public init(utcOffsetMinutes: Int32) {
    offsetMs = Int64(utcOffsetMinutes) * 60_000
  }

  /// A date of the calendar.
  public struct Day: Hashable, Sendable {
    public var year: Int64
    /// 1 to 12.
    public var month: Int64
    /// 1 to 31.
    public var day: Int64

    public init(year: Int64, month: Int64, day: Int64) {
      self.year = year
      self.month = month
      self.day = day
    }
  }

  /// The day that `ms` is in.
  /// - Precondition: within ± 10,000 years of 1970.
  public func day(of ms: Int64) -> Day {
    let days = Self.floorDivide(ms + offsetMs, Self.millisecondsPerDay) + 719_468
    let era = Self.floorDivide(days, 146_097)
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return Day(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month, day: dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  /// The day that `ms` is in, counted from 1970-01-01.
  public func dayNumber(of ms: Int64) -> Int64 { Self.floorDivide(ms + offsetMs, Self.millisecondsPerDay) }

  /// The first moment of a day.
  public func start(of day: Day) -> Int64 {
    let year = day.month <= 2 ? day.year - 1 : day.year
    let era = Self.floorDivide(year, 400)
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (day.month > 2 ? day.month - 3 : day.month + 9) + 2) / 5 + day.day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (era * 146_097 + dayOfEra - 719_468) * Self.millisecondsPerDay - offsetMs
  }

  /// The first moment of the year after the one that `ms` is in.
  public func endOfYear(_ ms: Int64) -> Int64 {
    start(of: Day(year: day(of: ms).year + 1, month: 1, day: 1))
  }

  /// The end of the year that follows one which ended at `end`. Half a year on is well inside it, also when `end` was
  /// reckoned with another offset from UTC than this calendar's.
  func endOfYear(following end: Int64) -> Int64 {
    endOfYear(end + 180 * Self.millisecondsPerDay)
  }

  /// The first moment after the day, or after the month, that is `months` after the day of `ms`. A day that its month
  /// does not have is the last one it has: a month after 31 January ends with 28 or 29 February.
  public func end(ofDayAfterMonths months: Int64, from ms: Int64, endOfMonth: Bool) -> Int64 {
    let today = day(of: ms)
    let index = today.year * 12 + today.month - 1 + months
    let year = Self.floorDivide(index, 12)
    let month = index - year * 12 + 1
    if endOfMonth { return startOfMonth(index + 1) }
    let day = min(today.day, Self.daysInMonth(year: year, month: month))
    return start(of: Day(year: year, month: month, day: day)) + Self.millisecondsPerDay
  }

  /// Days of a month, 29 for February of a leap year.
  public static func daysInMonth(year: Int64, month: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The month that `ms` is in: twelve times the year, and the month less 1.
  func month(of ms: Int64) -> Int64 {
    let day = day(of: ms)
    return day.year * 12 + day.month - 1
  }

  /// Months that `month` gives for the times that records may name.
  static let months: ClosedRange<Int64> = 1_969 * 12...12_000 * 12

  /// The first moment of a month.
  func startOfMonth(_ index: Int64) -> Int64 {
    let year = Self.floorDivide(index, 12)
    return start(of: Day(year: year, month: index - year * 12 + 1, day: 1))
  }

  static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
