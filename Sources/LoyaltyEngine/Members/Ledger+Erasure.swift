// Deciding that a member is erased. The ledger says who was erased, at whose word and with whose approval, and whoever has
// the keys destroys them; what it had opened of the profile for its rules it forgets itself.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: ErasureInput, _ request: inout Request) throws(Refusal) -> Record {
    let names = try namesToErase(input.member)
    for name in names { _ = request.draft.addMember(name) }
    var input = input
    input.member = names[0]
    return request.draft.finish(input: .erasure(input), outcome: .erased(ErasedOutcome(members: names)))
  }

  mutating func erase(_ outcome: ErasedOutcome) {
    for name in outcome.members {
      guard let member = memberNames.find(name.utf8.span, key: hashKey) else {
        note(sequence, "erases member '\(name)', who is not enrolled")
        continue
      }
      members[Int(member)].marks.insert(.erased)
      forgetProfile(of: member)
    }
  }

  /// Forgets what a member was to rules, triggers and texts. That an account was merged into another one stays, and debt.
  private mutating func forgetProfile(of member: UInt32) {
    let place = members[Int(member)].profile
    guard place != ProfileTable.none else { return }
    // Nothing is opened, so that nothing can be wrong with it.
    _ = profiles.seal(Int(place), nil, opened: nil, timeMs: 0, key: hashKey)
    (profiles.profiles[Int(place)].language, profiles.profiles[Int(place)].timeZone) = (0, 0)
    care.forgetBirthday(of: member)
    care.setZone("", of: member)
  }

  /// Everybody who was erased, in the order of enrolment.
  public var erasedMembers: [String] {
    (0..<members.count).filter { members[$0].marks.contains(.erased) }.map { memberNames.string(UInt32($0)) }
  }
}
