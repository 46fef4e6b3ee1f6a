// Versions of the policy on the ledger: which decides when, what can follow on what, and that replay and snapshot keep
// them.

import LoyaltyEngine
import LoyaltyMessages
import ProtobufRuntime
import Testing

@Suite struct PolicyBookTests {
  static func publication(
    _ version: UInt32, from ms: Int64, _ change: (inout Policy) -> Void = { _ in }
  ) -> Record.Input {
    var document = TestPolicy.document()
    document.version = version
    document.effectiveFrom = ProtobufTimestamp(seconds: ms / 1_000, nanos: Int32(ms % 1_000) * 1_000_000)
    change(&document)
    return .policyPublication(PolicyPublicationInput(document: document, source: "v\(version)"))
  }

  @Test func theLatestVersionThatHasBegunDecides() throws {
    var desk = try Desk()
    try desk.accept(Self.publication(1, from: 1_767_196_800_000), caller: .service)
    try desk.accept(Self.publication(2, from: desk.now + 10), caller: Desk.ops)
    let book = desk.ledger.policies
    #expect(book.inEffect(at: 0) == nil)
    #expect(book.inEffect(at: desk.now + 9)?.version == 1)
    #expect(book.inEffect(at: desk.now + 10)?.version == 2)
  }

  @Test func aVersionFollowsOnTheOnesBeforeIt() throws {
    var desk = try Desk()
    try desk.accept(Self.publication(1, from: 1_767_196_800_000), caller: .service)
    try desk.accept(Self.publication(4, from: desk.now + 1_000), caller: Desk.ops)
    func place(_ input: Record.Input) -> String? { desk.refusal(input, caller: Desk.ops)?["place"] }
    #expect(place(Self.publication(3, from: desk.now + 2_000)) == "version")
    #expect(place(Self.publication(5, from: desk.now + 1_000)) == "effective_from")
    #expect(place(Self.publication(5, from: desk.now - 1)) == "effective_from")
    #expect(place(Self.publication(5, from: desk.now + 2_000) { $0.programme?.id = "other" }) == "programme.id")
    #expect(
      place(Self.publication(5, from: desk.now + 2_000) { $0.earningRules[1].fixedPoints = 60 })
        == "earning_rules[1].version")
    #expect(
      place(Self.publication(5, from: desk.now + 2_000) { $0.tiers[1].multiplierBp = 1 }) == "tiers[1].multiplier_bp")
    #expect(place(Self.publication(5, from: desk.now + 2_000)) == nil)
  }

  /// An earlier program accepted what this one finds a mistake in.
  @Test func aPublishedVersionThatWouldNotBeAcceptedTodayDecidesOn() throws {
    var desk = try Desk()
    func flaw(_ policy: inout Policy) { policy.tiers[1].multiplierBp = 1 }
    let input = Self.publication(1, from: 1_767_196_800_000, flaw)
    desk.ledger.apply(
      Record(
        timeMs: desk.now, policyVersion: 1, input: input,
        outcome: .policyPublished(PolicyPublicationOutcome(version: 1, effectiveFromMs: 1_767_196_800_000))),
      sequence: desk.ledger.sequence + 1)
    #expect(desk.ledger.policies.inEffect(at: desk.now)?.tiers[1].multiplierBp == 1)
    #expect(
      desk.refusal(Self.publication(2, from: desk.now + 2_000, flaw), caller: Desk.ops)?["place"]
        == "tiers[1].multiplier_bp")
    // And a snapshot brings it back.
    var copy = Ledger()
    try desk.ledger.snapshot { try copy.restore(chunk: $0) }
    #expect(copy.policies.inEffect(at: desk.now)?.version == 1)
  }

  @Test func onlyWhatHasNotBegunCanBeWithdrawn() throws {
    var desk = try Desk()
    try desk.accept(Self.publication(1, from: 1_767_196_800_000), caller: .service)
    try desk.accept(Self.publication(2, from: desk.now + 1_000), caller: Desk.ops)
    func withdrawal(_ version: UInt32) -> Record.Input {
      .policyWithdrawal(PolicyWithdrawalInput(version: version, reason: "no"))
    }
    #expect(desk.refusal(withdrawal(1), caller: Desk.ops)?.reason == .policyEffective)
    #expect(desk.refusal(withdrawal(7), caller: Desk.ops)?.reason == .policyUnknown)
    try desk.accept(withdrawal(2), caller: Desk.ops)
    #expect(desk.refusal(withdrawal(2), caller: Desk.ops)?.reason == .policyUnknown)
    #expect(desk.ledger.policies.inEffect(at: desk.now + 5_000)?.version == 1)
    // What follows on a withdrawn version counts up from it.
    #expect(desk.refusal(Self.publication(2, from: desk.now + 10), caller: Desk.ops)?["place"] == "version")
    try desk.accept(Self.publication(3, from: desk.now + 10), caller: Desk.ops)

    var replayed = Ledger()
    for (index, record) in desk.records.enumerated() { replayed.apply(record, sequence: UInt64(index + 1)) }
    let state = try snapshot(desk.ledger)
    #expect(try snapshot(replayed) == state)
    var restored = Ledger()
    for chunk in state { try restored.restore(chunk: chunk) }
    #expect(try snapshot(restored) == state)
    #expect(restored.policies.inEffect(at: desk.now + 10)?.version == 3)
  }
}
