// The room of meters: how much of something limited has been used: points of a campaign's budget, a member's share of it,
// a partner's quota of a day. One mechanism for all of them: a name, a member or nobody, a period, an amount.

import LoyaltyMessages

/// All meters that are not at 0.
struct MeterTable: LedgerRoom {
  static let name = "meters"

  private var names = PolicyNames()
  /// By the name's position plus 1 in the upper half, the member's plus 1 in the lower.
  private var amounts = AmountTable()

  var count: Int { amounts.count }

  /// How much a meter has counted in a period.
  func amount(_ name: String, member: UInt32? = nil, period: Int64 = 0) -> Int64 {
    guard let position = names[name] else { return 0 }
    guard let entry = amounts[Self.key(position, member)], entry.period == period else { return 0 }
    return entry.amount
  }

  /// What a member's meters have counted, by name.
  func all(of member: UInt32) -> [(name: String, amount: Int64, period: Int64)] {
    names.names.enumerated().compactMap { position, name in
      amounts[Self.key(position, member)].map { (name, $0.amount, $0.period) }
    }
  }

  /// - Returns: what is wrong with the move, in words; nil if it has been made.
  mutating func move(_ name: String, member: UInt32?, amount: Int64, period: Int64) -> String? {
    let key = Self.key(names.insert(name), member)
    let entry = amounts[key]
    let (sum, overflow) = (entry?.period == period ? entry?.amount ?? 0 : 0).addingReportingOverflow(amount)
    if overflow { return "overflows meter '\(name)'" }
    amounts.set(key, amount: sum, period: period)
    return nil
  }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    var states: [MeterState] = []
    states.reserveCapacity(count)
    amounts.forEach { entry in
      states.append(
        MeterState(
          meter: names.names[Int(entry.key >> 32) - 1], member: UInt32(truncatingIfNeeded: entry.key),
          amount: entry.amount, period: entry.period))
    }
    states.sort { ($0.meter, $0.member) < ($1.meter, $1.member) }
    try SnapshotList.emit(states, size: { 24 + $0.meter.utf8.count }) { try emit(.meters(MeterPart(meters: $0))) }
  }

  mutating func restore(_ part: MeterPart, memberCount: Int) throws(RestoreError) {
    for state in part.meters {
      guard Int(state.member) <= memberCount else {
        throw RestoreError(description: "meter '\(state.meter)' is of member \(state.member) of \(memberCount)")
      }
      let member = state.member == 0 ? nil : state.member - 1
      if let problem = move(state.meter, member: member, amount: state.amount, period: state.period) {
        throw RestoreError(description: "a meter \(problem)")
      }
    }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var found = 0
    amounts.forEach { _ in found += 1 }
    return found == count ? [] : ["\(count) meters are counted, and \(found) are there"]
  }

  private static func key(_ name: Int, _ member: UInt32?) -> UInt64 {
    UInt64(name + 1) << 32 | UInt64(member.map { $0 + 1 } ?? 0)
  }
}

extension Ledger {
  mutating func meter(_ move: MeterMove, _ record: Record, _ resolver: inout MemberResolver) {
    var member: UInt32?
    if move.member > 0 {
      guard let position = self.member(move.member - 1, record, &resolver) else { return }
      member = UInt32(position)
    }
    if let problem = meters.move(move.meter, member: member, amount: move.amount, period: move.period) {
      note(sequence, problem)
    }
  }
}

extension RecordDraft {
  /// - Parameter member: position in the record's members; nil for a meter of nobody's.
  mutating func meter(_ name: String, member: UInt32? = nil, amount: Int64, period: Int64 = 0) {
    record.meterMoves.append(
      MeterMove(meter: name, member: member.map { $0 + 1 } ?? 0, amount: amount, period: period))
  }
}
