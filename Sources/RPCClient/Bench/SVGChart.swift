// Line charts as SVG text: axes with round numbers, a legend, one line a series.

import Glibc

struct SVGChart {
  enum Scale { case linear, logarithmic, nines }

  struct Series {
    let name: String
    let points: [(Double, Double)]
  }

  let x: Scale
  let y: Scale
  let xTitle: String
  let yTitle: String
  let series: [Series]

  private static let width = 800.0
  private static let height = 260.0
  private static let (left, right, top, bottom) = (64.0, 12.0, 24.0, 36.0)
  private static let colours = ["#2563eb", "#dc2626", "#9ca3af"]

  var text: String {
    let points = series.flatMap(\.points)
    guard !points.isEmpty else { return "<p>(nothing was measured)</p>" }
    let xAxis = Axis(x, points.map(\.0), from: Self.left, to: Self.width - Self.right)
    let yAxis = Axis(y, points.map(\.1), from: Self.height - Self.bottom, to: Self.top)
    var svg = "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\">\n"
    for (value, label) in yAxis.ticks {
      let place = number(yAxis.place(value))
      svg +=
        "<line x1=\"\(number(Self.left))\" x2=\"\(number(Self.width - Self.right))\" y1=\"\(place)\" y2=\"\(place)\" "
        + "stroke=\"#e5e7eb\"/><text x=\"\(number(Self.left - 6))\" y=\"\(place)\" text-anchor=\"end\" dy=\"4\">\(label)</text>\n"
    }
    for (value, label) in xAxis.ticks {
      svg +=
        "<text x=\"\(number(xAxis.place(value)))\" y=\"\(number(Self.height - Self.bottom + 16))\" "
        + "text-anchor=\"middle\">\(label)</text>\n"
    }
    svg +=
      "<text x=\"\(number(Self.width - Self.right))\" y=\"\(number(Self.height - 4))\" text-anchor=\"end\">\(xTitle)</text>"
      + "<text x=\"4\" y=\"12\">\(yTitle)</text>\n"
    for (index, line) in series.enumerated() {
      let colour = Self.colours[index % Self.colours.count]
      let path = line.points.map { "\(number(xAxis.place($0.0))),\(number(yAxis.place($0.1)))" }
      svg +=
        "<polyline fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\" points=\"\(path.joined(separator: " "))\"/>\n"
      if line.points.count == 1, let only = line.points.first {
        svg +=
          "<circle cx=\"\(number(xAxis.place(only.0)))\" cy=\"\(number(yAxis.place(only.1)))\" r=\"3\" fill=\"\(colour)\"/>\n"
      }
      let place = Self.left + 60 + Double(index) * 120
      svg +=
        "<rect x=\"\(number(place))\" y=\"4\" width=\"10\" height=\"10\" fill=\"\(colour)\"/>"
        + "<text x=\"\(number(place + 14))\" y=\"13\">\(Self.escape(line.name))</text>\n"
    }
    return svg + "</svg>"
  }

  private func number(_ value: Double) -> String { Decimals.text(value, places: 1) }

  static func escape(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  /// One direction of a chart.
  private struct Axis {
    let scale: Scale
    let low: Double
    let high: Double
    let from: Double
    let to: Double

    init(_ scale: Scale, _ values: [Double], from: Double, to: Double) {
      self.scale = scale
      self.from = from
      self.to = to
      let largest = values.max() ?? 1
      switch scale {
      case .linear: (low, high) = (0, largest > 0 ? largest * 1.05 : 1)
      case .nines: (low, high) = (0, max(1, largest))
      case .logarithmic:
        let positive = values.filter { $0 > 0 }
        low = floor(log10(positive.min() ?? 0.1))
        high = max(low + 1, ceil(log10(positive.max() ?? 1)))
      }
    }

    func place(_ value: Double) -> Double {
      let position = scale == .logarithmic ? log10(Swift.max(value, pow(10, low))) : value
      return from + (to - from) * (position - low) / (high - low)
    }

    var ticks: [(Double, String)] {
      switch scale {
      case .linear:
        let rough = (high - low) / 5
        let power = pow(10, floor(log10(rough)))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? power
        return stride(from: 0, through: high, by: step).map { ($0, Decimals.trimmed($0)) }
      case .logarithmic:
        return stride(from: low, through: high, by: 1).map { (pow(10, $0), Decimals.trimmed(pow(10, $0))) }
      case .nines:
        let labels = ["0", "90", "99", "99.9", "99.99"]
        return labels.enumerated().filter { Double($0.offset) <= high + 0.01 }.map { (Double($0.offset), $0.element) }
      }
    }
  }
}

/// 10 to a power.
func exponential10(_ power: Double) -> Double { pow(10, power) }
