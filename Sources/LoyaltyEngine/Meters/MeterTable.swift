// The room of meters: how much of something limited has been used: points of a campaign's budget, a member's share of it,
// a partner's quota of a day. One mechanism for all of them: a name, a member or nobody, a period, an amount.

import LoyaltyMessages

/// All meters that are not at 0.
struct MeterTable: LedgerRoom {
  static let name = "meters"

  private struct Meter: Sendable {
    var amount: Int64
    var period: Int64
  }

  /// The name's position in its upper half, the member's plus 1 in its lower.
  private typealias Key = UInt64

  private var names = Symbols()
  /// In shards, so that none of them is long in growing.
  private var shards = [[Key: Meter]](repeating: [:], count: Self.shardCount)
  private(set) var count = 0
  private static let shardCount = 64

  /// How much a meter has counted in a period.
  func amount(_ name: String, member: UInt32? = nil, period: Int64 = 0) -> Int64 {
    guard let position = names[name] else { return 0 }
    let key = Self.key(position, member)
    guard let meter = shards[Self.shard(key)][key], meter.period == period else { return 0 }
    return meter.amount
  }

  /// What a member's meters have counted, by name.
  func all(of member: UInt32) -> [(name: String, amount: Int64, period: Int64)] {
    names.names.enumerated().compactMap { position, name in
      let key = Self.key(position, member)
      return shards[Self.shard(key)][key].map { (name, $0.amount, $0.period) }
    }
  }

  /// - Returns: what is wrong with the move, in words; nil if it has been made.
  mutating func move(_ name: String, member: UInt32?, amount: Int64, period: Int64) -> String? {
    let key = Self.key(names.insert(name), member)
    let shard = Self.shard(key)
    let meter = shards[shard][key]
    let (sum, overflow) = (meter?.period == period ? meter?.amount ?? 0 : 0).addingReportingOverflow(amount)
    if overflow { return "overflows meter '\(name)'" }
    if sum == 0 {
      if shards[shard].removeValue(forKey: key) != nil { count -= 1 }
    } else {
      if shards[shard].updateValue(Meter(amount: sum, period: period), forKey: key) == nil { count += 1 }
    }
    return nil
  }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    var states: [MeterState] = []
    states.reserveCapacity(count)
    for shard in shards {
      for (key, meter) in shard {
        states.append(
          MeterState(
            meter: names.names[Int(key >> 32)], member: UInt32(truncatingIfNeeded: key), amount: meter.amount,
            period: meter.period))
      }
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
    shards.reduce(0) { $0 + $1.count } == count ? [] : ["\(count) meters are counted, and others are there"]
  }

  private static func key(_ name: Int, _ member: UInt32?) -> Key {
    UInt64(name) << 32 | UInt64(member.map { $0 + 1 } ?? 0)
  }

  private static func shard(_ key: Key) -> Int { Int((key &* 0x9e37_79b9_7f4a_7c15) >> 58) }
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
