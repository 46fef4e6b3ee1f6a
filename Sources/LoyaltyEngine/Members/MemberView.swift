// What the ledger knows of a member beyond points, for calls, rules and triggers.

import LoyaltyMessages

/// A member as others see it.
public struct MemberView: Hashable, Sendable {
  public var member: String
  public var status: MemberStatus
  public var enrolledMs: Int64
  /// Language, time zone, birthday, household, segments, attributes, consents; what is unknown is absent.
  public var profile: ProfileUpdate
  /// All members of the household, this one included; empty without a household.
  public var householdMembers: [String]
}

extension Ledger {
  /// A member by id, or by the number that a partner has linked.
  /// - Throws: `memberUnknown`, `memberMismatch`.
  public func member(_ id: String, number: String = "", partner: String = "") throws(Refusal) -> MemberView {
    let number = try resolveEnrolled(id, number: number, partner: partner)
    let state = members[Int(number)]
    var view = MemberView(
      member: memberNames.string(number), status: MemberStatus(rawValue: Int32(state.status.rawValue)),
      enrolledMs: state.enrolledMs, profile: ProfileUpdate(), householdMembers: [])
    if let profile = profiles[state.profile] {
      view.profile = profiles.update(of: profile)
      if let household = view.profile.household {
        view.householdMembers = profiles.members(ofHousehold: household, key: hashKey).map(memberNames.string)
      }
    }
    return view
  }

  /// Whose key seals what is said of a member: the id that was asked for, also when it stands for another member by now, so
  /// that a repeated request is known again. Who is erased is erased under all ids.
  /// - Throws: `memberUnknown`, `memberMismatch`.
  public func keyHolder(_ id: String, number: String = "", partner: String = "") throws(Refusal) -> String {
    let number = try resolveEnrolled(id, number: number, partner: partner)
    return id.isEmpty ? memberNames.string(number) : id
  }

  /// The member's id and those that were merged into it, before their personal data is erased.
  /// - Throws: `memberUnknown`; `memberOpen` while there is an account that somebody may use.
  public func namesToErase(_ id: String) throws(Refusal) -> [String] {
    guard let number = memberNames.find(id.utf8.span, key: hashKey).map(survivor) else {
      throw Refusal(.memberUnknown, ["memberId": id])
    }
    let name = memberNames.string(number)
    guard members[Int(number)].status == .closed else { throw Refusal(.memberOpen, ["memberId": name]) }
    var names = [name]
    for index in 0..<profiles.profiles.count {
      let profile = profiles.profiles[index]
      if profile.mergedInto > 0, survivor(of: profile.member) == number {
        names.append(memberNames.string(profile.member))
      }
    }
    return names
  }

  /// Whether a member is in a segment. `member` is the position among all members.
  func isIn(_ segment: String, member: UInt32) -> Bool {
    guard let word = profiles.words[segment], let profile = profiles[members[Int(member)].profile] else { return false }
    return profile.segments.contains { Int($0) == word + 1 }
  }

  /// A member's attribute; empty if it has none of that name.
  func attribute(_ name: String, member: UInt32) -> String {
    guard let word = profiles.words[name], let profile = profiles[members[Int(member)].profile] else { return "" }
    return profile.attributes.first { Int($0.name) == word + 1 }.map { profiles.word($0.value) } ?? ""
  }

  /// A member's word on a purpose, the partner's own if there is one, else the programme's; nil if never given.
  func consent(_ purpose: String, partner: String = "", member: UInt32) -> Bool? {
    guard let word = profiles.words[purpose], let profile = profiles[members[Int(member)].profile] else { return nil }
    let given = profile.consents.filter { Int($0.purpose) == word + 1 }
    let own = given.first { !partner.isEmpty && profiles.word($0.partner) == partner }
    return (own ?? given.first { $0.partner == 0 })?.granted
  }
}
