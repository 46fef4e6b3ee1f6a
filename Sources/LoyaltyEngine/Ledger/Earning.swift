// Earning rules at work: an activity in, points and the reasons for them out.

import LoyaltyMessages

/// What an activity earns.
struct Earned: Hashable, Sendable {
  /// Each rule that applied, in order; the tier's multiplier last.
  var lines: [RuleLine] = []
  var points: Int64 = 0
  var qualifying: Int64 = 0
}

extension CompiledPolicy {
  /// Applies the rules to an activity.
  /// - Parameters:
  ///   - enrolling: the activity is the member's first.
  /// - Throws: `noEarningRule`, `pointsOverflow`.
  func earn(_ input: AccrualInput, partner: Int, tier: Int, enrolling: Bool) throws(Refusal) -> Earned {
    var earned = Earned()
    var base: Int64 = 0
    var multiplied: Int64 = 0
    var usedGroups: UInt64 = 0
    var laterGroups: [Int] = []
    earned.lines.reserveCapacity(4)
    for index in rules(partner: partner, activity: input.activity) {
      let rule = rules[index]
      guard applies(rule, to: input, tier: tier, enrolling: enrolling) else { continue }
      if rule.group > 0 {
        let isUsed = rule.group < 64 ? usedGroups & 1 << rule.group != 0 : laterGroups.contains(rule.group)
        if isUsed { continue }
      }
      guard let (full, from) = try award(rule, input: input, base: base) else { continue }
      if rule.group > 0 {
        if rule.group < 64 { usedGroups |= 1 << rule.group } else { laterGroups.append(rule.group) }
      }
      let points = min(full, rule.maxPoints)
      earned.lines.append(
        RuleLine(rule: rule.id, version: rule.version, points: points, base: from, capped: points < full))
      if case .shareOfBase = rule.award {} else { base = try sum(base, points) }
      if rule.tierMultiplied { multiplied = try sum(multiplied, points) }
      if rule.qualifying { earned.qualifying = try sum(earned.qualifying, points) }
      earned.points = try sum(earned.points, points)
    }
    if earned.lines.isEmpty {
      throw Refusal(
        .noEarningRule,
        [
          "partner": document.partners[partner].id, "activity": "\(input.activity.rawValue)",
          "currency": input.currency, "minorUnits": "\(input.minorUnits)",
        ])
    }
    let extraShare = Int64(tiers[tier].multiplierBp) - FixedPoint.one
    if extraShare > 0, multiplied > 0 {
      guard let extra = FixedPoint.scale(multiplied, by: extraShare, over: FixedPoint.one, rounding: .down) else {
        throw overflow(multiplied)
      }
      earned.lines.append(RuleLine(version: version, points: extra, base: multiplied, tier: tiers[tier].id))
      earned.points = try sum(earned.points, extra)
    }
    return earned
  }

  private func applies(_ rule: Rule, to input: AccrualInput, tier: Int, enrolling: Bool) -> Bool {
    rule.tiers & 1 << tier != 0 && input.occurredMs >= rule.fromMs && input.occurredMs < rule.untilMs
      && input.minorUnits >= rule.minMinorUnits && (!rule.firstActivity || enrolling)
      && (rule.categories.isEmpty || rule.categories.contains(input.category))
  }

  /// The rule's points before its cap and what they were computed from; nil if it has no rate for the
  /// currency, or is a share and no rule before it gave points.
  private func award(_ rule: Rule, input: AccrualInput, base: Int64) throws(Refusal) -> (Int64, from: Int64)? {
    switch rule.award {
    case .fixed(let points): return (points, 0)
    case .shareOfBase(let share):
      // A share of nothing is no reason to accept an activity that no rule gives points for.
      guard base > 0 else { return nil }
      guard let points = FixedPoint.scale(base, by: share, over: FixedPoint.one, rounding: rule.rounding) else {
        throw overflow(base)
      }
      return (points, base)
    case .rates(let rates):
      guard let rate = rates.first(where: { $0.currency == input.currency }) else { return nil }
      guard
        let points = FixedPoint.scale(
          input.minorUnits, by: rate.points, over: rate.perMinorUnits, rounding: rule.rounding)
      else { throw overflow(input.minorUnits) }
      return (points, input.minorUnits)
    }
  }

  private func sum(_ first: Int64, _ second: Int64) throws(Refusal) -> Int64 {
    let (sum, overflows) = first.addingReportingOverflow(second)
    if overflows { throw overflow(first) }
    return sum
  }

  private func overflow(_ value: Int64) -> Refusal {
    Refusal(.pointsOverflow, ["value": "\(value)", "greatest": "\(Int64.max)"])
  }
}
