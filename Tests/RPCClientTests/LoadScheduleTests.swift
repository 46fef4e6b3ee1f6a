// When calls are due, against the rate summed up in small pieces.

import Testing

@testable import rpc_client

@Suite struct LoadScheduleTests {
  @Test func aConstantRateSpacesCallsEvenly() throws {
    let schedule = LoadSchedule.constant(rate: 250, duration: try #require(TimeSpan("2s")))
    #expect(schedule.due(0) == 0)
    #expect(schedule.due(1) == 4_000_000)
    #expect(schedule.due(499) == 1_996_000_000)
    #expect(schedule.due(500) == nil)
    #expect(schedule.duration == 2_000_000_000)
  }

  @Test(arguments: ["100:1000", "1000:100", "0:500", "500:0", "300:300"])
  func aRampHasAsManyCallsDueAsItsRateSaysAtEveryMoment(_ text: String) throws {
    let span = try #require(TimeSpan("10s"))
    let schedule = try #require(LoadSchedule.ramp(text, duration: span))
    let bounds = text.split(separator: ":").compactMap { Double($0) }
    var number = 0
    var calls = 0.0
    let step = 0.001
    for piece in 0..<10_000 {
      let time = Double(piece) * step
      calls += (bounds[0] + (bounds[1] - bounds[0]) * (time + step / 2) / 10) * step
      while let due = schedule.due(number), Double(due) / 1e9 < time + step { number += 1 }
      #expect(abs(Double(number) - calls) <= 1.1, "at \(time) s")
      if abs(Double(number) - calls) > 1.1 { return }
    }
    #expect(schedule.due(Int((bounds[0] + bounds[1]) / 2 * 10) + 1) == nil)
  }

  @Test func stepsShareTheDurationEvenly() throws {
    let span = try #require(TimeSpan("3s"))
    let schedule = try #require(LoadSchedule.steps("100:300:100", duration: span))
    #expect(schedule.stages.map(\.from) == [100, 200, 300])
    #expect(schedule.due(99) == 990_000_000)
    #expect(schedule.due(100) == 1_000_000_000)
    #expect(schedule.due(101) == 1_005_000_000)
    #expect(schedule.due(300) == 2_000_000_000)
    #expect(schedule.due(600) == nil)
  }

  @Test(arguments: ["", "1", "a:b", "0:0", "-1:5", "1:2:3", "nan:1", "1:inf"])
  func textThatIsNoRampIsRefused(_ text: String) throws {
    let span = try #require(TimeSpan("1s"))
    #expect(LoadSchedule.ramp(text, duration: span) == nil)
  }

  @Test(arguments: ["1:2", "10:1:1", "1:10:0", "1:10:-1", "1:1000000:0.1"])
  func textThatIsNoStepsIsRefused(_ text: String) throws {
    let span = try #require(TimeSpan("1s"))
    #expect(LoadSchedule.steps(text, duration: span) == nil)
  }
}
