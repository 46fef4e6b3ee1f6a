// Deciding what is posted now, what later, and posting what is due.

import LoyaltyMessages

extension Ledger {
  /// When an activity's points are posted; nil: at once.
  func postingTime(of input: AccrualInput, partner: String, policy: CompiledPolicy, now: Int64) -> Int64? {
    guard !policy.ledger.postingDelays.isEmpty else { return nil }
    for delay in policy.ledger.postingDelays
    where (delay.partners.isEmpty || delay.partners.contains(partner))
      && (delay.activities.isEmpty || delay.activities.contains(input.activity))
    {
      let post = input.occurredMs + Int64(delay.days) * CivilCalendar.millisecondsPerDay
      return post > now ? post : nil
    }
    return nil
  }

  /// The next batch of accruals whose points are due; nil if there is none.
  func decide(_ input: PendingPostInput, _ request: inout Request) -> Record? {
    let most = input.maxAccruals == 0 ? limits.lotsPerExpiry : min(Int(input.maxAccruals), limits.lotsPerExpiry)
    let due = pending.due(now: request.now, most: most)
    guard !due.isEmpty else { return nil }
    var outcome = PendingPostedOutcome(more: due.count == most)
    var positions: [UInt32: UInt32] = [:]
    for accrual in due {
      guard let entry = pending[accrual] else { continue }
      let id = memberNames.string(entry.member)
      let member: UInt32
      if let known = positions[entry.member] {
        member = known
      } else {
        member = request.draft.addMember(id)
        positions[entry.member] = member
      }
      outcome.posted.append(post(accrual, entry, id, member, &request))
    }
    return request.draft.finish(
      input: .pendingPost(PendingPostInput(maxAccruals: UInt32(clamping: most))), outcome: .pendingPosted(outcome))
  }

  private func post(
    _ accrual: UInt64, _ entry: Pending, _ id: String, _ member: UInt32, _ request: inout Request
  ) -> PendingPosting {
    var posting = PendingPosting(accrual: accrual, member: id)
    request.draft.post(.pending, -entry.points)
    request.draft.record.pendingChanges.append(PendingChange(accrual: accrual, member: member))
    if members[Int(entry.member)].status == .closed {
      posting.forfeited = entry.points
      // With whose lot it would have been: history is asked what has lapsed.
      request.draft.record.postings.append(
        Posting(unit: .award, account: .expired, member: member, amount: entry.points, lot: accrual << 8))
      return posting
    }
    posting.toDebt = payDebt(outOf: entry.points, of: entry.member, at: member, &request)
    guard entry.points > posting.toDebt else { return posting }
    let expires = request.policy.expiry(ofPointsEarnedAt: request.now)
    // The lot has the name that the accrual would have given it.
    let lot = LotLine(
      lot: accrual << 8, points: entry.points - posting.toDebt, expiresMs: expires == Int64.max ? 0 : expires,
      earnedMs: entry.earnedMs)
    request.draft.putIn(lot, to: member)
    posting.lot = lot
    return posting
  }
}
