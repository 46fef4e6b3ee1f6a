// Profiles in the ledger's records and snapshots: sealed as texts are, under the member's key.

import LoyaltyEngine
import LoyaltyMessages

extension PersonalDataStore: ProfileVault {
  /// What stands for the request in a profile's salt: a profile is of no request.
  private static let profileRequest = "profile"

  /// Seals under a key that is there: whoever asks the ledger for a change has sealed what it says of the profile before.
  public func seal(_ profile: [UInt8], member: String) -> SealedWords? {
    guard let key = keys.read({ $0.keys[member] }).value else { return nil }
    return SealedWords(
      member: member, sealed: Self.sealed(profile, key.secret, member: member, request: Self.profileRequest))
  }

  /// As `open(_:member:)`; what does not open says nothing, which the ledger can live with.
  public func open(_ sealed: SealedWords) -> [UInt8]? {
    (try? open(sealed.sealed, member: sealed.member)) ?? nil
  }
}
