// The room of members' profiles: what rules, triggers and messages ask about a person, and nothing that names one. Most
// members have no profile, so that it is a side table: a member of the ledger has the number of its own, or none. Words
// repeat (languages, zones, segments, attributes), so that they are kept once and named by 16 bits.

import LoyaltyMessages

/// What a member is beyond points.
struct Profile: Sendable {
  /// Position among all members.
  var member: UInt32
  /// Positions in `words` plus 1; 0: none.
  var language: UInt16 = 0
  var timeZone: UInt16 = 0
  /// Month times 100 plus day; 0: unknown.
  var birthday: UInt16 = 0
  /// Position among households plus 1; 0: none.
  var household: UInt32 = 0
  /// For a merged member: the position of the one that it stands for, plus 1; 0: none.
  var mergedInto: UInt32 = 0
  /// Points that the member owes.
  var debt: Int64 = 0
  /// Words, ascending.
  var segments: [UInt16] = []
  var attributes: [Attribute] = []
  var consents: [Consent] = []
  /// Birthday, household, segments, attributes and consents as records and snapshots have them; nil: in clear, as in
  /// files of earlier versions.
  var sealed: SealedWords?

  struct Attribute: Sendable {
    var name: UInt16
    var value: UInt16
  }

  struct Consent: Sendable {
    var purpose: UInt16
    /// Position in `words` plus 1; 0: the programme.
    var partner: UInt16
    var granted: Bool
    var atMs: Int64
  }
}

/// All profiles, in the order they came to be. None is ever removed; one that says nothing is not in a snapshot.
struct ProfileTable: LedgerRoom {
  static let name = "profiles"
  /// Says "no profile" where one is expected.
  static let none = UInt32.max

  var profiles = PagedArray<Profile>()
  var words = Symbols()
  private var households = NameTable()
  private var ofHousehold: [UInt32: [UInt32]] = [:]

  /// A member's profile that is there if it is asked for.
  subscript(_ position: UInt32) -> Profile? { position == Self.none ? nil : profiles[Int(position)] }

  var count: Int {
    var count = 0
    for index in 0..<profiles.count where !profiles[index].isEmpty { count += 1 }
    return count
  }

  func word(_ number: UInt16) -> String { number == 0 ? "" : words.names[Int(number) - 1] }

  /// Positions of a household's members, ascending.
  func members(ofHousehold name: String, key: HashKey) -> [UInt32] {
    households.find(name.utf8.span, key: key).flatMap { ofHousehold[$0] } ?? []
  }

  func household(of profile: Profile) -> String {
    profile.household == 0 ? "" : households.string(profile.household - 1)
  }

  /// - Returns: false if there is no room for another word.
  private mutating func word(_ text: String, _ number: inout UInt16) -> Bool {
    if text.isEmpty {
      number = 0
      return true
    }
    guard let position = UInt16(exactly: words.insert(text) + 1) else { return false }
    number = position
    return true
  }

  // MARK: - Changes

  /// Makes a change of a profile.
  /// - Returns: what is wrong with it, in words; nil if it has been made.
  mutating func update(_ position: Int, _ update: ProfileUpdate, timeMs: Int64, key: HashKey) -> String? {
    var profile = profiles[position]
    if let language = update.language, !word(language, &profile.language) { return "has one word too many" }
    if let zone = update.timeZone, !word(zone, &profile.timeZone) { return "has one word too many" }
    if let birthday = update.birthday { profile.birthday = UInt16(truncatingIfNeeded: birthday) }
    if let household = update.household, !move(&profile, to: household, key: key) { return "has a household too many" }
    for segment in update.addSegments {
      var number: UInt16 = 0
      guard word(segment, &number) else { return "has one word too many" }
      if !profile.segments.contains(number) { profile.segments.append(number) }
    }
    for segment in update.removeSegments {
      guard let number = words[segment] else { continue }
      profile.segments.removeAll { Int($0) == number + 1 }
    }
    profile.segments.sort()
    for attribute in update.attributes {
      var name: UInt16 = 0
      var value: UInt16 = 0
      guard word(attribute.name, &name), word(attribute.value, &value) else { return "has one word too many" }
      profile.attributes.removeAll { $0.name == name }
      if value > 0 { profile.attributes.append(.init(name: name, value: value)) }
    }
    for consent in update.consents {
      var purpose: UInt16 = 0
      var partner: UInt16 = 0
      guard word(consent.purpose, &purpose), word(consent.partner, &partner) else { return "has one word too many" }
      profile.consents.removeAll { $0.purpose == purpose && $0.partner == partner }
      profile.consents.append(
        .init(
          purpose: purpose, partner: partner, granted: consent.granted,
          atMs: consent.atMs > 0 ? consent.atMs : timeMs))
    }
    profiles[position] = profile
    return nil
  }

  /// Takes what a profile says under the member's key in place of what it said, and what was opened of it.
  mutating func seal(
    _ position: Int, _ sealed: SealedWords?, opened: ProfileUpdate?, timeMs: Int64, key: HashKey
  ) -> String? {
    var profile = profiles[position]
    _ = move(&profile, to: "", key: key)
    profile.birthday = 0
    profile.segments = []
    profile.attributes = []
    profile.consents = []
    profile.sealed = sealed
    profiles[position] = profile
    return opened.flatMap { update(position, $0.personal, timeMs: timeMs, key: key) }
  }

  private mutating func move(_ profile: inout Profile, to household: String, key: HashKey) -> Bool {
    if profile.household > 0 {
      ofHousehold[profile.household - 1]?.removeAll { $0 == profile.member }
      profile.household = 0
    }
    guard !household.isEmpty else { return true }
    guard let number = households.insert(household.utf8.span, key: key) else { return false }
    profile.household = number + 1
    let others = ofHousehold[number] ?? []
    ofHousehold[number] = (others + [profile.member]).sorted()
    return true
  }

  // MARK: - Snapshot and invariants

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    var states: [ProfileState] = []
    var bytes = 0
    // By member: profiles have the order in which they were made, and one that says nothing any more is not made again.
    for member in 0..<ledger.memberCount {
      guard let profile = self[ledger.members[member].profile], !profile.isEmpty else { continue }
      let state = ProfileState(
        member: profile.member, profile: profile.sealed == nil ? update(of: profile) : update(of: profile).clear,
        mergedInto: profile.mergedInto, debt: profile.debt, sealed: profile.sealed)
      states.append(state)
      bytes +=
        128 + profile.attributes.count * 64 + profile.consents.count * 64 + profile.segments.count * 32
        + (profile.sealed?.sealed.count ?? 0)
      guard bytes >= SnapshotList.bytes else { continue }
      try emit(.profiles(ProfilePart(profiles: states)))
      states = []
      bytes = 0
    }
    if !states.isEmpty { try emit(.profiles(ProfilePart(profiles: states))) }
  }

  /// The profile as an update of an empty one.
  func update(of profile: Profile) -> ProfileUpdate {
    var update = ProfileUpdate()
    if profile.language > 0 { update.language = word(profile.language) }
    if profile.timeZone > 0 { update.timeZone = word(profile.timeZone) }
    if profile.birthday > 0 { update.birthday = UInt32(profile.birthday) }
    if profile.household > 0 { update.household = household(of: profile) }
    update.addSegments = profile.segments.map(word).sorted()
    update.attributes = profile.attributes.map { .init(name: word($0.name), value: word($0.value)) }
      .sorted { $0.name < $1.name }
    update.consents = profile.consents.map {
      .init(purpose: word($0.purpose), partner: word($0.partner), granted: $0.granted, atMs: $0.atMs)
    }.sorted { ($0.purpose, $0.partner) < ($1.purpose, $1.partner) }
    return update
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var broken: [String] = []
    var debt: Int128 = 0
    var inHouseholds = 0
    for index in 0..<profiles.count {
      let profile = profiles[index]
      guard Int(profile.member) < ledger.memberCount else {
        broken.append("profile \(index) has no member")
        continue
      }
      let member = ledger.members[Int(profile.member)]
      if Int(member.profile) != index { broken.append("profile \(index) is not its member's") }
      if profile.debt < 0 || member.hasDebt != (profile.debt > 0) {
        broken.append("member \(profile.member) has a debt of \(profile.debt), and says \(member.hasDebt)")
      }
      debt += Int128(profile.debt)
      if profile.household > 0 {
        inHouseholds += 1
        if ofHousehold[profile.household - 1]?.contains(profile.member) != true {
          broken.append("member \(profile.member) is not in its household")
        }
      }
      if member.status == .merged, !(1...ledger.memberCount).contains(Int(profile.mergedInto)) {
        broken.append("member \(profile.member) is merged into nobody")
      }
    }
    let account = ledger.accounts[.award, .debt, partner: -1]
    if debt != -Int128(account) { broken.append("members owe \(debt) points, the account has \(account)") }
    let listed = ofHousehold.values.reduce(0) { $0 + $1.count }
    if listed != inHouseholds { broken.append("households have \(listed) members, \(inHouseholds) say so") }
    return broken
  }
}

extension Profile {
  /// It says nothing, as a profile that there is not.
  var isEmpty: Bool {
    language == 0 && timeZone == 0 && birthday == 0 && household == 0 && mergedInto == 0 && debt == 0
      && segments.isEmpty && attributes.isEmpty && consents.isEmpty && sealed == nil
  }
}

extension Ledger {
  /// The position of a member's profile, which is made if there is none.
  mutating func profile(of member: Int) -> Int {
    if members[member].profile == ProfileTable.none {
      members[member].profile = UInt32(profiles.profiles.count)
      profiles.profiles.append(Profile(member: UInt32(member)))
    }
    return Int(members[member].profile)
  }

  /// Applies a change of a member.
  mutating func change(_ change: MemberChange, _ record: Record, _ resolver: inout MemberResolver) {
    guard let member = member(change.member, record, &resolver) else { return }
    if let update = change.profile {
      let problem = profiles.update(profile(of: member), update, timeMs: record.timeMs, key: hashKey)
      if let problem {
        note(sequence, "changes the profile of '\(memberNames.string(UInt32(member)))', who \(problem)")
      }
    }
    if let sealed = change.sealed {
      let problem = profiles.seal(
        profile(of: member), sealed, opened: opened(sealed), timeMs: record.timeMs, key: hashKey)
      if let problem {
        note(sequence, "changes the profile of '\(memberNames.string(UInt32(member)))', who \(problem)")
      }
    }
    guard let status = change.status else { return }
    members[member].status = Status(status)
    guard status == .merged else { return }
    var other = MemberResolver()
    guard let survivor = self.member(change.mergedInto, record, &other), survivor != member else {
      note(sequence, "merges '\(memberNames.string(UInt32(member)))' into nobody")
      return
    }
    profiles.profiles[profile(of: member)].mergedInto = UInt32(survivor) + 1
    // Who has purchased under one id makes no first purchase under the other.
    if members[member].marks.contains(.purchased) { members[survivor].marks.insert(.purchased) }
    moveBelongings(from: member, into: survivor)
    // Whose business the one was, the other is from now on.
    for partner in partnerNames.names.indices where partnership.links.contains(member: member, partner: partner) {
      partnership.links.insert(member: survivor, partner: partner)
    }
  }

  /// Applies a posting to a member's debt.
  mutating func postDebt(_ posting: Posting, member: Int) {
    let place = profile(of: member)
    let (debt, overflow) = profiles.profiles[place].debt.subtractingReportingOverflow(posting.amount)
    guard !overflow, debt >= 0 else {
      note(sequence, "leaves a debt of \(debt) to '\(memberNames.string(UInt32(member)))'")
      return
    }
    profiles.profiles[place].debt = debt
    if debt > 0 { members[member].marks.insert(.debt) } else { members[member].marks.remove(.debt) }
    accounts[.award, .debt, partner: -1] &+= posting.amount
  }

  mutating func restore(_ entry: ProfileState) throws(RestoreError) {
    guard Int(entry.member) < members.count, members[Int(entry.member)].profile == ProfileTable.none,
      entry.debt >= 0, Int(entry.mergedInto) <= members.count
    else { throw RestoreError(description: "a profile is of member \(entry.member), who has one or is not there") }
    let place = profile(of: Int(entry.member))
    if let problem = profiles.update(place, entry.profile ?? ProfileUpdate(), timeMs: 0, key: hashKey) {
      throw RestoreError(description: "the profile of member \(entry.member) \(problem)")
    }
    if let sealed = entry.sealed {
      let opened = opened(sealed)
      if let problem = profiles.seal(place, sealed, opened: opened, timeMs: 0, key: hashKey) {
        throw RestoreError(description: "the profile of member \(entry.member) \(problem)")
      }
      care.setBirthday(opened?.birthday ?? 0, of: entry.member, isSealed: true)
    }
    profiles.profiles[place].mergedInto = entry.mergedInto
    profiles.profiles[place].debt = entry.debt
    if entry.debt > 0 { members[Int(entry.member)].marks.insert(.debt) }
  }
}
