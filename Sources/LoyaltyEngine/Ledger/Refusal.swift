// Why the ledger says no. A reason, once shipped, never changes its meaning: callers program against it.

/// The stable name of a refusal, as `google.rpc.ErrorInfo.reason` carries it.
public enum RefusalReason: String, Hashable, Sendable, CaseIterable {
  /// The idempotency key stands for another request of this caller and method.
  case idempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED"
  /// The partner's activity with this reference has been credited, under another key.
  case referenceAlreadyCredited = "REFERENCE_ALREADY_CREDITED"
  /// No member of that id or partner's number.
  case memberUnknown = "MEMBER_UNKNOWN"
  /// The member's id and the partner's number name two different members.
  case memberMismatch = "MEMBER_MISMATCH"
  /// There is a member of that id already.
  case memberExists = "MEMBER_EXISTS"
  /// The member's points cannot leave the account.
  case memberFrozen = "MEMBER_FROZEN"
  /// The member's account is closed.
  case memberClosed = "MEMBER_CLOSED"
  /// The member's account must be closed first.
  case memberOpen = "MEMBER_OPEN"
  /// The member was erased: nothing personal is taken for it any more.
  case memberErased = "MEMBER_ERASED"
  /// The member has holds or other business that must end first.
  case memberBusy = "MEMBER_BUSY"
  /// The partner's number names another member.
  case numberTaken = "NUMBER_TAKEN"
  /// A profile has as many entries of a kind as it can hold.
  case profileFull = "PROFILE_FULL"
  /// There is no such accrual or redemption, it is another partner's, or history no longer has it.
  case recordUnknown = "RECORD_UNKNOWN"
  /// All of it has been undone already.
  case alreadyReversed = "ALREADY_REVERSED"
  /// Less is left to undo than was asked for.
  case reversalTooLarge = "REVERSAL_TOO_LARGE"
  /// The account changed between reading and deciding; nothing has changed, try again.
  case changedMeanwhile = "CHANGED_MEANWHILE"
  /// The lot is not open, or lives as long already.
  case lotNotExtendable = "LOT_NOT_EXTENDABLE"
  /// No points of the lot have lapsed that could come back.
  case nothingLapsed = "NOTHING_LAPSED"
  /// Members of different households do not give each other points.
  case transferNotAllowed = "TRANSFER_NOT_ALLOWED"
  /// Fewer or more points than one transfer may have.
  case transferOutOfRange = "TRANSFER_OUT_OF_RANGE"
  /// The totals are not what was declared.
  case totalsDiffer = "TOTALS_DIFFER"
  /// An entry of the import cannot be.
  case importRefused = "IMPORT_REFUSED"
  /// No such proposal waits.
  case proposalUnknown = "PROPOSAL_UNKNOWN"
  /// Another person than the proposer has to approve.
  case secondPersonRequired = "SECOND_PERSON_REQUIRED"
  /// As many proposals wait as can, or this one is too large.
  case tooManyProposals = "TOO_MANY_PROPOSALS"
  /// Only a partner can do this; the caller is not one.
  case partnerRequired = "PARTNER_REQUIRED"
  /// The operator's roles do not allow this.
  case roleRequired = "ROLE_REQUIRED"
  /// The activity is in the future by more than the clock skew allowed.
  case activityInFuture = "ACTIVITY_IN_FUTURE"
  /// The activity is older than the programme accepts.
  case activityTooOld = "ACTIVITY_TOO_OLD"
  /// No earning rule applies to the activity.
  case noEarningRule = "NO_EARNING_RULE"
  /// The points or the balance would not fit a 64-bit integer.
  case pointsOverflow = "POINTS_OVERFLOW"
  /// The member has as many open lots as an account can hold.
  case tooManyLots = "TOO_MANY_LOTS"
  /// No item of that id.
  case itemUnknown = "ITEM_UNKNOWN"
  /// The item is not offered at this time.
  case itemNotOffered = "ITEM_NOT_OFFERED"
  /// The item is for higher tiers.
  case tierNotEligible = "TIER_NOT_ELIGIBLE"
  /// The price is not the one expected.
  case priceChanged = "PRICE_CHANGED"
  /// Fewer items are left than asked for.
  case outOfStock = "OUT_OF_STOCK"
  /// The member cannot pay the price.
  case insufficientPoints = "INSUFFICIENT_POINTS"
  /// No such hold is open, or it is another partner's.
  case holdUnknown = "HOLD_UNKNOWN"
  /// The hold's time is over.
  case holdTimedOut = "HOLD_TIMED_OUT"
  /// The member has as many holds as are allowed.
  case tooManyHolds = "TOO_MANY_HOLDS"
  /// A hold may not live that long.
  case holdTooLong = "HOLD_TOO_LONG"
  /// More points are to be spent than the hold has.
  case holdTooSmall = "HOLD_TOO_SMALL"
  /// The member has as many open feedback tickets as are allowed.
  case tooManyTickets = "TOO_MANY_TICKETS"
  /// The item has dates, and none was chosen.
  case sessionRequired = "SESSION_REQUIRED"
  /// The item has no such date.
  case sessionUnknown = "SESSION_UNKNOWN"
  /// The date has begun.
  case sessionOver = "SESSION_OVER"
  /// The item is for members of other segments.
  case segmentNotEligible = "SEGMENT_NOT_ELIGIBLE"
  /// The member, or the programme, has had as many as the policy allows in the period.
  case quotaExceeded = "QUOTA_EXCEEDED"
  /// The item cannot be paid in money.
  case cashNotOffered = "CASH_NOT_OFFERED"
  /// Less of the price can be paid in money.
  case cashTooMuch = "CASH_TOO_MUCH"
  /// No quote of that id holds for the member: it has lapsed, has been used, or never was.
  case quoteUnknown = "QUOTE_UNKNOWN"
  /// The quote is of something else.
  case quoteMismatch = "QUOTE_MISMATCH"
  /// As many quotes hold as the ledger keeps.
  case tooManyQuotes = "TOO_MANY_QUOTES"
  /// The item's stock is not counted.
  case stockNotCounted = "STOCK_NOT_COUNTED"
  /// The item takes no codes.
  case noCodePool = "NO_CODE_POOL"
  /// One of the codes has been loaded before.
  case codeAlreadyLoaded = "CODE_ALREADY_LOADED"
  /// No redemption of that id can be changed, or none is the caller's.
  case redemptionUnknown = "REDEMPTION_UNKNOWN"
  /// The redemption is not in a state for this.
  case redemptionState = "REDEMPTION_STATE"
  /// The hold belongs to a redemption and is confirmed with it.
  case holdOfRedemption = "HOLD_OF_REDEMPTION"
  /// Only the partner that provides the item, or the agency, can do this.
  case providerRequired = "PROVIDER_REQUIRED"
  /// The policy has no rate between points and the partner's miles that way.
  case exchangeNotOffered = "EXCHANGE_NOT_OFFERED"
  /// The amount is below the least that can be exchanged.
  case exchangeTooSmall = "EXCHANGE_TOO_SMALL"
  /// The cap on exchanges in the period would be passed.
  case capExceeded = "CAP_EXCEEDED"
  /// No exchange of that id, or none of the caller's.
  case exchangeUnknown = "EXCHANGE_UNKNOWN"
  /// The exchange has been reversed.
  case exchangeAlreadyReversed = "EXCHANGE_ALREADY_REVERSED"
  /// The policy has no such voucher offer that the caller could issue.
  case offerUnknown = "OFFER_UNKNOWN"
  /// No voucher of that code that the caller could honour.
  case voucherUnknown = "VOUCHER_UNKNOWN"
  /// The voucher has been used or taken back.
  case voucherUsed = "VOUCHER_USED"
  /// The voucher has expired.
  case voucherExpired = "VOUCHER_EXPIRED"
  /// The caller's own voucher is for other partners to honour.
  case voucherNotHonoured = "VOUCHER_NOT_HONOURED"
  /// The bill is below what the voucher asks for.
  case voucherBillTooSmall = "VOUCHER_BILL_TOO_SMALL"
  /// The voucher is worth money of another currency.
  case voucherCurrency = "VOUCHER_CURRENCY"
  /// No bulletin of that id.
  case bulletinUnknown = "BULLETIN_UNKNOWN"
  /// No feedback ticket of that id, or none that this caller may see, or one closed too long ago.
  case ticketUnknown = "TICKET_UNKNOWN"
  /// The ticket has been closed.
  case ticketClosed = "TICKET_CLOSED"
  /// The ticket has not been answered yet.
  case ticketNotAnswered = "TICKET_NOT_ANSWERED"
  /// The member has rated the answer already.
  case ticketAlreadyRated = "TICKET_ALREADY_RATED"
  /// The ticket has as many steps as one can have.
  case ticketFull = "TICKET_FULL"
  /// The change is on record for this cause already.
  case changeKnown = "CHANGE_KNOWN"
  /// No change of that name is on record for this cause.
  case changeUnknown = "CHANGE_UNKNOWN"
  /// No survey of that id.
  case surveyUnknown = "SURVEY_UNKNOWN"
  /// The survey is not open at this time.
  case surveyNotOpen = "SURVEY_NOT_OPEN"
  /// The member has answered the survey.
  case surveyAnswered = "SURVEY_ANSWERED"
  /// A question is not answered exactly once within its scale, or is none of the survey's.
  case answerInvalid = "ANSWER_INVALID"
  /// No campaign of that id.
  case campaignUnknown = "CAMPAIGN_UNKNOWN"
  /// The campaign or offer is not open at this time.
  case campaignNotOpen = "CAMPAIGN_NOT_OPEN"
  /// The campaign is for members of larger households, or of households in other segments.
  case householdNotEligible = "HOUSEHOLD_NOT_ELIGIBLE"
  /// The campaign has given as much as it gives.
  case quotaUsedUp = "QUOTA_USED_UP"
  /// No member has this referral code.
  case codeUnknown = "CODE_UNKNOWN"
  /// A member named its own code.
  case referralOfOneself = "REFERRAL_OF_ONESELF"
  /// The member has named who referred it already.
  case referredAlready = "REFERRED_ALREADY"
  /// The member has purchased, or was enrolled too long ago, to be referred.
  case referralTooLate = "REFERRAL_TOO_LATE"
  /// The member was itself, over some steps, who referred the other.
  case referralCircle = "REFERRAL_CIRCLE"
  /// The proof has been used for a shared post already.
  case proofSeen = "PROOF_SEEN"
  /// The member has as many shared posts waiting as it can.
  case tooManyShares = "TOO_MANY_SHARES"
  /// No shared post of that id waits for a decision.
  case shareUnknown = "SHARE_UNKNOWN"
  /// The member has been rewarded for sharing as often as it can in this month.
  case shareCapReached = "SHARE_CAP_REACHED"
  /// No offer of that id.
  case limitedOfferUnknown = "LIMITED_OFFER_UNKNOWN"
  /// The offer cannot be taken; the programme gives it.
  case offerByGrantOnly = "OFFER_BY_GRANT_ONLY"
  /// The member has taken the offer as often as it can.
  case offerTaken = "OFFER_TAKEN"
  /// Nobody has this offer: it was never taken, has been used, or has lapsed.
  case offerNotHeld = "OFFER_NOT_HELD"
  /// The offer is honoured by other partners.
  case offerElsewhere = "OFFER_ELSEWHERE"
  /// The programme takes no claims, or none for this partner.
  case claimsNotOffered = "CLAIMS_NOT_OFFERED"
  /// Nothing of that name waits for a decision.
  case claimUnknown = "CLAIM_UNKNOWN"
  /// The activity is too long ago to be claimed.
  case claimTooLate = "CLAIM_TOO_LATE"
  /// The partner may still report the activity by itself.
  case claimTooEarly = "CLAIM_TOO_EARLY"
  /// The activity is claimed, or in suspense, already.
  case referenceClaimed = "REFERENCE_CLAIMED"
  /// The member has as many claims waiting as it may.
  case tooManyClaims = "TOO_MANY_CLAIMS"
  /// The caller does not send notices of this channel.
  case channelForbidden = "CHANNEL_FORBIDDEN"
  /// The ledger can hold no more.
  case ledgerFull = "LEDGER_FULL"
  /// The ledger has not been opened.
  case ledgerNotOpen = "LEDGER_NOT_OPEN"
  /// The ledger is open already.
  case ledgerAlreadyOpen = "LEDGER_ALREADY_OPEN"
  /// The partner has credited as much as it may for now.
  case partnerQuotaExceeded = "PARTNER_QUOTA_EXCEEDED"
  /// The partner calls more often than the policy allows it to.
  case partnerCallsExceeded = "PARTNER_CALLS_EXCEEDED"
  /// The member has been credited as much as it may be for now.
  case memberLimitExceeded = "MEMBER_LIMIT_EXCEEDED"
  /// The member's tier does not entitle to that.
  case entitlementUnknown = "ENTITLEMENT_UNKNOWN"
  /// All of the period are used.
  case entitlementUsedUp = "ENTITLEMENT_USED_UP"
  /// No version of the policy is in effect.
  case policyNotInEffect = "POLICY_NOT_IN_EFFECT"
  /// The version cannot be published: a mistake in it, or it does not follow on those before it.
  case policyRefused = "POLICY_REFUSED"
  /// No version of that number was published.
  case policyUnknown = "POLICY_UNKNOWN"
  /// The version has begun to decide: it stays.
  case policyEffective = "POLICY_EFFECTIVE"
  /// The command says nothing that the ledger understands.
  case commandInvalid = "COMMAND_INVALID"
}

/// A refused command: the reason and the values that explain it.
public struct Refusal: Error, Hashable, Sendable {
  public struct Value: Hashable, Sendable {
    /// lowerCamelCase, as ErrorInfo metadata wants keys.
    public var name: String
    public var value: String
  }

  public var reason: RefusalReason
  public var values: [Value]

  public init(_ reason: RefusalReason, _ values: KeyValuePairs<String, String> = [:]) {
    self.reason = reason
    self.values = values.map { Value(name: $0.key, value: $0.value) }
  }

  /// The member has fewer points than the price.
  static func insufficient(_ required: Int64, available: Int64) -> Refusal {
    Refusal(
      .insufficientPoints,
      ["required": "\(required)", "available": "\(available)", "missing": "\(required - available)"])
  }

  public subscript(name: String) -> String? { values.first { $0.name == name }?.value }
}
