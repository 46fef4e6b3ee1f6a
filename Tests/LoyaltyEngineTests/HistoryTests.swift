// Random histories, from a seed: the ledger against the reference model on every answer, the invariants after every
// record, and at the end replay and snapshot against the state. A failure names the seed; run it alone with
// LOYALTY_HISTORY_SEED=<seed>, longer with LOYALTY_HISTORY_STEPS=<n>.

import Glibc
import LoyaltyEngine
import LoyaltyMessages
import Testing

/// The ledger's state as bytes.
func snapshot(_ ledger: Ledger) throws -> [[UInt8]] {
  var chunks: [[UInt8]] = []
  try ledger.snapshot { chunks.append($0) }
  return chunks
}

@Suite struct HistoryTests {
  @Test func noChunkIsLongerThanTheStoreTakesHoweverManyItemsThereWere() throws {
    var desk = try Desk()
    let moves = (0..<20_000).map { StockMove(item: String(repeating: "i", count: 58) + "\(100_000 + $0)", quantity: 1) }
    for part in 0..<20 {
      desk.apply(Record(timeMs: desk.now, stockMoves: Array(moves[(part * 1_000)..<(part * 1_000 + 1_000)])))
    }
    let chunks = try snapshot(desk.ledger)
    #expect(chunks.allSatisfy { (1...1 << 20).contains($0.count) })
    var restored = Ledger()
    for chunk in chunks { try restored.restore(chunk: chunk) }
    #expect(try snapshot(restored) == chunks)
  }

  static func setting(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }

  static let seeds: [UInt64] = setting("LOYALTY_HISTORY_SEED").map { [$0] } ?? Array(1...12)
  static let steps = Int(setting("LOYALTY_HISTORY_STEPS") ?? 1_500)

  @Test(arguments: seeds) func ledgerAndReferenceModelAgree(seed: UInt64) throws {
    var history = try History(seed: seed)
    for step in 0..<Self.steps {
      try history.step()
      if !history.failures.isEmpty {
        Issue.record("seed \(seed), step \(step): \(history.failures.joined(separator: "; "))")
        return
      }
    }
    try history.checkReplay()
    for failure in history.failures { Issue.record("seed \(seed): \(failure)") }
    // A history in which nothing is refused, repeated, spent or lapsed proves nothing.
    #expect(history.seen.isSuperset(of: ["accrued", "redeemed", "refused", "repeated", "expired"]), "seed \(seed)")
  }
}

struct History {
  var random: SeededGenerator
  var desk: Desk
  var model: ReferenceModel
  var failures: [String] = []
  var seen: Set<String> = []
  /// Requests that were made, to be made again.
  private var made: [(input: Record.Input, key: String, caller: Caller)] = []
  private var number = 0

  init(seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    desk = try Desk(try TestPolicy.compiled { $0.catalogue[0].stock = 40 })
    model = ReferenceModel(mugs: 40)
  }

  mutating func step() throws {
    moveClock()
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<55: ask(randomAccrual(), key: nil)
    case 55..<80: ask(randomRedemption(), key: nil)
    case 80..<88: if let again = made.randomElement(using: &random) { ask(again.input, key: again.key, again.caller) }
    case 88..<92:
      if let other = made.randomElement(using: &random) { ask(randomAccrual(), key: other.key, other.caller) }
    case 92..<96: expire()
    default: compareAccounts()
    }
    if !desk.records.isEmpty, let last = desk.records.last { failures += Ledger.checkConservation(last) }
    failures += desk.ledger.checkInvariants()
  }

  mutating func checkReplay() throws {
    var replayed = Ledger()
    for (index, record) in desk.records.enumerated() {
      let bytes = record.serializedBytes()
      replayed.apply(try Record(serializedBytes: bytes), sequence: UInt64(index + 1))
    }
    let state = try snapshot(desk.ledger)
    if try snapshot(replayed) != state { failures.append("replay gives another state") }
    var restored = Ledger()
    for chunk in state { try restored.restore(chunk: chunk) }
    if try snapshot(restored) != state { failures.append("snapshot and restore give another state") }
    failures += restored.checkInvariants()
    // The restored ledger goes on like the original.
    desk.ledger = restored
    for _ in 0..<100 { try step() }
  }

  private mutating func moveClock() {
    switch Int.random(in: 0..<200, using: &random) {
    case 0..<100: desk.now += Int64.random(in: 0...60_000, using: &random)
    case 100..<104: desk.now += Int64.random(in: 1...20, using: &random) * TestPolicy.day
    case 104: desk.now += Int64.random(in: 50...400, using: &random) * TestPolicy.day
    case 105..<108:
      // Exactly at, or a millisecond before, the next lapse.
      if let due = desk.ledger.dueMs(.lots), due > desk.now { desk.now = due - Int64.random(in: 0...1, using: &random) }
    default: break
    }
  }

  private mutating func randomAccrual() -> Record.Input {
    number += 1
    let activity = [Activity.purchase, .purchase, .stay, .flight, .survey].randomElement(using: &random) ?? .purchase
    let reference = Int.random(in: 0..<20, using: &random) == 0 ? "r\(max(1, number - 5))" : "r\(number)"
    return .accrual(
      AccrualInput(
        member: randomMember(), activity: activity, reference: reference, currency: "CNY",
        minorUnits: Int64.random(in: 0...40_000, using: &random),
        occurredMs: desk.now - Int64.random(in: -700_000...(61 * TestPolicy.day), using: &random)
          / Int64.random(in: 1...50, using: &random),
        category: Bool.random(using: &random) ? "resort" : ""))
  }

  private mutating func randomRedemption() -> Record.Input {
    let item = ["mug", "mug", "night", "lounge", "nothing"].randomElement(using: &random) ?? "mug"
    return redemption(
      randomMember(), item, quantity: Int64.random(in: 1...2, using: &random),
      expected: Int.random(in: 0..<10, using: &random) == 0 ? 100 : nil)
  }

  private mutating func randomMember() -> String { "member-\(Int.random(in: 0..<12, using: &random))" }

  private mutating func ask(_ input: Record.Input, key: String?, _ caller: Caller? = nil) {
    let caller = caller ?? (Bool.random(using: &random) ? Desk.air : Desk.inn)
    let key = key ?? desk.freshKey()
    let expected = model.answer(input, key: key, caller: caller, now: desk.now)
    let actual: ReferenceModel.Answer
    switch desk.decide(input, key: key, caller: caller) {
    case .change(let record):
      desk.apply(record)
      actual = Self.answer(record.accrual, record.redemption)
      seen.insert(record.accrual == nil ? "redeemed" : "accrued")
    case .answer(.repeated(let accepted)):
      seen.insert("repeated")
      switch accepted.outcome {
      case .accrued(let outcome): actual = Self.answer(outcome, nil)
      case .redeemed(let outcome): actual = Self.answer(nil, outcome)
      default: actual = .refused(.commandInvalid)
      }
    case .answer(.refused(let refusal)):
      actual = .refused(refusal.reason)
      seen.insert("refused")
    case .answer(.nothingToDo): actual = .refused(.commandInvalid)
    }
    if actual != expected { failures.append("\(input): the ledger answers \(actual), the model \(expected)") }
    made.append((input, key, caller))
    if made.count > 500 { made.removeFirst(250) }
  }

  private static func answer(_ accrual: AccrualOutcome?, _ redemption: RedemptionOutcome?) -> ReferenceModel.Answer {
    if let accrual {
      return .accrued(
        points: accrual.lines.map(\.points).reduce(0, +), qualifying: accrual.qualifyingPoints,
        balance: accrual.balance, tier: accrual.tier)
    }
    if let redemption {
      return .redeemed(points: redemption.points, balance: redemption.balance, paidBy: redemption.lots.map(\.points))
    }
    return .refused(.commandInvalid)
  }

  private mutating func expire() {
    let input = Record.Input.expiry(ExpiryInput(maxLots: UInt32.random(in: 1...20, using: &random)))
    if case .change(let record) = desk.decide(input, key: "", caller: .service) {
      desk.apply(record)
      seen.insert("expired")
    }
  }

  private mutating func compareAccounts() {
    for member in model.people.keys.sorted() {
      guard let view = try? desk.account(member), let person = model.reviewed(member, now: desk.now) else {
        failures.append("'\(member)' is missing")
        continue
      }
      let year = model.calendar.day(of: desk.now).year
      let expected: [Int64] = [
        model.balance(member, now: desk.now), Int64(person.tier), person.qualifying[year] ?? 0, person.enrolledMs,
      ]
      let actual = [view.available, Int64(view.tier), view.qualifying, view.enrolledMs]
      if actual != expected { failures.append("'\(member)' has \(actual), the model \(expected)") }
    }
    let item = desk.policy.item("mug").flatMap { desk.ledger.stock(of: $0) }
    if item != model.mugsLeft { failures.append("\(item ?? -1) mugs are left, the model has \(model.mugsLeft)") }
  }
}
