// Simulations: under the policy that really decided, a history comes out as it was; under another one, exactly what that
// one changes differs.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

@Suite struct PolicySimulationTests {
  /// Plays records of a desk again, the ones behind `skipped` under a draft.
  private func simulate(
    _ records: [Record], skipping skipped: Int, _ actual: Policy, _ draft: Policy, at now: Int64
  ) -> (simulation: LoyaltyEngine.Simulation, comparison: SimulationComparison) {
    var ledger = Ledger()
    for (index, record) in records.prefix(skipped).enumerated() { ledger.apply(record, sequence: UInt64(index + 1)) }
    // The desk decides by a policy in its hand; a simulation looks into the ledger for it.
    ledger.policies = ledger.policies.deciding(actual, from: 0)
    let from = skipped < records.count ? records[skipped].timeMs : now
    var simulation = LoyaltyEngine.Simulation(from: ledger, draft: draft, fromMs: from)
    for (index, record) in records.enumerated().dropFirst(skipped) {
      simulation.replay(record, sequence: UInt64(index + 1))
    }
    simulation.finish(at: now)
    var comparison = SimulationComparison(simulation, atMs: now)
    while comparison.step(7) {}
    return (simulation, comparison)
  }

  /// A desk after so many random steps: activities, redemptions, lapses, reversed payments, days that pass.
  private func history(seed: UInt64, steps: Int) throws -> Desk {
    var random = SeededGenerator(seed: seed)
    var desk = try Desk()
    for step in 0..<steps {
      desk.now += Int64.random(in: 0...40, using: &random) * 3_600_000
      let member = "m-\(Int.random(in: 0..<9, using: &random))"
      let input: Record.Input
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<60:
        input = accrual(
          member, yuan: .random(in: 0...900, using: &random), reference: "r-\(step)",
          activity: [.purchase, .stay, .flight, .survey].randomElement(using: &random) ?? .purchase, at: desk.now,
          category: Bool.random(using: &random) ? "resort" : "")
      case 60..<90: input = redemption(member, ["mug", "night", "lounge"].randomElement(using: &random) ?? "mug")
      case 90..<95:
        guard
          let (index, record) = desk.records.enumerated().filter({ $0.element.redemption != nil })
            .randomElement(using: &random), var payment = record.payment(sequence: UInt64(index + 1))
        else { continue }
        payment.reason = "refund"
        input = .paymentReversal(payment)
      default:
        // What is due is done, as the service does it.
        while let due = desk.ledger.nextDue, due.ms <= desk.now,
          case .change(let record) = desk.decide(due.source.command, key: "", caller: .service)
        {
          desk.apply(record)
        }
        continue
      }
      if case .change(let record) = desk.decide(input, key: desk.freshKey(), caller: Desk.air) { desk.apply(record) }
    }
    return desk
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func theSamePolicyChangesNothing(seed: UInt64) throws {
    let desk = try history(seed: seed, steps: 600)
    let document = desk.policy.document
    for skipped in [1, desk.records.count / 2] {
      let (simulation, comparison) = simulate(desk.records, skipping: skipped, document, document, at: desk.now)
      #expect(simulation.problem == nil && simulation.refusals.isEmpty, "seed \(seed)")
      #expect(simulation.commands > 100 && comparison.totals.actual.spent > 0, "seed \(seed)")
      #expect(comparison.differentCount == 0, "seed \(seed): \(comparison.members(most: 3))")
      #expect(comparison.totals.actual == comparison.totals.draft)
      #expect(simulation.draft.checkInvariants().isEmpty)
    }
  }

  @Test(arguments: [11, 12, 13] as [UInt64]) func anotherPolicyKeepsEveryInvariant(seed: UInt64) throws {
    let desk = try history(seed: seed, steps: 600)
    let document = desk.policy.document
    var generous = document
    generous.earningRules[0].rates[0].points = 2
    generous.catalogue[0].points = 90
    generous.expiry?.months = 1
    let (simulation, comparison) = simulate(desk.records, skipping: 40, document, generous, at: desk.now)
    #expect(simulation.problem == nil, "seed \(seed)")
    #expect(simulation.draft.checkInvariants().isEmpty, "seed \(seed)")
    #expect(comparison.totals.draft.earned > comparison.totals.actual.earned && comparison.differentCount > 0)
    let sum = comparison.totals.membersAlike + comparison.totals.membersWithLess + comparison.totals.membersWithMore
    #expect(sum == simulation.memberCount)
  }

  @Test func differencesAreThoseOfTheRulesAndOfNothingElse() throws {
    var desk = try Desk()
    let first = try desk.accept(accrual("M-1", yuan: 1_000, reference: "a"))
    let firstSequence = desk.ledger.sequence
    try desk.accept(accrual("M-2", yuan: 300, reference: "b"))
    desk.now += TestPolicy.day
    try desk.accept(redemption("M-1", "night", expected: 700))
    try desk.accept(redemption("M-2", "mug"))
    let outcome = try #require(first.accrual)
    let lots = outcome.lots
    desk.now += TestPolicy.day
    try desk.accept(
      .accrualReversal(
        AccrualReversalInput(
          accrual: firstSequence, member: "M-1", partner: "air", points: 1_000, qualifying: outcome.qualifyingPoints,
          minorUnits: 100_000, lots: lots, creditedMs: TestPolicy.start,
          openLots: UInt32(desk.ledger.openLots(lots.map(\.lot), of: "M-1")?.open ?? 0), reason: "refund")))
    let document = desk.policy.document

    var dearer = document
    dearer.catalogue[1].points = 900
    var result = simulate(desk.records, skipping: 1, document, dearer, at: desk.now).comparison
    // M-1 could still pay, and owes more after the refund; M-2 is as before.
    #expect(result.totals.membersWithLess == 1 && result.totals.membersAlike == 1)
    var member = try #require(result.members(most: 1).first)
    #expect(member.member == "M-1" && member.actual.spent == 700 && member.draft.spent == 900)
    #expect(member.actual.balance == -700 && member.draft.balance == -900)

    var twice = document
    twice.earningRules[0].rates[0].points = 2
    result = simulate(desk.records, skipping: 1, document, twice, at: desk.now).comparison
    // What was refunded is taken back as it was given: M-1 has nothing of it. M-2 keeps 300 more.
    member = try #require(result.members(most: 1).first)
    #expect(member.member == "M-2" && member.draft.balance - member.actual.balance == 300)
    #expect(result.differentCount == 1 && result.totals.draft.earned == 600)

    var none = document
    none.earningRules[0].when?.activities = [.stay]
    let (simulation, refused) = simulate(desk.records, skipping: 1, document, none, at: desk.now)
    #expect(
      simulation.refusals == [.noEarningRule: 2, .memberUnknown: 2, .recordUnknown: 1],
      "nobody is enrolled, nothing can be spent or taken back")
    #expect(refused.members(most: 2).allSatisfy { $0.draftTier.isEmpty && $0.draft == .init() })
  }
}
