// The room of holds: points reserved for purchases that are not decided yet. Reserving takes points out of their lots
// and into the account HELD, so that nothing else can spend them and they do not lapse; the hold knows which lots they
// came from. It ends exactly once: confirmed (the points are spent), released or timed out (they go back).

import LoyaltyMessages

/// Points reserved for a purchase.
struct Hold: Sendable {
  /// Position among all members.
  var member: UInt32
  /// Position in `partnerNames` of the partner that reserved; −1 for an operator.
  var partner: Int32
  /// The first instant at which it has timed out.
  var untilMs: Int64
  /// Which lots are reserved, in the order in which they pay.
  var lots: [LotLine]
  var points: Int64
}

/// All open holds, by the sequence of the record that made them.
struct HoldTable: LedgerRoom {
  static let name = "holds"

  private var holds: [UInt64: Hold] = [:]
  private var ofMember: [UInt32: [UInt64]] = [:]
  private var due = DueQueue()

  var count: Int { holds.count }
  /// When the first of them times out; nil if there is none.
  var nextDueMs: Int64? { due.first?.ms }

  subscript(id: UInt64) -> Hold? { holds[id] }

  /// A member's holds, in the order they were made.
  func ids(of member: UInt32) -> [UInt64] { ofMember[member] ?? [] }

  /// Points that a member has reserved.
  func points(of member: UInt32) -> Int64 { ids(of: member).reduce(0) { $0 &+ (holds[$1]?.points ?? 0) } }

  /// Up to `most` holds that have timed out, in the order they were made.
  func timedOut(now: Int64, most: Int) -> [UInt64] { due.due(now: now, most: most) }

  // MARK: - Changes

  /// - Returns: what is wrong with the hold, in words; nil if it has been added.
  mutating func open(_ id: UInt64, _ hold: Hold) -> String? {
    guard holds[id] == nil else { return "makes hold \(id) twice" }
    guard hold.points > 0, hold.lots.allSatisfy({ $0.points > 0 && CivilCalendar.times.contains($0.expiresMs) }),
      CivilCalendar.times.contains(hold.untilMs)
    else { return "makes hold \(id) of \(hold.points) points until \(hold.untilMs) ms: there can be none" }
    holds[id] = hold
    ofMember[hold.member, default: []].append(id)
    due.set(id, dueMs: hold.untilMs)
    return nil
  }

  /// - Returns: what is wrong, in words; nil if the hold has ended.
  mutating func end(_ id: UInt64) -> String? {
    guard let hold = holds.removeValue(forKey: id) else { return "ends hold \(id), which is not open" }
    due.remove(id)
    ofMember[hold.member]?.removeAll { $0 == id }
    if ofMember[hold.member]?.isEmpty == true { ofMember[hold.member] = nil }
    return nil
  }

  // MARK: - Snapshot and invariants

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    let partners = ledger.partnerNames.names
    let states = holds.keys.sorted().lazy.compactMap { id in
      holds[id].map { hold in
        HoldState(
          hold: id, member: hold.member, partner: hold.partner < 0 ? "" : partners[Int(hold.partner)],
          untilMs: hold.untilMs, lots: hold.lots)
      }
    }
    try SnapshotList.emit(states, size: { 96 + $0.lots.count * 40 }) { try emit(.holds(HoldPart(holds: $0))) }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var broken: [String] = []
    var sum: Int128 = 0
    for (id, hold) in holds {
      sum += Int128(hold.points)
      if Int(hold.member) >= ledger.memberCount { broken.append("hold \(id) has no member") }
      if hold.points <= 0 || hold.lots.contains(where: { $0.points <= 0 }) {
        broken.append("hold \(id) has \(hold.points) points")
      }
      if hold.lots.reduce(0, { $0 &+ $1.points }) != hold.points { broken.append("hold \(id) and its lots differ") }
      if ofMember[hold.member]?.contains(id) != true { broken.append("hold \(id) is not on its member's list") }
    }
    let account = ledger.accounts[.award, .held, partner: -1]
    if sum != Int128(account) { broken.append("holds have \(sum) points, the account \(account)") }
    if due.count != holds.count { broken.append("\(due.count) holds can time out, of \(holds.count)") }
    return broken.sorted()
  }
}

extension Ledger {
  /// Applies a change of a hold.
  mutating func hold(_ change: HoldChange, _ record: Record, _ resolver: inout MemberResolver) {
    let problem: String?
    switch change.step {
    case .reserved:
      guard let member = member(change.member, record, &resolver) else { return }
      problem = holds.open(
        sequence,
        Hold(
          member: UInt32(member), partner: record.partner.isEmpty ? -1 : Int32(partnerNames.insert(record.partner)),
          untilMs: change.untilMs, lots: change.lots, points: change.lots.reduce(0) { $0 &+ $1.points }))
    case .confirmed, .released, .timedOut: problem = holds.end(change.hold)
    case .unspecified, .unrecognized: problem = "changes hold \(change.hold) by step \(change.step.rawValue)"
    }
    if let problem { note(sequence, problem) }
  }

  mutating func restore(_ entry: HoldState) throws(RestoreError) {
    guard Int(entry.member) < members.count else {
      throw RestoreError(description: "hold \(entry.hold) is of member \(entry.member) of \(members.count)")
    }
    let problem = holds.open(
      entry.hold,
      Hold(
        member: entry.member, partner: entry.partner.isEmpty ? -1 : Int32(partnerNames.insert(entry.partner)),
        untilMs: entry.untilMs, lots: entry.lots, points: entry.lots.reduce(0) { $0 &+ $1.points }))
    if let problem { throw RestoreError(description: "the snapshot \(problem)") }
  }
}
