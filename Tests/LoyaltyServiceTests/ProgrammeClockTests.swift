// The clock of a programme beside a clock that only counts.

import Synchronization
import Testing

@testable import LoyaltyService

@Suite struct ProgrammeClockTests {
  private static let hour: Int64 = 3_600_000

  /// Two clocks that a test moves, and what was told.
  private final class Hands: Sendable {
    let state = Mutex<(shown: Int64, counted: Int64, events: [ClockEvent])>((1_000 * hour, 0, []))

    func move(shown: Int64, counted: Int64) {
      state.withLock {
        $0.shown += shown
        $0.counted += counted
      }
    }
    var events: [ClockEvent] { state.withLock { $0.events } }

    func clock(lastMs: Int64? = nil) -> ProgrammeClock {
      ProgrammeClock(
        boundMs: 72 * hour, lastMs: lastMs, shown: { [self] in state.withLock { $0.shown } },
        counted: { [self] in state.withLock { $0.counted } },
        notify: { [self] event in state.withLock { $0.events.append(event) } })
    }
  }

  @Test func timeThatPassesOnBothClocksIsNoJumpHoweverLong() {
    let hands = Hands()
    let clock = hands.clock()
    hands.move(shown: 1_000 * Self.hour, counted: 1_000 * Self.hour)
    #expect(
      clock.read() == ProgrammeClock.Reading(ledgerMs: 2_000 * Self.hour, shownMs: 2_000 * Self.hour, isHeld: false))
    #expect(hands.events == [])
  }

  @Test func aJumpIsToldOnceAndTimeGoesOnFromWhereItWas() {
    let hands = Hands()
    let clock = hands.clock()
    hands.move(shown: 72 * Self.hour, counted: 0)
    #expect(!clock.read().isHeld)
    hands.move(shown: 72 * Self.hour + 1, counted: 0)
    #expect(clock.now() == 1_072 * Self.hour)
    hands.move(shown: Self.hour, counted: Self.hour)
    #expect(clock.now() == 1_073 * Self.hour)
    #expect(
      hands.events == [
        .jumped(shownMs: 1_144 * Self.hour + 1, expectedMs: 1_072 * Self.hour, boundMs: 72 * Self.hour)
      ])
    hands.move(shown: -72 * Self.hour - 1, counted: 0)
    #expect(clock.now() == 1_073 * Self.hour)
    #expect(hands.events.last == .corrected(shownMs: 1_073 * Self.hour))
  }

  @Test func whatWasConfirmedIsBelieved() {
    let hands = Hands()
    let clock = hands.clock(lastMs: 10 * Self.hour)
    #expect(clock.read() == ProgrammeClock.Reading(ledgerMs: 10 * Self.hour, shownMs: 1_000 * Self.hour, isHeld: true))
    clock.confirm()
    #expect(clock.now() == 1_000 * Self.hour)
    #expect(hands.events.last == .confirmed(shownMs: 1_000 * Self.hour))
  }

  @Test func aClockThatWasSetBackAndComesForwardAgainHasNotJumped() {
    let hands = Hands()
    let clock = hands.clock()
    hands.move(shown: -900 * Self.hour, counted: 0)
    #expect(!clock.read().isHeld)
    hands.move(shown: 900 * Self.hour, counted: 0)
    #expect(!clock.read().isHeld)
  }
}
