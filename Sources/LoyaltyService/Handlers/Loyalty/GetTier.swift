// GetTier: where a member stands.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension LoyaltyHandlers {
  func getTier(_ request: GetTierRequest, _ call: CallSituation) -> Answer<GetTierResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    fields.checkLanguage(request.language)
    if let error = fields.error { return Answer(.failure(error)) }

    let language = call.language(request.language, policy: policy)
    return read(.look, call) { (ledger) throws(Refusal) in
      try ledger.account(
        request.memberID, number: request.partnerMemberNumber, partner: call.caller.partner, policy: policy,
        now: call.now)
    }.map { response($0, language: language) }
  }

  private func response(_ account: AccountView, language: String) -> GetTierResponse {
    let next = account.tier + 1 < policy.tiers.count ? account.tier + 1 : nil
    return GetTierResponse(
      memberID: account.member, tier: step(account.tier, language: language), qualifyingPoints: account.qualifying,
      periodEndsAt: ProtobufTimestamp(unixMilliseconds: account.periodEndsMs),
      tierValidUntil: account.tierUntilMs.map { ProtobufTimestamp(unixMilliseconds: $0) },
      nextTier: next.map { step($0, language: language) },
      pointsToNextTier: next.map { max(0, policy.tiers[$0].qualifyingPoints - account.qualifying) } ?? 0,
      balance: account.available, expiringSoon: account.expiringSoon,
      nextExpiryAt: account.nextExpiryMs.map { ProtobufTimestamp(unixMilliseconds: $0) },
      enrolledAt: ProtobufTimestamp(unixMilliseconds: account.enrolledMs))
  }

  private func step(_ index: Int, language: String) -> TierStep {
    let tier = policy.document.tiers[index]
    return TierStep(
      tierID: tier.id, name: policy.text(tier.name, language: language), qualifyingPoints: tier.qualifyingPoints,
      multiplierBp: tier.multiplierBp, benefits: tier.benefits.map { policy.text($0.text, language: language) })
  }
}
