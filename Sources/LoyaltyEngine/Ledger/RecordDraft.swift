// A record in the making. Every posting is written with its counterpart, so that none can be forgotten.

import LoyaltyMessages

struct RecordDraft {
  /// For rooms to add their own changes to. Points move only by the calls below.
  var record: Record
  /// The sequence that the record will have.
  let sequence: UInt64
  private var lotsMade: UInt64 = 0

  /// Lots that one record can make: the lowest byte of a lot's id counts them.
  static let maxLots: UInt64 = 256

  /// Lots that it makes so far.
  var lotCount: UInt64 { lotsMade }

  init(sequence: UInt64, at now: Int64, by caller: Caller, under policy: CompiledPolicy) {
    record = Record(
      timeMs: now, subject: caller.subject, partner: caller.partner, endUser: caller.endUser,
      policyVersion: policy.version)
    self.sequence = sequence
  }

  mutating func addMember(_ id: String) -> UInt32 {
    record.members.append(id)
    return UInt32(record.members.count - 1)
  }

  mutating func enrol(_ member: UInt32) {
    record.enrolments.append(Enrolment(member: member))
  }

  mutating func link(_ member: UInt32, partner: String, number: String) {
    record.numberLinks.append(NumberLink(member: member, partner: partner, number: number))
  }

  /// How many more lots this record can make.
  var lotsLeft: UInt64 { Self.maxLots - lotsMade }

  /// The name of a lot that this record makes.
  mutating func newLot() -> UInt64 {
    lotsMade += 1
    return sequence << 8 | (lotsMade - 1)
  }

  /// Award points from a partner into a lot of their own.
  mutating func credit(_ points: Int64, to member: UInt32, from partner: String, expiresMs: Int64) -> LotLine {
    let expires = expiresMs == Int64.max ? 0 : expiresMs
    let lot = newLot()
    record.postings.append(
      Posting(unit: .award, account: .member, member: member, amount: points, lot: lot, lotExpiresMs: expires))
    record.postings.append(Posting(unit: .award, account: .issued, partner: partner, amount: -points))
    return LotLine(lot: lot, points: points, expiresMs: expires)
  }

  mutating func creditQualifying(_ points: Int64, to member: UInt32, from partner: String) {
    record.postings.append(Posting(unit: .qualifying, account: .member, member: member, amount: points))
    record.postings.append(Posting(unit: .qualifying, account: .issued, partner: partner, amount: -points))
  }

  mutating func closePeriod(_ points: Int64, of member: UInt32) {
    record.postings.append(Posting(unit: .qualifying, account: .member, member: member, amount: -points))
    record.postings.append(Posting(unit: .qualifying, account: .periodClosed, amount: points))
  }

  /// Takes points out of lots; the programme's account gets their sum, which must fit.
  mutating func move(_ lots: [(lot: UInt64, points: Int64)], of member: UInt32, to account: LedgerAccount) {
    var sum: Int64 = 0
    record.postings.reserveCapacity(record.postings.count + lots.count + 1)
    for lot in lots {
      record.postings.append(
        Posting(unit: .award, account: .member, member: member, amount: -lot.points, lot: lot.lot))
      sum += lot.points
    }
    if sum > 0 { record.postings.append(Posting(unit: .award, account: account, amount: sum)) }
  }

  /// Takes lapsed lots of several members; tells their sum.
  mutating func moveLapsed(_ lots: [(member: UInt32, lot: UInt64, points: Int64)]) -> Int64 {
    var sum: Int64 = 0
    record.postings.reserveCapacity(record.postings.count + lots.count + 1)
    for lot in lots {
      record.postings.append(
        Posting(unit: .award, account: .member, member: lot.member, amount: -lot.points, lot: lot.lot))
      sum += lot.points
    }
    record.postings.append(Posting(unit: .award, account: .expired, amount: sum))
    return sum
  }

  mutating func set(_ standing: Standing, of member: UInt32, policy: CompiledPolicy) {
    record.standings.append(
      StandingChange(
        member: member, tier: policy.tiers[standing.tier].id, tierUntilMs: standing.tierUntilMs,
        periodEndsMs: standing.periodEndsMs, spend: standing.counted.spend, nights: standing.counted.nights,
        segments: standing.counted.segments, months: standing.changedMonths,
        footing: standing.footing.map { TierFooting($0, policy) }))
  }

  mutating func take(_ item: String, quantity: Int64) {
    record.stockMoves.append(StockMove(item: item, quantity: quantity))
  }

  /// Hands over the finished record; the draft is empty from then on.
  mutating func finish(input: consuming Record.Input, outcome: consuming Record.Outcome?) -> Record {
    record.input = input
    record.outcome = outcome
    // Moved out: a copy would retain every string and array.
    var finished = Record()
    swap(&finished, &record)
    return finished
  }
}
