// An earning rule made ready to be applied.

import LoyaltyMessages

extension CompiledPolicy {
  /// A class: each accrual looks at several, and a struct of strings and arrays would be copied field by field.
  final class Rule: Sendable {
    enum Award: Sendable {
      case rates([EarningRate])
      case fixed(Int64)
      case shareOfBase(Int64)
    }

    /// The rule's meters, by what they count. They go by the rule's id: a new version does not start again.
    struct Meters: Sendable {
      let times: String
      let day: String
      let member: String
      let budget: String

      /// Meters of rules, and of nothing else, begin so.
      static let prefix = "rule."

      init(_ rule: String) {
        times = "rule.\(rule).times"
        day = "rule.\(rule).day"
        member = "rule.\(rule).member"
        budget = "rule.\(rule).budget"
      }
    }

    /// In the policy's rules.
    let position: Int
    let id: String
    let version: UInt32
    let award: Award
    let rounding: Rounding
    let tierMultiplied: Bool
    let qualifying: Bool
    /// Caps; 0: none, except for the activity's.
    let maxPoints: Int64
    let maxPointsPerDay: Int64
    let maxPointsPerMember: Int64
    let timesPerMember: Int64
    let budget: Int64
    let isMetered: Bool
    let meters: Meters
    /// Rules of one group have the same number; 0: none.
    let group: Int
    /// Of its group the rule that gives most applies.
    let choosesMost: Bool
    let isLast: Bool
    let test: EarningTest

    init(_ rule: EarningRule, position: Int, group: Int, choosesMost: Bool, tierIDs: [String]) {
      self.position = position
      id = rule.id
      version = rule.version
      award =
        if !rule.rates.isEmpty {
          .rates(rule.rates)
        } else if rule.fixedPoints > 0 {
          .fixed(rule.fixedPoints)
        } else {
          .shareOfBase(Int64(rule.shareOfBaseBp))
        }
      rounding = rule.rounding
      tierMultiplied = rule.tierMultiplied
      qualifying = rule.qualifying
      maxPoints = rule.maxPoints == 0 ? Int64.max : rule.maxPoints
      maxPointsPerDay = rule.maxPointsPerDay
      maxPointsPerMember = rule.maxPointsPerMember
      timesPerMember = Int64(rule.timesPerMember)
      budget = rule.budget
      isMetered = maxPointsPerDay > 0 || maxPointsPerMember > 0 || timesPerMember > 0 || budget > 0
      meters = Meters(rule.id)
      self.group = group
      self.choosesMost = choosesMost
      isLast = rule.last
      test = EarningTest(rule.when ?? EarningCondition(), tierIDs: tierIDs)
    }
  }

  /// The policy's rules, and for each partner and activity the positions of those that ask for it, or for any.
  static func rules(of policy: Policy, tierIDs: [String]) -> ([Rule], [[Int]]) {
    var rules: [Rule] = []
    var places = [[Int]](repeating: [], count: policy.partners.count * activityCount)
    var groups: [String: (number: Int, choosesMost: Bool)] = [:]
    for rule in policy.earningRules {
      if !rule.group.isEmpty, groups[rule.group] == nil {
        groups[rule.group] = (groups.count + 1, rule.groupChoice == .most)
      }
      let when = rule.when ?? EarningCondition()
      for (partner, document) in policy.partners.enumerated()
      where when.partners.isEmpty || when.partners.contains(document.id) {
        for kind in 1..<activityCount
        where when.activities.isEmpty || when.activities.contains(Activity(rawValue: Int32(kind))) {
          places[partner * activityCount + kind].append(rules.count)
        }
      }
      let group = groups[rule.group]
      rules.append(
        Rule(
          rule, position: rules.count, group: group?.number ?? 0, choosesMost: group?.choosesMost ?? false,
          tierIDs: tierIDs))
    }
    return (rules, places)
  }
}
