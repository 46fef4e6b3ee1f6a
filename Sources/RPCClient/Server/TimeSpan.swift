// Lengths of time as people write them: 30, 500ms, 1.5s, 2m.

import ArgumentParser

/// A length of time, positive.
struct TimeSpan: Hashable, Sendable {
  let nanoseconds: Int64

  var duration: Duration { .nanoseconds(nanoseconds) }
  var seconds: Double { Double(nanoseconds) / 1e9 }

  /// Seconds without a unit, or a number with ns, us, ms, s, m or h. Nil for anything else, and for more than a year.
  init?(_ text: String) {
    let units: [(String, Double)] = [("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)]
    let unit = units.first { text.hasSuffix($0.0) } ?? ("", 1e9)
    guard let number = Double(text.dropLast(unit.0.count)), number.isFinite, number >= 0 else { return nil }
    let nanoseconds = number * unit.1
    guard nanoseconds <= 365 * 86_400e9 else { return nil }
    self.nanoseconds = Int64(nanoseconds.rounded())
  }

  /// Three digits that mean something, with the unit that fits: `1.23 ms`.
  static func text(nanoseconds: Int64) -> String {
    let value = Double(nanoseconds)
    switch nanoseconds {
    case ..<1_000: return "\(nanoseconds) ns"
    case ..<999_500: return Decimals.text(value / 1e3, digits: 3) + " us"
    case ..<999_500_000: return Decimals.text(value / 1e6, digits: 3) + " ms"
    default: return Decimals.text(value / 1e9, digits: 3) + " s"
    }
  }
}

extension TimeSpan: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }

  var defaultValueDescription: String {
    nanoseconds % 1_000_000_000 == 0 ? "\(nanoseconds / 1_000_000_000)s" : Self.text(nanoseconds: nanoseconds)
  }
}

extension Duration {
  var nanosecondCount: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}

/// Numbers for people.
enum Decimals {
  /// With `places` decimals, rounded.
  static func text(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int64((abs(value) * scale).rounded())
    let whole = scaled / Int64(scale)
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard places > 0 else { return sign + String(whole) }
    let rest = String(scaled % Int64(scale))
    return sign + "\(whole)." + String(repeating: "0", count: places - rest.count) + rest
  }

  /// With as many decimals as it takes for `digits` digits in all: 1.23, 12.3, 123.
  static func text(_ value: Double, digits: Int) -> String {
    var places = digits - 1
    var bound = 10.0
    while places > 0, abs(value) >= bound {
      places -= 1
      bound *= 10
    }
    return text(value, places: places)
  }
}
