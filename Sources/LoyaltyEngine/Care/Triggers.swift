// What a day brings to a member: birthdays, anniversaries of enrolment, feasts of the calendar, days of membership, and
// points that lapse soon.

import LoyaltyMessages

/// A day, and what the policy has for it.
struct Today {
  /// Points that lapse in [from, until) are told of today.
  struct ExpiryNotice {
    var policy: NoticePolicy
    var fromMs: Int64
    var untilMs: Int64
  }

  let number: Int64
  let date: CivilCalendar.Day
  let triggers: [TriggerPolicy]
  var expiryNotices: [ExpiryNotice] = []

  init(_ number: Int64, policy: CompiledPolicy) {
    self.number = number
    let date = CivilCalendar.date(ofDay: number)
    self.date = date
    triggers = policy.document.triggers.filter { trigger in
      trigger.kind != .holiday
        || trigger.dates.contains {
          ($0.year == 0 || Int64($0.year) == date.year) && Int64($0.month) == date.month && Int64($0.day) == date.day
        }
    }
    for notice in policy.document.notices where notice.event == .pointsExpiring {
      // Points lapse when a day of the programme's ends.
      let day = CivilCalendar.date(ofDay: number + Int64(notice.daysBefore))
      let end = policy.calendar.start(of: day) + CivilCalendar.millisecondsPerDay
      expiryNotices.append(
        ExpiryNotice(policy: notice, fromMs: end - CivilCalendar.millisecondsPerDay + 1, untilMs: end + 1))
    }
  }

  /// A feast is for all members.
  var isForAll: Bool { triggers.contains { $0.kind == .holiday } }

  /// Days of the year whose birthdays may be today.
  var birthdayKeys: [Int] {
    guard triggers.contains(where: { $0.kind == .birthday }) else { return [] }
    return keys(around: number, spread: 0)
  }

  /// Days of the year, in UTC, on which those were enrolled who may have an anniversary or a day of membership today.
  var enrolmentKeys: [Int] {
    var keys: Set<Int> = []
    for trigger in triggers {
      switch trigger.kind {
      // The programme's day of enrolment is at most one off the UTC day.
      case .anniversary: keys.formUnion(self.keys(around: number, spread: 1))
      case .tenure: keys.formUnion(self.keys(around: number - Int64(trigger.days), spread: 1))
      default: break
      }
    }
    return keys.sorted()
  }

  private func keys(around day: Int64, spread: Int64) -> [Int] {
    var keys: Set<Int> = []
    for day in (day - spread)...(day + spread) {
      let date = CivilCalendar.date(ofDay: day)
      keys.insert(CareRoom.key(date))
      // 29 February is kept near its end of the month in other years.
      if CivilCalendar.daysInMonth(year: date.year, month: 2) == 28,
        (date.month == 2 && date.day >= 27) || (date.month == 3 && date.day <= 2)
      {
        keys.insert(CareRoom.key(.init(year: 0, month: 2, day: 29)))
      }
    }
    return keys.sorted()
  }

  /// Whether a day of the year, such as a birthday, is today.
  func isDay(month: Int64, day: Int64, leapDay: LeapDay) -> Bool {
    if month == 2, day == 29, CivilCalendar.daysInMonth(year: date.year, month: 2) == 28 {
      return leapDay == .mar1 ? date.month == 3 && date.day == 1 : date.month == 2 && date.day == 28
    }
    return date.month == month && date.day == day
  }
}

extension Ledger {
  /// Days that must be between two greetings for a birthday: whoever corrects its birthday gets no second one.
  static let daysBetweenBirthdays: Int64 = 300

  /// Writes into the record what a day brings to a member.
  /// - Returns: whether it brings anything.
  func greet(_ member: UInt32, _ today: Today, _ request: inout Request) throws(Refusal) -> Bool {
    switch members[Int(member)].status {
    case .active, .frozen: break
    case .closed, .merged: return false
    }
    var position: UInt32?
    func place(_ request: inout Request) -> UInt32 {
      if let position { return position }
      let added = request.draft.addMember(memberNames.string(member))
      position = added
      return added
    }
    let days = care.members[member]
    let enrolled = request.policy.calendar.dayNumber(of: members[Int(member)].enrolledMs)
    for trigger in today.triggers where isDue(trigger, today, days, enrolledDay: enrolled) {
      if exclusion(from: trigger.audience, of: trigger.id, member, now: request.now, policy: request.policy) != nil {
        continue
      }
      try fire(trigger, today, member, place(&request), &request)
    }
    for notice in today.expiryNotices {
      let points = points(of: member, lapsingFrom: notice.fromMs, until: notice.untilMs)
      guard points > 0 else { continue }
      let day = CivilCalendar.date(ofDay: today.number + Int64(notice.policy.daysBefore))
      notify(
        notice.policy, member, place(&request), [("points", "\(points)"), ("date", Self.text(day))], &request)
    }
    return position != nil
  }

  private func isDue(
    _ trigger: TriggerPolicy, _ today: Today, _ days: CareRoom.MemberDays?, enrolledDay: Int64
  ) -> Bool {
    switch trigger.kind {
    case .birthday:
      guard let days, days.birthMonth > 0,
        today.isDay(month: Int64(days.birthMonth), day: Int64(days.birthDay), leapDay: trigger.leapDay)
      else { return false }
      return today.number - Int64(days.greetedDay) >= Self.daysBetweenBirthdays
    case .anniversary:
      let date = CivilCalendar.date(ofDay: enrolledDay)
      let years = today.date.year - date.year
      return years > 0 && (trigger.years.isEmpty || trigger.years.contains(UInt32(clamping: years)))
        && today.isDay(month: date.month, day: date.day, leapDay: trigger.leapDay)
    case .tenure: return today.number == enrolledDay + Int64(trigger.days)
    // Whoever was enrolled on the day has not missed it.
    case .holiday: return today.number >= enrolledDay
    case .unspecified, .unrecognized: return false
    }
  }

  private func fire(
    _ trigger: TriggerPolicy, _ today: Today, _ member: UInt32, _ position: UInt32, _ request: inout Request
  ) throws(Refusal) {
    var values = [("trigger", trigger.id)]
    // An account that takes no more points still gets its greeting.
    if trigger.points > 0, canTakeAward(trigger.points, member) {
      _ = try award(trigger.points, to: member, position, &request)
      values.append(("points", "\(trigger.points)"))
    }
    if !trigger.offer.isEmpty, let offer = request.policy.document.offers.first(where: { $0.id == trigger.offer }),
      campaigns.grants.count + request.draft.record.campaignChanges.count < Self.grantLimit,
      offer.quota == 0
        || Int(campaigns.offerCounts[.init(offer.id)] ?? 0) + request.draft.granted(offer.id) < Int(offer.quota)
    {
      _ = grant(offer, to: member, position, &request)
      values.append(("offer", offer.id))
    }
    request.draft.record.triggersFired.append(
      TriggerFired(member: position, trigger: trigger.id, day: today.number, birthday: trigger.kind == .birthday))
    if let notice = request.policy.document.notices.first(where: { $0.id == trigger.notice }) {
      notify(notice, member, position, values, &request)
    }
  }

  /// A member's points that lapse in [from, until).
  private func points(of member: UInt32, lapsingFrom from: Int64, until: Int64) -> Int64 {
    var points: Int64 = 0
    var slot = members[Int(member)].lots.first
    while slot != LotTable.none, lots[slot].expiresMs < until {
      if lots[slot].expiresMs >= from { points += lots[slot].remaining }
      slot = lots[slot].next
    }
    return points
  }

  /// 2026-03-01.
  private static func text(_ date: CivilCalendar.Day) -> String {
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(date.year)-\(two(date.month))-\(two(date.day))"
  }
}
