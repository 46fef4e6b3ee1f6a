// loyalty.v1.ClaimService: activities that nobody has been credited for.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.ClaimService`.
struct ClaimHandlers: ClaimServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func submitClaim(_ request: SubmitClaimRequest, context: ServerContext) async throws -> SubmitClaimResponse {
    let words = try await words("", request.evidence, key: request.idempotencyKey, .change, context) {
      (ledger, caller) throws(Refusal) in
      try ledger.keyHolder(request.memberID, number: request.partnerMemberNumber, partner: caller.partner)
    }
    return try answer(context) { call in submit(request, call, words) }
  }

  func reviewClaim(_ request: ReviewClaimRequest, context: ServerContext) async throws -> ReviewClaimResponse {
    var fields = RequestFields()
    let claim = fields.sequence(request.claimID, "claim_id", named: PublicName.claim)
    let words = try await words(request.reason, about: claim, key: request.idempotencyKey, .reviewClaims, context) {
      $0.memberOfClaim(claim)
    }
    return try answer(context) { call in
      let step = ReviewClaimStep(
        claim: claim, approved: request.approve, reason: words.clear(request.reason, ""), words: words.sealed)
      return review(step, request.reason, words, isSuspended: false, key: request.idempotencyKey, fields, call).map {
        ReviewClaimResponse(status: $0.status, credited: $0.credited)
      }
    }
  }

  func matchActivity(_ request: MatchActivityRequest, context: ServerContext) async throws -> MatchActivityResponse {
    var fields = RequestFields()
    let claim = fields.sequence(request.suspenseID, "suspense_id", named: PublicName.suspense)
    fields.checkMemberID(request.memberID)
    let words = try await words(request.reason, key: request.idempotencyKey, .reviewClaims, context) {
      (ledger, _) throws(Refusal) in request.memberID.isEmpty ? "" : try ledger.keyHolder(request.memberID)
    }
    return try answer(context) { call in
      let step = ReviewClaimStep(
        claim: claim, approved: !request.memberID.isEmpty, member: request.memberID,
        reason: words.clear(request.reason, ""), words: words.sealed)
      return review(step, request.reason, words, isSuspended: true, key: request.idempotencyKey, fields, call).map {
        MatchActivityResponse(status: $0.status, credited: $0.credited)
      }
    }
  }

  func listClaims(_ request: ListClaimsRequest, context: ServerContext) async throws -> ListClaimsResponse {
    try answer(context) { call in list(request, call) }
  }

  func listSuspense(_ request: ListSuspenseRequest, context: ServerContext) async throws -> ListSuspenseResponse {
    try answer(context) { call in suspense(request, call) }
  }

  private func submit(
    _ request: SubmitClaimRequest, _ call: CallSituation, _ words: PersonalWords
  ) -> Answer<SubmitClaimResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    if call.caller.partner.isEmpty {
      if !policy.document.partners.contains(where: { $0.id == request.partnerID }) {
        fields.report("partner_id", "must be a partner of the policy")
      }
      if !request.partnerMemberNumber.isEmpty {
        fields.report("partner_member_number", "is a partner's; operators name the member by its id")
      }
    } else if !request.partnerID.isEmpty, request.partnerID != call.caller.partner {
      fields.report("partner_id", "must be the calling partner or empty")
    }
    let activity = Activity(request.kind)
    if activity == .unspecified { fields.report("kind", "must be a kind of activity that the schema names") }
    fields.checkName(request.reference, "reference")
    fields.checkAmount(request.amount)
    let occurred = fields.milliseconds(request.occurredAt, "occurred_at")
    fields.checkName(request.category, "category", isRequired: false)
    if !(0...FieldLimits.nights).contains(request.quantity) {
      fields.report("quantity", "is \(request.quantity); must be 0 to \(FieldLimits.nights)")
    }
    if request.evidence.isEmpty { fields.report("evidence", "is required: where the proof is") }
    fields.checkAttachments(request.evidence, "evidence")
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }

    let step = SubmitClaimStep(
      partner: request.partnerID,
      activity: AccrualInput(
        member: request.memberID, partnerNumber: request.partnerMemberNumber, activity: activity,
        reference: request.reference, currency: request.amount?.currencyCode ?? "",
        minorUnits: request.amount?.minorUnits ?? 0, occurredMs: occurred, category: request.category,
        quantity: Int64(request.quantity)),
      evidence: words.clear(request.evidence, []), words: words.sealed)
    return decide(.claim(ClaimCommand(step: .submit(step))), key: request.idempotencyKey, .change, call)
      .flatMap { accepted in
        switch accepted.outcome {
        case .accrued(let outcome):
          .success(
            SubmitClaimResponse(
              memberID: outcome.member, status: .credited, credited: CreditedActivity(accepted, outcome)))
        case .claimOpened(let outcome):
          .success(
            SubmitClaimResponse(
              claimID: PublicName.claim(accepted.sequence), memberID: outcome.member, status: .claimed,
              decidedUntil: ProtobufTimestamp(unixMilliseconds: outcome.untilMs),
              suspenseID: outcome.suspended == 0 ? "" : PublicName.suspense(outcome.suspended)))
        default: .failure(.unexpectedOutcome)
        }
      }
  }

  private func review(
    _ step: ReviewClaimStep, _ reason: String, _ words: PersonalWords, isSuspended: Bool, key: String,
    _ fields: RequestFields, _ call: CallSituation
  ) -> Answer<(status: LoyaltyAPI.ClaimStatus, credited: CreditedActivity?)> {
    var fields = fields
    fields.checkReason(reason)
    fields.checkName(key, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }
    // A number names one or the other: by the wrong name neither is decided.
    let other = programme.store.read { ledger in ledger.claimStatus(step.claim) }.value
    if let other, other.isOpen, (other == .suspended) != isSuspended {
      return refused(Refusal(.claimUnknown), call)
    }
    return decide(.claim(ClaimCommand(step: .review(step))), key: key, .reviewClaims, call).flatMap { accepted in
      switch accepted.outcome {
      case .accrued(let outcome): .success((.credited, CreditedActivity(accepted, outcome)))
      case .claimRejected: .success((.rejected, nil))
      default: .failure(.unexpectedOutcome)
      }
    }
  }

  private func list(_ request: ListClaimsRequest, _ call: CallSituation) -> Answer<ListClaimsResponse> {
    var fields = RequestFields()
    fields.checkMemberID(request.memberID)
    let list = "ListClaims \(request.memberID) \(request.openOnly)"
    let size = fields.pageSize(request.pageSize)
    let start = fields.pageStart(request.pageToken, list: list)
    if let error = fields.error { return Answer(.failure(error)) }
    let answer = read(.look, call) { ledger in
      ledger.claims(
        { claim in
          claim.isClaim && (request.memberID.isEmpty || claim.activity?.member == request.memberID)
            && (!request.openOnly || claim.status == .claimed)
        }, partner: call.caller.partner, after: start, limit: size)
    }
    return answer.map { page in
      ListClaimsResponse(
        claims: page.claims.map { claim in
          var shown = ClaimedActivity(claim)
          // Only what waits needs it, and only what is durable has it.
          if claim.status == .claimed, let record = try? programme.history.record(at: claim.claim),
            case .claim(let command)? = record.input, case .submit(let step)? = command.step
          {
            shown.evidence = (try? words(step.words, or: "", step.evidence).attachments) ?? []
          }
          return shown
        }, nextPageToken: page.next.map { PageToken.token("\($0)", list: list) } ?? "")
    }
  }

  /// Days at which an activity in suspense gets older, as partners count them: a week, a month, a quarter.
  private static let ages: [Int64] = [0, 7, 30, 90]

  private func suspense(_ request: ListSuspenseRequest, _ call: CallSituation) -> Answer<ListSuspenseResponse> {
    var fields = RequestFields()
    fields.checkName(request.partnerID, "partner_id", isRequired: false)
    if !call.caller.partner.isEmpty, !request.partnerID.isEmpty, request.partnerID != call.caller.partner {
      fields.report("partner_id", "must be the calling partner or empty")
    }
    let partner = call.caller.partner.isEmpty ? request.partnerID : call.caller.partner
    let list = "ListSuspense \(request.partnerID)"
    let size = fields.pageSize(request.pageSize)
    let start = fields.pageStart(request.pageToken, list: list)
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.look, call) { ledger in
      (
        ledger.claims({ $0.status == .suspended }, partner: partner, after: start, limit: size),
        ledger.suspenseAges(partner: partner, now: call.now, fromDays: Self.ages)
      )
    }.map { page, counts in
      ListSuspenseResponse(
        activities: page.claims.map { ClaimedActivity($0) },
        nextPageToken: page.next.map { PageToken.token("\($0)", list: list) } ?? "",
        ages: zip(Self.ages, counts).map { SuspenseAge(fromDays: Int32($0), count: $1) })
    }
  }
}

extension CreditedActivity {
  init(_ accepted: Accepted, _ outcome: AccrualOutcome) {
    self.init(
      accrualID: PublicName.accrual(accepted.sequence), memberID: outcome.member,
      points: outcome.lines.reduce(0) { $0 + $1.points }, balance: outcome.balance,
      policyVersion: accepted.policyVersion)
  }
}

extension ClaimedActivity {
  init(_ claim: ClaimState) {
    let activity = claim.activity ?? AccrualInput()
    self.init(
      claimID: claim.isClaim ? PublicName.claim(claim.claim) : PublicName.suspense(claim.claim),
      status: LoyaltyAPI.ClaimStatus(rawValue: claim.status.rawValue), memberID: activity.member,
      partnerMemberNumber: activity.partnerNumber, partnerID: claim.partner,
      kind: ActivityKind(rawValue: activity.activity.rawValue), reference: activity.reference,
      amount: activity.currency.isEmpty
        ? nil : Money(currencyCode: activity.currency, minorUnits: activity.minorUnits),
      occurredAt: ProtobufTimestamp(unixMilliseconds: activity.occurredMs),
      openedAt: ProtobufTimestamp(unixMilliseconds: claim.openedMs),
      until: ProtobufTimestamp(unixMilliseconds: claim.untilMs),
      accrualID: claim.status == .credited ? PublicName.accrual(claim.endedBy) : "", refusalReason: claim.refusal)
  }
}

extension LoyaltyHandlers {
  /// An activity of a number that names nobody is kept until it does, if its request asks for that.
  /// - Parameter refused: the answer that it has got.
  func suspend(
    _ request: AccrueRequest, _ input: AccrualInput, refused: Answer<AccrueResponse>, _ call: CallSituation
  ) -> Answer<AccrueResponse> {
    guard request.suspendUnmatched, !request.dryRun, request.memberID.isEmpty, !request.partnerMemberNumber.isEmpty,
      case .failure(let error) = refused.result,
      error.detail(ErrorInfo.self)?.reason == RefusalReason.memberUnknown.rawValue
    else { return refused }
    let command = ClaimCommand(step: .suspend(SuspendStep(activity: input)))
    return decide(.claim(command), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .claimOpened(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        AccrueResponse(
          occurredAt: ProtobufTimestamp(unixMilliseconds: input.occurredMs), policyVersion: accepted.policyVersion,
          suspenseID: PublicName.suspense(accepted.sequence),
          suspendedUntil: ProtobufTimestamp(unixMilliseconds: outcome.untilMs)))
    }
  }
}
