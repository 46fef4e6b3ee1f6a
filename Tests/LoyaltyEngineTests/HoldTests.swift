// Two-phase spending: what is reserved cannot be spent, lapses for nobody, and ends exactly once.

@testable import LoyaltyEngine
import LoyaltyMessages
import Testing

func reservation(_ member: String, _ points: Int64, lifetimeMs: Int64 = 0) -> Record.Input {
  .holdReservation(HoldReservationInput(member: member, points: points, lifetimeMs: lifetimeMs, purpose: "folio"))
}

extension Record {
  var reserved: HoldReservedOutcome? {
    if case .holdReserved(let outcome)? = outcome { return outcome }
    return nil
  }
  var holdEnded: HoldEndedOutcome? {
    switch outcome {
    case .holdConfirmed(let outcome)?, .holdReleased(let outcome)?: outcome
    default: nil
    }
  }
}

@Suite struct HoldTests {
  static let minute: Int64 = 60_000

  /// A member with lots of 100 and of 200 points, the second lapsing 20 days after the first.
  static func desk(graceDays: UInt32 = 0) throws -> Desk {
    var desk = try Desk(
      try TestPolicy.compiled {
        $0.ledger = LedgerPolicy(
          holds: HoldPolicy(defaultMinutes: 30), restoration: RestorationPolicy(graceDays: graceDays))
      })
    try desk.accept(accrual("m", yuan: 100, reference: "a"))
    desk.now += 20 * TestPolicy.day
    try desk.accept(accrual("m", yuan: 200, reference: "b", at: desk.now))
    return desk
  }

  static func check(_ desk: Desk) throws {
    #expect(desk.ledger.checkInvariants() == [])
    for record in desk.records { #expect(Ledger.checkConservation(record) == []) }
    let state = try snapshot(desk.ledger)
    var replayed = Ledger()
    for (index, record) in desk.records.enumerated() {
      replayed.apply(try Record(serializedBytes: record.serializedBytes()), sequence: UInt64(index + 1))
    }
    #expect(try snapshot(replayed) == state)
    var restored = Ledger()
    for chunk in state { try restored.restore(chunk: chunk) }
    #expect(try snapshot(restored) == state)
    #expect(restored.checkInvariants() == [])
  }

  @Test func whatIsReservedCannotBeSpentAndIsSpentByItsConfirmation() throws {
    var desk = try Self.desk()
    let made = try desk.accept(reservation("m", 150))
    let hold = desk.ledger.sequence
    #expect(made.reserved?.lots.map(\.points) == [100, 50] && made.reserved?.balance == 150)
    #expect(made.reserved?.untilMs == desk.now + 30 * Self.minute)
    #expect(try desk.account("m").available == 150 && desk.account("m").held == 150)
    #expect(desk.refusal(reservation("m", 151))?.reason == .insufficientPoints)
    #expect(desk.refusal(redemption("m", "night"))?["available"] == "150")
    try Self.check(desk)
    let spent = try desk.accept(.holdConfirmation(HoldConfirmationInput(hold: hold)))
    #expect(spent.holdEnded?.paid.map(\.points) == [100, 50] && spent.holdEnded?.balance == 150)
    #expect(try desk.account("m").available == 150 && desk.account("m").held == 0)
    for again in [Record.Input.holdConfirmation(HoldConfirmationInput(hold: hold)), .holdRelease(.init(hold: hold))] {
      #expect(desk.refusal(again)?.reason == .holdUnknown)
    }
    try Self.check(desk)
  }

  @Test func aReleaseGivesBackExactlyTheLotsThatWereReserved() throws {
    var desk = try Self.desk()
    let before = try desk.account("m").lots
    try desk.accept(reservation("m", 150))
    let ended = try desk.accept(.holdRelease(HoldReleaseInput(hold: desk.ledger.sequence)))
    #expect(ended.holdEnded?.restored.map(\.points) == [100, 50] && ended.holdEnded?.balance == 300)
    #expect(try desk.account("m").lots == before)
    try Self.check(desk)
  }

  @Test func aPartOfAHoldCanBeSpentAndTheRestGoesBack() throws {
    var desk = try Self.desk()
    try desk.accept(reservation("m", 150))
    let hold = desk.ledger.sequence
    let tooMuch = Record.Input.holdConfirmation(HoldConfirmationInput(hold: hold, points: 151))
    #expect(desk.refusal(tooMuch)?.reason == .holdTooSmall)
    let ended = try desk.accept(.holdConfirmation(HoldConfirmationInput(hold: hold, points: 120))).holdEnded
    #expect(ended?.paid.map(\.points) == [100, 20] && ended?.restored.map(\.points) == [30] && ended?.balance == 180)
    try Self.check(desk)
  }

  @Test func aForgottenHoldReleasesItselfAndCannotBeConfirmedFromItsInstantOn() throws {
    var desk = try Self.desk()
    let before = try desk.account("m").lots
    try desk.accept(reservation("m", 150, lifetimeMs: 5 * Self.minute))
    let hold = desk.ledger.sequence
    let due = try #require(desk.ledger.dueMs(.holds))
    #expect(due == desk.now + 5 * Self.minute)
    desk.now = due - 1
    #expect(desk.decide(DueSource.holds.command, key: "", caller: .service) == .answer(.nothingToDo))
    desk.now = due
    #expect(desk.refusal(.holdConfirmation(HoldConfirmationInput(hold: hold)))?.reason == .holdTimedOut)
    try desk.accept(DueSource.holds.command, caller: .service)
    #expect(try desk.account("m").lots == before)
    #expect(desk.ledger.dueMs(.holds) == nil)
    #expect(desk.refusal(.holdRelease(HoldReleaseInput(hold: hold)))?.reason == .holdUnknown)
    try Self.check(desk)
  }

  @Test func pointsInAHoldDoNotLapseAndWhatComesBackLateLapsesAtOnceOrHasGrace() throws {
    for graceDays in [0, 10] as [UInt32] {
      var desk = try Self.desk(graceDays: graceDays)
      // The first lot of 100 lapses while 60 of it are reserved and 40 are not.
      desk.now = try #require(desk.ledger.dueMs(.lots)) - 1
      try desk.accept(reservation("m", 60))
      let hold = desk.ledger.sequence
      desk.now += 1
      try desk.accept(DueSource.lots.command, caller: .service)
      #expect(try desk.account("m").available == 200 && desk.account("m").held == 60)
      let back = try #require(try desk.accept(.holdRelease(HoldReleaseInput(hold: hold))).holdEnded?.restored.first)
      if graceDays == 0 {
        #expect(back.points == 0 && back.lapsed == 60 && !back.extended)
        #expect(try desk.account("m").available == 200)
      } else {
        #expect(back.points == 60 && back.lapsed == 0 && back.extended)
        let day = desk.policy.calendar.day(of: back.expiresMs - 1)
        #expect(day == desk.policy.calendar.day(of: desk.now + 10 * TestPolicy.day))
        #expect(try desk.account("m").available == 260)
        #expect(try desk.account("m").lots.first?.expiresMs == back.expiresMs)
      }
      try Self.check(desk)
    }
  }

  @Test func anotherPartnersHoldIsUnknownAndAnOperatorMayEndIt() throws {
    var desk = try Self.desk()
    try desk.accept(reservation("m", 10))
    let release = Record.Input.holdRelease(HoldReleaseInput(hold: desk.ledger.sequence))
    #expect(desk.refusal(release, caller: Desk.inn)?.reason == .holdUnknown)
    try desk.accept(release, caller: Desk.ops)
    try Self.check(desk)
  }

  @Test func holdsHaveLimits() throws {
    var desk = try Self.desk()
    #expect(desk.refusal(reservation("m", 1, lifetimeMs: 1_441 * Self.minute))?.reason == .holdTooLong)
    #expect(desk.refusal(reservation("m", 0))?.reason == .commandInvalid)
    #expect(desk.refusal(reservation("nobody", 1))?.reason == .memberUnknown)
    for _ in 0..<desk.ledger.limits.holdsPerMember { try desk.accept(reservation("m", 1)) }
    #expect(desk.refusal(reservation("m", 1))?.reason == .tooManyHolds)
    try Self.check(desk)
    // All of them time out, a record at a time, none of them twice.
    desk.now += TestPolicy.day
    var ended: UInt32 = 0
    while case .change(let record) = desk.decide(.holdTimeout(HoldTimeoutInput(maxLots: 10)), key: "", caller: .service)
    {
      desk.apply(record)
      if case .holdsTimedOut(let outcome)? = record.outcome { ended += outcome.holds }
    }
    #expect(Int(ended) == desk.ledger.limits.holdsPerMember && desk.ledger.dueMs(.holds) == nil)
    #expect(try desk.account("m").available == 300)
    try Self.check(desk)
  }

  @Test func theSameReservationAgainIsTheSameHold() throws {
    var desk = try Self.desk()
    try desk.accept(reservation("m", 10), key: "k")
    let hold = desk.ledger.sequence
    guard case .answer(.repeated(let accepted)) = desk.decide(reservation("m", 10), key: "k") else {
      Issue.record("the reservation was made twice")
      return
    }
    #expect(accepted.sequence == hold)
    #expect(desk.refusal(reservation("m", 11), key: "k")?.reason == .idempotencyKeyReused)
  }

  @Test func recordsThatContradictTheHoldsAreNoted() throws {
    let bad: [HoldChange] = [
      HoldChange(step: .confirmed, hold: 77), HoldChange(step: .timedOut, hold: 0), HoldChange(hold: 4),
      HoldChange(step: .reserved, member: 9), HoldChange(step: .reserved, lots: [LotLine(lot: 1, points: -5)]),
      HoldChange(step: .reserved, lots: [LotLine(lot: 1, points: 5)], untilMs: Int64.max),
    ]
    for change in bad {
      var desk = try Self.desk()
      desk.apply(Record(timeMs: desk.now, members: ["m"], holdChanges: [change]))
      #expect(desk.ledger.inconsistency?.hasPrefix("record 4 ") == true, "\(change)")
      _ = desk.ledger.checkInvariants()
    }
  }
}

@Suite struct DueQueueTests {
  @Test(arguments: 1...4 as ClosedRange<UInt64>) func itAgreesWithAListThatIsSorted(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var queue = DueQueue()
    var list: [UInt64: Int64] = [:]
    for _ in 0..<3_000 {
      let id = UInt64.random(in: 0..<80, using: &random)
      if Int.random(in: 0..<3, using: &random) == 0 {
        queue.remove(id)
        list[id] = nil
      } else {
        let ms = Int64.random(in: 0..<40, using: &random)
        queue.set(id, dueMs: ms)
        list[id] = ms
      }
      let first = list.min { ($0.value, $0.key) < ($1.value, $1.key) }
      #expect(queue.first?.id == first?.key && queue.first?.ms == first?.value && queue.count == list.count)
      let now = Int64.random(in: -1..<41, using: &random)
      let due = list.filter { $0.value <= now }.keys.sorted()
      #expect(queue.due(now: now, most: 100) == due)
      let some = queue.due(now: now, most: 3)
      #expect(some.count == min(3, due.count) && Set(some).isSubset(of: due))
    }
  }
}
