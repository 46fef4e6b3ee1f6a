// What history tells of lots that have lapsed: memory holds what is open, so that whoever takes an accrual back has to
// read what became of the lots it made.

import LoyaltyMessages

/// Points of some lots that have lapsed while they were a member's, added up from the member's records.
public struct LapseHistory: Sendable {
  /// A part of a lot: when it was given away in part, each member's has terms of its own.
  private struct Part: Hashable {
    var lot: UInt64
    var member: String
  }

  private let made: [UInt64: Int64]
  private var expires: [Part: Int64] = [:]
  private let members: Set<String>
  /// Points that are in a lot.
  private var left: [Part: Int64] = [:]
  /// Points by lot.
  public private(set) var lapsed: [UInt64: Int64] = [:]

  /// - Parameters:
  ///   - lots: for each, the instant at which it was to lapse when it was made (0: never).
  ///   - members: every id that the member has had.
  public init(of lots: [UInt64: Int64], members: Set<String>) {
    made = lots
    self.members = members
  }

  /// Whether a record says anything of the lots.
  public func concerns(_ record: Record) -> Bool {
    record.postings.contains { made[$0.lot] != nil } || record.restoredLots.contains { made[$0.lot] != nil }
  }

  /// Adds a record; records come in the order they were made, from the one that made the lots on, each once.
  public mutating func add(_ record: Record) {
    var isClosing = false
    if case .status? = record.input { isClosing = true }
    for posting in record.postings where posting.unit == .award && posting.lot > 0 {
      guard let first = made[posting.lot], Int(posting.member) < record.members.count,
        members.contains(record.members[Int(posting.member)])
      else { continue }
      let part = Part(lot: posting.lot, member: record.members[Int(posting.member)])
      let until = expires[part] ?? first
      switch posting.account {
      case .expired:
        // It came back when its lot had lapsed.
        lapsed[posting.lot, default: 0] += posting.amount
      case .member:
        // Points that come to an open lot share its terms.
        if posting.amount > 0, left[part, default: 0] <= 0 { expires[part] = posting.lotExpiresMs }
        left[part, default: 0] += posting.amount
        if posting.amount < 0, isClosing || until > 0 && record.timeMs >= until {
          lapsed[posting.lot, default: 0] -= posting.amount
        }
      default: break
      }
    }
    // Records from before postings said whose lot it was.
    if record.postings.contains(where: { $0.account == .expired && $0.lot > 0 }) { return }
    for back in record.restoredLots where back.lapsed > 0 && made[back.lot] != nil {
      lapsed[back.lot, default: 0] += back.lapsed
    }
  }
}

extension Record {
  /// Points that came back to lots by this record.
  fileprivate var restoredLots: [RestoredLot] {
    switch outcome {
    case .holdConfirmed(let outcome)?, .holdReleased(let outcome)?: outcome.restored
    case .paymentReversed(let outcome)?: outcome.restored
    case .catalogueChanged(let outcome)?:
      if case .step(let step)? = outcome.outcome { step.restored } else { [] }
    default: []
    }
  }
}
