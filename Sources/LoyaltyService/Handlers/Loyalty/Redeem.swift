// Redeem: points become an item.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension LoyaltyHandlers {
  func redeem(_ request: RedeemRequest, _ call: CallSituation) -> Answer<RedeemResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    fields.checkName(request.itemID, "item_id")
    if request.quantity < 0 || request.quantity > FieldLimits.quantity {
      fields.report("quantity", "is \(request.quantity); must be 1 to \(FieldLimits.quantity), or 0 for 1")
    }
    if let expected = request.expectedPoints, expected < 0 {
      fields.report("expected_points", "is \(expected); must be 0 or more")
    }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }

    let input = RedemptionInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, item: request.itemID,
      quantity: Int64(max(1, request.quantity)), expectedPoints: request.expectedPoints)
    return decide(.redemption(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .redeemed(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        RedeemResponse(
          redemptionID: PublicName.redemption(accepted.sequence), memberID: outcome.member, itemID: outcome.item,
          quantity: Int32(clamping: outcome.quantity), points: outcome.points,
          lots: outcome.lots.map { lot in
            LotDebit(lotID: PublicName.lot(lot.lot), points: lot.points, expiresAt: .unlessNever(lot.expiresMs))
          },
          balance: outcome.balance, tierID: outcome.tier,
          redeemedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs), policyVersion: accepted.policyVersion))
    }
  }
}
