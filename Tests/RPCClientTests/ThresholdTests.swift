// Conditions of --fail-if, and the lengths of time in them.

import Testing

@testable import rpc_client

@Suite struct ThresholdTests {
  /// 100 calls of 1 to 100 ms in 10 s, 3 of them failed.
  private static let statistics: LoadStatistics = {
    var statistics = LoadStatistics()
    for milliseconds in 1...100 as ClosedRange<UInt64> { statistics.response.record(milliseconds * 1_000_000) }
    statistics.statuses = [0: 97, 14: 3]
    statistics.elapsed = 10_000_000_000
    return statistics
  }()

  @Test(arguments: [
    "p99>98ms", "p99 > 98ms", "p50>=50ms", "p99.9<101ms", "p100<=0.1s", "mean>50ms", "max>=100ms", "errors>2",
    "errors>2.9%", "errors>=3%", "rate<10.1", "rate<=10/s",
  ])
  func conditionsThatHold(_ text: String) throws {
    #expect(try #require(Threshold(text)).crossing(Self.statistics) != nil)
  }

  @Test(arguments: [
    "p99>101ms", "p50>51ms", "p99.9<99ms", "mean>51ms", "max>101ms", "errors>3", "errors>3%", "rate<10", "rate>10",
  ])
  func conditionsThatDoNotHold(_ text: String) throws {
    #expect(try #require(Threshold(text)).crossing(Self.statistics) == nil)
  }

  @Test func callsThatWereNeverSentCountAsErrors() throws {
    var statistics = LoadStatistics()
    statistics.noteUnsent(waited: 5_000_000)
    #expect(try #require(Threshold("errors>0")).crossing(statistics) != nil)
    #expect(try #require(Threshold("errors>=100%")).crossing(statistics) != nil)
    #expect(statistics.calls == 0)
  }

  @Test(arguments: ["", "p99", "p99>", "p99>x", "p101>1s", "p0>1s", "p>1s", "q>1", "errors>x%", "rate>1s", "p99=1s"])
  func textThatIsNoCondition(_ text: String) {
    #expect(Threshold(text) == nil)
  }

  @Test(
    arguments: [
      ("5", 5_000_000_000), ("0.5", 500_000_000), ("500ms", 500_000_000), ("20us", 20_000), ("7ns", 7),
      ("2m", 120_000_000_000),
      ("1.5h", 5_400_000_000_000), ("1s", 1_000_000_000),
    ] as [(String, Int64)])
  func lengthsOfTime(_ text: String, _ nanoseconds: Int64) {
    #expect(TimeSpan(text)?.nanoseconds == nanoseconds)
  }

  @Test(arguments: ["", "s", "-1s", "1d", "1 year", "nan", "inf", "9000h"])
  func textThatIsNoLengthOfTime(_ text: String) {
    #expect(TimeSpan(text) == nil)
  }

  @Test(
    arguments: [
      (999, "999 ns"), (1_000, "1.00 us"), (12_340, "12.3 us"), (999_400, "999 us"), (999_500, "1.00 ms"),
      (1_234_000, "1.23 ms"),
      (123_400_000, "123 ms"), (1_500_000_000, "1.50 s"), (61_000_000_000, "61.0 s"),
    ] as [(Int64, String)])
  func timesAreTextWithThreeDigits(_ nanoseconds: Int64, _ text: String) {
    #expect(TimeSpan.text(nanoseconds: nanoseconds) == text)
  }
}
