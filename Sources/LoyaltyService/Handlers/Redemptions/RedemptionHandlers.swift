// loyalty.v1.RedemptionService: a price to hold, a reservation to confirm, and handing over.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.RedemptionService`.
struct RedemptionHandlers: RedemptionServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func createQuote(_ request: CreateQuoteRequest, context: ServerContext) async throws -> CreateQuoteResponse {
    try answer(context) { call in createQuote(request, call) }
  }

  func reserveRedemption(
    _ request: ReserveRedemptionRequest, context: ServerContext
  ) async throws -> ReserveRedemptionResponse {
    try answer(context) { call in reserve(request, call).map { ReserveRedemptionResponse(redemption: $0) } }
  }

  func confirmRedemption(
    _ request: ConfirmRedemptionRequest, context: ServerContext
  ) async throws -> ConfirmRedemptionResponse {
    try answer(context) { call in
      step(request.redemptionID, key: request.idempotencyKey, .change, call) { .confirm(ConfirmInput(redemption: $0)) }
        .map { ConfirmRedemptionResponse(redemption: $0) }
    }
  }

  func cancelRedemption(
    _ request: CancelRedemptionRequest, context: ServerContext
  ) async throws -> CancelRedemptionResponse {
    let words = try await words(request.reason, on: request.redemptionID, key: request.idempotencyKey, context)
    return try answer(context) { call in
      step(
        request.redemptionID, key: request.idempotencyKey, note: ("reason", request.reason), words: words, .change, call
      ) {
        .cancel(
          CancelInput(redemption: $0, reason: words.clear(request.reason, ""), words: words.sealed))
      }.map { CancelRedemptionResponse(redemption: $0) }
    }
  }

  func updateFulfilment(
    _ request: UpdateFulfilmentRequest, context: ServerContext
  ) async throws -> UpdateFulfilmentResponse {
    let words = try await words(request.note, on: request.redemptionID, key: request.idempotencyKey, context)
    return try answer(context) { call in
      guard let state = fulfilmentStates[request.state] else {
        var fields = RequestFields()
        fields.report("state", "must be IN_FULFILMENT, FULFILLED or REFUNDED")
        return Answer(.failure(fields.error ?? .unexpectedOutcome))
      }
      return step(
        request.redemptionID, key: request.idempotencyKey, note: ("note", request.note), words: words, .change, call
      ) {
        .fulfil(
          FulfilInput(redemption: $0, state: state, note: words.clear(request.note, ""), words: words.sealed))
      }.map { UpdateFulfilmentResponse(redemption: $0) }
    }
  }

  func getRedemption(_ request: GetRedemptionRequest, context: ServerContext) async throws -> GetRedemptionResponse {
    // History is read from the disk: not on the connection's loop.
    await Task.yield()
    return try answer(context) { call in getRedemption(request, call) }
  }

  func listRedemptions(
    _ request: ListRedemptionsRequest, context: ServerContext
  ) async throws -> ListRedemptionsResponse {
    await Task.yield()
    return try answer(context) { call in listRedemptions(request, call) }
  }

  func listOpenRedemptions(
    _ request: ListOpenRedemptionsRequest, context: ServerContext
  ) async throws -> ListOpenRedemptionsResponse {
    try answer(context) { call in listOpenRedemptions(request, call) }
  }

  private var fulfilmentStates: [LoyaltyAPI.RedemptionState: LoyaltyMessages.RedemptionState] {
    [.inFulfilment: .inFulfilment, .fulfilled: .fulfilled, .refunded: .refunded]
  }
}

extension RedemptionHandlers {
  func createQuote(_ request: CreateQuoteRequest, _ call: CallSituation) -> Answer<CreateQuoteResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    fields.checkName(request.itemID, "item_id")
    fields.checkOrder(session: request.sessionID, quantity: request.quantity, cashPoints: request.cashPoints)
    fields.checkName(request.idempotencyKey, "idempotency_key", isRequired: !request.dryRun)
    if let error = fields.error { return Answer(.failure(error)) }
    let input = QuoteInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, item: request.itemID,
      session: request.sessionID, quantity: Int64(max(1, request.quantity)), cashPoints: request.cashPoints)
    return decide(
      .catalogue(CatalogueInput(command: .quote(input))), key: request.idempotencyKey, dryRun: request.dryRun, .change,
      call
    ).flatMap { accepted in
      guard case .catalogue(let outcome) = accepted.outcome, case .quoted(let quoted)? = outcome.outcome,
        let price = quoted.price
      else { return .failure(.unexpectedOutcome) }
      return .success(
        CreateQuoteResponse(
          quoteID: request.dryRun ? "" : PublicName.quote(accepted.sequence), memberID: quoted.member,
          itemID: quoted.item, sessionID: quoted.session, quantity: Int32(clamping: quoted.quantity),
          points: price.points, cash: Money(price), cashPoints: price.cashPoints, tierID: quoted.tier,
          priceRule: RedemptionPrice.rule(price, item: quoted.item), policyVersion: price.policyVersion,
          expiresAt: ProtobufTimestamp(unixMilliseconds: quoted.expiresMs), balance: quoted.available))
    }
  }

  func reserve(_ request: ReserveRedemptionRequest, _ call: CallSituation) -> Answer<Redemption> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    let quote = fields.optionalSequence(request.quoteID, "quote_id", PublicName.quotePrefix)
    fields.checkName(request.itemID, "item_id", isRequired: quote == 0)
    fields.checkOrder(session: request.sessionID, quantity: request.quantity, cashPoints: request.cashPoints)
    if let expected = request.expectedPoints, expected < 0 {
      fields.report("expected_points", "is \(expected); must be 0 or more")
    }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let input = ReserveInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, item: request.itemID,
      session: request.sessionID, quantity: Int64(quote > 0 ? request.quantity : max(1, request.quantity)),
      cashPoints: request.cashPoints, expectedPoints: request.expectedPoints, quote: quote)
    return decide(.catalogue(CatalogueInput(command: .reserve(input))), key: request.idempotencyKey, .change, call)
      .flatMap { Redemption.result(of: $0) }
  }

  /// Encrypts what is said about a redemption that is there, for its member.
  private func words(
    _ text: String, on redemptionID: String, key: String, _ context: ServerContext
  ) async throws -> PersonalWords {
    let id = PublicName.sequence(redemptionID, PublicName.redemptionPrefix) ?? 0
    return try await words(text, about: id, key: key, .change, context) { ledger in
      ledger.openRedemption(id)?.outcome.member ?? ""
    }
  }

  /// A step of a redemption that is there.
  func step(
    _ redemptionID: String, key: String, note: (field: String, text: String) = ("", ""),
    words: PersonalWords = .clear, _ permission: Permission, _ call: CallSituation,
    _ command: (UInt64) -> CatalogueInput.Command
  ) -> Answer<Redemption> {
    var fields = RequestFields()
    let redemption = fields.sequence(redemptionID, "redemption_id", PublicName.redemptionPrefix)
    if note.text.utf8.count > FieldLimits.noteBytes {
      fields.report(note.field, "has \(note.text.utf8.count) bytes; at most \(FieldLimits.noteBytes)")
    }
    fields.checkName(key, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }
    return decide(.catalogue(CatalogueInput(command: command(redemption))), key: key, permission, call)
      .flatMap { Redemption.result(of: $0) }
  }
}

extension Redemption {
  /// What a step answers.
  static func result(of accepted: Accepted) -> Result<Redemption, RPCError> {
    guard case .catalogue(let outcome) = accepted.outcome, case .step(let step)? = outcome.outcome,
      let redemption = Redemption(step, policyVersion: accepted.policyVersion)
    else { return .failure(.unexpectedOutcome) }
    return .success(redemption)
  }

  /// A redemption after a step; nil for a step without one.
  init?(_ step: RedemptionStep, policyVersion: UInt32) {
    guard let result = step.result else { return nil }
    self.init(result, redemption: step.redemption, state: step.state, policyVersion: policyVersion)
    restored = step.restored.map(LotRestoration.init)
  }

  /// A redemption as an outcome tells it.
  init(
    _ outcome: RedemptionOutcome, redemption: UInt64, state: LoyaltyMessages.RedemptionState, policyVersion: UInt32
  ) {
    let price = outcome.price
    let due = outcome.dueMs == 0 ? nil : ProtobufTimestamp(unixMilliseconds: outcome.dueMs)
    self.init(
      redemptionID: PublicName.redemption(redemption), memberID: outcome.member, itemID: outcome.item,
      sessionID: outcome.session, quantity: Int32(clamping: outcome.quantity),
      state: LoyaltyAPI.RedemptionState(rawValue: state.rawValue), points: outcome.points,
      cash: price.flatMap { Money($0) }, cashPoints: price?.cashPoints ?? 0, lots: outcome.lots.map(LotDebit.init),
      balance: outcome.balance, tierID: outcome.tier, priceRule: RedemptionPrice.rule(price, item: outcome.item),
      pricePolicyVersion: price?.policyVersion ?? policyVersion,
      quoteID: price.flatMap { $0.quote > 0 ? PublicName.quote($0.quote) : nil } ?? "",
      codes: outcome.codes.map(RedemptionCode.init), reservedUntil: state == .reserved ? due : nil,
      fulfilBy: state == .accepted || state == .inFulfilment ? due : nil, provider: outcome.provider)
  }
}

extension RedemptionCode {
  init(_ line: CodeLine) {
    self.init(itemID: line.item, code: line.code, voucher: line.voucher > 0)
  }
}

extension RedemptionPrice {
  /// What set a price, as a path of the policy.
  static func rule(_ price: RedemptionPrice?, item: String) -> String {
    price.flatMap { $0.rule.isEmpty ? nil : $0.rule } ?? "catalogue.\(item)"
  }
}

extension Money {
  /// The money of a price; nil when there is none.
  init?(_ price: RedemptionPrice) {
    guard price.minorUnits > 0 else { return nil }
    self.init(currencyCode: price.currency, minorUnits: price.minorUnits)
  }
}

extension RequestFields {
  /// What quotes, reservations and redemptions have in common.
  mutating func checkOrder(session: String, quantity: Int32, cashPoints: Int64) {
    checkName(session, "session_id", isRequired: false)
    if quantity < 0 || quantity > FieldLimits.quantity {
      report("quantity", "is \(quantity); must be 1 to \(FieldLimits.quantity), or 0 for 1")
    }
    if cashPoints < 0 { report("cash_points", "is \(cashPoints); must be 0 or more") }
  }

  /// The number in a name that may be left out; 0 without one.
  mutating func optionalSequence(_ name: String, _ field: String, _ prefix: String) -> UInt64 {
    name.isEmpty ? 0 : sequence(name, field, prefix)
  }
}
