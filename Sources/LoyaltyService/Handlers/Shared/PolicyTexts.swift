// Texts of the policy that responses repeat: found by id, composed once.

import LoyaltyEngine
import LoyaltyMessages

/// A policy's texts, ready for responses.
struct PolicyTexts: Sendable {
  private let policy: CompiledPolicy
  private let rules: [String: (version: UInt32, name: [String: String])]
  private let tierMultipliers: [String: [String: String]]
  private let items: [String: ItemPolicy]

  init(_ policy: CompiledPolicy) {
    self.policy = policy
    rules = Dictionary(
      policy.document.earningRules.map { ($0.id, ($0.version, $0.name)) }, uniquingKeysWith: { first, _ in first })
    tierMultipliers = Dictionary(
      policy.document.tiers.map { ($0.id, Self.multiplier(of: $0)) }, uniquingKeysWith: { first, _ in first })
    items = Dictionary(policy.document.catalogue.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Why a line of an accrual is there, in words. A rule's version never changes, so a line of an older policy is
  /// told in the rule's words as long as the rule has not changed; after that its id and version have to do.
  func why(_ line: RuleLine, language: String) -> String {
    if !line.tier.isEmpty { return policy.text(tierMultipliers[line.tier] ?? [:], language: language) }
    if line.rule == ReferralPolicy.ruleID {
      return policy.text(policy.document.referral?.name ?? [:], language: language)
    }
    guard let rule = rules[line.rule], rule.version == line.version else { return "\(line.rule) (\(line.version))" }
    return policy.text(rule.name, language: language)
  }

  func title(ofItem id: String, language: String) -> String {
    policy.text(items[id]?.title ?? [:], language: language)
  }

  func title(ofSession id: String, item: String, language: String) -> String {
    policy.text(items[item]?.sessions.first { $0.id == id }?.title ?? [:], language: language)
  }

  func details(ofItem id: String, language: String) -> String {
    policy.text(items[id]?.details ?? [:], language: language)
  }

  /// "Gold: 1.25 times the points", in the tier's languages.
  private static func multiplier(of tier: TierPolicy) -> [String: String] {
    var times = "\(tier.multiplierBp / 10_000)"
    let fraction = tier.multiplierBp % 10_000
    if fraction > 0 {
      var digits = "\(fraction)"
      digits = String(repeating: "0", count: 4 - digits.count) + digits
      while digits.hasSuffix("0") { digits.removeLast() }
      times += ".\(digits)"
    }
    var texts: [String: String] = [:]
    for (language, name) in tier.name {
      texts[language] = Language.isChinese(language) ? "\(name)：\(times) 倍积分" : "\(name): \(times) times the points"
    }
    return texts
  }
}
