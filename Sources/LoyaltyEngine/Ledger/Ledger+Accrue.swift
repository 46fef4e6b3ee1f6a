// Deciding an accrual: whether it may be credited, how much it earns, and who enrols by it.

import LoyaltyMessages

extension Ledger {
  /// - Parameter rules: of an activity that is credited late, found its member or was claimed: those of its own day. Windows
  ///   and the pace of a partner and a member are for what comes by itself. Nil: those of `request`.
  func decide(
    _ input: AccrualInput, _ request: inout Request, late rules: CompiledPolicy? = nil
  ) throws(Refusal) -> Record {
    let policy = request.policy
    let now = request.now
    let partnerID = request.caller.partner
    guard let partner = policy.partner(partnerID) else {
      throw Refusal(.partnerRequired, ["subject": request.caller.subject])
    }
    if rules == nil { try checkTime(input, request) }
    let (existing, isLinked) = try resolve(input.member, number: input.partnerNumber, partner: partnerID)
    try checkReference(input, partner: partnerID)

    var input = input
    let state = existing.map { members[Int($0)] } ?? Member()
    if let existing {
      input.member = memberNames.string(existing)
      try checkEarning(state, existing)
    }
    let isFirst = existing == nil || state.awaitsFirstActivity
    var standing =
      if let existing {
        self.standing(of: existing, policy: policy, now: now)
      } else { Standing.enrolled(at: now, policy: policy) }
    let earning = rules ?? policy
    guard let earningPartner = rules == nil ? partner : earning.partner(partnerID) else {
      throw Refusal(.partnerRequired, ["subject": partnerID])
    }
    let situation = EarningSituation(
      input: input, partner: partnerID, partnerIndex: earningPartner, member: existing,
      tier: rules == nil ? standing.tier : earning.tierIndex(policy.tiers[standing.tier].id) ?? 0,
      isFirst: isFirst,
      isFirstPurchase: input.activity.isPurchase && !state.marks.contains(.purchased),
      enrolledMs: existing == nil ? now : state.enrolledMs, now: now)
    var earned = try earn(situation, policy: earning)
    if rules == nil { try checkLimits(situation, earned: &earned, policy: policy) }
    let (lapsed, available) = lapsed(of: state, now: now)
    let waiting =
      policy.ledger.postingDelays.isEmpty ? 0 : existing.map { pending.accruals(of: $0).count } ?? 0
    try checkRoom(
      for: earned, state: state, lots: Int(state.lots.count) - lapsed.count + waiting, isNew: existing == nil)

    // Explanations name the rules of the version that gave the points.
    if rules != nil { request.draft.record.policyVersion = earning.version }
    if !claims.isEmpty { settleClaims(input, partner: partnerID, &request) }
    let member = request.draft.addMember(input.member)
    if existing == nil { request.draft.enrol(member) }
    if !input.partnerNumber.isEmpty, !isLinked {
      request.draft.link(member, partner: partnerID, number: input.partnerNumber)
    }
    request.draft.move(lapsed, of: member, to: .expired)
    if policy.expiry.extendedBy.contains(input.activity) { extendLots(of: state, at: member, &request) }
    if standing.toClose > 0 { request.draft.closePeriod(standing.toClose, of: member) }
    let counted = policy.tierReview.counted(input, points: earned.qualifying)
    guard standing.add(counted, policy: policy, now: now) else {
      throw Refusal(.pointsOverflow, ["qualifyingPoints": "\(earned.qualifying)"])
    }
    var made: [LotLine] = []
    let postMs = postingTime(of: input, partner: partnerID, policy: policy, now: now) ?? 0
    let later = postMs > 0 ? earned.points : 0
    let toDebt = existing.map { payDebt(outOf: earned.points - later, of: $0, at: member, &request) } ?? 0
    if toDebt > 0 { request.draft.post(.issued, -toDebt, partner: partnerID) }
    if later > 0 {
      request.draft.post(.issued, -later, partner: partnerID)
      request.draft.post(.pending, later)
      request.draft.record.pendingChanges.append(PendingChange(member: member, points: later, postMs: postMs))
    } else if earned.points > toDebt {
      made.append(
        request.draft.credit(
          earned.points - toDebt, to: member, from: partnerID, expiresMs: policy.expiry(ofPointsEarnedAt: now)))
    }
    if earned.qualifying > 0 { request.draft.creditQualifying(earned.qualifying, to: member, from: partnerID) }
    var lines = earned.lines
    var balance = available + earned.points
    if state.marks.contains(.referred), let existing,
      let reward = try rewardReferral(input, friend: existing, member, &request)
    {
      lines.append(reward.line)
      made += reward.lots
      balance += reward.lots.reduce(0) { $0 + $1.points }
    }
    let tier = policy.tiers[standing.tier].id
    if standing.changed {
      if let existing {
        setTier(standing, of: existing, member, &request)
      } else {
        request.draft.set(standing, of: member, policy: policy)
      }
    }
    request.draft.record.meterMoves.reserveCapacity(earned.metered.count)
    for meter in earned.metered {
      request.draft.meter(
        meter.meter, member: meter.isMembers ? member : nil, amount: meter.amount, period: meter.period)
    }
    return request.draft.finish(
      input: .accrual(input),
      outcome: .accrued(
        AccrualOutcome(
          member: input.member, lines: lines, lots: made, qualifyingPoints: earned.qualifying,
          balance: balance - later - toDebt, tier: tier, enrolled: existing == nil,
          occurredMs: input.occurredMs, passed: earned.passed, toDebt: toDebt,
          pending: later, postMs: later > 0 ? postMs : 0,
          firstPurchase: input.activity.isPurchase && !state.marks.contains(.purchased), spend: counted.spend,
          nights: counted.nights, segments: counted.segments)))
  }

  /// Lots that have not lapsed live on as if they had been earned now; none lives shorter.
  private func extendLots(of state: Member, at member: UInt32, _ request: inout Request) {
    let expires = request.policy.expiry(ofPointsEarnedAt: request.now)
    var slot = state.lots.first
    while slot != LotTable.none {
      let lot = lots[slot]
      slot = lot.next
      guard lot.expiresMs > request.now, lot.expiresMs < expires else { continue }
      request.draft.remake(
        LotLine(lot: lot.id, points: lot.remaining, expiresMs: expires, earnedMs: lot.earnedMs), of: member)
    }
  }

  func checkTime(_ input: AccrualInput, _ request: Request) throws(Refusal) {
    let now = request.now
    if input.occurredMs > now + request.policy.clockSkewMs {
      throw Refusal(.activityInFuture, ["occurredMs": "\(input.occurredMs)", "nowMs": "\(now)"])
    }
    if input.occurredMs < now - request.policy.accrueWithinMs {
      throw Refusal(
        .activityTooOld, ["occurredMs": "\(input.occurredMs)", "earliestMs": "\(now - request.policy.accrueWithinMs)"])
    }
  }

  func checkReference(_ input: AccrualInput, partner: String) throws(Refusal) {
    let reference = referenceFingerprint(partner: partner, activity: input.activity, reference: input.reference)
    if let first = references[reference] {
      throw Refusal(
        .referenceAlreadyCredited, ["reference": input.reference, "firstAccrual": "\(first)"])
    }
  }

  /// Whether the points fit every account they touch.
  private func checkRoom(for earned: Earned, state: Member, lots open: Int, isNew: Bool) throws(Refusal) {
    if state.balance.addingReportingOverflow(earned.points).overflow || !accounts.canIssue(earned.points, .award)
      || !accounts.canIssue(earned.qualifying, .qualifying)
    {
      throw Refusal(.pointsOverflow, ["points": "\(earned.points)", "balance": "\(state.balance)"])
    }
    if open >= limits.lotsPerMember {
      throw Refusal(.tooManyLots, ["lots": "\(open)", "most": "\(limits.lotsPerMember)"])
    }
    if lots.isFull || (isNew && memberNames.isFull) || numbers.isFull {
      throw Refusal(.ledgerFull, ["members": "\(memberCount)", "lots": "\(openLotCount)"])
    }
  }
}
