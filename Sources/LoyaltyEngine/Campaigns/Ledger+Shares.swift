// Members share; staff look at the proof, and what they approve is rewarded, up to the policy's caps.

import LoyaltyMessages

extension Ledger {
  /// Shared posts of a member that wait: more is a machine.
  static let pendingSharesPerMember = 20

  func decide(_ input: ShareInput, _ request: inout Request) throws(Refusal) -> Record {
    let number = try resolveEnrolled(input.member, number: input.partnerNumber, partner: request.caller.partner)
    try checkEarning(members[Int(number)], number)
    let rules = try sharing(input.campaign, request)
    if request.now < rules.from?.policyMilliseconds ?? 0
      || request.now >= rules.until?.policyMilliseconds ?? Int64.max
    {
      throw Refusal(.campaignNotOpen, ["campaign": rules.id, "nowMs": "\(request.now)"])
    }
    try requireAudience(rules.audience, of: rules.id, number, request)
    if let first = campaigns.proofs[proofFingerprint(input.proof, or: input.proofPrint)] {
      throw Refusal(.proofSeen, ["firstShare": "\(first)"])
    }
    if campaigns.pendingShares[number] ?? 0 >= Self.pendingSharesPerMember {
      throw Refusal(.tooManyShares, ["most": "\(Self.pendingSharesPerMember)"])
    }
    var input = input
    input.member = memberNames.string(number)
    let position = request.draft.addMember(input.member)
    request.draft.record.campaignChanges.append(
      CampaignChange(
        change: .share(
          ShareOpened(
            member: position, campaign: rules.id, proof: input.proof, words: input.words, proofPrint: input.proofPrint))
      ))
    return request.draft.finish(
      .share(input),
      .share(
        ShareOutcome(share: request.draft.sequence, member: input.member, campaign: rules.id, status: .pending)))
  }

  func decide(_ input: ShareReviewInput, _ request: inout Request) throws(Refusal) -> Record {
    guard let share = campaigns.shares[input.share] else {
      throw Refusal(.shareUnknown, ["share": "\(input.share)"])
    }
    let owner = survivor(of: share.member)
    let rules = try sharing(share.campaign, request)
    let day = request.policy.calendar.day(of: request.now)
    let month = day.year * 12 + day.month - 1
    var outcome = ShareOutcome(
      share: input.share, member: memberNames.string(owner), campaign: share.campaign,
      status: input.approved ? .approved : .rejected)
    let position = request.draft.addMember(outcome.member)
    if input.approved {
      let most = rules.perMonth == 0 ? 1 : rules.perMonth
      if campaigns.rewards(.init(rules.id, of: owner), period: month) >= most {
        throw Refusal(.shareCapReached, ["campaign": rules.id, "most": "\(most)"])
      }
      if rules.quota > 0, campaigns.rewards(.init(rules.id), period: month) >= rules.quota {
        throw Refusal(.quotaUsedUp, ["campaign": rules.id, "quota": "\(rules.quota)"])
      }
      let award = try award(rules.points, to: owner, position, &request)
      (outcome.points, outcome.lots, outcome.balance) = (rules.points, award.lots, award.balance)
      notify(.shareApproved, owner, position, [("points", "\(rules.points)")], &request)
    }
    request.draft.record.campaignChanges.append(
      CampaignChange(
        change: .shareDecision(ShareDecided(share: input.share, approved: input.approved, month: month))))
    return request.draft.finish(.shareReview(input), .share(outcome))
  }

  private func sharing(_ campaign: String, _ request: borrowing Request) throws(Refusal) -> SharePolicy {
    guard let rules = request.policy.document.sharing.first(where: { $0.id == campaign }) else {
      throw Refusal(.campaignUnknown, ["campaign": campaign])
    }
    return rules
  }

  /// The member who has shared; empty for a post that does not wait any more.
  public func memberOfShare(_ id: UInt64) -> String {
    campaigns.shares[id].map { memberNames.string($0.member) } ?? ""
  }

  /// What tells a proof from others in a record that does not have it in clear.
  public func print(ofProof proof: String) -> ProofPrint {
    let print = proofFingerprint(proof, or: nil)
    return ProofPrint(high: print.high, low: print.low)
  }

  func proofFingerprint(_ proof: String, or print: ProofPrint?) -> Fingerprint {
    if let print { return Fingerprint(high: print.high, low: print.low) }
    var hash = SipHash(key: hashKey)
    hash.combine("proof")
    hash.combine(proof)
    return hash.finish()
  }
}
