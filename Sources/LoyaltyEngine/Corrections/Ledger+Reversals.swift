// Deciding reversals. An accrual is taken back from the lots it made, then (if the member has spent them) from the other
// lots, earliest expiry first, and what is still missing becomes a debt. A payment is given back to exactly the lots that
// paid. Both may be in part; parts add up to the whole, and no part is undone twice.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: AccrualReversalInput, _ request: inout Request) throws(Refusal) -> Record {
    let policy = request.policy
    let number = try resolveEnrolled(input.member, number: "", partner: "")
    try checkPartner(input.partner, request)
    let total = max(1, input.minorUnits)
    let before = corrections[.init(id: input.accrual)]
    let back = try part(
      input.minorUnitsBack, of: total, before, name: "accrual", id: input.accrual)
    let done = before.done + back
    let isWhole = done == total
    // Rounded on what has been taken in all: the parts add up to the whole, whatever their number.
    let rounding = policy.ledger.reversalRounding
    func share(_ value: Int64) -> Int64 {
      isWhole ? value : FixedPoint.scale(value, by: done, over: total, rounding: rounding) ?? value
    }
    let points = max(0, share(input.points) - before.points)
    // Whole nights count until all of them are taken back.
    func counted(_ value: Int64) -> Int64 {
      func whole(_ part: Int64) -> Int64 { FixedPoint.scale(value, by: part, over: total, rounding: .down) ?? 0 }
      return whole(done) - whole(before.done)
    }
    let count = TierCount(
      points: max(0, share(input.qualifying) - before.qualifying), spend: counted(input.spend),
      nights: counted(input.nights), segments: counted(input.segments))

    let state = members[Int(number)]
    let (lapsed, available) = lapsed(of: state, now: request.now)
    try checkHistory(input.lots, open: input.openLots, state)
    let id = memberNames.string(number)
    let member = request.draft.addMember(id)
    request.draft.move(lapsed, of: member, to: .expired)

    // What has lapsed is gone already: it counts toward the part, and nothing more is taken for it.
    let own = Set(input.lots.map(\.lot))
    let pendingPoints = pending[input.accrual]?.points ?? 0
    let lapsedHere = lapsed.filter { own.contains($0.lot) }.reduce(0) { $0 + $1.points }
    let fromPending = min(points, pendingPoints)
    if fromPending > 0 {
      request.draft.move(fromPending, from: .pending, to: .issued, partner: input.partner)
      request.draft.record.pendingChanges.append(
        PendingChange(
          accrual: input.accrual, member: member, points: pendingPoints - fromPending,
          postMs: pending[input.accrual]?.postMs ?? 0))
    }
    // Points that staff has brought back are in their lot again.
    let broughtBack = own.reduce(0) { $0 + corrections[.init(id: $1, isLot: true)].points }
    let (taken, fromLapsed, due) = takeBack(
      points - fromPending, own: own, lapsed: max(0, input.lapsed + lapsedHere - broughtBack - before.lapsed),
      from: state, at: member, for: input.partner, &request)
    let fromLots = taken.reduce(0) { $0 + $1.points }

    var standing = standing(of: number, policy: policy, now: request.now)
    let (uncounted, isClosed) = standing.takeBack(
      count, countedAt: input.creditedMs, policy: policy, now: request.now)
    let qualifying = uncounted.points
    if standing.toClose > 0 { request.draft.closePeriod(standing.toClose, of: member) }
    if qualifying > 0 {
      request.draft.takeQualifying(
        qualifying, from: isClosed ? .periodClosed : .member, of: member, to: input.partner)
    }
    let tier = policy.tiers[standing.tier].id
    if standing.changed { setTier(standing, of: number, member, &request) }

    let referrer = isWhole ? try takeReward(input.referrer, friend: number, &request) : nil
    let givenBack = giveBack(input.metered, before.done, done, of: total, number, member, &request)
    request.draft.record.corrections.append(
      CorrectionChange(
        subject: input.accrual, done: done, points: before.points + points,
        qualifying: isWhole ? max(before.qualifying, input.qualifying) : before.qualifying + qualifying,
        lapsed: before.lapsed + fromLapsed))
    return request.draft.finish(
      input: .accrualReversal(input),
      outcome: .accrualReversed(
        AccrualReversedOutcome(
          member: id, accrual: input.accrual, points: points, qualifying: qualifying, taken: taken, toDebt: due,
          lapsed: fromLapsed, pending: fromPending, back: back, left: total - done, balance: available - fromLots,
          tier: tier, givenBack: givenBack, firstPurchase: isWhole && input.firstPurchase && id == input.member,
          spend: uncounted.spend, nights: uncounted.nights, segments: uncounted.segments, referrer: referrer)))
  }

  /// Takes points back and gives them to whoever had issued them: out of their own lots, then for those that have lapsed
  /// nothing, then out of other lots, then as a debt.
  /// - Parameters:
  ///   - lapsed: points of their own lots that have lapsed, and for which nothing was taken yet.
  ///   - member: position in the record. Lots of the member that have lapsed must have been moved before.
  private func takeBack(
    _ points: Int64, own: Set<UInt64>, lapsed: Int64, from state: Member, at member: UInt32, for partner: String,
    _ request: inout Request
  ) -> (taken: [LotLine], lapsed: Int64, debt: Int64) {
    var due = points
    var taken: [LotLine] = []
    take(from: state, { own.contains($0.id) }, now: request.now, &due, &taken)
    let fromLapsed = min(due, lapsed)
    due -= fromLapsed
    take(from: state, { !own.contains($0.id) }, now: request.now, &due, &taken)
    request.draft.move(taken.map { ($0.lot, $0.points) }, of: member, to: .issued, partner: partner)
    if due > 0 { request.draft.move(due, from: .debt, of: member, to: .issued, partner: partner) }
    if fromLapsed > 0 { request.draft.move(fromLapsed, from: .expired, to: .issued, partner: partner) }
    return (taken, fromLapsed, due)
  }

  /// Takes back what a purchase that is undone had brought the member who had referred the buyer.
  private func takeReward(
    _ reward: ReferrerReward?, friend: UInt32, _ request: inout Request
  ) throws(Refusal) -> ReferrerTaken? {
    // Two who are one person by now: what one of them got from the other is its own.
    guard let reward, let referrer = try resolve(reward.member, number: "", partner: "").member, referrer != friend
    else { return nil }
    let state = members[Int(referrer)]
    try checkHistory(reward.lots, open: reward.openLots, state)
    let lapsed = lapsed(of: state, now: request.now).lots
    let id = memberNames.string(referrer)
    let member = request.draft.addMember(id)
    request.draft.move(lapsed, of: member, to: .expired)
    let own = Set(reward.lots.map(\.lot))
    let lapsedHere = lapsed.filter { own.contains($0.lot) }.reduce(0) { $0 + $1.points }
    let broughtBack = own.reduce(0) { $0 + corrections[.init(id: $1, isLot: true)].points }
    let (taken, fromLapsed, debt) = takeBack(
      reward.points, own: own, lapsed: max(0, reward.lapsed + lapsedHere - broughtBack), from: state, at: member,
      for: "",
      &request)
    request.draft.record.campaignChanges.append(
      CampaignChange(change: .referralTakenBack(ReferralTakenBack(referrer: member, year: reward.year))))
    return ReferrerTaken(member: id, points: reward.points, taken: taken, toDebt: debt, lapsed: fromLapsed)
  }

  func decide(_ input: PaymentReversalInput, _ request: inout Request) throws(Refusal) -> Record {
    let number = try resolveEnrolled(input.member, number: "", partner: "")
    try checkPartner(input.partner, request)
    let total = input.item.isEmpty ? input.points : input.quantity
    guard total > 0, input.points > 0 else { throw Refusal(.commandInvalid, ["points": "\(input.points)"]) }
    let before = corrections[.init(id: input.payment)]
    let back = try part(input.back, of: total, before, name: "payment", id: input.payment)
    let done = before.done + back
    let points = (FixedPoint.scale(input.points, by: done, over: total, rounding: .down) ?? 0) - before.points

    let (lapsed, available) = lapsed(of: members[Int(number)], now: request.now)
    let id = memberNames.string(number)
    let member = request.draft.addMember(id)
    request.draft.move(lapsed, of: member, to: .expired)
    // The lots that lapse last come back first: for a part, those that lapse first count as spent.
    let lines = Self.slice(input.lots.reversed(), skipping: before.points, taking: points)
    let restored = restore(lines, from: .redeemed, number, at: member, &request)
    try putBack(input, before.done, done, of: total, member, &request)
    request.draft.record.corrections.append(
      CorrectionChange(subject: input.payment, done: done, points: before.points + points))
    return request.draft.finish(
      input: .paymentReversal(input),
      outcome: .paymentReversed(
        PaymentReversedOutcome(
          member: id, payment: input.payment, points: points, restored: restored, back: back, left: total - done,
          balance: available + restored.reduce(0) { $0 + $1.points }, item: input.item,
          vouchers: UInt32(request.draft.record.voucherEnds.count))))
  }

  /// What was bought goes back on the shelf, into the quotas, and out of use. A redemption that is still being handed over
  /// ends, whole.
  /// - Parameters:
  ///   - before: of `total`, what had been given back before; `done`: what is now.
  private func putBack(
    _ input: PaymentReversalInput, _ before: Int64, _ done: Int64, of total: Int64, _ member: UInt32,
    _ request: inout Request
  ) throws(Refusal) {
    func share(_ value: Int64, _ part: Int64) -> Int64 {
      FixedPoint.scale(value, by: part, over: total, rounding: .down) ?? 0
    }
    // Rounded up: whoever gets a part of the points back gives up the voucher that they had paid.
    let gone = FixedPoint.scale(Int64(input.vouchers.count), by: done, over: total, rounding: .up) ?? 0
    let vouchers = try unused(input.vouchers, toBeCancelled: Int(gone))
    if let open = catalogue.open[input.payment] {
      guard open.state != .reserved, done - before == total else {
        throw Refusal(.redemptionState, ["redemption": "\(input.payment)", "state": open.state.word])
      }
      release(input.payment, .refunded, of: member, &request)
      return
    }
    for item in input.taken {
      let quantity = share(item.quantity, done) - share(item.quantity, before)
      if quantity > 0 { request.draft.take(item.item, quantity: -quantity) }
    }
    let quotas = input.quotas.map { use in
      var use = use
      use.amount = share(use.amount, done) - share(use.amount, before)
      return use
    }
    giveBack(quotas, of: input.member, at: member, &request)
    for code in vouchers { request.draft.record.voucherEnds.append(VoucherEnd(code: code, state: .cancelled)) }
  }

  /// Vouchers to cancel, so that of all of them so many are.
  /// - Throws: `voucherUsed` if too many have been used, `voucherUnknown` if they have long been forgotten.
  private func unused(_ codes: [String], toBeCancelled count: Int) throws(Refusal) -> [String] {
    var good: [String] = []
    var cancelled = 0
    for code in codes {
      guard let voucher = partnership.vouchers.find(voucherKey(code)) else { throw Refusal(.voucherUnknown) }
      if voucher.state == .issued { good.append(code) }
      if voucher.state == .cancelled { cancelled += 1 }
    }
    let due = max(0, count - cancelled)
    if due > good.count { throw Refusal(.voucherUsed, ["state": VoucherState.used.word]) }
    return Array(good.prefix(due))
  }

  // MARK: - What both need

  /// The part to undo, which must be left.
  /// - Parameter asked: 0: all that is left.
  private func part(
    _ asked: Int64, of total: Int64, _ before: Correction, name: String, id: UInt64
  ) throws(Refusal) -> Int64 {
    let left = total - before.done
    if left <= 0 { throw Refusal(.alreadyReversed, [name: "\(id)", "reversal": "\(before.last)"]) }
    guard asked >= 0 else { throw Refusal(.commandInvalid, ["part": "\(asked)"]) }
    if asked > left { throw Refusal(.reversalTooLarge, [name: "\(id)", "left": "\(left)", "requested": "\(asked)"]) }
    return asked == 0 ? left : asked
  }

  /// A partner undoes what it has done; an operator anybody's.
  private func checkPartner(_ partner: String, _ request: Request) throws(Refusal) {
    let caller = request.caller.partner
    if !caller.isEmpty, caller != partner { throw Refusal(.recordUnknown) }
  }

  /// Whether history still is what the command was made from: a lot that has lapsed since would be taken twice.
  private func checkHistory(_ lines: [LotLine], open told: UInt32, _ state: Member) throws(Refusal) {
    let open = lines.count { lots.find($0.lot, in: state.lots) != nil }
    if open != Int(told) { throw Refusal(.changedMeanwhile, ["lots": "\(told)", "open": "\(open)"]) }
  }

  /// Takes points that are due out of lots that can be spent, earliest expiry first.
  func take(
    from state: Member, _ isMeant: (Lot) -> Bool, now: Int64, _ due: inout Int64, _ taken: inout [LotLine]
  ) {
    var slot = state.lots.first
    while due > 0, slot != LotTable.none {
      let lot = lots[slot]
      slot = lot.next
      guard lot.expiresMs > now, isMeant(lot) else { continue }
      let points = min(due, lot.remaining)
      taken.append(
        LotLine(
          lot: lot.id, points: points, expiresMs: lot.expiresMs == Int64.max ? 0 : lot.expiresMs, earnedMs: lot.earnedMs
        ))
      due -= points
    }
  }

  /// The lines of a range of points.
  static func slice(_ lines: some Sequence<LotLine>, skipping: Int64, taking: Int64) -> [LotLine] {
    var skip = skipping
    var left = taking
    var slice: [LotLine] = []
    for var line in lines where left > 0 {
      let skipped = min(skip, line.points)
      skip -= skipped
      let part = min(left, line.points - skipped)
      guard part > 0 else { continue }
      left -= part
      line.points = part
      slice.append(line)
    }
    return slice
  }
}

extension AccrualReversalInput {
  /// What the caller asked for; the rest is what history told.
  var asked: AccrualReversalInput {
    AccrualReversalInput(accrual: accrual, minorUnitsBack: minorUnitsBack, reason: reason, words: words)
  }
}

extension PaymentReversalInput {
  /// What the caller asked for; the rest is what history told.
  var asked: PaymentReversalInput { PaymentReversalInput(payment: payment, back: back, reason: reason, words: words) }
}

extension ReinstatementInput {
  /// What the caller asked for; the rest is what history told.
  var asked: ReinstatementInput {
    ReinstatementInput(member: member, lot: lot, points: points, expiresMs: expiresMs, reason: reason, words: words)
  }
}

extension RecordDraft {
  /// Takes points out of lots and gives them back to the partner that issued them.
  fileprivate mutating func move(
    _ lots: [(lot: UInt64, points: Int64)], of member: UInt32, to account: LedgerAccount, partner: String
  ) {
    var sum: Int64 = 0
    for lot in lots {
      record.postings.append(
        Posting(unit: .award, account: .member, member: member, amount: -lot.points, lot: lot.lot))
      sum += lot.points
    }
    if sum > 0 { record.postings.append(Posting(unit: .award, account: account, partner: partner, amount: sum)) }
  }

  fileprivate mutating func move(
    _ points: Int64, from source: LedgerAccount, of member: UInt32 = 0, to account: LedgerAccount, partner: String
  ) {
    record.postings.append(Posting(unit: .award, account: source, member: member, amount: -points))
    record.postings.append(Posting(unit: .award, account: account, partner: partner, amount: points))
  }

  fileprivate mutating func takeQualifying(
    _ points: Int64, from account: LedgerAccount, of member: UInt32, to partner: String
  ) {
    record.postings.append(
      Posting(unit: .qualifying, account: account, member: account == .member ? member : 0, amount: -points))
    record.postings.append(Posting(unit: .qualifying, account: .issued, partner: partner, amount: points))
  }
}

extension RedemptionOutcome {
  /// Codes of vouchers that were issued with it; codes out of a pool are none.
  var vouchers: [String] { codes.filter { $0.voucher > 0 }.map(\.code) }
}

extension Record {
  /// What a purchase brought the member who had referred the buyer; nil for nothing.
  public var referrerReward: ReferrerReward? {
    for change in campaignChanges {
      guard case .referralReward(let reward)? = change.change, reward.referrerRewarded,
        Int(reward.referrer) < members.count
      else { continue }
      let parts = postings.filter {
        $0.unit == .award && ($0.account == .member || $0.account == .debt) && $0.member == reward.referrer
          && $0.amount > 0
      }
      return ReferrerReward(
        member: members[Int(reward.referrer)], points: parts.reduce(0) { $0 + $1.amount },
        lots: parts.filter { $0.lot > 0 }
          .map { LotLine(lot: $0.lot, points: $0.amount, expiresMs: $0.lotExpiresMs) },
        year: reward.year)
    }
    return nil
  }

  /// What a record took from a member's lots for something that can be given back; nil if it took nothing of the kind.
  /// A further way to spend adds its outcome here, and is reversible.
  public func payment(sequence: UInt64) -> PaymentReversalInput? {
    let taken = stockMoves.filter { $0.quantity > 0 }.map { TakenItem(item: $0.item, quantity: $0.quantity) }
    let quotas = quotaUses.filter { $0.amount > 0 }
    return switch outcome {
    case .redeemed(let outcome)?:
      PaymentReversalInput(
        payment: sequence, member: outcome.member, partner: partner, points: outcome.points, lots: outcome.lots,
        item: outcome.item, quantity: outcome.quantity, taken: taken, provider: outcome.provider,
        vouchers: outcome.vouchers, quotas: quotas)
    case .catalogueChanged(let outcome)?:
      // A reservation that was confirmed is the payment of the record that reserved.
      if case .step(let step)? = outcome.outcome, case .catalogue(let input)? = input, case .confirm? = input.command,
        let result = step.result
      {
        PaymentReversalInput(
          payment: step.redemption, member: result.member, partner: partner, points: result.points, lots: result.lots,
          item: result.item, quantity: result.quantity, taken: taken, provider: result.provider,
          vouchers: result.vouchers, quotas: quotas)
      } else {
        nil
      }
    case .holdConfirmed(let outcome)?:
      PaymentReversalInput(
        payment: sequence, member: outcome.member, partner: partner,
        points: outcome.paid.reduce(0) { $0 + $1.points }, lots: outcome.paid, provider: partner)
    default: nil
    }
  }
}
