// The programme once more, slow and obvious: arrays and dictionaries, every question answered by looking at all of them.
// It shares nothing with the ledger but messages, the calendar and the arithmetic of rounding, and must agree with it on
// every answer and every balance. Spending and coming back are in ReferenceModel+Movements.swift, what becomes of accounts
// is in ReferenceModel+Accounts.swift.

import LoyaltyMessages

@testable import LoyaltyEngine

struct ReferenceModel {
  struct Lot: Hashable {
    var id: UInt64
    var points: Int64
    /// `Int64.max`: never.
    var expiresMs: Int64
  }

  /// How much of something with a day has been used on the day.
  struct OfDay: Hashable {
    var day: Int64 = 0
    var used: Int64 = 0

    func used(on day: Int64) -> Int64 { day == self.day ? used : 0 }
    mutating func add(_ amount: Int64, on day: Int64) { self = OfDay(day: day, used: used(on: day) + amount) }
  }

  /// What counts toward a tier.
  struct Count: Hashable {
    var points: Int64 = 0
    var spend: Int64 = 0
    var nights: Int64 = 0
    var segments: Int64 = 0

    static func + (one: Count, other: Count) -> Count {
      Count(
        points: one.points + other.points, spend: one.spend + other.spend, nights: one.nights + other.nights,
        segments: one.segments + other.segments)
    }

    /// Takes as much of another as there is.
    mutating func take(_ other: Count) -> Count {
      let taken = Count(
        points: min(points, other.points), spend: min(spend, other.spend), nights: min(nights, other.nights),
        segments: min(segments, other.segments))
      self = Count(
        points: points - taken.points, spend: spend - taken.spend, nights: nights - taken.nights,
        segments: segments - taken.segments)
      return taken
    }
  }

  /// What a member holds whatever the running year, or the window, counts.
  struct Base {
    var tier: Int
    /// In years: the last one in which it is held.
    var lastYear: Int64 = 0
    /// The year that counted, this one or the one before it.
    var year: Int64 = 0
    var counted = Count()
    /// In a rolling window: until when it is held.
    var untilMs: Int64 = 0
  }

  struct Person {
    /// Those that lapse first come first; of those that lapse together, the ones that came first.
    var lots: [Lot] = []
    var debt: Int64 = 0
    var counted = Count()
    var tier = 0
    /// Nil: the entry tier.
    var base: Base?
    /// The last year in which the tier is held.
    var tierLastYear: Int64 = 0
    /// The year that is being counted.
    var year: Int64
    /// In a rolling window: what counts, by the month in which it was counted, and until when the tier is held.
    var months: [Int64: Count] = [:]
    var tierUntilMs: Int64 = 0
    var seenMs: Int64 = 0
    var household = ""
    var status = MemberStatus.unspecified
    /// Partners that know the member.
    var partners: Set<String>
    var resort = OfDay()
    var credited = OfDay()
  }

  struct Hold {
    var member: String
    var partner: String
    var lots: [Lot]
    var untilMs: Int64
  }

  /// An item that is held together with the points of the hold of the same number.
  struct Reservation {
    var points: Int64
    var quantity: Int64
    var isMug: Bool
  }

  struct Pending {
    var member: String
    var points: Int64
    var postMs: Int64
  }

  /// How much of a record has been undone.
  struct Undone {
    var part: Int64 = 0
    var points: Int64 = 0
    var qualifying: Int64 = 0
    var lapsed: Int64 = 0
  }

  struct Accrual {
    var member: String
    var points: Int64
    var counted: Count
    var minorUnits: Int64
    var year: Int64
    var month: Int64
    /// Of the resort's points a day, and on which.
    var resort: Int64
    var day: Int64
    var undone = Undone()
  }

  struct Payment {
    var member: String
    var points: Int64
    var lots: [Lot]
    var total: Int64
    /// Goes back on the shelf when it is undone.
    var isMug: Bool
    var undone = Undone()
  }

  struct Quote {
    var member: String
    var quantity: Int64
    var points: Int64
    var untilMs: Int64
  }

  struct Exchange {
    var member: String
    var toMiles: Bool
    var points: Int64
    var fee: Int64
    var miles: Int64
    var lots: [Lot]
    var capEnds: [Int64]
    var isReversed = false
  }

  struct KeyScope: Hashable {
    var who: String
    var method: UInt64
    var key: String
  }

  struct LotOfMember: Hashable {
    var member: String
    var lot: UInt64
  }

  enum Answer: Hashable {
    /// What it was about and what the member has then.
    case accepted(points: Int64, balance: Int64)
    case repeated(UInt64)
    case refused(RefusalReason)
  }

  let calendar = CivilCalendar(utcOffsetMinutes: 480)
  var people: [String: Person] = [:]
  /// For each member who was merged, into whom.
  var mergedInto: [String: String] = [:]
  var holds: [UInt64: Hold] = [:]
  var reservations: [UInt64: Reservation] = [:]
  var pending: [UInt64: Pending] = [:]
  var accruals: [UInt64: Accrual] = [:]
  var payments: [UInt64: Payment] = [:]
  var quotes: [UInt64: Quote] = [:]
  var exchanges: [UInt64: Exchange] = [:]
  /// Points of each lot that lapsed while they were the member's.
  var lapsed: [LotOfMember: Int64] = [:]
  /// Points that became miles, by member (all together: "") and the end of the period.
  var exchanged: [String: [Int64: Int64]] = [:]
  var versions: [Terms] = []
  var references: Set<[String]> = []
  var keys: [KeyScope: (request: Record.Input, sequence: UInt64, timeMs: Int64)] = [:]
  var mugsLeft: Int64 = 60
  /// The programme's own accounts, as the ledger has them.
  var accounts: [LedgerAccount: Int64] = [:]
  var milesDelivered: Int64 = 0

  // MARK: - Asking

  /// - Parameters:
  ///   - sequence: the place of the record that an acceptance makes.
  ///   - offered: for a publication, the terms that its document says.
  mutating func answer(
    _ input: Record.Input, key: String, caller: Caller, now: Int64, sequence: UInt64, offered: Terms? = nil
  ) -> Answer {
    for member in people.keys { lapse(member, now) }
    let scope = KeyScope(who: caller.partner.isEmpty ? caller.subject : caller.partner, method: input.method, key: key)
    if let first = keys[scope], first.timeMs + 30 * TestPolicy.day > now {
      return Self.isSame(first.request, input) ? .repeated(first.sequence) : .refused(.idempotencyKeyReused)
    }
    let answer = decide(input, caller, now, sequence, offered)
    if case .accepted = answer { keys[scope] = (input, sequence, now) }
    return answer
  }

  private mutating func decide(
    _ input: Record.Input, _ caller: Caller, _ now: Int64, _ sequence: UInt64, _ offered: Terms?
  ) -> Answer {
    switch input {
    case .accrual(let input): accrue(input, caller, now, sequence)
    case .redemption(let input): redeem(input, caller, now, sequence)
    case .catalogue(let input):
      switch input.command {
      case .quote(let input): quote(input, caller, now, sequence)
      case .reserve(let input): reserve(input, caller, now, sequence)
      case .confirm(let input): confirm(input, caller, now)
      case .cancel(let input): cancel(input, caller, now)
      default: .refused(.commandInvalid)
      }
    case .merge(let input): merge(input, now)
    case .status(let input): set(input)
    case .holdReservation(let input): reserve(input, caller, now, sequence)
    case .holdConfirmation(let input): confirm(input, caller, now)
    case .holdRelease(let input): release(input, caller, now)
    case .accrualReversal(let input): reverse(input, now)
    case .paymentReversal(let input): reverse(input, now)
    case .transfer(let input): transfer(input, now)
    case .profile(let input): join(input)
    case .partnership(let input):
      switch input.command {
      case .exchange(let input): exchange(input, caller, now, sequence)
      case .exchangeReversal(let input): reverse(input, now)
      default: .refused(.commandInvalid)
      }
    case .adjustment(let input): adjust(input, now, sequence)
    case .extension(let input): extend(input, now)
    case .policyPublication(let input):
      offered.map { publish($0, atOnce: input.atOnce, now) } ?? .refused(.commandInvalid)
    default: .refused(.commandInvalid)
    }
  }

  /// What history tells is no part of what was asked.
  private static func isSame(_ first: Record.Input, _ second: Record.Input) -> Bool {
    switch (first, second) {
    case (.accrualReversal(let first), .accrualReversal(let second)):
      first.accrual == second.accrual && first.minorUnitsBack == second.minorUnitsBack
    case (.paymentReversal(let first), .paymentReversal(let second)):
      first.payment == second.payment && first.back == second.back
    default: first == second
    }
  }

  func terms(_ now: Int64) -> Terms {
    for terms in versions.reversed() where terms.fromMs <= now { return terms }
    return versions[0]
  }

  private mutating func publish(_ terms: Terms, atOnce: Bool, _ now: Int64) -> Answer {
    var terms = terms
    if atOnce { terms.fromMs = now }
    if let last = versions.last, terms.fromMs <= last.fromMs { return .refused(.policyRefused) }
    versions.append(terms)
    return .accepted(points: 0, balance: 0)
  }

  // MARK: - Members

  /// Who a member is by now.
  func survivor(_ member: String) -> String { mergedInto[member].map(survivor) ?? member }

  /// Every id that a member has had since it was called `member`.
  func ids(_ member: String) -> [String] { [member] + (mergedInto[member].map(ids) ?? []) }

  func available(_ member: String) -> Int64 { (people[member]?.lots ?? []).reduce(0) { $0 + $1.points } }
  func held(_ member: String) -> Int64 {
    holds.values.filter { $0.member == member }.reduce(0) { $0 + $1.lots.reduce(0) { $0 + $1.points } }
  }
  func pendingPoints(_ member: String) -> Int64 {
    pending.values.filter { $0.member == member }.reduce(0) { $0 + $1.points }
  }

  /// Whether a member is one to a partner; everybody is one to an operator.
  func isKnown(_ member: String, to caller: Caller) -> Bool {
    guard let person = people[survivor(member)] else { return false }
    return caller.partner.isEmpty || person.partners.contains(caller.partner)
  }

  /// Why points cannot leave a member's account, or a member is none; nil if they can.
  func spendingRefused(_ member: String, _ caller: Caller) -> RefusalReason? {
    guard isKnown(member, to: caller), let person = people[survivor(member)] else { return .memberUnknown }
    switch person.status {
    case .frozen: return .memberFrozen
    case .closed: return .memberClosed
    default: return nil
    }
  }

  func reached(_ count: Count) -> Int {
    if count.points >= 5_000 || count.spend >= Terms.goldSpend { return 2 }
    return count.points >= 1_000 || count.nights >= Terms.silverNights || count.segments >= Terms.silverSegments ? 1 : 0
  }

  /// The person with all years before `now`'s closed.
  func reviewed(_ person: Person, _ now: Int64) -> Person {
    var person = person
    if versions[versions.count - 1].rollingMonths > 0 {
      roll(&person, now)
      return person
    }
    let thisYear = calendar.day(of: now).year
    while person.year < thisYear {
      var ended = bare(person)
      (ended.year, ended.counted) = (person.year, person.counted)
      let next = closed(person.tier, person.tierLastYear, person.counted, person.year)
      (person.tier, person.tierLastYear) = (next.tier, next.lastYear)
      person.base = person.tier > 0 ? ended : nil
      person.counted = Count()
      person.year += 1
    }
    return person
  }

  /// What a tier is after a year.
  private func closed(
    _ tier: Int, _ lastYear: Int64, _ counted: Count, _ year: Int64
  ) -> (tier: Int, lastYear: Int64) {
    let earned = reached(counted)
    if tier > 0, earned >= tier { return (earned, year + 1) }
    return tier > 0 && lastYear <= year ? (max(earned, tier - 1), year + 1) : (tier, lastYear)
  }

  /// What the member would hold if this year had counted nothing.
  private func bare(_ person: Person) -> Base {
    guard let base = person.base, base.year < person.year else { return person.base ?? Base(tier: 0) }
    let earned = reached(base.counted)
    let (tier, lastYear) = earned > 0 && earned >= base.tier ? (earned, base.year + 1) : (base.tier, base.lastYear)
    let next = closed(tier, lastYear, base.counted, base.year)
    return Base(tier: next.tier, lastYear: next.lastYear)
  }

  /// Takes back what was counted, and the tier that needed it.
  func takeBack(_ count: Count, of accrual: Accrual, _ person: inout Person, _ now: Int64) -> Count {
    let window = versions[versions.count - 1].rollingMonths
    let before = reckoned(person, now)
    guard window > 0 else {
      var taken = Count()
      if accrual.year == person.year {
        taken = person.counted.take(count)
      } else if person.base?.year == accrual.year {
        taken = person.base?.counted.take(count) ?? taken
      }
      let rest = reckoned(person, now)
      let held = (person.tier, person.tierLastYear)
      if (before.tier, before.tierLastYear) >= held, (rest.tier, rest.tierLastYear) < held { person = rest }
      return taken
    }
    guard accrual.month >= month(now) - window,
      let taken = person.months[accrual.month]?.take(count), taken != Count()
    else { return Count() }
    person.counted = counted(person, inMonth: month(now))
    let rest = reckoned(person, now)
    let held = (person.tier, person.tierUntilMs)
    if (before.tier, before.tierUntilMs) >= held, (rest.tier, rest.tierUntilMs) < held { person = rest }
    return taken
  }

  /// The person with the tier that comes of the base and of what is counted.
  private func reckoned(_ person: Person, _ now: Int64) -> Person {
    var person = person
    let window = versions[versions.count - 1].rollingMonths
    guard window > 0 else {
      let base = bare(person)
      (person.tier, person.tierLastYear) = (base.tier, base.lastYear)
      give(&person)
      return person
    }
    var base = person.base ?? Base(tier: 0)
    while base.tier > 0, base.untilMs <= now {
      base.tier -= 1
      base.untilMs = start(ofMonth: month(base.untilMs) + window + 1)
    }
    (person.tier, person.tierUntilMs) = (base.tier, base.untilMs)
    give(&person, inMonth: month(now))
    return person
  }

  func month(_ ms: Int64) -> Int64 { calendar.day(of: ms).year * 12 + calendar.day(of: ms).month - 1 }

  private func start(ofMonth month: Int64) -> Int64 {
    calendar.start(of: .init(year: month / 12, month: month % 12 + 1, day: 1))
  }

  /// What counts at a moment: the month that runs and so many before it.
  func counted(_ person: Person, inMonth month: Int64) -> Count {
    person.months.filter { $0.key >= month - versions[versions.count - 1].rollingMonths }
      .reduce(Count()) { $0 + $1.value }
  }

  /// Month by month.
  private func roll(_ person: inout Person, _ now: Int64) {
    var month = month(person.seenMs)
    while month < self.month(now) {
      month += 1
      person.counted = counted(person, inMonth: month)
      guard person.tier > 0, person.tierUntilMs <= start(ofMonth: month) else { continue }
      let reached = reached(person.counted)
      if reached >= person.tier {
        person.tier = reached
        person.tierUntilMs = endOfTier(person, from: month)
      } else {
        person.tier = max(reached, person.tier - 1)
        person.tierUntilMs = start(ofMonth: month + versions[versions.count - 1].rollingMonths + 1)
        person.base = person.tier > 0 ? Base(tier: person.tier, untilMs: person.tierUntilMs) : nil
      }
    }
    person.seenMs = now
  }

  /// The first month in which the window does not reach the person's tier any more.
  private func endOfTier(_ person: Person, from month: Int64) -> Int64 {
    var month = month
    while reached(counted(person, inMonth: month)) >= person.tier { month += 1 }
    return start(ofMonth: month)
  }

  /// Counts, and gives the tier that is reached.
  func count(_ count: Count, _ person: inout Person, _ now: Int64) {
    person.counted = person.counted + count
    if versions[versions.count - 1].rollingMonths > 0 {
      person.months[month(now), default: Count()] = person.months[month(now), default: Count()] + count
      give(&person, inMonth: month(now))
    } else {
      give(&person)
    }
  }

  func give(_ person: inout Person) {
    let reached = reached(person.counted)
    guard reached > 0, reached >= person.tier else { return }
    person.tier = reached
    person.tierLastYear = person.year + 1
  }

  func give(_ person: inout Person, inMonth month: Int64) {
    let reached = reached(person.counted)
    guard reached > 0, reached >= person.tier else { return }
    let before = reached == person.tier ? person.tierUntilMs : 0
    person.tier = reached
    person.tierUntilMs = max(before, endOfTier(person, from: month))
  }

  private mutating func join(_ input: ProfileInput) -> Answer {
    let member = survivor(input.member)
    if people[member] == nil { return .refused(.memberUnknown) }
    people[member]?.household = input.profile?.household ?? ""
    return .accepted(points: 0, balance: 0)
  }

  // MARK: - Lots

  mutating func book(_ account: LedgerAccount, _ points: Int64) { accounts[account, default: 0] += points }

  mutating func lapse(_ member: String, _ now: Int64) {
    for lot in people[member]?.lots ?? [] where lot.expiresMs <= now { noteLapsed(member, lot.id, lot.points) }
    people[member]?.lots.removeAll { $0.expiresMs <= now }
  }

  mutating func noteLapsed(_ member: String, _ lot: UInt64, _ points: Int64) {
    lapsed[LotOfMember(member: member, lot: lot), default: 0] += points
    book(.expired, points)
  }

  /// Points that come to a lot which is open share its terms.
  mutating func putIn(_ member: String, _ lot: Lot) {
    guard lot.points > 0, var person = people[member] else { return }
    if let open = person.lots.firstIndex(where: { $0.id == lot.id }) {
      person.lots[open].points += lot.points
    } else {
      let place = person.lots.firstIndex { $0.expiresMs > lot.expiresMs } ?? person.lots.count
      person.lots.insert(lot, at: place)
    }
    people[member] = person
  }

  /// Takes points that are due out of the lots meant, in their order; tells which.
  mutating func take(_ member: String, _ due: inout Int64, _ isMeant: (Lot) -> Bool = { _ in true }) -> [Lot] {
    guard var person = people[member] else { return [] }
    var taken: [Lot] = []
    for index in person.lots.indices where due > 0 && isMeant(person.lots[index]) {
      var part = person.lots[index]
      part.points = min(due, part.points)
      person.lots[index].points -= part.points
      due -= part.points
      taken.append(part)
    }
    person.lots.removeAll { $0.points == 0 }
    people[member] = person
    return taken
  }

  mutating func pay(_ member: String, _ points: Int64) -> [Lot] {
    var due = points
    return take(member, &due)
  }

  /// What is left of points that come in when the debt is paid.
  mutating func payDebt(_ member: String, _ points: Int64) -> Int64 {
    let paid = min(points, people[member]?.debt ?? 0)
    people[member]?.debt -= paid
    return points - paid
  }

  mutating func credit(_ member: String, _ points: Int64, lot: UInt64, _ now: Int64) {
    let terms = terms(now)
    let expires = calendar.end(ofDayAfterMonths: terms.months, from: now, endOfMonth: terms.endOfMonth)
    putIn(member, Lot(id: lot, points: payDebt(member, points), expiresMs: expires))
  }

  /// Points back to their lots.
  mutating func restore(_ member: String, _ lots: [Lot], _ now: Int64) {
    let terms = terms(now)
    for var lot in lots {
      let isOpen = people[member]?.lots.contains { $0.id == lot.id } ?? false
      if !isOpen, lot.expiresMs <= now {
        if terms.graceDays == 0 {
          noteLapsed(member, lot.id, lot.points)
          continue
        }
        lot.expiresMs =
          calendar.start(of: calendar.day(of: now)) + (terms.graceDays + 1) * CivilCalendar.millisecondsPerDay
      }
      lot.points = payDebt(member, lot.points)
      putIn(member, lot)
    }
  }
}
