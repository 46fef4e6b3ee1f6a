// Deciding about suspense and claims. What is credited is an accrual like any other, of the activity's partner, by the earning
// rules of the activity's day; the record says beside it which claim that ended. So it can be reversed, settled and explained
// as every accrual can.

import LoyaltyMessages

extension Ledger {
  func decide(_ command: ClaimCommand, _ request: inout Request) throws(Refusal) -> Record {
    switch command.step {
    case .suspend(let step): try suspend(step, command, &request)
    case .submit(let step): try submit(step, command, &request)
    case .review(let step): try review(step, command, &request)
    case nil: throw Refusal(.commandInvalid)
    }
  }

  // MARK: - Beginning

  private func suspend(
    _ step: SuspendStep, _ command: ClaimCommand, _ request: inout Request
  ) throws(Refusal) -> Record {
    let partner = request.caller.partner
    guard let activity = step.activity, activity.member.isEmpty, !activity.partnerNumber.isEmpty else {
      throw Refusal(.commandInvalid)
    }
    guard request.policy.partner(partner) != nil else {
      throw Refusal(.partnerRequired, ["subject": request.caller.subject])
    }
    let days = Int64(request.policy.document.claims?.suspenseDays ?? 0)
    if days == 0 { throw Refusal(.memberUnknown, ["partnerMemberNumber": activity.partnerNumber]) }
    if numbers.find(Self.numberName(partner: partner, number: activity.partnerNumber).span, key: hashKey) != nil {
      throw Refusal(.changedMeanwhile)
    }
    try checkTime(activity, request)
    try checkReference(activity, partner: partner)
    try checkUnclaimed(activity, partner, .suspended)
    let untilMs = request.now + days * CivilCalendar.millisecondsPerDay
    return request.draft.finish(
      input: .claim(command),
      outcome: .claimOpened(ClaimOpenedOutcome(status: .suspended, untilMs: untilMs)))
  }

  private func submit(
    _ step: SubmitClaimStep, _ command: ClaimCommand, _ request: inout Request
  ) throws(Refusal) -> Record {
    guard var activity = step.activity, let rules = request.policy.document.claims, rules.withinDays > 0 else {
      throw Refusal(.claimsNotOffered)
    }
    let partner = request.caller.partner.isEmpty ? step.partner : request.caller.partner
    guard request.policy.partner(partner) != nil else { throw Refusal(.claimsNotOffered) }
    let number = try resolveEnrolled(
      activity.member, number: activity.partnerNumber, partner: request.caller.partner)
    try checkEarning(members[Int(number)], number)
    activity.member = memberNames.string(number)
    try checkClaimTime(activity.occurredMs, rules, request)
    try checkReference(activity, partner: partner)
    try checkUnclaimed(activity, partner, .claimed)
    let most = rules.openPerMember == 0 ? 10 : Int(rules.openPerMember)
    if claims.waiting(of: activity.member) >= most {
      throw Refusal(.tooManyClaims, ["open": "\(claims.waiting(of: activity.member))", "most": "\(most)"])
    }
    let reported = claims.open(
      .init(partner: partner, activity: activity.activity, reference: activity.reference)
    ).first { $0.status == .suspended }
    if rules.creditMatches, let reported, agree(reported, activity, request.policy) {
      return try credit(reported, to: activity.member, command.method, &request)
    }
    let days = Int64(rules.decideDays == 0 ? 30 : rules.decideDays)
    var step = step
    (step.activity, step.partner) = (activity, partner)
    _ = request.draft.addMember(activity.member)
    return request.draft.finish(
      input: .claim(ClaimCommand(step: .submit(step))),
      outcome: .claimOpened(
        ClaimOpenedOutcome(
          status: .claimed, member: activity.member, untilMs: request.now + days * CivilCalendar.millisecondsPerDay,
          suspended: reported?.claim ?? 0)))
  }

  private func checkClaimTime(_ occurredMs: Int64, _ rules: ClaimPolicy, _ request: Request) throws(Refusal) {
    let day = CivilCalendar.millisecondsPerDay
    if occurredMs > request.now + request.policy.clockSkewMs {
      throw Refusal(.activityInFuture, ["occurredMs": "\(occurredMs)", "nowMs": "\(request.now)"])
    }
    let earliest = request.now - Int64(rules.withinDays) * day
    if occurredMs < earliest {
      throw Refusal(.claimTooLate, ["occurredMs": "\(occurredMs)", "earliestMs": "\(earliest)"])
    }
    let from = occurredMs + Int64(rules.notBeforeDays) * day
    if from > request.now { throw Refusal(.claimTooEarly, ["claimableFromMs": "\(from)"]) }
  }

  private func checkUnclaimed(
    _ activity: AccrualInput, _ partner: String, _ status: ClaimStatus
  ) throws(Refusal) {
    let reference = ClaimRoom.Reference(
      partner: partner, activity: activity.activity, reference: activity.reference)
    if let same = claims.open(reference).first(where: { $0.status == status }) {
      throw Refusal(
        .referenceClaimed,
        ["reference": activity.reference, status == .claimed ? "claim" : "suspense": "\(same.claim)"])
    }
    if claims.isFull { throw Refusal(.ledgerFull, ["claims": "\(claims.count)"]) }
  }

  /// Whether a claim says what the partner said: the same money on the same day.
  private func agree(_ reported: ClaimState, _ claimed: AccrualInput, _ policy: CompiledPolicy) -> Bool {
    guard let activity = reported.activity else { return false }
    return activity.currency == claimed.currency && activity.minorUnits == claimed.minorUnits
      && policy.calendar.dayNumber(of: activity.occurredMs) == policy.calendar.dayNumber(of: claimed.occurredMs)
  }

  // MARK: - Ending

  private func review(
    _ step: ReviewClaimStep, _ command: ClaimCommand, _ request: inout Request
  ) throws(Refusal) -> Record {
    // For operators; a partner would decide on its own points.
    guard request.caller.partner.isEmpty, !step.reason.isEmpty || step.words != nil else {
      throw Refusal(.commandInvalid)
    }
    guard let claim = claims.claims[step.claim], claim.status.isOpen else {
      throw Refusal(.claimUnknown, ["claim": "\(step.claim)"])
    }
    let member = claim.status == .claimed ? claim.activity?.member ?? "" : step.member
    guard step.approved else {
      let isClaim = claim.status == .claimed
      if isClaim { _ = request.draft.addMember(member) }
      request.draft.record.claimEnds.append(end(step.claim, .rejected, now: request.now))
      return request.draft.finish(
        input: .claim(command),
        outcome: .claimRejected(ClaimRejectedOutcome(claim: step.claim, member: isClaim ? member : "")))
    }
    guard let number = memberNames.find(member.utf8.span, key: hashKey).map(survivor) else {
      throw Refusal(.memberUnknown, ["memberId": member])
    }
    return try credit(claim, to: memberNames.string(number), command.method, &request)
  }

  /// The accrual that ends a claim.
  /// - Parameters:
  ///   - member: empty: the one that the activity's number names.
  ///   - method: of the command, for its idempotency key.
  private func credit(
    _ claim: ClaimState, to member: String, _ method: UInt64, _ request: inout Request
  ) throws(Refusal) -> Record {
    guard var activity = claim.activity else { throw Refusal(.commandInvalid) }
    activity.member = member
    let caller = Caller(
      subject: request.caller.subject, partner: claim.partner, roles: request.caller.roles,
      endUser: request.caller.endUser)
    var own = Request(draft: request.draft, policy: request.policy, now: request.now, caller: caller)
    own.draft.record.partner = claim.partner
    var end = end(claim.claim, .credited, now: request.now)
    end.method = method
    end.byOperator = request.caller.partner.isEmpty
    own.draft.record.claimEnds.append(end)
    return try decide(activity, &own, late: policies.inEffect(at: activity.occurredMs) ?? request.policy)
  }

  private func end(_ claim: UInt64, _ status: ClaimStatus, refusal: String = "", now: Int64) -> ClaimEnd {
    ClaimEnd(claim: claim, status: status, refusal: refusal, forgetMs: now + ClaimRoom.keptEndedMs)
  }

  /// What else is open of an activity that is being credited ends with it.
  func settleClaims(_ input: AccrualInput, partner: String, _ request: inout Request) {
    let reference = ClaimRoom.Reference(partner: partner, activity: input.activity, reference: input.reference)
    for claim in claims.open(reference)
    where !request.draft.record.claimEnds.contains(where: { $0.claim == claim.claim }) {
      request.draft.record.claimEnds.append(end(claim.claim, .settled, now: request.now))
    }
  }

  // MARK: - Due work

  /// When an activity in suspense can be credited, or something expires.
  var nextClaimMs: Int64? { claims.ready.count > 0 ? timeMs : claims.leaving.first?.ms }

  /// Credits one activity whose number names a member by now; else ends and forgets what is too old.
  func decide(_ input: ClaimsDueInput, _ request: inout Request) -> Record? {
    if let id = claims.ready.first?.id, let claim = claims.claims[id] {
      do throws(Refusal) {
        return try credit(claim, to: "", 0, &request)
      } catch {
        // The rules say no, and will tomorrow: it does not wait for ever.
        request.draft.record.claimEnds.append(
          end(id, .rejected, refusal: error.reason.rawValue, now: request.now))
        return request.draft.finish(
          input: .claimsDue(ClaimsDueInput(maxClaims: 1)),
          outcome: .claimsCameDue(ClaimsDueOutcome(more: claims.ready.count > 1)))
      }
    }
    let most = input.maxClaims == 0 ? limits.lotsPerExpiry : min(Int(input.maxClaims), limits.lotsPerExpiry)
    let due = claims.leaving.due(now: request.now, most: most)
    if due.isEmpty { return nil }
    for id in due {
      let isOpen = claims.claims[id]?.status.isOpen ?? false
      request.draft.record.claimEnds.append(
        isOpen ? end(id, .expired, now: request.now) : ClaimEnd(claim: id))
    }
    return request.draft.finish(
      input: .claimsDue(ClaimsDueInput(maxClaims: UInt32(clamping: most))),
      outcome: .claimsCameDue(ClaimsDueOutcome(more: due.count == most)))
  }

  // MARK: - Changing

  mutating func applyClaims(_ record: Record) {
    for end in record.claimEnds { if let problem = claims.end(end, by: sequence) { note(sequence, problem) } }
    guard case .claim(let command)? = record.input, case .claimOpened(let outcome)? = record.outcome else { return }
    let (activity, partner): (AccrualInput?, String) =
      switch command.step {
      case .suspend(let step): (step.activity, record.partner)
      case .submit(let step): (step.activity, step.partner)
      case .review, nil: (nil, "")
      }
    guard let activity else { return note(sequence, "begins a claim of nothing") }
    let problem = claims.add(
      ClaimState(
        claim: sequence, status: outcome.status, partner: partner, activity: activity, openedMs: record.timeMs,
        untilMs: outcome.untilMs))
    if let problem { note(sequence, problem) }
  }

  // MARK: - Looking

  /// Claims, or activities in suspense, after one of them, ascending, with those that ended lately.
  /// - Parameters:
  ///   - partner: empty: of all.
  ///   - member: empty: of all.
  ///   - limit: most in the answer. A call looks at `membersALook` at most: the lock is held.
  /// - Returns: them, and after which to go on; nil at the end.
  public func claims(
    _ wanted: (ClaimState) -> Bool, partner: String, after id: UInt64, limit: Int
  ) -> (claims: [ClaimState], next: UInt64?) {
    var found: [ClaimState] = []
    var next: UInt64?
    var last = id
    var looked = 0
    claims.claims.forEach(after: id) { id, claim in
      if found.count >= limit || looked >= Self.membersALook {
        next = last
        return false
      }
      looked += 1
      last = id
      if partner.isEmpty || claim.partner == partner, wanted(claim) { found.append(claim) }
      return true
    }
    return (found, next)
  }

  /// The member of a claim; empty for one in suspense, and for one that there is not.
  public func memberOfClaim(_ id: UInt64) -> String {
    claims.claims[id]?.activity?.member ?? ""
  }

  /// Where a claim or an activity in suspense stands; nil for one that there is not.
  public func claimStatus(_ id: UInt64) -> ClaimStatus? { claims.claims[id]?.status }

  /// Activities in suspense, by the moment they were reported, of a partner or of all (empty). At most 200,000 are looked at.
  public func suspenseAges(partner: String, now: Int64, fromDays: [Int64]) -> [Int64] {
    var counts = [Int64](repeating: 0, count: fromDays.count)
    claims.claims.forEach { _, claim in
      if claim.status == .suspended, partner.isEmpty || claim.partner == partner {
        let days = (max(now, timeMs) - claim.openedMs) / CivilCalendar.millisecondsPerDay
        if let index = fromDays.lastIndex(where: { $0 <= days }) { counts[index] += 1 }
      }
      return true
    }
    return counts
  }
}

extension ClaimState {
  /// A member's claim; else an activity in suspense.
  public var isClaim: Bool { !(activity?.member.isEmpty ?? true) }
}

extension ClaimCommand {
  /// Keys are scoped to the step.
  var method: UInt64 {
    switch step {
    case .suspend: 4_300
    case .submit: 4_301
    case .review: 4_302
    case nil: 4_303
    }
  }
}

extension Record {
  /// The end of the claim that this accrual credits; nil for any other record.
  var creditedClaim: ClaimEnd? { claimEnds.isEmpty ? nil : claimEnds.first { $0.status == .credited } }
}
