// One series of numbers of the exporter: what a counter, a gauge or a histogram keeps, from any thread.

import CoreMetrics
import Synchronization

protocol MetricSeries: AnyObject, Sendable {
  var kind: String { get }
  /// The series in the text form.
  func lines(_ name: String, _ labels: String) -> [String]
}

final class CounterSeries: MetricSeries, CounterHandler {
  private let value = Atomic<Int64>(0)
  let kind = "counter"

  func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }

  func reset() { value.store(0, ordering: .relaxed) }

  func lines(_ name: String, _ labels: String) -> [String] {
    [PrometheusText.line(name, labels, Double(value.load(ordering: .relaxed)))]
  }
}

/// A gauge, and a counter of fractions.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler, FloatingPointCounterHandler {
  private let value = Mutex(0.0)
  let kind: String

  init(kind: String) {
    self.kind = kind
  }

  func set(_ new: Int64) { value.withLock { $0 = Double(new) } }
  func set(_ new: Double) { value.withLock { $0 = new } }
  func record(_ new: Int64) { set(new) }
  func record(_ new: Double) { set(new) }
  func increment(by amount: Double) { value.withLock { $0 += amount } }
  func decrement(by amount: Double) { value.withLock { $0 -= amount } }
  func reset() { set(0.0) }

  func lines(_ name: String, _ labels: String) -> [String] {
    [PrometheusText.line(name, labels, value.withLock { $0 })]
  }
}

/// How often values were in which range.
final class HistogramSeries: MetricSeries, RecorderHandler, TimerHandler {
  private struct Counts {
    /// By range; the last is what is above all bounds.
    var ranges: [Int]
    var sum = 0.0
  }

  let kind = "histogram"
  private let bounds: [Double]
  private let unit: Double
  private let counts: Mutex<Counts>

  /// - Parameters:
  ///   - bounds: inclusive upper bounds, ascending.
  ///   - unit: what a recorded integer is multiplied by.
  init(bounds: [Double], unit: Double) {
    self.bounds = bounds
    self.unit = unit
    counts = Mutex(Counts(ranges: Array(repeating: 0, count: bounds.count + 1)))
  }

  func record(_ value: Int64) { add(Double(value)) }
  func record(_ value: Double) { add(value) }
  func recordNanoseconds(_ duration: Int64) { add(Double(duration) * unit) }

  private func add(_ value: Double) {
    var range = 0
    while range < bounds.count, value > bounds[range] { range += 1 }
    counts.withLock { counts in
      counts.ranges[range] += 1
      counts.sum += value
    }
  }

  func lines(_ name: String, _ labels: String) -> [String] {
    let counts = counts.withLock { $0 }
    let prefix = labels.isEmpty ? "" : labels + ","
    var lines: [String] = []
    var total = 0
    for (range, bound) in (bounds + [.infinity]).enumerated() {
      total += counts.ranges[range]
      lines.append(
        PrometheusText.line("\(name)_bucket", "\(prefix)le=\"\(PrometheusText.number(bound))\"", Double(total)))
    }
    lines.append(PrometheusText.line("\(name)_sum", labels, counts.sum))
    lines.append(PrometheusText.line("\(name)_count", labels, Double(total)))
    return lines
  }
}
