// What the reference model's members do: earn, spend, hold, give, exchange; and how it is undone.

import LoyaltyMessages

@testable import LoyaltyEngine

extension ReferenceModel {
  // MARK: - Earning

  mutating func accrue(_ input: AccrualInput, _ caller: Caller, _ now: Int64, _ sequence: UInt64) -> Answer {
    let terms = terms(now)
    let day = calendar.dayNumber(of: now)
    if input.occurredMs > now + 600_000 { return .refused(.activityInFuture) }
    if input.occurredMs < now - 60 * TestPolicy.day { return .refused(.activityTooOld) }
    let reference = [caller.partner, "\(input.activity)", input.reference]
    if references.contains(reference) { return .refused(.referenceAlreadyCredited) }
    let member = survivor(input.member)
    if people[member]?.status == .closed { return .refused(.memberClosed) }
    let year = calendar.day(of: now).year
    var person = reviewed(people[member] ?? Person(year: year, seenMs: now, partners: []), now)

    var points: Int64 = 50
    var counted = Count(spend: input.minorUnits)
    if input.activity == .stay { counted.nights = max(1, input.quantity) }
    if input.activity == .flight { counted.segments = max(1, input.quantity) }
    var resort: Int64 = 0
    if input.activity != .survey {
      let base = input.minorUnits * terms.pointsPerYuan / 100
      let multiplier = [10_000, 12_500, terms.goldMultiplierBp][person.tier]
      counted.points = base
      if input.activity == .stay, input.category == "resort" {
        resort = max(0, min(base, terms.resortMost, terms.resortMostADay - person.resort.used(on: day)))
      }
      points = base + resort + base * (multiplier - 10_000) / 10_000
    }
    if terms.mostADay > 0 {
      if points > terms.mostADay - person.credited.used(on: day) { return .refused(.memberLimitExceeded) }
      person.credited.add(points, on: day)
    }
    if resort > 0 { person.resort.add(resort, on: day) }
    count(counted, &person, now)
    person.partners.insert(caller.partner)
    people[member] = person
    references.insert(reference)
    accruals[sequence] = Accrual(
      member: member, points: points, counted: counted, minorUnits: input.minorUnits, year: year,
      month: month(now), resort: resort, day: day)
    book(.issued, -points)
    let postMs = input.occurredMs + terms.flightsPostedAfterDays * TestPolicy.day
    if input.activity == .flight, terms.flightsPostedAfterDays > 0, postMs > now, points > 0 {
      pending[sequence] = Pending(member: member, points: points, postMs: postMs)
      book(.pending, points)
    } else {
      credit(member, points, lot: sequence << 8, now)
    }
    return .accepted(points: points, balance: available(member))
  }

  // MARK: - Spending

  /// What a member wants, and what it costs.
  private enum Wish {
    case granted(member: String, Reservation)
    case refused(RefusalReason)
  }

  private func wish(
    _ member: String, _ item: String, _ quantity: Int64, quote id: UInt64, expected: Int64?, _ caller: Caller,
    _ now: Int64
  ) -> Wish {
    if let refusal = spendingRefused(member, caller) { return .refused(refusal) }
    let member = survivor(member)
    guard let person = people[member].map({ reviewed($0, now) }) else { return .refused(.memberUnknown) }
    var wish = Reservation(points: 0, quantity: quantity, isMug: item == "mug")
    if id > 0 {
      guard let quote = quotes[id], quote.member == member, quote.untilMs > now else { return .refused(.quoteUnknown) }
      wish = Reservation(points: quote.points, quantity: quote.quantity, isMug: true)
    } else {
      switch item {
      case "mug": wish.points = quantity * (person.tier == 2 ? 80 : terms(now).mugPrice)
      case "night": wish.points = quantity * 700
      case "lounge":
        if person.tier < 1 { return .refused(.tierNotEligible) }
        wish.points = quantity * 10
      default: return .refused(.itemUnknown)
      }
    }
    if wish.isMug, mugsLeft < wish.quantity { return .refused(.outOfStock) }
    if let expected, expected != wish.points { return .refused(.priceChanged) }
    return .granted(member: member, wish)
  }

  mutating func redeem(_ input: RedemptionInput, _ caller: Caller, _ now: Int64, _ sequence: UInt64) -> Answer {
    switch wish(
      input.member, input.item, input.quantity, quote: input.quote, expected: input.expectedPoints, caller, now)
    {
    case .refused(let refusal): return .refused(refusal)
    case .granted(let member, let wish):
      if available(member) < wish.points { return .refused(.insufficientPoints) }
      if wish.isMug { mugsLeft -= wish.quantity }
      quotes[input.quote] = nil
      let lots = pay(member, wish.points)
      book(.redeemed, wish.points)
      payments[sequence] = Payment(
        member: member, points: wish.points, lots: lots, total: wish.quantity, isMug: wish.isMug)
      return .accepted(points: wish.points, balance: available(member))
    }
  }

  mutating func quote(_ input: QuoteInput, _ caller: Caller, _ now: Int64, _ sequence: UInt64) -> Answer {
    switch wish(input.member, input.item, input.quantity, quote: 0, expected: nil, caller, now) {
    case .refused(let refusal): return .refused(refusal)
    case .granted(let member, let wish):
      quotes[sequence] = Quote(
        member: member, quantity: wish.quantity, points: wish.points, untilMs: now + 600 * 60_000)
      return .accepted(points: wish.points, balance: available(member))
    }
  }

  mutating func reserve(_ input: ReserveInput, _ caller: Caller, _ now: Int64, _ sequence: UInt64) -> Answer {
    switch wish(
      input.member, input.item, input.quantity, quote: input.quote, expected: input.expectedPoints, caller, now)
    {
    case .refused(let refusal): return .refused(refusal)
    case .granted(let member, let wish):
      if let refusal = hold(sequence, member, wish.points, caller, until: now + Int64(Terms.reserveMinutes) * 60_000) {
        return .refused(refusal)
      }
      if wish.isMug { mugsLeft -= wish.quantity }
      quotes[input.quote] = nil
      reservations[sequence] = wish
      return .accepted(points: wish.points, balance: available(member))
    }
  }

  mutating func reserve(_ input: HoldReservationInput, _ caller: Caller, _ now: Int64, _ sequence: UInt64) -> Answer {
    if let refusal = spendingRefused(input.member, caller) { return .refused(refusal) }
    let member = survivor(input.member)
    if input.lifetimeMs > 120_000 * 60_000 { return .refused(.holdTooLong) }
    let lifetime = input.lifetimeMs == 0 ? 30 * 60_000 : input.lifetimeMs
    if let refusal = hold(sequence, member, input.points, caller, until: now + lifetime) { return .refused(refusal) }
    return .accepted(points: input.points, balance: available(member))
  }

  private mutating func hold(
    _ id: UInt64, _ member: String, _ points: Int64, _ caller: Caller, until untilMs: Int64
  ) -> RefusalReason? {
    if holds.values.count(where: { $0.member == member }) >= 64 { return .tooManyHolds }
    if available(member) < points { return .insufficientPoints }
    holds[id] = Hold(member: member, partner: caller.partner, lots: pay(member, points), untilMs: untilMs)
    book(.held, points)
    return nil
  }

  /// An open hold of the caller's, or why there is none.
  private func openHold(_ id: UInt64, _ caller: Caller, _ now: Int64) -> (hold: Hold?, refusal: RefusalReason) {
    guard let hold = holds[id], caller.partner.isEmpty || caller.partner == hold.partner else {
      return (nil, .holdUnknown)
    }
    return hold.untilMs <= now ? (nil, .holdTimedOut) : (hold, .holdUnknown)
  }

  mutating func confirm(_ input: HoldConfirmationInput, _ caller: Caller, _ now: Int64) -> Answer {
    let (found, refusal) = openHold(input.hold, caller, now)
    guard let hold = found else { return .refused(refusal) }
    if reservations[input.hold] != nil { return .refused(.holdOfRedemption) }
    let held = hold.lots.reduce(0) { $0 + $1.points }
    let points = input.points ?? held
    if points > held { return .refused(.holdTooSmall) }
    holds[input.hold] = nil
    let paid = Self.slice(hold.lots, skipping: 0, taking: points)
    book(.held, -held)
    book(.redeemed, points)
    payments[input.hold] = Payment(member: hold.member, points: points, lots: paid, total: points, isMug: false)
    restore(hold.member, Self.slice(hold.lots, skipping: points, taking: held), now)
    return .accepted(points: points, balance: available(hold.member))
  }

  mutating func release(_ input: HoldReleaseInput, _ caller: Caller, _ now: Int64) -> Answer {
    let (found, refusal) = openHold(input.hold, caller, now)
    guard let hold = found else { return .refused(refusal) }
    end(input.hold, hold, now)
    return .accepted(points: 0, balance: available(hold.member))
  }

  mutating func confirm(_ input: ConfirmInput, _ caller: Caller, _ now: Int64) -> Answer {
    guard let reserved = reservations[input.redemption] else { return .refused(.redemptionUnknown) }
    let (found, refusal) = openHold(input.redemption, caller, now)
    guard let hold = found else { return .refused(refusal) }
    (holds[input.redemption], reservations[input.redemption]) = (nil, nil)
    book(.held, -reserved.points)
    book(.redeemed, reserved.points)
    payments[input.redemption] = Payment(
      member: hold.member, points: reserved.points, lots: hold.lots, total: reserved.quantity, isMug: reserved.isMug)
    return .accepted(points: reserved.points, balance: available(hold.member))
  }

  mutating func cancel(_ input: CancelInput, _ caller: Caller, _ now: Int64) -> Answer {
    guard let reserved = reservations[input.redemption] else { return .refused(.redemptionUnknown) }
    let (found, refusal) = openHold(input.redemption, caller, now)
    guard let hold = found else { return .refused(refusal) }
    end(input.redemption, hold, now)
    return .accepted(points: reserved.points, balance: available(hold.member))
  }

  /// Points go back to their lots, and what was reserved to the shelf.
  private mutating func end(_ id: UInt64, _ hold: Hold, _ now: Int64) {
    holds[id] = nil
    if let reserved = reservations.removeValue(forKey: id), reserved.isMug { mugsLeft += reserved.quantity }
    book(.held, -hold.lots.reduce(0) { $0 + $1.points })
    restore(hold.member, hold.lots, now)
  }

  /// The lots of a range of points.
  static func slice(_ lots: [Lot], skipping: Int64, taking: Int64) -> [Lot] {
    var slice: [Lot] = []
    var at: Int64 = 0
    for var lot in lots {
      let from = max(at, skipping)
      let until = min(at + lot.points, skipping + taking)
      at += lot.points
      lot.points = until - from
      if lot.points > 0 { slice.append(lot) }
    }
    return slice
  }

  // MARK: - What is due

  mutating func work(_ source: DueSource, _ now: Int64) {
    for member in people.keys { lapse(member, now) }
    switch source {
    case .holds:
      for id in holds.keys.sorted() {
        if let hold = holds[id], hold.untilMs <= now { end(id, hold, now) }
      }
    case .pending:
      for id in pending.keys.sorted() {
        guard let entry = pending[id], entry.postMs <= now else { continue }
        pending[id] = nil
        book(.pending, -entry.points)
        if people[entry.member]?.status == .closed {
          noteLapsed(entry.member, id << 8, entry.points)
        } else {
          credit(entry.member, entry.points, lot: id << 8, now)
        }
      }
    default: break
    }
  }

  /// Whether something should have been done by now.
  func isIdle(_ now: Int64) -> Bool {
    holds.values.allSatisfy { $0.untilMs > now } && pending.values.allSatisfy { $0.postMs > now }
  }

  // MARK: - Undoing

  private func part(_ asked: Int64, of total: Int64, _ undone: Undone) -> (part: Int64, refusal: RefusalReason?) {
    let left = total - undone.part
    if left <= 0 { return (0, .alreadyReversed) }
    if asked > left { return (0, .reversalTooLarge) }
    return (asked == 0 ? left : asked, nil)
  }

  mutating func reverse(_ input: AccrualReversalInput, _ now: Int64) -> Answer {
    guard var accrual = accruals[input.accrual] else { return .refused(.recordUnknown) }
    let ids = ids(accrual.member)
    let member = survivor(accrual.member)
    guard var person = people[member].map({ reviewed($0, now) }) else { return .refused(.recordUnknown) }
    let total = max(1, accrual.minorUnits)
    let (back, refusal) = part(input.minorUnitsBack, of: total, accrual.undone)
    if let refusal { return .refused(refusal) }
    accrual.undone.part += back
    let done = accrual.undone.part
    let roundUp = terms(now).reversalsRoundUp
    func share(_ value: Int64) -> Int64 { roundUp ? (value * done + total - 1) / total : value * done / total }
    let points = max(0, share(accrual.points) - accrual.undone.points)
    accrual.undone.points += points

    func whole(_ value: Int64) -> Int64 { value * done / total - value * (done - back) / total }
    let counted = Count(
      points: max(0, share(accrual.counted.points) - accrual.undone.qualifying), spend: whole(accrual.counted.spend),
      nights: whole(accrual.counted.nights), segments: whole(accrual.counted.segments))
    accrual.undone.qualifying += takeBack(counted, of: accrual, &person, now).points
    if accrual.day == calendar.dayNumber(of: now), person.resort.day == accrual.day {
      person.resort.used -= min(
        person.resort.used, accrual.resort * done / total - accrual.resort * (done - back) / total)
    }
    people[member] = person

    // First what is not posted, then its own lot, then what of it has lapsed, then other lots, then debt.
    let fromPending = min(points, pending[input.accrual]?.points ?? 0)
    pending[input.accrual]?.points -= fromPending
    if pending[input.accrual]?.points == 0 { pending[input.accrual] = nil }
    book(.pending, -fromPending)
    var due = points - fromPending
    let own = input.accrual << 8
    _ = take(member, &due) { $0.id == own }
    let gone = ids.reduce(0) { $0 + (lapsed[LotOfMember(member: $1, lot: own)] ?? 0) }
    let fromLapsed = min(due, gone - accrual.undone.lapsed)
    accrual.undone.lapsed += fromLapsed
    book(.expired, -fromLapsed)
    due -= fromLapsed
    _ = take(member, &due)
    people[member]?.debt += due
    book(.issued, points)
    accruals[input.accrual] = accrual
    return .accepted(points: points, balance: available(member))
  }

  mutating func reverse(_ input: PaymentReversalInput, _ now: Int64) -> Answer {
    guard var payment = payments[input.payment] else { return .refused(.recordUnknown) }
    let (back, refusal) = part(input.back, of: payment.total, payment.undone)
    if let refusal { return .refused(refusal) }
    payment.undone.part += back
    let points = payment.points * payment.undone.part / payment.total - payment.undone.points
    // Those that lapse last come back first.
    let lots = Self.slice(payment.lots.reversed(), skipping: payment.undone.points, taking: points)
    payment.undone.points += points
    payments[input.payment] = payment
    book(.redeemed, -points)
    let member = survivor(payment.member)
    restore(member, lots, now)
    if payment.isMug { mugsLeft += back }
    return .accepted(points: points, balance: available(member))
  }

  // MARK: - Giving, exchanging, adjusting

  mutating func transfer(_ input: TransferInput, _ now: Int64) -> Answer {
    let (from, to) = (survivor(input.from), survivor(input.to))
    if let refusal = spendingRefused(from, Desk.ops) { return .refused(refusal) }
    guard let giver = people[from], let taker = people[to] else { return .refused(.memberUnknown) }
    if from == to { return .refused(.commandInvalid) }
    if taker.status == .closed { return .refused(.memberClosed) }
    let terms = terms(now)
    if giver.household.isEmpty || giver.household != taker.household {
      if !terms.transfersOpenToAll { return .refused(.transferNotAllowed) }
      if input.points < 5 || terms.mostTransfer > 0 && input.points > terms.mostTransfer {
        return .refused(.transferOutOfRange)
      }
    }
    if available(from) < input.points { return .refused(.insufficientPoints) }
    for var lot in pay(from, input.points) {
      lot.points = payDebt(to, lot.points)
      putIn(to, lot)
    }
    return .accepted(points: input.points, balance: available(from))
  }

  mutating func exchange(_ input: ExchangeInput, _ caller: Caller, _ now: Int64, _ sequence: UInt64) -> Answer {
    guard isKnown(input.member, to: caller) else { return .refused(.memberUnknown) }
    let terms = terms(now)
    let member = survivor(input.member)
    var made = Exchange(
      member: member, toMiles: input.direction == .toMiles, points: 0, fee: 0, miles: 0, lots: [], capEnds: [])
    if made.toMiles {
      if input.amount < 20 { return .refused(.exchangeTooSmall) }
      (made.points, made.fee, made.miles) = (input.amount, terms.outFee, input.amount * 2 / 5)
      made.capEnds = [
        calendar.end(ofDayAfterMonths: 0, from: now, endOfMonth: true), calendar.endOfYear(now),
      ]
      for (who, most, ends) in [(member, terms.memberCapOut, made.capEnds[0]), ("", 1_500, made.capEnds[1])]
      where (exchanged[who]?[ends] ?? 0) + made.points > most { return .refused(.capExceeded) }
      if let refusal = spendingRefused(member, caller) { return .refused(refusal) }
      if available(member) < made.points + made.fee { return .refused(.insufficientPoints) }
      exchanged[member, default: [:]][made.capEnds[0], default: 0] += made.points
      exchanged["", default: [:]][made.capEnds[1], default: 0] += made.points
      made.lots = pay(member, made.points + made.fee)
      book(.exchanged, made.points)
      milesDelivered += made.miles
    } else {
      if input.amount < 10 { return .refused(.exchangeTooSmall) }
      (made.points, made.fee, made.miles) = (input.amount * 3 / 2 - terms.inFee, terms.inFee, input.amount)
      if people[member]?.status == .closed { return .refused(.memberClosed) }
      credit(member, made.points, lot: sequence << 8, now)
      made.lots = [Lot(id: sequence << 8, points: 0, expiresMs: 0)]
      book(.issued, -(made.points + made.fee))
      milesDelivered -= made.miles
    }
    book(.exchangeFee, made.fee)
    exchanges[sequence] = made
    return .accepted(points: made.points, balance: available(member))
  }

  mutating func reverse(_ input: ExchangeReversalInput, _ now: Int64) -> Answer {
    guard var made = exchanges[input.exchange] else { return .refused(.exchangeUnknown) }
    if made.isReversed { return .refused(.exchangeAlreadyReversed) }
    if mergedInto[made.member] != nil { return .refused(.memberClosed) }
    if made.toMiles {
      restore(made.member, made.lots, now)
      book(.exchanged, -made.points)
      milesDelivered -= made.miles
      for (who, ends) in [(made.member, made.capEnds[0]), ("", made.capEnds[1])] where ends > now {
        exchanged[who]?[ends]? -= made.points
      }
    } else {
      if available(made.member) < made.points { return .refused(.insufficientPoints) }
      var due = made.points
      _ = take(made.member, &due) { $0.id == made.lots[0].id }
      _ = take(made.member, &due)
      book(.issued, made.points + made.fee)
      milesDelivered += made.miles
    }
    book(.exchangeFee, -made.fee)
    made.isReversed = true
    exchanges[input.exchange] = made
    return .accepted(points: made.points, balance: available(made.member))
  }

  mutating func adjust(_ input: AdjustmentInput, _ now: Int64, _ sequence: UInt64) -> Answer {
    let member = survivor(input.member)
    if people[member] == nil { return .refused(.memberUnknown) }
    if input.points == 0 { return .refused(.commandInvalid) }
    if people[member]?.status == .closed { return .refused(.memberClosed) }
    if available(member) < -input.points { return .refused(.insufficientPoints) }
    if input.points > 0 {
      credit(member, input.points, lot: sequence << 8, now)
    } else {
      _ = pay(member, -input.points)
    }
    book(.adjusted, -input.points)
    return .accepted(points: input.points, balance: available(member))
  }

  mutating func extend(_ input: ExtensionInput, _ now: Int64) -> Answer {
    let member = survivor(input.member)
    guard let person = people[member] else { return .refused(.memberUnknown) }
    if person.status == .closed { return .refused(.memberClosed) }
    let lots = person.lots.filter { $0.expiresMs < input.expiresMs }
    if lots.isEmpty { return .refused(.lotNotExtendable) }
    people[member]?.lots.removeAll { $0.expiresMs < input.expiresMs }
    for var lot in lots {
      lot.expiresMs = input.expiresMs
      putIn(member, lot)
    }
    return .accepted(points: 0, balance: 0)
  }
}
