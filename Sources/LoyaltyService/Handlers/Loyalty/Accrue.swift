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
    fields.checkName(request.idempotencyKey, "idempotency_key", isRequired: !request.dryRun)
    fields.checkName(request.category, "category", isRequired: false)
    fields.checkName(request.channel, "channel", isRequired: false)
    if !(0...FieldLimits.nights).contains(request.quantity) {
      fields.report("quantity", "is \(request.quantity); must be 0 to \(FieldLimits.nights)")
    }
    if let error = fields.error { return Answer(.failure(error)) }

    let input = AccrualInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, activity: activity,
      reference: request.reference, currency: request.amount?.currencyCode ?? "",
      minorUnits: request.amount?.minorUnits ?? 0, occurredMs: occurred, category: request.category,
      channel: request.channel, quantity: Int64(request.quantity))
    let answer = decide(.accrual(input), key: request.idempotencyKey, dryRun: request.dryRun, .change, call)
      .flatMap { accepted -> Result<AccrueResponse, RPCError> in
        guard case .accrued(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
        // The version that decided, also for a request that is repeated under a later one.
        let served = programme.served(version: accepted.policyVersion) ?? programme.served
        let language = call.language(policy: served.policy)
        var response = AccrueResponse(accepted, outcome, served: served, language: language)
        response.passedRules = PassedRule.all(
          outcome, activity: activity, served: served, language: language, complete: request.dryRun)
        if request.dryRun { response.forgetNames() }
        return .success(response)
      }
    return suspend(request, input, refused: answer, call)
  }
}

extension AccrueResponse {
  init(_ accepted: Accepted, _ outcome: AccrualOutcome, served: ServedPolicy, language: String) {
    var points: Int64 = 0
    let rules = outcome.lines.map { line -> AppliedRule in
      points += line.points
      return AppliedRule(
        ruleID: line.tier.isEmpty ? line.rule : "tier.\(line.tier)", ruleVersion: line.version, points: line.points,
        why: served.texts.why(line, language: language), base: line.base, capped: line.capped,
        cappedBy: RuleReason(rawValue: line.cap.rawValue))
    }
    self.init(
      accrualID: PublicName.accrual(accepted.sequence), memberID: outcome.member, points: points,
      qualifyingPoints: outcome.qualifyingPoints, rules: rules, lots: outcome.lots.map(LotCredit.init),
      balance: outcome.balance, tierID: outcome.tier, enrolled: outcome.enrolled,
      occurredAt: ProtobufTimestamp(unixMilliseconds: outcome.occurredMs),
      postedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs), policyVersion: accepted.policyVersion)
    debtPoints = outcome.toDebt
    pendingPoints = outcome.pending
    pendingUntil = .unlessNever(outcome.postMs)
  }

  /// Names of what a dry run did not make.
  fileprivate mutating func forgetNames() {
    accrualID = ""
    for index in lots.indices { lots[index].lotID = "" }
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
