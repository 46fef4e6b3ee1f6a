// Points that are posted later: nobody spends them before, and they are posted once.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

@Suite struct PendingTests {
  static func desk() throws -> Desk {
    try Desk(
      try TestPolicy.compiled {
        $0.ledger = LedgerPolicy(postingDelays: [PostingDelay(partners: ["air"], activities: [.flight], days: 10)])
      })
  }

  @Test func theyArePostedWhenTheirTimeHasComeUnderTheAccrualsName() throws {
    var desk = try Self.desk()
    let told = try #require(try desk.accept(accrual("m", yuan: 100, reference: "a", activity: .flight)).accrual)
    let accrued = desk.ledger.sequence
    #expect(told.pending == 100 && told.lots.isEmpty && told.balance == 0 && told.qualifyingPoints == 100)
    #expect(told.postMs == TestPolicy.start + 10 * TestPolicy.day)
    #expect(try desk.account("m").pending == 100)
    try HoldTests.check(desk)
    desk.now = told.postMs - 1
    #expect(desk.decide(DueSource.pending.command, key: "", caller: .service) == .answer(.nothingToDo))
    desk.now = told.postMs
    #expect(desk.ledger.dueMs(.pending) == told.postMs)
    try desk.accept(DueSource.pending.command, caller: .service)
    let lot = try #require(try desk.account("m").lots.first)
    #expect(lot.id == accrued << 8 && lot.points == 100 && lot.earnedMs == TestPolicy.start)
    #expect(lot.expiresMs == desk.policy.expiry(ofPointsEarnedAt: desk.now))
    #expect(desk.decide(DueSource.pending.command, key: "", caller: .service) == .answer(.nothingToDo))
    try HoldTests.check(desk)
  }

  @Test func otherPartnersActivitiesAndOldOnesArePostedAtOnce() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 1, reference: "a", activity: .flight), caller: Desk.inn)
    try desk.accept(accrual("m", yuan: 1, reference: "b"))
    desk.now += 10 * TestPolicy.day
    try desk.accept(accrual("m", yuan: 1, reference: "c", activity: .flight))
    #expect(try desk.account("m").available == 3 && desk.account("m").pending == 0)
  }

  @Test func whatIsTakenBackBeforeItIsPostedIsNeverPosted() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 90, reference: "a", activity: .flight))
    let accrued = desk.ledger.sequence
    func reversal(_ yuan: Int64, open: UInt32) -> Record.Input {
      .accrualReversal(
        AccrualReversalInput(
          accrual: accrued, member: "m", partner: "air", points: 90, qualifying: 90, minorUnits: 9_000,
          lots: [LotLine(lot: accrued << 8, points: 90)], creditedMs: TestPolicy.start, openLots: open,
          minorUnitsBack: yuan * 100, reason: "cancelled"))
    }
    let part = try #require(try desk.accept(reversal(30, open: 0)).accrualReversed)
    #expect(part.pending == 30 && part.toDebt == 0)
    #expect(try desk.account("m").pending == 60)
    try HoldTests.check(desk)
    desk.now += 10 * TestPolicy.day
    try desk.accept(DueSource.pending.command, caller: .service)
    #expect(try desk.account("m").available == 60)
    #expect(desk.refusal(reversal(0, open: 0))?.reason == .changedMeanwhile)
    let rest = try #require(try desk.accept(reversal(0, open: 1)).accrualReversed)
    #expect(rest.pending == 0 && rest.taken.map(\.points) == [60])
    try HoldTests.check(desk)
  }

  @Test func theyFollowAMergeAndEndWithAClosedAccount() throws {
    var desk = try Self.desk()
    try desk.accept(accrual("m", yuan: 10, reference: "a", activity: .flight))
    try desk.accept(accrual("n", yuan: 20, reference: "b", activity: .flight))
    try desk.accept(accrual("o", yuan: 40, reference: "c", activity: .flight))
    try desk.accept(.merge(MergeInput(from: "m", into: "n", reason: "same")), caller: Desk.ops)
    try desk.accept(status("o", .closed), caller: Desk.ops)
    #expect(try desk.account("n").pending == 30)
    try HoldTests.check(desk)
    desk.now += 10 * TestPolicy.day
    try desk.accept(DueSource.pending.command, caller: .service)
    #expect(try desk.account("m").available == 30 && desk.account("o").available == 0)
    #expect(try desk.account("o").pending == 0)
    try HoldTests.check(desk)
  }
}
