// Feedback in memory: tickets that wait, and those closed lately, which lists and comparisons still need. Their words are
// in their records; a ticket knows the sequences of those.

import LoyaltyMessages

/// The state of feedback. Changes only by records.
struct FeedbackRoom: Sendable {
  var tickets = SequenceTable<TicketState>()
  /// Tickets of each member who has any, ascending.
  private(set) var ofMember: [UInt32: [UInt64]] = [:]
  /// When waiting tickets are escalated.
  private(set) var escalations = DueQueue()
  /// When closed tickets leave memory.
  private(set) var forgetting = DueQueue()
  var improvements: [ImprovementState] = []

  /// The earliest instant at which something falls due; nil if nothing does.
  var nextDueMs: Int64? {
    [escalations.first?.ms, forgetting.first?.ms].compactMap { $0 }.min()
  }

  /// - Returns: false if the ticket does not come after all others.
  mutating func open(_ ticket: TicketState) -> Bool {
    guard tickets.append(ticket.ticket, ticket) else { return false }
    ofMember[ticket.member, default: []].append(ticket.ticket)
    schedule(ticket)
    return true
  }

  /// Changes a ticket; nil if there is none of that name.
  mutating func update<Result>(_ sequence: UInt64, _ change: (inout TicketState) -> Result) -> Result? {
    guard var ticket = tickets[sequence] else { return nil }
    unschedule(ticket)
    let result = change(&ticket)
    _ = tickets.update(sequence) { $0 = ticket }
    schedule(ticket)
    return result
  }

  /// One member's tickets become another's.
  /// - Returns: how many of them wait.
  mutating func move(from: UInt32, to: UInt32) -> Int {
    var waiting = 0
    for id in ofMember.removeValue(forKey: from) ?? [] {
      _ = tickets.update(id) { ticket in
        ticket.member = to
        if ticket.status != .closed { waiting += 1 }
      }
      ofMember[to, default: []].append(id)
    }
    ofMember[to]?.sort()
    return waiting
  }

  mutating func forget(_ sequence: UInt64) -> TicketState? {
    guard let ticket = tickets.remove(sequence) else { return nil }
    unschedule(ticket)
    ofMember[ticket.member]?.removeAll { $0 == sequence }
    if ofMember[ticket.member]?.isEmpty == true { ofMember[ticket.member] = nil }
    return ticket
  }

  private mutating func schedule(_ ticket: TicketState) {
    if ticket.nextEscalationMs > 0 { escalations.set(ticket.ticket, dueMs: ticket.nextEscalationMs) }
    if ticket.forgetMs > 0 { forgetting.set(ticket.ticket, dueMs: ticket.forgetMs) }
  }

  private mutating func unschedule(_ ticket: TicketState) {
    if ticket.nextEscalationMs > 0 { escalations.remove(ticket.ticket) }
    if ticket.forgetMs > 0 { forgetting.remove(ticket.ticket) }
  }

  /// What is wrong, in words; adds each member's waiting tickets to `open`.
  func checkInvariants(openTickets open: inout [Int]) -> [String] {
    var broken: [String] = []
    var waiting = 0
    var closed = 0
    tickets.forEach { sequence, ticket in
      if Int(ticket.member) >= open.count {
        broken.append("ticket \(sequence) has no member")
      } else if ticket.status != .closed {
        open[Int(ticket.member)] += 1
      }
      if ticket.nextEscalationMs > 0 { waiting += 1 }
      if ticket.forgetMs > 0 { closed += 1 }
      if ticket.status != .open, ticket.nextEscalationMs > 0 {
        broken.append("ticket \(sequence) does not wait, and would be escalated")
      }
      if (ticket.status == .closed) != (ticket.forgetMs > 0) || (ticket.closedMs > 0) != (ticket.forgetMs > 0) {
        broken.append("ticket \(sequence) is closed by half")
      }
      return true
    }
    if waiting != escalations.count { broken.append("\(escalations.count) escalations wait for \(waiting) tickets") }
    if closed != forgetting.count {
      broken.append("\(forgetting.count) of \(closed) closed tickets are to be forgotten")
    }
    let listed = ofMember.values.reduce(0) { $0 + $1.count }
    if listed != tickets.count { broken.append("members have \(listed) tickets of \(tickets.count)") }
    return broken
  }
}
