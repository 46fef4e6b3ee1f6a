// Statistics against published figures.

import LoyaltyAPI
import LoyaltyMessages
import Testing

@testable import LoyaltyService

@Suite struct ScoreSummaryTests {
  /// Two-sided 95%: the t table of the NIST/SEMATECH e-Handbook, 1.3.6.7.2, column 0.975.
  @Test(arguments: [
    (1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (20, 2.086), (30, 2.042), (60, 2.000), (100, 1.984),
    (1_000, 1.962),
  ]) func quantilesOfStudentsTAreThoseOfTheTables(freedom: Double, expected: Double) {
    #expect(abs(StudentT.quantile(0.975, degreesOfFreedom: freedom) - expected) < 0.0006)
  }

  @Test func theMeanHasItsStudentInterval() throws {
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, sum of squared deviations 32.
    var summary = ScoreSummary()
    for score in [2, 4, 4, 4, 5, 5, 7, 9] as [UInt64] { summary.add(score) }
    let score = summary.meanScore
    #expect(score.count == 8 && score.mean == 5)
    #expect(abs(score.standardDeviation - (32.0 / 7).squareRoot()) < 1e-12)
    // t(0.975, 7) = 2.364624; s / √8 = 0.755929.
    #expect(abs(try #require(score.low) - (5 - 1.787487)) < 1e-5)
    #expect(abs(try #require(score.high) - (5 + 1.787487)) < 1e-5)
  }

  @Test func fewScoresHaveNoIntervalAndEqualOnesNoSpread() {
    #expect(ScoreSummary().meanScore == MeanScore())
    var one = ScoreSummary()
    one.add(4)
    #expect(one.meanScore.low == nil && one.meanScore.mean == 4)
    var equal = ScoreSummary()
    for _ in 0..<1_000 { equal.add(7) }
    #expect(equal.meanScore.low == 7 && equal.meanScore.high == 7)
  }

  /// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table
  /// I, method 3 (Wilson without correction).
  @Test(arguments: [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718),
  ]) func sharesHaveWilsonsInterval(part: Int, total: Int, low: Double, high: Double) throws {
    let share = ScoreSummary.share(UInt64(part), of: UInt64(total))
    #expect(abs(try #require(share.low) - low) < 0.00006)
    #expect(abs(try #require(share.high) - high) < 0.00006)
    let mirrored = ScoreSummary.share(UInt64(total - part), of: UInt64(total))
    #expect(abs(try #require(mirrored.high) - (1 - low)) < 0.00006)
  }

  @Test func aDifferenceHasWelchsInterval() throws {
    // Two samples with variances 1 and 4, five scores each: t = difference / 1, freedom 25 / (1/4 + 16/4) = 5.88235.
    var before = ScoreSummary(count: 5, sum: 50, sumOfSquares: 504)
    var after = ScoreSummary(count: 5, sum: 60, sumOfSquares: 736)
    let comparison = ScoreSummary.compare(before, after)
    #expect(comparison.difference == 2)
    let half = StudentT.quantile(0.975, degreesOfFreedom: 25.0 / (1.0 / 4 + 16.0 / 4))
    #expect(abs(try #require(comparison.differenceLow) - (2 - half)) < 1e-9)
    #expect(abs(half - 2.4587) < 0.0005)
    before = ScoreSummary()
    after.add(1)
    #expect(ScoreSummary.compare(before, after).difference == nil)
  }

  @Test func theTrendIsTheWeightedSlope() throws {
    // 3 in January, 4 in February, 5 in April: one a month but for the gap.
    func month(_ number: Int64, _ score: UInt64, _ count: Int) -> (number: Int64, summary: ScoreSummary) {
      var summary = ScoreSummary()
      for _ in 0..<count { summary.add(score) }
      return (number, summary)
    }
    #expect(abs(try #require(ScoreSummary.trend([month(0, 3, 10), month(1, 4, 10), month(2, 5, 10)])) - 1) < 1e-12)
    #expect(ScoreSummary.trend([month(0, 3, 10)]) == nil)
    // Weighted: by hand, x̄ = (0·1 + 1·3) / 4 = 0.75, slope = Σ w (x − x̄)(y − ȳ) / Σ w (x − x̄)² = 2.
    #expect(abs(try #require(ScoreSummary.trend([month(0, 3, 1), month(1, 5, 3)])) - 2) < 1e-12)
  }
}
