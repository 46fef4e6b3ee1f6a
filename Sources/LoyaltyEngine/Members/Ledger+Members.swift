// Deciding about members: who enrols, what their profile says, which numbers name them, whether their account is open.

import LoyaltyMessages

extension Ledger {
  /// A member begins, in the entry tier, without an activity.
  func decide(_ input: EnrolmentInput, _ request: inout Request) throws(Refusal) -> Record {
    let partner = request.caller.partner
    guard !input.member.isEmpty, input.partnerNumber.isEmpty || !partner.isEmpty else {
      throw Refusal(.commandInvalid, ["memberId": input.member])
    }
    let (existing, isLinked) = try resolve(input.member, number: input.partnerNumber, partner: partner)
    if existing != nil { throw Refusal(.memberExists, ["memberId": input.member]) }
    if isLinked { throw Refusal(.numberTaken, ["partnerMemberNumber": input.partnerNumber]) }
    if memberNames.isFull || numbers.isFull { throw Refusal(.ledgerFull, ["members": "\(memberCount)"]) }
    let profile = whole(input.profile, input.words)
    try check(profile ?? ProfileUpdate(), of: nil)

    let member = request.draft.addMember(input.member)
    request.draft.enrol(member)
    if !input.partnerNumber.isEmpty { request.draft.link(member, partner: partner, number: input.partnerNumber) }
    let standing = Standing.enrolled(at: request.now, policy: request.policy)
    let tier = request.policy.tiers[standing.tier].id
    request.draft.set(standing, of: member, policy: request.policy)
    if let profile {
      request.draft.record.memberChanges.append(
        try change(member, input.member, nil, profile: profile, now: request.now))
    }
    return request.draft.finish(
      input: .enrolment(input),
      outcome: .memberChanged(MemberOutcome(member: input.member, enrolled: true, tier: tier)))
  }

  func decide(_ input: ProfileInput, _ request: inout Request) throws(Refusal) -> Record {
    let number = try resolveEnrolled(input.member, number: input.partnerNumber, partner: request.caller.partner)
    let update = whole(input.profile, input.words) ?? ProfileUpdate()
    try check(update, of: number)
    var input = input
    input.member = memberNames.string(number)
    let member = request.draft.addMember(input.member)
    request.draft.record.memberChanges.append(
      try change(member, input.member, number, profile: update, now: request.now))
    return request.draft.finish(
      input: .profile(input), outcome: .memberChanged(outcome(number, policy: request.policy, now: request.now)))
  }

  func decide(_ input: NumberLinkInput, _ request: inout Request) throws(Refusal) -> Record {
    let partner = request.caller.partner.isEmpty ? input.partner : request.caller.partner
    guard request.policy.partner(partner) != nil, !input.partnerNumber.isEmpty,
      input.partner.isEmpty || input.partner == partner
    else { throw Refusal(.commandInvalid, ["partnerId": input.partner, "partnerMemberNumber": input.partnerNumber]) }
    let number = try resolveEnrolled(input.member, number: "", partner: "")
    if let taken = numbers.find(Self.numberName(partner: partner, number: input.partnerNumber).span, key: hashKey) {
      let member = survivor(of: numberMembers[Int(taken)])
      throw Refusal(.numberTaken, ["partnerMemberNumber": input.partnerNumber, "memberId": memberNames.string(member)])
    }
    if numbers.isFull { throw Refusal(.ledgerFull, ["members": "\(memberCount)"]) }
    var input = input
    input.member = memberNames.string(number)
    let member = request.draft.addMember(input.member)
    request.draft.link(member, partner: partner, number: input.partnerNumber)
    return request.draft.finish(
      input: .numberLink(input), outcome: .memberChanged(outcome(number, policy: request.policy, now: request.now)))
  }

  /// Freezes, closes or reopens an account. Closing forfeits what is left; reopening does not bring it back.
  func decide(_ input: StatusInput, _ request: inout Request) throws(Refusal) -> Record {
    let number = try resolveEnrolled(input.member, number: "", partner: "")
    let state = members[Int(number)]
    switch input.status {
    case .unspecified, .frozen, .closed:
      if input.reason.isEmpty, input.words == nil { throw Refusal(.commandInvalid, ["reason": ""]) }
    case .merged, .unrecognized: throw Refusal(.commandInvalid, ["status": "\(input.status.rawValue)"])
    }
    var input = input
    input.member = memberNames.string(number)
    var outcome = outcome(number, policy: request.policy, now: request.now)
    outcome.status = input.status
    let member = request.draft.addMember(input.member)
    if input.status == .closed {
      let open = holds.ids(of: number).count
      if open > 0 { throw Refusal(.memberBusy, ["memberId": input.member, "holds": "\(open)"]) }
      outcome.forfeited = state.balance
      request.draft.move(allLots(of: state), of: member, to: .expired)
    }
    request.draft.change(member, status: input.status)
    return request.draft.finish(input: .status(input), outcome: .memberChanged(outcome))
  }

  /// Every lot of a member with what is left in it.
  func allLots(of state: Member) -> [(lot: UInt64, points: Int64)] {
    var all: [(lot: UInt64, points: Int64)] = []
    all.reserveCapacity(Int(state.lots.count))
    var slot = state.lots.first
    while slot != LotTable.none {
      all.append((lots[slot].id, lots[slot].remaining))
      slot = lots[slot].next
    }
    return all
  }

  private func outcome(_ number: UInt32, policy: CompiledPolicy, now: Int64) -> MemberOutcome {
    let state = members[Int(number)]
    return MemberOutcome(
      member: memberNames.string(number), status: MemberStatus(rawValue: Int32(state.status.rawValue)),
      tier: policy.tiers[standing(of: number, policy: policy, now: now).tier].id)
  }

  /// Whether an update fits the profile.
  func check(_ update: ProfileUpdate, of member: UInt32?) throws(Refusal) {
    let profile = member.flatMap { profiles[members[Int($0)].profile] }
    let most = limits.profileEntries
    for (kind, count) in [
      ("segments", (profile?.segments.count ?? 0) + update.addSegments.count),
      ("attributes", (profile?.attributes.count ?? 0) + update.attributes.count { !$0.value.isEmpty }),
      ("consents", (profile?.consents.count ?? 0) + update.consents.count),
    ] where count > most {
      // Entries that are there already do not add; near the limit that is worth an exact count.
      if count - most > exactSurplus(kind, update, profile) { throw Refusal(.profileFull, [kind: "\(most)"]) }
    }
    let words = update.addSegments.count + update.attributes.count * 2 + update.consents.count * 2 + 2
    if profiles.words.names.count + words >= Int(UInt16.max) {
      throw Refusal(.ledgerFull, ["words": "\(profiles.words.names.count)"])
    }
    if let household = update.household, !household.isEmpty {
      let others = profiles.members(ofHousehold: household, key: hashKey).filter { $0 != member }
      if others.count >= limits.householdMembers {
        throw Refusal(.profileFull, ["householdMembers": "\(limits.householdMembers)"])
      }
    }
    if let birthday = update.birthday, birthday != 0 {
      let month = Int64(birthday / 100)
      guard (1...12).contains(month),
        (1...CivilCalendar.daysInMonth(year: 2024, month: month)).contains(Int64(birthday % 100))
      else { throw Refusal(.commandInvalid, ["birthday": "\(birthday)"]) }
    }
  }

  /// How many entries of an update replace one that is there.
  private func exactSurplus(_ kind: String, _ update: ProfileUpdate, _ profile: Profile?) -> Int {
    guard let profile else { return 0 }
    let current = profiles.update(of: profile)
    switch kind {
    case "segments": return Set(update.addSegments).intersection(current.addSegments).count
    case "attributes":
      return Set(update.attributes.filter { !$0.value.isEmpty }.map(\.name))
        .intersection(current.attributes.map(\.name)).count
    default:
      return Set(update.consents.map { [$0.purpose, $0.partner] })
        .intersection(current.consents.map { [$0.purpose, $0.partner] }).count
    }
  }
}

extension Ledger.Status {
  init(_ status: MemberStatus) {
    self =
      switch status {
      case .unspecified, .unrecognized: .active
      case .frozen: .frozen
      case .closed: .closed
      case .merged: .merged
      }
  }
}

extension RecordDraft {
  mutating func change(_ member: UInt32, status: MemberStatus, mergedInto survivor: UInt32 = 0) {
    record.memberChanges.append(MemberChange(member: member, status: status, mergedInto: survivor))
  }
}
