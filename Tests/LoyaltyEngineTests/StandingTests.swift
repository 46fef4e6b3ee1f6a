// Tiers through the years, feedback promises, expiry in batches, the ledger's beginning and its calendar.

import LoyaltyEngine
import LoyaltyMessages
import Testing

@Suite struct StandingTests {
  /// 2027-01-01T00:00:00+08:00, the end of the programme's year 2026.
  static let newYear2027: Int64 = 1_798_732_800_000

  @Test func aTierLastsToTheEndOfTheFollowingYearAndThenFallsByOne() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 5_000, reference: "a"))
    var view = try desk.account("m")
    let calendar = desk.policy.calendar
    let newYear2028 = calendar.endOfYear(Self.newYear2027)
    #expect(view.tier == 2 && view.qualifying == 5_000 && view.periodEndsMs == Self.newYear2027)
    #expect(view.tierUntilMs == newYear2028)
    desk.now = Self.newYear2027
    view = try desk.account("m")
    #expect(view.tier == 2 && view.qualifying == 0)
    desk.now = newYear2028 - 1
    #expect(try desk.account("m").tier == 2)
    desk.now = newYear2028
    #expect(try desk.account("m").tier == 1)
    desk.now = calendar.endOfYear(newYear2028)
    #expect(try desk.account("m").tier == 0)
    #expect(try desk.account("m").tierUntilMs == nil)
  }

  @Test func aTierEarnedAgainIsKeptAndARecordClosesTheYear() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 1_200, reference: "a"))
    desk.now = Self.newYear2027
    let record = try desk.accept(accrual("m", yuan: 1_000, reference: "b", at: desk.now))
    #expect(record.postings.contains { $0.account == .periodClosed && $0.amount == 1_200 })
    #expect(Ledger.checkConservation(record) == [])
    let view = try desk.account("m")
    #expect(view.tier == 1 && view.qualifying == 1_000)
    #expect(view.tierUntilMs == desk.policy.calendar.endOfYear(view.periodEndsMs))
    #expect(desk.ledger.checkInvariants() == [])
  }

  @Test func aMemberWhoComesBackAfterDecadesIsInTheEntryTier() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 5_000, reference: "a"))
    desk.now += 3_650 * 5 * TestPolicy.day
    let view = try desk.account("m")
    #expect(view.tier == 0 && view.available == 0 && view.periodEndsMs == desk.policy.calendar.endOfYear(desk.now))
  }

  @Test func aTierThatThePolicyNoLongerHasBecomesTheOneThatThePointsGive() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 1_500, reference: "a"))
    desk.policy = try TestPolicy.compiled {
      $0.tiers[1].id = "bronze"
      $0.catalogue[2].fromTier = ""
    }
    #expect(try desk.account("m").tier == 1)
  }

  @Test func anotherCalendarDoesNotMakeAYearOfAFewHours() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 5_000, reference: "a"))
    // The year 2026 ended at noon of 31 December by the new calendar, which has another end of year hours later.
    desk.policy = try TestPolicy.compiled { $0.programme?.utcOffsetMinutes = -240 }
    desk.now = Self.newYear2027 + 2 * TestPolicy.day
    #expect(try desk.account("m").tier == 2)
    desk.now = Self.newYear2027 + 370 * TestPolicy.day
    #expect(try desk.account("m").tier == 1)
  }

  @Test func feedbackIsDueByTierAndKind() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 10, reference: "a"))
    func due(_ kind: TicketKind) throws -> Int64? {
      let record = try desk.accept(.feedback(FeedbackInput(member: "m", kind: kind, topic: .points, text: "?")))
      guard case .ticketOpened(let outcome)? = record.outcome else { return nil }
      return outcome.dueMs - record.timeMs
    }
    #expect(try due(.complaint) == 48 * 3_600_000)
    #expect(try due(.question) == 72 * 3_600_000)
    try desk.accept(accrual("m", yuan: 5_000, reference: "b"))
    #expect(try due(.complaint) == 4 * 3_600_000)
    #expect(try desk.account("m").openTickets == 3)
    desk.ledger.limits.ticketsPerMember = 3
    #expect(desk.refusal(.feedback(FeedbackInput(member: "m", kind: .praise, text: "!")))?.reason == .tooManyTickets)
    #expect(desk.refusal(.feedback(FeedbackInput(member: "n", kind: .praise)))?.reason == .memberUnknown)
    #expect(
      desk.refusal(.feedback(FeedbackInput(member: "m", kind: .unrecognized(77))))?.reason == .commandInvalid)
    #expect(desk.ledger.checkInvariants() == [])
  }

  @Test func expiryTakesWhatIsDueInBatchesAndNothingElse() throws {
    var desk = try Desk()
    for number in 0..<25 {
      try desk.accept(accrual("m\(number % 7)", yuan: 10, reference: "a\(number)"))
    }
    let due = try #require(desk.ledger.dueMs(.lots))
    desk.now += 20 * TestPolicy.day
    try desk.accept(accrual("m0", yuan: 3, reference: "late", at: desk.now))
    desk.now = due - 1
    #expect(desk.decide(.expiry(ExpiryInput(maxLots: 10)), key: "", caller: .service) == .answer(.nothingToDo))
    desk.now = due
    for (lots, more) in [(10, true), (10, true), (5, false)] as [(UInt32, Bool)] {
      let record = try desk.accept(.expiry(ExpiryInput(maxLots: 10)), caller: .service)
      #expect(record.expiry == ExpiryOutcome(points: Int64(lots) * 10, lots: lots, more: more))
      #expect(Ledger.checkConservation(record) == [])
      #expect(desk.ledger.checkInvariants() == [])
    }
    #expect(desk.decide(.expiry(ExpiryInput()), key: "", caller: .service) == .answer(.nothingToDo))
    #expect(desk.ledger.openLotCount == 1)
    #expect(try desk.account("m0").available == 3)
  }

  @Test func aLedgerIsOpenedOnce() throws {
    let desk = try Desk()
    let opening = Record.Input.opening(OpeningInput(programme: "test", hashKey: [UInt8](1...16)))
    #expect(desk.refusal(opening, caller: .service)?.reason == .ledgerAlreadyOpen)
    let short = Record.Input.opening(OpeningInput(programme: "test", hashKey: [1]))
    let decision = Ledger().decide(Command(short), policy: desk.policy, now: 0, caller: .service)
    guard case .answer(.refused(let refusal)) = decision else {
      Issue.record("a short key was taken")
      return
    }
    #expect(refusal.reason == .commandInvalid)
    let early = Ledger().decide(
      Command(accrual("m", yuan: 1, reference: "r"), idempotencyKey: "k"), policy: desk.policy, now: desk.now,
      caller: Desk.air)
    #expect(early == .answer(.refused(Refusal(.ledgerNotOpen))))
  }

  @Test func timeNeverGoesBack() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 1, reference: "a"))
    let latest = desk.now
    desk.now -= TestPolicy.day
    #expect(try desk.accept(accrual("m", yuan: 1, reference: "b", at: desk.now)).timeMs == latest)
  }
}

@Suite struct CivilCalendarTests {
  @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
    let calendar = CivilCalendar(utcOffsetMinutes: 480)
    var expected = CivilCalendar.Day(year: 1970, month: 1, day: 1)
    for number in 0..<146_097 as Range<Int64> {
      let start = number * CivilCalendar.millisecondsPerDay - 480 * 60_000
      #expect(calendar.start(of: expected) == start)
      if calendar.day(of: start) != expected || calendar.day(of: start + 86_399_999) != expected {
        Issue.record("\(start) ms is not \(expected)")
        return
      }
      expected.day += 1
      if expected.day > CivilCalendar.daysInMonth(year: expected.year, month: expected.month) {
        expected.day = 1
        expected.month += 1
      }
      if expected.month == 13 {
        expected.month = 1
        expected.year += 1
      }
    }
    #expect(expected == CivilCalendar.Day(year: 2370, month: 1, day: 1))
  }

  @Test func monthsThatLackTheDayEndWithTheirLast() {
    let calendar = CivilCalendar(utcOffsetMinutes: 0)
    func end(_ year: Int64, _ month: Int64, _ day: Int64, _ months: Int64, _ endOfMonth: Bool = false)
      -> CivilCalendar.Day
    {
      let from = calendar.start(of: .init(year: year, month: month, day: day)) + 3_600_000
      return calendar.day(of: calendar.end(ofDayAfterMonths: months, from: from, endOfMonth: endOfMonth))
    }
    #expect(end(2026, 1, 31, 1) == .init(year: 2026, month: 3, day: 1))
    #expect(end(2028, 1, 31, 1) == .init(year: 2028, month: 3, day: 1))
    #expect(end(2024, 2, 29, 12) == .init(year: 2025, month: 3, day: 1))
    #expect(end(2024, 2, 29, 48) == .init(year: 2028, month: 3, day: 1))
    #expect(end(2026, 12, 5, 12, true) == .init(year: 2028, month: 1, day: 1))
    #expect(end(2026, 11, 30, 24, true) == .init(year: 2028, month: 12, day: 1))
  }
}
