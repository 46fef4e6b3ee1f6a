// The room of proposals: commands that wait for a second person. A proposal is a command as its proposer gave it; when
// another operator approves it, the ledger decides it as things are then.

import LoyaltyMessages

struct ProposalTable: LedgerRoom {
  static let name = "proposals"

  private var proposals: [UInt64: Proposal] = [:]
  private var due = DueQueue()

  var count: Int { proposals.count }
  /// When the first of them times out; nil if there is none.
  var nextDueMs: Int64? { due.first?.ms }
  /// Ids, oldest first.
  var ids: [UInt64] { proposals.keys.sorted() }

  subscript(id: UInt64) -> Proposal? { proposals[id] }

  func timedOut(now: Int64, most: Int) -> [UInt64] { due.due(now: now, most: most) }

  /// - Returns: what is wrong, in words; nil if it has been added.
  mutating func open(_ id: UInt64, _ proposal: Proposal) -> String? {
    guard proposals[id] == nil, CivilCalendar.times.contains(proposal.untilMs) else {
      return "proposes \(id) until \(proposal.untilMs) ms, or twice"
    }
    proposals[id] = proposal
    due.set(id, dueMs: proposal.untilMs)
    return nil
  }

  /// - Returns: what is wrong, in words; nil if it has ended.
  mutating func end(_ id: UInt64) -> String? {
    guard proposals.removeValue(forKey: id) != nil else { return "ends proposal \(id), which is not open" }
    due.remove(id)
    return nil
  }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    // One a part: a proposed policy may nearly fill a chunk.
    for id in ids {
      try emit(.proposals(ProposalPart(proposals: [ProposalState(id: id, proposal: proposals[id])])))
    }
  }

  mutating func restore(_ state: ProposalState) throws(RestoreError) {
    if let problem = open(state.id, state.proposal ?? Proposal()) {
      throw RestoreError(description: "the snapshot \(problem)")
    }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    due.count == proposals.count ? [] : ["\(due.count) proposals can time out, of \(proposals.count)"]
  }
}
