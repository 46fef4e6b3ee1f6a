// What has gone wrong in other loyalty systems, each by its name. The random histories (Model/) look for more; these are
// the ones that people know. Midnights of daylight saving are in CareTests.

import LoyaltyMessages
import Synchronization
import Testing

@testable import LoyaltyEngine

@Suite struct KnownFailureTests {
  /// Does all that is due.
  static func work(_ desk: inout Desk) throws {
    while let due = desk.ledger.nextDue, due.ms <= desk.now { try desk.accept(due.source.command, caller: .service) }
  }

  @Test("an expired credit takes its debits with it: what was spent of it does not eat later points")
  func expiredCreditsAndTheirDebits() throws {
    var desk = try Desk()
    let lot = try #require(try desk.accept(accrual("m", yuan: 150, reference: "a")).accrual?.lots.first)
    try desk.accept(redemption("m", "mug"))
    desk.now = lot.expiresMs
    try Self.work(&desk)
    #expect(try desk.account("m").available == 0)
    #expect(desk.ledger.accounts[.award, .expired, partner: -1] == 50)
    try desk.accept(accrual("m", yuan: 70, reference: "b", at: desk.now))
    #expect(try desk.account("m").available == 70)
    try desk.check()
  }

  @Test("a refunded purchase does not keep its points, and does not lose them twice")
  func refundedAccruals() throws {
    var desk = try Desk()
    for reference in ["a", "b"] { try desk.accept(accrual("m", yuan: 100, reference: reference)) }
    let purchase = desk.ledger.sequence
    try desk.accept(desk.accrualReversal(purchase), caller: Desk.ops)
    #expect(try desk.account("m").available == 100)
    #expect(desk.refusal(desk.accrualReversal(purchase), caller: Desk.ops)?.reason == .alreadyReversed)
    #expect(try desk.account("m").available == 100)
    try desk.check()
  }

  @Test("a refunded redemption gives its points back once, whichever way it is asked for")
  func refundedRedemptions() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 250, reference: "a"))
    try desk.accept(redemption("m", "mug", quantity: 2))
    let paid = desk.ledger.sequence
    try desk.accept(desk.paymentReversal(paid, back: 1), caller: Desk.ops)
    #expect(try desk.account("m").available == 150)
    #expect(desk.refusal(desk.paymentReversal(paid, back: 2), caller: Desk.ops)?.reason == .reversalTooLarge)
    try desk.accept(desk.paymentReversal(paid), caller: Desk.ops)
    #expect(desk.refusal(desk.paymentReversal(paid), caller: Desk.ops)?.reason == .alreadyReversed)
    #expect(try desk.account("m").available == 250)
    try desk.check()
  }

  @Test("no lot outlives its time, however it came to be, also after a restart")
  func lotsThatNeverExpire() throws {
    var desk = try Desk(
      try CompiledPolicy(
        {
          var policy = CataloguePolicy.document()
          policy.ledger = LedgerPolicy(
            restoration: RestorationPolicy(graceDays: 7), transfers: TransferPolicy(openToAll: true),
            postingDelays: [PostingDelay(activities: [.flight], days: 5)])
          return policy
        }()))
    for member in ["m", "n"] { try desk.accept(accrual(member, yuan: 300, reference: member)) }
    try desk.accept(accrual("m", yuan: 40, reference: "flight", activity: .flight))
    try desk.accept(
      partnership(
        .exchange(
          ExchangeInput(member: "m", partner: "air", direction: .toPoints, amount: 100, reference: "x"))))
    try desk.accept(.adjustment(AdjustmentInput(member: "m", points: 25, reason: "r")), caller: Desk.ops)
    try desk.accept(.transfer(TransferInput(from: "n", to: "m", points: 30)), caller: Desk.ops)
    try desk.accept(redemption("m", "mug"))
    let paid = desk.ledger.sequence
    try desk.accept(reservation("m", 60))
    try desk.accept(
      .extension(ExtensionInput(member: "n", expiresMs: desk.now + 400 * TestPolicy.day, reason: "r")),
      caller: Desk.ops)
    desk.now += 200 * TestPolicy.day
    try Self.work(&desk)
    // The flight's points are new; the hold's and those of the reversal have days of grace, since their lots have lapsed.
    try desk.accept(desk.paymentReversal(paid), caller: Desk.ops)
    #expect(try desk.account("m").available == 40 + 60 + 100)
    var restored = Ledger()
    for chunk in try snapshot(desk.ledger) { try restored.restore(chunk: chunk) }
    desk.ledger = restored
    desk.now += 1_000 * TestPolicy.day
    try Self.work(&desk)
    #expect(desk.ledger.openLotCount == 0 && desk.ledger.dueMs(.lots) == nil)
    for member in ["m", "n"] { #expect(try desk.account(member).available == 0) }
    #expect(desk.ledger.checkInvariants() == [])
  }

  /// Many threads at one ledger, each deciding and applying under the lock as the store does.
  private static func together(
    _ desk: inout Desk, _ count: Int, _ input: @Sendable @escaping (Int) -> (Record.Input, Caller)
  ) async -> [Record] {
    let shared = Mutex((desk: desk, records: [Record]()))
    let box = Shared(shared)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<count {
        group.addTask {
          let (input, caller) = input(number)
          box.state.withLock { state in
            if let record = try? state.desk.accept(input, key: "together-\(number)", caller: caller) {
              state.records.append(record)
            }
          }
        }
      }
    }
    return box.state.withLock {
      desk = $0.desk
      return $0.records
    }
  }

  private final class Shared: Sendable {
    let state: Mutex<(desk: Desk, records: [Record])>
    init(_ state: consuming sending Mutex<(desk: Desk, records: [Record])>) { self.state = state }
  }

  @Test("of many redemptions of one balance at once as many are paid as it pays for")
  func concurrentRedemptions() async throws {
    var desk = try Desk(try TestPolicy.compiled { $0.catalogue[0].stock = nil })
    try desk.accept(accrual("m", yuan: 250, reference: "a"))
    let records = await Self.together(&desk, 40) { _ in (redemption("m", "mug"), Desk.air) }
    #expect(records.count == 2)
    #expect(try desk.account("m").available == 50)
    try desk.check()
  }

  @Test("of many first purchases at once, at several partners, one has the bonus")
  func concurrentFirstPurchases() async throws {
    var desk = try Desk(
      try TestPolicy.compiled {
        $0.earningRules.append(
          EarningRule(
            id: "welcome", version: 1, name: TestPolicy.text("w"), when: EarningCondition(firstPurchase: true),
            fixedPoints: 500))
      })
    let records = await Self.together(&desk, 40) { number in
      (accrual("m", yuan: 1, reference: "r\(number)"), number % 2 == 0 ? Desk.air : Desk.inn)
    }
    #expect(records.count == 40)
    #expect(records.count { $0.accrual?.lines.contains { $0.rule == "welcome" } ?? false } == 1)
    #expect(try desk.account("m").available == 540)
    try desk.check()
  }

  @Test("a multiplier applies from its first second up to the second before its last, not in it")
  func multipliersAtTheBoundarySecond() throws {
    let (from, until) = (TestPolicy.start - 20_000, TestPolicy.start - 10_000)
    var desk = try Desk(
      try TestPolicy.compiled {
        $0.earningRules.append(
          EarningRule(
            id: "double", version: 1, name: TestPolicy.text("d"),
            when: EarningCondition(
              activities: [.purchase], from: .init(seconds: from / 1_000), until: .init(seconds: until / 1_000)),
            shareOfBaseBp: 10_000))
      })
    for (at, points) in [
      (from - 1_000, 10), (from - 1, 10), (from, 20), (until - 1_000, 20), (until - 1, 20), (until, 10),
    ] {
      let told = try desk.accept(accrual("m\(at)", yuan: 10, reference: "r\(at)", at: at)).accrual
      #expect(told?.balance == Int64(points), "\(at - from) ms after its first second")
    }
  }

  @Test("points of 29 February lapse at the end of the day that their month has, in leap years and others")
  func twentyNineFebruary() throws {
    let calendar = CivilCalendar(utcOffsetMinutes: 480)
    for (months, year, month, day) in [(12, 2029, 3, 1), (48, 2032, 3, 1), (1, 2028, 3, 30)]
      as [(Int, Int64, Int64, Int64)]
    {
      var desk = try Desk(try TestPolicy.compiled { $0.expiry?.months = UInt32(months) })
      desk.now = calendar.start(of: .init(year: 2028, month: 2, day: 29)) + CivilCalendar.millisecondsPerDay - 1
      let lot = try #require(
        try desk.accept(accrual("m", yuan: 1_000, reference: "a", at: desk.now)).accrual?.lots.first)
      // The first instant at which they cannot be spent: the day after the last one.
      #expect(lot.expiresMs == calendar.start(of: .init(year: year, month: month, day: day)))
      desk.now = lot.expiresMs - 1
      #expect(try desk.account("m").available == 1_000)
      desk.now += 1
      #expect(try desk.account("m").available == 0)
      try Self.work(&desk)
      try desk.check()
    }
  }

  @Test("what does not fit 64 bits is refused, and nothing of it happens")
  func overflow() throws {
    var desk = try Desk(
      try CompiledPolicy(
        {
          var policy = CataloguePolicy.document()
          policy.earningRules[0].rates = [EarningRate(currency: "CNY", points: 1, perMinorUnits: 1)]
          policy.earningRules[2].maxPoints = 0
          policy.expiry = ExpiryPolicy(months: 0)
          policy.ledger = LedgerPolicy(transfers: TransferPolicy(openToAll: true))
          return policy
        }()))
    func earn(_ member: String, _ points: Int64, _ reference: String, resort: Bool = false) -> Record.Input {
      .accrual(
        AccrualInput(
          member: member, activity: resort ? .stay : .purchase, reference: reference, currency: "CNY",
          minorUnits: points, occurredMs: TestPolicy.start, category: resort ? "resort" : ""))
    }
    try desk.accept(earn("m", Int64.max - 10, "a"))
    let before = try snapshot(desk.ledger)
    // An account, the sum of all accounts, a share, a product of rate and amount, of price and quantity.
    #expect(desk.refusal(earn("m", 11, "b"))?.reason == .pointsOverflow)
    #expect(desk.refusal(earn("n", 12, "b"))?.reason == .pointsOverflow)
    #expect(desk.refusal(earn("n", Int64.max, "b", resort: true))?.reason == .pointsOverflow)
    #expect(desk.refusal(redemption("m", "night", quantity: Int64.max))?.reason == .pointsOverflow)
    let exchange = ExchangeInput(member: "m", partner: "air", direction: .toPoints, amount: Int64.max)
    #expect(desk.refusal(partnership(.exchange(exchange)))?.reason == .pointsOverflow)
    #expect(
      desk.refusal(reservation("m", Int64.max))?.reason == .insufficientPoints)
    #expect(try snapshot(desk.ledger) == before)
    #expect(try desk.account("m").available == Int64.max - 10)
    try desk.accept(.enrolment(EnrolmentInput(member: "n")), caller: Desk.ops)
    try desk.accept(.transfer(TransferInput(from: "m", to: "n", points: 1)), caller: Desk.ops)
    try desk.check()
  }
}
