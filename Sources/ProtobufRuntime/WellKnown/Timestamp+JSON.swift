// google.protobuf.Timestamp in JSON: RFC 3339, 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z, written in UTC with 0, 3,
// 6 or 9 fractional digits.

extension ProtobufTimestamp {
  static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// Reads RFC 3339 text with any offset; nil where it is not, or out of range.
  public init?(rfc3339 text: String) {
    var rest = Array(text.utf8)[...]
    func number(_ count: Int) -> Int64? {
      guard rest.count >= count else { return nil }
      var value: Int64 = 0
      for byte in rest.prefix(count) {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      rest = rest.dropFirst(count)
      return value
    }
    func take(_ byte: UInt8) -> Bool {
      guard rest.first == byte else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard let year = number(4), year >= 1, take(UInt8(ascii: "-")), let month = number(2), (1...12).contains(month),
      take(UInt8(ascii: "-")), let day = number(2), day >= 1, day <= CivilTime.daysInMonth(year: year, month: month),
      take(UInt8(ascii: "T")), let hour = number(2), hour < 24, take(UInt8(ascii: ":")), let minute = number(2),
      minute < 60, take(UInt8(ascii: ":")), let second = number(2), second < 60
    else { return nil }
    var nanos: Int32 = 0
    if take(UInt8(ascii: ".")) {
      let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard let fraction = nanoseconds(ofFraction: digits) else { return nil }
      nanos = fraction
      rest = rest.dropFirst(digits.count)
    }
    var offset: Int64 = 0
    if !take(UInt8(ascii: "Z")) {
      let isBehind = rest.first == UInt8(ascii: "-")
      guard take(UInt8(ascii: "+")) || take(UInt8(ascii: "-")), let hours = number(2), hours < 24,
        take(UInt8(ascii: ":")), let minutes = number(2), minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (isBehind ? -60 : 60)
    }
    guard rest.isEmpty else { return nil }
    let days = CivilTime.days(year: year, month: month, day: day)
    let seconds = days * CivilTime.secondsPerDay + hour * 3600 + minute * 60 + second - offset
    guard Self.secondsRange.contains(seconds) else { return nil }
    self.init(seconds: seconds, nanos: nanos)
  }

  /// RFC 3339 in UTC; nil out of range.
  public var rfc3339: String? {
    guard Self.secondsRange.contains(seconds), (0..<1_000_000_000).contains(nanos) else { return nil }
    let shifted = seconds - Self.secondsRange.lowerBound
    let secondOfDay = shifted % CivilTime.secondsPerDay
    let days = (seconds - secondOfDay) / CivilTime.secondsPerDay
    let date = CivilTime.date(days: days)
    let time = "\(padded(secondOfDay / 3600, 2)):\(padded(secondOfDay / 60 % 60, 2)):\(padded(secondOfDay % 60, 2))"
    return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T\(time)\(fraction(nanos))Z"
  }

  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    let text = try reader.string()
    guard let value = Self(rfc3339: text) else {
      throw reader.error(
        .invalidWellKnownType(
          "timestamp", reason: "\"\(text)\" is not RFC 3339 such as \"2026-11-22T08:00:00Z\" between years 1 and 9999"))
    }
    self = value
  }

  public func write(json writer: inout JSONWriter) {
    guard let text = rfc3339 else {
      writer.fail(.unencodable("timestamp with \(seconds) seconds and \(nanos) nanoseconds"))
      return
    }
    writer.string(text)
  }
}

func padded(_ value: Int64, _ width: Int) -> String {
  let digits = "\(value)"
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// "" or ".123", ".123456", ".123456789".
func fraction(_ nanos: Int32) -> String {
  let value = Int64(nanos.magnitude)
  if value == 0 { return "" }
  if value % 1_000_000 == 0 { return "." + padded(value / 1_000_000, 3) }
  if value % 1000 == 0 { return "." + padded(value / 1000, 6) }
  return "." + padded(value, 9)
}

/// One to nine digits behind a decimal point.
func nanoseconds(ofFraction digits: ArraySlice<UInt8>) -> Int32? {
  guard (1...9).contains(digits.count) else { return nil }
  var value: Int32 = 0
  for byte in digits { value = value * 10 + Int32(byte - 0x30) }
  for _ in digits.count..<9 { value *= 10 }
  return value
}
