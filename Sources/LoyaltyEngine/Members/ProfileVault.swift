// What of a profile names or describes a person - birthday, household, segments, attributes, consents - stands in records
// and snapshots under the member's own key. The ledger's state is the sealed bytes, the same whoever replays it; what it
// decides with is opened from them, and is nothing once the key is gone.

import LoyaltyMessages
import ProtobufRuntime

/// Has the members' keys. Called with the store's lock held: it must answer from memory.
public protocol ProfileVault: AnyObject, Sendable {
  /// Seals what a profile says under the member's key; the same bytes for the same profile. Nil without a key.
  func seal(_ profile: [UInt8], member: String) -> SealedWords?
  /// Nil when the key is gone, or never was here.
  func open(_ sealed: SealedWords) -> [UInt8]?
}

extension Ledger {
  /// What sealed bytes say; nothing without the key that opens them.
  func opened(_ sealed: SealedWords?) -> ProfileUpdate? {
    guard let sealed, let bytes = vault?.open(sealed) else { return nil }
    return try? ProfileUpdate(serializedBytes: bytes)
  }

  /// What a request says of a profile, its sealed part included; of a member who was erased only what is in clear.
  func whole(_ clear: ProfileUpdate?, _ sealed: SealedWords?) -> ProfileUpdate? {
    guard var update = opened(sealed) else { return clear }
    (update.language, update.timeZone) = (clear?.language, clear?.timeZone)
    return update
  }

  /// A profile's change for a record: the part that only the member's key opens, as it is from then on, under that key.
  /// - Parameter number: the member's position; nil for one who enrols.
  func change(
    _ position: UInt32, _ member: String, _ number: UInt32?, profile update: ProfileUpdate, now: Int64
  ) throws(Refusal) -> MemberChange {
    guard let vault else { return MemberChange(member: position, profile: update) }
    let profile = number.flatMap { profiles[members[Int($0)].profile] }
    var before = profile.map(profiles.update(of:)) ?? ProfileUpdate()
    before.merge(update, timeMs: now)
    let personal = before.personal
    guard personal != ProfileUpdate() || profile?.sealed != nil else {
      return MemberChange(member: position, profile: update.clear)
    }
    guard let sealed = vault.seal(personal.serializedBytes(), member: member) else {
      if let number, members[Int(number)].marks.contains(.erased) {
        throw Refusal(.memberErased, ["memberId": member])
      }
      // A merge that was proposed before texts were sealed may find nobody with a key.
      return MemberChange(member: position, profile: update)
    }
    return MemberChange(member: position, profile: update.clear, sealed: sealed)
  }
}

extension ProfileUpdate {
  /// What the ledger's days and texts go by, and what names nobody: it stands in records as it is.
  public var clear: ProfileUpdate { ProfileUpdate(language: language, timeZone: timeZone) }

  /// All the rest.
  public var personal: ProfileUpdate {
    var rest = self
    (rest.language, rest.timeZone) = (nil, nil)
    return rest
  }

  /// Makes a change of a whole profile, in the order that a profile's own update has.
  mutating func merge(_ update: ProfileUpdate, timeMs: Int64) {
    if let language = update.language { self.language = language }
    if let timeZone = update.timeZone { self.timeZone = timeZone }
    if let birthday = update.birthday { self.birthday = birthday == 0 ? nil : birthday }
    if let household = update.household { self.household = household.isEmpty ? nil : household }
    addSegments = Set(addSegments).union(update.addSegments).subtracting(update.removeSegments).sorted()
    for attribute in update.attributes {
      attributes.removeAll { $0.name == attribute.name }
      if !attribute.value.isEmpty { attributes.append(attribute) }
    }
    attributes.sort { $0.name < $1.name }
    for consent in update.consents {
      consents.removeAll { $0.purpose == consent.purpose && $0.partner == consent.partner }
      var consent = consent
      if consent.atMs == 0 { consent.atMs = timeMs }
      consents.append(consent)
    }
    consents.sort { ($0.purpose, $0.partner) < ($1.purpose, $1.partner) }
  }
}
