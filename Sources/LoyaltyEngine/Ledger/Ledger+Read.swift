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
    let standing = standing(of: state, policy: policy, now: now)
    var view = AccountView(
      member: memberNames.string(member), tier: standing.tier,
      tierUntilMs: standing.tierUntilMs > 0 ? standing.tierUntilMs : nil, qualifying: standing.qualifying,
      periodEndsMs: standing.periodEndsMs, available: 0, held: holds.points(of: member), expiringSoon: 0,
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
