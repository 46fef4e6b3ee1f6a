// Profiles under members' own keys: the ledger decides by what it can open, keeps what is sealed, and reads what earlier
// programs wrote in clear.

import Foundation
import LoyaltyMessages
import ProtobufRuntime
import Synchronization
import Testing

@testable import LoyaltyEngine

/// Members' keys of one byte each, and a cipher that hides nothing from whoever looks for long.
private final class Vault: ProfileVault {
  private let keys = Mutex<[String: UInt8]>(["m": 7, "n": 9])

  func seal(_ profile: [UInt8], member: String) -> SealedWords? {
    keys.withLock { $0[member] }.map { key in SealedWords(member: member, sealed: profile.map { $0 ^ key }) }
  }

  func open(_ sealed: SealedWords) -> [UInt8]? {
    keys.withLock { $0[sealed.member] }.map { key in sealed.sealed.map { $0 ^ key } }
  }

  func forget(_ member: String) { keys.withLock { $0[member] = nil } }
}

@Suite struct SealedProfileTests {
  /// Schema version 3: opening; "m" enrols with a profile, "n" without; "m" changes it; 50 points to "m" for "a call".
  static let records = [
    "CICkm6/NMygBUhgKBHRlc3QSEAECAwQFBgcICQoLDA0ODxA=",
    "CICkm6/NMxIDb3BzKAEyBWtleS0xOddza5SeQZiZ8gEBbfoBAJICDhIFZW50cnkggMDR5qw0wgZICgFtGkMKBXpoLUNOEg1B"
      + "c2lhL1NoYW5naGFpGOUBIgNILTEqBmZhbWlseToQCgRjaXR5EghTaGFuZ2hhaUIJCgVlbWFpbBgBggkMCgFtEAEiBWVudHJ5"
      + "2gpFEkMKBXpoLUNOEg1Bc2lhL1NoYW5naGFpGOUBIgNILTEqBmZhbWlseToQCgRjaXR5EghTaGFuZ2hhaUIJCgVlbWFpbBgB",
    "CICkm6/NMxIDb3BzKAEyBWtleS0yOZ5qyRCphHJD8gEBbvoBAJICDhIFZW50cnkggMDR5qw0wgYDCgFuggkMCgFuEAEiBWVu"
      + "dHJ5",
    "CICkm6/NMxIDb3BzKAEyBWtleS0zOd54MDurbQ9Q8gEBbcoGDgoBbRoJGOgEKgRiZXRhggkKCgFtIgVlbnRyedoKCxIJGOgE"
      + "KgRiZXRh",
    "CICkm6/NMxIDb3BzKAEyBWtleS00OUhC1ZNz5MgB8gEBbYoCEAgBEAEoZDCACjiAoIyS6zOKAgYIARAMKGPyBg0KAW0QMhoG"
      + "YSBjYWxsmgkVCgFtEDIaDAiAChAyGICgjJLrMygy",
  ]
  /// The same ledger's profiles and days in a snapshot of version 3.
  static let chunks = [
    "CiMIAhIEdGVzdBoQAQIDBAUGBwgJCgsMDQ4PECAFKICkm6/NMw==",
    "Ek8KMAoBbRCApJuvzTMaBWVudHJ5KIDA0easNDoTCIAKEDIYgKCMkuszIICkm6/NM6gGAQobCgFuEICkm6/NMxoFZW50cnko"
      + "gMDR5qw0qAYB",
    "KusBCjcJeFIKGXTPWngR990Gb2pmHFMZ13NrlJ5BmJkggKSbr80zKAIyEQgBggkMCgFtEAEiBWVudHJ5CjcJkrkO71fowKER"
      + "7d2fOstsGwMZnmrJEKmEckMggKSbr80zKAMyEQgBggkMCgFuEAEiBWVudHJ5CjUJBmF+hSraPXgRkjTxRid0LK0Z3ngwO6tt"
      + "D1AggKSbr80zKAQyDwgBggkKCgFtIgVlbnRyeQpACQUT5Mefrx18Eab7pXrDw7HNGUhC1ZNz5MgBIICkm6/NMygFMhoIAZoJ"
      + "FQoBbRAyGgwIgAoQMhiAoIyS6zMoMg==",
    "OggKBggBEAwgYw==",
    "qgZUClISUAoFemgtQ04SDUFzaWEvU2hhbmdoYWkY6AQiA0gtMSoEYmV0YSoGZmFtaWx5OhAKBGNpdHkSCFNoYW5naGFpQhAK"
      + "BWVtYWlsGAEggKSbr80z",
    "mhkA",
    "mhkVIhMSDUFzaWEvU2hhbmdoYWkYBiAQ",
    "Qh4IAhABKAQ6CAoEY2FyZRABOgwKCHByb2ZpbGVzEAE=",
  ]

  /// Replays those records as this program does.
  private static func replayed(_ vault: Vault?) throws -> Desk {
    var desk = try Desk()
    desk.ledger = Ledger()
    desk.ledger.vault = vault
    desk.records = []
    for record in OldFilesTests.bytes(records) { desk.apply(try Record(serializedBytes: record)) }
    return desk
  }

  private static func json(_ desk: Desk) throws -> String {
    try desk.records.map { try $0.jsonString() }.joined() + parts(desk.ledger)
  }

  private static func parts(_ ledger: Ledger) throws -> String {
    try snapshot(ledger).map { try SnapshotChunk(serializedBytes: $0).jsonString() }.joined()
  }

  private static func sealed(_ update: ProfileUpdate, _ vault: Vault) -> Record.Input {
    .profile(
      ProfileInput(
        member: "m", profile: update.clear, words: vault.seal(update.personal.serializedBytes(), member: "m")))
  }

  @Test func whatAnEarlierProgramWroteInClearIsReadAndTheSame() throws {
    for vault in [nil, Vault()] {
      let ledger = try Self.replayed(vault).ledger
      #expect(ledger.inconsistency == nil && ledger.checkInvariants() == [])
      let view = try ledger.member("m")
      #expect(view.profile.birthday == 616 && view.profile.addSegments == ["beta", "family"])
      #expect(ledger.attribute("city", member: 0) == "Shanghai" && ledger.consent("email", member: 0) == true)
      var restored = Ledger()
      restored.vault = vault
      for chunk in OldFilesTests.bytes(Self.chunks) { try restored.restore(chunk: chunk) }
      #expect(restored.inconsistency == nil && restored.checkInvariants() == [])
      #expect(try snapshot(restored) == snapshot(ledger) && snapshot(ledger) == OldFilesTests.bytes(Self.chunks))
    }
  }

  @Test func aProfileIsSealedWholeWithItsNextChangeAndTheStateIsTheSameWithoutKeys() throws {
    let vault = Vault()
    var desk = try Self.replayed(vault)
    let old = desk.records.count
    try desk.accept(
      Self.sealed(
        ProfileUpdate(
          language: "en", removeSegments: ["beta"], attributes: [.init(name: "seat", value: "aisle")]), vault),
      key: "sealed-1", caller: Desk.ops)
    let view = try desk.ledger.member("m").profile
    #expect(view.language == "en" && view.timeZone == "Asia/Shanghai" && view.birthday == 616)
    #expect(view.addSegments == ["family"] && view.attributes.map(\.name) == ["city", "seat"])
    #expect(view.household == "H-1" && view.consents.map(\.purpose) == ["email"])
    #expect(desk.ledger.checkInvariants() == [])
    let new = try desk.records[old...].map { try $0.jsonString() }.joined() + Self.parts(desk.ledger)
    for text in ["city", "aisle", "family", "H-1", "birth"] { #expect(!new.contains(text), "\(text)") }

    var keyless = Ledger()
    for (index, record) in desk.records.enumerated() { keyless.apply(record, sequence: UInt64(index + 1)) }
    #expect(try Self.parts(keyless) == Self.parts(desk.ledger) && keyless.checkInvariants() == [])
    #expect(try keyless.member("m").profile == ProfileUpdate(language: "en", timeZone: "Asia/Shanghai"))
    for (ledger, isKeyless) in [(desk.ledger, false), (keyless, true)] {
      var restored = Ledger()
      restored.vault = isKeyless ? nil : vault
      for chunk in try snapshot(ledger) { try restored.restore(chunk: chunk) }
      #expect(try Self.parts(restored) == Self.parts(ledger) && restored.checkInvariants() == [])
      #expect(try restored.member("m").profile == ledger.member("m").profile)
      // The day's triggers find the birthday again.
      #expect(restored.care.birthdays(on: 6 * 32 + 16) == (isKeyless ? [] : [0]))
    }
  }

  @Test(arguments: [false, true])
  func anErasedMemberIsNothingToTheRulesAnyMore(_ isSealed: Bool) throws {
    let vault = Vault()
    var desk = try Self.replayed(vault)
    if isSealed {
      try desk.accept(
        Self.sealed(ProfileUpdate(birthday: 617), vault), key: "sealed-1", caller: Desk.ops)
    }
    try desk.accept(status("m", .closed), key: "close", caller: Desk.ops)
    try desk.accept(.erasure(ErasureInput(member: "m", reference: "r")), key: "erase", caller: Desk.ops)
    try desk.accept(
      .approval(ApprovalInput(proposal: desk.ledger.sequence, approved: true)), key: "approve",
      caller: Caller(subject: "second", roles: ["operations"]))
    vault.forget("m")
    #expect(try desk.ledger.member("m").profile == ProfileUpdate() && desk.ledger.checkInvariants() == [])
    #expect(!desk.ledger.isIn("family", member: 0) && desk.ledger.attribute("city", member: 0) == "")
    #expect([6 * 32 + 16, 6 * 32 + 17].allSatisfy { desk.ledger.care.birthdays(on: $0).isEmpty })
    let parts = try Self.parts(desk.ledger)
    for text in ["city", "family", "H-1", "birth", "sealed"] { #expect(!parts.contains(text), "\(text)") }
    // Replayed by whoever has the key no more: the same, at every step of the way.
    var again = Ledger()
    again.vault = vault
    for (index, record) in desk.records.enumerated() { again.apply(record, sequence: UInt64(index + 1)) }
    #expect(try Self.parts(again) == parts && again.inconsistency == nil)
  }
}
