// What the validator asks of earning rules, their conditions, caps and quotas.

import LoyaltyMessages

extension PolicyValidator {
  mutating func checkEarningRules() {
    checkCount(policy.earningRules.count, atMost: PolicyLimits.earningRules, "earning_rules")
    if policy.earningRules.isEmpty { report("earning_rules", "is empty: nothing would earn points") }
    checkUnique(policy.earningRules.map(\.id), "earning_rules", field: "id")
    var baseSeen = false
    for (index, rule) in policy.earningRules.enumerated() {
      let path = "earning_rules[\(index)]"
      checkID(rule.id, "\(path).id")
      checkTexts(rule.name, "\(path).name")
      if rule.version == 0 { report("\(path).version", "is missing: count the rule's versions up from 1") }
      checkAward(rule, path, baseSeen: baseSeen)
      if !rule.rates.isEmpty || rule.fixedPoints != 0 { baseSeen = true }
      if rule.maxPoints < 0 || rule.maxPoints > PolicyLimits.points {
        report("\(path).max_points", "is \(rule.maxPoints): give 0 (no cap) to \(PolicyLimits.points)")
      }
      if case .unrecognized(let value) = rule.rounding {
        report("\(path).rounding", "is \(value), which is no way of rounding: down, half_up or up")
      }
      if !rule.group.isEmpty { checkID(rule.group, "\(path).group") }
      checkCaps(rule, path)
      if let condition = rule.when {
        var count = 0
        checkCondition(condition, "\(path).when", depth: 0, &count)
      }
    }
  }

  private mutating func checkAward(_ rule: EarningRule, _ path: String, baseSeen: Bool) {
    let given = [
      rule.rates.isEmpty ? nil : "rates", rule.fixedPoints == 0 ? nil : "fixed_points",
      rule.shareOfBaseBp == 0 ? nil : "share_of_base_bp",
    ].compactMap { $0 }
    if given.count != 1 {
      report(
        path,
        given.isEmpty
          ? "gives no points: give exactly one of rates, fixed_points and share_of_base_bp"
          : "has \(given.joined(separator: " and ")): give exactly one of rates, fixed_points and share_of_base_bp")
    }
    checkUnique(rule.rates.map(\.currency), "\(path).rates", field: "currency")
    for (index, rate) in rule.rates.enumerated() {
      let ratePath = "\(path).rates[\(index)]"
      if !CurrencyCode.isValid(rate.currency) {
        report("\(ratePath).currency", "is '\(rate.currency)': give an ISO 4217 code, three capital letters, as in CNY")
      }
      if rate.points < 1 || rate.points > PolicyLimits.points {
        report("\(ratePath).points", "is \(rate.points): give 1 to \(PolicyLimits.points)")
      }
      if rate.perMinorUnits < 1 {
        report(
          "\(ratePath).per_minor_units",
          "is \(rate.perMinorUnits): give the amount that earns the points, in minor units, 1 or more")
      }
    }
    if rule.fixedPoints < 0 || rule.fixedPoints > PolicyLimits.points {
      report("\(path).fixed_points", "is \(rule.fixedPoints): give 1 to \(PolicyLimits.points)")
    }
    if rule.shareOfBaseBp > PolicyLimits.multiplier {
      report("\(path).share_of_base_bp", "is \(rule.shareOfBaseBp): give at most \(PolicyLimits.multiplier)")
    }
    if rule.shareOfBaseBp > 0, !baseSeen {
      report(
        "\(path).share_of_base_bp",
        "is \(rule.shareOfBaseBp), but no rule before it has rates or fixed_points: a share is of the rules before it")
    }
  }

  private mutating func checkCondition(
    _ condition: EarningCondition, _ path: String, depth: Int, _ count: inout Int
  ) {
    count += 1
    if depth > PolicyLimits.conditionDepth || count > PolicyLimits.conditions {
      report(
        path,
        "is one condition too many: at most \(PolicyLimits.conditions) a rule, \(PolicyLimits.conditionDepth) deep")
      return
    }

    checkKnown(condition.partners, in: policy.partners.map(\.id), "\(path).partners", what: "partner")
    checkKnown(condition.tiers, in: policy.tiers.map(\.id), "\(path).tiers", what: "tier")
    for (index, activity) in condition.activities.enumerated() {
      switch activity {
      case .unspecified, .unrecognized:
        report(
          "\(path).activities[\(index)]",
          "is \(activity.rawValue), which is no activity: purchase, flight, stay, share, survey, referral or event")
      default: break
      }
    }
    for (index, category) in condition.categories.enumerated() where category.isEmpty {
      report("\(path).categories[\(index)]", "is empty: name a category or leave the entry out")
    }
    if condition.minMinorUnits < 0 {
      report("\(path).min_minor_units", "is \(condition.minMinorUnits): give 0 or more")
    }
    if condition.maxMinorUnits < 0 || condition.maxMinorUnits > 0 && condition.maxMinorUnits < condition.minMinorUnits {
      report(
        "\(path).max_minor_units",
        "is \(condition.maxMinorUnits): give 0 (no bound) or at least the \(condition.minMinorUnits) of min_minor_units"
      )
    }
    checkWindow(condition.from, condition.until, path, from: "from", until: "until")
    for (names, field) in [(condition.channels, "channels"), (condition.segments, "segments")] {
      for (index, name) in names.enumerated() { checkID(name, "\(path).\(field)[\(index)]") }
    }
    for (index, test) in condition.attributes.enumerated() {
      checkID(test.name, "\(path).attributes[\(index)].name")
      if test.values.contains("") { report("\(path).attributes[\(index)].values", "has an empty value: leave it out") }
    }
    for (conditions, field) in [
      (condition.allOf, "all_of"), (condition.anyOf, "any_of"), (condition.noneOf, "none_of"),
    ] {
      for (index, condition) in conditions.enumerated() {
        let place = "\(path).\(field)[\(index)]"
        if condition == EarningCondition() { report(place, "asks for nothing: say what must hold, or leave it out") }
        checkCondition(condition, place, depth: depth + 1, &count)
      }
    }
  }

  private mutating func checkCaps(_ rule: EarningRule, _ path: String) {
    for (points, field) in [
      (rule.maxPointsPerDay, "max_points_per_day"), (rule.maxPointsPerMember, "max_points_per_member"),
      (rule.budget, "budget"),
    ] where points < 0 || points > PolicyLimits.budget {
      report("\(path).\(field)", "is \(points): give 0 (none) to \(PolicyLimits.budget)")
    }
    if case .unrecognized(let value) = rule.groupChoice {
      report("\(path).group_choice", "is \(value): first or most")
    }
    if rule.groupChoice != .unspecified {
      if rule.group.isEmpty { report("\(path).group_choice", "is given, but the rule is in no group") }
      if policy.earningRules.first(where: { $0.group == rule.group })?.id != rule.id {
        report("\(path).group_choice", "is said by the group's first rule: leave it out here")
      }
    }
  }

  mutating func checkQuota(_ quota: PartnerQuota?, _ path: String) {
    guard let quota else { return }
    checkDayPoints(quota.pointsPerDay, "\(path).points_per_day")
    for (calls, field) in [(quota.callsPerSecond, "calls_per_second"), (quota.callBurst, "call_burst")]
    where calls > PolicyLimits.calls {
      report("\(path).\(field)", "is \(calls): give at most \(PolicyLimits.calls)")
    }
    if quota.callBurst > 0, quota.callsPerSecond == 0 {
      report("\(path).call_burst", "is \(quota.callBurst), without calls_per_second: there is no limit")
    }
  }

  mutating func checkMemberLimits() {
    guard let limits = policy.memberLimits else { return }
    checkDayPoints(limits.pointsPerDay, "member_limits.points_per_day")
  }

  private mutating func checkDayPoints(_ points: Int64, _ path: String) {
    if points < 0 || points > PolicyLimits.budget {
      report(path, "is \(points): give 0 (none) to \(PolicyLimits.budget)")
    }
  }
}
