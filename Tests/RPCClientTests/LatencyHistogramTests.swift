// The histogram against sorted values: every percentile within the 0.1% that it promises.

import Testing

@testable import rpc_client

@Suite struct LatencyHistogramTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func percentilesAreThoseOfTheSortedValuesWithinATenthOfAPercent(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var histogram = LatencyHistogram()
    var values: [UInt64] = []
    for _ in 0..<20_000 {
      // From nanoseconds to minutes, evenly in their logarithm.
      let value = UInt64.random(in: 0..<(1 << UInt64.random(in: 1...40, using: &random)), using: &random)
      values.append(value)
      histogram.record(value)
    }
    values.sort()
    for percentile in [0.01, 1, 10, 50, 75, 90, 99, 99.9, 99.99, 100] {
      let rank = max(1, Int((percentile / 100 * Double(values.count)).rounded(.up)))
      let exact = values[rank - 1]
      let found = histogram.value(atPercentile: percentile)
      #expect(found >= exact && Double(found) <= Double(exact) * 1.001 + 1, "seed \(seed), p\(percentile)")
    }
    #expect(histogram.count == 20_000)
    #expect(histogram.smallest == values.first && histogram.largest == values.last)
    let mean = values.map { Double($0) }.reduce(0, +) / 20_000
    #expect(abs(histogram.mean - mean) <= mean * 1e-9)
  }

  @Test func valuesBelowTwoThousandNanosecondsAreExact() {
    for value in [0, 1, 2, 1023, 1024, 1025, 2047] as [UInt64] {
      var histogram = LatencyHistogram()
      histogram.record(value)
      histogram.record(1 << 30)
      #expect(histogram.value(atPercentile: 50) == value)
    }
  }

  @Test func aValueBeyondTheRangeCountsAsTheLongest() {
    var histogram = LatencyHistogram()
    histogram.record(.max)
    #expect(histogram.value(atPercentile: 100) == LatencyHistogram.longest)
  }

  @Test func twoHistogramsTogetherAreOneOfAllValues() {
    var (left, right, all) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
    for value in 1...1_000 as ClosedRange<UInt64> {
      if value % 3 == 0 { left.record(value * 1_000) } else { right.record(value * 1_000) }
      all.record(value * 1_000)
    }
    left.add(right)
    for percentile in [1, 50, 99, 100] as [Double] {
      #expect(left.value(atPercentile: percentile) == all.value(atPercentile: percentile))
    }
    #expect(left.count == all.count && left.largest == all.largest && left.smallest == all.smallest)
  }

  @Test func withoutValuesThereIsNothingToTell() {
    let histogram = LatencyHistogram()
    #expect(histogram.value(atPercentile: 99) == 0 && histogram.mean == 0)
  }
}
