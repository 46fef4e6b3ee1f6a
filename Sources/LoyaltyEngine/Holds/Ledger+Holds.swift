// Deciding about holds: reserve, confirm, release, time out.
//
// For other rooms, whose purchases reserve points (a redemption with a step of its own):
// 1. In the `decide` that reserves: `try resolveSpending(…)`, `try checkHold(member, policy, lifetimeMs)` for the instant it lives until, then
//    `reserve`; the hold's id is the sequence of the record that is being made.
// 2. In the `decide` that confirms: `try openHold(id, request)`, then `spend`, with the account that the points go to.
// 3. In the `decide` that cancels: `try openHold(id, request)`, then `giveBack`.
// 4. When a hold times out, `decide(HoldTimeoutInput)` gives the points back; what else hangs on the hold (stock, a
//    voucher) is to be undone there, by changes of the room's own in the same record.

import LoyaltyMessages

extension Ledger {
  // MARK: - The commands

  func decide(_ input: HoldReservationInput, _ request: inout Request) throws(Refusal) -> Record {
    let (number, state) = try resolveSpending(
      input.member, number: input.partnerNumber, partner: request.caller.partner)
    guard input.points > 0, input.lifetimeMs >= 0 else {
      throw Refusal(.commandInvalid, ["points": "\(input.points)", "lifetimeMs": "\(input.lifetimeMs)"])
    }
    let untilMs = try checkHold(number, policy: request.policy, now: request.now, lifetimeMs: input.lifetimeMs)
    let (lapsed, available) = lapsed(of: state, now: request.now)
    if available < input.points { throw Refusal.insufficient(input.points, available: available) }

    var input = input
    input.member = memberNames.string(number)
    let member = request.draft.addMember(input.member)
    request.draft.move(lapsed, of: member, to: .expired)
    let lots = payment(of: input.points, state: state, skipping: lapsed.count)
    request.draft.reserve(lots, of: member, untilMs: untilMs)
    return request.draft.finish(
      input: .holdReservation(input),
      outcome: .holdReserved(
        HoldReservedOutcome(
          member: input.member, points: input.points, lots: lots, untilMs: untilMs, balance: available - input.points)))
  }

  func decide(_ input: HoldConfirmationInput, _ request: inout Request) throws(Refusal) -> Record {
    let hold = try openHold(input.hold, request)
    // A reservation of an item is confirmed with the item.
    if catalogue.open[input.hold] != nil { throw Refusal(.holdOfRedemption, ["redemption": "\(input.hold)"]) }
    let points = input.points ?? hold.points
    guard points > 0 else { throw Refusal(.commandInvalid, ["points": "\(points)"]) }
    if points > hold.points { throw Refusal(.holdTooSmall, ["points": "\(points)", "held": "\(hold.points)"]) }
    let (lapsed, available) = lapsed(of: members[Int(hold.member)], now: request.now)
    let id = memberNames.string(hold.member)
    let member = request.draft.addMember(id)
    request.draft.move(lapsed, of: member, to: .expired)
    let (paid, restored) = spend(input.hold, hold, points: points, to: .redeemed, of: member, &request)
    return request.draft.finish(
      input: .holdConfirmation(input),
      outcome: .holdConfirmed(
        HoldEndedOutcome(
          member: id, hold: input.hold, paid: paid, restored: restored,
          balance: available + restored.reduce(0) { $0 + $1.points })))
  }

  func decide(_ input: HoldReleaseInput, _ request: inout Request) throws(Refusal) -> Record {
    let hold = try openHold(input.hold, request)
    let (lapsed, available) = lapsed(of: members[Int(hold.member)], now: request.now)
    let id = memberNames.string(hold.member)
    let member = request.draft.addMember(id)
    request.draft.move(lapsed, of: member, to: .expired)
    let restored = giveBack(input.hold, hold, step: .released, of: member, &request)
    release(input.hold, .cancelled, of: member, &request)
    return request.draft.finish(
      input: .holdRelease(input),
      outcome: .holdReleased(
        HoldEndedOutcome(
          member: id, hold: input.hold, restored: restored, balance: available + restored.reduce(0) { $0 + $1.points }))
    )
  }

  /// The next batch of holds whose time is over; nil if there is none.
  func decide(_ input: HoldTimeoutInput, _ request: inout Request) -> Record? {
    let most = input.maxLots == 0 ? limits.lotsPerExpiry : min(Int(input.maxLots), limits.lotsPerExpiry)
    let due = holds.timedOut(now: request.now, most: most)
    var outcome = HoldsTimedOutOutcome()
    var positions: [UInt32: UInt32] = [:]
    var lots = 0
    for id in due {
      guard let hold = holds[id] else { continue }
      if outcome.holds > 0, lots + hold.lots.count > most { break }
      let member: UInt32
      if let known = positions[hold.member] {
        member = known
      } else {
        member = request.draft.addMember(memberNames.string(hold.member))
        positions[hold.member] = member
        let (lapsed, _) = lapsed(of: members[Int(hold.member)], now: request.now)
        request.draft.move(lapsed, of: member, to: .expired)
        lots += lapsed.count
      }
      _ = giveBack(id, hold, step: .timedOut, of: member, &request)
      release(id, .lapsed, of: member, &request)
      lots += hold.lots.count
      outcome.holds += 1
      outcome.points += hold.points
    }
    guard outcome.holds > 0 else { return nil }
    outcome.more = Int(outcome.holds) < due.count || due.count == most
    return request.draft.finish(
      input: .holdTimeout(HoldTimeoutInput(maxLots: UInt32(clamping: most))), outcome: .holdsTimedOut(outcome))
  }

  // MARK: - For other rooms

  /// Checks that a member can have another hold.
  /// - Parameter lifetimeMs: 0: as the policy says.
  /// - Returns: when it times out.
  /// - Throws: `holdTooLong`, `tooManyHolds`.
  func checkHold(
    _ member: UInt32, policy: CompiledPolicy, now: Int64, lifetimeMs: Int64 = 0
  ) throws(Refusal) -> Int64 {
    let rules = policy.ledger
    if lifetimeMs > rules.longestHoldMs {
      throw Refusal(.holdTooLong, ["minutes": "\(lifetimeMs / 60_000)", "most": "\(rules.longestHoldMs / 60_000)"])
    }
    let open = holds.ids(of: member).count
    if open >= limits.holdsPerMember {
      throw Refusal(.tooManyHolds, ["open": "\(open)", "most": "\(limits.holdsPerMember)"])
    }
    return now + (lifetimeMs == 0 ? rules.defaultHoldMs : lifetimeMs)
  }

  /// An open hold that the caller may end.
  /// - Throws: `holdUnknown`, also for another partner's; `holdTimedOut`.
  func openHold(_ id: UInt64, _ request: Request) throws(Refusal) -> Hold {
    let partner = request.caller.partner
    guard let hold = holds[id],
      partner.isEmpty || hold.partner >= 0 && partnerNames.names[Int(hold.partner)] == partner
    else { throw Refusal(.holdUnknown, ["hold": "\(id)"]) }
    if hold.untilMs <= request.now { throw Refusal(.holdTimedOut, ["hold": "\(id)", "untilMs": "\(hold.untilMs)"]) }
    return hold
  }

  /// Ends a hold by spending points of it, in the order of its lots; the others go back.
  /// - Parameters:
  ///   - member: position in the record. Lots of the member that have lapsed must have been moved before.
  /// - Precondition: 0 < points ≤ hold.points.
  func spend(
    _ id: UInt64, _ hold: Hold, points: Int64, to account: LedgerAccount, of member: UInt32, _ request: inout Request
  ) -> (paid: [LotLine], restored: [RestoredLot]) {
    var paid: [LotLine] = []
    var back: [LotLine] = []
    var due = points
    for var line in hold.lots {
      let part = min(due, line.points)
      due -= part
      let rest = line.points - part
      if part > 0 {
        line.points = part
        paid.append(line)
      }
      if rest > 0 {
        line.points = rest
        back.append(line)
      }
    }
    request.draft.endHold(id, step: .confirmed, spending: points, to: account)
    return (paid, restore(back, from: .held, hold.member, at: member, &request))
  }

  /// Ends a hold by giving its points back to their lots.
  /// - Parameters:
  ///   - step: released or timed out.
  ///   - member: position in the record. Lots of the member that have lapsed must have been moved before.
  func giveBack(
    _ id: UInt64, _ hold: Hold, step: HoldStep, of member: UInt32, _ request: inout Request
  ) -> [RestoredLot] {
    request.draft.endHold(id, step: step)
    return restore(hold.lots, from: .held, hold.member, at: member, &request)
  }
}

extension RecordDraft {
  /// Takes points out of lots into a hold, which this record makes.
  mutating func reserve(_ lots: [LotLine], of member: UInt32, untilMs: Int64) {
    move(lots.map { ($0.lot, $0.points) }, of: member, to: .held)
    record.holdChanges.append(HoldChange(step: .reserved, member: member, lots: lots, untilMs: untilMs))
  }

  /// Ends a hold; what is not spent is for `restore` to put back.
  fileprivate mutating func endHold(
    _ id: UInt64, step: HoldStep, spending points: Int64 = 0, to account: LedgerAccount = .redeemed
  ) {
    record.holdChanges.append(HoldChange(step: step, hold: id))
    if points > 0 {
      record.postings.append(Posting(unit: .award, account: .held, amount: -points))
      record.postings.append(Posting(unit: .award, account: account, amount: points))
    }
  }
}
