// Tiers that run out are reviewed as they fall due, so that history says when; and what a tier entitles to is used one by
// one.

import LoyaltyMessages

extension Ledger {
  /// The next members whose tier runs out; nil if there are none.
  func decide(_ input: TierReviewInput, _ request: inout Request) -> Record? {
    let most = input.maxMembers == 0 ? limits.lotsPerExpiry : min(Int(input.maxMembers), limits.lotsPerExpiry)
    let due = tierReviews.due(now: request.now, most: most + 1)
    guard !due.isEmpty else { return nil }
    var moves: [TierMove] = []
    for number in due.prefix(most) {
      // Each may bring a notice on each channel, and a record names 4,096.
      if request.draft.record.notices.count > 3_000 { break }
      let state = members[Int(number)]
      var standing = standing(of: UInt32(number), policy: request.policy, now: request.now)
      // A tier of an older policy can have become the entry tier, which is held for good.
      if standing.tier == 0 { standing.tierUntilMs = 0 }
      let member = request.draft.addMember(memberNames.string(UInt32(number)))
      if standing.toClose > 0 { request.draft.closePeriod(standing.toClose, of: member) }
      let tier = setTier(standing, of: UInt32(number), member, &request)
      moves.append(TierMove(member: member, from: tierNames.names[Int(state.tier)], to: tier))
    }
    return request.draft.finish(
      input: .tierReview(TierReviewInput(maxMembers: UInt32(clamping: most))),
      outcome: .tiersReviewed(TierReviewOutcome(moves: moves, more: due.count > moves.count)))
  }

  /// One use of what the member's tier entitles to.
  func decide(_ input: EntitlementUseInput, _ request: inout Request) throws(Refusal) -> Record {
    let policy = request.policy
    let (number, _) = try resolveSpending(
      input.member, number: input.partnerNumber, partner: request.caller.partner)
    let standing = standing(of: number, policy: policy, now: request.now)
    let tier = policy.document.tiers[standing.tier]
    guard let benefit = tier.benefits.first(where: { $0.id == input.benefit && $0.count > 0 }), !input.benefit.isEmpty
    else { throw Refusal(.entitlementUnknown, ["benefit": input.benefit, "tier": tier.id]) }
    let meter = Self.meter(ofBenefit: benefit.id)
    let periodEndsMs = standing.benefitsEndMs(policy: policy, now: request.now)
    let used = meters.amount(meter, member: number, period: periodEndsMs)
    guard used < Int64(benefit.count) else {
      throw Refusal(
        .entitlementUsedUp,
        ["benefit": benefit.id, "granted": "\(benefit.count)", "periodEndsMs": "\(periodEndsMs)"])
    }
    var input = input
    input.member = memberNames.string(number)
    let member = request.draft.addMember(input.member)
    if standing.toClose > 0 { request.draft.closePeriod(standing.toClose, of: member) }
    if standing.changed { setTier(standing, of: number, member, &request) }
    request.draft.meter(meter, member: member, amount: 1, period: periodEndsMs)
    return request.draft.finish(
      input: .entitlementUse(input),
      outcome: .entitlementUsed(
        EntitlementUseOutcome(
          member: input.member, benefit: benefit.id, used: used + 1, left: Int64(benefit.count) - used - 1,
          periodEndsMs: periodEndsMs)))
  }

  /// Writes a member's standing into the record, and tells the member if its tier is another one now.
  /// - Parameter member: position in the record.
  @discardableResult
  func setTier(_ standing: Standing, of number: UInt32, _ member: UInt32, _ request: inout Request) -> String {
    let tier = request.policy.tiers[standing.tier].id
    request.draft.set(standing, of: member, policy: request.policy)
    notifyTier(tier, number, member, &request)
    return tier
  }

  static func meter(ofBenefit id: String) -> String { "benefit.\(id)" }
}

/// A member's tier and what hangs on it, at a moment.
public struct TierView: Hashable, Sendable {
  public var member: String
  /// Position in the policy's tiers.
  public var tier: Int
  public var counted: TierCount
  public var periodEndsMs: Int64
  /// Of `counted`, what counts no more from `periodEndsMs` on.
  public var leaving: TierCount
  /// What of the tier's counted benefits is not used by then lapses, and as many are granted again.
  public var benefitsEndMs: Int64
  /// When the tier is reviewed, and the one it becomes if nothing more is earned; nil for the entry tier.
  public var review: (atMs: Int64, tier: Int)? {
    get { reviewMs == 0 ? nil : (reviewMs, reviewTier) }
    set { (reviewMs, reviewTier) = newValue ?? (0, 0) }
  }
  private var reviewMs: Int64 = 0
  private var reviewTier = 0
  /// For each counted benefit of the tier, how often it was used in this period.
  public var used: [String: Int64] = [:]
  /// For each of the policy's teams, the position of who looks after the member; nil for teams that are not for it.
  public var team: [Int?] = []

  init(member: String, _ standing: Standing, benefitsEndMs: Int64) {
    self.member = member
    tier = standing.tier
    counted = standing.counted
    periodEndsMs = standing.periodEndsMs
    leaving = standing.months.first.map(TierCount.init) ?? standing.counted
    self.benefitsEndMs = benefitsEndMs
  }
}

extension Ledger {
  /// A member's tier.
  /// - Throws: `memberUnknown`, `memberMismatch`.
  public func tier(
    of id: String, number: String = "", partner: String = "", policy: CompiledPolicy, now: Int64
  ) throws(Refusal) -> TierView {
    tier(of: try resolveEnrolled(id, number: number, partner: partner), policy: policy, now: max(now, timeMs))
  }

  private func tier(of member: UInt32, policy: CompiledPolicy, now: Int64) -> TierView {
    let state = members[Int(member)]
    let standing = standing(of: member, policy: policy, now: now)
    var view = TierView(
      member: memberNames.string(member), standing, benefitsEndMs: standing.benefitsEndMs(policy: policy, now: now))
    if standing.tier > 0, standing.tierUntilMs > 0 {
      var later = standing
      later.advance(to: standing.tierUntilMs, policy: policy)
      view.review = (standing.tierUntilMs, later.tier)
    }
    for benefit in policy.document.tiers[standing.tier].benefits where benefit.count > 0 {
      view.used[benefit.id] = meters.amount(
        Self.meter(ofBenefit: benefit.id), member: member, period: view.benefitsEndMs)
    }
    let tier = policy.tiers[standing.tier].id
    view.team = policy.document.team.map { team in
      // Staff may name somebody of the team for a member, whatever its tier.
      let named = attribute("team.\(team.role)", member: member)
      if !named.isEmpty, let position = team.staff.firstIndex(where: { $0.id == named }) { return position }
      guard team.tiers.isEmpty || team.tiers.contains(tier),
        now - state.enrolledMs >= Int64(team.memberForDays) * CivilCalendar.millisecondsPerDay
      else { return nil }
      return assigned(team, to: view.member)
    }
    return view
  }

  /// Who of a team looks after a member: the one whose hash with the member is greatest (Thaler and Ravishankar's highest
  /// random weight), so that only the members of somebody who leaves get somebody else.
  private func assigned(_ team: TeamPolicy, to member: String) -> Int? {
    team.staff.indices.max { weight(team, team.staff[$0].id, member) < weight(team, team.staff[$1].id, member) }
  }

  private func weight(_ team: TeamPolicy, _ person: String, _ member: String) -> UInt64 {
    var hash = SipHash(key: hashKey)
    hash.combine(team.role)
    hash.combine(person)
    hash.combine(member)
    return hash.finish().high
  }

  /// Members that one page of reviews looks at: a millisecond or two.
  private static let membersAPage = 10_000

  /// Members whose tier is reviewed by `until` and would be lost, in the order in which they joined.
  /// - Parameters:
  ///   - from: 0, or the `next` of the page before.
  ///   - limit: most members in a page. A page looks at so many members that it may hold fewer.
  /// - Returns: `next` is nil when all members have been looked at.
  public func tiersAtRisk(
    until: Int64, from: Int, limit: Int, policy: CompiledPolicy, now: Int64
  ) -> (views: [TierView], next: Int?) {
    var views: [TierView] = []
    var number = min(max(0, from), members.count)
    let end = min(members.count, number + Self.membersAPage)
    while number < end, views.count < limit {
      defer { number += 1 }
      guard let due = tierReviews.dueMs(UInt64(number)), due <= until else { continue }
      let view = tier(of: UInt32(number), policy: policy, now: max(now, timeMs))
      if let review = view.review, review.tier < view.tier { views.append(view) }
    }
    return (views, number < members.count ? number : nil)
  }
}
