// Points that the programme itself gives, without an activity at a partner: for a survey, a referral, a birthday.

import LoyaltyMessages

extension Ledger {
  /// What an award came to.
  struct Award {
    var lots: [LotLine] = []
    /// Points that can be spent after it.
    var balance: Int64
  }

  /// Credits points of the programme's own to a member of the record, into a lot that lapses as any other earned now,
  /// once its debt is paid;
  /// 0 points credit nothing.
  /// - Parameter position: of the member in the record.
  /// - Throws: `memberClosed`, `pointsOverflow`, `tooManyLots`, `ledgerFull`.
  func award(
    _ points: Int64, to member: UInt32, _ position: UInt32, _ request: inout Request
  ) throws(Refusal) -> Award {
    let state = members[Int(member)]
    let available = lapsed(of: state, now: request.now).available
    guard points > 0 else { return Award(balance: available) }
    if let refusal = obstacle(toAward: points, member) { throw refusal }
    let toDebt = payDebt(outOf: points, of: member, at: position, &request)
    if toDebt > 0 { request.draft.post(.issued, -toDebt, partner: "") }
    guard points > toDebt else { return Award(balance: available) }
    let lot = request.draft.credit(
      points - toDebt, to: position, from: "", expiresMs: request.policy.expiry(ofPointsEarnedAt: request.now))
    return Award(lots: [lot], balance: available + points - toDebt)
  }

  /// Whether an account takes so many points.
  func canTakeAward(_ points: Int64, _ member: UInt32) -> Bool { obstacle(toAward: points, member) == nil }

  private func obstacle(toAward points: Int64, _ member: UInt32) -> Refusal? {
    let state = members[Int(member)]
    if state.status == .closed { return Refusal(.memberClosed, ["memberId": memberNames.string(member)]) }
    // With room for whatever else one record can award, so that no sum of it overflows.
    let room = points + Int64(RecordDraft.maxLots) * PolicyLimits.points
    if state.balance.addingReportingOverflow(room).overflow || !accounts.canIssue(room, .award) {
      return Refusal(.pointsOverflow, ["points": "\(points)", "balance": "\(state.balance)"])
    }
    if Int(state.lots.count) >= limits.lotsPerMember {
      return Refusal(.tooManyLots, ["lots": "\(state.lots.count)", "most": "\(limits.lotsPerMember)"])
    }
    return lots.isFull ? Refusal(.ledgerFull, ["lots": "\(openLotCount)"]) : nil
  }
}
