// loyalty.v1.CatalogService: what staff does to the catalogue's supply, and whether prices are within reach.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC

/// Answers `loyalty.v1.CatalogService`.
struct CatalogHandlers: CatalogServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func addStock(_ request: AddStockRequest, context: ServerContext) async throws -> AddStockResponse {
    try answer(context) { call in addStock(request, call) }
  }

  func loadCodes(_ request: LoadCodesRequest, context: ServerContext) async throws -> LoadCodesResponse {
    try answer(context) { call in loadCodes(request, call) }
  }

  func getAffordability(
    _ request: GetAffordabilityRequest, context: ServerContext
  ) async throws -> GetAffordabilityResponse {
    let call = try situation(context)
    if let refusal = call.caller.refusal(for: .report) {
      throw RPCError(refusal, language: call.language(policy: policy))
    }
    return await affordability(call)
  }
}

extension CatalogHandlers {
  func addStock(_ request: AddStockRequest, _ call: CallSituation) -> Answer<AddStockResponse> {
    var fields = RequestFields()
    fields.checkName(request.itemID, "item_id")
    fields.checkName(request.sessionID, "session_id", isRequired: false)
    if request.quantity == 0 { fields.report("quantity", "is 0: say how many come in, or go") }
    fields.checkNote(request.reason, "reason")
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let input = StockInput(
      item: request.itemID, session: request.sessionID, quantity: request.quantity, reason: request.reason)
    return decide(.catalogue(CatalogueInput(command: .stock(input))), key: request.idempotencyKey, .supply, call)
      .flatMap { accepted in
        guard case .catalogue(let outcome) = accepted.outcome, case .stock(let stock)? = outcome.outcome else {
          return .failure(.unexpectedOutcome)
        }
        return .success(AddStockResponse(left: stock.left))
      }
  }

  func loadCodes(_ request: LoadCodesRequest, _ call: CallSituation) -> Answer<LoadCodesResponse> {
    var fields = RequestFields()
    fields.checkName(request.itemID, "item_id")
    if request.codes.isEmpty || request.codes.count > FieldLimits.codes {
      fields.report("codes", "has \(request.codes.count) entries; must have 1 to \(FieldLimits.codes)")
    }
    for (index, code) in request.codes.prefix(FieldLimits.codes).enumerated()
    where code.isEmpty || code.utf8.count > FieldLimits.codeBytes
      || code.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f })
    {
      // Its place, never the code: this text reaches logs.
      fields.report("codes[\(index)]", "must have 1 to \(FieldLimits.codeBytes) bytes and no control characters")
    }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let input = CodesInput(item: request.itemID, codes: request.codes)
    return decide(.catalogue(CatalogueInput(command: .codes(input))), key: request.idempotencyKey, .supply, call)
      .flatMap { accepted in
        guard case .catalogue(let outcome) = accepted.outcome, case .stock(let stock)? = outcome.outcome else {
          return .failure(.unexpectedOutcome)
        }
        return .success(LoadCodesResponse(loaded: stock.added, left: stock.left))
      }
  }

  /// Members that one look takes: less than a millisecond away from other calls.
  private static let membersALook = 5_000

  func affordability(_ call: CallSituation) async -> GetAffordabilityResponse {
    // One policy for the whole report: another may begin to decide meanwhile.
    let policy = policy
    let cheapest = policy.tiers.indices.map { policy.cheapestItem(tier: $0, now: call.now) }
    let prices = cheapest.map { $0?.price }
    var sum = AffordabilityCount(tiers: policy.tiers.count)
    var position = 0
    while true {
      let start = position
      let part = programme.store.read { ledger in
        ledger.affordability(
          from: start, most: Self.membersALook, cheapest: prices, policy: policy, now: call.now)
      }.value
      guard let part else { break }
      for tier in policy.tiers.indices {
        sum.members[tier] += part.members[tier]
        sum.able[tier] += part.able[tier]
        sum.balances[tier] += part.balances[tier]
      }
      position += Self.membersALook
      await Task.yield()
    }
    let members = sum.members.reduce(0, +)
    let able = sum.able.reduce(0, +)
    return GetAffordabilityResponse(
      tiers: policy.tiers.indices.map { tier in
        TierAffordability(
          tierID: policy.tiers[tier].id, members: sum.members[tier], able: sum.able[tier],
          ableBp: Self.share(sum.able[tier], of: sum.members[tier]), cheapestItemID: cheapest[tier]?.item ?? "",
          cheapestPoints: cheapest[tier]?.price ?? 0, medianBalance: Self.median(&sum.balances[tier]))
      },
      members: members, able: able, ableBp: Self.share(able, of: members), policyVersion: policy.version)
  }

  private static func share(_ part: Int64, of whole: Int64) -> UInt32 {
    whole == 0 ? 0 : UInt32(part * FixedPoint.one / whole)
  }

  private static func median(_ balances: inout [Int64]) -> Int64 {
    guard !balances.isEmpty else { return 0 }
    balances.sort()
    return balances[(balances.count - 1) / 2]
  }
}

extension CompiledPolicy {
  /// What costs a tier least at a moment, of what is for everybody in it.
  func cheapestItem(tier: Int, now: Int64) -> (item: String, price: Int64)? {
    var cheapest: (item: String, price: Int64)?
    for item in catalogue.byID.map({ catalogue.items[$0] }) where item.isOffered(at: now) && item.segments.isEmpty {
      guard let price = item.prices(at: now)[tier], price < cheapest?.price ?? Int64.max else { continue }
      cheapest = (item.id, price)
    }
    return cheapest
  }
}

extension RequestFields {
  /// What staff says to what it does.
  mutating func checkNote(_ note: String, _ field: String, isRequired: Bool = true) {
    if note.isEmpty, isRequired { report(field, "is required: who looks at this later wants to know why") }
    if note.utf8.count > FieldLimits.noteBytes {
      report(field, "has \(note.utf8.count) bytes; at most \(FieldLimits.noteBytes)")
    }
  }
}
