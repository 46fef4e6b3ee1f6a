// Time zones, days and birthdays in a snapshot, and back.

import LoyaltyMessages

extension CareRoom: LedgerRoom {
  static let name = "care"

  var count: Int { zoneRules.count + progress.count + kept.count }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    try emit(.care(CarePart(zonesVersion: zonesVersion, programmeOffsetMs: programmeOffsetMs)))
    try SnapshotList.emit(zoneRules, size: { 20 + $0.name.utf8.count + $0.changesAt.count * 12 }) {
      try emit(.care(CarePart(zones: $0)))
    }
    let days = zonesInUse.compactMap { zone in
      progress[zone].map { ZoneDay(zone: zoneNames.names[zone], day: $0.day, nextMember: $0.nextMember) }
    }.sorted { $0.zone < $1.zone }
    try SnapshotList.emit(days, size: { 24 + $0.zone.utf8.count }) { try emit(.care(CarePart(days: $0))) }
    try SnapshotList.emit(kept.sorted(), size: { _ in 64 }) { list in
      try emit(.care(CarePart(members: list.map(state))))
    }
  }

  /// Members of whom there is more in a snapshot than their profiles say.
  private var kept: Set<UInt32> { Set(members.lazy.filter { $0.value.isKept }.map(\.key)).union(moved.keys) }

  private func state(_ member: UInt32) -> MemberDayState {
    var state = members[member] ?? MemberDays()
    if state.birthdayIsSealed { (state.birthMonth, state.birthDay) = (0, 0) }
    return MemberDayState(
      member: member, zone: zoneNames.names[Int(state.zone)], birthMonth: UInt32(state.birthMonth),
      birthDay: UInt32(state.birthDay), greetedDay: state.greetedDay == Self.never ? 0 : Int64(state.greetedDay),
      doneDay: moved[member])
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var broken: [String] = []
    for (member, state) in members {
      if Int(member) >= ledger.memberCount { broken.append("care has member \(member), who is not enrolled") }
      if state.isUsual { broken.append("care keeps member \(member), of whom there is nothing to keep") }
    }
    for member in behind where moved[member] == nil { broken.append("member \(member) is behind, and has not moved") }
    if zip(behind, behind.dropFirst()).contains(where: { $0 >= $1 }) {
      broken.append("members behind are out of order")
    }
    return broken
  }

  mutating func restore(_ part: CarePart, members count: Int) throws(RestoreError) {
    if !part.zonesVersion.isEmpty || part.programmeOffsetMs != 0 {
      take(part.zones, version: part.zonesVersion)
      programmeOffsetMs = part.programmeOffsetMs
    } else if !part.zones.isEmpty {
      take(zoneRules + part.zones, version: zonesVersion)
    }
    for zone in part.zones where ZoneCalendar(zone) == nil {
      throw RestoreError(description: "time zone '\(zone.name)' has rules that contradict each other")
    }
    for day in part.days {
      guard abs(day.day) < CivilCalendar.times.upperBound / CivilCalendar.millisecondsPerDay else {
        throw RestoreError(description: "zone '\(day.zone)' has come to day \(day.day): there is no such day")
      }
      come(day.zone, to: Progress(day: day.day, nextMember: day.nextMember))
    }
    for entry in part.members {
      guard Int(entry.member) < count, entry.birthMonth <= 12, entry.birthDay <= 31,
        (entry.birthMonth == 0) == (entry.birthDay == 0)
      else { throw RestoreError(description: "care names member \(entry.member), or a birthday that is none") }
      restore(entry)
    }
  }
}
