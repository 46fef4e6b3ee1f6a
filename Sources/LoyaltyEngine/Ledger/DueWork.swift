// What falls due by itself: lots lapse, holds time out. The engine has no clock; whoever has one asks when the next
// thing is due and gives the command that does it, until nothing is due any more. What members can rely on does not wait
// for that: lapsed points cannot be spent, and a hold that has timed out cannot be confirmed, from the instant on.

import LoyaltyMessages

/// What can fall due. To add one: a case here, its instant in `dueMs`, its command in `command`, and a `decide` that
/// does as much as one record takes and says in its outcome whether there is more.
public enum DueSource: CaseIterable, Hashable, Sendable {
  /// Lots whose time has come.
  case lots
  /// Holds that nobody has confirmed or released in time.
  case holds
  /// Proposals that nobody has approved in time.
  case proposals
  /// Points that are posted later than they are earned.
  case pending
  /// Tiers that run out.
  case tiers
  /// Feedback tickets that have waited too long, and closed ones that are forgotten.
  case tickets
  /// Offers that members took and did not use.
  case offers
  /// Days that have begun in some time zone.
  case days
  /// Notices that leave the outbox.
  case notices
  /// Activities in suspense whose member is found, and claims that are too old.
  case claims

  /// The service's own command, which does what is due. It answers `nothingToDo` if nothing is.
  public var command: Record.Input {
    switch self {
    case .lots: .expiry(ExpiryInput())
    case .holds: .holdTimeout(HoldTimeoutInput())
    case .proposals: .proposalTimeout(ProposalTimeoutInput())
    case .pending: .pendingPost(PendingPostInput())
    case .tiers: .tierReview(TierReviewInput())
    case .tickets: .ticketsDue(TicketsDueInput())
    case .offers: .offersDue(OffersDueInput())
    case .days: .day(DayInput())
    case .notices: .outboxDue(OutboxDueInput())
    case .claims: .claimsDue(ClaimsDueInput())
    }
  }
}

extension Ledger {
  /// The earliest instant at which something of a source falls due that no record has dealt with; nil if nothing ever
  /// does.
  public func dueMs(_ source: DueSource) -> Int64? {
    switch source {
    case .lots: lots.earliestDue
    case .holds: holds.nextDueMs
    case .proposals: proposals.nextDueMs
    case .pending: pending.nextDueMs
    case .tiers: tierReviews.first?.ms
    case .tickets: feedback.nextDueMs
    case .offers: campaigns.nextDueMs
    case .days: nextDayMs
    case .notices: outbox.nextDueMs
    case .claims: nextClaimMs
    }
  }

  /// The source that falls due first, and when; nil if nothing ever does.
  public var nextDue: (source: DueSource, ms: Int64)? {
    var next: (source: DueSource, ms: Int64)?
    for source in DueSource.allCases {
      if let ms = dueMs(source), ms < next?.ms ?? Int64.max { next = (source, ms) }
    }
    return next
  }

  /// When the next thing falls due, Unix milliseconds; nil if nothing ever does.
  public var nextDueMs: Int64? { nextDue?.ms }
}
