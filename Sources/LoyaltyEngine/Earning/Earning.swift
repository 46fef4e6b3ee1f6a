// Earning rules at work: an activity in; points, the reasons for them, and the reasons for none out. Rules are tried in
// the policy's order. Each gives what its award says, rounded as it says, cut by its caps in this order: the activity's, the
// member's of the day, the member's, the budget. The tier's multiplier comes last.

import LoyaltyMessages

/// What an activity earns.
struct Earned: Hashable, Sendable {
  /// Each rule that applied, in order; the tier's multiplier last.
  var lines: [RuleLine] = []
  /// Each rule of the partner and the activity that did not, as `AccrualOutcome.passed` has it.
  var passed: [UInt32] = []
  var points: Int64 = 0
  var qualifying: Int64 = 0
  /// Meters that go on.
  var metered: [Metered] = []

  struct Metered: Hashable, Sendable {
    var meter: String
    var isMembers: Bool
    var amount: Int64
    var period: Int64
  }
}

extension Ledger {
  /// Applies the rules to an activity.
  /// - Throws: `noEarningRule`, `pointsOverflow`.
  func earn(_ activity: borrowing EarningSituation, policy: CompiledPolicy) throws(Refusal) -> Earned {
    var run = EarningRun(policy: policy)
    let places = policy.rules(partner: activity.partnerIndex, activity: activity.input.activity)
    for place in places.indices {
      let rule = policy.rules[places[place]]
      if let reason = run.exclusion(of: rule) {
        run.pass(rule, reason)
        continue
      }
      if rule.choosesMost {
        try applyMost(of: places[place...], run: &run, activity)
      } else {
        _ = try apply(rule, run: &run, activity)
      }
    }
    if run.earned.lines.isEmpty {
      throw Refusal(
        .noEarningRule,
        [
          "partner": activity.partner, "activity": "\(activity.input.activity.rawValue)",
          "currency": activity.input.currency, "minorUnits": "\(activity.input.minorUnits)",
        ])
    }
    try run.multiply(byTier: activity.tier)
    return run.earned
  }

  /// Tries one rule.
  private func apply(
    _ rule: CompiledPolicy.Rule, run: inout EarningRun, _ activity: borrowing EarningSituation
  ) throws(Refusal) {
    if let reason = rule.test.failure(activity, in: self) { return run.pass(rule, reason) }
    switch try run.award(rule, activity.input) {
    case .nothing(let reason): run.pass(rule, reason)
    case .points(let full, let base):
      let (points, cap) =
        rule.isMetered ? cut(full, rule, activity, policy: run.policy) : (min(full, rule.maxPoints), .unspecified)
      // What a cap left nothing of gave nothing; what rounding left nothing of was still a reason to accept.
      if points == 0, cap != .unspecified { return run.pass(rule, cap) }
      try run.add(rule, points: points, base: base, capped: points < full, cap: cap)
      if rule.isMetered { run.meter(rule, points: points, day: run.policy.calendar.dayNumber(of: activity.now)) }
    }
  }

  /// Tries the rules of a group of which the one that gives most applies.
  private func applyMost(
    of places: ArraySlice<Int>, run: inout EarningRun, _ activity: borrowing EarningSituation
  ) throws(Refusal) {
    let group = run.policy.rules[places[places.startIndex]].group
    var best: (rule: CompiledPolicy.Rule, points: Int64)?
    for place in places {
      let rule = run.policy.rules[place]
      guard rule.group == group, rule.test.failure(activity, in: self) == nil,
        case .points(let full, _) = try run.award(rule, activity.input)
      else { continue }
      let points = rule.isMetered ? cut(full, rule, activity, policy: run.policy).points : min(full, rule.maxPoints)
      if points > best?.points ?? 0 { best = (rule, points) }
    }
    for place in places {
      let rule = run.policy.rules[place]
      guard rule.group == group else { continue }
      if let best, best.rule !== rule { run.pass(rule, rule.test.failure(activity, in: self) ?? .group) }
      if best == nil || best?.rule === rule { try apply(rule, run: &run, activity) }
    }
    run.close(group: group)
  }

  /// What the caps leave of a rule's points, and the one that cut last.
  private func cut(
    _ full: Int64, _ rule: CompiledPolicy.Rule, _ activity: borrowing EarningSituation, policy: CompiledPolicy
  ) -> (points: Int64, cap: PassReason) {
    var points = min(full, rule.maxPoints)
    var cap = PassReason.unspecified
    func limit(_ most: Int64, _ used: Int64, _ reason: PassReason) {
      let left = max(0, most - used)
      if points > left { (points, cap) = (left, reason) }
    }
    if rule.timesPerMember > 0, let member = activity.member,
      meters.amount(rule.meters.times, member: member) >= rule.timesPerMember
    {
      return (0, .timesCap)
    }
    if rule.maxPointsPerDay > 0 {
      let day = policy.calendar.dayNumber(of: activity.now)
      limit(
        rule.maxPointsPerDay,
        activity.member.map { meters.amount(rule.meters.day, member: $0, period: day) } ?? 0, .dayCap)
    }
    if rule.maxPointsPerMember > 0 {
      limit(
        rule.maxPointsPerMember, activity.member.map { meters.amount(rule.meters.member, member: $0) } ?? 0, .memberCap)
    }
    if rule.budget > 0 { limit(rule.budget, meters.amount(rule.meters.budget), .budget) }
    return (points, cap)
  }
}

/// One activity on its way through the rules.
struct EarningRun {
  let policy: CompiledPolicy
  var earned = Earned()
  private var base: Int64 = 0
  private var multiplied: Int64 = 0
  private var usedGroups: UInt64 = 0
  private var laterGroups: [Int] = []
  private var isOver = false

  enum Award {
    /// Before caps, and what they were computed from.
    case points(Int64, base: Int64)
    case nothing(PassReason)
  }

  init(policy: CompiledPolicy) {
    self.policy = policy
    earned.lines.reserveCapacity(4)
    earned.metered.reserveCapacity(4)
  }

  /// Why a rule is not tried at all.
  func exclusion(of rule: CompiledPolicy.Rule) -> PassReason? {
    if isOver { return .afterLast }
    guard rule.group > 0 else { return nil }
    let isUsed = rule.group < 64 ? usedGroups & 1 << rule.group != 0 : laterGroups.contains(rule.group)
    return isUsed ? .group : nil
  }

  mutating func pass(_ rule: CompiledPolicy.Rule, _ reason: PassReason) {
    // A group that was tried as a whole has told already why each of its rules gave nothing.
    let word = UInt32(rule.position) << 8
    if reason == .group, earned.passed.contains(where: { $0 & ~0xff == word }) || isApplied(rule) { return }
    earned.passed.append(word | UInt32(bitPattern: reason.rawValue))
  }

  private func isApplied(_ rule: CompiledPolicy.Rule) -> Bool { earned.lines.contains { $0.rule == rule.id } }

  /// The rule's points before its caps.
  func award(_ rule: CompiledPolicy.Rule, _ input: borrowing AccrualInput) throws(Refusal) -> Award {
    switch rule.award {
    case .fixed(let points): return .points(points, base: 0)
    case .shareOfBase(let share):
      // A share of nothing is no reason to accept an activity that no rule gives points for.
      guard base > 0 else { return .nothing(.noBase) }
      guard let points = FixedPoint.scale(base, by: share, over: FixedPoint.one, rounding: rule.rounding) else {
        throw Self.overflow(base)
      }
      return .points(points, base: base)
    case .rates(let rates):
      let currency = input.currency
      guard let rate = rates.first(where: { $0.currency == currency }) else { return .nothing(.currency) }
      guard
        let points = FixedPoint.scale(
          input.minorUnits, by: rate.points, over: rate.perMinorUnits, rounding: rule.rounding)
      else { throw Self.overflow(input.minorUnits) }
      return .points(points, base: input.minorUnits)
    }
  }

  mutating func add(
    _ rule: CompiledPolicy.Rule, points: Int64, base from: Int64, capped: Bool, cap: PassReason
  ) throws(Refusal) {
    close(group: rule.group)
    earned.lines.append(
      RuleLine(rule: rule.id, version: rule.version, points: points, base: from, capped: capped, cap: cap))
    if case .shareOfBase = rule.award {} else { base = try Self.sum(base, points) }
    if rule.tierMultiplied { multiplied = try Self.sum(multiplied, points) }
    if rule.qualifying { earned.qualifying = try Self.sum(earned.qualifying, points) }
    earned.points = try Self.sum(earned.points, points)
    if rule.isLast { isOver = true }
  }

  /// No further rule of the group applies.
  mutating func close(group: Int) {
    guard group > 0 else { return }
    if group < 64 { usedGroups |= 1 << group } else { laterGroups.append(group) }
  }

  mutating func meter(_ rule: CompiledPolicy.Rule, points: Int64, day: Int64) {
    func add(_ meter: String, isMembers: Bool, amount: Int64, period: Int64 = 0) {
      earned.metered.append(.init(meter: meter, isMembers: isMembers, amount: amount, period: period))
    }
    if rule.timesPerMember > 0 { add(rule.meters.times, isMembers: true, amount: 1) }
    guard points > 0 else { return }
    if rule.maxPointsPerDay > 0 { add(rule.meters.day, isMembers: true, amount: points, period: day) }
    if rule.maxPointsPerMember > 0 { add(rule.meters.member, isMembers: true, amount: points) }
    if rule.budget > 0 { add(rule.meters.budget, isMembers: false, amount: points) }
  }

  mutating func multiply(byTier tier: Int) throws(Refusal) {
    let extraShare = Int64(policy.tiers[tier].multiplierBp) - FixedPoint.one
    guard extraShare > 0, multiplied > 0 else { return }
    guard let extra = FixedPoint.scale(multiplied, by: extraShare, over: FixedPoint.one, rounding: .down) else {
      throw Self.overflow(multiplied)
    }
    earned.lines.append(
      RuleLine(version: policy.version, points: extra, base: multiplied, tier: policy.tiers[tier].id))
    earned.points = try Self.sum(earned.points, extra)
  }

  private static func sum(_ first: Int64, _ second: Int64) throws(Refusal) -> Int64 {
    let (sum, overflows) = first.addingReportingOverflow(second)
    if overflows { throw overflow(first) }
    return sum
  }

  private static func overflow(_ value: Int64) -> Refusal {
    Refusal(.pointsOverflow, ["value": "\(value)", "greatest": "\(Int64.max)"])
  }
}
