// What differs between the policies of random histories, and the policy that says it.

import LoyaltyEngine
import LoyaltyMessages
import ProtobufRuntime

/// The terms of a version of the policy, for the reference model to reckon with; the ledger gets them as a document.
struct Terms: Hashable, Sendable {
  var version: UInt32 = 1
  var fromMs: Int64 = 0
  var pointsPerYuan: Int64
  var goldMultiplierBp: Int64
  /// A stay at a resort earns as much again, up to so much, and so much a day.
  var resortMost: Int64 = 300
  var resortMostADay: Int64
  var months: Int64
  var endOfMonth: Bool
  var graceDays: Int64
  var flightsPostedAfterDays: Int64
  var reversalsRoundUp: Bool
  var transfersOpenToAll: Bool
  var mostTransfer: Int64
  /// 0: no limit.
  var mostADay: Int64
  var mugPrice: Int64
  /// Five points are two miles, out; two miles are three points, in.
  var outFee: Int64
  var inFee: Int64 = 5
  var memberCapOut: Int64
  /// Months of a rolling window toward a tier; 0: calendar years. The same for all of a history.
  var rollingMonths: Int64 = 0

  /// What else reaches a tier. The same for all histories.
  static let silverNights: Int64 = 12
  static let silverSegments: Int64 = 14
  static let goldSpend: Int64 = 450_000
  /// How long an item is held for who has reserved it.
  static let reserveMinutes: UInt32 = 10_000

  /// - Parameter bits: what differs, as one number.
  init(_ bits: UInt64) {
    func pick<Value>(_ shift: UInt64, _ choices: [Value]) -> Value { choices[Int(bits >> shift) % choices.count] }
    pointsPerYuan = pick(0, [1, 1, 2])
    goldMultiplierBp = pick(2, [15_000, 13_333])
    resortMostADay = pick(3, [400, 301])
    months = pick(4, [3, 1, 6])
    endOfMonth = pick(6, [false, true])
    graceDays = pick(7, [0, 7])
    flightsPostedAfterDays = pick(8, [5, 0])
    reversalsRoundUp = pick(9, [false, true])
    transfersOpenToAll = pick(10, [true, true, false])
    mostTransfer = pick(12, [0, 150])
    mostADay = pick(13, [0, 1_500])
    mugPrice = pick(14, [100, 90])
    outFee = pick(15, [7, 0])
    memberCapOut = pick(11, [400, 250])
  }

  var document: Policy {
    var policy = TestPolicy.document()
    policy.version = version
    policy.effectiveFrom = ProtobufTimestamp(seconds: fromMs / 1_000, nanos: Int32(fromMs % 1_000) * 1_000_000)
    policy.tiers[1].qualifyingNights = Self.silverNights
    policy.tiers[1].qualifyingSegments = Self.silverSegments
    policy.tiers[2].qualifyingSpend = Self.goldSpend
    policy.tiers[2].multiplierBp = UInt32(goldMultiplierBp)
    for index in policy.earningRules.indices { policy.earningRules[index].version = version }
    policy.earningRules[0].rates[0].points = pointsPerYuan
    policy.earningRules[2].maxPoints = resortMost
    policy.earningRules[2].maxPointsPerDay = resortMostADay
    policy.expiry?.months = UInt32(months)
    policy.expiry?.endOfMonth = endOfMonth
    policy.catalogue[0].points = mugPrice
    policy.catalogue[0].stock = 60
    policy.memberLimits = mostADay == 0 ? nil : MemberLimits(pointsPerDay: mostADay)
    policy.redemption = RedemptionPolicy(quoteMinutes: 600, reserveMinutes: Self.reserveMinutes)
    policy.tierReview = TierReviewPolicy(
      spendCurrency: "CNY", window: rollingMonths > 0 ? .rolling : .calendarYear,
      rollingMonths: UInt32(rollingMonths))
    policy.ledger = LedgerPolicy(
      holds: HoldPolicy(defaultMinutes: 30, longestMinutes: 120_000),
      restoration: RestorationPolicy(graceDays: UInt32(graceDays)),
      reversals: ReversalPolicy(rounding: reversalsRoundUp ? .up : .down),
      transfers: TransferPolicy(openToAll: transfersOpenToAll, minPoints: 5, maxPoints: mostTransfer),
      postingDelays: flightsPostedAfterDays == 0
        ? [] : [PostingDelay(activities: [.flight], days: UInt32(flightsPostedAfterDays))])
    policy.exchanges = [
      ExchangePolicy(
        id: "air-out", version: version, partner: "air", direction: .toMiles, points: 5, miles: 2, minimum: 20,
        feePoints: outFee, memberCap: PointsCap(points: memberCapOut, period: .month),
        partnerCap: PointsCap(points: 1_500, period: .year)),
      ExchangePolicy(
        id: "air-in", version: version, partner: "air", direction: .toPoints, points: 3, miles: 2, minimum: 10,
        feePoints: inFee),
    ]
    return policy
  }
}
