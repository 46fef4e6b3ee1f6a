// loyalty.v1.HoldService: points reserved, spent or given back.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.HoldService`.
struct HoldHandlers: HoldServiceHandler, ProgrammeHandlers {
  let programme: Programme

  var immediateMethods: [ServerMethod] {
    [
      .unary(HoldServiceMethods.createHold, createHold), .unary(HoldServiceMethods.confirmHold, confirmHold),
      .unary(HoldServiceMethods.releaseHold, releaseHold),
    ]
  }

  func createHold(_ request: CreateHoldRequest, context: ServerContext) throws -> CreateHoldResponse {
    try answer(context) { call in createHold(request, call) }
  }

  func confirmHold(_ request: ConfirmHoldRequest, context: ServerContext) throws -> ConfirmHoldResponse {
    try answer(context) { call in confirmHold(request, call) }
  }

  func releaseHold(_ request: ReleaseHoldRequest, context: ServerContext) throws -> ReleaseHoldResponse {
    try answer(context) { call in releaseHold(request, call) }
  }

  func createHold(_ request: CreateHoldRequest, _ call: CallSituation) -> Answer<CreateHoldResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    fields.checkPoints(request.points, "points")
    let lifetime = fields.milliseconds(request.lifetime, "lifetime")
    fields.checkName(request.purpose, "purpose", isRequired: false)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }

    let input = HoldReservationInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, points: request.points,
      lifetimeMs: lifetime, purpose: request.purpose)
    return decide(.holdReservation(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .holdReserved(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        CreateHoldResponse(
          holdID: PublicName.hold(accepted.sequence), memberID: outcome.member, points: outcome.points,
          lots: outcome.lots.map(LotDebit.init), expiresAt: ProtobufTimestamp(unixMilliseconds: outcome.untilMs),
          balance: outcome.balance))
    }
  }

  func confirmHold(_ request: ConfirmHoldRequest, _ call: CallSituation) -> Answer<ConfirmHoldResponse> {
    var fields = RequestFields()
    let hold = fields.sequence(request.holdID, "hold_id", PublicName.holdPrefix)
    if let points = request.points { fields.checkPoints(points, "points") }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }

    let input = HoldConfirmationInput(hold: hold, points: request.points)
    return decide(.holdConfirmation(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .holdConfirmed(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        ConfirmHoldResponse(
          holdID: request.holdID, memberID: outcome.member, points: outcome.paid.reduce(0) { $0 + $1.points },
          lots: outcome.paid.map(LotDebit.init), restored: outcome.restored.map(LotRestoration.init),
          balance: outcome.balance, confirmedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs)))
    }
  }

  func releaseHold(_ request: ReleaseHoldRequest, _ call: CallSituation) -> Answer<ReleaseHoldResponse> {
    var fields = RequestFields()
    let hold = fields.sequence(request.holdID, "hold_id", PublicName.holdPrefix)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }

    let input = HoldReleaseInput(hold: hold)
    return decide(.holdRelease(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .holdReleased(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        ReleaseHoldResponse(
          holdID: request.holdID, memberID: outcome.member, restored: outcome.restored.map(LotRestoration.init),
          balance: outcome.balance, releasedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs)))
    }
  }
}
