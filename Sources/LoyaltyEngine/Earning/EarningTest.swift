// A rule's condition, made ready to be asked: sets of names, masks, moments; and the trees of conditions below it. The
// answer is not yes or no but why not.

import LoyaltyMessages

/// A condition. Immutable; a class, so that rules hand it on without copying.
final class EarningTest: Sendable {
  private let partners: [String]
  private let activities: [Activity]
  /// Bit per tier.
  private let tiers: UInt64
  private let categories: [String]
  private let channels: [String]
  private let segments: [String]
  private let attributes: [AttributeTest]
  private let fromMs: Int64
  private let untilMs: Int64
  private let amount: ClosedRange<Int64>
  private let firstActivity: Bool
  private let firstPurchase: Bool
  private let memberForMs: Int64
  private let allOf: [EarningTest]
  private let anyOf: [EarningTest]
  private let noneOf: [EarningTest]
  /// Nothing is asked of the member beyond its tier, and there are no conditions below.
  private let isPlain: Bool

  init(_ condition: EarningCondition, tierIDs: [String]) {
    partners = condition.partners
    activities = condition.activities
    var mask: UInt64 = 0
    for (bit, id) in tierIDs.enumerated() where condition.tiers.isEmpty || condition.tiers.contains(id) {
      mask |= 1 << bit
    }
    tiers = mask
    categories = condition.categories
    channels = condition.channels
    segments = condition.segments
    attributes = condition.attributes
    fromMs = condition.from?.policyMilliseconds ?? Int64.min
    untilMs = condition.until?.policyMilliseconds ?? Int64.max
    amount = condition.minMinorUnits...(condition.maxMinorUnits == 0 ? Int64.max : condition.maxMinorUnits)
    firstActivity = condition.firstActivity
    firstPurchase = condition.firstPurchase
    memberForMs = Int64(condition.memberForDays) * CivilCalendar.millisecondsPerDay
    allOf = condition.allOf.map { EarningTest($0, tierIDs: tierIDs) }
    anyOf = condition.anyOf.map { EarningTest($0, tierIDs: tierIDs) }
    noneOf = condition.noneOf.map { EarningTest($0, tierIDs: tierIDs) }
    isPlain =
      channels.isEmpty && segments.isEmpty && attributes.isEmpty && memberForMs == 0 && allOf.isEmpty
      && anyOf.isEmpty && noneOf.isEmpty
  }

  /// Why an activity does not meet the condition; nil if it does.
  func failure(_ activity: borrowing EarningSituation, in ledger: borrowing Ledger) -> PassReason? {
    if !activities.isEmpty, !activities.contains(activity.input.activity) { return .activity }
    if !partners.isEmpty, !partners.contains(activity.partner) { return .partner }
    if tiers & 1 << activity.tier == 0 { return .tier }
    if activity.input.occurredMs < fromMs || activity.input.occurredMs >= untilMs { return .date }
    if !amount.contains(activity.input.minorUnits) { return .amount }
    if firstActivity, !activity.isFirst { return .firstActivity }
    if firstPurchase, !activity.isFirstPurchase { return .firstPurchase }
    if !categories.isEmpty, !categories.contains(activity.input.category) { return .category }
    return isPlain ? nil : furtherFailure(activity, in: ledger)
  }

  private func furtherFailure(_ activity: borrowing EarningSituation, in ledger: borrowing Ledger) -> PassReason? {
    if !channels.isEmpty, !channels.contains(activity.input.channel) { return .channel }
    if memberForMs > 0, activity.now - activity.enrolledMs < memberForMs { return .membership }
    if !segments.isEmpty {
      guard let member = activity.member, segments.contains(where: { ledger.isIn($0, member: member) }) else {
        return .segment
      }
    }
    for test in attributes {
      let value = activity.member.map { ledger.attribute(test.name, member: $0) } ?? ""
      if value.isEmpty || !test.values.isEmpty && !test.values.contains(value) { return .attribute }
    }
    for test in allOf {
      if let failure = test.failure(activity, in: ledger) { return failure }
    }
    // Loops, because a closure cannot capture what is only borrowed.
    if !anyOf.isEmpty {
      var holds = false
      for test in anyOf where !holds { holds = test.failure(activity, in: ledger) == nil }
      if !holds { return .anyOf }
    }
    for test in noneOf where test.failure(activity, in: ledger) == nil { return .noneOf }
    return nil
  }
}

/// An activity and what rules ask about it and its member.
struct EarningSituation: Sendable {
  var input: AccrualInput
  /// The partner that credits, and its position in the policy.
  var partner: String
  var partnerIndex: Int
  /// Position among all members; nil for someone who is enrolled by it.
  var member: UInt32?
  /// Position in the policy's tiers.
  var tier: Int
  /// It is the member's first activity.
  var isFirst: Bool
  /// It is the member's first purchase at any partner.
  var isFirstPurchase: Bool
  var enrolledMs: Int64
  var now: Int64
}
