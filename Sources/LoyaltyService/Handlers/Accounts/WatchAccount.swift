// WatchAccount: first what history has behind the sequence asked for, then changes as they become durable, without a gap
// and without a repetition.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC

extension AccountHandlers {
  /// Changes that a watcher can catch up on: more are a statement.
  private static let changesBehind = 10_000

  func watch(
    _ request: WatchAccountRequest, _ call: CallSituation, _ send: (WatchAccountResponse) async throws -> Void
  ) async throws {
    var fields = RequestFields()
    fields.checkRequiredMember(request.memberID)
    if let error = fields.error { throw error }
    let member = try read(.lookClosely, call) { (ledger) throws(Refusal) in
      try ledger.member(request.memberID).member
    }.result.get()
    let (changes, begin) = try feed.watch(member)
    var last = request.afterSequence == 0 ? begin : request.afterSequence
    if last < begin {
      for entry in try behind(member, after: last, through: begin) { try await tell(entry, member, send) }
      last = begin
    }
    for await entry in changes where entry.sequence > last {
      last = entry.sequence
      try await tell(entry, member, send)
    }
    try Task.checkCancellation()
    throw RPCError(.outOfRange, "the stream ended behind sequence \(last): resume from there")
  }

  /// A member's records in (after, through], oldest first.
  private func behind(_ member: String, after: UInt64, through: UInt64) throws -> [ChangeFeed.Entry] {
    var found: [ChangeFeed.Entry] = []
    var before = through + 1
    while true {
      let page = try programme.history.records(of: member, before: before, limit: 500)
      for entry in page {
        if entry.sequence <= after { return found.reversed() }
        found.append(entry)
        guard found.count <= Self.changesBehind else {
          throw RPCError(
            .outOfRange,
            "more than \(Self.changesBehind) changes are behind sequence \(after): read them by ListEntries")
        }
      }
      guard let last = page.last else { return found.reversed() }
      before = last.sequence
    }
  }

  private func tell(
    _ entry: ChangeFeed.Entry, _ member: String, _ send: (WatchAccountResponse) async throws -> Void
  ) async throws {
    guard let change = try self.entry(entry, of: member) else { return }
    let now = programme.clock()
    let (available, sequence) = programme.store.read { ledger in
      (try? ledger.account(member, policy: policy, now: now))?.available ?? 0
    }
    // The balance may be ahead of the change: it, too, is told only when it is durable.
    try await programme.waitForHistory(through: sequence)
    try await send(WatchAccountResponse(entry: change, available: available))
  }
}
