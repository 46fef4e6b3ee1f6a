// The room of pending points: earned, not posted yet, because the policy waits until what they were earned by can no
// longer be cancelled. They are in the account PENDING, and nobody can spend them.

import LoyaltyMessages

/// An accrual's points that are still to be posted.
struct Pending: Sendable {
  /// Position among all members.
  var member: UInt32
  var points: Int64
  /// When they are posted.
  var postMs: Int64
  var earnedMs: Int64
}

/// Pending points, by the sequence of the accrual.
struct PendingTable: LedgerRoom {
  static let name = "pending"

  private var pending: [UInt64: Pending] = [:]
  private var ofMember: [UInt32: [UInt64]] = [:]
  private var due = DueQueue()

  var count: Int { pending.count }
  /// When the first of them are posted; nil if there are none.
  var nextDueMs: Int64? { due.first?.ms }

  subscript(accrual: UInt64) -> Pending? { pending[accrual] }

  /// A member's accruals with pending points, oldest first.
  func accruals(of member: UInt32) -> [UInt64] { ofMember[member] ?? [] }

  func points(of member: UInt32) -> Int64 { accruals(of: member).reduce(0) { $0 &+ (pending[$1]?.points ?? 0) } }

  func due(now: Int64, most: Int) -> [UInt64] { due.due(now: now, most: most) }

  /// Sets what is pending of an accrual.
  /// - Returns: what is wrong, in words; nil if it has been done.
  mutating func set(_ accrual: UInt64, _ entry: Pending) -> String? {
    guard entry.points >= 0, CivilCalendar.times.contains(entry.postMs), CivilCalendar.times.contains(entry.earnedMs)
    else { return "leaves \(entry.points) points of accrual \(accrual) pending until \(entry.postMs) ms" }
    if let old = pending.removeValue(forKey: accrual) {
      ofMember[old.member]?.removeAll { $0 == accrual }
      if ofMember[old.member]?.isEmpty == true { ofMember[old.member] = nil }
      due.remove(accrual)
    } else if entry.points == 0 {
      return "ends what is pending of accrual \(accrual), which is nothing"
    }
    guard entry.points > 0 else { return nil }
    pending[accrual] = entry
    ofMember[entry.member] = ((ofMember[entry.member] ?? []) + [accrual]).sorted()
    due.set(accrual, dueMs: entry.postMs)
    return nil
  }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    let states = pending.keys.sorted().lazy.compactMap { accrual in
      pending[accrual].map {
        PendingState(
          accrual: accrual, member: $0.member, points: $0.points, postMs: $0.postMs, earnedMs: $0.earnedMs)
      }
    }
    try SnapshotList.emit(states, size: { _ in 48 }) { try emit(.pending(PendingPart(pending: $0))) }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var broken: [String] = []
    var sum: Int128 = 0
    for (accrual, entry) in pending {
      sum += Int128(entry.points)
      if Int(entry.member) >= ledger.memberCount || entry.points <= 0 {
        broken.append("\(entry.points) points of accrual \(accrual) are pending for member \(entry.member)")
      }
      if ofMember[entry.member]?.contains(accrual) != true {
        broken.append("accrual \(accrual) is not on its member's list")
      }
    }
    let account = ledger.accounts[.award, .pending, partner: -1]
    if sum != Int128(account) { broken.append("\(sum) points are pending, the account has \(account)") }
    if due.count != pending.count { broken.append("\(due.count) accruals are due, of \(pending.count)") }
    return broken.sorted()
  }
}

extension Ledger {
  /// Applies a change of what is pending.
  mutating func pend(_ change: PendingChange, _ record: Record, _ resolver: inout MemberResolver) {
    guard let member = member(change.member, record, &resolver) else { return }
    let accrual = change.accrual == 0 ? sequence : change.accrual
    let problem = pending.set(
      accrual,
      Pending(
        member: UInt32(member), points: change.points, postMs: change.postMs,
        earnedMs: pending[accrual]?.earnedMs ?? record.timeMs))
    if let problem { note(sequence, problem) }
  }

  mutating func restore(_ entry: PendingState) throws(RestoreError) {
    guard Int(entry.member) < members.count, entry.points > 0, pending[entry.accrual] == nil else {
      throw RestoreError(description: "accrual \(entry.accrual) is pending twice, or for member \(entry.member)")
    }
    let problem = pending.set(
      entry.accrual,
      Pending(member: entry.member, points: entry.points, postMs: entry.postMs, earnedMs: entry.earnedMs))
    if let problem { throw RestoreError(description: "the snapshot \(problem)") }
  }
}
