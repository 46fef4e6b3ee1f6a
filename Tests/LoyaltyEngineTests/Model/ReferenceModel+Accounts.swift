// What becomes of the reference model's accounts: two become one; one is frozen, closed, opened again.

import LoyaltyMessages

@testable import LoyaltyEngine

extension ReferenceModel {
  mutating func set(_ input: StatusInput) -> Answer {
    let member = survivor(input.member)
    guard let person = people[member] else { return .refused(.memberUnknown) }
    if input.status == .closed {
      if holds.values.contains(where: { $0.member == member }) { return .refused(.memberBusy) }
      for lot in person.lots { noteLapsed(member, lot.id, lot.points) }
      people[member]?.lots = []
    }
    people[member]?.status = input.status
    return .accepted(points: 0, balance: 0)
  }

  mutating func merge(_ input: MergeInput, _ now: Int64) -> Answer {
    let (from, into) = (survivor(input.from), survivor(input.into))
    guard let ends = people[from], let stays = people[into] else { return .refused(.memberUnknown) }
    if from == into { return .refused(.commandInvalid) }
    for member in [from, into] {
      if let refusal = spendingRefused(member, Desk.ops) { return .refused(refusal) }
      if holds.values.contains(where: { $0.member == member }) { return .refused(.memberBusy) }
    }
    let points = available(from)
    people[into] = together(reviewed(ends, now), reviewed(stays, now), now)
    // Whoever owes has nothing to bring: the other account pays as far as it goes.
    var due = ends.debt
    _ = take(into, &due)
    people[into]?.debt += due
    for var lot in ends.lots {
      lot.points = payDebt(into, lot.points)
      putIn(into, lot)
    }
    for (id, entry) in pending where entry.member == from { pending[id]?.member = into }
    for (period, points) in exchanged[from] ?? [:] { exchanged[into, default: [:]][period, default: 0] += points }
    exchanged[from] = nil
    people[from] = nil
    mergedInto[from] = into
    return .accepted(points: points, balance: available(into))
  }

  /// The one that stays with what else the other has: its way to a tier, what it has used up, who knows it.
  private func together(_ ends: Person, _ stays: Person, _ now: Int64) -> Person {
    var person = stays
    person.partners.formUnion(ends.partners)
    if person.household.isEmpty { person.household = ends.household }
    person.resort = Self.later(ends.resort, person.resort)
    person.credited = Self.later(ends.credited, person.credited)

    if let theirs = ends.base {
      var base = person.base ?? Base(tier: 0, year: theirs.year)
      if (theirs.tier, theirs.lastYear, theirs.untilMs) > (base.tier, base.lastYear, base.untilMs) {
        (base.tier, base.lastYear, base.untilMs) = (theirs.tier, theirs.lastYear, theirs.untilMs)
      }
      base.counted = base.counted + theirs.counted
      person.base = base
    }
    if ends.tier > 0,
      (ends.tier, ends.tierLastYear, ends.tierUntilMs) > (person.tier, person.tierLastYear, person.tierUntilMs)
    {
      (person.tier, person.tierLastYear, person.tierUntilMs) = (ends.tier, ends.tierLastYear, ends.tierUntilMs)
    }
    guard versions[versions.count - 1].rollingMonths > 0 else {
      person.counted = person.counted + ends.counted
      give(&person)
      return person
    }
    for (month, count) in ends.months { person.months[month] = person.months[month, default: Count()] + count }
    person.counted = counted(person, inMonth: month(now))
    give(&person, inMonth: month(now))
    return person
  }

  /// What both have used on the later of their days.
  private static func later(_ one: OfDay, _ other: OfDay) -> OfDay {
    if one.day == other.day { return OfDay(day: one.day, used: one.used + other.used) }
    return one.day > other.day ? one : other
  }
}
