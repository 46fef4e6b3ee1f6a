// loyalty.v1.CorrectionService: what staff and partners undo, and the exceptions that staff makes.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.CorrectionService`.
struct CorrectionHandlers: CorrectionServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func reverseAccrual(_ request: ReverseAccrualRequest, context: ServerContext) async throws -> ReverseAccrualResponse {
    let id = PublicName.sequence(request.accrualID, PublicName.accrualPrefix) ?? 0
    let words = try await words(request.reason, about: id, key: request.idempotencyKey, .change, context)
    return try await answerFromHistory(context) { call in try await reverse(request, call, words) }
  }

  func reverseRedemption(
    _ request: ReverseRedemptionRequest, context: ServerContext
  ) async throws -> ReverseRedemptionResponse {
    let id =
      PublicName.sequence(request.redemptionID, PublicName.redemptionPrefix)
      ?? PublicName.sequence(request.redemptionID, PublicName.holdPrefix) ?? 0
    let words = try await words(request.reason, about: id, key: request.idempotencyKey, .change, context)
    return try await answerFromHistory(context) { call in try reverse(request, call, words) }
  }

  func adjustPoints(_ request: AdjustPointsRequest, context: ServerContext) async throws -> AdjustPointsResponse {
    let words = try await words(request.reason, key: request.idempotencyKey, .correct, context) {
      (ledger, _) throws(Refusal) in try ledger.keyHolder(request.memberID)
    }
    return try answer(context) { call in adjust(request, call, words) }
  }

  func extendLots(_ request: ExtendLotsRequest, context: ServerContext) async throws -> ExtendLotsResponse {
    let words = try await words(request.reason, key: request.idempotencyKey, .correct, context) {
      (ledger, _) throws(Refusal) in try ledger.keyHolder(request.memberID)
    }
    return try answer(context) { call in extend(request, call, words) }
  }

  func reinstateLot(_ request: ReinstateLotRequest, context: ServerContext) async throws -> ReinstateLotResponse {
    let words = try await words(request.reason, key: request.idempotencyKey, .correct, context) {
      (ledger, _) throws(Refusal) in try ledger.keyHolder(request.memberID)
    }
    return try await answerFromHistory(context) { call in try await reinstate(request, call, words) }
  }

  private func adjust(
    _ request: AdjustPointsRequest, _ call: CallSituation, _ words: PersonalWords
  ) -> Answer<AdjustPointsResponse> {
    var fields = RequestFields()
    fields.checkRequiredMember(request.memberID)
    if request.points == 0 || request.points.magnitude > UInt64(PolicyLimits.points) {
      fields.report("points", "is \(request.points); must not be 0, nor beyond \(PolicyLimits.points) either way")
    }
    fields.checkReason(request.reason)
    fields.checkName(request.reference, "reference", isRequired: false)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }

    let input = AdjustmentInput(
      member: request.memberID, points: request.points, reason: words.clear(request.reason, ""),
      reference: request.reference, words: words.sealed)
    return decide(.adjustment(input), key: request.idempotencyKey, .correct, call).flatMap { accepted in
      switch accepted.outcome {
      case .proposed: .success(AdjustPointsResponse(proposalID: PublicName.proposal(accepted.sequence)))
      case .adjusted(let outcome):
        .success(
          AdjustPointsResponse(
            adjustmentID: PublicName.adjustment(accepted.sequence), memberID: outcome.member, points: outcome.points,
            lots: outcome.lots.map(LotDebit.init), debtPoints: outcome.toDebt, balance: outcome.balance))
      default: .failure(.unexpectedOutcome)
      }
    }
  }

  private func extend(
    _ request: ExtendLotsRequest, _ call: CallSituation, _ words: PersonalWords
  ) -> Answer<ExtendLotsResponse> {
    var fields = RequestFields()
    fields.checkRequiredMember(request.memberID)
    if request.lotIDs.count > FieldLimits.lots {
      fields.report("lot_ids", "has \(request.lotIDs.count) entries; at most \(FieldLimits.lots)")
    }
    let lots = request.lotIDs.prefix(FieldLimits.lots).enumerated().map { fields.lot($1, "lot_ids[\($0)]") }
    let expires = fields.milliseconds(request.expiresAt, "expires_at")
    fields.checkReason(request.reason)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }

    let input = ExtensionInput(
      member: request.memberID, lots: lots, expiresMs: expires, reason: words.clear(request.reason, ""),
      words: words.sealed)
    return decide(.extension(input), key: request.idempotencyKey, .correct, call).flatMap { accepted in
      guard case .extended(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(ExtendLotsResponse(memberID: outcome.member, lots: outcome.lots.map(LotDebit.init)))
    }
  }

  private func reinstate(
    _ request: ReinstateLotRequest, _ call: CallSituation, _ words: PersonalWords
  ) async throws -> Answer<ReinstateLotResponse> {
    var fields = RequestFields()
    fields.checkRequiredMember(request.memberID)
    let lot = fields.lot(request.lotID, "lot_id")
    if request.points != 0 { fields.checkPoints(request.points, "points") }
    let expires = fields.milliseconds(request.expiresAt, "expires_at")
    fields.checkReason(request.reason)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = call.caller.refusal(for: .correct) ?? words.refusal { return refused(refusal, call) }

    var input = ReinstatementInput(
      member: request.memberID, lot: lot, points: request.points, expiresMs: expires,
      reason: words.clear(request.reason, ""), words: words.sealed)
    let (state, sequence) = programme.store.read { $0.openLots([lot], of: request.memberID) }
    guard let state else { return refused(Refusal(.memberUnknown), call) }
    try await programme.waitForHistory(through: sequence)
    guard let made = try programme.history.record(at: lot >> 8)?.lotMade(lot) else {
      return refused(Refusal(.nothingLapsed, ["lot": "\(lot)"]), call)
    }
    input.earnedMs = made.earnedMs
    input.lapsed =
      try programme.lapsedPoints(
        of: [lot: made.expiresMs], members: Set(state.ids), since: lot >> 8)[lot] ?? 0
    return decide(.reinstatement(input), key: request.idempotencyKey, .correct, call).flatMap { accepted in
      switch accepted.outcome {
      case .proposed: .success(ReinstateLotResponse(proposalID: PublicName.proposal(accepted.sequence)))
      case .reinstated(let outcome):
        .success(
          ReinstateLotResponse(
            memberID: outcome.member, restored: outcome.lot.map(LotRestoration.init), pointsLeft: outcome.left,
            balance: outcome.balance))
      default: .failure(.unexpectedOutcome)
      }
    }
  }
}
