// What calls about campaigns look at.

import LoyaltyMessages

/// The offers that are open at a moment, and those that a member has.
public struct OffersView: Sendable {
  public struct Open: Sendable {
    public var offer: OfferPolicy
    /// Nil: without limit.
    public var left: Int64?
    /// Why the member cannot take it; nil if it can, or nobody was named.
    public var obstacle: Refusal?
  }

  public var open: [Open] = []
  public var held: [OfferGrantState] = []
}

/// A shared post that waits, and whose it is.
public struct ShareView: Sendable {
  public var member: String
  public var state: ShareState
}

extension Ledger {
  /// - Parameter member: whose offers; empty: what is open, by itself.
  /// - Throws: `memberUnknown`.
  public func offers(for member: String, policy: CompiledPolicy, now: Int64) throws(Refusal) -> OffersView {
    let number = member.isEmpty ? nil : try resolveEnrolled(member, number: "", partner: "")
    var view = OffersView()
    for offer in policy.document.offers where !offer.byGrantOnly {
      if now < offer.from?.policyMilliseconds ?? 0 || now >= offer.until?.policyMilliseconds ?? Int64.max { continue }
      var open = OffersView.Open(offer: offer)
      if offer.quota > 0 { open.left = Int64(offer.quota) - Int64(campaigns.offerCounts[.init(offer.id)] ?? 0) }
      // A quota that a later policy has lowered may be overdrawn already.
      open.left = open.left.map { max(0, $0) }
      if let number { open.obstacle = obstacle(to: offer, for: number, now: now, policy: policy) }
      view.open.append(open)
    }
    if let number {
      view.held = (campaigns.grantsOfMember[number] ?? []).compactMap { campaigns.grants[$0] }
        .filter { $0.untilMs > now }
    }
    return view
  }

  /// Shared posts that wait for a decision, oldest first, and the last one of the page when there may be more.
  public func waitingShares(after: UInt64, most: Int) -> (shares: [ShareView], last: UInt64?) {
    var found: [ShareView] = []
    var more = false
    campaigns.shares.forEach(after: after) { _, share in
      more = found.count == most
      if !more { found.append(ShareView(member: memberNames.string(share.member), state: share)) }
      return !more
    }
    return (found, more ? found.last?.state.share : nil)
  }
}
