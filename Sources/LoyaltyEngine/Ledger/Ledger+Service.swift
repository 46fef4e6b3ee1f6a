// Deciding what is neither earning nor spending: the opening of the ledger, expiry, the time.

import LoyaltyMessages

extension Ledger {
  /// The ledger's first record. Until it is applied nothing else is accepted from callers.
  func decide(_ input: OpeningInput, _ request: inout Request) throws(Refusal) -> Record {
    if sequence > 0 { throw Refusal(.ledgerAlreadyOpen, ["programme": programme, "records": "\(sequence)"]) }
    guard HashKey(input.hashKey) != nil, !input.programme.isEmpty else {
      throw Refusal(.commandInvalid, ["hashKeyBytes": "\(input.hashKey.count)", "programme": input.programme])
    }
    return request.draft.finish(input: .opening(input), outcome: nil)
  }

  /// A record whose time is what it is for.
  func decide(_ input: ClockInput, _ request: inout Request) -> Record {
    request.draft.finish(input: .clock(input), outcome: .clockNoted(ClockOutcome(timeMs: request.now)))
  }

  /// The next batch of lots whose time has come; nil if there is none.
  func decide(_ input: ExpiryInput, _ request: inout Request) -> Record? {
    let most = input.maxLots == 0 ? limits.lotsPerExpiry : min(Int(input.maxLots), limits.lotsPerExpiry)
    var due: [(member: UInt32, lot: UInt64, points: Int64)] = []
    var more = false
    lots.forEachDue(now: request.now) { member in
      var slot = members[Int(member)].lots.first
      while slot != LotTable.none {
        let lot = lots[slot]
        if lot.expiresMs > request.now { break }
        if due.count == most {
          more = true
          return false
        }
        due.append((member, lot.id, lot.remaining))
        slot = lot.next
      }
      return true
    }
    guard !due.isEmpty else { return nil }
    let points = request.draft.expire(due, names: memberNames)
    return request.draft.finish(
      input: .expiry(ExpiryInput(maxLots: UInt32(clamping: most))),
      outcome: .expired(ExpiryOutcome(points: points, lots: UInt32(clamping: due.count), more: more)))
  }
}

extension RecordDraft {
  /// Lots of several members lapse together, with one posting for what the programme gains.
  fileprivate mutating func expire(_ due: [(member: UInt32, lot: UInt64, points: Int64)], names: NameTable) -> Int64 {
    var positions: [UInt32: UInt32] = [:]
    var postings: [(member: UInt32, lot: UInt64, points: Int64)] = []
    postings.reserveCapacity(due.count)
    for lot in due {
      let position: UInt32
      if let known = positions[lot.member] {
        position = known
      } else {
        position = addMember(names.string(lot.member))
        positions[lot.member] = position
      }
      postings.append((position, lot.lot, lot.points))
    }
    return moveLapsed(postings)
  }
}
