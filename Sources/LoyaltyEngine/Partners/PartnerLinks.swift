// Which members are whose. A partner sees the members it has enrolled, credited or linked a number of, and no others.

/// For each member, the partners that know it. Nearly all members have one or two: the first is in an array, the others
/// in a table of 16 bytes an entry.
struct PartnerLinks: Sendable {
  /// Position of the first partner + 1; 0: none.
  private var first = PagedArray<UInt16>()
  private var others = FingerprintTable()

  /// Links beyond the first of each member.
  var otherCount: Int { others.count }

  /// A member begins to exist.
  mutating func addMember() { first.append(0) }

  /// - Parameter partner: its position among the ledger's partners.
  func contains(member: Int, partner: Int) -> Bool {
    guard member < first.count else { return false }
    if first[member] == UInt16(truncatingIfNeeded: partner + 1), partner + 1 <= Int(UInt16.max) { return true }
    return others.count > 0 && others[Self.key(member, partner)] != nil
  }

  /// - Precondition: the member exists.
  mutating func insert(member: Int, partner: Int) {
    guard !contains(member: member, partner: partner) else { return }
    if first[member] == 0, let number = UInt16(exactly: partner + 1) {
      first[member] = number
    } else {
      others.set(Self.key(member, partner), to: 1)
    }
  }

  /// Every link: members in ascending order, by the partner's position.
  func membersByPartner() -> [Int: [UInt32]] {
    var members: [Int: [UInt32]] = [:]
    for member in 0..<first.count where first[member] != 0 {
      members[Int(first[member]) - 1, default: []].append(UInt32(member))
    }
    guard others.count > 0 else { return members }
    others.forEachSorted { entry in
      let pair = entry.high &* Self.inverse &- 1
      members[Int(UInt32(truncatingIfNeeded: pair)), default: []].append(UInt32(truncatingIfNeeded: pair >> 32))
    }
    return members.mapValues { $0.sorted() }
  }

  /// Member and partner as a fingerprint: both fit, so that two pairs never share one. Spread over the table's shards
  /// and places by a multiplication that can be undone.
  private static func key(_ member: Int, _ partner: Int) -> Fingerprint {
    let pair = UInt64(UInt32(truncatingIfNeeded: member)) << 32 | UInt64(UInt32(truncatingIfNeeded: partner))
    return Fingerprint(high: (pair &+ 1) &* factor, low: 0)
  }

  /// 2^64 over the golden ratio, odd.
  private static let factor: UInt64 = 0x9e37_79b9_7f4a_7c15
  /// `factor × inverse` is 1 in 64 bits: Newton's iteration doubles the bits that are right.
  private static let inverse: UInt64 = {
    var inverse = factor
    for _ in 0..<5 { inverse = inverse &* (2 &- factor &* inverse) }
    return inverse
  }()
}
