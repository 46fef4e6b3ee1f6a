// Points that come back: from a hold that was released, from a redemption that was reversed. They go into exactly the
// lots they came from, unless the member owes points: they pay that first. When a lot has lapsed meanwhile, the policy says whether its points lapse at once or live on for
// a while.

import LoyaltyMessages

extension Ledger {
  /// Puts points back into their lots.
  ///
  /// - Parameters:
  ///   - lots: what came from which lot, and that lot's terms.
  ///   - account: where the points are now.
  ///   - number: the member's position in the ledger.
  ///   - member: the member's position in the record. Lots of the member that have lapsed must have been moved before.
  /// - Returns: what became of each.
  func restore(
    _ lots: [LotLine], from account: LedgerAccount, _ number: UInt32, at member: UInt32, _ request: inout Request
  ) -> [RestoredLot] {
    let now = request.now
    let graceMs = request.policy.graceEnd(from: now)
    var restored: [RestoredLot] = []
    restored.reserveCapacity(lots.count)
    for line in lots {
      var back = RestoredLot(lot: line.lot, points: line.points, expiresMs: line.expiresMs)
      // A lot that is still open may have other terms by now: the points share them.
      if let place = self.lots.find(line.lot, in: members[Int(number)].lots), self.lots[place.slot].expiresMs > now {
        let expires = self.lots[place.slot].expiresMs
        back.expiresMs = expires == Int64.max ? 0 : expires
      } else if line.expiresMs > 0, line.expiresMs <= now {
        if let graceMs {
          back.expiresMs = graceMs
          back.extended = true
        } else {
          back.points = 0
          back.lapsed = line.points
        }
      }
      if back.points > 0 {
        back.toDebt = payDebt(outOf: back.points, of: number, at: member, &request)
        back.points -= back.toDebt
      }
      request.draft.restore(back, earnedMs: line.earnedMs, of: member, from: account)
      restored.append(back)
    }
    return restored
  }
}

extension RecordDraft {
  fileprivate mutating func restore(
    _ back: RestoredLot, earnedMs: Int64, of member: UInt32, from account: LedgerAccount
  ) {
    record.postings.append(
      Posting(unit: .award, account: account, amount: -(back.points + back.lapsed + back.toDebt)))
    if back.points > 0 {
      record.postings.append(
        Posting(
          unit: .award, account: .member, member: member, amount: back.points, lot: back.lot,
          lotExpiresMs: back.expiresMs, lotEarnedMs: earnedMs))
    }
    if back.lapsed > 0 {
      // With whose lot it was: history is asked what has lapsed.
      record.postings.append(
        Posting(unit: .award, account: .expired, member: member, amount: back.lapsed, lot: back.lot))
    }
  }
}
