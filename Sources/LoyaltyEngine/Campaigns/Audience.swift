// Who a campaign is for: conditions on the member's tier, segments and household.

import LoyaltyMessages

extension Ledger {
  /// Why a member is not in an audience; nil if it is.
  /// - Parameters:
  ///   - subject: the campaign, for the refusal.
  ///   - tier: the one that the member is about to have; nil: the one that it has.
  func exclusion(
    from audience: AudiencePolicy?, of subject: String, _ member: UInt32, now: Int64, policy: CompiledPolicy,
    tier: String? = nil
  ) -> Refusal? {
    guard let audience else { return nil }
    if !audience.tiers.isEmpty {
      let tier = tier ?? policy.tiers[standing(of: member, policy: policy, now: now).tier].id
      if !audience.tiers.contains(tier) {
        return Refusal(
          .tierNotEligible,
          ["itemId": subject, "tier": tier, "requiredTier": audience.tiers.joined(separator: ", ")])
      }
    }
    if !audience.segments.isEmpty, !audience.segments.contains(where: { isIn($0, member: member) }) {
      return Refusal(
        .segmentNotEligible, ["itemId": subject, "segments": audience.segments.joined(separator: ", ")])
    }
    if audience.minHousehold == 0, audience.householdSegments.isEmpty { return nil }
    let household = household(of: member)
    let segments = audience.householdSegments
    let isLargeEnough = household.count >= Int(audience.minHousehold)
    // A household is in a segment when one of its members is.
    let isInSegment =
      segments.isEmpty || household.contains { other in segments.contains { isIn($0, member: other) } }
    if isLargeEnough, isInSegment { return nil }
    return Refusal(
      .householdNotEligible,
      [
        "itemId": subject, "members": "\(household.count)", "leastMembers": "\(audience.minHousehold)",
        "segments": segments.joined(separator: ", "),
      ])
  }

  func requireAudience(
    _ audience: AudiencePolicy?, of subject: String, _ member: UInt32, _ request: borrowing Request
  ) throws(Refusal) {
    if let refusal = exclusion(from: audience, of: subject, member, now: request.now, policy: request.policy) {
      throw refusal
    }
  }

  /// The member's household, itself included; empty if it is in none.
  private func household(of member: UInt32) -> [UInt32] {
    guard let profile = profiles[members[Int(member)].profile], profile.household > 0 else { return [] }
    return profiles.members(ofHousehold: profiles.household(of: profile), key: hashKey)
  }

  /// A member's language; empty: the programme's.
  func language(of member: UInt32) -> String {
    profiles[members[Int(member)].profile].map { profiles.word($0.language) } ?? ""
  }
}
