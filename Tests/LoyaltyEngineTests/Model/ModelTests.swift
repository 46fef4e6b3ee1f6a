// Random histories, from a seed: the ledger against the reference model. A failure prints its seed and the shortest history
// that still fails. LOYALTY_MODEL_SEED=<seed> runs one alone, LOYALTY_MODEL_OPERATIONS=<n> sets how many steps all
// histories have together.

import Glibc
import Testing

@Suite struct ModelTests {
  /// Steps a history: long enough for a few years of points, short enough to start anew with everything empty.
  static let length = 2_500
  /// Two hundred thousand and more in all; `make soak` asks for ten million.
  static let operations = Int(setting("LOYALTY_MODEL_OPERATIONS") ?? 205_000)
  static let parts = 16

  static func setting(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }

  /// The seeds of each part: parts run side by side.
  static let seeds: [[UInt64]] = {
    if let seed = setting("LOYALTY_MODEL_SEED") { return [[seed]] }
    let count = max(1, (operations + length - 1) / length)
    let first = setting("LOYALTY_MODEL_FIRST_SEED") ?? 1
    return (0..<min(parts, count)).map { part in stride(from: part, to: count, by: parts).map { first &+ UInt64($0) } }
  }()

  @Test(arguments: seeds) func ledgerAndReferenceModelAgreeOnEveryAnswerAndBalance(seeds: [UInt64]) {
    var seen: [String: Int] = [:]
    for seed in seeds {
      var generator = HistoryGenerator(seed: seed)
      let steps = generator.steps(Self.length)
      let run = Simulation.run(steps, every: 100)
      seen.merge(run.simulation.seen, uniquingKeysWith: +)
      guard run.simulation.failure != nil else { continue }
      Issue.record("\(Self.report(seed: seed, Array(steps.prefix(run.steps))))")
      return
    }
    if getenv("LOYALTY_MODEL_SEEN") != nil { print(seen.sorted { $0.key < $1.key }) }
    // Histories in which nothing of a sort happens prove nothing about it.
    let missing = Self.sorts.filter { seen[$0] == nil }
    #expect(missing.isEmpty, "seeds \(seeds)")
  }

  static let sorts = [
    "accrual", "redemption", "catalogue", "item reserved", "item confirmed", "item cancelled", "merge", "status",
    "sent again after a break", "holdReservation", "holdConfirmation", "holdRelease", "accrualReversal",
    "paymentReversal", "transfer", "profile", "partnership", "adjustment", "extension", "policyPublication", "repeated",
    "refused", "lapsed", "lots came due", "holds came due", "pending came due", "tiers came due",
    "recovered from a snapshot", "replayed",
  ]

  /// What failed and the shortest history that fails, as Swift.
  static func report(seed: UInt64, _ steps: [Step]) -> String {
    let shortest = Shrinking.shrink(steps) { candidate in
      let run = Simulation.run(candidate, every: candidate.count < 300 ? 1 : 100)
      return run.simulation.failure == nil ? nil : run.steps
    }
    let failure = Simulation.run(shortest, every: 1).simulation.failure
    return """
      seed \(seed), \(steps.count) steps, shrunk to \(shortest.count): \(failure ?? "it does not fail again")
      \(Shrinking.text(shortest))
      """
  }
}
