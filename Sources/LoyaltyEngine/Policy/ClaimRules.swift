// Suspense and claims in the policy, checked.

import LoyaltyMessages

extension PolicyLimits {
  /// Claims of one member at a time: more is nobody's journey.
  public static let openClaims: UInt32 = 100
}

extension PolicyValidator {
  mutating func checkClaims() {
    guard let claims = policy.claims else { return }
    for (days, field) in [
      (claims.suspenseDays, "suspense_days"), (claims.withinDays, "within_days"),
      (claims.notBeforeDays, "not_before_days"), (claims.decideDays, "decide_days"),
    ] where days > PolicyLimits.windowDays {
      report("claims.\(field)", "is \(days): give at most \(PolicyLimits.windowDays)")
    }
    if claims.withinDays > 0, claims.notBeforeDays >= claims.withinDays {
      report(
        "claims.not_before_days",
        "is \(claims.notBeforeDays), and within_days is \(claims.withinDays): no day is left to claim on")
    }
    if claims.openPerMember > PolicyLimits.openClaims {
      report("claims.open_per_member", "is \(claims.openPerMember): give at most \(PolicyLimits.openClaims)")
    }
  }
}
