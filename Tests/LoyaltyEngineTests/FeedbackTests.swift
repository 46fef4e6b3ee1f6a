// Tickets from their opening to the day they are forgotten, and surveys.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

extension Desk {
  /// Opens a complaint and gives its ticket.
  mutating func complain(_ member: String, caller: Caller = Desk.air) throws -> UInt64 {
    let input = FeedbackInput(member: member, kind: .complaint, topic: .points, text: "Where are my points?")
    try accept(.feedback(input), caller: caller)
    return ledger.sequence
  }

  @discardableResult
  mutating func step(_ ticket: UInt64, _ step: TicketCommand.Step, caller: Caller = Desk.ops) throws -> TicketOutcome {
    let record = try accept(.ticket(TicketCommand(ticket: ticket, step: step)), caller: caller)
    guard case .ticketStepped(let outcome)? = record.outcome else { throw Unexpected(what: "no step") }
    return outcome
  }

  /// Does what is due with tickets; how many records it took.
  mutating func doTicketsDue(_ most: UInt32 = 0) throws -> [TicketsDueOutcome] {
    var outcomes: [TicketsDueOutcome] = []
    while case .change(let record) = decide(
      .ticketsDue(TicketsDueInput(maxTickets: most)), key: "", caller: .service)
    {
      apply(record)
      if case .ticketsCameDue(let outcome)? = record.outcome { outcomes.append(outcome) }
    }
    return outcomes
  }

  func ticket(_ sequence: UInt64, caller: Caller = Desk.ops) throws -> TicketState {
    try ledger.ticket(sequence, caller: caller).state
  }

  /// Replay and snapshot give the same state.
  func checkDurability() throws {
    var replayed = Ledger()
    for (index, record) in records.enumerated() {
      replayed.apply(try Record(serializedBytes: record.serializedBytes()), sequence: UInt64(index + 1))
    }
    #expect(replayed.inconsistency == nil)
    let state = try snapshot(ledger)
    #expect(try snapshot(replayed) == state)
    var restored = Ledger()
    for chunk in state { try restored.restore(chunk: chunk) }
    #expect(try snapshot(restored) == state)
    #expect(restored.checkInvariants() == [] && ledger.checkInvariants() == [])
    #expect(restored.nextDueMs == ledger.nextDueMs)
  }
}

@Suite struct TicketTests {
  static func policy() throws -> CompiledPolicy {
    try TestPolicy.compiled { policy in
      policy.feedback = FeedbackPolicy(
        escalations: [EscalationStep(afterHours: 0, team: "lead"), EscalationStep(afterHours: 24, team: "head")],
        keepClosedDays: 30)
      policy.surveys = [
        SurveyPolicy(
          id: "trip", title: TestPolicy.text("Your trip"),
          questions: [
            SurveyQuestion(
              id: "overall", text: TestPolicy.text("All in all?"), lowest: 1, highest: 5, satisfiedFrom: 4),
            SurveyQuestion(id: "guide", text: TestPolicy.text("The guide?"), lowest: 0, highest: 10, satisfiedFrom: 9),
          ], rewardPoints: 20)
      ]
    }
  }

  static func desk() throws -> Desk {
    var desk = try Desk(policy())
    try desk.accept(accrual("m", yuan: 100, reference: "a"))
    return desk
  }

  @Test func aTicketThatNobodyAnswersIsEscalatedStepByStepFromTheInstantItIsDue() throws {
    var desk = try Self.desk()
    let hour: Int64 = 3_600_000
    let opened = desk.now
    let ticket = try desk.complain("m")
    #expect(try desk.ticket(ticket).dueMs == opened + 48 * hour)
    desk.now = opened + 48 * hour - 1
    #expect(try desk.doTicketsDue() == [])
    desk.now += 1
    #expect(try desk.doTicketsDue().flatMap(\.escalated).map(\.team) == ["lead"])
    #expect(try desk.ticket(ticket).level == 1 && desk.ticket(ticket).status == .open)
    desk.now = opened + 72 * hour
    #expect(try desk.doTicketsDue().flatMap(\.escalated).map(\.team) == ["head"])
    // Nobody is above the last step.
    desk.now += 1_000 * hour
    #expect(try desk.doTicketsDue() == [])
    try desk.checkDurability()
  }

  @Test func aServerThatWasDownEscalatesOneStepAfterTheOther() throws {
    var desk = try Self.desk()
    let ticket = try desk.complain("m")
    desk.now += 100 * TestPolicy.day
    #expect(try desk.doTicketsDue().flatMap(\.escalated).map(\.team) == ["lead", "head"])
    #expect(try desk.ticket(ticket).level == 2)
  }

  @Test func anAnsweredTicketIsNotEscalatedUntilTheMemberWritesAgain() throws {
    var desk = try Self.desk()
    let ticket = try desk.complain("m")
    #expect(try desk.step(ticket, .reply(TicketReply(text: "They are there now."))).status == .answered)
    desk.now += 90 * TestPolicy.day
    #expect(try desk.doTicketsDue() == [])
    let again = try desk.step(ticket, .reply(TicketReply(text: "They are not.", fromMember: true)), caller: Desk.air)
    #expect(again.status == .open && again.dueMs == desk.now + 48 * 3_600_000)
    // A word while the answer is due moves no promise.
    desk.now += 1_000
    let more = try desk.step(ticket, .reply(TicketReply(text: "Well?", fromMember: true)), caller: Desk.air)
    #expect(more.dueMs == again.dueMs)
    desk.now = again.dueMs
    #expect(try desk.doTicketsDue().flatMap(\.escalated).map(\.ticket) == [ticket])
    try desk.checkDurability()
  }

  @Test func aTicketIsRatedOnceAndOnlyAfterAnAnswer() throws {
    var desk = try Self.desk()
    let ticket = try desk.complain("m")
    let rating = Record.Input.ticket(TicketCommand(ticket: ticket, step: .rating(TicketRating(score: 4))))
    #expect(desk.refusal(rating)?.reason == .ticketNotAnswered)
    try desk.step(ticket, .reply(TicketReply(text: "Done.")))
    #expect(
      desk.refusal(.ticket(TicketCommand(ticket: ticket, step: .rating(TicketRating(score: 6)))))?.reason
        == .commandInvalid)
    try desk.step(ticket, .rating(TicketRating(score: 4)), caller: Desk.air)
    #expect(desk.refusal(rating)?.reason == .ticketAlreadyRated)
    #expect(try desk.ticket(ticket).score == 4)
  }

  @Test func aClosedTicketFreesTheMembersCountAndIsForgottenOnTheDay() throws {
    var desk = try Self.desk()
    let ticket = try desk.complain("m")
    #expect(try desk.account("m").openTickets == 1)
    try desk.step(ticket, .closing(TicketClosing(resolution: "Posted.")))
    #expect(try desk.account("m").openTickets == 0)
    let reply = Record.Input.ticket(TicketCommand(ticket: ticket, step: .reply(TicketReply(text: "Thanks"))))
    #expect(desk.refusal(reply)?.reason == .ticketClosed)
    // What caused it may be found out later.
    try desk.step(ticket, .link(TicketLink(cause: "late-posting")))
    try desk.step(ticket, .link(TicketLink(change: "faster-feed")))
    #expect(try desk.ticket(ticket).cause == "late-posting" && desk.ticket(ticket).change == "faster-feed")
    try desk.checkDurability()
    desk.now += 30 * TestPolicy.day - 1
    #expect(try desk.doTicketsDue() == [])
    desk.now += 1
    #expect(try desk.doTicketsDue().flatMap(\.forgotten) == [ticket])
    #expect(desk.refusal(reply)?.reason == .ticketUnknown)
    #expect(desk.ledger.ticketCount == 0)
    try desk.checkDurability()
  }

  @Test func aPartnerSeesAndContinuesItsOwnTicketsOnly() throws {
    var desk = try Self.desk()
    let ticket = try desk.complain("m")
    let word = Record.Input.ticket(
      TicketCommand(ticket: ticket, step: .reply(TicketReply(text: "x", fromMember: true))))
    #expect(desk.refusal(word, caller: Desk.inn)?.reason == .ticketUnknown)
    #expect(throws: Refusal.self) { try desk.ledger.ticket(ticket, caller: Desk.inn) }
    let seen = try desk.ledger.tickets(TicketFilter(), after: 0, most: 10, caller: Desk.inn, now: desk.now)
    #expect(seen.tickets.isEmpty)
    #expect(
      try desk.ledger.tickets(TicketFilter(), after: 0, most: 10, caller: Desk.air, now: desk.now).tickets.count == 1)
  }

  @Test func aListIsReadByPageWhileTicketsAreAddedAndFiltersHold() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("n", yuan: 1, reference: "b"))
    var opened: [UInt64] = []
    for number in 0..<25 { opened.append(try desk.complain(number % 5 == 0 ? "n" : "m")) }
    try desk.step(opened[3], .reply(TicketReply(text: "Here.")))
    var seen: [UInt64] = []
    var after: UInt64? = 0
    while let start = after {
      let page = try desk.ledger.tickets(TicketFilter(), after: start, most: 4, caller: Desk.ops, now: desk.now)
      #expect(page.tickets.count <= 4)
      seen += page.tickets.map(\.state.ticket)
      after = page.last
      if seen.count == 8 { opened.append(try desk.complain("m")) }
    }
    #expect(seen == opened)
    var filter = TicketFilter()
    filter.member = "n"
    #expect(try desk.ledger.tickets(filter, after: 0, most: 100, caller: Desk.ops, now: desk.now).tickets.count == 5)
    filter.member = ""
    filter.status = .answered
    let answered = try desk.ledger.tickets(filter, after: 0, most: 100, caller: Desk.ops, now: desk.now).tickets
    #expect(answered.map(\.state.ticket) == [opened[3]])
    filter.status = nil
    filter.overdueOnly = true
    let later = desk.now + 48 * 3_600_000
    #expect(try desk.ledger.tickets(filter, after: 0, most: 100, caller: Desk.ops, now: later - 1).tickets.isEmpty)
    #expect(try desk.ledger.tickets(filter, after: 0, most: 100, caller: Desk.ops, now: later).tickets.count == 25)
  }

  @Test func manyOverdueTicketsAreEscalatedInBoundedSteps() throws {
    var desk = try Self.desk()
    for _ in 0..<20 { _ = try desk.complain("m") }
    desk.now += 49 * 3_600_000
    let outcomes = try desk.doTicketsDue(8)
    #expect(outcomes.map { $0.escalated.count } == [8, 8, 4] && outcomes.map(\.more) == [true, true, false])
    try desk.checkDurability()
  }

  @Test func aChangeIsOnRecordOnceForItsCauseAndNowIsTheLedgersTime() throws {
    var desk = try Self.desk()
    let change = ImprovementInput(cause: "late-posting", change: "faster-feed", note: "Hourly.")
    try desk.accept(.improvement(change), caller: Desk.ops)
    #expect(try desk.ledger.effectiveMs(ofChange: "faster-feed", cause: "late-posting") == desk.now)
    #expect(desk.refusal(.improvement(change), caller: Desk.ops)?.reason == .changeKnown)
    try desk.checkDurability()
  }

  // MARK: - Surveys

  static func answers(_ member: String, _ overall: UInt32, _ guide: UInt32) -> Record.Input {
    .survey(
      SurveyInput(
        member: member, survey: "trip",
        answers: [SurveyAnswer(question: "guide", score: guide), SurveyAnswer(question: "overall", score: overall)]))
  }

  @Test func aSurveyIsAnsweredOnceAMemberAndRewarded() throws {
    var desk = try Self.desk()
    let before = try desk.account("m").available
    let record = try desk.accept(Self.answers("m", 5, 8))
    guard case .surveyed(let outcome)? = record.outcome else { throw Desk.Unexpected(what: "no survey") }
    #expect(outcome.points == 20 && outcome.balance == before + 20)
    #expect(try desk.account("m").available == before + 20)
    #expect(Ledger.checkConservation(record) == [])
    // Through another partner that knows the member, too.
    try desk.accept(accrual("m", yuan: 1, reference: "inn"), caller: Desk.inn)
    #expect(desk.refusal(Self.answers("m", 1, 1), caller: Desk.inn)?.reason == .surveyAnswered)
    #expect(desk.refusal(Self.answers("stranger", 1, 1))?.reason == .memberUnknown)
    let overall = desk.ledger.scores(survey: "trip", question: "overall")
    #expect(overall.map(\.count) == [1] && overall.map(\.sum) == [5] && overall.map(\.satisfied) == [1])
    #expect(desk.ledger.scores(survey: "trip", question: "guide").map(\.satisfied) == [0])
    try desk.checkDurability()
  }

  @Test(
    arguments: [
      [("overall", 5)], [("overall", 5), ("guide", 8), ("guide", 8)], [("overall", 0), ("guide", 1)],
      [("overall", 5), ("guide", 11)], [("overall", 5), ("guide", 1), ("hotel", 1)], [],
    ] as [[(String, UInt32)]]) func answersThatAreNoneAreRefused(given: [(String, UInt32)]) throws
  {
    let desk = try Self.desk()
    let input = SurveyInput(
      member: "m", survey: "trip", answers: given.map { SurveyAnswer(question: $0.0, score: $0.1) })
    #expect(desk.refusal(.survey(input))?.reason == .answerInvalid)
  }

  @Test func answersAddUpByDayOfTheProgrammesCalendar() throws {
    var desk = try Self.desk()
    // 23:59:59.999 in Shanghai and a millisecond later.
    let midnight = desk.policy.calendar.start(of: .init(year: 2026, month: 3, day: 11))
    for (index, moment) in [midnight - 1, midnight].enumerated() {
      desk.now = moment
      try desk.accept(accrual("s\(index)", yuan: 1, reference: "s\(index)", at: moment))
      try desk.accept(Self.answers("s\(index)", UInt32(index + 3), 9))
    }
    let days = desk.ledger.scores(survey: "trip", question: "overall")
    #expect(days.map(\.sum) == [3, 4] && days.map(\.sumOfSquares) == [9, 16])
    #expect(days[1].day == days[0].day + 1)
  }
}
