// Quotas of partners and limits of members: what would go beyond them is refused whole, with what is used and when it
// starts again.

import LoyaltyMessages

/// A limit on accruals and points of a day. 0: none.
struct DayLimit: Sendable {
  var accruals: Int64
  var points: Int64

  var isNone: Bool { accruals == 0 && points == 0 }
}

extension Ledger {
  /// Counts an accrual of so many points against the partner's quota and the member's limits.
  /// - Throws: `partnerQuotaExceeded`, `memberLimitExceeded`.
  func checkLimits(
    _ activity: borrowing EarningSituation, earned: inout Earned, policy: CompiledPolicy
  ) throws(Refusal) {
    let quota = policy.partnerQuotas[activity.partnerIndex]
    let limits = policy.memberLimits
    guard !quota.isNone || !limits.isNone else { return }
    let day = policy.calendar.dayNumber(of: activity.now)
    let until = (day + 1) * CivilCalendar.millisecondsPerDay - policy.calendar.offsetMs
    func count(
      _ meter: String, isMembers: Bool, _ what: String, limit: Int64, amount: Int64
    ) throws(Refusal) {
      guard limit > 0 else { return }
      // Someone new has used nothing.
      let used =
        isMembers && activity.member == nil
        ? 0 : meters.amount(meter, member: isMembers ? activity.member : nil, period: day)
      if amount > limit - used {
        throw Refusal(
          isMembers ? .memberLimitExceeded : .partnerQuotaExceeded,
          ["quota": what, "limit": "\(limit)", "used": "\(used)", "asked": "\(amount)", "untilMs": "\(until)"])
      }
      earned.metered.append(.init(meter: meter, isMembers: isMembers, amount: amount, period: day))
    }
    let points = earned.points
    let names = policy.quotaMeters[activity.partnerIndex]
    try count(names.accruals, isMembers: false, "accruals_per_day", limit: quota.accruals, amount: 1)
    try count(names.points, isMembers: false, "points_per_day", limit: quota.points, amount: points)
    try count("member.accruals", isMembers: true, "accruals_per_day", limit: limits.accruals, amount: 1)
    try count("member.points", isMembers: true, "points_per_day", limit: limits.points, amount: points)
  }

  /// How much a meter has counted in a period; for reports.
  public func metered(_ meter: String, period: Int64 = 0) -> Int64 { meters.amount(meter, period: period) }
}
