// The time by which a programme decides. The ledger's time never goes back and what has lapsed is gone, so that a clock
// that is suddenly far ahead is not believed until it is corrected or an operator confirms it.

import Glibc
import LoyaltyRPC
import ProtobufRuntime
import Synchronization

/// Something about the clock that an operator should hear.
enum ClockEvent: Hashable, Sendable, CustomStringConvertible {
  /// Times are Unix milliseconds.
  case jumped(shownMs: Int64, expectedMs: Int64, boundMs: Int64)
  /// It shows again what it should.
  case corrected(shownMs: Int64)
  case confirmed(shownMs: Int64)

  var description: String {
    switch self {
    case .jumped(let shownMs, let expectedMs, let boundMs):
      """
      the clock shows \(Self.text(shownMs)), more than \(boundMs / 3_600_000) hours ahead of \(Self.text(expectedMs)), \
      which is the last record and the time since. Calls are decided by the earlier time and nothing lapses until \
      the clock is corrected or an operator confirms it with loyalty.v1.ClockService/ConfirmClock
      """
    case .corrected(let shownMs): "the clock shows \(Self.text(shownMs)) and is believed again"
    case .confirmed(let shownMs): "an operator has confirmed the clock: it is \(Self.text(shownMs))"
    }
  }

  private static func text(_ milliseconds: Int64) -> String {
    guard let json = try? ProtobufTimestamp(unixMilliseconds: milliseconds).jsonString() else {
      return "\(milliseconds) ms"
    }
    return String(json.dropFirst().dropLast())
  }
}

/// A clock, compared with one that only counts what has passed.
final class ProgrammeClock: Sendable {
  struct Reading: Hashable, Sendable {
    /// By which the programme decides, Unix milliseconds.
    var ledgerMs: Int64
    /// What the clock shows, Unix milliseconds.
    var shownMs: Int64
    /// The clock has jumped, and nobody has confirmed it.
    var isHeld: Bool
  }

  private struct State: Sendable {
    /// The last time that was believed, and what the other clock was then. Milliseconds.
    var believedMs: Int64
    var countedMs: Int64
    var isHeld = false
  }

  /// nil believes everything.
  let boundMs: Int64?
  private let shown: @Sendable () -> Int64
  private let counted: @Sendable () -> Int64
  private let notify: @Sendable (ClockEvent) -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - boundMs: how far the clock may be ahead of what it should show.
  ///   - lastMs: the time of the ledger's last record; nil for a ledger without records, which believes the clock.
  ///   - shown: the clock, Unix milliseconds.
  ///   - counted: milliseconds from some moment on, never back, sleep of the machine included.
  init(
    boundMs: Int64?, lastMs: Int64?, shown: @escaping @Sendable () -> Int64,
    counted: @escaping @Sendable () -> Int64 = countedMilliseconds,
    notify: @escaping @Sendable (ClockEvent) -> Void = { _ in }
  ) {
    self.boundMs = boundMs
    self.shown = shown
    self.counted = counted
    self.notify = notify
    state = Mutex(State(believedMs: lastMs ?? shown(), countedMs: counted()))
  }

  /// The time by which the programme decides, Unix milliseconds.
  func now() -> Int64 { boundMs == nil ? shown() : read().ledgerMs }

  /// Looks at both clocks.
  func read() -> Reading {
    guard let boundMs else {
      let shownMs = shown()
      return Reading(ledgerMs: shownMs, shownMs: shownMs, isHeld: false)
    }
    let (reading, event) = state.withLock { state in look(&state, boundMs) }
    if let event { notify(event) }
    return reading
  }

  private func look(_ state: inout State, _ boundMs: Int64) -> (Reading, ClockEvent?) {
    let (shownMs, countedMs) = (shown(), counted())
    let expectedMs = state.believedMs + (countedMs - state.countedMs)
    let wasHeld = state.isHeld
    state.isHeld = shownMs - expectedMs > boundMs
    if state.isHeld {
      let event = wasHeld ? nil : ClockEvent.jumped(shownMs: shownMs, expectedMs: expectedMs, boundMs: boundMs)
      return (Reading(ledgerMs: expectedMs, shownMs: shownMs, isHeld: true), event)
    }
    // A clock that was set back far is not taken as the measure: when it comes forward again, that is no jump.
    if expectedMs - shownMs <= boundMs { (state.believedMs, state.countedMs) = (shownMs, countedMs) }
    return (
      Reading(ledgerMs: shownMs, shownMs: shownMs, isHeld: false), wasHeld ? .corrected(shownMs: shownMs) : nil
    )
  }

  /// Believes what the clock shows.
  func confirm() {
    let shownMs = state.withLock { state in
      (state.believedMs, state.countedMs, state.isHeld) = (shown(), counted(), false)
      return state.believedMs
    }
    notify(.confirmed(shownMs: shownMs))
  }
}

/// Milliseconds since the machine was started, its sleep included.
@Sendable func countedMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_BOOTTIME, &time)
  return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
