// What calls without a record tell of the catalogue: redemptions that are open, whether a member can have an item, and
// how many members can afford anything.

import LoyaltyMessages

/// A redemption that is not done.
public struct OpenRedemptionView: Hashable, Sendable {
  public var sequence: UInt64
  public var state: RedemptionState
  public var dueMs: Int64
  public var outcome: RedemptionOutcome
}

/// Who can afford what, of a part of the members.
public struct AffordabilityCount: Hashable, Sendable {
  /// Members by tier.
  public var members: [Int64]
  /// Those who can afford the cheapest item of their tier.
  public var able: [Int64]
  /// Points that can be spent, by tier, one entry a member.
  public var balances: [[Int64]]

  public init(tiers: Int) {
    members = [Int64](repeating: 0, count: tiers)
    able = members
    balances = [[Int64]](repeating: [], count: tiers)
  }
}

extension Ledger {
  public func openRedemption(_ id: UInt64) -> OpenRedemptionView? {
    catalogue.open[id].map {
      OpenRedemptionView(sequence: id, state: $0.state, dueMs: $0.dueMs, outcome: $0.outcome)
    }
  }

  /// Redemptions that are paid and not handed over, those due first first.
  /// - Parameters:
  ///   - provider: only what this partner provides; empty: all.
  ///   - after: those that come after this one.
  ///   - dueBy: only those due by then.
  public func openRedemptions(
    provider: String, after: (dueMs: Int64, sequence: UInt64), dueBy: Int64, most: Int
  ) -> [OpenRedemptionView] {
    var found: [OpenRedemptionView] = []
    catalogue.open.forEachUnordered { sequence, redemption in
      guard redemption.state != .reserved, redemption.dueMs <= dueBy,
        provider.isEmpty || redemption.outcome.provider == provider,
        (redemption.dueMs, sequence) > (after.dueMs, after.sequence)
      else { return }
      // The page is short: an entry that comes after a full one is dropped at once.
      if found.count == most, let last = found.last, (last.dueMs, last.sequence) < (redemption.dueMs, sequence) {
        return
      }
      let view = OpenRedemptionView(
        sequence: sequence, state: redemption.state, dueMs: redemption.dueMs, outcome: redemption.outcome)
      let place = found.firstIndex { ($0.dueMs, $0.sequence) > (view.dueMs, view.sequence) } ?? found.count
      found.insert(view, at: place)
      if found.count > most { found.removeLast() }
    }
    return found
  }

  /// Whether a partner may see a member; false for a member that there is not.
  public func isVisible(_ member: String, to partner: String) -> Bool {
    memberNames.find(member.utf8.span, key: hashKey).map { isVisible($0, to: partner) } ?? false
  }

  /// What redeeming one of an item would be refused with now, money aside; nil if it would not be.
  ///
  /// - Parameter session: any of the item's if nil.
  public func obstacle(
    to item: CompiledPolicy.Item, member: String, policy: CompiledPolicy, now: Int64
  ) -> RefusalReason? {
    let now = min(max(now, timeMs), CivilCalendar.lastMs)
    let request = Request(
      draft: RecordDraft(sequence: sequence + 1, at: now, by: .service, under: policy), policy: policy, now: now,
      caller: .service)
    let sessions = item.sessions.isEmpty ? [""] : item.sessions.map(\.id)
    var first: RefusalReason?
    for session in sessions {
      do throws(Refusal) {
        let order = try order(
          Wish(
            member: member, partnerNumber: "", item: item.id, session: session, quantity: 1, cashPoints: 0,
            expectedPoints: nil, quote: 0),
          request)
        let (_, available) = lapsed(of: order.state, now: now)
        return available < order.price.points ? .insufficientPoints : nil
      } catch {
        if first == nil { first = error.reason }
      }
    }
    return first
  }

  /// Counts members from a position on; nil when there are none.
  /// - Parameters:
  ///   - cheapest: by tier, the price of what costs least; nil where there is nothing to be had.
  public func affordability(
    from start: Int, most: Int, cheapest: [Int64?], policy: CompiledPolicy, now: Int64
  ) -> AffordabilityCount? {
    guard start < members.count else { return nil }
    let now = min(max(now, timeMs), CivilCalendar.lastMs)
    var count = AffordabilityCount(tiers: policy.tiers.count)
    for index in start..<min(start + most, members.count) {
      let member = members[index]
      let tier = standing(of: UInt32(index), policy: policy, now: now).tier
      let available = lapsed(of: member, now: now).available
      count.members[tier] += 1
      count.balances[tier].append(available)
      if let price = cheapest[tier], available >= price { count.able[tier] += 1 }
    }
    return count
  }
}
