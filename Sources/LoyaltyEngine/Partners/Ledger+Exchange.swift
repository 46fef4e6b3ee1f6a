// Deciding exchanges: points become a partner's miles and the other way, by the rate of the policy. Both legs are one
// record: there is never one without the other. Miles are a unit of their own for each partner; what has been delivered
// to members' accounts at the partner and what is to be settled with it sum to zero.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: PartnershipInput, _ request: inout Request) throws(Refusal) -> Record {
    switch input.command {
    case .exchange(let command): try decide(command, &request)
    case .exchangeReversal(let command): try decide(command, &request)
    case .voucherIssue(let command): try decide(command, &request)
    case .voucherUse(let command): try decide(command, &request)
    case .voucherCancel(let command): try decide(command, &request)
    case nil: throw Refusal(.commandInvalid)
    }
  }

  private func decide(_ input: ExchangeInput, _ request: inout Request) throws(Refusal) -> Record {
    let policy = request.policy
    let partner = request.caller.partner
    // A partner exchanges its own miles; and miles can only be given by who has them.
    guard partner.isEmpty || partner == input.partner else {
      throw Refusal(.exchangeNotOffered, ["partner": input.partner])
    }
    if input.direction == .toPoints, partner.isEmpty {
      throw Refusal(.partnerRequired, ["subject": request.caller.subject])
    }
    guard
      let rate = policy.document.exchanges.first(where: {
        $0.partner == input.partner && $0.direction == input.direction
      })
    else { throw Refusal(.exchangeNotOffered, ["partner": input.partner]) }
    let number = try resolveEnrolled(input.member, number: input.partnerNumber, partner: partner)
    if input.amount < max(1, rate.minimum) {
      throw Refusal(.exchangeTooSmall, ["amount": "\(input.amount)", "minimum": "\(max(1, rate.minimum))"])
    }
    if !input.reference.isEmpty, let first = references[exchangeReference(input)] {
      throw Refusal(.referenceAlreadyCredited, ["reference": input.reference, "firstExchange": "\(first)"])
    }
    var input = input
    input.member = memberNames.string(number)
    var outcome = ExchangeOutcome(
      member: input.member, partner: input.partner, direction: input.direction, feePoints: rate.feePoints,
      rule: rate.id, ruleVersion: rate.version, reference: input.reference)
    let (points, miles) = try legs(input, rate)
    (outcome.points, outcome.miles) = (points, miles)
    if let expected = input.expected, expected != (input.direction == .toMiles ? miles : points) {
      throw Refusal(
        .priceChanged,
        ["expected": "\(expected)", "price": "\(input.direction == .toMiles ? miles : points)"])
    }
    outcome.quotas = try caps(points, rate, member: input.member, policy: policy, now: request.now)

    let state = members[Int(number)]
    if input.direction == .toMiles { try checkSpending(state, number) } else { try checkEarning(state, number) }
    let (lapsed, available) = lapsed(of: state, now: request.now)
    try checkMiles(input.direction == .toMiles ? miles : -miles, partner: input.partner)
    if input.direction == .toPoints {
      try checkRoom(for: points + rate.feePoints, state: state, lapsedLots: lapsed.count)
    }
    let member = request.draft.addMember(input.member)
    request.draft.move(lapsed, of: member, to: .expired)
    if input.direction == .toMiles {
      let (cost, overflow) = points.addingReportingOverflow(rate.feePoints)
      if overflow { throw Refusal(.pointsOverflow, ["points": "\(points)"]) }
      if available < cost { throw Refusal.insufficient(cost, available: available) }
      outcome.lots = payment(of: cost, state: state, skipping: lapsed.count)
      request.draft.move(outcome.lots.map { ($0.lot, $0.points) }, of: member, to: .exchanged)
      request.draft.keepFee(rate.feePoints, from: .exchanged)
      request.draft.deliver(miles: miles, of: input.partner)
      outcome.balance = available - cost
    } else {
      let toDebt = payDebt(outOf: points, of: number, at: member, &request)
      if toDebt > 0 { request.draft.post(.issued, -toDebt, partner: input.partner) }
      if points > toDebt {
        outcome.lots = [
          request.draft.credit(
            points - toDebt, to: member, from: input.partner, expiresMs: policy.expiry(ofPointsEarnedAt: request.now))
        ]
      }
      request.draft.issueFee(rate.feePoints, from: input.partner)
      request.draft.deliver(miles: -miles, of: input.partner)
      outcome.balance = available + points - toDebt
    }
    request.draft.record.quotaUses += outcome.quotas
    return request.draft.finish(
      input: .partnership(PartnershipInput(command: .exchange(input))),
      outcome: .partnershipChanged(PartnershipOutcome(outcome: .exchanged(outcome))))
  }

  /// Points (without the fee) and miles of an exchange.
  private func legs(_ input: ExchangeInput, _ rate: ExchangePolicy) throws(Refusal) -> (points: Int64, miles: Int64) {
    let overflow = Refusal(.pointsOverflow, ["amount": "\(input.amount)"])
    if input.direction == .toMiles {
      guard let miles = FixedPoint.scale(input.amount, by: rate.miles, over: rate.points, rounding: .down) else {
        throw overflow
      }
      guard miles > 0 else { throw Refusal(.exchangeTooSmall, ["amount": "\(input.amount)", "minimum": "1"]) }
      return (input.amount, miles)
    }
    guard let gross = FixedPoint.scale(input.amount, by: rate.points, over: rate.miles, rounding: .down) else {
      throw overflow
    }
    guard gross > rate.feePoints else {
      throw Refusal(.exchangeTooSmall, ["amount": "\(input.amount)", "minimum": "\(max(1, rate.minimum))"])
    }
    return (gross - rate.feePoints, input.amount)
  }

  static func exchangeQuota(_ rate: ExchangePolicy, _ period: QuotaPeriod) -> String {
    "exchange/\(rate.partner)/\(rate.direction.rawValue)/\(period.rawValue)"
  }

  private func caps(
    _ points: Int64, _ rate: ExchangePolicy, member: String, policy: CompiledPolicy, now: Int64
  ) throws(Refusal) -> [QuotaUse] {
    var uses: [QuotaUse] = []
    for (cap, whose, place) in [(rate.memberCap, member, UInt32(1)), (rate.partnerCap, "", 0)] {
      guard let cap else { continue }
      let name = Self.exchangeQuota(rate, cap.period)
      let ends = policy.calendar.end(of: cap.period, at: now)
      let used = catalogue.quotas.count(of: quotaKey(name, member: whose), endsMs: ends)
      let most = min(cap.points, QuotaTable.maxCount)
      if points > most - min(used, most) {
        throw Refusal(
          .capExceeded,
          [
            "cap": place == 0 ? "partner" : "member", "most": "\(cap.points)", "used": "\(used)",
            "requested": "\(points)", "renewsMs": "\(ends == 0 ? Int64.max : ends)",
          ])
      }
      uses.append(QuotaUse(name: name, memberPlace: place, periodEndsMs: ends, amount: points))
    }
    return uses
  }

  /// Undoes both legs, once. Points come back to the lots that paid; points that miles had become are taken back, from
  /// the lot they made as far as they are there.
  private func decide(_ input: ExchangeReversalInput, _ request: inout Request) throws(Refusal) -> Record {
    guard var original = input.original else { throw Refusal(.exchangeUnknown, ["exchange": "\(input.exchange)"]) }
    let partner = request.caller.partner
    guard partner.isEmpty || partner == original.partner,
      let number = memberNames.find(original.member.utf8.span, key: hashKey)
    else { throw Refusal(.exchangeUnknown, ["exchange": "\(input.exchange)"]) }
    if partnership.reversed.contains(input.exchange) {
      throw Refusal(.exchangeAlreadyReversed, ["exchange": "\(input.exchange)"])
    }
    let state = members[Int(number)]
    // Its points are in another account now, in lots of their own: staff adjust that one.
    if state.status == .merged { throw Refusal(.memberClosed, ["memberId": original.member]) }
    let (lapsed, available) = lapsed(of: state, now: request.now)
    let member = request.draft.addMember(original.member)
    request.draft.move(lapsed, of: member, to: .expired)
    var outcome = ExchangeReversalOutcome(exchange: input.exchange, reason: input.reason, words: input.words)
    if original.direction == .toMiles {
      request.draft.keepFee(-original.feePoints, from: .exchanged)
      request.draft.deliver(miles: -original.miles, of: original.partner)
      outcome.restored = restore(original.lots, from: .exchanged, number, at: member, &request)
      outcome.balance = available + outcome.restored.reduce(0) { $0 + $1.points }
    } else {
      if available < original.points { throw Refusal.insufficient(original.points, available: available) }
      outcome.taken = takeBack(original, state: state, skipping: lapsed.count, now: request.now)
      request.draft.takeBack(
        outcome.taken.map { ($0.lot, $0.points) }, of: member, fee: original.feePoints, to: original.partner)
      request.draft.deliver(miles: original.miles, of: original.partner)
      outcome.balance = available - original.points
    }
    giveBack(original.quotas, of: original.member, at: member, &request)
    original.quotas = []
    outcome.original = original
    request.draft.record.exchangeEnds.append(ExchangeEnd(exchange: input.exchange))
    return request.draft.finish(
      input: .partnership(
        PartnershipInput(
          command: .exchangeReversal(
            ExchangeReversalInput(exchange: input.exchange, reason: input.reason, words: input.words)))),
      outcome: .partnershipChanged(PartnershipOutcome(outcome: .exchangeReversed(outcome))))
  }

  /// The lots that points of an exchange are taken back from: the one it made first, then the earliest to lapse.
  private func takeBack(
    _ original: ExchangeOutcome, state: Member, skipping lapsed: Int, now: Int64
  ) -> [LotLine] {
    var taken: [LotLine] = []
    var due = original.points
    let own = original.lots.first?.lot ?? 0
    if let place = lots.find(own, in: state.lots), lots[place.slot].expiresMs > now {
      let lot = lots[place.slot]
      let points = min(due, lot.remaining)
      if points > 0 { taken.append(LotLine(lot: own, points: points, earnedMs: lot.earnedMs)) }
      due -= points
    }
    // The rest from the others; what `own` has paid cannot pay twice.
    for line in payment(of: Int64.max, state: state, skipping: lapsed) where due > 0 && line.lot != own {
      var line = line
      line.points = min(due, line.points)
      due -= line.points
      taken.append(line)
    }
    return taken
  }

  /// Whether the miles fit the partner's accounts.
  private func checkMiles(_ miles: Int64, partner: String) throws(Refusal) {
    guard let place = partnerNames[partner] else { return }
    if accounts[.miles, .milesDelivered, partner: place].addingReportingOverflow(miles).overflow {
      throw Refusal(.pointsOverflow, ["miles": "\(miles)"])
    }
  }

  /// A partner's own number of an exchange is used once in each direction.
  func exchangeReference(_ input: ExchangeInput) -> Fingerprint {
    var hash = SipHash(key: hashKey)
    hash.combine("exchange")
    hash.combine(UInt64(UInt32(bitPattern: input.direction.rawValue)))
    hash.combine(input.partner)
    hash.combine(input.reference)
    return hash.finish()
  }
}

extension RecordDraft {
  /// Miles that a partner delivers to the member's account with it (negative: takes out of it), and what is to be
  /// settled for them.
  fileprivate mutating func deliver(miles: Int64, of partner: String) {
    record.postings.append(Posting(unit: .miles, account: .milesDelivered, partner: partner, amount: miles))
    record.postings.append(Posting(unit: .miles, account: .milesSettlement, partner: partner, amount: -miles))
  }

  /// A fee out of points that the programme has (negative: back).
  fileprivate mutating func keepFee(_ points: Int64, from account: LedgerAccount) {
    guard points != 0 else { return }
    record.postings.append(Posting(unit: .award, account: account, amount: -points))
    record.postings.append(Posting(unit: .award, account: .exchangeFee, amount: points))
  }

  /// A fee out of points that a partner issues.
  fileprivate mutating func issueFee(_ points: Int64, from partner: String) {
    guard points != 0 else { return }
    record.postings.append(Posting(unit: .award, account: .issued, partner: partner, amount: -points))
    record.postings.append(Posting(unit: .award, account: .exchangeFee, amount: points))
  }

  /// Points that a partner had issued go back to it, with the fee.
  fileprivate mutating func takeBack(
    _ lots: [(lot: UInt64, points: Int64)], of member: UInt32, fee: Int64, to partner: String
  ) {
    var sum = fee
    for lot in lots {
      record.postings.append(
        Posting(unit: .award, account: .member, member: member, amount: -lot.points, lot: lot.lot))
      sum += lot.points
    }
    if fee > 0 { record.postings.append(Posting(unit: .award, account: .exchangeFee, amount: -fee)) }
    record.postings.append(Posting(unit: .award, account: .issued, partner: partner, amount: sum))
  }
}

extension Ledger {
  /// The records that credited a partner's activities of a reference: one for each kind of activity at most.
  public func accruals(of partner: String, reference: String) -> [UInt64] {
    (1...7).compactMap { kind in
      references[
        referenceFingerprint(partner: partner, activity: Activity(rawValue: kind), reference: reference)]
    }
  }
}
