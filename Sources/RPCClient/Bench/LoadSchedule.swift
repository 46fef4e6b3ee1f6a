// When calls are due in an open loop: a rate that holds, climbs evenly, or climbs in steps. A value without a clock.

/// Stages of calls per second, one after the other.
struct LoadSchedule: Sendable, Hashable {
  struct Stage: Sendable, Hashable {
    /// Calls per second at the beginning and at the end; the rate goes evenly from one to the other.
    let from: Double
    let to: Double
    /// Nanoseconds.
    let duration: Double

    var calls: Double { (from + to) / 2 * duration / 1e9 }

    /// Nanoseconds into the stage at which `calls` of its calls have become due: the rate's integral, inverted.
    func time(ofCall calls: Double) -> Double {
      guard calls > 0 else { return 0 }
      let slope = (to - from) / duration
      guard abs(slope) > 1e-18 else { return calls / from * 1e9 }
      // calls * 1e9 = from * t + slope * t^2 / 2
      let root = max(0, from * from + 2 * slope * calls * 1e9).squareRoot()
      return 2 * calls * 1e9 / (from + root)
    }
  }

  let stages: [Stage]

  /// Nanoseconds.
  var duration: UInt64 { UInt64(stages.reduce(0) { $0 + $1.duration }) }

  /// The time of a call in nanoseconds from the start; nil if the schedule is over before.
  /// - Parameter number: from 0.
  func due(_ number: Int) -> UInt64? {
    var calls = Double(number)
    var start = 0.0
    for stage in stages {
      // The sums are of floating point: a call at the very end of a stage belongs to the next.
      if calls < stage.calls - 1e-6 { return UInt64(start + stage.time(ofCall: max(0, calls))) }
      calls -= stage.calls
      start += stage.duration
    }
    return nil
  }

  static func constant(rate: Double, duration: TimeSpan) -> LoadSchedule {
    LoadSchedule(stages: [Stage(from: rate, to: rate, duration: Double(duration.nanoseconds))])
  }

  /// `FROM:TO`: from one rate to the other within the duration.
  static func ramp(_ text: String, duration: TimeSpan) -> LoadSchedule? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard parts.count == 2, let from = parts[0], let to = parts[1], isRate(from) || from == 0, isRate(to) || to == 0,
      from + to > 0
    else { return nil }
    return LoadSchedule(stages: [Stage(from: from, to: to, duration: Double(duration.nanoseconds))])
  }

  /// `FROM:TO:BY`: the duration is split evenly among the rates.
  static func steps(_ text: String, duration: TimeSpan) -> LoadSchedule? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard parts.count == 3, let from = parts[0], let to = parts[1], let by = parts[2], isRate(from), isRate(to),
      by > 0, to >= from, (to - from) / by <= 1_000
    else { return nil }
    let rates = Array(stride(from: from, through: to, by: by))
    let each = Double(duration.nanoseconds) / Double(rates.count)
    return LoadSchedule(stages: rates.map { Stage(from: $0, to: $0, duration: each) })
  }

  /// One call in 1,000 s to 10 million a second.
  static func isRate(_ rate: Double) -> Bool { rate >= 0.001 && rate <= 1e7 }
}
