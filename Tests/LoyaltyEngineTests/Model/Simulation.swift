// Runs a history against the ledger and the reference model at once, as the service would drive the ledger: decide, apply,
// journal. After every step the answer and the accounts it touched agree with the model and the invariants hold for
// what changed; every so many steps, and at the end, for everything.

import LoyaltyMessages
import ProtobufRuntime

@testable import LoyaltyEngine

struct Simulation {
  /// What the first step that went wrong did; nil as long as none has.
  private(set) var failure: String?
  /// How often what happened.
  private(set) var seen: [String: Int] = [:]

  private var ledger = Ledger()
  private var model = ReferenceModel()
  private var now = TestPolicy.start
  private var journal: [Record] = []
  private var snapshot: [[UInt8]] = []
  /// Records that the snapshot has.
  private var inSnapshot = 0
  private var requests: [Int: Request] = [:]
  /// For each step that was accepted first, its record.
  private var accepted: [Int: UInt64] = [:]
  /// For each lot, the records that moved it.
  private var recordsOfLot: [UInt64: [Int]] = [:]
  private var payments: [UInt64: PaymentReversalInput] = [:]
  private var touched: Set<String> = []

  private struct Request {
    var input: Record.Input
    var key: String
    var caller: Caller
    var terms: Terms?
  }

  /// Runs a history to its end or to the first step that goes wrong.
  /// - Parameter every: everything is compared after so many steps.
  /// - Returns: how many steps were run.
  static func run(_ steps: [Step], every: Int) -> (simulation: Simulation, steps: Int) {
    var simulation = Simulation()
    for (index, step) in steps.enumerated() {
      simulation.run(step)
      if (index + 1) % every == 0 || index + 1 == steps.count { simulation.compareEverything() }
      if simulation.failure != nil { return (simulation, index + 1) }
    }
    simulation.crash(fromSnapshot: false)
    return (simulation, steps.count)
  }

  private init() {
    let terms = Terms(0)
    do {
      let policy = try CompiledPolicy(terms.document)
      for input in [
        Record.Input.opening(OpeningInput(programme: "test", hashKey: [UInt8](1...16))),
        .policyPublication(PolicyPublicationInput(document: terms.document)),
      ] {
        guard case .change(let record) = ledger.decide(Command(input), policy: policy, now: now, caller: .service)
        else {
          fail("the ledger does not open")
          return
        }
        apply(record)
      }
      model.versions = [terms]
      snapshot = try chunks(of: ledger)
      inSnapshot = journal.count
    } catch { fail("the first policy is refused: \(error)") }
  }

  private mutating func fail(_ what: String) { failure = failure ?? what }

  // MARK: - Steps

  private mutating func run(_ step: Step) {
    touched = []
    switch step.action {
    case .advance(let ms): now += ms
    case .advanceToDue(let plus):
      // Days would be due first on every one of them.
      let due = [DueSource.lots, .holds, .pending, .tiers].compactMap { ledger.dueMs($0) }.min()
      if let due { now = max(now, due + plus) }
    case .work: work()
    case .lapse(let most):
      if case .change(let record) = ledger.decide(
        Command(.expiry(ExpiryInput(maxLots: most))), now: now, caller: .service)
      {
        model.work(.lots, now)
        apply(record)
        seen["lapsed", default: 0] += 1
      }
    case .crash(let snapshot): crash(fromSnapshot: snapshot)
    case .upload(let number, let lines, let brokenAfter, let crash):
      let requests = lines.map { line(of: $0, by: partner(number)) }
      for request in requests.prefix(brokenAfter) { ask(request, step: nil) }
      if crash { self.crash(fromSnapshot: true) }
      for request in requests { ask(request, step: nil) }
      seen["sent again after a break", default: 0] += 1
    case .again(let id):
      if let request = requests[id] { ask(request, step: nil) }
    case .underKey(let id, let points):
      if let request = requests[id] { ask(other(than: request, points), step: nil) }
    default:
      guard let request = request(step.action, key: "key-\(step.id)") else { return }
      requests[step.id] = request
      ask(request, step: step.id)
    }
    for member in touched { compare(member) }
  }

  private func name(_ member: Int) -> String { "member-\(member)" }
  private func partner(_ number: Int) -> Caller { number == 0 ? Desk.air : Desk.inn }

  /// The request that an action comes to; nil if what it refers to is not there.
  private func request(_ action: Action, key: String) -> Request? {
    var caller = Desk.ops
    var terms: Terms?
    let input: Record.Input
    switch action {
    case .accrue(let member, let number, let kind, let minorUnits, let ago, let reference, let resort):
      caller = partner(number)
      input = .accrual(
        AccrualInput(
          member: name(member), activity: kind.activity, reference: "r\(reference)", currency: "CNY",
          minorUnits: minorUnits, occurredMs: now - ago, category: resort ? "resort" : "", quantity: minorUnits % 4))
    case .redeem(let member, let number, let item, let quantity, let expected):
      caller = partner(number)
      input = redemption(name(member), item.name, quantity: quantity, expected: expected)
    case .quote(let member, let number, let quantity):
      caller = partner(number)
      input = catalogue(.quote(QuoteInput(member: name(member), item: "mug", quantity: quantity)))
    case .redeemQuote(let step):
      guard let quote = accepted[step], let asked = quoteInput(step) else { return nil }
      input = .redemption(RedemptionInput(member: asked.member, quote: quote))
    case .reserveItem(let member, let number, let item, let quantity):
      caller = partner(number)
      input = catalogue(.reserve(ReserveInput(member: name(member), item: item.name, quantity: quantity)))
    case .reserveQuote(let step):
      guard let quote = accepted[step], let asked = quoteInput(step) else { return nil }
      input = catalogue(.reserve(ReserveInput(member: asked.member, quote: quote)))
    case .confirmItem(let step, let byOther):
      guard let redemption = accepted[step], let own = requests[step]?.caller else { return nil }
      caller = byOther ? Desk.inn : own
      input = catalogue(.confirm(ConfirmInput(redemption: redemption)))
    case .cancelItem(let step, let byOther):
      guard let redemption = accepted[step], let own = requests[step]?.caller else { return nil }
      caller = byOther ? Desk.inn : own
      input = catalogue(.cancel(CancelInput(redemption: redemption, reason: "test")))
    case .merge(let from, let into):
      input = .merge(MergeInput(from: name(from), into: name(into), reason: "test"))
    case .set(let member, let status):
      input = .status(StatusInput(member: name(member), status: status.status, reason: "test"))
    case .reserve(let member, let number, let points, let minutes):
      caller = partner(number)
      input = .holdReservation(
        HoldReservationInput(member: name(member), points: points, lifetimeMs: minutes * 60_000))
    case .confirm(let step, let byOther, let points):
      guard let hold = accepted[step], let own = requests[step]?.caller else { return nil }
      caller = byOther ? Desk.inn : own
      input = .holdConfirmation(HoldConfirmationInput(hold: hold, points: points))
    case .release(let step, let byOther):
      guard let hold = accepted[step], let own = requests[step]?.caller else { return nil }
      caller = byOther ? Desk.inn : own
      input = .holdRelease(HoldReleaseInput(hold: hold))
    case .reverseAccrual(let step, let part):
      guard let accrual = accepted[step], let reversal = reversal(of: accrual, part) else { return nil }
      input = reversal
    case .reversePayment(let step, let part):
      guard let id = accepted[step], var payment = payments[id] else { return nil }
      payment.back = part
      payment.reason = "refund"
      input = .paymentReversal(payment)
    case .transfer(let from, let to, let points):
      input = .transfer(TransferInput(from: name(from), to: name(to), points: points))
    case .join(let member, let household):
      input = .profile(
        ProfileInput(
          member: name(member), profile: ProfileUpdate(household: household == 0 ? "" : "household-\(household)")))
    case .exchange(let member, let toMiles, let amount):
      caller = Desk.air
      input = partnership(
        .exchange(
          ExchangeInput(
            member: name(member), partner: "air", direction: toMiles ? .toMiles : .toPoints, amount: amount)))
    case .reverseExchange(let step):
      guard let exchange = accepted[step] else { return nil }
      let original = journal[Int(exchange) - 1].exchanged
      input = partnership(
        .exchangeReversal(ExchangeReversalInput(exchange: exchange, original: original, reason: "refund")))
    case .adjust(let member, let points):
      input = .adjustment(AdjustmentInput(member: name(member), points: points, reason: "test"))
    case .extend(let member, let days):
      input = .extension(
        ExtensionInput(member: name(member), expiresMs: now + days * TestPolicy.day, reason: "test"))
    case .publish(let bits, let inHours):
      var next = Terms(bits)
      next.version = (model.versions.last?.version ?? 0) + 1
      next.fromMs = now + inHours * 3_600_000
      next.rollingMonths = model.versions.last?.rollingMonths ?? 0
      terms = next
      input = .policyPublication(PolicyPublicationInput(document: next.document, atOnce: inHours == 0))
    case .roll(let months):
      guard model.people.isEmpty, var next = model.versions.last else { return nil }
      next.version += 1
      next.fromMs = now
      next.rollingMonths = months
      terms = next
      input = .policyPublication(PolicyPublicationInput(document: next.document, atOnce: true))
    case .advance, .advanceToDue, .work, .lapse, .again, .underKey, .crash, .upload: return nil
    }
    return Request(input: input, key: key, caller: caller, terms: terms)
  }

  private func quoteInput(_ step: Int) -> QuoteInput? {
    guard case .catalogue(let asked)? = requests[step]?.input, case .quote(let quote)? = asked.command else {
      return nil
    }
    return quote
  }

  /// A line of an upload as the service asks for it: its key follows from what names the activity.
  private func line(of line: Line, by caller: Caller) -> Request {
    Request(
      input: .accrual(
        AccrualInput(
          member: name(line.member), activity: line.activity.activity, reference: "r\(line.reference)", currency: "CNY",
          minorUnits: line.minorUnits, occurredMs: now, quantity: line.minorUnits % 4)),
      key: "upload-\(line.activity)-r\(line.reference)", caller: caller)
  }

  /// What the service reads from history for a reversal.
  private func reversal(of accrual: UInt64, _ part: Int64) -> Record.Input? {
    let record = journal[Int(accrual) - 1]
    guard let outcome = record.accrual, case .accrual(let input)? = record.input else { return nil }
    var own = outcome.lots
    if outcome.pending > 0 { own.append(LotLine(lot: accrual << 8, points: outcome.pending)) }
    let state = ledger.openLots(own.map(\.lot), of: outcome.member)
    var history = LapseHistory(
      of: Dictionary(uniqueKeysWithValues: own.map { ($0.lot, $0.expiresMs) }), members: Set(state?.ids ?? []))
    for lot in own { for index in recordsOfLot[lot.lot] ?? [] { history.add(journal[index]) } }
    return .accrualReversal(
      AccrualReversalInput(
        accrual: accrual, member: outcome.member, partner: record.partner,
        points: outcome.lines.reduce(0) { $0 + $1.points }, qualifying: outcome.qualifyingPoints,
        minorUnits: input.minorUnits, lots: own, creditedMs: record.timeMs, lapsed: history.lapsed.values.reduce(0, +),
        openLots: UInt32(state?.open ?? 0), minorUnitsBack: part,
        reason: "refund", metered: record.meteredByRules, firstPurchase: outcome.firstPurchase, spend: outcome.spend,
        nights: outcome.nights, segments: outcome.segments))
  }

  /// Another request of the same method.
  private func other(than request: Request, _ points: Int64) -> Request {
    var request = request
    switch request.input {
    case .accrual(var input):
      input.minorUnits = points * 100 + 1
      input.reference += "-other"
      request.input = .accrual(input)
    case .redemption(var input):
      input.quote = 0
      (input.item, input.quantity) = ("mug", 1 + points % 3)
      input.expectedPoints = nil
      request.input = .redemption(input)
    case .holdReservation(var input):
      input.points = points
      request.input = .holdReservation(input)
    default: break
    }
    return request
  }

  // MARK: - Asking

  private mutating func ask(_ request: Request, step: Int?) {
    let before = ledger.sequence
    let expected = model.answer(
      request.input, key: request.key, caller: request.caller, now: now, sequence: before + 1, offered: request.terms)
    let decision = ledger.decide(Command(request.input, idempotencyKey: request.key), now: now, caller: request.caller)
    rehearse(request, decision)
    let actual: ReferenceModel.Answer
    switch decision {
    case .change(let record):
      apply(record)
      actual = Self.told(record)
      if let step { accepted[step] = ledger.sequence }
      if let payment = record.payment(sequence: ledger.sequence) { note(payment, record) }
      seen["\(Self.word(request.input))", default: 0] += 1
    case .answer(.repeated(let first)):
      actual = .repeated(first.sequence)
      seen["repeated", default: 0] += 1
      touch(journal[Int(first.sequence) - 1])
      if Accepted(journal[Int(first.sequence) - 1], sequence: first.sequence) != first {
        fail("what is repeated differs from what was answered first: \(first)")
      }
    case .answer(.refused(let refusal)):
      actual = .refused(refusal.reason)
      seen["refused", default: 0] += 1
    case .answer(.nothingToDo): actual = .refused(.commandInvalid)
    }
    if actual != expected { fail("\(request.input): the ledger answers \(actual), the model \(expected)") }
  }

  /// A dry run uses no key, and tells what the real call tells.
  private mutating func rehearse(_ request: Request, _ real: Decision) {
    // A policy is long to compile, and is not rehearsed.
    if case .policyPublication = request.input { return }
    let rehearsed = ledger.decide(Command(request.input), now: now, caller: request.caller)
    switch (real, rehearsed) {
    case (.change(let real), .change(let rehearsed)):
      if real.keptOutcome != rehearsed.keptOutcome {
        fail("the dry run says \(String(describing: rehearsed.outcome)), the call \(String(describing: real.outcome))")
      }
    case (.answer(.refused(let real)), .answer(.refused(let rehearsed))):
      if real != rehearsed, real.reason != .idempotencyKeyReused {
        fail("the dry run is refused with \(rehearsed), the call with \(real)")
      }
    case (.answer(.repeated), _), (.answer(.refused), _):
      break
    default: fail("the dry run says \(rehearsed), the call \(real)")
    }
  }

  /// A hold is confirmed under its own number.
  private mutating func note(_ payment: PaymentReversalInput, _ record: Record) {
    var payment = payment
    if case .holdConfirmed(let ended)? = record.outcome { payment.payment = ended.hold }
    // Items were taken when they were reserved.
    if payment.payment < ledger.sequence, payment.taken.isEmpty {
      payment.taken = journal[Int(payment.payment) - 1].stockMoves.map {
        TakenItem(item: $0.item, quantity: $0.quantity)
      }
    }
    payments[payment.payment] = payment
  }

  private mutating func work() {
    while failure == nil, let due = ledger.nextDue, due.ms <= now {
      guard case .change(let record) = ledger.decide(Command(due.source.command), now: now, caller: .service) else {
        return fail("\(due.source) is due at \(due.ms), and there is nothing to do")
      }
      model.work(due.source, now)
      apply(record)
      seen["\(due.source) came due", default: 0] += 1
    }
    if !model.isIdle(now) { fail("the ledger has nothing to do, and the model's holds or pending points are due") }
    compareProgramme()
  }

  private mutating func apply(_ record: Record) {
    ledger.apply(record, sequence: ledger.sequence + 1)
    journal.append(record)
    touch(record)
    var award: Int64 = 0
    var qualifying: Int64 = 0
    var miles: [String: Int64] = [:]
    for posting in record.postings {
      if posting.lot > 0, recordsOfLot[posting.lot]?.last != journal.count - 1 {
        recordsOfLot[posting.lot, default: []].append(journal.count - 1)
      }
      switch posting.unit {
      case .award: award += posting.amount
      case .qualifying: qualifying += posting.amount
      default: miles[posting.partner, default: 0] += posting.amount
      }
    }
    if award != 0 || qualifying != 0 || miles.values.contains(where: { $0 != 0 }) {
      fail("postings sum to \(award) points, \(qualifying) qualifying points and \(miles) miles")
    }
    if let inconsistency = ledger.inconsistency { fail(inconsistency) }
  }

  private mutating func touch(_ record: Record) { touched.formUnion(record.members) }

  // MARK: - Crashing

  /// What comes back from the journal, or from the snapshot and the records after it, is the state that was lost.
  private mutating func crash(fromSnapshot: Bool) {
    if failure != nil { return }
    do {
      var recovered = Ledger()
      if fromSnapshot { for chunk in snapshot { try recovered.restore(chunk: chunk) } }
      for index in (fromSnapshot ? inSnapshot : 0)..<journal.count {
        recovered.apply(try Record(serializedBytes: journal[index].serializedBytes()), sequence: UInt64(index + 1))
      }
      let lost = try chunks(of: ledger)
      snapshot = try chunks(of: recovered)
      inSnapshot = journal.count
      if snapshot != lost { fail("\(fromSnapshot ? "snapshot and journal give" : "the journal gives") another state") }
      ledger = recovered
      seen[fromSnapshot ? "recovered from a snapshot" : "replayed", default: 0] += 1
      compareEverything()
    } catch { fail("recovery fails: \(error)") }
  }

  private func chunks(of ledger: Ledger) throws -> [[UInt8]] {
    var chunks: [[UInt8]] = []
    try ledger.snapshot { chunks.append($0) }
    return chunks
  }

  // MARK: - Comparing

  private mutating func compareEverything() {
    for problem in ledger.checkInvariants() { fail(problem) }
    for member in 0..<HistoryGenerator.members { compare(name(member)) }
    let mugs = ledger.policies.inEffect(at: now)?.item("mug").flatMap { ledger.stock(of: $0) }
    if mugs != model.mugsLeft { fail("\(mugs ?? -1) mugs are left, the model has \(model.mugsLeft)") }
  }

  private mutating func compare(_ member: String) {
    guard let policy = ledger.policies.inEffect(at: now) else { return fail("no policy is in effect") }
    let view = try? ledger.account(member, policy: policy, now: now)
    guard let view, let person = model.people[model.survivor(member)] else {
      if (view == nil) != (model.people[model.survivor(member)] == nil) {
        fail("'\(member)' is enrolled on one side only")
      }
      return
    }
    let member = model.survivor(member)
    if view.member != member { fail("'\(view.member)' is looked at, in the model '\(member)'") }
    let standing = model.reviewed(person, now)
    let counted = (try? ledger.tier(of: member, policy: policy, now: now))?.counted ?? TierCount()
    let lots = view.lots.map { ReferenceModel.Lot(id: $0.id, points: $0.points, expiresMs: $0.expiresMs ?? Int64.max) }
    let open = person.lots.filter { $0.expiresMs > now }
    if lots != open { fail("'\(member)' has the lots \(lots), in the model \(open)") }
    let actual = [
      view.available, view.held, view.pending, view.debt, Int64(view.tier), counted.points, counted.spend,
      counted.nights, counted.segments,
    ]
    let expected = [
      open.reduce(0) { $0 + $1.points }, model.held(member), model.pendingPoints(member), person.debt,
      Int64(standing.tier), standing.counted.points, standing.counted.spend, standing.counted.nights,
      standing.counted.segments,
    ]
    if actual != expected {
      fail(
        "available, held, pending, debt, tier, points, spend, nights, segments of '\(member)' are \(actual), in the model "
          + "\(expected)")
    }
    if lots.contains(where: { $0.points <= 0 }) || view.debt < 0 || view.held < 0 || view.debt > 0 && view.available > 0
    {
      fail("'\(member)' has \(lots) and owes \(view.debt)")
    }
  }

  /// Once all that is due is done.
  private mutating func compareProgramme() {
    for account in [LedgerAccount.redeemed, .expired, .held, .pending, .exchanged, .exchangeFee, .adjusted] {
      let balance = ledger.accounts[.award, account, partner: -1]
      if balance != model.accounts[account] ?? 0 {
        fail("account \(account) has \(balance), in the model \(model.accounts[account] ?? 0)")
      }
    }
    let partners = ledger.partnerNames.names.indices
    let issued = partners.reduce(0) { $0 + ledger.accounts[.award, .issued, partner: $1] }
    if issued != model.accounts[.issued] ?? 0 {
      fail("partners have issued \(issued), in the model \(model.accounts[.issued] ?? 0)")
    }
    let miles = partners.reduce(0) { $0 + ledger.accounts[.miles, .milesDelivered, partner: $1] }
    if miles != model.milesDelivered { fail("\(miles) miles are delivered, in the model \(model.milesDelivered)") }
  }

  // MARK: - Words

  private static func word(_ input: Record.Input) -> String {
    if case .catalogue(let input) = input {
      switch input.command {
      case .reserve: return "item reserved"
      case .confirm: return "item confirmed"
      case .cancel: return "item cancelled"
      default: break
      }
    }
    return Mirror(reflecting: input).children.first?.label ?? ""
  }

  /// What a record tells its caller: the points it was about, and the balance.
  private static func told(_ record: Record) -> ReferenceModel.Answer {
    let (points, balance): (Int64, Int64) =
      switch record.outcome {
      case .accrued(let told): (told.lines.reduce(0) { $0 + $1.points }, told.balance)
      case .redeemed(let told): (told.points, told.balance)
      case .holdReserved(let told): (told.points, told.balance)
      case .holdConfirmed(let told), .holdReleased(let told): (told.paid.reduce(0) { $0 + $1.points }, told.balance)
      case .accrualReversed(let told): (told.points, told.balance)
      case .paymentReversed(let told): (told.points, told.balance)
      case .transferred(let told): (told.points, told.fromBalance)
      case .adjusted(let told): (told.points, told.balance)
      case .catalogueChanged(let told):
        if case .step(let step)? = told.outcome {
          (step.result?.points ?? 0, step.result?.balance ?? 0)
        } else {
          (record.quoted?.price?.points ?? 0, record.quoted?.available ?? 0)
        }
      case .merged(let told): (told.points, told.balance)
      case .partnershipChanged:
        if let made = record.exchanged {
          (made.points, made.balance)
        } else {
          (record.exchangeReversed?.original?.points ?? 0, record.exchangeReversed?.balance ?? 0)
        }
      default: (0, 0)
      }
    return .accepted(points: points, balance: balance)
  }
}
