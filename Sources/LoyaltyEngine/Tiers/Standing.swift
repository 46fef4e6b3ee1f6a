// A member's tier through the years. What counts toward a tier counts in calendar years of the programme, in years of
// membership, or in a rolling window (Standing+Rolling.swift), as the policy says. In years, reaching a tier's threshold gives the tier at once, to the end of the following year and the days of grace after it; when it runs
// out it is kept if it was earned again, and otherwise falls by one tier.

import LoyaltyMessages

/// A member's standing at a moment: what the stored standing becomes when the years that have ended are closed.
struct Standing: Hashable, Sendable {
  /// Position in the policy's tiers.
  var tier: Int
  /// The tier is held until then; 0 for the entry tier.
  var tierUntilMs: Int64
  /// End of the period that is being counted.
  var periodEndsMs: Int64
  /// What that period has counted.
  var counted = TierCount()
  /// When the member was enrolled: its years of membership begin on that day.
  var enrolledMs: Int64 = 0
  /// In a rolling window, what each of its months has counted, oldest first: `counted` is their sum.
  var months: [MonthCount] = []
  /// Months that have counted something else since the last record.
  var changedMonths: [MonthCount] = []
  /// From where the tier is reckoned again; nil: from the entry tier.
  var footing: Footing?
  /// Qualifying points of the period that has ended, still to be closed by a record.
  var toClose: Int64 = 0
  /// A record has to say so.
  var changed = false

  /// Qualifying points of the period.
  var qualifying: Int64 {
    get { counted.points }
    set { counted.points = newValue }
  }

  /// The standing of someone enrolled at `now`.
  static func enrolled(at now: Int64, policy: CompiledPolicy) -> Standing {
    Standing(
      tier: 0, tierUntilMs: 0,
      periodEndsMs: policy.tierReview.rollingMonths > 0
        ? policy.monthLeaves(policy.calendar.month(of: now)) : policy.endOfTierYear(now, enrolledMs: now),
      enrolledMs: now, changed: true)
  }

  /// Closes the periods that have ended by `now`, and ends the tiers that have run out.
  mutating func advance(to now: Int64, policy: CompiledPolicy) {
    if policy.tierReview.rollingMonths > 0 { return roll(to: now, policy: policy) }
    if !months.isEmpty { stopRolling(at: now, policy: policy) }
    guard now >= periodEndsMs || tier > 0 && now >= tierUntilMs else { return }
    changed = true
    if now >= periodEndsMs { toClose += counted.points }
    let grace = policy.tierReview.graceMs
    while true {
      let end = periodEndsMs
      if tier > 0, tierUntilMs < end, tierUntilMs <= now {
        // The days of grace are over, and the tier was not earned again in them.
        tier -= 1
        tierUntilMs = tier > 0 ? end + grace : 0
        continue
      }
      guard now >= end else { return }
      let nextEnd = policy.endOfTierYear(following: end, enrolledMs: enrolledMs)
      let earned = policy.tier(reachedBy: counted)
      var ended = Footing(of: bare(policy), periodEndsMs: end)
      ended.counted = counted
      if tier > 0, earned >= tier {
        tier = earned
        tierUntilMs = nextEnd + grace
      } else if tier > 0, tierUntilMs <= end {
        tier = max(earned, tier - 1)
        tierUntilMs = tier > 0 ? nextEnd + grace : 0
      }
      footing = tier > 0 ? ended : nil
      counted = TierCount()
      periodEndsMs = nextEnd
      // Nothing more can happen to an entry tier without points, nor before a tier runs out.
      if tier == 0 || tierUntilMs > now {
        periodEndsMs = max(nextEnd, policy.endOfTierYear(now, enrolledMs: enrolledMs))
      }
    }
  }

  /// Counts an activity and gives the tier that is reached. False if it does not fit.
  mutating func add(_ count: TierCount, policy: CompiledPolicy, now: Int64) -> Bool {
    if policy.tierReview.rollingMonths > 0 {
      return add(count.isNone ? [] : [MonthCount(policy.calendar.month(of: now), count)], policy: policy)
    }
    guard let sum = counted.adding(count) else { return false }
    if sum.spend != counted.spend || sum.nights != counted.nights || sum.segments != counted.segments { changed = true }
    counted = sum
    give(policy)
    return true
  }

  /// Gives the tier that the year's count reaches.
  mutating func give(_ policy: CompiledPolicy) {
    let reached = policy.tier(reachedBy: counted)
    guard reached > 0, reached >= tier else { return }
    let until = policy.endOfTierYear(following: periodEndsMs, enrolledMs: enrolledMs) + policy.tierReview.graceMs
    if reached != tier || until != tierUntilMs { changed = true }
    tier = reached
    tierUntilMs = until
  }

  /// Counts what another standing has counted: two members become one.
  mutating func add(_ other: Standing, policy: CompiledPolicy, now: Int64) -> Bool {
    policy.tierReview.rollingMonths > 0
      ? add(other.months, policy: policy) : add(other.counted, policy: policy, now: now)
  }

  /// Counts without giving a tier for it.
  mutating func count(_ count: TierCount, policy: CompiledPolicy, now: Int64) {
    if policy.tierReview.rollingMonths > 0 {
      _ = put(count, in: policy.calendar.month(of: now))
    } else {
      counted = counted.adding(count) ?? counted
    }
  }

  /// Until when a tier is held that is given now, if nothing else says so.
  func usualEndMs(policy: CompiledPolicy, now: Int64) -> Int64 {
    policy.tierReview.rollingMonths > 0
      ? policy.monthLeaves(policy.calendar.month(of: now))
      : policy.endOfTierYear(following: periodEndsMs, enrolledMs: enrolledMs)
  }

  /// The end of the year for which a tier's counted benefits are granted. A rolling window has no end: it is the calendar's.
  func benefitsEndMs(policy: CompiledPolicy, now: Int64) -> Int64 {
    policy.tierReview.rollingMonths > 0 ? policy.calendar.endOfYear(now) : periodEndsMs
  }
}

extension Ledger {
  /// A member's standing at `now` under `policy`.
  func standing(of number: UInt32, policy: CompiledPolicy, now: Int64) -> Standing {
    let member = members[Int(number)]
    let counted = TierCount(
      points: member.qualifying, spend: member.spend, nights: Int64(member.nights), segments: Int64(member.segments))
    // A tier that the policy no longer has becomes the one that the points give.
    let name = Int(member.tier) < tierNames.names.count ? tierNames.names[Int(member.tier)] : ""
    let tier = policy.tierIndex(name) ?? policy.tier(reachedBy: counted)
    var standing = Standing(
      tier: tier, tierUntilMs: member.tierUntilMs, periodEndsMs: member.periodEndsMs, counted: counted,
      enrolledMs: member.enrolledMs)
    if !tierMonths.isEmpty { standing.months = tierMonths[number] ?? [] }
    if member.marks.contains(.footing) { standing.footing = tierFootings[number].map { .init($0, policy) } }
    standing.advance(to: now, policy: policy)
    return standing
  }
}
