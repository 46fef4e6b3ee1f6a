// Feedback in a snapshot, and back.

import LoyaltyMessages

extension FeedbackRoom: LedgerRoom {
  static let name = "feedback"

  /// Without the tickets, which the snapshot's end counts by themselves.
  var count: Int { improvements.count }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    var all: [TicketState] = []
    tickets.forEach { _, ticket in
      all.append(ticket)
      return true
    }
    try SnapshotList.emit(all, size: { 400 + $0.events.count * 6 }) { try emit(.tickets(TicketPart(tickets: $0))) }
    try SnapshotList.emit(improvements, size: { 24 + $0.cause.utf8.count + $0.change.utf8.count }) {
      try emit(.improvements(ImprovementPart(improvements: $0)))
    }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var open = [Int](repeating: 0, count: ledger.memberCount)
    var broken = checkInvariants(openTickets: &open)
    for index in 0..<ledger.memberCount where Int(ledger.members[index].openTickets) != open[index] {
      let name = ledger.memberNames.string(UInt32(index))
      broken.append("'\(name)' counts \(ledger.members[index].openTickets) tickets, and has \(open[index])")
    }
    return broken
  }
}

extension Ledger {
  mutating func restore(_ state: TicketState) throws(RestoreError) {
    guard Int(state.member) < members.count else {
      throw RestoreError(description: "ticket \(state.ticket) is of member \(state.member) of \(members.count)")
    }
    var ticket = state
    // Format 1 had open tickets only, and did not say so.
    if ticket.status == .unspecified { ticket.status = .open }
    guard feedback.open(ticket) else {
      throw RestoreError(description: "ticket \(ticket.ticket) does not come after the one before it")
    }
    if ticket.status != .closed { members[Int(ticket.member)].openTickets &+= 1 }
  }
}
