// What was counted and is taken back must not leave a tier behind. The tier is reckoned again from what was held before: the
// footing is the standing at the beginning of the period before the one that runs, and what that period counted. Where
// the window rolls, its months are all there still, and the footing is what is held whatever they count. What was counted
// before that has done what it could.

import LoyaltyMessages

extension Standing {
  struct Footing: Hashable, Sendable {
    /// Position in the policy's tiers.
    var tier: Int
    var untilMs: Int64
    /// End of the period that has counted `counted`; of the one that runs, or 0: nothing is counted.
    var periodEndsMs: Int64 = 0
    var counted = TierCount()

    init(tier: Int, untilMs: Int64) { (self.tier, self.untilMs) = (tier, untilMs) }

    init(of bare: (tier: Int, untilMs: Int64), periodEndsMs: Int64) {
      (tier, untilMs, self.periodEndsMs) = (bare.tier, bare.untilMs, periodEndsMs)
    }

    /// A tier that is held in the period that runs whatever is counted.
    init(of standing: Standing) {
      (tier, untilMs, periodEndsMs) = (standing.tier, standing.tierUntilMs, standing.periodEndsMs)
    }

    /// Two members become one: the better of what both hold, and what both have counted if it was in the same period.
    static func merged(_ own: Footing?, _ theirs: Footing?) -> Footing? {
      guard var merged = own, let theirs else { return own ?? theirs }
      if (theirs.tier, theirs.untilMs) > (merged.tier, merged.untilMs) {
        (merged.tier, merged.untilMs) = (theirs.tier, theirs.untilMs)
      }
      if theirs.periodEndsMs == merged.periodEndsMs {
        merged.counted = merged.counted.adding(theirs.counted) ?? merged.counted
      }
      return merged
    }
  }

  /// Takes back what was counted at a moment, and the tier that was reached only with it. A tier that today's thresholds do
  /// not explain was reached under others, or its days of grace run: it is left alone.
  /// - Returns: what it took, and whether the period that had counted it is closed.
  mutating func takeBack(
    _ count: TierCount, countedAt ms: Int64, policy: CompiledPolicy, now: Int64
  ) -> (taken: TierCount, isClosed: Bool) {
    guard !count.isNone else { return (count, false) }
    let explained = reckoned(policy, now: now)
    var taken = TierCount()
    var isClosed = false
    if policy.tierReview.rollingMonths > 0 {
      taken = take(count, of: policy.calendar.month(of: ms))
    } else {
      let end = policy.endOfTierYear(ms, enrolledMs: enrolledMs)
      if end == periodEndsMs {
        taken = counted.take(count)
      } else if footing?.periodEndsMs == end {
        taken = footing?.counted.take(count) ?? taken
        isClosed = true
      }
    }
    guard !taken.isNone else { return (taken, false) }
    changed = true
    let held = (tier, tierUntilMs)
    // Two members who became one may have counted more together than either was given a tier for: nothing rises here.
    let rest = reckoned(policy, now: now)
    if explained >= held, rest < held { (tier, tierUntilMs) = rest }
    return (taken, isClosed)
  }

  /// What is held when nothing of the period that runs is counted.
  func bare(_ policy: CompiledPolicy) -> (tier: Int, untilMs: Int64) {
    guard let footing else { return (0, 0) }
    guard policy.tierReview.rollingMonths == 0, (1..<periodEndsMs).contains(footing.periodEndsMs) else {
      return (footing.tier, footing.untilMs)
    }
    var standing = Standing(
      tier: footing.tier, tierUntilMs: footing.untilMs, periodEndsMs: footing.periodEndsMs, counted: footing.counted,
      enrolledMs: enrolledMs)
    standing.give(policy)
    standing.advance(to: footing.periodEndsMs, policy: policy)
    return (standing.tier, standing.tierUntilMs)
  }

  /// The tier that the footing and the counts come to.
  private func reckoned(_ policy: CompiledPolicy, now: Int64) -> (tier: Int, untilMs: Int64) {
    let bare = bare(policy)
    var standing = Standing(
      tier: bare.tier, tierUntilMs: bare.untilMs, periodEndsMs: periodEndsMs, enrolledMs: enrolledMs)
    standing.advance(to: now, policy: policy)
    standing.counted = counted
    guard policy.tierReview.rollingMonths > 0 else {
      standing.give(policy)
      return (standing.tier, standing.tierUntilMs)
    }
    standing.months = months
    let reached = policy.tier(reachedBy: counted)
    guard reached > 0, reached >= standing.tier else { return (standing.tier, standing.tierUntilMs) }
    let until = reachedUntilMs(reached, policy: policy)
    return (reached, reached == standing.tier ? max(until, standing.tierUntilMs) : until)
  }
}

extension Standing.Footing {
  /// A tier that the policy no longer has is none.
  init(_ footing: TierFooting, _ policy: CompiledPolicy) {
    self.init(tier: policy.tierIndex(footing.tier) ?? 0, untilMs: footing.tierUntilMs)
    periodEndsMs = footing.periodEndsMs
    counted = TierCount(
      points: footing.points, spend: footing.spend, nights: footing.nights, segments: footing.segments)
  }
}

extension TierFooting {
  init(_ footing: Standing.Footing, _ policy: CompiledPolicy) {
    self.init(
      tier: policy.tiers[footing.tier].id, tierUntilMs: footing.untilMs, periodEndsMs: footing.periodEndsMs,
      points: footing.counted.points, spend: footing.counted.spend, nights: footing.counted.nights,
      segments: footing.counted.segments)
  }
}

extension AccrualOutcome {
  /// What it counted toward a tier.
  var counted: TierCount { TierCount(points: qualifyingPoints, spend: spend, nights: nights, segments: segments) }
}

extension Ledger {
  /// From where a member's tier is reckoned again from now on.
  /// - Returns: what is wrong with it, in words; nil if it has been set.
  mutating func set(_ footing: TierFooting?, of member: UInt32) -> String? {
    guard let footing else {
      if members[Int(member)].marks.remove(.footing) != nil { tierFootings[member] = nil }
      return nil
    }
    guard CivilCalendar.times.contains(footing.tierUntilMs), CivilCalendar.times.contains(footing.periodEndsMs),
      min(footing.points, footing.spend, footing.nights, footing.segments) >= 0
    else { return "reckons a tier from \(footing.periodEndsMs) ms and \(footing.points) points, which cannot be" }
    tierFootings[member] = footing
    members[Int(member)].marks.insert(.footing)
    return nil
  }
}
