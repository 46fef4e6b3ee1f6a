// The coming of a day, zone by zone. When the clock says that a day has begun in a zone, its triggers are worked through
// for the members who live there; a server that was down at midnight does so when it is up again, day after day.

import LoyaltyMessages

extension Ledger {
  /// Whether it has the rules of a time zone: members in one of which it has none live by the programme's calendar.
  public func knows(zone: String) -> Bool { care.knows(zone: zone) }
  /// The rules it has, and the version of the database that they are from; empty before the first.
  public var zoneRules: [ZoneRules] { care.zoneRules }
  public var zonesVersion: String { care.zonesVersion }
  /// Zones of members whose rules it has not.
  public var zonesWithoutRules: [String] {
    care.zonesInUse.map { care.zoneNames.names[$0] }.filter { !$0.isEmpty && !care.knows(zone: $0) }
  }

  /// Members whom one record looks at: a millisecond or so.
  static let membersLookedAt = 20_000
  /// Members whom one record greets.
  static let membersGreeted = 128

  /// When the next day begins somewhere, or at once when there is work left; nil as long as nobody is enrolled.
  var nextDayMs: Int64? {
    if members.count == 0 { return nil }
    if !care.behind.isEmpty || care.progress[0] == nil || !care.zonesToBegin.isEmpty { return timeMs }
    return care.progress.map { zone, progress in
      care.calendar(zone, offsetMs: care.programmeOffsetMs).start(ofDay: progress.day + 1)
    }.min()
  }

  func decide(_ input: TimeZonesInput, _ request: inout Request) throws(Refusal) -> Record? {
    // The service's own, from the machine's database.
    guard request.caller.subject.isEmpty, !input.version.isEmpty else { throw Refusal(.commandInvalid) }
    for zone in input.zones where zone.name.isEmpty || ZoneCalendar(zone) == nil {
      throw Refusal(.commandInvalid, ["zone": zone.name])
    }
    let rules = input.adds ? care.rules(with: input.zones) : input.zones
    if care.zoneRules == rules, care.zonesVersion == input.version { return nil }
    return request.draft.finish(input: .timeZones(input), outcome: nil)
  }

  /// Does what the days bring, as much as one record takes; nil if no day has begun.
  func decide(_ input: DayInput, _ request: inout Request) throws(Refusal) -> Record? {
    let asked = Int(input.maxMembers)
    var work = DayWork(greetings: asked == 0 ? Self.membersGreeted : min(asked, Self.membersGreeted))
    let offset = request.policy.calendar.offsetMs
    work.outcome.programmeOffsetMs = offset
    if care.progress[0] == nil, members.count > 0 {
      // The programme begins to count: today is the first day that is done, for nobody was here before it began.
      let today = care.calendar(0, offsetMs: offset).day(of: request.now)
      work.outcome.zones.append(ZoneDay(zone: "", day: today))
    }
    for zone in care.zonesToBegin {
      let today = care.calendar(zone, offsetMs: offset).day(of: request.now)
      work.outcome.zones.append(ZoneDay(zone: care.zoneNames.names[zone], day: today))
    }
    try catchUp(&work, &request)
    // Who has been caught up with goes on with its zone from the next record on.
    if work.outcome.caughtUp.isEmpty {
      for zone in care.zonesInUse where !work.isFull { try advance(zone, &work, &request) }
    }
    work.outcome.more = work.isFull || !work.outcome.caughtUp.isEmpty
    if work.outcome.zones.isEmpty, work.outcome.caughtUp.isEmpty, offset == care.programmeOffsetMs { return nil }
    return request.draft.finish(
      input: .day(DayInput(maxMembers: UInt32(clamping: work.greetings))), outcome: .dayCame(work.outcome))
  }

  /// How much a record may still do.
  struct DayWork {
    let greetings: Int
    private var count = 0
    private var isDraftFull = false
    var lookedAt = 0
    var outcome = DayOutcome()

    init(greetings: Int) {
      self.greetings = greetings
    }

    var isFull: Bool { count >= greetings || lookedAt >= Ledger.membersLookedAt || isDraftFull }

    mutating func greeted(_ draft: borrowing RecordDraft) {
      count += 1
      // One more member may bring a lot, an offer and four notices for each of the policy's triggers, and they must
      // have room: 256 lots, 4,096 offers and notices.
      isDraftFull =
        draft.lotCount > RecordDraft.maxLots - UInt64(PolicyLimits.triggers)
        || draft.record.campaignChanges.count > 3_000 || draft.record.notices.count > 3_000
    }
  }

  /// Members who moved to a zone that was ahead get the days that they would miss, one after the other.
  private func catchUp(_ work: inout DayWork, _ request: inout Request) throws(Refusal) {
    for member in care.behind {
      guard !work.isFull, let done = care.moved[member], let progress = care.progress[care.zone(of: member)] else {
        continue
      }
      var day = done
      while day < progress.doneDay(for: member), !work.isFull {
        day += 1
        work.lookedAt += 1
        if try greet(member, Today(day, policy: request.policy), &request) { work.greeted(request.draft) }
      }
      work.outcome.caughtUp.append(MemberDay(member: member, day: day))
    }
  }

  /// Works through the days that have begun in a zone.
  private func advance(_ zone: Int, _ work: inout DayWork, _ request: inout Request) throws(Refusal) {
    guard var progress = care.progress[zone] else { return }
    let calendar = care.calendar(zone, offsetMs: request.policy.calendar.offsetMs)
    while calendar.start(ofDay: progress.day + 1) <= request.now {
      if work.isFull { return }
      let today = Today(progress.day + 1, policy: request.policy)
      let candidates = candidates(today, from: progress.nextMember)
      var next: UInt32?
      for member in candidates {
        if work.isFull {
          next = member
          break
        }
        work.lookedAt += 1
        // Who has moved here is caught up with, or waits until the zone is as far.
        guard care.zone(of: member) == zone, care.awaits(today.number, member) else { continue }
        if try greet(member, today, &request) { work.greeted(request.draft) }
      }
      if let next {
        progress.nextMember = next
      } else {
        progress = .init(day: progress.day + 1)
        // A day costs something even when it brings nothing: years of them are done in several records.
        work.lookedAt += 100
      }
      work.outcome.zones.append(
        ZoneDay(zone: care.zoneNames.names[zone], day: progress.day, nextMember: progress.nextMember))
    }
  }

  /// Members for whom a day may bring something, ascending, from a position on.
  private func candidates(_ today: Today, from first: UInt32) -> [UInt32] {
    let last = UInt32(members.count)
    guard first < last else { return [] }
    if today.isForAll || expires(on: today) {
      return Array(first..<min(last, first + UInt32(Self.membersLookedAt) + 1))
    }
    var found: [UInt32] = []
    for key in today.birthdayKeys {
      let list = care.birthdays(on: key)
      found += list[CareRoom.lowerBound(first, list)...]
    }
    for key in today.enrolmentKeys {
      let list = care.enrolments(on: key)
      found += list[CareRoom.lowerBound(first, list)...]
    }
    found.sort()
    var distinct: [UInt32] = []
    for member in found where distinct.last != member { distinct.append(member) }
    return distinct
  }

  /// Whether lots lapse so many days after today as a notice is sent before.
  private func expires(on today: Today) -> Bool {
    today.expiryNotices.contains { lots.hasDue(from: $0.fromMs, until: $0.untilMs) }
  }

  mutating func apply(_ outcome: DayOutcome) {
    care.programmeOffsetMs = outcome.programmeOffsetMs
    for zone in outcome.zones { care.come(zone.zone, to: .init(day: zone.day, nextMember: zone.nextMember)) }
    for caught in outcome.caughtUp { care.caughtUp(caught.member, day: caught.day) }
  }

  /// Notes what a profile says about a member's days.
  mutating func noteDays(of change: MemberChange, _ record: Record, _ resolver: inout MemberResolver) {
    guard change.profile != nil || change.sealed != nil, let member = member(change.member, record, &resolver) else {
      return
    }
    if let zone = change.profile?.timeZone { care.setZone(zone, of: UInt32(member)) }
    if let birthday = change.profile?.birthday { care.setBirthday(birthday, of: UInt32(member), isSealed: false) }
    if change.sealed != nil {
      let birthday = UInt32(profiles[members[member].profile]?.birthday ?? 0)
      care.setBirthday(birthday, of: UInt32(member), isSealed: true)
    }
  }

  mutating func applyTriggers(_ record: Record, _ resolver: inout MemberResolver) {
    for fired in record.triggersFired where fired.birthday {
      if let member = member(fired.member, record, &resolver) { care.greeted(UInt32(member), day: fired.day) }
    }
  }
}
