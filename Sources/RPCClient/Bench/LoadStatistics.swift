// What a load has measured. A value: merged, printed and tested without a server.

import LoyaltyRPC

struct LoadStatistics: Sendable {
  /// From when a call was due to its end. In an open loop this is what a user would have waited: the time that a call
  /// spent waiting for its turn counts (Gil Tene's "coordinated omission").
  var response = LatencyHistogram()
  /// From when a call was sent to its end: what the server took, whatever queued before it.
  var service = LatencyHistogram()
  /// Calls by status code.
  var statuses: [Int: Int] = [:]
  /// The first message of each status that is not OK, and of connections.
  var samples: [Int: String] = [:]
  var connectionFailures = 0
  var connectionSample: String?
  var responseMessages = 0
  /// Calls that were due and found no free stream until the end.
  var unsent = 0
  /// Calls under way when the load was cut short.
  var unfinished = 0
  /// Nanoseconds from the end of the warm-up to the last answer.
  var elapsed: UInt64 = 0
  /// Calls at once that the server allows on a connection.
  var allowedStreams: Int?
  private(set) var intervals: [Interval] = []
  private(set) var current = LatencyHistogram()
  private var currentErrors = 0

  /// One second, for charts.
  struct Interval: Sendable {
    /// Nanoseconds from the end of the warm-up.
    let start: UInt64
    let end: UInt64
    let calls: Int
    let errors: Int
    /// Nanoseconds of the calls that ended in it.
    let p50: UInt64
    let p99: UInt64
    let largest: UInt64

    var rate: Double { end > start ? Double(calls) / (Double(end - start) / 1e9) : 0 }
  }

  var calls: Int { Int(response.count) - unsent }
  var errors: Int { calls - (statuses[0] ?? 0) }
  var errorShare: Double { calls + unsent == 0 ? 0 : Double(errors + unsent) / Double(calls + unsent) }
  /// Calls per second, whatever their status.
  var rate: Double { elapsed == 0 ? 0 : Double(calls) / (Double(elapsed) / 1e9) }

  mutating func note(_ outcome: LoadOutcome, since start: UInt64) {
    let latency = outcome.ended - min(outcome.due, outcome.ended)
    response.record(latency)
    service.record(outcome.ended - min(outcome.sent, outcome.ended))
    current.record(latency)
    statuses[outcome.status.rawValue, default: 0] += 1
    responseMessages += outcome.responses
    if outcome.status != .ok {
      currentErrors += 1
      if samples[outcome.status.rawValue] == nil { samples[outcome.status.rawValue] = outcome.message }
    }
  }

  mutating func note(connectionFailure reason: String) {
    connectionFailures += 1
    connectionSample = connectionSample ?? reason
  }

  /// A call that was never sent has waited at least so long.
  mutating func noteUnsent(waited: UInt64) {
    unsent += 1
    response.record(waited)
  }

  /// - Parameter time: nanoseconds from the end of the warm-up.
  mutating func closeInterval(at time: UInt64) {
    let start = intervals.last?.end ?? 0
    guard time > start else { return }
    intervals.append(
      Interval(
        start: start, end: time, calls: Int(current.count), errors: currentErrors,
        p50: current.value(atPercentile: 50), p99: current.value(atPercentile: 99), largest: current.largest))
    current.clear()
    currentErrors = 0
  }
}

/// What the live line shows.
struct LiveSnapshot: Sendable {
  var isWarmingUp = true
  var interval: LoadStatistics.Interval?
  var calls = 0
  var errors = 0
  var running = 0

  init() {}

  init(_ statistics: LoadStatistics, running: Int, isWarmingUp: Bool) {
    self.isWarmingUp = isWarmingUp
    interval = statistics.intervals.last
    calls = statistics.calls
    errors = statistics.errors
    self.running = running
  }
}
