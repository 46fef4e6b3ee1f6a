// Keys: the same request again is the first answer again, another request is refused, and memory stays bounded.

import LoyaltyEngine
import LoyaltyMessages
import Testing

@Suite struct IdempotencyTests {
  @Test func theSameRequestUnderTheSameKeyGetsTheFirstAnswerAndChangesNothing() throws {
    var desk = try Desk()
    let record = try desk.accept(accrual("m", yuan: 128, reference: "t"), key: "k")
    try desk.accept(redemption("m", "mug"), key: "k")
    desk.now += TestPolicy.day
    let before = try snapshot(desk.ledger)
    let expected = Accepted(record, sequence: 2)
    #expect(
      desk.decide(accrual("m", yuan: 128, reference: "t"), key: "k") == .answer(.repeated(try #require(expected))))
    #expect(try snapshot(desk.ledger) == before)
  }

  @Test func anotherRequestUnderTheSameKeyIsRefusedWithItsOwnReason() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 128, reference: "t"), key: "k")
    let refusal = try #require(desk.refusal(accrual("m", yuan: 129, reference: "u"), key: "k"))
    #expect(refusal.reason == .idempotencyKeyReused && refusal["idempotencyKey"] == "k")
    // The same key is another's under another method or another caller.
    #expect(desk.refusal(redemption("m", "mug"), key: "k") == nil)
    #expect(desk.refusal(accrual("m", yuan: 129, reference: "u"), key: "k", caller: Desk.inn) == nil)
  }

  @Test func allCertificatesOfAPartnerShareItsKeys() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 128, reference: "t"), key: "k", caller: Desk.inn)
    let rotated = Caller(subject: "partner-inn-2", partner: "inn")
    guard case .answer(.repeated) = desk.decide(accrual("m", yuan: 128, reference: "t"), key: "k", caller: rotated)
    else {
      Issue.record("the key was not found")
      return
    }
  }

  @Test func aRefusedCommandDoesNotUseItsKey() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 50, reference: "t"))
    #expect(desk.refusal(redemption("m", "mug"), key: "k")?.reason == .insufficientPoints)
    try desk.accept(accrual("m", yuan: 50, reference: "u"))
    try desk.accept(redemption("m", "mug"), key: "k")
  }

  @Test func aKeyIsForgottenAfterItsWindowButTheReferenceIsNot() throws {
    var desk = try Desk()
    try desk.accept(accrual("m", yuan: 5, reference: "t"), key: "k")
    desk.now += 30 * TestPolicy.day - 1
    guard case .answer(.repeated) = desk.decide(accrual("m", yuan: 5, reference: "t"), key: "k") else {
      Issue.record("the key was forgotten too early")
      return
    }
    desk.now += 1
    #expect(desk.refusal(accrual("m", yuan: 5, reference: "t"), key: "k")?.reason == .referenceAlreadyCredited)
    try desk.accept(accrual("m", yuan: 5, reference: "v", at: desk.now))
    #expect(desk.ledger.rememberedKeyCount == 1)
  }

  @Test func keysAreBoundedAndTheOldestGoFirst() throws {
    var desk = try Desk()
    desk.ledger.limits.idempotencyKeys = 100
    for number in 0..<1_000 {
      try desk.accept(accrual("m", yuan: 5, reference: "r\(number)"), key: "k\(number)")
    }
    #expect(desk.ledger.rememberedKeyCount == 100)
    func isKnown(_ number: Int) -> Bool {
      if case .answer(.repeated) = desk.decide(accrual("m", yuan: 5, reference: "r\(number)"), key: "k\(number)") {
        return true
      }
      return false
    }
    #expect(isKnown(999) && isKnown(900) && !isKnown(899) && !isKnown(0))
  }

  /// Most keys are UUIDs; in the record they take 16 bytes, and stay the keys that they were.
  @Test(arguments: [
    "4fc94126-2a28-4c1f-8c15-e7d8ac8f8c1d", "4FC94126-2A28-4C1F-8C15-E7D8AC8F8C1D", "4fc941262a284c1f8c15e7d8ac8f8c1d",
    "4fc94126-2a28-4c1f-8c15-e7d8ac8f8c1g", "4fc94126-2a28-4c1f-8c15_e7d8ac8f8c1d", "k",
  ])
  func aKeyIsTheSameAfterTheRecordWasWrittenAndRead(_ key: String) throws {
    var desk = try Desk()
    let record = try desk.accept(accrual("m", yuan: 128, reference: "t"), key: key)
    #expect(record.key == key)
    #expect(record.idempotencyBytes.count == (key == "4fc94126-2a28-4c1f-8c15-e7d8ac8f8c1d" ? 16 : 0))
    let read = try Record(serializedBytes: record.serializedBytes())
    #expect(read.key == key && read == record)
    guard case .answer(.repeated) = desk.decide(accrual("m", yuan: 128, reference: "t"), key: key) else {
      Issue.record("\(key) is not known again")
      return
    }
  }
}
