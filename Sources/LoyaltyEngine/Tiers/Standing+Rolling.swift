// A rolling window: what counts toward a tier are the last months of the programme's calendar. Each month is counted by
// itself and leaves the window as a whole, some months later; the member has at least as long as the policy says and never a
// month more. A tier is given as soon as the window reaches it and held for as long as it does, and the days of grace after
// that; then it falls by one tier, which is held as if it had been reached on that day.

import LoyaltyMessages

extension Standing {
  /// Months leave the window, and tiers that it reaches no more run out, in the order in which that happens.
  mutating func roll(to now: Int64, policy: CompiledPolicy) {
    if months.isEmpty, !counted.isNone {
      // Counted in years until now: as if all of it had been in the last month of that.
      let count = counted
      counted = TierCount()
      _ = put(count, in: policy.calendar.month(of: min(now, periodEndsMs - 1)))
    }
    while true {
      let leaves = months.first.map { policy.monthLeaves($0.month) } ?? Int64.max
      let ends = tier > 0 ? tierUntilMs : Int64.max
      guard min(leaves, ends) <= now else { break }
      if leaves <= ends { dropFirst() } else { review(policy) }
    }
    periodEndsMs = policy.monthLeaves(months.first?.month ?? policy.calendar.month(of: now))
  }

  /// The policy counts in years again: what the year that runs would have counted by now is kept.
  mutating func stopRolling(at now: Int64, policy: CompiledPolicy) {
    periodEndsMs = policy.endOfTierYear(now, enrolledMs: enrolledMs)
    for month in months {
      changedMonths.append(MonthCount(month: month.month))
      let last = policy.calendar.startOfMonth(month.month + 1) - 1
      if last >= periodEndsMs || policy.endOfTierYear(last, enrolledMs: enrolledMs) == periodEndsMs { continue }
      toClose += month.points
      counted.subtract(TierCount(month))
    }
    months = []
    changed = true
  }

  /// Adds what months have counted and gives the tier that is reached. False if it does not fit.
  mutating func add(_ more: [MonthCount], policy: CompiledPolicy) -> Bool {
    for month in more { guard put(TierCount(month), in: month.month) else { return false } }
    if let first = months.first { periodEndsMs = policy.monthLeaves(first.month) }
    let reached = policy.tier(reachedBy: counted)
    guard reached > 0, reached >= tier else { return true }
    let until = reachedUntilMs(reached, policy: policy)
    if reached > tier || until > tierUntilMs {
      tier = reached
      tierUntilMs = until
      changed = true
    }
    return true
  }

  /// Counts something in a month. False if it does not fit.
  mutating func put(_ count: TierCount, in month: Int64) -> Bool {
    guard !count.isNone else { return true }
    let place = months.firstIndex { $0.month >= month } ?? months.count
    let before = place < months.count && months[place].month == month ? TierCount(months[place]) : nil
    guard let sum = counted.adding(count), let inMonth = (before ?? TierCount()).adding(count) else { return false }
    counted = sum
    let entry = MonthCount(month, inMonth)
    if before != nil { months[place] = entry } else { months.insert(entry, at: place) }
    note(entry)
    return true
  }

  /// Takes back what a month has counted, as far as it still counts.
  mutating func take(_ count: TierCount, of month: Int64) -> TierCount {
    guard !count.isNone, let place = months.firstIndex(where: { $0.month == month }) else { return TierCount() }
    var rest = TierCount(months[place])
    let taken = rest.take(count)
    counted.subtract(taken)
    months[place] = MonthCount(month, rest)
    note(months[place])
    if TierCount(months[place]).isNone { months.remove(at: place) }
    return taken
  }

  private mutating func dropFirst() {
    let month = months.removeFirst()
    counted.subtract(TierCount(month))
    toClose += month.points
    note(MonthCount(month: month.month))
  }

  /// The tier runs out: it is the one that the window reaches, at most one below.
  private mutating func review(_ policy: CompiledPolicy) {
    let reached = policy.tier(reachedBy: counted)
    let ended = tierUntilMs
    changed = true
    if reached >= tier {
      tier = reached
      tierUntilMs = reachedUntilMs(reached, policy: policy)
      return
    }
    tier = max(reached, tier - 1)
    let soft = policy.monthLeaves(policy.calendar.month(of: ended)) + policy.tierReview.graceMs
    tierUntilMs = tier == 0 ? 0 : max(soft, reached == tier ? reachedUntilMs(tier, policy: policy) : 0)
    footing = tier == 0 ? nil : Footing(tier: tier, untilMs: soft)
  }

  /// When a tier that the window reaches is over, if nothing more is counted.
  func reachedUntilMs(_ tier: Int, policy: CompiledPolicy) -> Int64 {
    var rest = counted
    for month in months {
      rest.subtract(TierCount(month))
      if policy.tier(reachedBy: rest) < tier { return policy.monthLeaves(month.month) + policy.tierReview.graceMs }
    }
    return policy.monthLeaves(months.last?.month ?? 0) + policy.tierReview.graceMs
  }

  private mutating func note(_ month: MonthCount) {
    changed = true
    changedMonths.removeAll { $0.month == month.month }
    changedMonths.append(month)
  }
}

extension CompiledPolicy {
  /// When what a month has counted leaves the rolling window.
  func monthLeaves(_ month: Int64) -> Int64 { calendar.startOfMonth(month + tierReview.rollingMonths + 1) }
}

extension TierCount {
  init(_ month: MonthCount) {
    self.init(points: month.points, spend: month.spend, nights: month.nights, segments: month.segments)
  }

  /// Takes away what is part of it.
  mutating func subtract(_ part: TierCount) {
    points &-= part.points
    spend &-= part.spend
    nights &-= part.nights
    segments &-= part.segments
  }
}

extension MonthCount {
  init(_ month: Int64, _ count: TierCount) {
    self.init(
      month: month, points: count.points, spend: count.spend, nights: count.nights, segments: count.segments)
  }
}

extension Ledger {
  /// What a month of a member's has counted from now on.
  /// - Returns: what is wrong with it, in words; nil if it has been set.
  mutating func count(_ month: MonthCount, of member: UInt32) -> String? {
    guard CivilCalendar.months.contains(month.month),
      min(month.points, month.spend, month.nights, month.segments) >= 0
    else { return "counts \(month.points) points in month \(month.month), which cannot be" }
    var months = tierMonths[member] ?? []
    let place = months.firstIndex { $0.month >= month.month } ?? months.count
    let isThere = place < months.count && months[place].month == month.month
    switch (isThere, TierCount(month).isNone) {
    case (true, false): months[place] = month
    case (true, true): months.remove(at: place)
    case (false, false): months.insert(month, at: place)
    case (false, true): break
    }
    tierMonths[member] = months.isEmpty ? nil : months
    return nil
  }

  /// Whether a member's months are what the member has counted.
  func checkMonths(of member: Member, number: UInt32, name: String) -> [String] {
    guard let months = tierMonths[number] else { return [] }
    var sum = TierCount()
    for month in months {
      guard let next = sum.adding(TierCount(month)) else { return ["the months of '\(name)' overflow"] }
      sum = next
    }
    let counted = TierCount(
      points: member.qualifying, spend: member.spend, nights: Int64(member.nights), segments: Int64(member.segments))
    return sum == counted ? [] : ["the months of '\(name)' have counted \(sum), and the member \(counted)"]
  }
}
