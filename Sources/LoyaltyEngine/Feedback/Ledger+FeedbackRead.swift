// What calls about feedback and surveys look at.

import LoyaltyMessages

/// Which tickets a list shows: all that is given must hold.
public struct TicketFilter: Hashable, Sendable {
  public var member = ""
  public var status: TicketStatus?
  public var overdueOnly = false
  public var team = ""
  public var cause = ""

  public init() {}
}

/// A ticket and whose it is.
public struct TicketView: Hashable, Sendable {
  public var member: String
  public var state: TicketState
}

extension Ledger {
  /// A ticket as a caller sees it.
  /// - Throws: `ticketUnknown`.
  public func ticket(_ sequence: UInt64, caller: Caller) throws(Refusal) -> TicketView {
    guard let ticket = feedback.tickets[sequence], isShown(ticket, to: caller) else {
      throw Refusal(.ticketUnknown, ["ticket": "\(sequence)"])
    }
    return TicketView(member: memberNames.string(ticket.member), state: ticket)
  }

  /// Tickets after one, oldest first.
  /// - Parameters:
  ///   - most: as many at the most.
  ///   - looking: tickets looked at, at the most: a filter that nothing passes must not hold up other calls.
  /// - Returns: the tickets, and the last one looked at when there may be more.
  /// - Throws: `memberUnknown`.
  public func tickets(
    _ filter: TicketFilter, after: UInt64, most: Int, looking: Int = 10_000, caller: Caller, now: Int64
  ) throws(Refusal) -> (tickets: [TicketView], last: UInt64?) {
    var found: [TicketView] = []
    var last: UInt64?
    var looked = 0
    func look(_ sequence: UInt64, _ ticket: TicketState) -> Bool {
      if found.count == most || looked == looking { return false }
      looked += 1
      last = sequence
      if matches(ticket, filter, now: now), isShown(ticket, to: caller) {
        found.append(TicketView(member: memberNames.string(ticket.member), state: ticket))
      }
      return true
    }
    var ended = true
    if filter.member.isEmpty {
      feedback.tickets.forEach(after: after) { sequence, ticket in
        ended = look(sequence, ticket)
        return ended
      }
    } else {
      let member = try resolveEnrolled(filter.member, number: "", partner: caller.partner)
      for sequence in feedback.ofMember[member] ?? [] where sequence > after {
        guard let ticket = feedback.tickets[sequence] else { continue }
        ended = look(sequence, ticket)
        if !ended { break }
      }
    }
    return (found, ended ? nil : last)
  }

  private func matches(_ ticket: TicketState, _ filter: TicketFilter, now: Int64) -> Bool {
    if let status = filter.status, ticket.status != status { return false }
    if filter.overdueOnly, !(ticket.status == .open && ticket.dueMs <= now) { return false }
    return (filter.team.isEmpty || ticket.team == filter.team) && (filter.cause.isEmpty || ticket.cause == filter.cause)
  }

  /// From when on a change shows.
  /// - Throws: `changeUnknown`.
  public func effectiveMs(ofChange change: String, cause: String) throws(Refusal) -> Int64 {
    guard let known = feedback.improvements.first(where: { $0.cause == cause && $0.change == change }) else {
      throw Refusal(.changeUnknown, ["cause": cause, "change": change])
    }
    return known.effectiveMs
  }

  /// When tickets of a cause were opened and how their answers were rated (0: not yet), for those opened in a window.
  public func tickets(
    ofCause cause: String, fromMs: Int64, untilMs: Int64
  ) -> [(openedMs: Int64, score: UInt32)] {
    var found: [(openedMs: Int64, score: UInt32)] = []
    feedback.tickets.forEach { _, ticket in
      if ticket.cause == cause, ticket.openedMs >= fromMs, ticket.openedMs < untilMs {
        found.append((ticket.openedMs, ticket.score))
      }
      return ticket.openedMs < untilMs
    }
    return found
  }

  /// The answers to a question by day, ascending; empty for one that nobody has answered.
  public func scores(survey: String, question: String) -> [ScoreDay] {
    surveys.series[SurveyRoom.Question(survey: survey, question: question)] ?? []
  }

  /// Whether a member has answered a survey.
  public func hasAnswered(_ survey: String, member: String) -> Bool {
    surveys.answered[surveyFingerprint(survey, member: member)] != nil
  }
}
