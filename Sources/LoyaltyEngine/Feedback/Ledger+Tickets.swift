// The life of a feedback ticket: opened with a promise, answered, escalated by hand or because the promise was broken,
// rated, closed, linked to what caused it and to what was changed because of it.

import LoyaltyMessages

extension Ledger {
  /// Steps of one ticket: a conversation longer than that wants a telephone.
  static let stepsPerTicket = 200
  /// Changes on record: one a week for two centuries.
  static let improvementLimit = 10_000

  /// A ticket and the promise for it.
  func decide(_ input: FeedbackInput, _ request: inout Request) throws(Refusal) -> Record {
    let memberNumber = try resolveEnrolled(
      input.member, number: input.partnerNumber, partner: request.caller.partner)
    guard (1...4).contains(input.kind.rawValue) else {
      throw Refusal(.commandInvalid, ["kind": "\(input.kind.rawValue)"])
    }
    let state = members[Int(memberNumber)]
    if Int(state.openTickets) >= limits.ticketsPerMember {
      throw Refusal(.tooManyTickets, ["open": "\(state.openTickets)", "most": "\(limits.ticketsPerMember)"])
    }
    if feedback.tickets.count >= limits.tickets {
      throw Refusal(.ledgerFull, ["tickets": "\(feedback.tickets.count)"])
    }
    let tier = standing(of: memberNumber, policy: request.policy, now: request.now).tier
    var input = input
    input.member = memberNames.string(memberNumber)
    _ = request.draft.addMember(input.member)
    let due = request.now + request.policy.deadlineMs(kind: input.kind, tier: tier)
    return request.draft.finish(
      input: .feedback(input),
      outcome: .ticketOpened(
        FeedbackOutcome(
          member: input.member, tier: request.policy.tiers[tier].id, dueMs: due,
          nextEscalationMs: request.policy.escalation(0, dueMs: due)?.instant ?? 0,
          team: request.policy.route(ofTier: tier)?.serviceQueue ?? "")))
  }

  func decide(_ input: TicketCommand, _ request: inout Request) throws(Refusal) -> Record {
    guard let ticket = feedback.tickets[input.ticket], isShown(ticket, to: request.caller), let step = input.step else {
      throw Refusal(.ticketUnknown, ["ticket": "\(input.ticket)"])
    }
    if ticket.events.count >= Self.stepsPerTicket {
      throw Refusal(.ticketFull, ["ticket": "\(input.ticket)", "most": "\(Self.stepsPerTicket)"])
    }
    var outcome = TicketOutcome(
      ticket: ticket.ticket, member: memberNames.string(ticket.member), status: ticket.status, level: ticket.level,
      team: ticket.team, dueMs: ticket.dueMs, nextEscalationMs: ticket.nextEscalationMs, forgetMs: ticket.forgetMs)
    switch step {
    case .reply(let reply): try decide(reply, ticket, &outcome, request)
    case .escalation:
      try requireUnclosed(ticket)
      escalate(&outcome, request.policy)
      outcome.status = .open
    case .closing:
      try requireUnclosed(ticket)
      outcome.status = .closed
      outcome.nextEscalationMs = 0
      outcome.forgetMs = request.now + request.policy.keepClosedTicketsMs
    case .link: break
    case .rating(let rating):
      if ticket.status == .open { throw Refusal(.ticketNotAnswered, ["ticket": "\(ticket.ticket)"]) }
      if ticket.score > 0 { throw Refusal(.ticketAlreadyRated, ["ticket": "\(ticket.ticket)"]) }
      guard (1...5).contains(rating.score) else { throw Refusal(.commandInvalid, ["score": "\(rating.score)"]) }
    }
    let position = request.draft.addMember(outcome.member)
    if case .reply(let reply) = step, !reply.fromMember {
      notify(.feedbackAnswered, ticket.member, position, [("ticket", "\(ticket.ticket)")], &request)
    }
    return request.draft.finish(input: .ticket(input), outcome: .ticketStepped(outcome))
  }

  private func decide(
    _ reply: TicketReply, _ ticket: TicketState, _ outcome: inout TicketOutcome, _ request: borrowing Request
  ) throws(Refusal) {
    try requireUnclosed(ticket)
    guard reply.fromMember else {
      outcome.status = .answered
      outcome.nextEscalationMs = 0
      return
    }
    // A further word while the answer is due changes no promise; after an answer it waits for another one.
    guard ticket.status == .answered else { return }
    let tier = standing(of: ticket.member, policy: request.policy, now: request.now).tier
    let kind = TicketKind(rawValue: Int32(truncatingIfNeeded: ticket.kind))
    outcome.status = .open
    outcome.dueMs = request.now + request.policy.deadlineMs(kind: kind, tier: tier)
    outcome.nextEscalationMs =
      request.policy.escalation(Int(ticket.level), dueMs: outcome.dueMs)?.instant ?? 0
  }

  /// Moves a ticket to who takes over at its level, and says when the one after takes over.
  private func escalate(_ outcome: inout TicketOutcome, _ policy: CompiledPolicy) {
    if let step = policy.escalation(Int(outcome.level), dueMs: outcome.dueMs) { outcome.team = step.team }
    outcome.level += 1
    outcome.nextEscalationMs = policy.escalation(Int(outcome.level), dueMs: outcome.dueMs)?.instant ?? 0
  }

  private func requireUnclosed(_ ticket: TicketState) throws(Refusal) {
    if ticket.status == .closed {
      throw Refusal(.ticketClosed, ["ticket": "\(ticket.ticket)", "closedMs": "\(ticket.closedMs)"])
    }
  }

  /// A partner is shown the tickets that came through it.
  func isShown(_ ticket: TicketState, to caller: Caller) -> Bool {
    caller.partner.isEmpty || ticket.partner == caller.partner
  }

  /// Escalates what has waited too long and forgets what was closed long ago; nil if nothing is due.
  func decide(_ input: TicketsDueInput, _ request: inout Request) -> Record? {
    let most = input.maxTickets == 0 ? limits.lotsPerExpiry : min(Int(input.maxTickets), limits.lotsPerExpiry)
    let due = feedback.escalations.due(now: request.now, most: most)
    let old = feedback.forgetting.due(now: request.now, most: most)
    if due.isEmpty, old.isEmpty { return nil }
    var outcome = TicketsDueOutcome(forgotten: old, more: due.count == most || old.count == most)
    for sequence in due {
      guard let ticket = feedback.tickets[sequence] else { continue }
      var step = TicketOutcome(
        ticket: sequence, member: memberNames.string(ticket.member), status: ticket.status, level: ticket.level,
        team: ticket.team, dueMs: ticket.dueMs, nextEscalationMs: ticket.nextEscalationMs)
      escalate(&step, request.policy)
      outcome.escalated.append(step)
    }
    return request.draft.finish(
      input: .ticketsDue(TicketsDueInput(maxTickets: UInt32(clamping: most))), outcome: .ticketsCameDue(outcome))
  }

  func decide(_ input: ImprovementInput, _ request: inout Request) throws(Refusal) -> Record {
    guard !input.cause.isEmpty, !input.change.isEmpty else { throw Refusal(.commandInvalid, ["cause": input.cause]) }
    if feedback.improvements.contains(where: { $0.cause == input.cause && $0.change == input.change }) {
      throw Refusal(.changeKnown, ["cause": input.cause, "change": input.change])
    }
    if feedback.improvements.count >= Self.improvementLimit {
      throw Refusal(.ledgerFull, ["changes": "\(feedback.improvements.count)"])
    }
    var input = input
    if input.effectiveMs == 0 { input.effectiveMs = request.now }
    return request.draft.finish(
      input: .improvement(input),
      outcome: .improved(ImprovementOutcome(cause: input.cause, change: input.change, effectiveMs: input.effectiveMs)))
  }

  // MARK: - Changing

  mutating func openTicket(_ input: FeedbackInput, _ record: Record, member: Int) {
    guard case .ticketOpened(let outcome)? = record.outcome else { return }
    let opened = feedback.open(
      TicketState(
        ticket: sequence, member: UInt32(member), kind: UInt32(bitPattern: input.kind.rawValue), dueMs: outcome.dueMs,
        topic: UInt32(bitPattern: input.topic.rawValue), status: .open, team: outcome.team, openedMs: record.timeMs,
        nextEscalationMs: outcome.nextEscalationMs, partner: record.partner, tier: outcome.tier))
    guard opened else { return note(sequence, "opens a ticket before one that is open") }
    members[member].openTickets &+= 1
  }

  mutating func apply(_ input: TicketCommand, _ record: Record) {
    guard case .ticketStepped(let outcome)? = record.outcome else { return }
    let (sequence, time) = (sequence, record.timeMs)
    let closes = feedback.update(input.ticket) { ticket -> (member: UInt32, closes: Bool) in
      let closes = ticket.status != .closed && outcome.status == .closed
      ticket.take(outcome)
      ticket.events.append(sequence)
      switch input.step {
      case .reply(let reply): if !reply.fromMember, ticket.answeredMs == 0 { ticket.answeredMs = time }
      case .closing: ticket.closedMs = time
      case .link(let link):
        if !link.cause.isEmpty { ticket.cause = link.cause }
        if !link.change.isEmpty { ticket.change = link.change }
      case .rating(let rating): ticket.score = rating.score
      case .escalation, nil: break
      }
      return (ticket.member, closes)
    }
    guard let closes else { return note(sequence, "is a step of ticket \(input.ticket), which there is not") }
    if closes.closes, Int(closes.member) < members.count { members[Int(closes.member)].openTickets &-= 1 }
  }

  mutating func apply(_ outcome: TicketsDueOutcome) {
    let sequence = sequence
    for step in outcome.escalated {
      let found: Void? = feedback.update(step.ticket) { ticket in
        ticket.take(step)
        ticket.events.append(sequence)
      }
      if found == nil { note(sequence, "escalates ticket \(step.ticket), which there is not") }
    }
    for ticket in outcome.forgotten where feedback.forget(ticket) == nil {
      note(sequence, "forgets ticket \(ticket), which there is not")
    }
  }
}

extension TicketState {
  fileprivate mutating func take(_ outcome: TicketOutcome) {
    status = outcome.status
    level = outcome.level
    team = outcome.team
    dueMs = outcome.dueMs
    nextEscalationMs = outcome.nextEscalationMs
    forgetMs = outcome.forgetMs
  }
}

extension CompiledPolicy {
  /// Who takes over at a level, and when, for a ticket that is due at `dueMs`; nil beyond the last step.
  func escalation(_ level: Int, dueMs: Int64) -> (team: String, instant: Int64)? {
    guard let steps = document.feedback?.escalations, level < steps.count else { return nil }
    return (steps[level].team, dueMs + Int64(steps[level].afterHours) * 3_600_000)
  }

  /// How long a closed ticket stays in memory.
  var keepClosedTicketsMs: Int64 {
    let days = document.feedback?.keepClosedDays ?? 0
    // A year to compare with the year before, and a month to look at it.
    return Int64(days == 0 ? 400 : days) * CivilCalendar.millisecondsPerDay
  }
}

extension TicketCommand {
  /// Keys are scoped to the step: the number of its field.
  var stepNumber: UInt64 {
    switch step {
    case .reply: 2
    case .escalation: 3
    case .closing: 4
    case .link: 5
    case .rating: 6
    case nil: 0
    }
  }
}
