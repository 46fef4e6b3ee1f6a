// A policy made ready to decide: names are positions, rules are found by partner and activity, moments are numbers.
// Made once when a policy is published, shared by every call.

import LoyaltyMessages
import ProtobufRuntime

/// A policy that has been checked. Immutable.
public final class CompiledPolicy: Sendable {
  /// The document, for texts and listings.
  public let document: Policy
  public let version: UInt32
  /// Decides from this moment on, Unix milliseconds.
  public let effectiveFromMs: Int64
  public let calendar: CivilCalendar
  /// From the entry tier up. Not empty.
  public let tiers: [Tier]
  public let catalogue: CompiledCatalogue
  /// Points that lapse within so many milliseconds are told as expiring soon.
  public let noticeMs: Int64
  public let accrueWithinMs: Int64
  public let clockSkewMs: Int64
  let expiry: ExpiryPolicy
  let ledger: LedgerRules
  let rules: [Rule]
  /// Most that each partner may credit on a day, and the names of the meters that count it.
  let partnerQuotas: [DayLimit]
  /// For each partner, how often it may call; nil: as often as it likes.
  let partnerCallRates: [CallRate?]
  let quotaMeters: [(accruals: String, points: String)]
  /// Most that a member may be credited on a day.
  let memberLimits: DayLimit
  let tierReview: TierReview
  private let rulesByPlace: [[Int]]
  private let partnerIndex: [String: Int]
  private let callers: [String: Caller]
  private let deadlineHours: [[UInt32]]

  public struct Tier: Sendable {
    public let id: String
    public let qualifyingPoints: Int64
    /// 0: does not give the tier.
    public let qualifyingSpend: Int64
    public let qualifyingNights: Int64
    public let qualifyingSegments: Int64
    public let multiplierBp: UInt32
  }

  /// Activities 1 to 7; position 0 stays empty.
  static let activityCount = 8
  private static let ticketKindCount = 5

  /// - Throws: `InvalidPolicy` with every mistake.
  public convenience init(_ policy: Policy) throws(InvalidPolicy) {
    let problems = PolicyValidator.problems(in: policy)
    guard problems.isEmpty else { throw InvalidPolicy(problems: problems) }
    try self.init(published: policy)
  }

  /// A policy that an earlier program has found good and the ledger has published: it decides, whatever this program would
  /// say to it today.
  /// - Throws: `InvalidPolicy` for one that lacks what every decision needs, which no program has accepted.
  public init(published policy: Policy) throws(InvalidPolicy) {
    let kinds = 0..<Int32(Self.ticketKindCount)
    guard let programme = policy.programme, let windows = policy.windows, !policy.tiers.isEmpty,
      policy.feedbackDeadlines.allSatisfy({ kinds.contains($0.kind.rawValue) })
    else { throw InvalidPolicy(problems: PolicyValidator.problems(in: policy)) }
    document = policy
    version = policy.version
    effectiveFromMs = policy.effectiveFrom?.policyMilliseconds ?? 0
    calendar = CivilCalendar(utcOffsetMinutes: programme.utcOffsetMinutes)
    expiry = policy.expiry ?? ExpiryPolicy()
    ledger = LedgerRules(policy.ledger)
    noticeMs = Int64(expiry.noticeDays) * CivilCalendar.millisecondsPerDay
    accrueWithinMs = Int64(windows.accrueWithinDays) * CivilCalendar.millisecondsPerDay
    clockSkewMs = Int64(windows.clockSkewMinutes) * 60_000
    tiers = policy.tiers.map {
      Tier(
        id: $0.id, qualifyingPoints: $0.qualifyingPoints, qualifyingSpend: $0.qualifyingSpend,
        qualifyingNights: $0.qualifyingNights, qualifyingSegments: $0.qualifyingSegments,
        multiplierBp: $0.multiplierBp)
    }
    let tierIDs = policy.tiers.map(\.id)

    partnerIndex = Dictionary(policy.partners.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    partnerQuotas = policy.partners.map {
      DayLimit(accruals: Int64($0.quota?.accrualsPerDay ?? 0), points: $0.quota?.pointsPerDay ?? 0)
    }
    partnerCallRates = policy.partners.map { CallRate($0.quota) }
    quotaMeters = policy.partners.map { ("partner.\($0.id).accruals", "partner.\($0.id).points") }
    memberLimits = DayLimit(
      accruals: Int64(policy.memberLimits?.accrualsPerDay ?? 0), points: policy.memberLimits?.pointsPerDay ?? 0)
    tierReview = TierReview(policy)
    callers = Self.callers(of: policy)
    (rules, rulesByPlace) = Self.rules(of: policy, tierIDs: tierIDs)
    catalogue = CompiledCatalogue(policy, tierIDs: tierIDs)

    var hours = [[UInt32]](
      repeating: [UInt32](repeating: 0, count: tierIDs.count), count: Self.ticketKindCount)
    for deadline in policy.feedbackDeadlines where deadline.tier.isEmpty {
      hours[Int(deadline.kind.rawValue)] = hours[Int(deadline.kind.rawValue)].map { _ in deadline.hours }
    }
    for deadline in policy.feedbackDeadlines {
      guard let tier = tierIDs.firstIndex(of: deadline.tier) else { continue }
      hours[Int(deadline.kind.rawValue)][tier] = deadline.hours
    }
    deadlineHours = hours
  }

  // MARK: - Asked by calls

  /// Who a certificate's common name stands for; nil if the policy knows nobody of that name.
  public func caller(subject: String) -> Caller? { callers[subject] }

  /// How often a partner may call; nil: as often as it likes.
  public func callRate(ofPartner id: String) -> CallRate? { partnerIndex[id].flatMap { partnerCallRates[$0] } }

  public func item(_ id: String) -> Item? { catalogue.item(id) }

  public func tierIndex(_ id: String) -> Int? { tiers.firstIndex { $0.id == id } }

  /// The text in the wanted language; failing that in one of the same primary language, then in the programme's.
  public func text(_ texts: [String: String], language: String) -> String {
    if let exact = texts[language] { return exact }
    let primary = language.prefix { $0 != "-" }
    if !primary.isEmpty,
      let near = texts.keys.filter({ $0.prefix { $0 != "-" } == primary }).min()
    {
      return texts[near] ?? ""
    }
    return texts[document.programme?.defaultLanguage ?? ""] ?? ""
  }

  /// Which queue and which channel of offers a tier has: the first route that is for it.
  public func route(ofTier tier: Int) -> RoutePolicy? {
    document.routes.first { $0.tiers.isEmpty || $0.tiers.contains(tiers[tier].id) }
  }

  /// The document's rule of that id and version; nil if this policy has another.
  public func earningRule(_ id: String, version: UInt32) -> EarningRule? {
    document.earningRules.first { $0.id == id && $0.version == version }
  }

  func partner(_ id: String) -> Int? { partnerIndex[id] }

  /// Positions in `rules` that ask for this partner and activity, or for any, in the document's order.
  func rules(partner: Int, activity: Activity) -> [Int] {
    let kind = Int(activity.rawValue)
    guard kind >= 0, kind < Self.activityCount else { return [] }
    return rulesByPlace[partner * Self.activityCount + kind]
  }

  /// The first instant at which points earned at `ms` cannot be spent; `Int64.max`: never.
  func expiry(ofPointsEarnedAt ms: Int64) -> Int64 {
    guard expiry.months > 0 else { return Int64.max }
    return calendar.end(ofDayAfterMonths: Int64(expiry.months), from: ms, endOfMonth: expiry.endOfMonth)
  }

  func deadlineMs(kind: TicketKind, tier: Int) -> Int64 {
    Int64(deadlineHours[Int(kind.rawValue)][tier]) * 3_600_000
  }

  // MARK: - Compiling

  private static func callers(of policy: Policy) -> [String: Caller] {
    var callers: [String: Caller] = [:]
    for partner in policy.partners {
      for subject in partner.certificateSubjects { callers[subject] = Caller(subject: subject, partner: partner.id) }
    }
    for person in policy.operators {
      callers[person.certificateSubject] = Caller(subject: person.certificateSubject, roles: person.roles)
    }
    return callers
  }
}
