// Reversals: what was done is read from history, the ledger decides how much of it can be undone and how.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension CorrectionHandlers {
  func reverse(
    _ request: ReverseAccrualRequest, _ call: CallSituation, _ words: PersonalWords
  ) async throws -> Answer<ReverseAccrualResponse> {
    var fields = RequestFields()
    let id = fields.sequence(request.accrualID, "accrual_id", PublicName.accrualPrefix)
    if !(0...RequestFields.largestAmount).contains(request.minorUnits) {
      fields.report("minor_units", "is \(request.minorUnits); must be 0 to \(RequestFields.largestAmount)")
    }
    fields.checkReason(request.reason)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = call.caller.refusal(for: .change) { return refused(refusal, call) }

    guard let record = try programme.history.record(at: id), case .accrued(let outcome)? = record.outcome,
      case .accrual(let accrual)? = record.input,
      call.caller.partner.isEmpty || call.caller.partner == record.partner
    else { return refused(Refusal(.recordUnknown), call) }
    if let refusal = words.refusal { return refused(refusal, call) }
    // Points that are posted later get a lot by then.
    var own = outcome.lots
    if outcome.pending > 0 { own.append(LotLine(lot: id << 8, points: outcome.pending)) }
    let lots = own.map(\.lot)
    let (state, sequence) = programme.store.read { $0.openLots(lots, of: outcome.member) }
    guard let state else { return refused(Refusal(.recordUnknown), call) }
    let lapsed = try await lapsedPoints(of: own, state, through: sequence, since: id)
    var referrer = record.referrerReward
    if let reward = referrer {
      let (state, sequence) = programme.store.read { $0.openLots(reward.lots.map(\.lot), of: reward.member) }
      referrer?.openLots = UInt32(clamping: state?.open ?? 0)
      if let state {
        referrer?.lapsed = try await lapsedPoints(of: reward.lots, state, through: sequence, since: id)
      }
    }
    let input = AccrualReversalInput(
      accrual: id, member: outcome.member, partner: record.partner,
      points: outcome.lines.reduce(0) { $0 + $1.points }, qualifying: outcome.qualifyingPoints,
      minorUnits: accrual.minorUnits, lots: own, creditedMs: record.timeMs, lapsed: lapsed,
      openLots: UInt32(clamping: state.open), minorUnitsBack: request.minorUnits,
      reason: words.clear(request.reason, ""),
      metered: record.meteredByRules, firstPurchase: outcome.firstPurchase, spend: outcome.spend,
      nights: outcome.nights, segments: outcome.segments, referrer: referrer, words: words.sealed)
    return decide(.accrualReversal(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .accrualReversed(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        ReverseAccrualResponse(
          reversalID: PublicName.reversal(accepted.sequence), memberID: outcome.member, points: outcome.points,
          qualifyingPoints: outcome.qualifying, lots: outcome.taken.map(LotDebit.init), debtPoints: outcome.toDebt,
          lapsedPoints: outcome.lapsed, pendingPoints: outcome.pending, minorUnitsLeft: outcome.left,
          balance: outcome.balance, tierID: outcome.tier,
          reversedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs),
          givenBack: outcome.givenBack.map(LimitGivenBack.init), firstPurchaseAgain: outcome.firstPurchase,
          qualifyingSpend: outcome.spend, qualifyingNights: outcome.nights, qualifyingSegments: outcome.segments,
          referrerPoints: outcome.referrer?.points ?? 0))
    }
  }

  /// Points of lots that have lapsed while they were the member's. While all of them are open, none has.
  private func lapsedPoints(
    of lots: [LotLine], _ state: (ids: [String], open: Int), through sequence: UInt64, since id: UInt64
  ) async throws -> Int64 {
    guard state.open < lots.count else { return 0 }
    try await programme.waitForHistory(through: sequence)
    let terms = Dictionary(lots.map { ($0.lot, $0.expiresMs) }, uniquingKeysWith: { first, _ in first })
    return try programme.lapsedPoints(of: terms, members: Set(state.ids), since: id).values.reduce(0, +)
  }

  func reverse(
    _ request: ReverseRedemptionRequest, _ call: CallSituation, _ words: PersonalWords
  ) throws -> Answer<ReverseRedemptionResponse> {
    var fields = RequestFields()
    let isHold = request.redemptionID.hasPrefix(PublicName.holdPrefix)
    let id = fields.sequence(
      request.redemptionID, "redemption_id", isHold ? PublicName.holdPrefix : PublicName.redemptionPrefix)
    if !(0...PolicyLimits.points).contains(request.part) {
      fields.report("part", "is \(request.part); must be 0 to \(PolicyLimits.points)")
    }
    fields.checkReason(request.reason)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = call.caller.refusal(for: .change) { return refused(refusal, call) }

    guard var input = try payment(id), call.caller.partner.isEmpty || call.caller.partner == input.partner else {
      return refused(Refusal(.recordUnknown), call)
    }
    input.back = request.part
    if let refusal = words.refusal { return refused(refusal, call) }
    (input.reason, input.words) = (words.clear(request.reason, ""), words.sealed)
    for index in input.lots.indices where input.lots[index].earnedMs == 0 {
      // Paid before payments said when their lots were earned: whoever made the lot knows.
      let lot = input.lots[index].lot
      input.lots[index].earnedMs = try programme.history.record(at: lot >> 8)?.lotMade(lot)?.earnedMs ?? call.now
    }
    return decide(.paymentReversal(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .paymentReversed(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        ReverseRedemptionResponse(
          reversalID: PublicName.reversal(accepted.sequence), memberID: outcome.member, points: outcome.points,
          restored: outcome.restored.map(LotRestoration.init), partLeft: outcome.left, balance: outcome.balance,
          reversedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs),
          vouchersCancelled: Int32(clamping: outcome.vouchers)))
    }
  }

  /// The payment that a redemption or a hold came to; nil if there is none. A reservation is paid by a later record.
  private func payment(_ id: UInt64) throws -> PaymentReversalInput? {
    guard let record = try programme.history.record(at: id) else { return nil }
    if var payment = record.payment(sequence: id) {
      // A hold is paid once, whether it is named by itself or by what confirmed it: what is undone counts for both.
      if case .holdConfirmed(let outcome)? = record.outcome {
        payment.payment = outcome.hold
        return payment
      }
      return payment.payment == id ? payment : nil
    }
    guard let change = record.holdChanges.first(where: { $0.step == .reserved }) else { return nil }
    let member = record.name(change.member)
    var before = UInt64.max
    while true {
      let page = try programme.history.records(of: member, before: before, limit: 500)
      for entry in page {
        if entry.sequence <= id { return nil }
        guard entry.record.holdChanges.contains(where: { $0.hold == id && $0.step == .confirmed }),
          var payment = entry.record.payment(sequence: id)
        else { continue }
        if payment.taken.isEmpty {
          payment.taken = record.stockMoves.filter { $0.quantity > 0 }
            .map { TakenItem(item: $0.item, quantity: $0.quantity) }
        }
        payment.quotas += record.quotaUses.filter { $0.amount > 0 }
        return payment
      }
      guard let last = page.last else { return nil }
      before = last.sequence
    }
  }
}

extension LimitGivenBack {
  /// A rule's meter is `rule.ID.KIND`; ids have no dots at their end, kinds none at all.
  fileprivate init(_ given: MeterGivenBack) {
    let kind = given.meter.split(separator: ".").last.map(String.init) ?? ""
    self.init(
      ruleID: String(given.meter.dropFirst("rule.".count).dropLast(kind.count + 1)),
      kind: ["budget": "budget", "member": "max_points_per_member", "day": "max_points_per_day"][kind]
        ?? "times_per_member",
      amount: given.amount)
  }
}
