// The policy's section about the ledger itself, made ready to decide, with the defaults of what it leaves out.

import LoyaltyMessages

/// How the ledger treats points between earning and spending.
struct LedgerRules: Sendable {
  /// How long a hold lives that has no lifetime of its own, milliseconds. Default 15 minutes: a checkout with a payment.
  let defaultHoldMs: Int64
  /// The longest lifetime of a hold, milliseconds. Default a day: a folio overnight.
  let longestHoldMs: Int64
  /// Days that points live on which come back to a lot that has lapsed; 0: they lapse at once. Default 0: nobody gains
  /// time by a purchase that was not.
  let graceDays: Int64
  /// How the points of a part of an accrual are rounded. Default down: in the member's favour.
  let reversalRounding: Rounding
  /// Members of different households may give each other points. Default no.
  let transfersOpenToAll: Bool
  let minTransfer: Int64
  let maxTransfer: Int64
  /// Most points that one person adjusts or reinstates alone. Default 10,000.
  let alonePoints: Int64
  let publicationNeedsTwo: Bool
  /// Points that are posted later. Default none.
  let postingDelays: [PostingDelay]
  let mergesNeedTwo: Bool
  /// Default yes: what is erased comes back by nothing.
  let erasureNeedsTwo: Bool
  let importsNeedTwo: Bool
  /// How long a proposal waits, milliseconds. Default three days: a long weekend.
  let proposalMs: Int64

  init(_ policy: LedgerPolicy?) {
    let holds = policy?.holds ?? HoldPolicy()
    defaultHoldMs = Int64(holds.defaultMinutes == 0 ? 15 : holds.defaultMinutes) * 60_000
    longestHoldMs = Int64(holds.longestMinutes == 0 ? 1_440 : holds.longestMinutes) * 60_000
    graceDays = Int64(policy?.restoration?.graceDays ?? 0)
    reversalRounding = policy?.reversals?.rounding ?? .down
    let transfers = policy?.transfers ?? TransferPolicy()
    transfersOpenToAll = transfers.openToAll
    minTransfer = max(1, transfers.minPoints)
    maxTransfer = transfers.maxPoints == 0 ? Int64.max : transfers.maxPoints
    let approvals = policy?.approvals ?? ApprovalPolicy()
    alonePoints = approvals.pointsAbove == 0 ? 10_000 : approvals.pointsAbove
    postingDelays = policy?.postingDelays ?? []
    publicationNeedsTwo = approvals.policyPublication
    mergesNeedTwo = approvals.merges
    erasureNeedsTwo = !approvals.erasureAlone
    importsNeedTwo = approvals.imports
    proposalMs = Int64(approvals.hours == 0 ? 72 : approvals.hours) * 3_600_000
  }
}

extension CompiledPolicy {
  /// Until when points live on that come back to a lapsed lot at `ms`; nil if they lapse at once.
  func graceEnd(from ms: Int64) -> Int64? {
    guard ledger.graceDays > 0 else { return nil }
    let start = calendar.start(of: calendar.day(of: ms))
    return start + (ledger.graceDays + 1) * CivilCalendar.millisecondsPerDay
  }
}

extension PolicyValidator {
  mutating func checkLedger() {
    guard let ledger = policy.ledger else { return }
    let rules = LedgerRules(ledger)
    for (minutes, name) in [
      (ledger.holds?.defaultMinutes ?? 0, "default_minutes"), (ledger.holds?.longestMinutes ?? 0, "longest_minutes"),
    ] where minutes > PolicyLimits.holdMinutes {
      report("ledger.holds.\(name)", "is \(minutes): give at most \(PolicyLimits.holdMinutes)")
    }
    if rules.defaultHoldMs > rules.longestHoldMs {
      report(
        "ledger.holds.default_minutes",
        "is \(rules.defaultHoldMs / 60_000), more than the \(rules.longestHoldMs / 60_000) of longest_minutes")
    }
    if case .unrecognized(let value)? = ledger.reversals?.rounding {
      report("ledger.reversals.rounding", "is \(value), which is no way of rounding: down, half_up or up")
    }
    if let transfers = ledger.transfers {
      for (points, name) in [(transfers.minPoints, "min_points"), (transfers.maxPoints, "max_points")]
      where points < 0 || points > PolicyLimits.points {
        report("ledger.transfers.\(name)", "is \(points): give 0 to \(PolicyLimits.points)")
      }
      if transfers.maxPoints > 0, transfers.maxPoints < transfers.minPoints {
        report("ledger.transfers.max_points", "is \(transfers.maxPoints), less than min_points")
      }
    }
    for (index, delay) in ledger.postingDelays.enumerated() {
      let path = "ledger.posting_delays[\(index)]"
      checkKnown(delay.partners, in: policy.partners.map(\.id), "\(path).partners", what: "partner")
      if delay.days < 1 || delay.days > PolicyLimits.windowDays {
        report("\(path).days", "is \(delay.days): give 1 to \(PolicyLimits.windowDays)")
      }
      for (position, activity) in delay.activities.enumerated() {
        switch activity {
        case .unspecified, .unrecognized:
          report("\(path).activities[\(position)]", "is \(activity.rawValue), which is no activity")
        default: break
        }
      }
    }
    if let approvals = ledger.approvals {
      if approvals.pointsAbove < 0 || approvals.pointsAbove > PolicyLimits.points {
        report("ledger.approvals.points_above", "is \(approvals.pointsAbove): give 0 to \(PolicyLimits.points)")
      }
      if approvals.hours > PolicyLimits.deadlineHours {
        report("ledger.approvals.hours", "is \(approvals.hours): give at most \(PolicyLimits.deadlineHours)")
      }
    }
    if let days = ledger.restoration?.graceDays, days > PolicyLimits.windowDays {
      report("ledger.restoration.grace_days", "is \(days): give at most \(PolicyLimits.windowDays)")
    }
  }
}
