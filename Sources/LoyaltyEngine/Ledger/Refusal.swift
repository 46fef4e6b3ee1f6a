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
  /// The ledger can hold no more.
  case ledgerFull = "LEDGER_FULL"
  /// The ledger has not been opened.
  case ledgerNotOpen = "LEDGER_NOT_OPEN"
  /// The ledger is open already.
  case ledgerAlreadyOpen = "LEDGER_ALREADY_OPEN"
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
