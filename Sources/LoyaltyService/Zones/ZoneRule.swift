// The rule at the end of a time zone file, as in `CET-1CEST,M3.5.0,M10.5.0/3`: standard time, daylight saving time, and on
// which day of each year, at which hour, one becomes the other. POSIX.1-2017 §8.3 "TZ", with the hours of RFC 9636 §3.3.1.

import LoyaltyEngine

struct ZoneRule {
  /// Seconds ahead of UTC.
  let standard: Int64
  /// Nil: none.
  private let daylight: (offset: Int64, begins: Moment, ends: Moment)?

  /// A moment of a year, in the time that holds before it.
  private struct Moment {
    enum Day {
      /// 1 to 365; 29 February is never counted.
      case julian(Int64)
      /// 0 to 365; 29 February is counted.
      case ofYear(Int64)
      /// The weekday (0: Sunday) of the week (1 to 5, 5: the last) of the month.
      case weekday(month: Int64, week: Int64, day: Int64)
    }
    var day: Day
    var seconds: Int64
  }

  /// - Throws: `TimeZoneFileError`.
  init(_ text: String) throws(TimeZoneFileError) {
    var parser = Parser(text: Array(text.utf8))
    try parser.name()
    standard = -(try parser.time())
    guard !parser.isAtEnd else {
      daylight = nil
      return
    }
    try parser.name()
    var offset = standard + 3_600
    if !parser.isAtEnd, !parser.isNext(",") { offset = -(try parser.time()) }
    try parser.expect(",")
    let begins = try parser.moment()
    try parser.expect(",")
    daylight = (offset, begins, try parser.moment())
    guard parser.isAtEnd else { throw parser.error }
  }

  /// The changes in (after, until), ascending.
  func changes(after: Int64, until: Int64) -> [(at: Int64, offset: Int64)] {
    guard let daylight, after < until else { return [] }
    let first = CivilCalendar.date(ofDay: CivilCalendar.dayOf(seconds: after)).year - 1
    let last = CivilCalendar.date(ofDay: CivilCalendar.dayOf(seconds: until)).year + 1
    var changes: [(at: Int64, offset: Int64)] = []
    for year in first...last {
      changes.append((Self.instant(daylight.begins, year) - standard, daylight.offset))
      changes.append((Self.instant(daylight.ends, year) - daylight.offset, standard))
    }
    return changes.filter { $0.at > after && $0.at < until }.sorted { $0.at < $1.at }
  }

  /// Seconds since 1970 of the zone's own clock.
  private static func instant(_ moment: Moment, _ year: Int64) -> Int64 {
    let newYear = CivilCalendar.dayNumber(.init(year: year, month: 1, day: 1))
    let isLeap = CivilCalendar.daysInMonth(year: year, month: 2) == 29
    let day: Int64
    switch moment.day {
    case .julian(let number): day = newYear + number - 1 + (isLeap && number >= 60 ? 1 : 0)
    case .ofYear(let number): day = newYear + number
    case .weekday(let month, let week, let weekday):
      let firstDay = CivilCalendar.dayNumber(.init(year: year, month: month, day: 1))
      // 1 January 1970 was a Thursday.
      let firstWeekday = ((firstDay + 4) % 7 + 7) % 7
      var inMonth = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
      if inMonth >= CivilCalendar.daysInMonth(year: year, month: month) { inMonth -= 7 }
      day = firstDay + inMonth
    }
    return day * 86_400 + moment.seconds
  }

  private struct Parser {
    let text: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == text.count }
    var error: TimeZoneFileError {
      TimeZoneFileError(
        description:
          "ends with the rule '\(String(decoding: text, as: UTF8.self))', which is none from its byte \(position)")
    }

    func isNext(_ character: Character) -> Bool { !isAtEnd && text[position] == character.asciiValue }

    mutating func skip(_ character: Character) -> Bool {
      guard isNext(character) else { return false }
      position += 1
      return true
    }

    mutating func expect(_ character: Character) throws(TimeZoneFileError) {
      guard skip(character) else { throw error }
    }

    /// CET, or <+0330>.
    mutating func name() throws(TimeZoneFileError) {
      if skip("<") {
        while !isAtEnd, !isNext(">") { position += 1 }
        return try expect(">")
      }
      let start = position
      while !isAtEnd, (0x41...0x5a).contains(text[position] & 0xdf) { position += 1 }
      guard position - start >= 3 else { throw error }
    }

    mutating func number(_ range: ClosedRange<Int64>) throws(TimeZoneFileError) -> Int64 {
      var value: Int64 = 0
      let start = position
      while !isAtEnd, (0x30...0x39).contains(text[position]), position - start < 4 {
        value = value * 10 + Int64(text[position] - 0x30)
        position += 1
      }
      guard position > start, range.contains(value) else { throw error }
      return value
    }

    /// [+-]hh[:mm[:ss]], seconds. RFC 9636 has up to 167 hours, for rules that begin on another day.
    mutating func time() throws(TimeZoneFileError) -> Int64 {
      let isNegative = skip("-")
      if !isNegative { _ = skip("+") }
      var seconds = try number(0...167) * 3_600
      if skip(":") {
        seconds += try number(0...59) * 60
        if skip(":") { seconds += try number(0...59) }
      }
      return isNegative ? -seconds : seconds
    }

    mutating func moment() throws(TimeZoneFileError) -> Moment {
      let day: Moment.Day
      if skip("M") {
        let month = try number(1...12)
        try expect(".")
        let week = try number(1...5)
        try expect(".")
        day = .weekday(month: month, week: week, day: try number(0...6))
      } else if skip("J") {
        day = .julian(try number(1...365))
      } else {
        day = .ofYear(try number(0...365))
      }
      return Moment(day: day, seconds: skip("/") ? try time() : 7_200)
    }
  }
}

extension CivilCalendar {
  /// The day since 1970-01-01, in UTC, of Unix seconds.
  fileprivate static func dayOf(seconds: Int64) -> Int64 {
    let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
    return rest < 0 ? days - 1 : days
  }
}
