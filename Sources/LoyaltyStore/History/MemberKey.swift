// How an index names a member: a hash of fixed length instead of an id of any. Two members may share one; whoever
// looks something up compares the record's own ids.

import LoyaltyEngine

/// Hashes member ids for the indexes of one store, keyed with the store's identity.
@usableFromInline
struct MemberHasher: Sendable {
  private let key: HashKey

  init(_ history: StoreIdentity) {
    key = HashKey(history.bytes) ?? HashKey()
  }

  @usableFromInline
  func hash(_ member: String) -> UInt64 {
    var hash = SipHash(key: key)
    hash.combine(member)
    return hash.finish().high
  }
}

/// That a record concerns a member.
@usableFromInline
struct MemberEntry: Hashable, Sendable {
  /// `MemberHasher.hash` of the member's id.
  @usableFromInline var member: UInt64
  /// The record's place: within its batch while that is formed, in an index behind the segment's first record.
  @usableFromInline var place: UInt32

  @usableFromInline
  init(member: UInt64, place: UInt32) {
    self.member = member
    self.place = place
  }
}
