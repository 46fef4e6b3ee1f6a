// The report as one file that needs nothing else: figures, and charts drawn as SVG.

struct HTMLReport {
  private let report: BenchReport

  init(_ report: BenchReport) { self.report = report }

  var document: String {
    let statistics = report.statistics
    let time = { (value: UInt64) in TimeSpan.text(nanoseconds: Int64(value)) }
    var body = """
      <h1>\(escape(report.method))</h1>
      <p>\(escape(report.address)), \(escape(report.load)), started \(escape(report.startedAt))</p>

      """
    for crossed in report.crossed { body += "<p class=\"crossed\">threshold crossed: \(escape(crossed))</p>\n" }
    for remark in report.remarks { body += "<p class=\"remark\">\(escape(remark))</p>\n" }
    let errors = statistics.errors + statistics.unsent
    body += "<div class=\"figures\">"
    for (name, value) in [
      ("calls", "\(statistics.calls)"), ("calls/s", Decimals.text(statistics.rate, digits: 5)),
      ("errors", "\(errors) (\(Decimals.text(statistics.errorShare * 100, digits: 3))%)"),
      ("p50", time(statistics.response.value(atPercentile: 50))),
      ("p99", time(statistics.response.value(atPercentile: 99))), ("max", time(statistics.response.largest)),
    ] {
      body += "<div><b>\(escape(value))</b><span>\(name)</span></div>"
    }
    body += "</div>\n"

    let seconds = statistics.intervals.map { Double($0.end) / 1e9 }
    body += section(
      "Calls per second",
      SVGChart(
        x: .linear, y: .linear, xTitle: "seconds", yTitle: "calls/s",
        series: [.init(name: "calls/s", points: zip(seconds, statistics.intervals.map(\.rate)).map { ($0, $1) })]
          + (errors > 0
            ? [
              .init(
                name: "errors/s",
                points: zip(seconds, statistics.intervals).map { second, interval in
                  (second, Double(interval.errors) / (Double(max(1, interval.end - interval.start)) / 1e9))
                })
            ] : [])
      ).text)
    body += section(
      "Latency over time",
      SVGChart(
        x: .linear, y: .logarithmic, xTitle: "seconds", yTitle: "ms",
        series: [
          .init(name: "p50", points: zip(seconds, statistics.intervals).map { ($0, Double($1.p50) / 1e6) }),
          .init(name: "p99", points: zip(seconds, statistics.intervals).map { ($0, Double($1.p99) / 1e6) }),
          .init(name: "max", points: zip(seconds, statistics.intervals).map { ($0, Double($1.largest) / 1e6) }),
        ]
      ).text)
    var series = [distribution(report.isOpenLoop ? "from due time" : "latency", statistics.response)]
    if report.isOpenLoop { series.append(distribution("from sending", statistics.service)) }
    body += section(
      "Latency by percentile",
      SVGChart(x: .nines, y: .logarithmic, xTitle: "percentile", yTitle: "ms", series: series).text)

    body += "<h2>Latency</h2>\n<table><tr><th></th><th>\(report.isOpenLoop ? "from due time" : "latency")</th>"
    if report.isOpenLoop { body += "<th>from sending</th>" }
    body += "</tr>\n"
    for percentile in BenchReport.percentiles {
      body +=
        "<tr><td>\(BenchReport.name(percentile))</td><td>\(time(statistics.response.value(atPercentile: percentile)))</td>"
      if report.isOpenLoop { body += "<td>\(time(statistics.service.value(atPercentile: percentile)))</td>" }
      body += "</tr>\n"
    }
    body += "</table>\n<h2>Status</h2>\n<table>"
    for status in report.statuses {
      body +=
        "<tr><td>\(escape(status.name))</td><td>\(status.count)</td><td>\(escape(status.sample ?? ""))</td></tr>\n"
    }
    if statistics.unsent > 0 { body += "<tr><td>(never sent)</td><td>\(statistics.unsent)</td><td></td></tr>\n" }
    body += "</table>\n"
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>\(escape(report.method)): load report</title>
      <style>\(Self.style)</style></head>
      <body>
      \(body)</body></html>
      """
  }

  private func section(_ title: String, _ chart: String) -> String { "<h2>\(title)</h2>\n\(chart)\n" }

  /// Latency at ever more nines.
  private func distribution(_ name: String, _ histogram: LatencyHistogram) -> SVGChart.Series {
    guard histogram.count > 0 else { return .init(name: name, points: []) }
    var points: [(Double, Double)] = []
    let steps = 60
    for step in 0...steps {
      let nines = 4 * Double(step) / Double(steps)
      let percentile = 100 - 100 * exponential10(-nines)
      // Beyond one call in as many there is nothing to tell.
      if (100 - percentile) / 100 * Double(histogram.count) < 1 { break }
      points.append((nines, Double(histogram.value(atPercentile: percentile)) / 1e6))
    }
    return .init(name: name, points: points)
  }

  private func escape(_ text: String) -> String { SVGChart.escape(text) }

  private static let style = """
    body{font:15px/1.45 system-ui,sans-serif;color:#222;max-width:860px;margin:2em auto;padding:0 1em}
    h1{font-size:1.4em;margin-bottom:0}h2{font-size:1.1em;margin:1.6em 0 .4em}
    .figures{display:flex;flex-wrap:wrap;gap:1em}.figures div{background:#f3f4f6;border-radius:6px;padding:.6em 1em}
    .figures b{display:block;font-size:1.2em}.figures span{color:#666}
    table{border-collapse:collapse}td,th{padding:.15em 1em .15em 0;text-align:left;vertical-align:top}
    .crossed{background:#fde8e8;border-left:4px solid #c81e1e;padding:.5em 1em}
    .remark{background:#fff7e0;border-left:4px solid #d69e00;padding:.5em 1em}
    svg{width:100%;height:auto}svg text{font:11px system-ui,sans-serif;fill:#555}
    """
}
