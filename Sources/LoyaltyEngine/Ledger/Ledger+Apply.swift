// Changing: a record's postings and other changes, applied one by one. No rule runs here. A record that contradicts the
// state (from a damaged or foreign file) never traps: the contradiction is noted, and the store refuses to serve.

import LoyaltyMessages
import ProtobufRuntime

extension Ledger: StateMachine {
  public typealias Record = LoyaltyMessages.Record

  /// 1: the five calls. 2: rooms; lots that come back. 3: keys as bytes; words under members' keys.
  /// 4: profiles and all texts under members' keys.
  public static var schemaVersion: UInt32 { 4 }

  public var contradiction: String? { inconsistency }

  public mutating func apply(_ record: Record, sequence: UInt64) {
    if sequence != self.sequence &+ 1 {
      note(sequence, "comes after record \(self.sequence): records are missing or doubled")
    }
    self.sequence = sequence
    if record.timeMs < timeMs { note(sequence, "is of \(record.timeMs) ms, before \(timeMs) ms of the one before it") }
    if record.timeMs > CivilCalendar.lastMs { note(sequence, "is of \(record.timeMs) ms, after the year 9999") }
    // Whatever a file says, later sums with the ledger's time cannot overflow.
    timeMs = max(timeMs, min(record.timeMs, CivilCalendar.lastMs))

    var resolver = MemberResolver()
    for enrolment in record.enrolments { enrol(enrolment, record) }
    for link in record.numberLinks { add(link, record, &resolver) }
    for index in record.postings.indices { post(index, of: record, &resolver) }
    for standing in record.standings { set(standing, record, &resolver) }
    for move in record.stockMoves { take(move) }
    for change in record.holdChanges { hold(change, record, &resolver) }
    applyCatalogue(record)
    applyPartnership(record, &resolver)
    for change in record.memberChanges {
      self.change(change, record, &resolver)
      noteDays(of: change, record, &resolver)
    }
    applyCampaigns(record, &resolver)
    applyNotices(record, &resolver)
    applyTriggers(record, &resolver)
    for move in record.meterMoves { meter(move, record, &resolver) }
    for change in record.corrections {
      if let problem = corrections.apply(change, sequence: sequence) { note(sequence, problem) }
    }
    for date in record.enrolmentDates {
      if let member = member(date.member, record, &resolver) {
        members[member].enrolledMs = date.enrolledMs
        care.enrolled(UInt32(member), at: date.enrolledMs)
      }
    }
    for change in record.pendingChanges { pend(change, record, &resolver) }
    applyProposals(record)
    applyClaims(record)
    // What is proposed does not take effect.
    if record.proposal != nil {
      remember(record)
      return
    }
    switch record.input {
    case .opening(let input): open(input)
    case .accrual(let input):
      references.set(
        referenceFingerprint(partner: record.partner, activity: input.activity, reference: input.reference),
        to: sequence & FingerprintTable.maxValue)
      if let member = member(0, record, &resolver) {
        linkPartner(record.partner, member: member)
        members[member].marks.remove(.awaitsFirstActivity)
        if input.activity.isPurchase { members[member].marks.insert(.purchased) }
      }
      timeliness.add(occurredMs: input.occurredMs, postedMs: record.timeMs, sequence: sequence)
    case .feedback(let input):
      if let member = member(0, record, &resolver) { openTicket(input, record, member: member) }
    case .ticket(let input): apply(input, record)
    case .ticketsDue: if case .ticketsCameDue(let outcome)? = record.outcome { apply(outcome) }
    case .improvement(let input):
      feedback.improvements.append(
        ImprovementState(sequence: sequence, cause: input.cause, change: input.change, effectiveMs: input.effectiveMs))
    case .survey(let input): apply(input, record)
    case .timeZones(let input):
      care.take(input.adds ? care.rules(with: input.zones) : input.zones, version: input.version)
    case .day: if case .dayCame(let outcome)? = record.outcome { apply(outcome) }
    case .outboxFetch: if case .outboxFetched(let outcome)? = record.outcome { apply(outcome) }
    case .outboxReceipts(let input):
      if case .outboxReceipted(let outcome)? = record.outcome { apply(input, outcome) }
    case .outboxDue: if case .outboxCameDue(let outcome)? = record.outcome { apply(outcome) }
    case .policyPublication(let input): publish(input, record)
    case .policyWithdrawal(let input): withdraw(input, record)
    case .accrualReversal:
      if case .accrualReversed(let outcome)? = record.outcome, outcome.firstPurchase,
        let member = member(0, record, &resolver)
      {
        members[member].marks.remove(.purchased)
      }
    case .import(let input):
      for (place, one) in input.members.enumerated() where one.purchased {
        if let member = member(UInt32(place), record, &resolver) { members[member].marks.insert(.purchased) }
      }
    case .merge: if case .merged(let outcome)? = record.outcome { mergeSurveys(outcome) }
    case .erasure: if case .erased(let outcome)? = record.outcome { erase(outcome) }
    case .tierReview, .entitlementUse: break
    // What the others change is in the record's changes.
    default: break
    }
    remember(record)
  }

  /// Notes the first contradiction.
  mutating func note(_ sequence: UInt64, _ what: String) {
    if inconsistency == nil { inconsistency = "record \(sequence) \(what)" }
  }

  // MARK: - One kind of change each

  /// Looks up each member of a record once, as long as its changes name the same member in a row.
  struct MemberResolver {
    var position = UInt32.max
    var member: UInt32 = 0
  }

  /// The member that a record names by its position; nil, and noted, if there is none.
  mutating func member(_ position: UInt32, _ record: Record, _ resolver: inout MemberResolver) -> Int? {
    if position == resolver.position { return Int(resolver.member) }
    guard Int(position) < record.members.count else {
      note(sequence, "names member \(position) of its \(record.members.count)")
      return nil
    }
    guard let member = memberNames.find(record.members[Int(position)].utf8.span, key: hashKey) else {
      note(sequence, "changes member '\(record.members[Int(position)])', who is not enrolled")
      return nil
    }
    resolver.position = position
    resolver.member = member
    return Int(member)
  }

  private mutating func open(_ input: OpeningInput) {
    guard sequence == 1, let key = HashKey(input.hashKey) else {
      note(sequence, "opens a ledger that has records, or without a key")
      return
    }
    hashKey = key
    programme = input.programme
  }

  private mutating func enrol(_ enrolment: Enrolment, _ record: Record) {
    guard Int(enrolment.member) < record.members.count,
      let member = memberNames.insert(record.members[Int(enrolment.member)].utf8.span, key: hashKey),
      Int(member) == members.count
    else {
      note(sequence, "enrols member \(enrolment.member) of its \(record.members.count), who cannot be or is already")
      return
    }
    var state = Member(enrolledMs: record.timeMs)
    if case .enrolment = record.input { state.marks.insert(.awaitsFirstActivity) }
    members.append(state)
    partnership.links.addMember()
    linkPartner(record.partner, member: Int(member))
    care.enrolled(member, at: record.timeMs)
  }

  private mutating func add(_ link: NumberLink, _ record: Record, _ resolver: inout MemberResolver) {
    guard let member = member(link.member, record, &resolver) else { return }
    let name = Self.numberName(partner: link.partner, number: link.number)
    guard let number = numbers.insert(name.span, key: hashKey), Int(number) == numberMembers.count else {
      // The number itself may name a person, and this text reaches logs.
      note(sequence, "links a number of '\(link.partner)', which is linked or too long")
      return
    }
    numberMembers.append(UInt32(member))
    if claims.hasSuspended { claims.linked(name) }
    linkPartner(link.partner, member: member)
  }

  /// - Parameter index: of the posting, which is not copied.
  private mutating func post(_ index: Int, of record: Record, _ resolver: inout MemberResolver) {
    let account = record.postings[index].account
    let unit = record.postings[index].unit
    let amount = record.postings[index].amount
    if account == .debt, unit == .award {
      if let member = member(record.postings[index].member, record, &resolver) {
        postDebt(record.postings[index], member: member)
      }
      return
    }
    if account != .member {
      guard AccountTable.has(unit, account) else {
        note(sequence, "posts to account \(account.rawValue) in unit \(unit.rawValue)")
        return
      }
      let name = record.postings[index].partner
      let partner = name.isEmpty ? -1 : partnerNames.insert(name)
      if !accounts.add(amount, unit, account, partner: partner) {
        note(sequence, "overflows account \(account.rawValue) of '\(name)'")
      }
      return
    }
    guard let member = member(record.postings[index].member, record, &resolver) else { return }
    switch unit {
    case .award: postAward(record.postings[index], member: member, record)
    case .qualifying:
      let (sum, overflow) = members[member].qualifying.addingReportingOverflow(amount)
      if overflow || sum < 0 {
        note(sequence, "leaves \(sum) qualifying points to '\(memberNames.string(UInt32(member)))'")
      }
      members[member].qualifying = sum
    case .miles, .unspecified, .unrecognized: note(sequence, "posts in unit \(unit.rawValue)")
    }
  }

  private mutating func postAward(_ posting: Posting, member: Int, _ record: Record) {
    let (balance, overflow) = members[member].balance.addingReportingOverflow(posting.amount)
    let isNew =
      posting.amount > 0
      && (posting.lot >> 8 == sequence
        || posting.lotEarnedMs > 0 && lots.find(posting.lot, in: members[member].lots) == nil)
    guard CivilCalendar.times.contains(posting.lotExpiresMs), CivilCalendar.times.contains(posting.lotEarnedMs) else {
      note(
        sequence,
        "makes a lot of \(posting.lotEarnedMs) ms that lapses at \(posting.lotExpiresMs) ms: there is no such time")
      return
    }
    guard Lot.ids.contains(posting.lot) else {
      note(sequence, "names lot \(posting.lot), and no lot has a number greater than \(UInt48.max)")
      return
    }
    if isNew, !overflow, !lots.isFull, members[member].lots.count < UInt16.max {
      let lot = Lot(
        id: posting.lot, remaining: posting.amount,
        expiresMs: posting.lotExpiresMs == 0 ? Int64.max : posting.lotExpiresMs,
        earnedMs: posting.lotEarnedMs > 0 ? posting.lotEarnedMs : timeMs)
      lots.open(lot, of: UInt32(member), in: &members[member].lots)
      members[member].balance = balance
      return
    }
    guard !isNew, !overflow, let place = lots.find(posting.lot, in: members[member].lots) else {
      note(
        sequence,
        "moves \(posting.amount) points of lot \(posting.lot), which '\(memberNames.string(UInt32(member)))' has not")
      return
    }
    let (remaining, tooMuch) = lots[place.slot].remaining.addingReportingOverflow(posting.amount)
    guard !tooMuch, remaining >= 0 else {
      note(sequence, "takes \(posting.amount) points of lot \(posting.lot), which has \(lots[place.slot].remaining)")
      return
    }
    lots.set(place, remaining: remaining, of: UInt32(member), in: &members[member].lots)
    members[member].balance = balance
  }

  private mutating func set(_ standing: StandingChange, _ record: Record, _ resolver: inout MemberResolver) {
    guard let member = member(standing.member, record, &resolver) else { return }
    guard CivilCalendar.times.contains(standing.tierUntilMs), CivilCalendar.times.contains(standing.periodEndsMs) else {
      note(
        sequence,
        "ends a period at \(standing.periodEndsMs) ms and a tier at \(standing.tierUntilMs) ms: there is no such time")
      return
    }
    guard let tier = UInt16(exactly: tierNames.insert(standing.tier)) else {
      note(sequence, "is the first with tier '\(standing.tier)', which is one too many")
      return
    }
    members[member].tier = tier
    members[member].tierUntilMs = standing.tierUntilMs
    members[member].periodEndsMs = standing.periodEndsMs
    members[member].spend = standing.spend
    members[member].nights = UInt32(clamping: standing.nights)
    members[member].segments = UInt32(clamping: standing.segments)
    for month in standing.months {
      if let problem = count(month, of: UInt32(member)) { note(sequence, problem) }
    }
    if let problem = set(standing.footing, of: UInt32(member)) { note(sequence, problem) }
    if standing.tierUntilMs > 0 {
      tierReviews.set(UInt64(member), dueMs: standing.tierUntilMs)
    } else {
      tierReviews.remove(UInt64(member))
    }
  }

  private mutating func take(_ move: StockMove) {
    let item = itemPlace(move.item)
    let (sum, overflow) = taken[item].addingReportingOverflow(move.quantity)
    guard !overflow, sum >= 0 else {
      note(sequence, "takes \(move.quantity) of '\(move.item)', of which \(taken[item]) have been taken")
      return
    }
    taken[item] = sum
  }

  private mutating func remember(_ record: Record) {
    keys.evict(maxCount: limits.idempotencyKeys - 1, before: timeMs - limits.idempotencyWindowMs + 1)
    guard record.hasKey, let method = record.input?.method, let outcome = record.keptOutcome else { return }
    var kept = KeptOutcome()
    kept.policyVersion = record.policyVersion
    kept.outcome = outcome
    let claim = record.creditedClaim
    keys.append(
      keyFingerprint(
        record.key,
        method: record.approvesAnother ? ApprovalInput.method : claim?.method ?? method,
        subject: record.subject, partner: claim?.byOperator == true ? "" : record.partner),
      request: record.requestFingerprint, timeMs: record.timeMs, sequence: sequence,
      outcome: kept)
  }
}
