// Mistakes undone: exactly the lots that paid, in parts that add up, once; debt for what had been spent; nothing for what
// had lapsed. And what staff does to points, alone or with a second person.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

extension Desk {
  /// What a record brought the referrer, as the service reads it from history.
  func referrerReward(_ record: Record, lapsed: Int64) -> ReferrerReward? {
    guard var reward = record.referrerReward else { return nil }
    reward.openLots = UInt32(ledger.openLots(reward.lots.map(\.lot), of: reward.member)?.open ?? 0)
    reward.lapsed = lapsed
    return reward
  }

  /// A reversal of an accrual as the service asks for it, with what history tells.
  func accrualReversal(
    _ sequence: UInt64, back yuan: Int64 = 0, lapsed: Int64 = 0, open: UInt32? = nil, referrerLapsed: Int64 = 0
  ) -> Record.Input {
    let record = records[Int(sequence) - 1]
    guard case .accrual(let input)? = record.input, let outcome = record.accrual else { return .opening(.init()) }
    let count = ledger.openLots(outcome.lots.map(\.lot), of: outcome.member)?.open ?? 0
    return .accrualReversal(
      AccrualReversalInput(
        accrual: sequence, member: outcome.member, partner: record.partner,
        points: outcome.lines.map(\.points).reduce(0, +), qualifying: outcome.qualifyingPoints,
        minorUnits: input.minorUnits, lots: outcome.lots, creditedMs: record.timeMs, lapsed: lapsed,
        openLots: open ?? UInt32(count), minorUnitsBack: yuan * 100, reason: "refund",
        metered: record.meteredByRules, firstPurchase: outcome.firstPurchase, spend: outcome.spend,
        nights: outcome.nights, segments: outcome.segments,
        referrer: referrerReward(record, lapsed: referrerLapsed)))
  }

  func paymentReversal(_ sequence: UInt64, back: Int64 = 0) -> Record.Input {
    var input = records[Int(sequence) - 1].payment(sequence: sequence) ?? PaymentReversalInput()
    input.back = back
    input.reason = "refund"
    return .paymentReversal(input)
  }
}

extension Record {
  var accrualReversed: AccrualReversedOutcome? {
    if case .accrualReversed(let outcome)? = outcome { return outcome }
    return nil
  }
  var paymentReversed: PaymentReversedOutcome? {
    if case .paymentReversed(let outcome)? = outcome { return outcome }
    return nil
  }
  var adjusted: AdjustedOutcome? {
    if case .adjusted(let outcome)? = outcome { return outcome }
    return nil
  }
}

@Suite struct ReversalTests {
  @Test func aRedemptionGoesBackToExactlyTheLotsThatPaidOnce() throws {
    var desk = try HoldTests.desk()
    let before = try desk.account("m").lots
    let mugs = desk.ledger.stock(of: try #require(desk.policy.item("mug")))
    try desk.accept(redemption("m", "mug", quantity: 2))
    let paid = desk.ledger.sequence
    let back = try #require(try desk.accept(desk.paymentReversal(paid)).paymentReversed)
    #expect(back.points == 200 && back.restored.map(\.points) == [100, 100] && back.left == 0 && back.balance == 300)
    #expect(try desk.account("m").lots == before)
    #expect(desk.ledger.stock(of: try #require(desk.policy.item("mug"))) == mugs)
    #expect(desk.refusal(desk.paymentReversal(paid))?.reason == .alreadyReversed)
    #expect(desk.refusal(desk.paymentReversal(paid))?["reversal"] == "\(desk.ledger.sequence)")
    try HoldTests.check(desk)
  }

  @Test func aRedemptionInPartsGivesBackTheSameLotsAsWhole() throws {
    var desk = try HoldTests.desk()
    let before = try desk.account("m").lots
    try desk.accept(redemption("m", "mug", quantity: 3))
    let paid = desk.ledger.sequence
    let first = try #require(try desk.accept(desk.paymentReversal(paid, back: 1)).paymentReversed)
    // What lapses last comes back first.
    #expect(first.points == 100 && first.left == 2 && first.restored.map(\.lot) == [before[1].id])
    #expect(desk.refusal(desk.paymentReversal(paid, back: 3))?.reason == .reversalTooLarge)
    try desk.accept(desk.paymentReversal(paid, back: 2))
    #expect(try desk.account("m").lots == before)
    try HoldTests.check(desk)
  }

  @Test func aConfirmedHoldGoesBackToo() throws {
    var desk = try HoldTests.desk()
    let before = try desk.account("m").lots
    try desk.accept(reservation("m", 150))
    try desk.accept(.holdConfirmation(HoldConfirmationInput(hold: desk.ledger.sequence)))
    let paid = desk.ledger.sequence
    try desk.accept(desk.paymentReversal(paid, back: 70))
    try desk.accept(desk.paymentReversal(paid))
    #expect(try desk.account("m").lots == before)
    #expect(desk.refusal(desk.paymentReversal(paid), caller: Desk.inn)?.reason == .recordUnknown)
    try HoldTests.check(desk)
  }

  @Test func whatComesBackToALapsedLotLapsesAtOnceOrHasGrace() throws {
    for graceDays in [0, 5] as [UInt32] {
      var desk = try HoldTests.desk(graceDays: graceDays)
      try desk.accept(redemption("m", "mug", quantity: 2))
      let paid = desk.ledger.sequence
      desk.now = try #require(desk.ledger.dueMs(.lots)) + 21 * TestPolicy.day
      let back = try #require(try desk.accept(desk.paymentReversal(paid)).paymentReversed)
      if graceDays == 0 {
        #expect(back.restored.map(\.lapsed) == [100, 100] && back.balance == 0)
      } else {
        #expect(back.restored.allSatisfy { $0.extended && $0.points == 100 } && back.balance == 200)
      }
      try HoldTests.check(desk)
    }
  }

  @Test func anAccrualIsTakenFromItsOwnLotFirst() throws {
    var desk = try HoldTests.desk()
    let gone = try #require(try desk.accept(desk.accrualReversal(3)).accrualReversed)
    #expect(gone.points == 200 && gone.taken.map(\.lot) == [3 << 8] && gone.toDebt == 0 && gone.qualifying == 200)
    #expect(try desk.account("m").available == 100 && desk.account("m").qualifying == 100)
    #expect(desk.refusal(desk.accrualReversal(3))?.reason == .alreadyReversed)
    #expect(desk.refusal(desk.accrualReversal(2), caller: Desk.inn)?.reason == .recordUnknown)
    try HoldTests.check(desk)
  }

  @Test func whatHadBeenSpentBecomesADebtThatLaterEarningPaysFirst() throws {
    var desk = try HoldTests.desk()
    try desk.accept(redemption("m", "mug", quantity: 2))
    let gone = try #require(try desk.accept(desk.accrualReversal(3)).accrualReversed)
    #expect(gone.taken.map(\.points) == [100] && gone.toDebt == 100 && gone.balance == 0)
    #expect(try desk.account("m").debt == 100 && desk.account("m").available == 0)
    try HoldTests.check(desk)
    let paying = try #require(try desk.accept(accrual("m", yuan: 60, reference: "c", at: desk.now)).accrual)
    #expect(paying.toDebt == 60 && paying.lots.isEmpty && paying.balance == 0)
    let rest = try #require(try desk.accept(accrual("m", yuan: 60, reference: "d", at: desk.now)).accrual)
    #expect(rest.toDebt == 40 && rest.lots.map(\.points) == [20] && rest.balance == 20)
    #expect(try desk.account("m").debt == 0)
    try HoldTests.check(desk)
  }

  @Test func pointsInAHoldThatComeBackPayTheDebtFirst() throws {
    var desk = try HoldTests.desk()
    try desk.accept(reservation("m", 300))
    let hold = desk.ledger.sequence
    try desk.accept(desk.accrualReversal(3))
    #expect(try desk.account("m").debt == 200)
    let back = try #require(try desk.accept(.holdRelease(HoldReleaseInput(hold: hold))).holdEnded)
    #expect(
      back.restored.map(\.toDebt) == [100, 100] && back.restored.map(\.points) == [0, 100] && back.balance == 100)
    #expect(try desk.account("m").debt == 0)
    try HoldTests.check(desk)
  }

  @Test func partsOfAnAccrualAddUpToTheWholeWhateverTheRounding() throws {
    for rounding in [Rounding.down, .halfUp, .up] {
      var desk = try Desk(
        try TestPolicy.compiled { $0.ledger = LedgerPolicy(reversals: ReversalPolicy(rounding: rounding)) })
      // 1,001 yuan by a silver member: 1,001 points and a quarter more.
      try desk.accept(accrual("m", yuan: 1_000, reference: "a"))
      let earned = try #require(try desk.accept(accrual("m", yuan: 1_001, reference: "b")).accrual)
      let accrued = desk.ledger.sequence
      let points = earned.lines.map(\.points).reduce(0, +)
      #expect(points == 1_251)
      var taken: Int64 = 0
      for yuan in [333, 333, 334, 0] as [Int64] {
        let part = try #require(try desk.accept(desk.accrualReversal(accrued, back: yuan)).accrualReversed)
        let exact = Double(points) * Double(1_001 * 100 - part.left) / Double(1_001 * 100)
        taken += part.points
        #expect(abs(Double(taken) - exact) < 1)
        if rounding == .down { #expect(Double(taken) <= exact) }
        if rounding == .up { #expect(Double(taken) >= exact) }
      }
      #expect(taken == points)
      #expect(try desk.account("m").available == 1_000 && desk.account("m").qualifying == 1_000)
      try HoldTests.check(desk)
    }
  }

  @Test func forWhatHadLapsedNothingIsTaken() throws {
    var desk = try HoldTests.desk()
    // 40 of the first lot are spent, 60 lapse.
    try desk.accept(reservation("m", 40))
    try desk.accept(.holdConfirmation(HoldConfirmationInput(hold: desk.ledger.sequence)))
    desk.now = try #require(desk.ledger.dueMs(.lots))
    let stale = desk.accrualReversal(2)
    try desk.accept(DueSource.lots.command, caller: .service)
    #expect(desk.refusal(stale)?.reason == .changedMeanwhile)
    let gone = try #require(try desk.accept(desk.accrualReversal(2, lapsed: 60)).accrualReversed)
    #expect(gone.points == 100 && gone.lapsed == 60 && gone.taken.map(\.points) == [40] && gone.toDebt == 0)
    #expect(try desk.account("m").available == 160)
    try HoldTests.check(desk)
  }

  @Test func pointsThatLapsedInAForgottenHoldAreNotTakenAgain() throws {
    var desk = try HoldTests.desk()
    try desk.accept(accrual("n", yuan: 100, reference: "n", at: desk.now))
    let accrual = desk.ledger.sequence
    let made = try #require(desk.records[Int(accrual) - 1].accrual?.lots.first)
    try desk.accept(reservation("n", 40))
    desk.now += 200 * TestPolicy.day
    while let due = desk.ledger.nextDue, due.ms <= desk.now { try desk.accept(due.source.command, caller: .service) }
    var history = LapseHistory(of: [made.lot: made.expiresMs], members: ["n"])
    for record in desk.records[(Int(accrual) - 1)...] where history.concerns(record) { history.add(record) }
    #expect(history.lapsed == [made.lot: 100])
    let reversed = try #require(
      try desk.accept(desk.accrualReversal(accrual, lapsed: 100), caller: Desk.ops).accrualReversed)
    #expect(reversed.lapsed == 100 && reversed.toDebt == 0)
    try desk.check()
  }

  @Test func pointsThatComeToALotWhichLivesLongerDoNotShortenItsHistory() throws {
    var desk = try Desk(
      try TestPolicy.compiled { $0.ledger = LedgerPolicy(transfers: TransferPolicy(openToAll: true)) })
    try desk.accept(.enrolment(EnrolmentInput(member: "m")), caller: Desk.ops)
    try desk.accept(accrual("n", yuan: 100, reference: "n"))
    let accrual = desk.ledger.sequence
    let made = try #require(desk.records[Int(accrual) - 1].accrual?.lots.first)
    func give(_ from: String, _ to: String, _ points: Int64) throws {
      try desk.accept(.transfer(TransferInput(from: from, to: to, points: points)), caller: Desk.ops)
    }
    try give("n", "m", 5)
    try desk.accept(
      .extension(ExtensionInput(member: "n", expiresMs: made.expiresMs + 100 * TestPolicy.day, reason: "r")),
      caller: Desk.ops)
    // Five points come back with the old terms, and join a lot with the new ones.
    try give("m", "n", 5)
    desk.now = made.expiresMs
    try give("n", "m", 100)
    var history = LapseHistory(of: [made.lot: made.expiresMs], members: ["n"])
    for record in desk.records[(Int(accrual) - 1)...] where history.concerns(record) { history.add(record) }
    #expect(history.lapsed == [:])
  }

  @Test func aLotThatLapsesInTheSameMomentIsNotTakenTwice() throws {
    var desk = try HoldTests.desk()
    desk.now = try #require(desk.ledger.dueMs(.lots))
    let gone = try #require(try desk.accept(desk.accrualReversal(2)).accrualReversed)
    #expect(gone.lapsed == 100 && gone.taken.isEmpty && gone.toDebt == 0 && gone.balance == 200)
    try HoldTests.check(desk)
  }
}

@Suite struct AdjustmentTests {
  static func adjustment(_ points: Int64) -> Record.Input {
    .adjustment(AdjustmentInput(member: "m", points: points, reason: "goodwill", reference: "fbk-1"))
  }

  @Test func staffGivesAndTakesAndNeverMoreThanThereIs() throws {
    var desk = try HoldTests.desk()
    #expect(try desk.accept(Self.adjustment(50), caller: Desk.ops).adjusted?.balance == 350)
    let taken = try #require(try desk.accept(Self.adjustment(-120), caller: Desk.ops).adjusted)
    #expect(taken.lots.map(\.points) == [100, 20] && taken.balance == 230)
    #expect(desk.refusal(Self.adjustment(-231), caller: Desk.ops)?.reason == .insufficientPoints)
    #expect(desk.refusal(Self.adjustment(0), caller: Desk.ops)?.reason == .commandInvalid)
    try HoldTests.check(desk)
  }

  @Test func lotsLiveLongerAndOnlyThose() throws {
    var desk = try HoldTests.desk()
    let lots = try desk.account("m").lots
    let until = try #require(lots[1].expiresMs) + TestPolicy.day
    let longer = ExtensionInput(member: "m", lots: [lots[0].id], expiresMs: until, reason: "illness")
    try desk.accept(.extension(longer), caller: Desk.ops)
    #expect(try desk.account("m").lots.map(\.expiresMs) == [lots[1].expiresMs, until])
    #expect(desk.refusal(.extension(longer), caller: Desk.ops)?.reason == .lotNotExtendable)
    try HoldTests.check(desk)
    try desk.accept(.extension(ExtensionInput(member: "m", expiresMs: until, reason: "all")), caller: Desk.ops)
    #expect(try desk.account("m").lots.map(\.expiresMs) == [until, until])
    desk.now = until
    #expect(try desk.account("m").available == 0)
    try HoldTests.check(desk)
  }

  @Test func lapsedPointsComeBackOnceAndUnderTheirOldName() throws {
    var desk = try HoldTests.desk()
    let lot = try desk.account("m").lots[0]
    desk.now = try #require(desk.ledger.dueMs(.lots))
    try desk.accept(DueSource.lots.command, caller: .service)
    func back(_ points: Int64) -> Record.Input {
      .reinstatement(
        ReinstatementInput(
          member: "m", lot: lot.id, earnedMs: lot.earnedMs, lapsed: 100, points: points,
          expiresMs: desk.now + TestPolicy.day, reason: "late notice"))
    }
    try desk.accept(back(30), caller: Desk.ops)
    #expect(desk.refusal(back(71), caller: Desk.ops)?.reason == .reversalTooLarge)
    try desk.accept(back(0), caller: Desk.ops)
    #expect(desk.refusal(back(0), caller: Desk.ops)?.reason == .nothingLapsed)
    let view = try #require(try desk.account("m").lots.first { $0.id == lot.id })
    #expect(view.points == 100 && view.earnedMs == lot.earnedMs && view.expiresMs == desk.now + TestPolicy.day)
    try HoldTests.check(desk)
    // The accrual can still be taken back, whole, and once.
    let gone = try #require(try desk.accept(desk.accrualReversal(2, lapsed: 100)).accrualReversed)
    #expect(gone.taken.map(\.points) == [100] && gone.lapsed == 0 && gone.toDebt == 0)
    try HoldTests.check(desk)
  }

  @Test func aboveALimitAnotherPersonHasToApprove() throws {
    var desk = try HoldTests.desk()
    let large = Self.adjustment(10_001)
    let proposed = try desk.accept(large, key: "k", caller: Desk.ops)
    let id = desk.ledger.sequence
    guard case .proposed? = proposed.outcome else { throw Desk.Unexpected(what: "not proposed") }
    #expect(try desk.account("m").available == 300)
    try HoldTests.check(desk)
    let yes = Record.Input.approval(ApprovalInput(proposal: id, approved: true))
    #expect(desk.refusal(yes, caller: Desk.ops)?.reason == .secondPersonRequired)
    let second = Caller(subject: "second", roles: ["operations"])
    try desk.accept(yes, key: "k", caller: second)
    #expect(try desk.account("m").available == 10_301)
    // The key stands for the approval, the proposer's for the proposal.
    guard case .answer(.repeated(let again)) = desk.decide(yes, key: "k", caller: second),
      case .answer(.repeated(let first)) = desk.decide(large, key: "k", caller: Desk.ops)
    else {
      Issue.record("done twice")
      return
    }
    #expect(first.sequence == id && again.sequence == desk.ledger.sequence)
    #expect(desk.refusal(yes, caller: second)?.reason == .proposalUnknown)
    try HoldTests.check(desk)
  }

  @Test func aProposalCanBeRejectedIsDecidedAsThingsAreThenAndEndsByItself() throws {
    var desk = try HoldTests.desk()
    try desk.accept(Self.adjustment(20_000), caller: Desk.ops)
    try desk.accept(
      .approval(ApprovalInput(proposal: desk.ledger.sequence, approved: false, reason: "no")), caller: Desk.ops)
    #expect(desk.ledger.openProposals.isEmpty)
    try desk.accept(Self.adjustment(20_000), caller: Desk.ops)
    let id = desk.ledger.sequence
    try desk.accept(status("m", .closed), caller: Desk.ops)
    let second = Caller(subject: "second", roles: ["operations"])
    let yes = Record.Input.approval(ApprovalInput(proposal: id, approved: true))
    #expect(desk.refusal(yes, caller: second)?.reason == .memberClosed)
    #expect(desk.ledger.openProposals.map(\.id) == [id])
    desk.now += 72 * 3_600_000
    #expect(desk.refusal(yes, caller: second)?.reason == .proposalUnknown)
    try desk.accept(DueSource.proposals.command, caller: .service)
    #expect(desk.ledger.openProposals.isEmpty && desk.ledger.dueMs(.proposals) == nil)
    try HoldTests.check(desk)
  }

  @Test func whatWouldBeRefusedIsNotProposed() throws {
    let desk = try HoldTests.desk()
    #expect(desk.refusal(Self.adjustment(-10_001), caller: Desk.ops)?.reason == .insufficientPoints)
  }
}

@Suite struct TransferTests {
  static func transfer(_ points: Int64, from: String = "m", to: String = "n") -> Record.Input {
    .transfer(TransferInput(from: from, to: to, points: points, reason: "gift"))
  }

  static func desk(openToAll: Bool = false) throws -> Desk {
    var desk = try HoldTests.desk()
    try desk.accept(enrolment("n"))
    guard openToAll else { return desk }
    desk.policy = try TestPolicy.compiled {
      $0.ledger = LedgerPolicy(transfers: TransferPolicy(openToAll: true, minPoints: 10, maxPoints: 250))
    }
    return desk
  }

  @Test func lotsKeepTheirNamesAndTermsWhenTheyMove() throws {
    var desk = try Self.desk(openToAll: true)
    let before = try desk.account("m").lots
    try desk.accept(Self.transfer(150))
    let there = try desk.account("n").lots
    #expect(there.map(\.id) == before.map(\.id) && there.map(\.points) == [100, 50])
    #expect(there.map(\.expiresMs) == before.map(\.expiresMs) && there.map(\.earnedMs) == before.map(\.earnedMs))
    #expect(try desk.account("m").available == 150)
    try HoldTests.check(desk)
    try desk.accept(Self.transfer(150, from: "n", to: "m"))
    #expect(try desk.account("m").lots == before)
    try HoldTests.check(desk)
  }

  @Test func strangersTransferAsThePolicySaysAndAHouseholdAlways() throws {
    var desk = try Self.desk()
    #expect(desk.refusal(Self.transfer(10))?.reason == .transferNotAllowed)
    for member in ["m", "n"] { try desk.accept(profile(member, ProfileUpdate(household: "H"))) }
    try desk.accept(Self.transfer(1))
    #expect(desk.refusal(Self.transfer(300))?.reason == .insufficientPoints)
    #expect(desk.refusal(Self.transfer(5, to: "m"))?.reason == .commandInvalid)
    var open = try Self.desk(openToAll: true)
    #expect(open.refusal(Self.transfer(9))?.reason == .transferOutOfRange)
    #expect(open.refusal(Self.transfer(251))?.reason == .transferOutOfRange)
    try open.accept(status("m", .frozen), caller: Desk.ops)
    #expect(open.refusal(Self.transfer(10))?.reason == .memberFrozen)
  }

  @Test func aGiftPaysTheReceiversDebtFirst() throws {
    var desk = try Self.desk(openToAll: true)
    try desk.accept(accrual("n", yuan: 100, reference: "n", at: desk.now))
    let accrued = desk.ledger.sequence
    try desk.accept(redemption("n", "mug"))
    try desk.accept(desk.accrualReversal(accrued))
    #expect(try desk.account("n").debt == 100)
    let moved = try desk.accept(Self.transfer(130))
    guard case .transferred(let outcome)? = moved.outcome else { throw Desk.Unexpected(what: "not transferred") }
    #expect(outcome.toDebt == 100 && outcome.toBalance == 30)
    #expect(try desk.account("n").available == 30)
    try HoldTests.check(desk)
  }

  @Test func twoAccountsOfOnePersonBecomeOneUnderBothIds() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("n", yuan: 900, reference: "n", at: desk.now, number: "FF-9"), caller: Desk.inn)
    try desk.accept(reservation("n", 5))
    let hold = desk.ledger.sequence
    let merge = Record.Input.merge(MergeInput(from: "n", into: "m", reason: "same person"))
    #expect(desk.refusal(merge, caller: Desk.ops)?.reason == .memberBusy)
    try desk.accept(.holdRelease(HoldReleaseInput(hold: hold)))
    try desk.accept(merge, caller: Desk.ops)
    for view in [
      try desk.account("m"), try desk.account("n"),
      try desk.ledger.account("", number: "FF-9", partner: "inn", policy: desk.policy, now: desk.now),
    ] {
      // 300 and 900 qualify for silver together.
      #expect(view.member == "m" && view.available == 1_200 && view.qualifying == 1_200 && view.tier == 1)
    }
    #expect(desk.refusal(merge, caller: Desk.ops)?.reason == .commandInvalid)
    try HoldTests.check(desk)
    try desk.accept(accrual("n", yuan: 1, reference: "later", at: desk.now))
    #expect(try desk.account("m").available > 1_200)
    // What n had earned can be taken back from m.
    let accrued = UInt64(desk.records.firstIndex { $0.accrual?.member == "n" } ?? 0) + 1
    let gone = try #require(try desk.accept(desk.accrualReversal(accrued), caller: Desk.inn).accrualReversed)
    #expect(gone.member == "m" && gone.taken.map(\.points) == [900])
    try HoldTests.check(desk)
  }

  @Test func aDebtMeetsThePointsOfTheOtherAccount() throws {
    for intoDebtor in [true, false] {
      var desk = try Self.desk()
      try desk.accept(accrual("n", yuan: 100, reference: "n", at: desk.now))
      let accrued = desk.ledger.sequence
      try desk.accept(redemption("n", "mug"))
      try desk.accept(desk.accrualReversal(accrued))
      let (from, into) = intoDebtor ? ("m", "n") : ("n", "m")
      let merged = try desk.accept(.merge(MergeInput(from: from, into: into, reason: "same")), caller: Desk.ops)
      guard case .merged(let outcome)? = merged.outcome else { throw Desk.Unexpected(what: "not merged") }
      #expect(outcome.balance == 200)
      #expect(try desk.account("m").available == 200 && desk.account("m").debt == 0)
      try HoldTests.check(desk)
    }
  }
}

@Suite struct ImportTests {
  static func batch(points: Int64 = 150) -> ImportInput {
    ImportInput(
      members: [
        ImportedMember(
          member: "x", enrolledMs: 1_000, tier: "gold", qualifying: 77,
          lots: [
            ImportedLot(points: 100, earnedMs: 5_000, expiresMs: TestPolicy.start + TestPolicy.day),
            ImportedLot(points: 50, earnedMs: 6_000),
          ], numbers: [ImportedNumber(partner: "air", number: "FF-3")]),
        ImportedMember(member: "y"),
      ], lots: 2, points: points, qualifying: 77)
  }

  @Test func openingBalancesComeWithLotsTiersAndNumbers() throws {
    var desk = try Desk()
    try desk.accept(.import(Self.batch()), caller: Desk.ops)
    let view = try desk.ledger.account("", number: "FF-3", partner: "air", policy: desk.policy, now: desk.now)
    #expect(view.member == "x" && view.available == 150 && view.tier == 2 && view.qualifying == 77)
    #expect(view.lots.map(\.earnedMs) == [5_000, 6_000] && view.enrolledMs == 1_000)
    #expect(try desk.account("y").tier == 0)
    try HoldTests.check(desk)
    #expect(desk.refusal(.import(Self.batch()), caller: Desk.ops)?.reason == .memberExists)
  }

  @Test func theWayToATierAndThePurchasesBeforeComeAlong() throws {
    var desk = try Desk(
      try TestPolicy.compiled {
        $0.tierReview = TierReviewPolicy(spendCurrency: "CNY", window: .membershipYear)
        $0.tiers[1].qualifyingNights = 4
        $0.earningRules[2] = EarningRule(
          id: "first", version: 1, name: TestPolicy.text("First"), when: EarningCondition(firstPurchase: true),
          fixedPoints: 500)
      })
    // Joined on 10 April 2024: its year ends a month from now.
    let joined = TestPolicy.start - 700 * TestPolicy.day
    try desk.accept(
      .import(
        ImportInput(members: [
          ImportedMember(member: "x", enrolledMs: joined, spend: 900, nights: 3, segments: 1, purchased: true),
          ImportedMember(member: "y"),
        ])), caller: Desk.ops)
    let view = try desk.ledger.tier(of: "x", policy: desk.policy, now: desk.now)
    #expect(view.counted == TierCount(spend: 900, nights: 3, segments: 1))
    #expect(view.periodEndsMs - desk.now < 31 * TestPolicy.day)
    let stay = try desk.accept(accrual("x", yuan: 3, reference: "a", activity: .stay))
    #expect(stay.accrual?.tier == "silver", "the fourth night")
    #expect(stay.accrual?.lines.contains { $0.rule == "first" } == false)
    #expect(
      try desk.accept(accrual("y", yuan: 3, reference: "b")).accrual?.lines.contains { $0.rule == "first" } == true)
    try HoldTests.check(desk)
  }

  @Test func aBatchWithOtherTotalsOrAMistakeIsRefusedWhole() throws {
    let desk = try Desk()
    #expect(desk.refusal(.import(Self.batch(points: 151)), caller: Desk.ops)?.reason == .totalsDiffer)
    let mistakes: [(inout ImportInput) -> Void] = [
      { $0.members[1].nights = -1 }, { $0.members[1].segments = Int64.max }, { $0.members[1].spend = -1 },
      { $0.members[1].tier = "platinum" }, { $0.members[0].enrolledMs = Int64.max },
      { $0.members[0].lots[0].earnedMs = 0 }, { $0.members[0].lots[0].expiresMs = 7 },
      { $0.members[0].numbers[0].partner = "nobody" },
    ]
    for mistake in mistakes {
      var batch = Self.batch()
      mistake(&batch)
      #expect(desk.refusal(.import(batch), caller: Desk.ops)?.reason == .importRefused)
    }
    var twice = Self.batch()
    twice.members[1].member = "x"
    #expect(desk.refusal(.import(twice), caller: Desk.ops)?.reason == .memberExists)
    #expect(desk.ledger.memberCount == 0)
    try HoldTests.check(desk)
  }

  @Test func whatLapsedUnderAnIdInBetweenIsNotTakenAgain() throws {
    var desk = try Desk()
    try desk.accept(accrual("a", yuan: 100, reference: "a"))
    let accrual = desk.ledger.sequence
    let made = try #require(desk.records[Int(accrual) - 1].accrual?.lots.first)
    for id in ["b", "c"] { try desk.accept(.enrolment(EnrolmentInput(member: id)), caller: Desk.ops) }
    try desk.accept(.merge(MergeInput(from: "a", into: "b", reason: "one person")), caller: Desk.ops)
    desk.now = made.expiresMs
    try desk.accept(.expiry(ExpiryInput()), caller: .service)
    try desk.accept(.merge(MergeInput(from: "b", into: "c", reason: "one person")), caller: Desk.ops)
    let state = try #require(desk.ledger.openLots([made.lot], of: "a"))
    #expect(state.ids == ["a", "b", "c"] && state.open == 0)
    var history = LapseHistory(of: [made.lot: made.expiresMs], members: Set(state.ids))
    for record in desk.records[(Int(accrual) - 1)...] where history.concerns(record) { history.add(record) }
    let gone = try #require(
      try desk.accept(desk.accrualReversal(accrual, lapsed: history.lapsed[made.lot] ?? 0), caller: Desk.ops)
        .accrualReversed)
    #expect(gone.lapsed == 100 && gone.toDebt == 0)
    try desk.check()
  }

  @Test func partsOfALotThatTwoIdsHadLapseByTheirOwnTerms() throws {
    var desk = try Desk(
      try TestPolicy.compiled { $0.ledger = LedgerPolicy(transfers: TransferPolicy(openToAll: true)) })
    try desk.accept(accrual("n", yuan: 100, reference: "n"))
    let accrual = desk.ledger.sequence
    let made = try #require(desk.records[Int(accrual) - 1].accrual?.lots.first)
    try desk.accept(.enrolment(EnrolmentInput(member: "m")), caller: Desk.ops)
    try desk.accept(.transfer(TransferInput(from: "n", to: "m", points: 40)), caller: Desk.ops)
    try desk.accept(
      .extension(ExtensionInput(member: "n", expiresMs: made.expiresMs + 100 * TestPolicy.day, reason: "r")),
      caller: Desk.ops)
    desk.now = made.expiresMs
    // Forty lapse with the other id; sixty live on, are spent, and have not lapsed.
    try desk.accept(.expiry(ExpiryInput()), caller: .service)
    try desk.accept(.adjustment(AdjustmentInput(member: "n", points: -60, reason: "spent")), caller: Desk.ops)
    var history = LapseHistory(of: [made.lot: made.expiresMs], members: ["n", "m"])
    for record in desk.records[(Int(accrual) - 1)...] where history.concerns(record) { history.add(record) }
    #expect(history.lapsed == [made.lot: 40])
  }

  @Test func pendingPointsThatAClosedAccountForfeitedAreNotTakenAgain() throws {
    var desk = try Desk(
      try TestPolicy.compiled {
        $0.ledger = LedgerPolicy(postingDelays: [PostingDelay(activities: [.flight], days: 5)])
      })
    try desk.accept(accrual("n", yuan: 100, reference: "n", activity: .flight))
    let accrual = desk.ledger.sequence
    try desk.accept(.status(StatusInput(member: "n", status: .closed, reason: "asked")), caller: Desk.ops)
    desk.now += 6 * TestPolicy.day
    try desk.accept(.pendingPost(PendingPostInput()), caller: .service)
    var history = LapseHistory(of: [accrual << 8: 0], members: ["n"])
    for record in desk.records[(Int(accrual) - 1)...] where history.concerns(record) { history.add(record) }
    #expect(history.lapsed == [accrual << 8: 100])
    let gone = try #require(
      try desk.accept(desk.accrualReversal(accrual, lapsed: 100), caller: Desk.ops).accrualReversed)
    #expect(gone.lapsed == 100 && gone.toDebt == 0)
    try desk.check()
  }
}
