// Deciding what moves between members. Lots keep their names, when they were earned and when they lapse: a gift makes
// no point older or younger.

import LoyaltyMessages

extension Ledger {
  /// Points of one member to another, earliest expiry first. Within a household always, beyond it as the policy says. A
  /// household's pool is an account like any other that its members transfer to.
  func decide(_ input: TransferInput, _ request: inout Request) throws(Refusal) -> Record {
    let (from, state) = try resolveSpending(
      input.from, number: input.partnerNumber, partner: request.caller.partner)
    let to = try resolveEnrolled(input.to, number: "", partner: "")
    guard from != to, input.points > 0 else {
      throw Refusal(.commandInvalid, ["points": "\(input.points)", "toMemberId": input.to])
    }
    let receiver = members[Int(to)]
    try checkEarning(receiver, to)
    try checkTransfer(of: input.points, state, receiver, request.policy.ledger)
    let (lapsed, available) = lapsed(of: state, now: request.now)
    if available < input.points { throw Refusal.insufficient(input.points, available: available) }
    let lines = payment(of: input.points, state: state, skipping: lapsed.count)
    let (otherLapsed, otherAvailable) = self.lapsed(of: receiver, now: request.now)
    if Int(receiver.lots.count) - otherLapsed.count + lines.count > limits.lotsPerMember {
      throw Refusal(.tooManyLots, ["lots": "\(receiver.lots.count)", "most": "\(limits.lotsPerMember)"])
    }

    var input = input
    (input.from, input.to) = (memberNames.string(from), memberNames.string(to))
    let giver = request.draft.addMember(input.from)
    let taker = request.draft.addMember(input.to)
    request.draft.move(lapsed, of: giver, to: .expired)
    request.draft.move(otherLapsed, of: taker, to: .expired)
    let toDebt = move(lines, of: giver, to, at: taker, &request)
    return request.draft.finish(
      input: .transfer(input),
      outcome: .transferred(
        TransferredOutcome(
          from: input.from, to: input.to, points: input.points, lots: lines, toDebt: toDebt,
          fromBalance: available - input.points, toBalance: otherAvailable + input.points - toDebt)))
  }

  /// One person's two accounts become one: points, qualifying points, debt, numbers and ids go to the one that is left,
  /// which has the better tier of both.
  func decide(_ input: MergeInput, _ request: inout Request) throws(Refusal) -> Record {
    let from = try resolveEnrolled(input.from, number: "", partner: "")
    let into = try resolveEnrolled(input.into, number: "", partner: "")
    guard from != into, !input.reason.isEmpty || input.words != nil else {
      throw Refusal(.commandInvalid, ["fromMemberId": input.from, "intoMemberId": input.into])
    }
    let (state, other) = (members[Int(from)], members[Int(into)])
    for (member, state) in [(from, state), (into, other)] {
      try checkSpending(state, member)
      let open = holds.ids(of: member).count
      if open > 0 { throw Refusal(.memberBusy, ["memberId": memberNames.string(member), "holds": "\(open)"]) }
    }
    let tickets = Int(state.openTickets) + Int(other.openTickets)
    if tickets > limits.ticketsPerMember {
      throw Refusal(.tooManyTickets, ["open": "\(tickets)", "most": "\(limits.ticketsPerMember)"])
    }
    // What may still be refunded comes back to the lots that paid, of an account that would have ended.
    let undone = catalogue.open.count(of: from)
    if undone > 0 {
      throw Refusal(.memberBusy, ["memberId": memberNames.string(from), "redemptions": "\(undone)"])
    }
    let (lapsed, available) = lapsed(of: state, now: request.now)
    let (otherLapsed, otherAvailable) = self.lapsed(of: other, now: request.now)
    let together = Int(state.lots.count) + Int(other.lots.count)
    if together > limits.lotsPerMember {
      throw Refusal(
        .tooManyLots, ["lots": "\(together)", "most": "\(limits.lotsPerMember)"])
    }

    var input = input
    (input.from, input.into) = (memberNames.string(from), memberNames.string(into))
    let ends = request.draft.addMember(input.from)
    let stays = request.draft.addMember(input.into)
    request.draft.move(lapsed, of: ends, to: .expired)
    request.draft.move(otherLapsed, of: stays, to: .expired)
    let policy = request.policy
    let theirs = standing(of: from, policy: policy, now: request.now)
    var own = standing(of: into, policy: policy, now: request.now)
    if theirs.toClose > 0 { request.draft.closePeriod(theirs.toClose, of: ends) }
    if own.toClose > 0 { request.draft.closePeriod(own.toClose, of: stays) }
    let (debt, paidForIt) = mergeDebt(state, other, available, otherAvailable, ends, stays, &request)
    let lines = payment(of: available, state: state, skipping: lapsed.count)
    _ = move(lines, of: ends, into, at: stays, &request)
    if theirs.qualifying > 0 { request.draft.moveQualifying(theirs.qualifying, from: ends, to: stays) }
    if (theirs.tier, theirs.tierUntilMs) > (own.tier, own.tierUntilMs) {
      (own.tier, own.tierUntilMs) = (theirs.tier, theirs.tierUntilMs)
    }
    own.footing = Standing.Footing.merged(own.footing, theirs.footing)
    guard own.add(theirs, policy: policy, now: request.now) else {
      throw Refusal(.pointsOverflow, ["qualifyingPoints": "\(theirs.qualifying)"])
    }
    let tier = setTier(own, of: into, stays, &request)
    for accrual in pending.accruals(of: from) {
      guard let entry = pending[accrual] else { continue }
      request.draft.record.pendingChanges.append(
        PendingChange(accrual: accrual, member: stays, points: entry.points, postMs: entry.postMs))
    }
    moveLimits(from, into, own, ends, stays, &request)
    if let update = profile(mergedFrom: state, into: other) {
      try check(update, of: into)
      request.draft.record.memberChanges.append(
        try change(stays, input.into, into, profile: update, now: request.now))
    }
    request.draft.change(ends, status: .merged, mergedInto: stays)
    if state.enrolledMs < other.enrolledMs {
      request.draft.record.enrolmentDates.append(EnrolmentDate(member: stays, enrolledMs: state.enrolledMs))
    }
    return request.draft.finish(
      input: .merge(input),
      outcome: .merged(
        MergedOutcome(
          from: input.from, into: input.into, points: available, qualifying: theirs.qualifying, debt: debt, tier: tier,
          balance: available + otherAvailable - paidForIt - (request.debtPaid[into] ?? 0),
          surveys: surveysAnswered(by: input.from, policy))))
  }

  /// What else belongs to the person goes along: offers, feedback, who referred it. Its code, shared posts and claims stay
  /// under the id that ends, which names the one that is left.
  mutating func moveBelongings(from: Int, into: Int) {
    let (ends, stays) = (UInt32(from), UInt32(into))
    campaigns.moveGrants(from: ends, to: stays)
    tierMonths[ends] = nil
    _ = set(nil, of: ends)
    let waiting = UInt8(clamping: feedback.move(from: ends, to: stays))
    members[from].openTickets &-= min(waiting, members[from].openTickets)
    members[into].openTickets = UInt8(clamping: Int(members[into].openTickets) + Int(waiting))
    guard let referral = campaigns.referrals.removeValue(forKey: ends) else { return }
    members[from].marks.remove(.referred)
    // Whoever was referred under both ids was so first under the one that is left; and nobody refers themselves.
    guard campaigns.referrals[stays] == nil, survivor(of: referral.referrer) != stays,
      !campaigns.isReferred(referral.referrer, by: stays)
    else { return }
    campaigns.referrals[stays] = referral
    if referral.untilMs > 0 { members[into].marks.insert(.referred) }
  }

  /// The debt of the account that ends, which the other takes over: paid from what that has, as far as it goes.
  private func mergeDebt(
    _ state: Member, _ other: Member, _ available: Int64, _ otherAvailable: Int64, _ ends: UInt32, _ stays: UInt32,
    _ request: inout Request
  ) -> (debt: Int64, paid: Int64) {
    let debt = debt(of: state)
    guard debt > 0 else { return (0, 0) }
    // Who owes has nothing to spend, so that all of the debt meets the other account.
    var due = debt
    var paid: [LotLine] = []
    take(from: other, { _ in true }, now: request.now, &due, &paid)
    for line in paid { request.draft.takeOut(line, of: stays) }
    request.draft.record.postings.append(Posting(unit: .award, account: .debt, member: ends, amount: debt))
    if due > 0 {
      request.draft.record.postings.append(Posting(unit: .award, account: .debt, member: stays, amount: -due))
    }
    return (debt, debt - due)
  }

  /// Moves points of lots to another member, whose debt they pay first.
  private func move(
    _ lines: [LotLine], of giver: UInt32, _ number: UInt32, at taker: UInt32, _ request: inout Request
  ) -> Int64 {
    for line in lines { request.draft.takeOut(line, of: giver) }
    var toDebt = payDebt(outOf: lines.reduce(0) { $0 + $1.points }, of: number, at: taker, &request)
    let paid = toDebt
    for var line in lines {
      let part = min(toDebt, line.points)
      toDebt -= part
      line.points -= part
      if line.points > 0 { request.draft.putIn(line, to: taker) }
    }
    return paid
  }

  private func checkTransfer(
    of points: Int64, _ giver: Member, _ receiver: Member, _ rules: LedgerRules
  ) throws(Refusal) {
    let household = profiles[giver.profile]?.household ?? 0
    if household > 0, household == profiles[receiver.profile]?.household { return }
    guard rules.transfersOpenToAll else { throw Refusal(.transferNotAllowed) }
    guard points >= rules.minTransfer, points <= rules.maxTransfer else {
      throw Refusal(
        .transferOutOfRange,
        ["points": "\(points)", "fewest": "\(rules.minTransfer)", "most": "\(rules.maxTransfer)"])
    }
  }
}

extension RecordDraft {
  fileprivate mutating func moveQualifying(_ points: Int64, from giver: UInt32, to taker: UInt32) {
    record.postings.append(Posting(unit: .qualifying, account: .member, member: giver, amount: -points))
    record.postings.append(Posting(unit: .qualifying, account: .member, member: taker, amount: points))
  }
}
