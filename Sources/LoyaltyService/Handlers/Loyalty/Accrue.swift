// Accrue: an activity becomes points.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension LoyaltyHandlers {
  func accrue(_ request: AccrueRequest, _ call: CallSituation) -> Answer<AccrueResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    let activity = Activity(request.kind)
    if activity == .unspecified { fields.report("kind", "must be a kind of activity that the schema names") }
    fields.checkName(request.reference, "reference")
    fields.checkAmount(request.amount)
    let occurred = fields.milliseconds(request.occurredAt, "occurred_at")
    fields.checkName(request.idempotencyKey, "idempotency_key")
    fields.checkName(request.category, "category", isRequired: false)
    if let error = fields.error { return Answer(.failure(error)) }

    let input = AccrualInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, activity: activity,
      reference: request.reference, currency: request.amount?.currencyCode ?? "",
      minorUnits: request.amount?.minorUnits ?? 0, occurredMs: occurred, category: request.category)
    return decide(.accrual(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .accrued(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(response(accepted, outcome, language: call.language(policy: policy)))
    }
  }

  private func response(_ accepted: Accepted, _ outcome: AccrualOutcome, language: String) -> AccrueResponse {
    var points: Int64 = 0
    let rules = outcome.lines.map { line -> AppliedRule in
      points += line.points
      return AppliedRule(
        ruleID: line.tier.isEmpty ? line.rule : "tier.\(line.tier)", ruleVersion: line.version, points: line.points,
        why: texts.why(line, language: language), base: line.base, capped: line.capped)
    }
    return AccrueResponse(
      accrualID: PublicName.accrual(accepted.sequence), memberID: outcome.member, points: points,
      qualifyingPoints: outcome.qualifyingPoints, rules: rules,
      lots: outcome.lots.map { lot in
        LotCredit(lotID: PublicName.lot(lot.lot), points: lot.points, expiresAt: .unlessNever(lot.expiresMs))
      },
      balance: outcome.balance, tierID: outcome.tier, enrolled: outcome.enrolled,
      occurredAt: ProtobufTimestamp(unixMilliseconds: outcome.occurredMs),
      postedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs), policyVersion: accepted.policyVersion)
  }
}

extension Activity {
  /// The journal's word for the API's; unspecified for a kind that this program does not know.
  init(_ kind: ActivityKind) {
    self =
      switch kind {
      case .purchase: .purchase
      case .flight: .flight
      case .stay: .stay
      case .share: .share
      case .survey: .survey
      case .referral: .referral
      case .event: .event
      case .unspecified, .unrecognized: .unspecified
      }
  }
}
