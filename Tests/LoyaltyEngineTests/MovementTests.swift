// Random histories of everything that moves points, from a seed: what each answer says is booked in a slow, obvious
// book, which must agree with every account after every record; the invariants hold after each; and at the end replay and
// snapshot give the same state. Run one seed alone with LOYALTY_HISTORY_SEED=<seed>.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

/// What members were told, and nothing else.
private struct Book {
  struct Entry {
    var points: Int64
    var expiresMs: Int64
  }
  var lots: [String: [UInt64: Entry]] = [:]
  var debt: [String: Int64] = [:]
  var held: [String: Int64] = [:]
  var pending: [String: Int64] = [:]

  mutating func add(_ member: String, _ lines: [LotLine]) {
    for line in lines {
      // Points that come to a lot which is open share its terms.
      let open = lots[member]?[line.lot]
      lots[member, default: [:]][line.lot] = Entry(
        points: (open?.points ?? 0) + line.points, expiresMs: open?.expiresMs ?? line.expiresMs)
    }
  }

  mutating func take(_ member: String, _ lines: [LotLine]) {
    for line in lines { lots[member]?[line.lot]?.points -= line.points }
  }

  mutating func restore(_ member: String, _ restored: [RestoredLot]) {
    for back in restored {
      if back.points > 0 { add(member, [LotLine(lot: back.lot, points: back.points, expiresMs: back.expiresMs)]) }
      debt[member, default: 0] -= back.toDebt
    }
  }

  /// Lots that have lapsed are gone before anything comes back to them.
  mutating func lapse(_ now: Int64) {
    for member in lots.keys {
      for (lot, entry) in lots[member] ?? [:] where entry.points == 0 || entry.expiresMs > 0 && entry.expiresMs <= now {
        lots[member]?[lot] = nil
      }
    }
  }

  func available(_ member: String) -> Int64 { (lots[member] ?? [:]).values.reduce(0) { $0 + $1.points } }
}

@Suite struct MovementTests {
  static let seeds: [UInt64] = HistoryTests.setting("LOYALTY_HISTORY_SEED").map { [$0] } ?? Array(101...108)
  static let steps = Int(HistoryTests.setting("LOYALTY_HISTORY_STEPS") ?? 800)

  @Test(arguments: seeds) func whatIsToldIsWhatIsThere(seed: UInt64) throws {
    var run = try Run(seed: seed)
    for step in 0..<Self.steps {
      try run.step()
      if let failure = run.failure {
        Issue.record("seed \(seed), step \(step): \(failure)")
        return
      }
    }
    try HoldTests.check(run.desk)
    #expect(run.seen.count >= 12, "seed \(seed) saw only \(run.seen.sorted())")
  }

  private struct Run {
    var random: SeededGenerator
    var desk: Desk
    var book = Book()
    var failure: String?
    var seen: Set<String> = []
    private var number = 0
    private var members = (0..<6).map { "member-\($0)" }

    init(seed: UInt64) throws {
      random = SeededGenerator(seed: seed)
      desk = try Desk(
        try TestPolicy.compiled {
          $0.catalogue[0].stock = nil
          $0.ledger = LedgerPolicy(
            holds: HoldPolicy(longestMinutes: 200_000),
            restoration: RestorationPolicy(graceDays: seed % 2 == 0 ? 0 : 7),
            transfers: TransferPolicy(openToAll: true),
            postingDelays: [PostingDelay(activities: [.flight], days: 5)])
        })
    }

    mutating func step() throws {
      if Int.random(in: 0..<3, using: &random) == 0 {
        desk.now += Int64.random(in: 0...6, using: &random) * TestPolicy.day + Int64.random(in: 0...1, using: &random)
      }
      let member = members.randomElement(using: &random) ?? ""
      let other = members.randomElement(using: &random) ?? ""
      number += 1
      let input: Record.Input
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<30:
        input = accrual(
          member, yuan: Int64.random(in: 1...300, using: &random), reference: "r\(number)",
          activity: Bool.random(using: &random) ? .purchase : .flight, at: desk.now)
      case 30..<40: input = redemption(member, "mug", quantity: Int64.random(in: 1...2, using: &random))
      case 40..<50:
        input = reservation(
          member, Int64.random(in: 1...200, using: &random),
          lifetimeMs: Int64.random(in: 1...20, using: &random) * TestPolicy.day)
      case 50..<58:
        guard let hold = randomHold() else { return }
        input =
          Bool.random(using: &random)
          ? .holdRelease(HoldReleaseInput(hold: hold.id))
          : .holdConfirmation(
            HoldConfirmationInput(hold: hold.id, points: Int64.random(in: 1...hold.points, using: &random)))
      case 58..<68:
        guard let accrual = randomRecord({ $0.accrual != nil }) else { return }
        // As the service would read it from history: what has lapsed is what the book no longer has and nobody spent.
        guard let reversal = reversal(of: accrual) else { return }
        input = reversal
      case 68..<76:
        guard let payment = randomRecord({ $0.payment(sequence: 1) != nil }) else { return }
        input = desk.paymentReversal(payment, back: Int64.random(in: 0...1, using: &random))
      case 76..<82:
        input = .adjustment(
          AdjustmentInput(member: member, points: Int64.random(in: -60...60, using: &random), reason: "test"))
      case 82..<90:
        input = .transfer(TransferInput(from: member, to: other, points: Int64.random(in: 1...90, using: &random)))
      case 90..<93:
        input = .extension(ExtensionInput(member: member, expiresMs: desk.now + 95 * TestPolicy.day, reason: "test"))
      default:
        for source in DueSource.allCases { try ask(source.command, caller: .service) }
        return
      }
      try ask(input, caller: .init(subject: "ops", partner: input.isAccrual ? "air" : "", roles: ["operations"]))
    }

    private mutating func randomHold() -> (id: UInt64, points: Int64)? {
      let open = members.flatMap { desk.ledger.openHolds(of: $0) }
      return open.randomElement(using: &random).map { ($0.id, $0.points) }
    }

    private mutating func randomRecord(_ isMeant: (Record) -> Bool) -> UInt64? {
      let last = desk.records.count
      for _ in 0..<20 {
        let index = Int.random(in: max(0, last - 80)..<last, using: &random)
        if isMeant(desk.records[index]) { return UInt64(index + 1) }
      }
      return nil
    }

    private mutating func reversal(of accrual: UInt64) -> Record.Input? {
      let record = desk.records[Int(accrual) - 1]
      guard let outcome = record.accrual, case .accrual(let input)? = record.input else { return nil }
      var own = outcome.lots
      if outcome.pending > 0 { own.append(LotLine(lot: accrual << 8, points: outcome.pending)) }
      let open = desk.ledger.openLots(own.map(\.lot), of: outcome.member)?.open ?? 0
      // What has lapsed is read from all records, as history would tell.
      var lapsed: Int64 = 0
      for lot in own.map(\.lot) {
        var expires: Int64 = 0
        for later in desk.records {
          for posting in later.postings
          where posting.lot == lot && posting.account == .member
            && later.members[Int(posting.member)] == outcome.member
          {
            if posting.amount > 0, posting.lotExpiresMs > 0 { expires = posting.lotExpiresMs }
            if posting.amount < 0, expires > 0, later.timeMs >= expires { lapsed -= posting.amount }
          }
          if case .holdReleased(let ended)? = later.outcome {
            lapsed += ended.restored.filter { $0.lot == lot }.reduce(0) { $0 + $1.lapsed }
          }
        }
      }
      return .accrualReversal(
        AccrualReversalInput(
          accrual: accrual, member: outcome.member, partner: record.partner,
          points: outcome.lines.map(\.points).reduce(0, +), qualifying: outcome.qualifyingPoints,
          minorUnits: input.minorUnits, lots: own, creditedMs: record.timeMs, lapsed: lapsed, openLots: UInt32(open),
          minorUnitsBack: Bool.random(using: &random) ? 0 : max(1, input.minorUnits / 3), reason: "test"))
    }

    private mutating func ask(_ input: Record.Input, caller: Caller) throws {
      let before = try snapshot(desk.ledger)
      switch desk.decide(input, key: caller == .service ? "" : desk.freshKey(), caller: caller) {
      case .change(let record):
        // The dry run said the same.
        desk.apply(record)
        book(record)
        failure = failure ?? Ledger.checkConservation(record).first ?? desk.ledger.checkInvariants().first
        try compare()
      case .answer(.refused(let refusal)):
        seen.insert("refused \(refusal.reason.rawValue)")
        if try snapshot(desk.ledger) != before { failure = "a refused command changed something" }
      case .answer: break
      }
    }

    private mutating func book(_ record: Record) {
      book.lapse(record.timeMs)
      switch record.outcome {
      case .accrued(let told)?:
        book.add(told.member, told.lots)
        book.debt[told.member, default: 0] -= told.toDebt
        book.pending[told.member, default: 0] += told.pending
        seen.insert(told.pending > 0 ? "pending" : "accrued")
      case .redeemed(let told)?:
        book.take(told.member, told.lots)
        seen.insert("redeemed")
      case .holdReserved(let told)?:
        book.take(told.member, told.lots)
        book.held[told.member, default: 0] += told.points
        seen.insert("held")
      case .holdConfirmed(let told)?, .holdReleased(let told)?:
        book.restore(told.member, told.restored)
        let ended =
          told.paid.reduce(0) { $0 + $1.points }
          + told.restored.reduce(0) { $0 + $1.points + $1.lapsed + $1.toDebt }
        book.held[told.member, default: 0] -= ended
        seen.insert(told.paid.isEmpty ? "released" : "confirmed")
      case .accrualReversed(let told)?:
        book.take(told.member, told.taken)
        book.debt[told.member, default: 0] += told.toDebt
        book.pending[told.member, default: 0] -= told.pending
        seen.insert(told.toDebt > 0 ? "debt" : "taken back")
        if told.lapsed > 0 { seen.insert("lapsed before it was taken back") }
      case .paymentReversed(let told)?:
        book.restore(told.member, told.restored)
        seen.insert("given back")
      case .adjusted(let told)?:
        if told.points > 0 { book.add(told.member, told.lots) } else { book.take(told.member, told.lots) }
        book.debt[told.member, default: 0] -= told.toDebt
        seen.insert("adjusted")
      case .transferred(let told)?:
        book.take(told.from, told.lots)
        var toDebt = told.toDebt
        book.debt[told.to, default: 0] -= toDebt
        for var line in told.lots {
          let part = min(toDebt, line.points)
          toDebt -= part
          line.points -= part
          if line.points > 0 { book.add(told.to, [line]) }
        }
        seen.insert("transferred")
      case .extended(let told)?:
        for line in told.lots { book.lots[told.member]?[line.lot]?.expiresMs = line.expiresMs }
        seen.insert("extended")
      case .pendingPosted(let told)?:
        for posted in told.posted {
          if let lot = posted.lot { book.add(posted.member, [lot]) }
          book.debt[posted.member, default: 0] -= posted.toDebt
          book.pending[posted.member, default: 0] -= (posted.lot?.points ?? 0) + posted.toDebt + posted.forfeited
        }
        seen.insert("posted")
      case .holdsTimedOut?:
        // Told as numbers only: the postings say where the points went.
        for posting in record.postings where posting.account == .member || posting.account == .debt {
          let member = record.members[Int(posting.member)]
          if posting.account == .debt {
            book.debt[member, default: 0] -= posting.amount
          } else if posting.amount > 0 {
            book.add(member, [LotLine(lot: posting.lot, points: posting.amount, expiresMs: posting.lotExpiresMs)])
          }
        }
        for change in record.holdChanges {
          guard let made = desk.records[Int(change.hold) - 1].reserved else { continue }
          book.held[made.member, default: 0] -= made.points
        }
        seen.insert("timed out")
      default: break
      }
    }

    private mutating func compare() throws {
      var book = book
      book.lapse(desk.now)
      for member in members {
        guard let view = try? desk.account(member) else { continue }
        let expected = [
          book.available(member), book.held[member] ?? 0, book.debt[member] ?? 0, book.pending[member] ?? 0,
        ]
        let actual = [view.available, view.held, view.debt, view.pending]
        if actual != expected {
          failure =
            failure ?? "'\(member)' has \(actual), was told \(expected), after \(desk.records.last?.input as Any)"
        }
      }
    }
  }
}

extension Record.Input {
  fileprivate var isAccrual: Bool { if case .accrual = self { true } else { false } }
}
