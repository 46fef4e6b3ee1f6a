// Deciding what becomes of a redemption: reserve, confirm, cancel; hand over or give the points back. A reservation is a
// hold of the same number: when the hold ends, however it ends, the reservation ends with it.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: CatalogueInput, _ request: inout Request) throws(Refusal) -> Record {
    switch input.command {
    case .stock(let command): try decide(command, &request)
    case .codes(let command): try decide(command, &request)
    case .quote(let command): try decide(command, &request)
    case .reserve(let command): try decide(command, &request)
    case .confirm(let command): try decide(command, &request)
    case .cancel(let command): try decide(command, &request)
    case .fulfil(let command): try decide(command, &request)
    case nil: throw Refusal(.commandInvalid)
    }
  }

  // MARK: - Quotes

  /// Holds a price for the member's tier. It reserves nothing.
  private func decide(_ input: QuoteInput, _ request: inout Request) throws(Refusal) -> Record {
    if catalogue.quotes.count >= limits.openQuotes {
      throw Refusal(.tooManyQuotes, ["open": "\(catalogue.quotes.count)", "most": "\(limits.openQuotes)"])
    }
    let order = try order(
      Wish(
        member: input.member, partnerNumber: input.partnerNumber, item: input.item, session: input.session,
        quantity: input.quantity, cashPoints: input.cashPoints, expectedPoints: nil, quote: 0),
      request)
    let (_, available) = lapsed(of: order.state, now: request.now)
    var input = input
    input.member = memberNames.string(order.member)
    _ = request.draft.addMember(input.member)
    // Nobody is promised a price beyond the last moment of the offer.
    let expires = min(request.now + request.policy.catalogue.quoteMs, order.item.untilMs)
    return request.draft.finish(
      input: .catalogue(CatalogueInput(command: .quote(input))),
      outcome: .catalogueChanged(
        CatalogueOutcome(
          outcome: .quoted(
            QuoteOutcome(
              member: input.member, item: order.item.id, session: order.session, quantity: order.quantity,
              price: order.price, tier: order.tier, expiresMs: expires, available: available)))))
  }

  // MARK: - Reserve, confirm, cancel

  private func decide(_ input: ReserveInput, _ request: inout Request) throws(Refusal) -> Record {
    let order = try order(
      Wish(
        member: input.member, partnerNumber: input.partnerNumber, item: input.item, session: input.session,
        quantity: input.quantity, cashPoints: input.cashPoints, expectedPoints: input.expectedPoints,
        quote: input.quote),
      request)
    let untilMs = try checkHold(
      order.member, policy: request.policy, now: request.now,
      lifetimeMs: min(request.policy.catalogue.reserveMs, request.policy.ledger.longestHoldMs))
    let (lapsed, available) = lapsed(of: order.state, now: request.now)
    let cost = order.price.points
    // A price of money alone holds nothing, and a hold of nothing is none.
    guard cost > 0 else { throw Refusal(.commandInvalid, ["points": "\(cost)"]) }
    if available < cost { throw Refusal.insufficient(cost, available: available) }

    var input = input
    input.member = memberNames.string(order.member)
    input.item = order.item.id
    let member = request.draft.addMember(input.member)
    request.draft.move(lapsed, of: member, to: .expired)
    let paying = payment(of: cost, state: order.state, skipping: lapsed.count)
    request.draft.reserve(paying, of: member, untilMs: untilMs)
    request.draft.take(order)
    request.draft.record.redemptionChanges.append(RedemptionChange(state: .reserved, dueMs: untilMs))
    let outcome = RedemptionOutcome(
      member: input.member, item: order.item.id, quantity: order.quantity, points: cost, lots: paying,
      balance: available - cost, tier: order.tier, session: order.session, price: order.notablePrice, dueMs: untilMs,
      provider: order.item.provider)
    return finish(
      .reserve(input), RedemptionStep(redemption: request.draft.sequence, state: .reserved, result: outcome), &request)
  }

  private func decide(_ input: ConfirmInput, _ request: inout Request) throws(Refusal) -> Record {
    let redemption = try reservation(input.redemption, request)
    let hold = try openHold(input.redemption, request)
    let (lapsed, available) = lapsed(of: members[Int(hold.member)], now: request.now)
    let member = request.draft.addMember(redemption.outcome.member)
    request.draft.move(lapsed, of: member, to: .expired)
    let (paid, restored) = spend(input.redemption, hold, points: hold.points, to: .redeemed, of: member, &request)
    var outcome = redemption.outcome
    outcome.lots = paid
    outcome.balance = available
    outcome.dueMs = 0
    // The policy may have changed since: what was reserved is what is handed over.
    if let item = request.policy.item(outcome.item) {
      try handOver(&outcome, item: item, redemption: input.redemption, &request)
    } else {
      change(input.redemption, .accepted, dueMs: request.now, &outcome, &request)
    }
    return finish(
      .confirm(input),
      RedemptionStep(
        redemption: input.redemption, state: outcome.dueMs == 0 ? .fulfilled : .accepted, result: outcome,
        restored: restored),
      &request)
  }

  private func decide(_ input: CancelInput, _ request: inout Request) throws(Refusal) -> Record {
    let redemption = try reservation(input.redemption, request)
    let hold = try openHold(input.redemption, request)
    let (lapsed, available) = lapsed(of: members[Int(hold.member)], now: request.now)
    let member = request.draft.addMember(redemption.outcome.member)
    request.draft.move(lapsed, of: member, to: .expired)
    let restored = giveBack(input.redemption, hold, step: .released, of: member, &request)
    release(input.redemption, .cancelled, of: member, &request)
    var outcome = redemption.outcome
    outcome.dueMs = 0
    outcome.balance = available + restored.reduce(0) { $0 + $1.points }
    return finish(
      .cancel(input),
      RedemptionStep(
        redemption: input.redemption, state: .cancelled, result: outcome, restored: restored, note: input.reason,
        words: input.words),
      &request)
  }

  /// A reservation that the caller may confirm or cancel.
  private func reservation(_ id: UInt64, _ request: Request) throws(Refusal) -> OpenRedemption {
    guard let redemption = catalogue.open[id] else { throw Refusal(.redemptionUnknown, ["redemption": "\(id)"]) }
    guard redemption.state == .reserved else {
      // To a partner without the member this is no redemption at all.
      try check(request.caller.partner, sees: redemption, id)
      throw Refusal(.redemptionState, ["redemption": "\(id)", "state": redemption.state.word])
    }
    return redemption
  }

  // MARK: - Handing over

  private func decide(_ input: FulfilInput, _ request: inout Request) throws(Refusal) -> Record {
    guard let redemption = catalogue.open[input.redemption] else {
      throw Refusal(.redemptionUnknown, ["redemption": "\(input.redemption)"])
    }
    let partner = request.caller.partner
    // Who provides an item hands it over; the agency can do so for everybody.
    if !partner.isEmpty, partner != redemption.outcome.provider {
      try check(partner, sees: redemption, input.redemption)
      throw Refusal(.providerRequired, ["redemption": "\(input.redemption)", "provider": redemption.outcome.provider])
    }
    let isAllowed =
      switch (redemption.state, input.state) {
      case (.accepted, .inFulfilment), (.accepted, .fulfilled), (.inFulfilment, .fulfilled): true
      case (.accepted, .refunded), (.inFulfilment, .refunded): true
      default: false
      }
    guard isAllowed else {
      throw Refusal(
        .redemptionState, ["redemption": "\(input.redemption)", "state": redemption.state.word])
    }
    var outcome = redemption.outcome
    let member = request.draft.addMember(outcome.member)
    var restored: [RestoredLot] = []
    if input.state == .refunded {
      let before = corrections[.init(id: input.redemption)]
      if before.done > 0 {
        throw Refusal(.alreadyReversed, ["payment": "\(input.redemption)", "reversal": "\(before.last)"])
      }
      if outcome.vouchers.contains(where: { partnership.vouchers.find(voucherKey($0))?.state == .used }) {
        throw Refusal(.voucherUsed, ["state": VoucherState.used.word])
      }
      restored = refund(input.redemption, redemption, &outcome, at: member, &request)
    } else {
      change(input.redemption, input.state, dueMs: redemption.dueMs, &outcome, &request)
    }
    return finish(
      .fulfil(input),
      RedemptionStep(
        redemption: input.redemption, state: input.state, result: outcome, restored: restored, note: input.note,
        words: input.words),
      &request)
  }

  /// Gives the points of a paid redemption back to the lots that paid, and what was taken to the shelf. Codes that were
  /// given out stay given out.
  private func refund(
    _ id: UInt64, _ redemption: OpenRedemption, _ outcome: inout RedemptionOutcome, at member: UInt32,
    _ request: inout Request
  ) -> [RestoredLot] {
    let (lapsed, available) = lapsed(of: members[Int(redemption.member)], now: request.now)
    request.draft.move(lapsed, of: member, to: .expired)
    let restored = restore(outcome.lots, from: .redeemed, redemption.member, at: member, &request)
    release(id, .refunded, of: member, &request)
    request.draft.record.corrections.append(
      CorrectionChange(subject: id, done: outcome.quantity, points: outcome.points))
    outcome.balance = available + restored.reduce(0) { $0 + $1.points }
    outcome.dueMs = 0
    return restored
  }

  // MARK: - What the steps share

  /// Gives out what comes with an item, and says by when the rest is handed over.
  /// - Parameter redemption: 0: the record that is being made.
  func handOver(
    _ outcome: inout RedemptionOutcome, item: CompiledPolicy.Item, redemption: UInt64 = 0, _ request: inout Request
  ) throws(Refusal) {
    try giveCodes(&outcome, of: item, quantity: outcome.quantity, &request)
    for part in item.parts {
      guard let other = request.policy.item(part.item) else { continue }
      try giveCodes(&outcome, of: other, quantity: part.quantity * outcome.quantity, &request)
    }
    if let within = item.fulfilWithinMs {
      change(redemption, .accepted, dueMs: request.now + within, &outcome, &request)
    } else if redemption > 0 {
      change(redemption, .fulfilled, dueMs: 0, &outcome, &request)
    }
  }

  private func giveCodes(
    _ outcome: inout RedemptionOutcome, of item: CompiledPolicy.Item, quantity: Int64, _ request: inout Request
  ) throws(Refusal) {
    if item.isFromCodePool {
      guard let pool = catalogue.pools[item.id], let number = Int(exactly: quantity), pool.count >= number,
        number <= limits.codesPerRedemption
      else {
        throw Refusal(
          .outOfStock,
          ["itemId": item.id, "left": "\(catalogue.pools[item.id]?.count ?? 0)", "requested": "\(quantity)"])
      }
      outcome.codes += pool.next(number).map { CodeLine(item: item.id, code: $0) }
      request.draft.record.codeTakes.append(CodeTake(item: item.id, count: UInt32(number)))
    }
    if !item.voucherOffer.isEmpty {
      let codes = try issue(item.voucherOffer, member: 0, id: outcome.member, quantity: quantity, &request)
      outcome.codes += codes.map { CodeLine(item: item.id, code: $0, voucher: request.draft.sequence) }
    }
  }

  private func change(
    _ redemption: UInt64, _ state: RedemptionState, dueMs: Int64, _ outcome: inout RedemptionOutcome,
    _ request: inout Request
  ) {
    let isOpen = state == .accepted || state == .inFulfilment
    outcome.dueMs = isOpen ? dueMs : 0
    request.draft.record.redemptionChanges.append(
      RedemptionChange(redemption: redemption, state: state, dueMs: outcome.dueMs))
  }

  /// Ends a redemption whose points go back: its items, seats and quotas are free again.
  /// - Parameter member: position in the record.
  func release(_ id: UInt64, _ state: RedemptionState, of member: UInt32, _ request: inout Request) {
    guard let redemption = catalogue.open[id] else { return }
    let given = Set(redemption.outcome.codes.filter { $0.voucher == 0 }.map(\.item))
    for move in redemption.taken where !given.contains(move.item) {
      request.draft.take(move.item, quantity: -move.quantity)
    }
    giveBack(redemption.quotas, of: redemption.outcome.member, at: member, &request)
    for code in redemption.outcome.codes where code.voucher > 0 {
      if let voucher = partnership.vouchers.find(voucherKey(code.code)), voucher.state == .issued {
        request.draft.record.voucherEnds.append(VoucherEnd(code: code.code, state: .cancelled))
      }
    }
    request.draft.record.redemptionChanges.append(RedemptionChange(redemption: id, state: state))
  }

  /// Gives back what was used of quotas and caps whose period still runs, as far as it is counted: never more than was
  /// used.
  /// - Parameters:
  ///   - id: the member that they were counted for.
  ///   - member: position in the record of the member that the points go to; another's after a merge.
  func giveBack(_ quotas: [QuotaUse], of id: String, at member: UInt32, _ request: inout Request) {
    for use in quotas where use.periodEndsMs == 0 || use.periodEndsMs > request.now {
      // What was used under an id that has ended counts for the one that is left.
      let left = request.draft.record.members[Int(member)]
      let isMoved = catalogue.quotas.count(of: quotaKey(use.name, member: id), endsMs: use.periodEndsMs) == 0
      let whose = use.memberPlace == 0 ? "" : isMoved ? left : id
      let counted = catalogue.quotas.count(of: quotaKey(use.name, member: whose), endsMs: use.periodEndsMs)
      let back = min(use.amount, counted)
      guard back > 0 else { continue }
      let place =
        if use.memberPlace == 0 {
          UInt32(0)
        } else if whose == left {
          member + 1
        } else {
          request.draft.addMember(id) + 1
        }
      request.draft.record.quotaUses.append(
        QuotaUse(name: use.name, memberPlace: place, periodEndsMs: use.periodEndsMs, amount: -back))
    }
  }

  /// - Throws: `redemptionUnknown` for a partner that has neither the member nor the item.
  func check(_ partner: String, sees redemption: OpenRedemption, _ id: UInt64) throws(Refusal) {
    if redemption.outcome.provider == partner || isVisible(redemption.member, to: partner) { return }
    throw Refusal(.redemptionUnknown, ["redemption": "\(id)"])
  }

  private func finish(
    _ command: CatalogueInput.Command, _ step: RedemptionStep, _ request: inout Request
  ) -> Record {
    request.draft.finish(
      input: .catalogue(CatalogueInput(command: command)),
      outcome: .catalogueChanged(CatalogueOutcome(outcome: .step(step))))
  }
}

extension RecordDraft {
  /// Takes what an order takes. The member is the record's first.
  mutating func take(_ order: Ledger.Order) {
    record.stockMoves += order.takes
    record.quotaUses += order.quotas
  }
}
