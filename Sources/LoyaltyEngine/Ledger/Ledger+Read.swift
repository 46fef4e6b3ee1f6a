// Reading: what calls without a record tell. Everything is as of a moment: lapsed points are gone and ended years are
// closed, whether a record has said so or not.

import LoyaltyMessages

/// A member's account at a moment.
public struct AccountView: Hashable, Sendable {
  public var member: String
  /// Position in the policy's tiers.
  public var tier: Int
  /// The tier is held until then, Unix milliseconds; nil for the entry tier.
  public var tierUntilMs: Int64?
  public var qualifying: Int64
  public var periodEndsMs: Int64
  /// Points that can be spent: those in lots, less debt. Held ones are in no lot.
  public var available: Int64
  /// Points that are reserved.
  public var held: Int64
  /// Points that are earned and not posted yet.
  public var pending: Int64
  /// Points that the member owes; while there are any, `available` is 0.
  public var debt: Int64
  /// Of these, points that lapse within the policy's notice.
  public var expiringSoon: Int64
  /// When the first points lapse; nil if none ever do.
  public var nextExpiryMs: Int64?
  public var enrolledMs: Int64
  public var openTickets: Int
  /// Lots that can be spent, earliest expiry first.
  public var lots: [LotView]
}

/// A lot that can be spent.
public struct LotView: Hashable, Sendable {
  public var id: UInt64
  public var points: Int64
  /// Nil: never.
  public var expiresMs: Int64?
  public var earnedMs: Int64
}

extension Ledger {
  /// A member's account.
  /// - Parameters:
  ///   - number: a number of the partner's; may be empty, or stand in for an empty id.
  /// - Throws: `memberUnknown`, `memberMismatch`.
  public func account(
    _ id: String, number: String = "", partner: String = "", policy: CompiledPolicy, now: Int64
  ) throws(Refusal) -> AccountView {
    let now = min(max(now, timeMs), CivilCalendar.lastMs)
    let member = try resolveEnrolled(id, number: number, partner: partner)
    let state = members[Int(member)]
    let standing = standing(of: member, policy: policy, now: now)
    var view = AccountView(
      member: memberNames.string(member), tier: standing.tier,
      tierUntilMs: standing.tierUntilMs > 0 ? standing.tierUntilMs : nil, qualifying: standing.qualifying,
      periodEndsMs: standing.periodEndsMs, available: 0, held: holds.points(of: member),
      pending: pending.points(of: member), debt: debt(of: state),
      expiringSoon: 0,
      nextExpiryMs: nil, enrolledMs: state.enrolledMs, openTickets: Int(state.openTickets), lots: [])
    view.lots.reserveCapacity(Int(state.lots.count))
    var slot = state.lots.first
    while slot != LotTable.none {
      let lot = lots[slot]
      slot = lot.next
      if lot.expiresMs <= now { continue }
      let expires = lot.expiresMs == Int64.max ? nil : lot.expiresMs
      view.available += lot.remaining
      if let expires, expires <= now + policy.noticeMs { view.expiringSoon += lot.remaining }
      if view.nextExpiryMs == nil { view.nextExpiryMs = expires }
      view.lots.append(LotView(id: lot.id, points: lot.remaining, expiresMs: expires, earnedMs: lot.earnedMs))
    }
    return view
  }
}

extension Ledger {
  /// How many of some lots a member still has open, and every id that the member has had since it was called `id`, that one
  /// first; nil for an unknown member.
  public func openLots(_ lots: [UInt64], of id: String) -> (ids: [String], open: Int)? {
    guard var number = memberNames.find(id.utf8.span, key: hashKey) else { return nil }
    var ids = [memberNames.string(number)]
    while let next = successor(of: number), ids.count <= Self.mergesInARow {
      number = next
      ids.append(memberNames.string(number))
    }
    let list = members[Int(number)].lots
    return (ids, lots.count { self.lots.find($0, in: list) != nil })
  }

  /// What postings on a member's account have come to: points in lots, lapsed ones that no record has noticed included,
  /// less debt. Nil for an unknown member.
  public func postedBalance(of id: String) -> (member: String, balance: Int64)? {
    guard let number = memberNames.find(id.utf8.span, key: hashKey).map(survivor) else { return nil }
    let state = members[Int(number)]
    return (memberNames.string(number), state.balance - debt(of: state))
  }

  /// A member's reservations, in the order they were made.
  public func openHolds(of id: String) -> [(id: UInt64, points: Int64, untilMs: Int64)] {
    guard let number = memberNames.find(id.utf8.span, key: hashKey).map(survivor) else { return [] }
    return holds.ids(of: number).compactMap { id in holds[id].map { (id, $0.points, $0.untilMs) } }
  }

  /// A member's points that lapse soon.
  public struct ExpiringView: Hashable, Sendable {
    public var member: String
    public var points: Int64
    public var firstMs: Int64
    public var language: String
  }

  /// Members with points that lapse before a moment, in the order of enrolment.
  /// - Parameters:
  ///   - position: where to begin, 0 for the first member.
  ///   - limit: most members to name.
  /// - Returns: them, and where to go on; nil at the end. A call looks at `membersALook` members at most: the lock is held.
  public func expiring(
    before ms: Int64, from position: Int, limit: Int, now: Int64
  ) -> (members: [ExpiringView], next: Int?) {
    let now = max(now, timeMs)
    var found: [ExpiringView] = []
    var index = min(max(0, position), members.count)
    let end = min(members.count, index + Self.membersALook)
    while index < end, found.count < limit {
      let state = members[index]
      var slot = state.lots.first
      var view: ExpiringView?
      // The list is by expiry: the first lot that lapses later is the end.
      while slot != LotTable.none, lots[slot].expiresMs < ms {
        if lots[slot].expiresMs > now {
          if view == nil {
            view = ExpiringView(
              member: memberNames.string(UInt32(index)), points: 0, firstMs: lots[slot].expiresMs,
              language: profiles[state.profile].map { profiles.word($0.language) } ?? "")
          }
          view?.points += lots[slot].remaining
        }
        slot = lots[slot].next
      }
      if let view { found.append(view) }
      index += 1
    }
    return (found, index < members.count ? index : nil)
  }

  /// Members that one look at many goes through: some tens of microseconds.
  static let membersALook = 5_000
}
