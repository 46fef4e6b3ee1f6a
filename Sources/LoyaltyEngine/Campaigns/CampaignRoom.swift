// Campaigns in memory: members' codes and who referred whom, shared posts that wait for staff, offers that members
// have, and the counts that caps and quotas are held against.

import LoyaltyMessages

/// The state of campaigns. Changes only by records.
struct CampaignRoom: Sendable {
  /// Who referred a member.
  struct Referral: Sendable {
    var referrer: UInt32
    /// The first instant at which a purchase comes too late; 0: rewarded.
    var untilMs: Int64
  }

  /// A count of a campaign: a member's, or that of all members together.
  struct Counter: Hashable, Comparable, Sendable {
    var campaign: String
    /// Position of the member, plus 1; 0: all.
    var member: UInt64

    init(_ campaign: String, of member: UInt32? = nil) {
      self.campaign = campaign
      self.member = member.map { UInt64($0) + 1 } ?? 0
    }

    static func < (first: Counter, second: Counter) -> Bool {
      (first.campaign, first.member) < (second.campaign, second.member)
    }
  }

  /// A count that begins anew with each period.
  struct Period: Sendable {
    var number: Int64
    var count: UInt32
  }

  /// The lowest bits of a grant's name count within its record.
  static let grantBits: UInt64 = 12

  private(set) var codes: [String: UInt32] = [:]
  private(set) var codeOfMember: [UInt32: String] = [:]
  var referrals: [UInt32: Referral] = [:]
  var referralCounts: [UInt32: Period] = [:]

  private(set) var shares = SequenceTable<ShareState>()
  private(set) var pendingShares: [UInt32: Int] = [:]
  var proofs = FingerprintTable()
  var shareCounts: [Counter: Period] = [:]

  private(set) var grants = SequenceTable<OfferGrantState>()
  private(set) var grantsOfMember: [UInt32: [UInt64]] = [:]
  private(set) var lapsing = DueQueue()
  var offerCounts: [Counter: UInt32] = [:]

  /// When the first grant lapses; nil if there is none.
  var nextDueMs: Int64? { lapsing.first?.ms }

  // MARK: - Changes

  /// - Returns: false if the code or the member has another already.
  mutating func assign(_ code: String, to member: UInt32) -> Bool {
    guard codes[code] == nil, codeOfMember[member] == nil else { return false }
    codes[code] = member
    codeOfMember[member] = code
    return true
  }

  /// - Returns: false if it does not come after all others.
  mutating func open(_ share: ShareState) -> Bool {
    guard shares.append(share.share, share) else { return false }
    pendingShares[share.member, default: 0] += 1
    return true
  }

  mutating func end(share: UInt64) -> ShareState? {
    guard let share = shares.remove(share) else { return nil }
    let left = (pendingShares[share.member] ?? 1) - 1
    pendingShares[share.member] = left == 0 ? nil : left
    return share
  }

  /// - Returns: false if it does not come after all others.
  mutating func open(_ grant: OfferGrantState) -> Bool {
    guard grants.append(grant.grant, grant) else { return false }
    grantsOfMember[grant.member, default: []].append(grant.grant)
    lapsing.set(grant.grant, dueMs: grant.untilMs)
    return true
  }

  mutating func end(grant: UInt64) -> OfferGrantState? {
    guard let grant = grants.remove(grant) else { return nil }
    lapsing.remove(grant.grant)
    grantsOfMember[grant.member]?.removeAll { $0 == grant.grant }
    if grantsOfMember[grant.member]?.isEmpty == true { grantsOfMember[grant.member] = nil }
    return grant
  }

  /// Counts an offer as taken by a member, or as back.
  /// - Returns: false if more came back than were taken.
  mutating func count(_ offer: String, of member: UInt32, by difference: Int64) -> Bool {
    for counter in [Counter(offer), Counter(offer, of: member)] {
      guard let count = UInt32(exactly: Int64(offerCounts[counter] ?? 0) + difference) else { return false }
      offerCounts[counter] = count == 0 ? nil : count
    }
    return true
  }

  /// One member's offers become another's, and count as taken by it.
  mutating func moveGrants(from: UInt32, to: UInt32) {
    for id in grantsOfMember.removeValue(forKey: from) ?? [] {
      guard
        let offer = grants.update(
          id,
          { grant in
            grant.member = to
            return grant.offer
          })
      else { continue }
      grantsOfMember[to, default: []].append(id)
      // Taken is taken: an offer that each had once is had twice, and not a third time.
      _ = count(offer, of: from, by: -1)
      _ = count(offer, of: to, by: 1)
    }
    grantsOfMember[to]?.sort()
  }

  // MARK: - Questions

  /// Whether `member` is `ancestor`, or was referred by it over any number of steps.
  func isReferred(_ member: UInt32, by ancestor: UInt32) -> Bool {
    var member = member
    // Each step goes to somebody who was there before: the way ends.
    while true {
      if member == ancestor { return true }
      guard let referral = referrals[member] else { return false }
      member = referral.referrer
    }
  }

  /// Rewards of a referrer in a year.
  func rewards(of referrer: UInt32, year: Int64) -> UInt32 {
    guard let period = referralCounts[referrer], period.number == year else { return 0 }
    return period.count
  }

  /// Rewards for sharing in a period; of all members together in any.
  func rewards(_ counter: Counter, period: Int64) -> UInt32 {
    guard let counted = shareCounts[counter], counter.member == 0 || counted.number == period else { return 0 }
    return counted.count
  }
}

extension CampaignRoom: LedgerRoom {
  static let name = "campaigns"

  var count: Int {
    codes.count + referrals.count + referralCounts.count + shares.count + proofs.count + shareCounts.count
      + grants.count + offerCounts.count
  }

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    func part(_ part: CampaignPart) throws { try emit(.campaigns(part)) }
    try SnapshotList.emit(codeOfMember.sorted { $0.key < $1.key }, size: { 8 + $0.value.utf8.count }) { list in
      try part(CampaignPart(codes: list.map { ReferralCodeState(member: $0.key, code: $0.value) }))
    }
    try SnapshotList.emit(referrals.sorted { $0.key < $1.key }, size: { _ in 24 }) { list in
      try part(
        CampaignPart(
          referrals: list.map {
            ReferralState(friend: $0.key, referrer: $0.value.referrer, untilMs: $0.value.untilMs)
          }))
    }
    try SnapshotList.emit(referralCounts.sorted { $0.key < $1.key }, size: { _ in 16 }) { list in
      try part(
        CampaignPart(
          referralCounts: list.map {
            ReferralCountState(member: $0.key, year: $0.value.number, count: $0.value.count)
          }))
    }
    var open: [ShareState] = []
    shares.forEach { _, share in
      open.append(share)
      return true
    }
    try SnapshotList.emit(
      open,
      size: {
        40 + $0.proof.utf8.count + ($0.words?.sealed.count ?? 0) + $0.campaign.utf8.count + $0.partner.utf8.count
      }, { try part(CampaignPart(shares: $0)) })
    try proofs.emit { try part(CampaignPart(proofs: $0)) }
    try SnapshotList.emit(shareCounts.sorted { $0.key < $1.key }, size: { 24 + $0.key.campaign.utf8.count }) { list in
      try part(
        CampaignPart(
          shareCounts: list.map {
            ShareCountState(
              campaign: $0.key.campaign, member: $0.key.member, month: $0.value.number, count: $0.value.count)
          }))
    }
    var granted: [OfferGrantState] = []
    grants.forEach { _, grant in
      granted.append(grant)
      return true
    }
    try SnapshotList.emit(granted, size: { 40 + $0.offer.utf8.count }) { try part(CampaignPart(grants: $0)) }
    try SnapshotList.emit(offerCounts.sorted { $0.key < $1.key }, size: { 16 + $0.key.campaign.utf8.count }) { list in
      try part(
        CampaignPart(
          offerCounts: list.map {
            OfferCountState(offer: $0.key.campaign, member: $0.key.member, count: $0.value)
          }))
    }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var broken: [String] = []
    let members = ledger.memberCount
    for (friend, referral) in referrals {
      if Int(friend) >= members || Int(referral.referrer) >= members {
        broken.append("a referral names a member who is not enrolled")
      } else if isReferred(referral.referrer, by: friend) {
        broken.append("'\(ledger.memberNames.string(friend))' is referred in a circle")
        break
      }
    }
    for index in 0..<members {
      let waits = referrals[UInt32(index)].map { $0.untilMs > 0 } ?? false
      if waits != ledger.members[index].marks.contains(.referred) {
        broken.append("'\(ledger.memberNames.string(UInt32(index)))' is marked as referred, or is and is not marked")
      }
    }
    var counted: [Counter: UInt32] = [:]
    grants.forEach { _, grant in
      counted[Counter(grant.offer), default: 0] += 1
      counted[Counter(grant.offer, of: grant.member), default: 0] += 1
      return true
    }
    for (counter, open) in counted where open > offerCounts[counter] ?? 0 {
      broken.append("\(open) of offer '\(counter.campaign)' are out, and \(offerCounts[counter] ?? 0) are counted")
    }
    if lapsing.count != grants.count { broken.append("\(lapsing.count) of \(grants.count) offers lapse") }
    if pendingShares.values.reduce(0, +) != shares.count { broken.append("shared posts are miscounted") }
    if codes.count != codeOfMember.count { broken.append("\(codes.count) codes for \(codeOfMember.count) members") }
    return broken
  }

  mutating func restore(_ part: CampaignPart, members: Int) throws(RestoreError) {
    func check(_ member: UInt32) throws(RestoreError) {
      if Int(member) >= members { throw RestoreError(description: "a campaign names member \(member) of \(members)") }
    }
    for entry in part.codes {
      try check(entry.member)
      guard assign(entry.code, to: entry.member) else {
        throw RestoreError(description: "code '\(entry.code)' is there twice, or its member has two")
      }
    }
    for entry in part.referrals {
      try check(entry.friend)
      try check(entry.referrer)
      guard !isReferred(entry.referrer, by: entry.friend) else {
        throw RestoreError(description: "member \(entry.friend) is referred in a circle")
      }
      referrals[entry.friend] = Referral(referrer: entry.referrer, untilMs: entry.untilMs)
    }
    for entry in part.referralCounts {
      try check(entry.member)
      referralCounts[entry.member] = Period(number: entry.year, count: entry.count)
    }
    for share in part.shares {
      try check(share.member)
      guard open(share) else { throw RestoreError(description: "shared post \(share.share) is out of order") }
    }
    try proofs.restore(part.proofs)
    for entry in part.shareCounts {
      var counter = Counter(entry.campaign)
      counter.member = entry.member
      shareCounts[counter] = Period(number: entry.month, count: entry.count)
    }
    for grant in part.grants {
      try check(grant.member)
      guard CivilCalendar.times.contains(grant.untilMs), open(grant) else {
        throw RestoreError(description: "offer \(grant.grant) is out of order, or lapses at no time there is")
      }
    }
    for entry in part.offerCounts {
      var counter = Counter(entry.offer)
      counter.member = entry.member
      offerCounts[counter] = entry.count
    }
  }
}
