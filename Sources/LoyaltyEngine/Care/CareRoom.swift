// What the coming of a day needs to know: time zones, who lives in which, who has a birthday or was enrolled on which
// day of the year, and how far the days of each zone have come.
//
// A day is done zone by zone, each in records that are bounded. A member who moves to another zone takes along the last
// day that was done for it, so that a move neither brings a day twice nor loses one.

import LoyaltyMessages

/// The state of care. Changes only by records.
struct CareRoom: Sendable {
  /// What is kept of a member beyond the usual.
  struct MemberDays: Sendable {
    /// Position in `zoneNames`; 0: the programme's calendar.
    var zone: UInt16 = 0
    /// 0: unknown.
    var birthMonth: UInt8 = 0
    var birthDay: UInt8 = 0
    /// It was opened from the profile, and is no part of the state.
    var birthdayIsSealed = false
    /// The day its birthday was last greeted on; `never`.
    var greetedDay = CareRoom.never

    var isUsual: Bool { zone == 0 && birthMonth == 0 && greetedDay == CareRoom.never }
    /// It is in snapshots.
    var isKept: Bool { zone != 0 || birthMonth > 0 && !birthdayIsSealed || greetedDay != CareRoom.never }
  }

  /// How far a zone has come.
  struct Progress: Hashable, Sendable {
    /// The last day that is done.
    var day: Int64
    /// The day after it is done for members before this position; 0: it has not begun.
    var nextMember: UInt32 = 0

    /// The last day that is done for a member.
    func doneDay(for member: UInt32) -> Int64 { member < nextMember ? day + 1 : day }
  }

  /// No day: as far from any as an Int32 can be.
  static let never = Int32.min

  /// Of the programme's own calendar, as the last record about days had it.
  var programmeOffsetMs: Int64 = 0
  private(set) var zonesVersion = ""
  private(set) var zoneRules: [ZoneRules] = []
  private var calendars: [String: ZoneCalendar] = [:]
  /// Position 0 is the programme's own calendar.
  private(set) var zoneNames = Symbols()
  /// Of each of `zoneNames`: members in it, other than of the first.
  private var residents: [Int] = []
  /// Of zones in use, by position.
  private(set) var progress: [Int: Progress] = [:]
  private(set) var members: [UInt32: MemberDays] = [:]
  /// Members who have moved: the last day that was done for each, as long as it is not that of its zone.
  private(set) var moved: [UInt32: Int64] = [:]
  /// Of these, members who are behind their zone, ascending.
  private(set) var behind: [UInt32] = []
  /// Members by birthday and by the UTC day of enrolment, as month times 32 plus day, ascending.
  private var birthdays: [Int: [UInt32]] = [:]
  private var enrolments: [Int: [UInt32]] = [:]

  init() {
    _ = zoneNames.insert("")
    residents.append(0)
  }

  // MARK: - Questions

  func zone(of member: UInt32) -> Int { Int(members[member]?.zone ?? 0) }

  /// The days of a zone, by its position.
  /// - Parameter offsetMs: of the programme's own calendar.
  func calendar(_ zone: Int, offsetMs: Int64) -> ZoneCalendar {
    // A zone that no table knew is taken for the programme's.
    calendars[zoneNames.names[zone]] ?? ZoneCalendar(offsetMs: offsetMs)
  }

  func knows(zone: String) -> Bool { calendars[zone] != nil }

  /// The rules that are known, with some in place of those of the same names and the others behind them.
  func rules(with more: [ZoneRules]) -> [ZoneRules] {
    let names = Set(more.map(\.name))
    return zoneRules.filter { !names.contains($0.name) } + more
  }

  /// Positions of zones in which members live and whose days have not begun to count: they came before the first day did.
  var zonesToBegin: [Int] { residents.indices.dropFirst().filter { residents[$0] > 0 && progress[$0] == nil } }

  /// Positions of the zones in use, ascending.
  var zonesInUse: [Int] { progress.keys.sorted() }

  static func key(_ date: CivilCalendar.Day) -> Int { Int(date.month) * 32 + Int(date.day) }

  func birthdays(on key: Int) -> [UInt32] { birthdays[key] ?? [] }

  func enrolments(on key: Int) -> [UInt32] { enrolments[key] ?? [] }

  // MARK: - Changes

  mutating func take(_ zones: [ZoneRules], version: String) {
    zonesVersion = version
    zoneRules = zones
    calendars = [:]
    for rules in zones { calendars[rules.name] = ZoneCalendar(rules) }
  }

  mutating func enrolled(_ member: UInt32, at ms: Int64) {
    Self.insert(member, into: &enrolments[Self.key(CivilCalendar(utcOffsetMinutes: 0).day(of: ms)), default: []])
  }

  /// Notes a birthday, month times 100 plus day; 0 takes it back. Whether it was greeted stays.
  mutating func setBirthday(_ birthday: UInt32, of member: UInt32, isSealed: Bool) {
    let month = UInt8(truncatingIfNeeded: birthday / 100)
    let day = UInt8(truncatingIfNeeded: birthday % 100)
    var state = members[member] ?? MemberDays()
    if state.birthMonth > 0 {
      Self.remove(member, from: &birthdays, Int(state.birthMonth) * 32 + Int(state.birthDay))
    }
    (state.birthMonth, state.birthDay, state.birthdayIsSealed) = (month, day, isSealed)
    if month > 0 { Self.insert(member, into: &birthdays[Int(month) * 32 + Int(day), default: []]) }
    keep(state, member)
  }

  /// Forgets a member's birthday, and when it was greeted.
  mutating func forgetBirthday(of member: UInt32) {
    setBirthday(0, of: member, isSealed: false)
    guard var state = members[member] else { return }
    state.greetedDay = Self.never
    keep(state, member)
  }

  /// Moves a member to a zone.
  mutating func setZone(_ name: String, of member: UInt32) {
    var state = members[member] ?? MemberDays()
    let old = Int(state.zone)
    let new = zoneNames.insert(name)
    guard new != old, let position = UInt16(exactly: new) else { return }
    if new == residents.count { residents.append(0) }
    let done = moved[member] ?? progress[old]?.doneDay(for: member)
    state.zone = position
    keep(state, member)
    residents[new] += 1
    residents[old] -= 1
    if old != 0, residents[old] == 0 { progress[old] = nil }
    setMoved(nil, member)
    // Where no day has been done yet, nothing can be done twice.
    guard let done else { return }
    if let there = progress[new] {
      if there.doneDay(for: member) != done { setMoved(done, member) }
    } else {
      progress[new] = Progress(day: done)
    }
  }

  /// Notes that another day than its zone's is the last one done for a member; nil: its zone's is.
  private mutating func setMoved(_ done: Int64?, _ member: UInt32) {
    moved[member] = done
    let isBehind = done.map { $0 < progress[zone(of: member)]?.doneDay(for: member) ?? Int64.min } ?? false
    let place = Self.lowerBound(member, behind)
    let wasBehind = self.isBehind(member)
    if isBehind, !wasBehind { behind.insert(member, at: place) }
    if !isBehind, wasBehind { behind.remove(at: place) }
  }

  private func isBehind(_ member: UInt32) -> Bool {
    let place = Self.lowerBound(member, behind)
    return place < behind.count && behind[place] == member
  }

  /// Notes how far a zone has come.
  mutating func come(_ zone: String, to now: Progress) {
    let position = zoneNames.insert(zone)
    if position == residents.count { residents.append(0) }
    progress[position] = now
    // Whoever was ahead of the zone and is no more goes with it from now on.
    for (member, done) in moved
    where self.zone(of: member) == position && done <= now.doneDay(for: member) && !isBehind(member) {
      setMoved(nil, member)
    }
  }

  /// - Precondition: month and day are 0 or in their ranges; the zones' days have been restored.
  mutating func restore(_ entry: MemberDayState) {
    let zone = zoneNames.insert(entry.zone)
    while residents.count <= zone { residents.append(0) }
    guard let position = UInt16(exactly: zone) else { return }
    // A sealed one comes with the profile, before or after this.
    if entry.birthMonth > 0 {
      setBirthday(entry.birthMonth * 100 + entry.birthDay, of: entry.member, isSealed: false)
    }
    var state = members[entry.member] ?? MemberDays()
    state.zone = position
    if entry.greetedDay != 0 { state.greetedDay = Int32(truncatingIfNeeded: entry.greetedDay) }
    keep(state, entry.member)
    if zone != 0 {
      residents[zone] += 1
      residents[0] -= 1
    }
    if let done = entry.doneDay { setMoved(done, entry.member) }
  }

  /// Notes a day as done for a member who is behind its zone.
  mutating func caughtUp(_ member: UInt32, day: Int64) {
    let isThere = day >= progress[zone(of: member)]?.doneDay(for: member) ?? Int64.min
    setMoved(isThere ? nil : day, member)
  }

  /// Whether a day of its zone is still to be done for a member, as its zone does it.
  func awaits(_ day: Int64, _ member: UInt32) -> Bool {
    guard let done = moved[member] else { return true }
    return done < day && !isBehind(member)
  }

  mutating func greeted(_ member: UInt32, day: Int64) {
    var state = members[member] ?? MemberDays()
    state.greetedDay = Int32(truncatingIfNeeded: day)
    keep(state, member)
  }

  private mutating func keep(_ state: MemberDays, _ member: UInt32) {
    members[member] = state.isUsual ? nil : state
  }

  private static func insert(_ member: UInt32, into list: inout [UInt32]) {
    if list.last.map({ $0 < member }) ?? true { return list.append(member) }
    let place = lowerBound(member, list)
    if place == list.count || list[place] != member { list.insert(member, at: place) }
  }

  private static func remove(_ member: UInt32, from lists: inout [Int: [UInt32]], _ key: Int) {
    guard var list = lists[key] else { return }
    let place = lowerBound(member, list)
    if place < list.count, list[place] == member { list.remove(at: place) }
    lists[key] = list.isEmpty ? nil : list
  }

  /// The index of the first entry that is not below `member`.
  static func lowerBound(_ member: UInt32, _ list: [UInt32]) -> Int {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < member { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
