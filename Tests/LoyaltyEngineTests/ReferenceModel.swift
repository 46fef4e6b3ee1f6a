// The programme once more, slow and obvious: dictionaries of structs, every question answered by looking at everything
// that ever happened. It shares no code with the ledger but the calendar, and must agree with it on every answer.

import LoyaltyEngine
import LoyaltyMessages

/// What TestPolicy's programme does, written for reading.
struct ReferenceModel {
  struct Credit: Hashable {
    var member: String
    var points: Int64
    var left: Int64
    var expiresMs: Int64
    var order: Int
  }

  struct Person {
    var enrolledMs: Int64
    /// Qualifying points by calendar year.
    var qualifying: [Int64: Int64] = [:]
    /// Tier and the last year it is held in, after each change.
    var tier = 0
    var tierLastYear: Int64 = 0
    /// The year up to which reviews have been made.
    var year: Int64
  }

  enum Answer: Hashable {
    case accrued(points: Int64, qualifying: Int64, balance: Int64, tier: String)
    case redeemed(points: Int64, balance: Int64, paidBy: [Int64])
    case refused(RefusalReason)
  }

  let calendar = CivilCalendar(utcOffsetMinutes: 480)
  let tierIDs = ["entry", "silver", "gold"]
  let thresholds: [Int64] = [0, 1_000, 5_000]
  let multipliers: [Int64] = [10_000, 12_500, 15_000]
  var people: [String: Person] = [:]
  var credits: [Credit] = []
  var mugsLeft: Int64
  var references: Set<[String]> = []
  /// Partners and the members that they have credited.
  var links: Set<[String]> = []
  /// Caller, method and key to the request and its answer.
  var keys: [[String]: (request: Record.Input, answer: Answer, timeMs: Int64)] = [:]
  var issued: Int64 = 0
  var redeemed: Int64 = 0

  init(mugs: Int64) { mugsLeft = mugs }

  func balance(_ member: String, now: Int64) -> Int64 {
    credits.filter { $0.member == member && $0.expiresMs > now }.map(\.left).reduce(0, +)
  }

  func reached(_ points: Int64) -> Int {
    points >= thresholds[2] ? 2 : points >= thresholds[1] ? 1 : 0
  }

  /// The person with all years before `now`'s reviewed.
  func reviewed(_ member: String, now: Int64) -> Person? {
    guard var person = people[member] else { return nil }
    let thisYear = calendar.day(of: now).year
    while person.year < thisYear {
      let earned = reached(person.qualifying[person.year] ?? 0)
      if person.tier > 0, earned >= person.tier {
        person.tier = earned
        person.tierLastYear = person.year + 1
      } else if person.tier > 0, person.tierLastYear <= person.year {
        person.tier = max(earned, person.tier - 1)
        person.tierLastYear = person.year + 1
      }
      person.year += 1
    }
    return person
  }

  mutating func answer(_ input: Record.Input, key: String, caller: Caller, now: Int64) -> Answer {
    let method = if case .accrual = input { "accrue" } else { "redeem" }
    let scope = [caller.partner, method, key]
    if let first = keys[scope], first.timeMs + 30 * TestPolicy.day > now {
      return first.request == input ? first.answer : .refused(.idempotencyKeyReused)
    }
    let answer =
      switch input {
      case .accrual(let input): accrue(input, caller: caller, now: now)
      case .redemption(let input): redeem(input, caller: caller, now: now)
      default: Answer.refused(.commandInvalid)
      }
    if case .refused = answer {} else { keys[scope] = (input, answer, now) }
    return answer
  }

  private mutating func accrue(_ input: AccrualInput, caller: Caller, now: Int64) -> Answer {
    if input.occurredMs > now + 600_000 { return .refused(.activityInFuture) }
    if input.occurredMs < now - 60 * TestPolicy.day { return .refused(.activityTooOld) }
    if references.contains([caller.partner, "\(input.activity)", input.reference]) {
      return .refused(.referenceAlreadyCredited)
    }
    let year = calendar.day(of: now).year
    var person = reviewed(input.member, now: now) ?? Person(enrolledMs: now, year: year)
    var points: Int64 = 0
    var qualifying: Int64 = 0
    if input.activity == .survey {
      points = 50
    } else {
      let base = input.minorUnits / 100
      qualifying = base
      points = base + base * (multipliers[person.tier] - 10_000) / 10_000
      if input.activity == .stay, input.category == "resort" { points += min(base, 300) }
    }
    references.insert([caller.partner, "\(input.activity)", input.reference])
    links.insert([caller.partner, input.member])
    person.qualifying[year, default: 0] += qualifying
    let reached = reached(person.qualifying[year] ?? 0)
    if reached > 0, reached >= person.tier {
      person.tier = reached
      person.tierLastYear = year + 1
    }
    people[input.member] = person
    if points > 0 {
      let expires = calendar.end(ofDayAfterMonths: 3, from: now, endOfMonth: false)
      credits.append(
        Credit(member: input.member, points: points, left: points, expiresMs: expires, order: credits.count))
      issued += points
    }
    return .accrued(
      points: points, qualifying: qualifying, balance: balance(input.member, now: now), tier: tierIDs[person.tier])
  }

  private mutating func redeem(_ input: RedemptionInput, caller: Caller, now: Int64) -> Answer {
    guard let person = reviewed(input.member, now: now), links.contains([caller.partner, input.member]) else {
      return .refused(.memberUnknown)
    }
    var cost: Int64
    switch input.item {
    case "mug":
      if mugsLeft < input.quantity { return .refused(.outOfStock) }
      cost = person.tier == 2 ? 80 : 100
    case "night": cost = 700
    case "lounge":
      if person.tier < 1 { return .refused(.tierNotEligible) }
      cost = 10
    default: return .refused(.itemUnknown)
    }
    cost *= input.quantity
    if let expected = input.expectedPoints, expected != cost { return .refused(.priceChanged) }
    if balance(input.member, now: now) < cost { return .refused(.insufficientPoints) }
    var due = cost
    var paidBy: [Int64] = []
    let usable = credits.indices.filter {
      credits[$0].member == input.member && credits[$0].expiresMs > now && credits[$0].left > 0
    }
    for index in usable.sorted(by: {
      (credits[$0].expiresMs, credits[$0].order) < (credits[$1].expiresMs, credits[$1].order)
    }) where due > 0 {
      let part = min(due, credits[index].left)
      credits[index].left -= part
      due -= part
      paidBy.append(part)
    }
    if input.item == "mug" { mugsLeft -= input.quantity }
    redeemed += cost
    return .redeemed(points: cost, balance: balance(input.member, now: now), paidBy: paidBy)
  }
}
