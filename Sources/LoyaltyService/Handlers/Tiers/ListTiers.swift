// ListTiers: what each tier asks for and gives, as of any date.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension TierHandlers {
  func tiers(_ request: ListTiersRequest, _ call: CallSituation) -> Answer<ListTiersResponse> {
    var fields = RequestFields()
    fields.checkLanguage(request.language)
    let moment = request.at == nil ? call.now : fields.milliseconds(request.at, "at")
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.look, call) { (ledger) throws(Refusal) in
      guard let policy = ledger.policies.inEffect(at: moment) else { throw Refusal(.policyUnknown, ["version": "0"]) }
      return policy
    }.map { policy in
      let language = call.language(request.language, policy: policy)
      let review = policy.document.tierReview ?? TierReviewPolicy()
      return ListTiersResponse(
        policyVersion: policy.version,
        tiers: policy.tiers.indices.map { TierInfo($0, policy, language: language) },
        counting: review.window == .unspecified ? .calendarYear : TierCounting(rawValue: review.window.rawValue),
        rollingMonths: review.window == .rolling && review.rollingMonths == 0
          ? PolicyLimits.usualRollingMonths : review.rollingMonths,
        graceDays: review.graceDays, noticeDays: review.noticeDays)
    }
  }
}

extension TierInfo {
  init(_ index: Int, _ policy: CompiledPolicy, language: String) {
    let tier = policy.document.tiers[index]
    let route = policy.route(ofTier: index)
    self.init(
      tier: TierStep(index, policy, language: language), qualifyingSpend: tier.qualifyingSpend,
      spendCurrency: tier.qualifyingSpend > 0 ? policy.document.tierReview?.spendCurrency ?? "" : "",
      qualifyingNights: tier.qualifyingNights, qualifyingSegments: tier.qualifyingSegments,
      countedBenefits: tier.benefits.filter { $0.count > 0 }
        .map {
          TierBenefitInfo(benefitID: $0.id, text: policy.text($0.text, language: language), count: $0.count)
        },
      serviceQueue: route?.serviceQueue ?? "", offerChannel: route?.offerChannel ?? "")
  }
}
