// Deciding that a member is erased. The ledger has no personal data in clear; it says who was erased, at whose word and with
// whose approval, and whoever has the keys destroys them.

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
    }
  }

  /// Everybody who was erased, in the order of enrolment.
  public var erasedMembers: [String] {
    (0..<members.count).filter { members[$0].marks.contains(.erased) }.map { memberNames.string(UInt32($0)) }
  }
}
