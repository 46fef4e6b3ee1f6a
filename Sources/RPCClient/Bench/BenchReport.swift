// What a load was and what came out, in each form that it is printed in.

import LoyaltyRPC

struct BenchReport: Sendable {
  static let percentiles: [Double] = [50, 75, 90, 95, 99, 99.9, 99.99]

  let method: String
  let address: String
  /// The load in words, e.g. `closed loop, 8 connections x 32 streams, for 10s`.
  let load: String
  let isOpenLoop: Bool
  /// RFC 3339, UTC.
  let startedAt: String
  let wasInterrupted: Bool
  let statistics: LoadStatistics
  /// The conditions of --fail-if that are met.
  let crossed: [String]

  enum Form: String, CaseIterable { case text, json, csv, html }

  func string(_ form: Form) -> String {
    switch form {
    case .text: text
    case .json: json
    case .csv: csv
    case .html: HTMLReport(self).document
    }
  }

  static func name(_ percentile: Double) -> String { "p" + Decimals.trimmed(percentile) }

  static func status(_ code: Int) -> String { StatusCode(rawValue: code)?.name ?? "\(code)" }

  /// Status codes that occurred, OK first.
  var statuses: [(name: String, count: Int, sample: String?)] {
    statistics.statuses.sorted { $0.key < $1.key }.map { (Self.status($0.key), $0.value, statistics.samples[$0.key]) }
  }

  /// What a reader has to know to trust the figures.
  var remarks: [String] {
    var remarks: [String] = []
    if wasInterrupted { remarks.append("interrupted: this is what there was until then") }
    if statistics.unfinished > 0 { remarks.append("\(statistics.unfinished) calls were under way and are not counted") }
    if statistics.unsent > 0 {
      remarks.append(
        "\(statistics.unsent) calls were due and found no free stream: the server did not keep up, or there are too few "
          + "--connections and --streams; they count as errors, with the time that they had waited")
    }
    if statistics.connectionFailures > 0 {
      remarks.append(
        "\(statistics.connectionFailures) connections failed or were lost, the first: \(statistics.connectionSample ?? "")"
      )
    }
    return remarks
  }

  // MARK: Text

  private var text: String {
    let time = { (value: UInt64) in TimeSpan.text(nanoseconds: Int64(value)) }
    var lines = [
      "\(method) at \(address)", load, "",
      row("calls", "\(statistics.calls) in \(time(statistics.elapsed))"),
      row("rate", Decimals.text(statistics.rate, digits: 5) + "/s"),
      row(
        "errors", "\(statistics.errors + statistics.unsent) (\(Decimals.text(statistics.errorShare * 100, digits: 3))%)"
      ),
      "",
    ]
    if isOpenLoop {
      lines.append(pad("latency", 10) + pad("from due time", 16) + "from sending")
    } else {
      lines.append("latency")
    }
    func latency(_ name: String, _ response: UInt64, _ service: UInt64) {
      lines.append("  " + pad(name, 8) + (isOpenLoop ? pad(time(response), 16) + time(service) : time(response)))
    }
    let (response, service) = (statistics.response, statistics.service)
    if response.count > 0 {
      latency("min", response.smallest, service.count > 0 ? service.smallest : 0)
      latency("mean", UInt64(response.mean), UInt64(service.mean))
      for percentile in Self.percentiles {
        latency(
          Self.name(percentile), response.value(atPercentile: percentile), service.value(atPercentile: percentile))
      }
      latency("max", response.largest, service.largest)
    }
    lines += ["", "status"]
    for status in statuses {
      lines.append("  " + pad(status.name, 20) + "\(status.count)" + (status.sample.map { "  \($0)" } ?? ""))
    }
    if statistics.unsent > 0 { lines.append("  " + pad("(never sent)", 20) + "\(statistics.unsent)") }
    if !remarks.isEmpty { lines += [""] + remarks.map { "note: \($0)" } }
    return lines.joined(separator: "\n")
  }

  private func row(_ name: String, _ value: String) -> String { pad(name, 10) + value }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  // MARK: JSON

  private var json: String {
    let latency = { (histogram: LatencyHistogram) -> JSONText in
      guard histogram.count > 0 else { return .null }
      return .object(
        [("min", Self.milliseconds(histogram.smallest)), ("mean", .number(histogram.mean / 1e6))]
          + Self.percentiles.map { (Self.name($0), Self.milliseconds(histogram.value(atPercentile: $0))) }
          + [("max", Self.milliseconds(histogram.largest))])
    }
    return JSONText.object([
      ("method", .text(method)), ("address", .text(address)), ("load", .text(load)), ("startedAt", .text(startedAt)),
      ("interrupted", .bool(wasInterrupted)),
      ("seconds", .number(Double(statistics.elapsed) / 1e9)),
      ("calls", .integer(statistics.calls)), ("rate", .number(statistics.rate)),
      ("errors", .integer(statistics.errors + statistics.unsent)),
      ("unsent", .integer(statistics.unsent)),
      ("responseMessages", .integer(statistics.responseMessages)),
      ("statuses", .object(statuses.map { ($0.name, .integer($0.count)) })),
      ("errorSamples", .object(statuses.compactMap { status in status.sample.map { (status.name, .text($0)) } })),
      ("latencyMilliseconds", latency(statistics.response)),
      ("serviceMilliseconds", latency(statistics.service)),
      (
        "intervals",
        .list(
          statistics.intervals.map { interval in
            .object([
              ("second", .number(Double(interval.end) / 1e9)), ("rate", .number(interval.rate)),
              ("errors", .integer(interval.errors)), ("p50", Self.milliseconds(interval.p50)),
              ("p99", Self.milliseconds(interval.p99)), ("max", Self.milliseconds(interval.largest)),
            ])
          })
      ),
      ("thresholdsCrossed", .list(crossed.map { .text($0) })),
      ("remarks", .list(remarks.map { .text($0) })),
    ]).string()
  }

  private static func milliseconds(_ value: UInt64) -> JSONText { .number(Double(value) / 1e6) }

  // MARK: CSV

  /// One line a second, for a spreadsheet.
  private var csv: String {
    var lines = ["second,calls,rate,errors,p50_ms,p99_ms,max_ms"]
    for interval in statistics.intervals {
      let times = [interval.p50, interval.p99, interval.largest].map { Decimals.trimmed(Double($0) / 1e6) }
      lines.append(
        ([
          Decimals.trimmed(Double(interval.end) / 1e9), "\(interval.calls)", Decimals.trimmed(interval.rate),
          "\(interval.errors)",
        ] + times).joined(separator: ","))
    }
    return lines.joined(separator: "\n")
  }
}
