// What an accrual that is taken back had used up: of the rules' budgets and of the member's caps, in proportion, rounded down on
// what has been taken back in all. A cap of a day is given back on that day only. Nobody gains by earning and giving back
// again: the points go the other way each time, and the member's pace and the partner's quota are not given back.

import LoyaltyMessages

extension Ledger {
  /// Writes into the record what can be used again.
  /// - Parameters:
  ///   - metered: what the accrual had used.
  ///   - before: of `total`, what had been taken back before; `done`: what is now.
  func giveBack(
    _ metered: [MeterMove], _ before: Int64, _ done: Int64, of total: Int64, _ number: UInt32, _ member: UInt32,
    _ request: inout Request
  ) -> [MeterGivenBack] {
    let today = request.policy.calendar.dayNumber(of: request.now)
    return metered.compactMap { move in
      guard move.meter.hasPrefix(CompiledPolicy.Rule.Meters.prefix), move.period == 0 || move.period == today else {
        return nil
      }
      func share(_ part: Int64) -> Int64 {
        FixedPoint.scale(move.amount, by: part, over: total, rounding: .down) ?? 0
      }
      let used = meters.amount(move.meter, member: move.member > 0 ? number : nil, period: move.period)
      let amount = min(share(done) - share(before), used)
      guard amount > 0 else { return nil }
      request.draft.meter(
        move.meter, member: move.member > 0 ? member : nil, amount: -amount, period: move.period)
      return MeterGivenBack(meter: move.meter, amount: amount)
    }
  }
}

extension Record {
  /// What an accrual used of the rules' caps and budgets.
  public var meteredByRules: [MeterMove] {
    meterMoves.filter { $0.meter.hasPrefix(CompiledPolicy.Rule.Meters.prefix) }
  }
}
