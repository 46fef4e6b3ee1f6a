// One load: sends calls when they are due and counts what becomes of them. Everything runs on the generator's thread.

import LoyaltyRPC
import ProtobufRuntime
import Synchronization

/// How calls follow one another.
enum LoadShape: Sendable {
  /// As many calls at once as connections × streams; the next begins when one ends.
  case closed
  /// Calls are due at their times, whatever becomes of the others.
  case open(LoadSchedule)
}

/// When a load ends, beside Ctrl-C.
enum LoadLimit: Sendable {
  case duration(TimeSpan)
  case count(Int)
}

/// `@unchecked Sendable` holds because everything but `init`, `finished`, `interrupt` and the two mutexes is used on the
/// generator's thread only.
final class LoadRun: LoadObserver, @unchecked Sendable {
  private let generator: LoadGenerator
  private let shape: LoadShape
  private let limit: LoadLimit
  /// Nanoseconds in which calls are made and not counted.
  private let warmUp: UInt64
  private let streams: Int
  private var templates: RequestTemplates

  private var statistics = LoadStatistics()
  private var start: UInt64 = 0
  private var end = UInt64.max
  private var submitted = 0
  private var counted = 0
  private var running = 0
  private var isOver = false
  private var connectionsMade = 0
  /// Connections that stood when the load began; before all of them have stood or failed it does not begin.
  private var answered: Set<Int> = []
  private var hasBegun = false
  private let connections: Int
  private var connectionFailure: String?
  private var failuresInARow = 0

  /// Failures of all connections in a row after which a load without a time limit ends. 20: some ten seconds.
  private static let patience = 20

  private let snapshots = Mutex(LiveSnapshot())
  private let result = Mutex<(continuation: CheckedContinuation<Result, Never>?, value: Result?)>((nil, nil))

  struct Result: Sendable {
    let statistics: LoadStatistics
    let wasInterrupted: Bool
    /// No connection could be made at all.
    let failure: String?
    let requestFailure: String?
  }

  init(
    _ generator: LoadGenerator, shape: LoadShape, limit: LoadLimit, warmUp: TimeSpan?, connections: Int, streams: Int,
    templates: RequestTemplates
  ) {
    self.generator = generator
    self.shape = shape
    self.limit = limit
    self.warmUp = UInt64(warmUp?.nanoseconds ?? 0)
    self.connections = connections
    self.streams = streams
    self.templates = templates
  }

  // MARK: - From any thread

  /// Runs the load to its end.
  func finished() async -> Result {
    generator.run(self) {}
    return await withCheckedContinuation { continuation in
      let value = result.withLock { result -> Result? in
        if result.value == nil { result.continuation = continuation }
        return result.value
      }
      if let value { continuation.resume(returning: value) }
    }
  }

  /// Ends it now with what there is.
  func interrupt() {
    generator.execute { [self] in conclude(interrupted: true) }
  }

  var snapshot: LiveSnapshot { snapshots.withLock { $0 } }

  // MARK: - LoadObserver

  func connected(_ connection: Int) {
    connectionsMade += 1
    failuresInARow = 0
    answered.insert(connection)
    if hasBegun { fill(connection) } else { beginIfReady() }
  }

  func failed(_ connection: Int, _ reason: String) {
    guard !isOver else { return }
    statistics.note(connectionFailure: reason)
    connectionFailure = connectionFailure ?? reason
    answered.insert(connection)
    failuresInARow += 1
    let isHopeless = failuresInARow >= Self.patience * connections && running == 0
    guard hasBegun || connectionsMade > 0 || answered.count < connections, !isHopeless else {
      conclude(interrupted: false)
      return
    }
    if !hasBegun { beginIfReady() }
  }

  func ended(_ outcome: LoadOutcome) {
    running -= 1
    guard !isOver else { return }
    let isCounted = outcome.due >= start + warmUp
    if isCounted { statistics.note(outcome, since: start + warmUp) }
    if case .closed = shape, outcome.ended < end { submit(due: outcome.ended, on: outcome.connection) }
    if running == 0, isExhausted(outcome.ended) { conclude(interrupted: false) }
  }

  // MARK: -

  private func beginIfReady() {
    guard answered.count == connections else { return }
    hasBegun = true
    start = LoadGenerator.now
    statistics.allowedStreams = generator.allowedStreams
    switch (shape, limit) {
    case (.open(let schedule), .duration): end = start + warmUp + schedule.duration
    case (_, .duration(let span)): end = start + warmUp + UInt64(span.nanoseconds)
    case (_, .count): break
    }
    switch shape {
    case .closed: for connection in 0..<connections { fill(connection) }
    case .open: pace()
    }
    tick(1)
    if end < UInt64.max { generator.schedule(at: end) { [self] in timeIsUp() } }
  }

  /// Nothing is to be sent any more.
  private func isExhausted(_ now: UInt64) -> Bool {
    if now >= end { return true }
    if case .count(let count) = limit { return counted >= count }
    return false
  }

  private func fill(_ connection: Int) {
    guard case .closed = shape, !isOver else { return }
    let now = LoadGenerator.now
    for _ in 0..<streams where now < end { submit(due: now, on: connection) }
  }

  private func submit(due: UInt64, on connection: Int) {
    if case .count(let count) = limit, counted >= count { return }
    guard let frames = nextRequest(), generator.submit(frames, due: due, now: due, on: connection) else { return }
    sent(due: due)
  }

  private func sent(due: UInt64) {
    submitted += 1
    running += 1
    if due >= start + warmUp { counted += 1 }
  }

  private func nextRequest() -> [UInt8]? {
    do {
      return try templates.request(submitted) { try generator.frame($0) }
    } catch {
      requestFailure = "the request of call \(submitted) does not fit: \(error)"
      conclude(interrupted: false)
      return nil
    }
  }

  private var requestFailure: String?

  // MARK: Open loop

  /// Due calls that wait for a free stream, oldest first, by number of the schedule.
  private var nextDue = 0
  /// The schedule's first `warmUp` nanoseconds run at its first rate.
  private func due(_ number: Int, _ schedule: LoadSchedule) -> UInt64? {
    guard let first = schedule.stages.first else { return nil }
    // During the warm-up the rate is that of the beginning.
    let warmUpCalls = Int(max(first.from, 0) * Double(warmUp) / 1e9)
    if number < warmUpCalls { return start + UInt64(Double(number) / first.from * 1e9) }
    if case .count(let count) = limit, number - warmUpCalls >= count { return nil }
    return schedule.due(number - warmUpCalls).map { start + warmUp + $0 }
  }

  /// Sends what is due, and sets the clock for what comes next. A call that finds no free stream waits, and its time runs.
  private func pace() {
    guard case .open(let schedule) = shape, !isOver else { return }
    var now = LoadGenerator.now
    while let due = due(nextDue, schedule) {
      if due > now {
        now = LoadGenerator.now
        if due > now {
          generator.schedule(at: due) { [self] in pace() }
          return
        }
      }
      guard let frames = nextRequest() else { return }
      guard generator.submit(frames, due: due, now: now) else {
        // No stream is free. 1 ms: as exact as an answer that frees one would be, without asking at each.
        generator.schedule(at: now + 1_000_000) { [self] in pace() }
        return
      }
      sent(due: due)
      nextDue += 1
    }
    if running == 0 { conclude(interrupted: false) }
  }

  /// The time of the load is over: calls under way may end, those that were due and found no stream may not begin.
  private func timeIsUp() {
    guard !isOver else { return }
    if case .open(let schedule) = shape {
      let now = LoadGenerator.now
      while let due = due(nextDue, schedule), due < end {
        if due >= start + warmUp { statistics.noteUnsent(waited: now - min(due, now)) }
        nextDue += 1
      }
      nextDue = Int.max
    }
    if running == 0 { conclude(interrupted: false) }
  }

  // MARK: Ends and ticks

  /// Each second, for the charts and the live line.
  private func tick(_ number: UInt64) {
    generator.schedule(at: start + warmUp + number * 1_000_000_000) { [self] in
      guard !isOver else { return }
      statistics.closeInterval(at: number * 1_000_000_000)
      publish()
      tick(number + 1)
    }
  }

  private func publish() {
    let copy = LiveSnapshot(statistics, running: running, isWarmingUp: LoadGenerator.now < start + warmUp)
    snapshots.withLock { $0 = copy }
  }

  private func conclude(interrupted: Bool) {
    guard !isOver else { return }
    isOver = true
    if hasBegun {
      let now = LoadGenerator.now
      statistics.elapsed = now > start + warmUp ? now - start - warmUp : 0
      statistics.closeInterval(at: statistics.elapsed)
    }
    statistics.unfinished = running
    generator.stop()
    let value = Result(
      statistics: statistics, wasInterrupted: interrupted,
      failure: connectionsMade == 0 ? connectionFailure ?? "interrupted before a connection stood" : nil,
      requestFailure: requestFailure)
    let continuation = result.withLock { result in
      result.value = value
      defer { result.continuation = nil }
      return result.continuation
    }
    continuation?.resume(returning: value)
  }
}
