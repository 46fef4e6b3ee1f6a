// loyalty.v1.ExchangeService: points for miles, and miles for points.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.ExchangeService`.
struct ExchangeHandlers: ExchangeServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func listExchangeRates(
    _ request: ListExchangeRatesRequest, context: ServerContext
  ) async throws -> ListExchangeRatesResponse {
    try answer(context) { call in listExchangeRates(request, call) }
  }

  func exchange(_ request: ExchangeRequest, context: ServerContext) async throws -> ExchangeResponse {
    try answer(context) { call in exchange(request, call) }
  }

  func reverseExchange(
    _ request: ReverseExchangeRequest, context: ServerContext
  ) async throws -> ReverseExchangeResponse {
    let id = PublicName.sequence(request.exchangeID, PublicName.exchangePrefix) ?? 0
    let words = try await words(request.reason, about: id, key: request.idempotencyKey, .change, context)
    return try answer(context) { call in reverseExchange(request, call, words) }
  }
}

extension ExchangeHandlers {
  func listExchangeRates(
    _ request: ListExchangeRatesRequest, _ call: CallSituation
  ) -> Answer<ListExchangeRatesResponse> {
    var fields = RequestFields()
    fields.checkName(request.partnerID, "partner_id", isRequired: false)
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = call.caller.refusal(for: .look) { return refused(refusal, call) }
    let partner = call.caller.partner.isEmpty ? request.partnerID : call.caller.partner
    let isAllowed = request.partnerID.isEmpty || request.partnerID == partner
    let rates = policy.document.exchanges.filter { isAllowed && (partner.isEmpty || $0.partner == partner) }
    return Answer(
      .success(
        ListExchangeRatesResponse(
          rates: rates.map { rate in
            ExchangeRate(
              rateID: rate.id, version: rate.version, partnerID: rate.partner,
              direction: LoyaltyAPI.ExchangeDirection(rawValue: rate.direction.rawValue), points: rate.points,
              miles: rate.miles, minimum: max(1, rate.minimum), feePoints: rate.feePoints)
          },
          policyVersion: policy.version)))
  }

  func exchange(_ request: ExchangeRequest, _ call: CallSituation) -> Answer<ExchangeResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    fields.checkName(request.partnerID, "partner_id", isRequired: call.caller.partner.isEmpty)
    let direction = LoyaltyMessages.ExchangeDirection(rawValue: request.direction.rawValue)
    if direction != .toMiles, direction != .toPoints {
      fields.report("direction", "must be TO_MILES or TO_POINTS")
    }
    if request.amount < 1 || request.amount > PolicyLimits.points {
      fields.report("amount", "is \(request.amount); must be 1 to \(PolicyLimits.points)")
    }
    if let expected = request.expected, expected < 0 {
      fields.report("expected", "is \(expected); must be 0 or more")
    }
    fields.checkName(request.reference, "reference", isRequired: direction == .toPoints)
    fields.checkName(request.idempotencyKey, "idempotency_key", isRequired: !request.dryRun)
    if let error = fields.error { return Answer(.failure(error)) }
    let input = ExchangeInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber,
      partner: request.partnerID.isEmpty ? call.caller.partner : request.partnerID, direction: direction,
      amount: request.amount, expected: request.expected, reference: request.reference)
    return decide(
      .partnership(PartnershipInput(command: .exchange(input))), key: request.idempotencyKey, dryRun: request.dryRun,
      .change, call
    ).flatMap { accepted in
      guard case .partnership(let outcome) = accepted.outcome, case .exchanged(let exchanged)? = outcome.outcome else {
        return .failure(.unexpectedOutcome)
      }
      return .success(
        ExchangeResponse(
          exchangeID: request.dryRun ? "" : PublicName.exchange(accepted.sequence), memberID: exchanged.member,
          partnerID: exchanged.partner,
          direction: LoyaltyAPI.ExchangeDirection(rawValue: exchanged.direction.rawValue), points: exchanged.points,
          feePoints: exchanged.feePoints, miles: exchanged.miles, lots: exchanged.lots.map(LotDebit.init),
          balance: exchanged.balance, rateID: exchanged.rule, rateVersion: exchanged.ruleVersion,
          exchangedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs), policyVersion: accepted.policyVersion))
    }
  }

  func reverseExchange(
    _ request: ReverseExchangeRequest, _ call: CallSituation, _ words: PersonalWords
  ) -> Answer<ReverseExchangeResponse> {
    var fields = RequestFields()
    let id = fields.sequence(request.exchangeID, "exchange_id", PublicName.exchangePrefix)
    fields.checkNote(request.reason, "reason")
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }
    let original: ExchangeOutcome?
    do { original = try programme.history.record(at: id)?.exchange } catch {
      return Answer(.failure(RPCError(storeError: error)))
    }
    let input = ExchangeReversalInput(
      exchange: id, original: original, reason: words.clear(request.reason, ""), words: words.sealed)
    return decide(
      .partnership(PartnershipInput(command: .exchangeReversal(input))), key: request.idempotencyKey, .change, call
    ).flatMap { accepted in
      guard case .partnership(let outcome) = accepted.outcome, case .exchangeReversed(let reversed)? = outcome.outcome
      else { return .failure(.unexpectedOutcome) }
      return .success(
        ReverseExchangeResponse(
          reversalID: PublicName.exchange(accepted.sequence), exchangeID: request.exchangeID,
          restored: reversed.restored.map(LotRestoration.init), taken: reversed.taken.map(LotDebit.init),
          miles: reversed.original?.miles ?? 0, balance: reversed.balance))
    }
  }
}

extension Record {
  /// The exchange that this record made; nil for any other record.
  var exchange: ExchangeOutcome? {
    guard case .partnershipChanged(let outcome)? = outcome, case .exchanged(let exchanged)? = outcome.outcome else {
      return nil
    }
    return exchanged
  }
}
