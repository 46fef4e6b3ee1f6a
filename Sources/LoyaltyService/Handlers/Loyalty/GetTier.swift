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

    let policy = policy
    let language = call.language(request.language, policy: policy)
    return read(.look, call) { (ledger) throws(Refusal) in
      (
        account: try ledger.account(
          request.memberID, number: request.partnerMemberNumber, partner: call.caller.partner, policy: policy,
          now: call.now),
        tier: try ledger.tier(
          of: request.memberID, number: request.partnerMemberNumber, partner: call.caller.partner, policy: policy,
          now: call.now)
      )
    }.map { response($0.account, $0.tier, policy, language: language, now: call.now) }
  }

  private func response(
    _ account: AccountView, _ view: TierView, _ policy: CompiledPolicy, language: String, now: Int64
  ) -> GetTierResponse {
    let next = account.tier + 1 < policy.tiers.count ? account.tier + 1 : nil
    let route = policy.route(ofTier: account.tier)
    return GetTierResponse(
      memberID: account.member, tier: TierStep(account.tier, policy, language: language),
      qualifyingPoints: account.qualifying,
      periodEndsAt: ProtobufTimestamp(unixMilliseconds: account.periodEndsMs),
      tierValidUntil: account.tierUntilMs.map { ProtobufTimestamp(unixMilliseconds: $0) },
      nextTier: next.map { TierStep($0, policy, language: language) },
      pointsToNextTier: next.map { max(0, policy.tiers[$0].qualifyingPoints - account.qualifying) } ?? 0,
      balance: account.available, expiringSoon: account.expiringSoon,
      nextExpiryAt: account.nextExpiryMs.map { ProtobufTimestamp(unixMilliseconds: $0) },
      enrolledAt: ProtobufTimestamp(unixMilliseconds: account.enrolledMs),
      progress: next.map { progress(policy.tiers[$0], view) } ?? [],
      review: view.review.map { review(view, at: $0.atMs, becomes: $0.tier, policy, now: now) },
      team: zip(policy.document.team, view.team).compactMap { team, position in
        position.map { position in
          AssignedStaff(
            role: team.role, roleName: policy.text(team.name, language: language), staffID: team.staff[position].id,
            name: policy.text(team.staff[position].name, language: language))
        }
      }, serviceQueue: route?.serviceQueue ?? "", offerChannel: route?.offerChannel ?? "")
  }

  private func progress(_ tier: CompiledPolicy.Tier, _ view: TierView) -> [TierProgress] {
    let measures: [(TierMeasure, figure: KeyPath<TierCount, Int64>, need: Int64)] = [
      (.points, \.points, tier.qualifyingPoints), (.spend, \.spend, tier.qualifyingSpend),
      (.nights, \.nights, tier.qualifyingNights), (.segments, \.segments, tier.qualifyingSegments),
    ]
    return measures.filter { $0.need > 0 }.map { measure, figure, need in
      let have = view.counted[keyPath: figure]
      return TierProgress(
        measure: measure, have: have, need: need, missing: max(0, need - have), leaving: view.leaving[keyPath: figure])
    }
  }

  private func review(
    _ view: TierView, at moment: Int64, becomes tier: Int, _ policy: CompiledPolicy, now: Int64
  ) -> TierReview {
    let notice = Int64(policy.document.tierReview?.noticeDays ?? 0) * CivilCalendar.millisecondsPerDay
    return TierReview(
      at: ProtobufTimestamp(unixMilliseconds: moment), projectedTierID: policy.tiers[tier].id,
      notice: tier < view.tier && moment - now <= notice)
  }
}

extension TierStep {
  init(_ index: Int, _ policy: CompiledPolicy, language: String) {
    let tier = policy.document.tiers[index]
    self.init(
      tierID: tier.id, name: policy.text(tier.name, language: language), qualifyingPoints: tier.qualifyingPoints,
      multiplierBp: tier.multiplierBp, benefits: tier.benefits.map { policy.text($0.text, language: language) })
  }
}
