// Rules that gave nothing to an activity, and why: those of the partner and the activity as the ledger recorded them,
// the others because they ask for another partner or activity.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages

extension PassedRule {
  /// The rules that did not apply, in the policy's order.
  /// - Parameter complete: also those that ask for another partner or activity.
  static func all(
    _ outcome: AccrualOutcome, activity: Activity, served: ServedPolicy, language: String, complete: Bool
  ) -> [PassedRule] {
    var reasons: [Int: PassReason] = [:]
    for word in outcome.passed { reasons[Int(word >> 8)] = PassReason(rawValue: Int32(word & 0xff)) }
    let rules = served.policy.document.earningRules
    let positions = complete ? Array(rules.indices) : reasons.keys.sorted()
    return positions.compactMap { position in
      guard position < rules.count else { return nil }
      let rule = rules[position]
      if outcome.lines.contains(where: { $0.rule == rule.id }) { return nil }
      let reason: PassReason
      if let recorded = reasons[position] {
        reason = recorded
      } else if let when = rule.when, !when.activities.isEmpty, !when.activities.contains(activity) {
        reason = .activity
      } else {
        reason = .partner
      }
      return PassedRule(
        ruleID: rule.id, ruleVersion: rule.version, reason: RuleReason(rawValue: reason.rawValue),
        why: text(reason, language: language))
    }
  }

  private static func text(_ reason: PassReason, language: String) -> String {
    let (english, chinese) = words(reason)
    return Language.isChinese(language) ? chinese : english
  }

  private static func words(_ reason: PassReason) -> (String, String) {
    switch reason {
    case .partner: ("It is for other partners.", "不适用于该合作方。")
    case .activity: ("It is for other activities.", "不适用于此类消费。")
    case .tier: ("It is for other tiers.", "不适用于该会员等级。")
    case .category: ("It is for other categories.", "不适用于该品类。")
    case .channel: ("It is for other channels.", "不适用于该渠道。")
    case .segment: ("It is for other groups of members.", "不适用于该会员群体。")
    case .attribute: ("It is for members of another kind.", "会员属性不符。")
    case .date: ("It did not hold when the activity happened.", "消费时间不在规则有效期内。")
    case .amount: ("The amount is not within its bounds.", "金额不在规则范围内。")
    case .firstActivity: ("It is for the first activity.", "仅限首次消费。")
    case .firstPurchase: ("The member has purchased before.", "仅限首次购买。")
    case .membership: ("The member has not been enrolled for long enough.", "入会时长不足。")
    case .anyOf: ("None of its alternatives holds.", "可选条件均不满足。")
    case .noneOf: ("The activity or the member is excluded.", "属于排除情形。")
    case .currency: ("It has no rate for the currency.", "该币种没有积分比率。")
    case .noBase: ("There are no points that it could add to.", "没有可加成的基础积分。")
    case .group: ("Another rule that it does not stack with gave points.", "同组规则已给分，不可叠加。")
    case .afterLast: ("A rule before it is the last to apply.", "此前规则已终止叠加。")
    case .dayCap: ("The member has had its points of the day.", "已达当日上限。")
    case .memberCap: ("The member has had its points.", "已达会员累计上限。")
    case .timesCap: ("The member has had it as often as it may.", "已达会员次数上限。")
    case .budget: ("Its budget is spent.", "活动预算已用完。")
    case .noPoints: ("The amount is too small for a point.", "金额不足一个积分。")
    case .unspecified, .unrecognized: ("It does not apply.", "不适用。")
    }
  }
}
