// A backend of swift-metrics that keeps its numbers in memory and shows them in Prometheus' text form
// (https://prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4).

import CoreMetrics
import Synchronization

/// Counters, gauges and histograms by name and labels. Names follow Prometheus: dots become underscores, times are in
/// seconds and say so, counters end in `_total`.
public final class PrometheusExporter: MetricsFactory, Sendable {
  /// Series at most. 10,000: with labels of a bounded set a server has hundreds; what goes beyond is a label made of user
  /// input, which would fill the memory. It is counted in `metrics_series_dropped_total` and not kept.
  public let maxSeries: Int

  /// Upper bounds of histograms, in seconds: from a call that stays in memory to one that waits for others.
  public static let durationBounds: [Double] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  /// Upper bounds of what is not a time: powers of four, from bytes to megabytes.
  public static let valueBounds: [Double] = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576]

  private struct Series: Hashable {
    let name: String
    let labels: String
  }

  private struct State {
    var series: [Series: any MetricSeries] = [:]
    var dropped = 0
    var sources: [@Sendable () -> [Sample]] = []
  }

  /// A number that is asked for when it is shown.
  public struct Sample: Sendable {
    public enum Kind: String, Sendable { case counter, gauge }

    let name: String
    let kind: Kind
    let labels: String
    let value: Double

    /// - Parameter name: as Prometheus wants it, e.g. `loyalty_journal_bytes`.
    public init(_ name: String, _ kind: Kind, _ value: Double, labels: [(String, String)] = []) {
      self.name = PrometheusText.name(name)
      self.kind = kind
      self.value = value
      self.labels = PrometheusText.labels(labels)
    }
  }

  private let state = Mutex(State())

  public init(maxSeries: Int = 10_000) {
    self.maxSeries = maxSeries
  }

  /// Adds numbers that are asked for when they are shown, on the thread that shows them.
  public func addSource(_ source: @escaping @Sendable () -> [Sample]) {
    state.withLock { $0.sources.append(source) }
  }

  /// All of it as text.
  public func text() -> String {
    let (series, dropped, sources) = state.withLock { ($0.series, $0.dropped, $0.sources) }
    var families: [String: (kind: String, lines: [String])] = [:]
    for (key, metric) in series {
      families[key.name, default: (metric.kind, [])].lines += metric.lines(key.name, key.labels)
    }
    let own = Sample("metrics_series_dropped_total", .counter, Double(dropped))
    for sample in sources.flatMap({ $0() }) + [own] {
      families[sample.name, default: (sample.kind.rawValue, [])].lines.append(
        PrometheusText.line(sample.name, sample.labels, sample.value))
    }
    var out = ""
    for (name, family) in families.sorted(by: { $0.key < $1.key }) {
      out += "# TYPE \(name) \(family.kind)\n"
      for line in family.kind == "histogram" ? family.lines : family.lines.sorted() { out += line + "\n" }
    }
    return out
  }

  // MARK: - MetricsFactory

  private func series<M: MetricSeries>(_ name: String, _ labels: [(String, String)], _ make: () -> M) -> M {
    let key = Series(name: PrometheusText.name(name), labels: PrometheusText.labels(labels))
    return state.withLock { state in
      // The same name for another kind of metric: a mistake of the program's, whose numbers go nowhere.
      if let known = state.series[key] { return known as? M ?? make() }
      let metric = make()
      if state.series.count < maxSeries {
        state.series[key] = metric
      } else {
        state.dropped += 1
      }
      return metric
    }
  }

  private static func counterName(_ label: String) -> String { label.hasSuffix("_total") ? label : label + "_total" }

  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    series(Self.counterName(label), dimensions) { CounterSeries() }
  }

  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    series(Self.counterName(label), dimensions) { GaugeSeries(kind: "counter") }
  }

  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    series(label, dimensions) { GaugeSeries(kind: "gauge") }
  }

  public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
    aggregate
      ? series(label, dimensions) { HistogramSeries(bounds: Self.valueBounds, unit: 1) }
      : series(label, dimensions) { GaugeSeries(kind: "gauge") }
  }

  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    series(label + "_seconds", dimensions) { HistogramSeries(bounds: Self.durationBounds, unit: 1e-9) }
  }

  // Series stay: a counter that starts again from zero reads as a restart.
  public func destroyCounter(_ handler: any CounterHandler) {}
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  public func destroyMeter(_ handler: any MeterHandler) {}
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  public func destroyTimer(_ handler: any TimerHandler) {}
}

/// The text form's spelling.
enum PrometheusText {
  /// `[a-zA-Z_:][a-zA-Z0-9_:]*`; every other character becomes an underscore.
  static func name(_ text: String) -> String {
    var out: [UInt8] = []
    for (index, byte) in text.utf8.enumerated() {
      switch byte {
      case 0x61...0x7a, 0x41...0x5a, 0x5f, 0x3a: out.append(byte)
      case 0x30...0x39 where index > 0: out.append(byte)
      default: out.append(0x5f)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// `a="b",c="d"`, by name.
  static func labels(_ labels: [(String, String)]) -> String {
    labels.map { (name($0.0), $0.1) }.sorted { $0.0 < $1.0 }
      .map { "\($0.0)=\"\(escaped($0.1))\"" }.joined(separator: ",")
  }

  private static func escaped(_ value: String) -> String {
    var out = ""
    for character in value.unicodeScalars {
      switch character {
      case "\\": out += "\\\\"
      case "\"": out += "\\\""
      case "\n": out += "\\n"
      default: out.unicodeScalars.append(character)
      }
    }
    return out
  }

  static func line(_ name: String, _ labels: String, _ value: Double) -> String {
    "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(number(value))"
  }

  static func number(_ value: Double) -> String {
    if value == .infinity { return "+Inf" }
    if value == -.infinity { return "-Inf" }
    if value.isNaN { return "NaN" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
  }
}
