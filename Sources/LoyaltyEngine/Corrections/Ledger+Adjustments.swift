// Deciding what staff does to points, always with a reason: gives or takes, lets lots live longer, brings lapsed points
// back.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: AdjustmentInput, _ request: inout Request) throws(Refusal) -> Record {
    let number = try resolveEnrolled(input.member, number: "", partner: "")
    guard input.points != 0, input.points.magnitude <= UInt64(PolicyLimits.points),
      !input.reason.isEmpty || input.words != nil
    else {
      throw Refusal(.commandInvalid, ["points": "\(input.points)"])
    }
    let state = members[Int(number)]
    try checkEarning(state, number)
    let (lapsed, available) = lapsed(of: state, now: request.now)
    var input = input
    input.member = memberNames.string(number)
    let member = request.draft.addMember(input.member)
    request.draft.move(lapsed, of: member, to: .expired)
    var outcome = AdjustedOutcome(member: input.member, points: input.points)
    if input.points > 0 {
      try checkRoom(for: input.points, state: state, lapsedLots: lapsed.count)
      outcome.toDebt = payDebt(outOf: input.points, of: number, at: member, &request)
      let points = input.points - outcome.toDebt
      if points > 0 {
        outcome.lots = [
          request.draft.credit(
            points, to: member, from: .adjusted, expiresMs: request.policy.expiry(ofPointsEarnedAt: request.now))
        ]
      }
      if outcome.toDebt > 0 { request.draft.post(.adjusted, -outcome.toDebt) }
      outcome.balance = available + points
    } else {
      if available < -input.points { throw Refusal.insufficient(-input.points, available: available) }
      outcome.lots = payment(of: -input.points, state: state, skipping: lapsed.count)
      request.draft.move(outcome.lots.map { ($0.lot, $0.points) }, of: member, to: .adjusted)
      outcome.balance = available + input.points
    }
    return request.draft.finish(input: .adjustment(input), outcome: .adjusted(outcome))
  }

  /// Lots that have lapsed stay lapsed; those that live longer already stay as they are, and named ones are refused.
  func decide(_ input: ExtensionInput, _ request: inout Request) throws(Refusal) -> Record {
    let number = try resolveEnrolled(input.member, number: "", partner: "")
    guard !input.reason.isEmpty || input.words != nil, input.expiresMs > request.now,
      CivilCalendar.times.contains(input.expiresMs)
    else {
      throw Refusal(.commandInvalid, ["expiresMs": "\(input.expiresMs)"])
    }
    let state = members[Int(number)]
    try checkEarning(state, number)
    let named = Set(input.lots)
    var extended: [LotLine] = []
    var slot = state.lots.first
    while slot != LotTable.none {
      let lot = lots[slot]
      slot = lot.next
      guard lot.expiresMs > request.now, lot.expiresMs < input.expiresMs, named.isEmpty || named.contains(lot.id)
      else { continue }
      extended.append(
        LotLine(lot: lot.id, points: lot.remaining, expiresMs: input.expiresMs, earnedMs: lot.earnedMs))
    }
    if extended.isEmpty || extended.count < named.count {
      let missing = named.subtracting(extended.map(\.lot)).min().map { "\($0)" } ?? ""
      throw Refusal(.lotNotExtendable, ["lot": missing, "expiresMs": "\(input.expiresMs)"])
    }
    var input = input
    input.member = memberNames.string(number)
    let member = request.draft.addMember(input.member)
    // Taken out and put back with the new terms.
    for line in extended { request.draft.remake(line, of: member) }
    return request.draft.finish(
      input: .extension(input), outcome: .extended(ExtendedOutcome(member: input.member, lots: extended)))
  }

  func decide(_ input: ReinstatementInput, _ request: inout Request) throws(Refusal) -> Record {
    let number = try resolveEnrolled(input.member, number: "", partner: "")
    guard !input.reason.isEmpty || input.words != nil, input.points >= 0, input.lapsed >= 0, input.earnedMs > 0,
      input.expiresMs > request.now, CivilCalendar.times.contains(input.expiresMs),
      CivilCalendar.times.contains(input.earnedMs)
    else { throw Refusal(.commandInvalid, ["points": "\(input.points)", "expiresMs": "\(input.expiresMs)"]) }
    let state = members[Int(number)]
    try checkEarning(state, number)
    let before = corrections[.init(id: input.lot, isLot: true)]
    let left = input.lapsed - before.done
    if left <= 0 { throw Refusal(.nothingLapsed, ["lot": "\(input.lot)", "lapsed": "\(input.lapsed)"]) }
    if input.points > left {
      throw Refusal(.reversalTooLarge, ["lot": "\(input.lot)", "left": "\(left)", "requested": "\(input.points)"])
    }
    let points = input.points == 0 ? left : input.points
    let (lapsed, available) = lapsed(of: state, now: request.now)
    var input = input
    input.member = memberNames.string(number)
    let member = request.draft.addMember(input.member)
    request.draft.move(lapsed, of: member, to: .expired)
    let back = reinstate(
      LotLine(lot: input.lot, points: points, expiresMs: input.expiresMs, earnedMs: input.earnedMs), number, at: member,
      &request)
    request.draft.record.corrections.append(
      CorrectionChange(subject: input.lot, isLot: true, done: before.done + points, points: before.points + points))
    return request.draft.finish(
      input: .reinstatement(input),
      outcome: .reinstated(
        ReinstatedOutcome(
          member: input.member, lot: back, left: left - points, balance: available + back.points)))
  }

  private func reinstate(
    _ line: LotLine, _ number: UInt32, at member: UInt32, _ request: inout Request
  ) -> RestoredLot {
    restore([line], from: .expired, number, at: member, &request).first ?? RestoredLot()
  }

  /// Whether points from no partner fit the accounts they touch.
  func checkRoom(for points: Int64, state: Member, lapsedLots: Int) throws(Refusal) {
    if state.balance.addingReportingOverflow(points).overflow || !accounts.canIssue(points, .award) {
      throw Refusal(.pointsOverflow, ["points": "\(points)", "balance": "\(state.balance)"])
    }
    if Int(state.lots.count) - lapsedLots >= limits.lotsPerMember {
      throw Refusal(.tooManyLots, ["lots": "\(state.lots.count)", "most": "\(limits.lotsPerMember)"])
    }
    if lots.isFull { throw Refusal(.ledgerFull, ["lots": "\(openLotCount)"]) }
  }
}

extension RecordDraft {
  /// One side of a movement of award points on an account of the programme's.
  mutating func post(_ account: LedgerAccount, _ amount: Int64, partner: String = "") {
    record.postings.append(Posting(unit: .award, account: account, partner: partner, amount: amount))
  }

  /// Points of a lot in, at a member's; the counterpart is for the caller to post.
  mutating func putIn(_ line: LotLine, to member: UInt32) {
    record.postings.append(
      Posting(
        unit: .award, account: .member, member: member, amount: line.points, lot: line.lot,
        lotExpiresMs: line.expiresMs, lotEarnedMs: line.earnedMs))
  }

  /// Points of a lot out, at a member's; the counterpart is for the caller to post.
  mutating func takeOut(_ line: LotLine, of member: UInt32) {
    record.postings.append(
      Posting(unit: .award, account: .member, member: member, amount: -line.points, lot: line.lot))
  }

  /// A whole lot out and back in with other terms.
  mutating func remake(_ line: LotLine, of member: UInt32) {
    takeOut(line, of: member)
    putIn(line, to: member)
  }

  /// Points from an account of the programme's into a lot of their own.
  mutating func credit(
    _ points: Int64, to member: UInt32, from account: LedgerAccount, expiresMs: Int64, earnedMs: Int64 = 0
  ) -> LotLine {
    let line = LotLine(
      lot: newLot(), points: points, expiresMs: expiresMs == Int64.max ? 0 : expiresMs, earnedMs: earnedMs)
    putIn(line, to: member)
    post(account, -points)
    return line
  }
}
