// `--fail-if 'p99>20ms'`: what a measurement must not be, for scripts.

/// A condition on the figures of a load.
struct Threshold: Sendable, Hashable, CustomStringConvertible {
  enum Figure: Sendable, Hashable {
    case percentile(Double)
    case mean, max
    /// Calls that did not end OK, and those among them that were never sent.
    case errors
    /// The same as a share of all calls, in percent.
    case errorRate
    /// Calls per second.
    case rate
  }

  enum Comparison: String, Sendable, CaseIterable {
    // Longer ones first: they begin with the shorter.
    case atLeast = ">="
    case atMost = "<="
    case above = ">"
    case below = "<"
  }

  let description: String
  let figure: Figure
  let comparison: Comparison
  /// Nanoseconds, a number, or percent.
  let bound: Double

  /// Nil for what is no condition.
  init?(_ text: String) {
    let text = text.filter { $0 != " " }
    description = text
    guard let comparison = Comparison.allCases.first(where: { text.contains($0.rawValue) }) else { return nil }
    let parts = text.split(separator: comparison.rawValue, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    self.comparison = comparison
    let value = String(parts[1])
    switch parts[0] {
    case "mean", "max":
      guard let span = TimeSpan(value) else { return nil }
      figure = parts[0] == "mean" ? .mean : .max
      bound = Double(span.nanoseconds)
    case "errors":
      // "1%" means the share.
      guard let number = Double(value.hasSuffix("%") ? String(value.dropLast()) : value) else { return nil }
      figure = value.hasSuffix("%") ? .errorRate : .errors
      bound = number
    case "rate":
      guard let number = Double(value.hasSuffix("/s") ? String(value.dropLast(2)) : value) else { return nil }
      figure = .rate
      bound = number
    default:
      guard parts[0].first == "p", let percentile = Double(parts[0].dropFirst()), percentile > 0, percentile <= 100,
        let span = TimeSpan(value)
      else { return nil }
      figure = .percentile(percentile)
      bound = Double(span.nanoseconds)
    }
  }

  /// Why the measurement crosses it, nil if it does not.
  func crossing(_ statistics: LoadStatistics) -> String? {
    let value: Double
    let text: String
    switch figure {
    case .percentile(let percentile):
      value = Double(statistics.response.value(atPercentile: percentile))
      text = TimeSpan.text(nanoseconds: Int64(value))
    case .mean:
      value = statistics.response.mean
      text = TimeSpan.text(nanoseconds: Int64(value))
    case .max:
      value = Double(statistics.response.largest)
      text = TimeSpan.text(nanoseconds: Int64(value))
    case .errors:
      value = Double(statistics.errors + statistics.unsent)
      text = "\(Int(value))"
    case .errorRate:
      value = statistics.errorShare * 100
      text = Decimals.text(value, digits: 3) + "%"
    case .rate:
      value = statistics.rate
      text = Decimals.text(value, digits: 4) + "/s"
    }
    let isCrossed =
      switch comparison {
      case .above: value > bound
      case .atLeast: value >= bound
      case .below: value < bound
      case .atMost: value <= bound
      }
    return isCrossed ? "\(description): it is \(text)" : nil
  }
}
