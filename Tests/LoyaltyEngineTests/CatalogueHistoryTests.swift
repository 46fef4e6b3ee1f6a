// Random histories of the catalogue and of partners, from a seed: every balance, every piece of stock, every code and
// every mile against a model that only adds and subtracts; the invariants after every record; a decision that is made
// twice is the same; and at the end replay and snapshot. Run one alone with LOYALTY_HISTORY_SEED=<seed>, longer with
// LOYALTY_HISTORY_STEPS=<n>.

import LoyaltyMessages
import Testing

@testable import LoyaltyEngine

@Suite struct CatalogueHistoryTests {
  static let seeds: [UInt64] = ModelTests.setting("LOYALTY_HISTORY_SEED").map { [$0] } ?? Array(1...12)
  static let steps = Int(ModelTests.setting("LOYALTY_HISTORY_STEPS") ?? 500)

  @Test(arguments: Self.seeds) func ledgerAndModelAgree(seed: UInt64) throws {
    var history = try CatalogueHistory(seed: seed)
    for step in 0..<Self.steps {
      try history.step()
      if !history.failures.isEmpty {
        Issue.record("seed \(seed), step \(step): \(history.failures.joined(separator: "; "))")
        return
      }
    }
    try history.desk.check()
    #expect(
      history.seen.isSuperset(of: [
        "redeemed", "quoted", "reserved", "fulfilled", "cancelled", "lapsed", "refunded", "toMiles", "toPoints",
        "reversed", "issued", "used", "codes", "stock",
      ]), "seed \(seed) saw only \(history.seen.sorted())")
  }
}

struct CatalogueHistory {
  var random: SeededGenerator
  var desk: Desk
  var failures: [String] = []
  var seen: Set<String> = []

  // The model: what each member has, what is on the shelves, what has been handed out.
  private var balance: [String: Int64] = [:]
  private var shelf: [String: Int64] = ["mug": 60, "case": 40, "class/may": 20]
  private var codesLeft: Int64 = 0
  private var codesGiven: Set<String> = []
  private var codesLoaded = 0
  private var miles: Int64 = 0
  private var redeemed: Int64 = 0

  private struct Open {
    var member: String
    var points: Int64
    var takes: [(String, Int64)]
    var codes: Int64
    var dueMs: Int64
    var caller: Caller
  }
  private var reserved: [UInt64: Open] = [:]
  private var accepted: [UInt64: Open] = [:]
  private var quotes: [(id: UInt64, member: String, points: Int64, untilMs: Int64)] = []
  private var exchanges: [(id: UInt64, outcome: ExchangeOutcome)] = []
  private var vouchers: Set<String> = []
  private var number = 0

  init(seed: UInt64) throws {
    random = SeededGenerator(seed: seed)
    var policy = CataloguePolicy.document()
    // Nothing lapses or becomes another tier in these histories: what is at stake is elsewhere.
    policy.expiry = ExpiryPolicy(months: 0)
    policy.tiers = [policy.tiers[0]]
    policy.feedbackDeadlines.removeAll { !$0.tier.isEmpty }
    policy.catalogue.removeAll { !$0.fromTier.isEmpty || $0.id == "launch" || $0.id == "seasonal" }
    policy.catalogue[0].tierPrices = []
    for (index, item) in policy.catalogue.enumerated() {
      if item.id == "mug" { policy.catalogue[index].stock = 60 }
      if item.id == "case" { policy.catalogue[index].stock = 40 }
      if item.id == "class" {
        policy.catalogue[index].sessions[0].capacity = 20
        policy.catalogue[index].sessions[0].startsAt = CataloguePolicy.moment(TestPolicy.start + 3_000 * TestPolicy.day)
      }
    }
    policy.exchanges[0].memberCap = PointsCap(points: 100_000, period: .month)
    policy.exchanges[0].partnerCap = nil
    policy.voucherOffers[0].most = 0
    policy.voucherOffers[0].memberQuota = nil
    desk = try Desk(try CompiledPolicy(policy))
    for member in ["m", "n"] {
      for caller in [Desk.air, Desk.inn] { try accrue(member, 300, caller) }
    }
  }

  mutating func step() throws {
    desk.now += Int64.random(in: 0..<40_000, using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<14: try accrue(member(), Int64.random(in: 1...400, using: &random), Desk.air)
    case 14..<30: try redeem()
    case 30..<42: try reserve()
    case 42..<54: try end()
    case 54..<62: try handOver()
    case 62..<68: try quote()
    case 68..<74: try redeemQuote()
    case 74..<82: try exchange()
    case 82..<86: try reverse()
    case 86..<92: try voucher()
    case 92..<95: try supply()
    default: try lapse()
    }
    failures += desk.ledger.checkInvariants()
    if let last = desk.records.last { failures += Ledger.checkConservation(last) }
    try compare()
  }

  // MARK: - Asking

  private mutating func member() -> String { Bool.random(using: &random) ? "m" : "n" }

  /// Decides twice and applies; nil if it was refused.
  private mutating func ask(_ input: Record.Input, _ caller: Caller = Desk.air) throws -> Record? {
    let rehearsed = desk.decide(input, key: "", caller: caller)
    let key = desk.freshKey()
    let decided = desk.decide(input, key: key, caller: caller)
    switch (rehearsed, decided) {
    case (.change(let dry), .change(let record)):
      if dry.outcome != record.outcome || dry.postings != record.postings { failures.append("a dry run differs") }
      desk.apply(record)
      return record
    case (.answer(.refused(let first)), .answer(.refused(let second))):
      if first != second { failures.append("a dry run is refused otherwise") }
      return nil
    default:
      failures.append("a dry run is decided otherwise")
      return nil
    }
  }

  private var sequence: UInt64 { desk.ledger.sequence }

  private mutating func accrue(_ member: String, _ yuan: Int64, _ caller: Caller) throws {
    number += 1
    guard try ask(accrual(member, yuan: yuan, reference: "r\(number)", at: desk.now), caller) != nil else { return }
    balance[member, default: 0] += yuan
  }

  private mutating func wish() -> (
    item: String, session: String, quantity: Int64, takes: [(String, Int64)], codes: Int64
  ) {
    let quantity = Int64.random(in: 1...3, using: &random)
    return switch Int.random(in: 0..<6, using: &random) {
    case 0: ("mug", "", quantity, [("mug", quantity)], 0)
    case 1: ("case", "", 1, [("case", 1)], 0)
    case 2: ("class", "may", quantity, [("class/may", quantity)], 0)
    case 3: ("code", "", quantity, [], quantity)
    case 4: ("package", "", 1, [("mug", 2)], 1)
    default: ("dinner", "", 1, [], 0)
    }
  }

  private mutating func redeem() throws {
    let (member, wish) = (member(), wish())
    let caller = Bool.random(using: &random) ? Desk.air : Desk.inn
    let input = RedemptionInput(member: member, item: wish.item, quantity: wish.quantity, session: wish.session)
    guard let record = try ask(.redemption(input), caller), let outcome = record.redemption else { return }
    seen.insert("redeemed")
    pay(member, outcome)
    take(wish.takes, codes: wish.codes)
    if outcome.dueMs > 0 {
      accepted[sequence] = Open(
        member: member, points: outcome.points, takes: wish.takes, codes: 0, dueMs: outcome.dueMs, caller: caller)
    }
  }

  private mutating func pay(_ member: String, _ outcome: RedemptionOutcome) {
    balance[member, default: 0] -= outcome.points
    redeemed += outcome.points
    give(outcome.codes)
    if outcome.balance != balance[member] { failures.append("a redemption tells \(outcome.balance)") }
  }

  private mutating func give(_ codes: [CodeLine]) {
    for code in codes {
      if !codesGiven.insert(code.code).inserted { failures.append("a code is given out twice") }
      if code.voucher > 0 { vouchers.insert(code.code) }
    }
  }

  private mutating func take(_ takes: [(String, Int64)], codes: Int64, sign: Int64 = 1) {
    for (name, quantity) in takes { shelf[name, default: 0] -= sign * quantity }
    codesLeft -= sign * codes
  }

  private mutating func reserve() throws {
    let (member, wish) = (member(), wish())
    let input = ReserveInput(member: member, item: wish.item, session: wish.session, quantity: wish.quantity)
    guard let record = try ask(catalogue(.reserve(input))), let step = record.step, let result = step.result else {
      return
    }
    seen.insert("reserved")
    balance[member, default: 0] -= result.points
    take(wish.takes, codes: wish.codes)
    reserved[sequence] = Open(
      member: member, points: result.points, takes: wish.takes, codes: wish.codes, dueMs: result.dueMs,
      caller: Desk.air)
  }

  private mutating func end() throws {
    guard let (id, open) = reserved.randomElement(using: &random) else { return }
    let confirms = Bool.random(using: &random)
    let input =
      confirms
      ? catalogue(.confirm(ConfirmInput(redemption: id))) : catalogue(.cancel(CancelInput(redemption: id)))
    guard let record = try ask(input), let step = record.step else {
      if open.dueMs > desk.now { failures.append("reservation \(id) cannot be ended") }
      return
    }
    reserved[id] = nil
    if confirms {
      redeemed += open.points
      give(step.result?.codes ?? [])
      if step.state == .accepted { accepted[id] = open } else { seen.insert("fulfilled") }
    } else {
      seen.insert("cancelled")
      giveBack(open)
    }
  }

  private mutating func giveBack(_ open: Open) {
    balance[open.member, default: 0] += open.points
    take(open.takes, codes: open.codes, sign: -1)
  }

  private mutating func lapse() throws {
    if Bool.random(using: &random) { desk.now += 20 * 60_000 }
    guard let due = desk.ledger.nextDue, due.ms <= desk.now else { return }
    guard case .change(let record) = desk.decide(due.source.command, key: "", caller: .service) else { return }
    desk.apply(record)
    for change in record.redemptionChanges {
      guard let open = reserved.removeValue(forKey: change.redemption) else {
        failures.append("reservation \(change.redemption) lapses, which is not open")
        continue
      }
      seen.insert("lapsed")
      giveBack(open)
    }
  }

  private mutating func handOver() throws {
    guard let (id, open) = accepted.randomElement(using: &random) else { return }
    let state = [RedemptionState.inFulfilment, .fulfilled, .refunded].randomElement(using: &random) ?? .fulfilled
    guard let record = try ask(catalogue(.fulfil(FulfilInput(redemption: id, state: state))), Desk.inn) else { return }
    seen.insert(state == .refunded ? "refunded" : "fulfilled")
    if state == .inFulfilment { return }
    accepted[id] = nil
    guard state == .refunded else { return }
    giveBack(open)
    redeemed -= open.points
    if record.step?.restored.reduce(0, { $0 + $1.points }) != open.points { failures.append("a refund keeps points") }
    if try ask(catalogue(.fulfil(FulfilInput(redemption: id, state: .refunded))), Desk.ops) != nil {
      failures.append("a refund is given twice")
    }
  }

  private mutating func quote() throws {
    let member = member()
    guard let record = try ask(catalogue(.quote(QuoteInput(member: member, item: "mug", quantity: 1)))),
      let quoted = record.quoted
    else { return }
    seen.insert("quoted")
    quotes.append((sequence, member, quoted.price?.points ?? 0, quoted.expiresMs))
  }

  private mutating func redeemQuote() throws {
    guard let index = quotes.indices.randomElement(using: &random) else { return }
    let quote = quotes[index]
    let record = try ask(.redemption(RedemptionInput(member: quote.member, quote: quote.id)))
    guard let outcome = record?.redemption else { return }
    if quote.untilMs <= desk.now { failures.append("quote \(quote.id) held after its time") }
    if outcome.points != quote.points { failures.append("quote \(quote.id) was not honoured") }
    quotes.remove(at: index)
    pay(quote.member, outcome)
    take([("mug", 1)], codes: 0)
    if try ask(.redemption(RedemptionInput(member: quote.member, quote: quote.id))) != nil {
      failures.append("quote \(quote.id) was used twice")
    }
  }

  private mutating func exchange() throws {
    number += 1
    let member = member()
    let out = Bool.random(using: &random)
    let input = ExchangeInput(
      member: member, partner: "air", direction: out ? .toMiles : .toPoints,
      amount: Int64.random(in: 1...200, using: &random), reference: "x\(number)")
    guard let made = try ask(partnership(.exchange(input)))?.exchanged else { return }
    seen.insert(out ? "toMiles" : "toPoints")
    balance[member, default: 0] += out ? -(made.points + made.feePoints) : made.points
    miles += out ? made.miles : -made.miles
    exchanges.append((sequence, made))
  }

  private mutating func reverse() throws {
    guard let index = exchanges.indices.randomElement(using: &random) else { return }
    let (id, made) = exchanges[index]
    let input = partnership(.exchangeReversal(ExchangeReversalInput(exchange: id, original: made, reason: "r")))
    guard try ask(input) != nil else { return }
    seen.insert("reversed")
    exchanges.remove(at: index)
    let out = made.direction == .toMiles
    balance[made.member, default: 0] -= out ? -(made.points + made.feePoints) : made.points
    miles -= out ? made.miles : -made.miles
    if try ask(input) != nil { failures.append("exchange \(id) was reversed twice") }
  }

  private mutating func voucher() throws {
    if vouchers.isEmpty || Bool.random(using: &random) {
      let input = VoucherIssueInput(member: member(), offer: "dinner", quantity: 2)
      guard let issued = try ask(partnership(.voucherIssue(input)))?.voucher else { return }
      seen.insert("issued")
      give(issued.codes.map { CodeLine(code: $0, voucher: sequence) })
      return
    }
    guard let code = vouchers.randomElement(using: &random) else { return }
    let input = partnership(
      .voucherUse(VoucherUseInput(code: code, currency: "CNY", billMinorUnits: 8_000, reference: "b")))
    guard try ask(input, Desk.inn) != nil else { return }
    seen.insert("used")
    vouchers.remove(code)
    if try ask(input, Desk.inn) != nil { failures.append("a voucher was used twice") }
  }

  private mutating func supply() throws {
    if Bool.random(using: &random) {
      let codes = (0..<4).map { "C-\(codesLoaded + $0)" }
      codesLoaded += 4
      if try ask(catalogue(.codes(CodesInput(item: "code", codes: codes))), Desk.ops) != nil {
        seen.insert("codes")
        codesLeft += 4
      }
    } else {
      let quantity = Int64.random(in: -3...6, using: &random)
      let input = StockInput(item: "mug", quantity: quantity, reason: "count")
      if try ask(catalogue(.stock(input)), Desk.ops) != nil {
        seen.insert("stock")
        shelf["mug", default: 0] += quantity
      }
    }
  }

  // MARK: - Comparing

  private mutating func compare() throws {
    for member in ["m", "n"] {
      let told = try desk.account(member).available
      if told != balance[member] { failures.append("'\(member)' has \(told), not \(balance[member] ?? 0)") }
    }
    for name in ["mug", "case"] where try desk.stockLeft(name) != shelf[name] {
      failures.append("\(try desk.stockLeft(name) ?? -1) of '\(name)' are left, not \(shelf[name] ?? 0)")
    }
    if try desk.stockLeft("code") != codesLeft { failures.append("codes differ from \(codesLeft)") }
    if let session = desk.policy.item("class")?.sessions.first, desk.ledger.seats(of: session) != shelf["class/may"] {
      failures.append("\(desk.ledger.seats(of: session)) seats are left, not \(shelf["class/may"] ?? 0)")
    }
    if let air = desk.ledger.partnerNames["air"], desk.ledger.accounts[.miles, .milesDelivered, partner: air] != miles {
      failures.append("miles differ from \(miles)")
    }
    if desk.ledger.accounts[.award, .redeemed, partner: -1] != redeemed {
      failures.append("the account of redeemed points differs from \(redeemed)")
    }
  }
}
