// Commands as they would have been given under the draft. What a reversal is decided from comes out of history: the accrual's points and lots, the payment's lots. In a
// simulation the accrual or payment may be another than history's, and then so are the facts. Kept only where they differ.

import LoyaltyMessages

/// Accruals and payments that the draft made otherwise than history has them.
struct SimulatedFacts: Sendable {
  private struct Earned: Sendable {
    var points: Int64
    var qualifying: Int64
    var lots: [LotLine]
    /// Points of the lots that have lapsed.
    var lapsed: Int64 = 0
    var metered: [MeterMove]
    var firstPurchase: Bool
    var counted: TierCount
    var referrer: ReferrerReward?
  }

  /// Nil: history has the accrual, the draft refused it.
  private var accruals: [UInt64: Earned?] = [:]
  private var payments: [UInt64: PaymentReversalInput?] = [:]
  private var exchanges: [UInt64: ExchangeOutcome?] = [:]

  /// Notes a record and history's in its place.
  mutating func note(_ record: Record, actual: Record, sequence: UInt64) {
    noteLapses(record)
    noteExchange(record, actual: actual, sequence: sequence)
    if case .accrued(let there)? = actual.outcome {
      if case .accrued(let here)? = record.outcome {
        if here.lines != there.lines || here.lots != there.lots || here.pending != there.pending
          || record.meteredByRules != actual.meteredByRules || here.counted != there.counted
          || record.referrerReward != actual.referrerReward
        {
          var lots = here.lots
          if here.pending > 0 { lots.append(LotLine(lot: sequence << 8, points: here.pending)) }
          accruals[sequence] = Earned(
            points: here.lines.reduce(0) { $0 &+ $1.points }, qualifying: here.qualifyingPoints, lots: lots,
            metered: record.meteredByRules, firstPurchase: here.firstPurchase, counted: here.counted,
            referrer: record.referrerReward)
        }
      } else {
        accruals.updateValue(nil, forKey: sequence)
      }
    }
    if let there = actual.payment(sequence: sequence) {
      let here = record.payment(sequence: sequence)
      if here?.points != there.points || here?.lots != there.lots { payments.updateValue(here, forKey: there.payment) }
    }
  }

  private mutating func noteExchange(_ record: Record, actual: Record, sequence: UInt64) {
    guard let there = actual.exchange else { return }
    let here = record.exchange
    if here != there { exchanges.updateValue(here, forKey: sequence) }
  }

  /// Notes points of lots it knows that a record has taken as lapsed.
  mutating func noteLapses(_ record: Record) {
    guard !accruals.isEmpty else { return }
    for posting in record.postings
    where posting.unit == .award && posting.account == .member && posting.amount < 0 {
      guard var earned = accruals[posting.lot >> 8] ?? nil,
        let lot = earned.lots.first(where: { $0.lot == posting.lot }), lot.expiresMs > 0, lot.expiresMs <= record.timeMs
      else { continue }
      earned.lapsed &-= posting.amount
      accruals[posting.lot >> 8] = earned
    }
  }

  /// A command with the facts that hold in the draft's ledger; nil if what it undoes is not there.
  func restated(_ input: Record.Input, in draft: borrowing Ledger) -> Record.Input? {
    switch input {
    case .accrualReversal(var reversal):
      if let known = accruals[reversal.accrual] {
        guard let earned = known else { return nil }
        reversal.points = earned.points
        reversal.qualifying = earned.qualifying
        reversal.lots = earned.lots
        reversal.lapsed = earned.lapsed
        reversal.metered = earned.metered
        reversal.firstPurchase = earned.firstPurchase
        reversal.referrer = earned.referrer
        (reversal.spend, reversal.nights, reversal.segments) = (
          earned.counted.spend, earned.counted.nights, earned.counted.segments
        )
      }
      if let reward = reversal.referrer {
        reversal.referrer?.openLots = UInt32(
          clamping: draft.openLots(reward.lots.map(\.lot), of: reward.member)?.open ?? 0)
      }
      reversal.openLots = UInt32(
        clamping: draft.openLots(reversal.lots.map(\.lot), of: reversal.member)?.open ?? 0)
      return .accrualReversal(reversal)
    case .paymentReversal(let reversal):
      guard let known = payments[reversal.payment] else { return input }
      guard var payment = known else { return nil }
      payment.payment = reversal.payment
      payment.back = reversal.back
      payment.reason = reversal.reason
      payment.words = reversal.words
      for index in payment.lots.indices where payment.lots[index].earnedMs == 0 {
        payment.lots[index].earnedMs = reversal.lots.first { $0.lot == payment.lots[index].lot }?.earnedMs ?? 0
      }
      return .paymentReversal(payment)
    // Callers agreed to the price that they were shown; under the draft that would be the draft's.
    case .redemption(var redemption):
      redemption.expectedPoints = nil
      return .redemption(redemption)
    case .catalogue(var input):
      guard case .reserve(var reservation)? = input.command else { return .catalogue(input) }
      reservation.expectedPoints = nil
      input.command = .reserve(reservation)
      return .catalogue(input)
    case .partnership(var input):
      switch input.command {
      case .exchange(var exchange)?:
        exchange.expected = nil
        input.command = .exchange(exchange)
      case .exchangeReversal(var reversal)?:
        guard let known = exchanges[reversal.exchange] else { break }
        guard let exchange = known else { return nil }
        reversal.original = exchange
        input.command = .exchangeReversal(reversal)
      default: break
      }
      return .partnership(input)
    default: return input
    }
  }
}

extension Record {
  /// The exchange of points and miles that it made; nil if it made none.
  fileprivate var exchange: ExchangeOutcome? {
    guard case .partnershipChanged(let outcome)? = outcome, case .exchanged(let exchange)? = outcome.outcome else {
      return nil
    }
    return exchange
  }
}
