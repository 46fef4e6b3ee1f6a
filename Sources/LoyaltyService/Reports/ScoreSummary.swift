// Scores summed up: means, shares and differences, each with its 95% confidence interval. The formulas and their sources
// are in the schema (loyalty/v1/score.proto).

import Glibc
import LoyaltyAPI
import LoyaltyMessages

/// Whole-number scores, as their count, sum and sum of squares.
struct ScoreSummary: Hashable, Sendable {
  var count: UInt64 = 0
  var sum: UInt64 = 0
  var sumOfSquares: UInt64 = 0
  var satisfied: UInt64 = 0

  /// Share of the distribution below the upper end of a two-sided 95% interval.
  static let confidence = 0.975
  /// The normal distribution's quantile for it.
  static let z = 1.959963984540054

  mutating func add(_ score: UInt64) {
    count += 1
    sum += score
    sumOfSquares += score * score
  }

  mutating func add(_ day: ScoreDay) {
    count &+= day.count
    sum &+= day.sum
    sumOfSquares &+= day.sumOfSquares
    satisfied &+= day.satisfied
  }

  var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

  /// With n − 1. The difference of sums is exact in whole numbers, so that equal scores have no spread at all.
  var variance: Double {
    guard count > 1 else { return 0 }
    let spread = Int128(sumOfSquares) * Int128(count) - Int128(sum) * Int128(sum)
    return max(0, Double(spread)) / Double(count) / Double(count - 1)
  }

  var meanScore: MeanScore {
    var score = MeanScore(count: Int64(clamping: count), mean: mean, standardDeviation: variance.squareRoot())
    if count > 1 {
      let half =
        StudentT.quantile(Self.confidence, degreesOfFreedom: Double(count - 1))
        * (variance / Double(count))
        .squareRoot()
      (score.low, score.high) = (mean - half, mean + half)
    }
    return score
  }

  var satisfiedShare: ShareScore { Self.share(satisfied, of: count) }

  /// A share with Wilson's interval.
  static func share(_ part: UInt64, of total: UInt64) -> ShareScore {
    var score = ShareScore(count: Int64(clamping: part), total: Int64(clamping: total))
    guard total > 0 else { return score }
    let n = Double(total)
    let p = Double(part) / n
    let square = z * z
    let middle = (p + square / (2 * n)) / (1 + square / n)
    let half = z / (1 + square / n) * (p * (1 - p) / n + square / (4 * n * n)).squareRoot()
    score.share = p
    // The ends are exactly 0 and 1 there; rounding would leave a crumb.
    score.low = part == 0 ? 0 : max(0, middle - half)
    score.high = part == total ? 1 : min(1, middle + half)
    return score
  }

  /// Two summaries side by side.
  static func compare(_ before: ScoreSummary, _ after: ScoreSummary) -> ScoreComparison {
    var comparison = ScoreComparison(before: before.meanScore, after: after.meanScore)
    guard before.count > 0, after.count > 0 else { return comparison }
    let difference = after.mean - before.mean
    comparison.difference = difference
    guard before.count > 1, after.count > 1 else { return comparison }
    let first = before.variance / Double(before.count)
    let second = after.variance / Double(after.count)
    var half = 0.0
    if first + second > 0 {
      let freedom =
        (first + second) * (first + second)
        / (first * first / Double(before.count - 1) + second * second / Double(after.count - 1))
      half = StudentT.quantile(confidence, degreesOfFreedom: freedom) * (first + second).squareRoot()
    }
    (comparison.differenceLow, comparison.differenceHigh) = (difference - half, difference + half)
    return comparison
  }

  /// The slope of a line through the means of numbered months, weighted with the number of answers; nil for fewer than
  /// two months.
  static func trend(_ months: [(number: Int64, summary: ScoreSummary)]) -> Double? {
    let answered = months.filter { $0.summary.count > 0 }
    guard answered.count > 1 else { return nil }
    let weight = answered.reduce(0) { $0 + Double($1.summary.count) }
    let middle = answered.reduce(0) { $0 + Double($1.summary.count) * Double($1.number) } / weight
    let mean = answered.reduce(0) { $0 + Double($1.summary.sum) } / weight
    var above = 0.0
    var below = 0.0
    for (number, summary) in answered {
      let distance = Double(number) - middle
      above += Double(summary.count) * distance * (summary.mean - mean)
      below += Double(summary.count) * distance * distance
    }
    return above / below
  }
}
