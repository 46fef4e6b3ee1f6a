// The room of the catalogue: how a record changes it, and how it goes into a snapshot and comes back.

import LoyaltyMessages

extension CatalogueState: LedgerRoom {
  static let name = "catalogue"

  /// Codes and redemptions. Quotes and quotas lapse by themselves, and how many that have are still in memory is nobody's
  /// business.
  var count: Int { pools.values.reduce(0) { $0 + $1.count } + loadedCodes.count + open.count }

  // MARK: - Snapshot

  func snapshot(of ledger: borrowing Ledger, _ emit: (SnapshotChunk.Part) throws -> Void) rethrows {
    for item in pools.keys.sorted() {
      guard let pool = pools[item] else { continue }
      try SnapshotList.emit(pool.all, size: { $0.utf8.count + 8 }) { codes in
        try emit(.catalogue(CataloguePart(pools: [CodePoolState(item: item, codes: codes)])))
      }
    }
    var words: [UInt64] = []
    func flushCodes() throws {
      if !words.isEmpty { try emit(.catalogue(CataloguePart(loadedCodes: words))) }
      words.removeAll(keepingCapacity: true)
    }
    try loadedCodes.forEachSorted { entry in
      words += [entry.high, entry.fingerprint.low, entry.value]
      if words.count * 8 >= SnapshotList.bytes { try flushCodes() }
    }
    try flushCodes()
    var period = QuotaState()
    func flushQuotas() throws {
      if !period.words.isEmpty { try emit(.catalogue(CataloguePart(quotas: [period]))) }
      period.words.removeAll(keepingCapacity: true)
    }
    try quotas.forEachSorted(now: ledger.timeMs) { ends, entry in
      if period.endsMs != ends || period.words.count * 8 >= SnapshotList.bytes { try flushQuotas() }
      period.endsMs = ends
      period.words += [entry.high, entry.fingerprint.low, entry.value]
    }
    try flushQuotas()
    var promised: [QuoteState] = []
    quotes.forEach(now: ledger.timeMs) { sequence, quote in
      promised.append(
        QuoteState(
          quote: sequence, member: quote.member, item: quote.item, session: quote.session, quantity: quote.quantity,
          price: quote.price, tier: quote.tier, expiresMs: quote.expiresMs))
    }
    try SnapshotList.emit(promised, size: { _ in 256 }) { try emit(.catalogue(CataloguePart(quotes: $0))) }
    var undone: [OpenRedemptionState] = []
    open.forEach { sequence, redemption in
      undone.append(
        OpenRedemptionState(
          redemption: sequence, member: redemption.member, state: redemption.state, dueMs: redemption.dueMs,
          outcome: redemption.outcome, taken: redemption.taken, quotas: redemption.quotas))
    }
    func size(_ state: OpenRedemptionState) -> Int {
      let lots = state.outcome?.lots.count ?? 0
      let codes = state.outcome?.codes.count ?? 0
      return 512 + lots * 40 + codes * 200 + state.taken.count * 80
    }
    try SnapshotList.emit(undone, size: size) { try emit(.catalogue(CataloguePart(redemptions: $0))) }
  }

  func problems(in ledger: borrowing Ledger) -> [String] {
    var broken: [String] = []
    open.forEach { sequence, redemption in
      if Int(redemption.member) >= ledger.memberCount { broken.append("redemption \(sequence) has no member") }
      let isHeld = ledger.holds[sequence] != nil
      if (redemption.state == .reserved) != isHeld {
        broken.append(
          "redemption \(sequence) is in state \(redemption.state.rawValue), and its hold is open: \(isHeld)")
      }
    }
    for (item, pool) in pools {
      let index = ledger.itemNames[item]
      let supply = index.map { ledger.addedStock[$0] - ledger.taken[$0] } ?? 0
      // Reservations have taken from the supply, and get their codes when they are confirmed.
      if Int64(pool.count) < supply { broken.append("'\(item)' has \(pool.count) codes for \(supply) that are left") }
    }
    return broken
  }
}

extension Ledger {
  // MARK: - Apply

  /// Applies what a record changes of the catalogue.
  mutating func applyCatalogue(_ record: Record) {
    for addition in record.stockAdditions { add(addition) }
    for take in record.codeTakes { takeCodes(take) }
    for use in record.quotaUses { count(use, record) }
    switch record.input {
    case .catalogue(let input): applyCatalogue(input, record)
    case .redemption(let input):
      if input.quote > 0 { catalogue.quotes.remove(input.quote) }
    default: break
    }
    for change in record.redemptionChanges { apply(change, record) }
  }

  private mutating func applyCatalogue(_ input: CatalogueInput, _ record: Record) {
    catalogue.quotas.drop(endedBy: timeMs)
    catalogue.quotes.drop(lapsedBy: timeMs)
    switch input.command {
    case .codes(let command):
      for code in command.codes {
        catalogue.pools[command.item, default: CodePool()].add(code)
        catalogue.loadedCodes.set(codeKey(code, item: command.item), to: 1)
      }
    case .quote: addQuote(record)
    case .reserve(let command):
      if command.quote > 0 { catalogue.quotes.remove(command.quote) }
    case .stock, .confirm, .cancel, .fulfil, nil: break
    }
  }

  private mutating func addQuote(_ record: Record) {
    guard case .catalogueChanged(let outcome)? = record.outcome, case .quoted(let quoted)? = outcome.outcome,
      let member = memberNames.find(quoted.member.utf8.span, key: hashKey), let price = quoted.price
    else { return note(sequence, "quotes nobody a price, or nothing") }
    catalogue.quotes.add(
      Quote(
        member: member, item: quoted.item, session: quoted.session, quantity: quoted.quantity, price: price,
        tier: quoted.tier, expiresMs: quoted.expiresMs),
      sequence: sequence)
  }

  private mutating func add(_ addition: StockAddition) {
    let item = itemPlace(addition.item)
    let (sum, overflow) = addedStock[item].addingReportingOverflow(addition.quantity)
    if overflow { return note(sequence, "adds \(addition.quantity) of '\(addition.item)': too many") }
    addedStock[item] = sum
  }

  private mutating func takeCodes(_ take: CodeTake) {
    guard let left = catalogue.pools[take.item]?.count, left >= Int(take.count) else {
      return note(
        sequence, "takes \(take.count) codes of '\(take.item)', which has \(catalogue.pools[take.item]?.count ?? 0)")
    }
    catalogue.pools[take.item]?.removeFirst(Int(take.count))
  }

  private mutating func count(_ use: QuotaUse, _ record: Record) {
    guard Int(use.memberPlace) <= record.members.count else {
      return note(sequence, "counts for member \(use.memberPlace) of its \(record.members.count)")
    }
    let member = use.memberPlace == 0 ? "" : record.members[Int(use.memberPlace) - 1]
    guard CivilCalendar.times.contains(use.periodEndsMs),
      catalogue.quotas.add(use.amount, to: quotaKey(use.name, member: member), endsMs: use.periodEndsMs)
    else { return note(sequence, "counts \(use.amount) for '\(use.name)', which there cannot be") }
  }

  private mutating func apply(_ change: RedemptionChange, _ record: Record) {
    let id = change.redemption == 0 ? sequence : change.redemption
    guard change.dueMs > 0 else {
      if catalogue.open[id] == nil { note(sequence, "ends redemption \(id), which is not open") }
      catalogue.open[id] = nil
      return
    }
    guard CivilCalendar.times.contains(change.dueMs), let outcome = record.redemptionOutcome else {
      return note(sequence, "changes redemption \(id) and does not say to what")
    }
    if change.redemption > 0 {
      guard catalogue.open[id] != nil else { return note(sequence, "changes redemption \(id), which is not open") }
      catalogue.open[id]?.state = change.state
      catalogue.open[id]?.dueMs = change.dueMs
      catalogue.open[id]?.outcome = outcome
      // A confirmation can use quotas of its own: of vouchers that it issues.
      catalogue.open[id]?.quotas += record.quotaUses
      return
    }
    guard let member = memberNames.find(outcome.member.utf8.span, key: hashKey) else {
      return note(sequence, "is a redemption of '\(outcome.member)', who is not enrolled")
    }
    catalogue.open[id] = OpenRedemption(
      member: member, state: change.state, dueMs: change.dueMs, outcome: outcome, taken: record.stockMoves,
      quotas: record.quotaUses)
  }

  /// The position of an item's or a session's counts, which begin with it.
  mutating func itemPlace(_ name: String) -> Int {
    let item = itemNames.insert(name)
    if item == taken.count {
      taken.append(0)
      addedStock.append(0)
    }
    return item
  }

  // MARK: - Restore

  mutating func restore(_ part: CataloguePart) throws(RestoreError) {
    for pool in part.pools {
      for code in pool.codes { catalogue.pools[pool.item, default: CodePool()].add(code) }
    }
    try Self.words(part.loadedCodes) { catalogue.loadedCodes.set($0, to: $1) }
    for period in part.quotas {
      guard CivilCalendar.times.contains(period.endsMs) else {
        throw RestoreError(description: "a quota's period ends at \(period.endsMs) ms: there is no such time")
      }
      try Self.words(period.words) { _ = catalogue.quotas.add(Int64($1), to: $0, endsMs: period.endsMs) }
    }
    for quote in part.quotes {
      guard Int(quote.member) < members.count, let price = quote.price else {
        throw RestoreError(description: "quote \(quote.quote) is of member \(quote.member), or has no price")
      }
      catalogue.quotes.add(
        Quote(
          member: quote.member, item: quote.item, session: quote.session, quantity: quote.quantity, price: price,
          tier: quote.tier, expiresMs: quote.expiresMs),
        sequence: quote.quote)
    }
    for redemption in part.redemptions {
      guard Int(redemption.member) < members.count, let outcome = redemption.outcome else {
        throw RestoreError(
          description: "redemption \(redemption.redemption) is of member \(redemption.member), or says nothing")
      }
      catalogue.open[redemption.redemption] = OpenRedemption(
        member: redemption.member, state: redemption.state, dueMs: redemption.dueMs, outcome: outcome,
        taken: redemption.taken, quotas: redemption.quotas)
    }
  }

  /// Fingerprints and what they stand for, three words each.
  static func words(
    _ words: [UInt64], _ body: (Fingerprint, UInt64) -> Void
  ) throws(RestoreError) {
    guard words.count.isMultiple(of: 3) else {
      throw RestoreError(description: "there are \(words.count) words of fingerprints, not three each")
    }
    for index in stride(from: 0, to: words.count, by: 3) {
      guard (1...FingerprintTable.maxValue).contains(words[index + 2]) else {
        throw RestoreError(description: "a fingerprint stands for \(words[index + 2])")
      }
      body(Fingerprint(high: words[index], low: words[index + 1]), words[index + 2])
    }
  }
}

extension Record {
  /// The redemption that a record leaves open, as it stands then.
  var redemptionOutcome: RedemptionOutcome? {
    switch outcome {
    case .redeemed(let outcome): outcome
    case .catalogueChanged(let outcome):
      if case .step(let step)? = outcome.outcome { step.result } else { nil }
    default: nil
    }
  }
}
