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

  init(_ policy: LedgerPolicy?) {
    let holds = policy?.holds ?? HoldPolicy()
    defaultHoldMs = Int64(holds.defaultMinutes == 0 ? 15 : holds.defaultMinutes) * 60_000
    longestHoldMs = Int64(holds.longestMinutes == 0 ? 1_440 : holds.longestMinutes) * 60_000
    graceDays = Int64(policy?.restoration?.graceDays ?? 0)
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
    if let days = ledger.restoration?.graceDays, days > PolicyLimits.windowDays {
      report("ledger.restoration.grace_days", "is \(days): give at most \(PolicyLimits.windowDays)")
    }
  }
}
