// What counts toward a tier: qualifying points, and where a policy's tiers ask for them spend, nights and segments. A tier
// is reached by any one of the measures that it names.

import LoyaltyMessages

/// What a period has counted.
public struct TierCount: Hashable, Sendable {
  public var points: Int64 = 0
  /// Minor units of the policy's currency.
  public var spend: Int64 = 0
  public var nights: Int64 = 0
  public var segments: Int64 = 0

  var isNone: Bool { self == TierCount() }

  /// Takes away as much of another count as there is, and tells how much that was.
  mutating func take(_ count: TierCount) -> TierCount {
    let taken = TierCount(
      points: min(points, count.points), spend: min(spend, count.spend), nights: min(nights, count.nights),
      segments: min(segments, count.segments))
    subtract(taken)
    return taken
  }

  /// The sum; nil if it does not fit.
  func adding(_ other: TierCount) -> TierCount? {
    let points = points.addingReportingOverflow(other.points)
    let spend = spend.addingReportingOverflow(other.spend)
    let nights = nights + other.nights
    let segments = segments + other.segments
    guard !points.overflow, !spend.overflow, max(nights, segments) <= Int64(UInt32.max) else { return nil }
    return TierCount(
      points: points.partialValue, spend: spend.partialValue, nights: nights, segments: segments)
  }
}

/// How the policy's tiers are counted and reviewed.
struct TierReview: Sendable {
  /// Currency of spend; empty if no tier asks for spend.
  let spendCurrency: String
  let countsNights: Bool
  let countsSegments: Bool
  /// A tier is held so long after the end of its last year, milliseconds.
  let graceMs: Int64
  let noticeMs: Int64
  let isByMembership: Bool
  /// Months of a rolling window before the one that runs; 0: counted in years.
  let rollingMonths: Int64

  init(_ policy: Policy) {
    let review = policy.tierReview ?? TierReviewPolicy()
    spendCurrency = policy.tiers.contains { $0.qualifyingSpend > 0 } ? review.spendCurrency : ""
    countsNights = policy.tiers.contains { $0.qualifyingNights > 0 }
    countsSegments = policy.tiers.contains { $0.qualifyingSegments > 0 }
    graceMs = Int64(review.graceDays) * CivilCalendar.millisecondsPerDay
    noticeMs = Int64(review.noticeDays) * CivilCalendar.millisecondsPerDay
    isByMembership = review.window == .membershipYear
    let months = review.rollingMonths == 0 ? PolicyLimits.usualRollingMonths : review.rollingMonths
    rollingMonths = review.window == .rolling ? Int64(months) : 0
  }

  /// What an activity counts.
  func counted(_ input: borrowing AccrualInput, points: Int64) -> TierCount {
    var count = TierCount(points: points)
    if !spendCurrency.isEmpty, input.currency == spendCurrency { count.spend = input.minorUnits }
    // A stay or a flight that does not say how much it is is one.
    if countsNights, input.activity == .stay { count.nights = max(1, input.quantity) }
    if countsSegments, input.activity == .flight { count.segments = max(1, input.quantity) }
    return count
  }
}

extension CompiledPolicy {
  /// The end of the year of counting that a moment is in.
  func endOfTierYear(_ ms: Int64, enrolledMs: Int64) -> Int64 {
    guard tierReview.isByMembership else { return calendar.endOfYear(ms) }
    let enrolled = calendar.day(of: enrolledMs)
    let year = calendar.day(of: ms).year
    func anniversary(_ year: Int64) -> Int64 {
      let last = CivilCalendar.daysInMonth(year: year, month: enrolled.month)
      return calendar.start(of: .init(year: year, month: enrolled.month, day: min(enrolled.day, last)))
    }
    let thisYear = anniversary(year)
    return thisYear > ms ? thisYear : anniversary(year + 1)
  }

  /// The end of the year that follows one which ended at `end`. Half a year on is well inside it, also when the year before
  /// was counted otherwise.
  func endOfTierYear(following end: Int64, enrolledMs: Int64) -> Int64 {
    endOfTierYear(end + 180 * CivilCalendar.millisecondsPerDay, enrolledMs: enrolledMs)
  }

  /// The highest tier that a count gives.
  func tier(reachedBy count: TierCount) -> Int {
    tiers.lastIndex { tier in
      tier.qualifyingPoints <= count.points || tier.qualifyingSpend > 0 && tier.qualifyingSpend <= count.spend
        || tier.qualifyingNights > 0 && tier.qualifyingNights <= count.nights
        || tier.qualifyingSegments > 0 && tier.qualifyingSegments <= count.segments
    } ?? 0
  }
}

extension PolicyValidator {
  mutating func checkTierMeasures() {
    for (index, tier) in policy.tiers.enumerated() {
      let path = "tiers[\(index)]"
      checkMeasure(\.qualifyingSpend, of: index, "\(path).qualifying_spend")
      checkMeasure(\.qualifyingNights, of: index, "\(path).qualifying_nights")
      checkMeasure(\.qualifyingSegments, of: index, "\(path).qualifying_segments")
      if tier.qualifyingSpend > 0, !CurrencyCode.isValid(policy.tierReview?.spendCurrency ?? "") {
        report("\(path).qualifying_spend", "needs tier_review.spend_currency, as in CNY: spend in which currency?")
      }
      var seen: Set<String> = []
      for (position, benefit) in tier.benefits.enumerated() {
        let place = "\(path).benefits[\(position)]"
        if benefit.count > 0, benefit.id.isEmpty {
          report("\(place).id", "is missing: what is counted has an id")
        }
        if !benefit.id.isEmpty {
          checkID(benefit.id, "\(place).id")
          if !seen.insert(benefit.id).inserted { report("\(place).id", "is '\(benefit.id)', as one before it is") }
        }
        if benefit.count > PolicyLimits.benefitUses {
          report("\(place).count", "is \(benefit.count): give at most \(PolicyLimits.benefitUses)")
        }
      }
    }
    guard let review = policy.tierReview else { return }
    if case .unrecognized = review.window {
      report("tier_review.window", "is no window: give calendar_year, membership_year or rolling")
    }
    if review.rollingMonths > 0, review.window != .rolling {
      report("tier_review.rolling_months", "is \(review.rollingMonths): only a window that is rolling has months")
    }
    if review.rollingMonths > PolicyLimits.rollingMonths {
      report(
        "tier_review.rolling_months", "is \(review.rollingMonths): give at most \(PolicyLimits.rollingMonths)")
    }
    for (days, field) in [(review.graceDays, "grace_days"), (review.noticeDays, "notice_days")]
    where days > PolicyLimits.reviewDays {
      report("tier_review.\(field)", "is \(days): give at most \(PolicyLimits.reviewDays)")
    }
  }

  /// A measure is 0 or rises from tier to tier; the entry tier has none.
  private mutating func checkMeasure(_ measure: KeyPath<TierPolicy, Int64>, of index: Int, _ path: String) {
    let value = policy.tiers[index][keyPath: measure]
    guard value != 0 else { return }
    var before: Int64 = 0
    for tier in policy.tiers[..<index] { before = max(before, tier[keyPath: measure]) }
    if index == 0 {
      report(path, "is \(value): the entry tier asks for nothing")
    } else if value <= before {
      report(path, "is \(value), not above the \(before) of a tier before it")
    }
  }

  mutating func checkTeam() {
    let tiers = policy.tiers.map(\.id)
    checkCount(policy.team.count, atMost: PolicyLimits.team, "team")
    for (index, team) in policy.team.enumerated() {
      let path = "team[\(index)]"
      checkID(team.role, "\(path).role")
      checkTexts(team.name, "\(path).name")
      checkKnown(team.tiers, in: tiers, "\(path).tiers", what: "tier")
      if team.staff.isEmpty { report("\(path).staff", "is empty: name somebody") }
      checkCount(team.staff.count, atMost: PolicyLimits.operators, "\(path).staff")
      checkUnique(team.staff.map(\.id), "\(path).staff", field: "id")
      for (position, person) in team.staff.enumerated() {
        checkID(person.id, "\(path).staff[\(position)].id")
        checkTexts(person.name, "\(path).staff[\(position)].name")
      }
    }
    for (index, route) in policy.routes.enumerated() {
      let path = "routes[\(index)]"
      checkKnown(route.tiers, in: tiers, "\(path).tiers", what: "tier")
      checkID(route.serviceQueue, "\(path).service_queue")
      checkID(route.offerChannel, "\(path).offer_channel")
    }
  }
}
