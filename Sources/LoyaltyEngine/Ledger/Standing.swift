// A member's tier through the years. Qualifying points count in calendar years of the programme. Reaching a tier's
// threshold gives the tier at once, to the end of the following year; when it runs out it is kept if it was earned
// again, and otherwise falls by one tier at most.

/// A member's standing at a moment: what the stored standing becomes when the years that have ended are closed.
struct Standing: Hashable, Sendable {
  /// Position in the policy's tiers.
  var tier: Int
  /// The tier is held until then; 0 for the entry tier.
  var tierUntilMs: Int64
  /// End of the period that is being counted.
  var periodEndsMs: Int64
  /// Qualifying points of that period.
  var qualifying: Int64
  /// Qualifying points of the period that has ended, still to be closed by a record.
  var toClose: Int64 = 0
  /// A record has to say so.
  var changed = false

  /// The standing of someone enrolled at `now`.
  static func enrolled(at now: Int64, calendar: CivilCalendar) -> Standing {
    Standing(tier: 0, tierUntilMs: 0, periodEndsMs: calendar.endOfYear(now), qualifying: 0, changed: true)
  }

  /// Closes the periods that have ended by `now`.
  mutating func advance(to now: Int64, policy: CompiledPolicy) {
    guard now >= periodEndsMs else { return }
    changed = true
    toClose = qualifying
    while now >= periodEndsMs {
      let end = periodEndsMs
      let nextEnd = policy.calendar.endOfYear(following: end)
      let earned = policy.tier(reachedBy: qualifying)
      if tier > 0, earned >= tier {
        tier = earned
        tierUntilMs = nextEnd
      } else if tier > 0, tierUntilMs <= end {
        tier = max(earned, tier - 1)
        tierUntilMs = tier > 0 ? nextEnd : 0
      }
      qualifying = 0
      periodEndsMs = nextEnd
      // Nothing more can happen to an entry tier without points, nor before a tier runs out.
      if tier == 0 || tierUntilMs > now {
        periodEndsMs = max(nextEnd, policy.calendar.endOfYear(now))
      }
    }
  }

  /// Counts qualifying points and gives the tier they reach. Nil if they do not fit.
  mutating func add(_ points: Int64, policy: CompiledPolicy) -> Bool {
    let (sum, overflow) = qualifying.addingReportingOverflow(points)
    guard !overflow else { return false }
    qualifying = sum
    let reached = policy.tier(reachedBy: sum)
    if reached > 0, reached >= tier {
      let until = policy.calendar.endOfYear(following: periodEndsMs)
      if reached != tier || until != tierUntilMs { changed = true }
      tier = reached
      tierUntilMs = until
    }
    return true
  }
}

extension Ledger {
  /// A member's standing at `now` under `policy`.
  func standing(of member: Member, policy: CompiledPolicy, now: Int64) -> Standing {
    // A tier that the policy no longer has becomes the one that the points give.
    let name = Int(member.tier) < tierNames.names.count ? tierNames.names[Int(member.tier)] : ""
    let tier = policy.tierIndex(name) ?? policy.tier(reachedBy: member.qualifying)
    var standing = Standing(
      tier: tier, tierUntilMs: member.tierUntilMs, periodEndsMs: member.periodEndsMs, qualifying: member.qualifying)
    standing.advance(to: now, policy: policy)
    return standing
  }
}
