// Redeem: points become an item, in one call.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension LoyaltyHandlers {
  func redeem(_ request: RedeemRequest, _ call: CallSituation) -> Answer<RedeemResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    let quote = fields.optionalSequence(request.quoteID, "quote_id", PublicName.quotePrefix)
    fields.checkName(request.itemID, "item_id", isRequired: quote == 0)
    fields.checkOrder(session: request.sessionID, quantity: request.quantity, cashPoints: request.cashPoints)
    if let expected = request.expectedPoints, expected < 0 {
      fields.report("expected_points", "is \(expected); must be 0 or more")
    }
    fields.checkName(request.idempotencyKey, "idempotency_key", isRequired: !request.dryRun)
    if let error = fields.error { return Answer(.failure(error)) }

    let input = RedemptionInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, item: request.itemID,
      quantity: Int64(quote > 0 ? request.quantity : max(1, request.quantity)), expectedPoints: request.expectedPoints,
      session: request.sessionID, cashPoints: request.cashPoints, quote: quote)
    return decide(.redemption(input), key: request.idempotencyKey, dryRun: request.dryRun, .change, call)
      .flatMap { accepted in
        guard case .redeemed(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
        return .success(response(accepted, outcome, dryRun: request.dryRun))
      }
  }

  private func response(_ accepted: Accepted, _ outcome: RedemptionOutcome, dryRun: Bool) -> RedeemResponse {
    let price = outcome.price
    return RedeemResponse(
      redemptionID: dryRun ? "" : PublicName.redemption(accepted.sequence), memberID: outcome.member,
      itemID: outcome.item, quantity: Int32(clamping: outcome.quantity), points: outcome.points,
      lots: outcome.lots.map(LotDebit.init), balance: outcome.balance, tierID: outcome.tier,
      redeemedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs), policyVersion: accepted.policyVersion,
      sessionID: outcome.session, cash: price.flatMap { Money($0) }, cashPoints: price?.cashPoints ?? 0,
      // A code that has been shown is given out, and a dry run gives nothing out.
      codes: dryRun ? [] : outcome.codes.map(RedemptionCode.init), state: outcome.dueMs == 0 ? .fulfilled : .accepted,
      fulfilBy: .unlessNever(outcome.dueMs), priceRule: RedemptionPrice.rule(price, item: outcome.item),
      pricePolicyVersion: price?.policyVersion ?? accepted.policyVersion,
      quoteID: price.flatMap { $0.quote > 0 ? PublicName.quote($0.quote) : nil } ?? "", provider: outcome.provider,
      dryRun: dryRun)
  }
}
