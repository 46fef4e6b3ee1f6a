// loyalty.v1.VoucherService: vouchers that one partner issues and others honour.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.VoucherService`.
struct VoucherHandlers: VoucherServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func issueVoucher(_ request: IssueVoucherRequest, context: ServerContext) async throws -> IssueVoucherResponse {
    try answer(context) { call in issueVoucher(request, call) }
  }

  func validateVoucher(
    _ request: ValidateVoucherRequest, context: ServerContext
  ) async throws -> ValidateVoucherResponse {
    try answer(context) { call in validateVoucher(request, call) }
  }

  func useVoucher(_ request: UseVoucherRequest, context: ServerContext) async throws -> UseVoucherResponse {
    try answer(context) { call in useVoucher(request, call) }
  }

  func cancelVoucher(_ request: CancelVoucherRequest, context: ServerContext) async throws -> CancelVoucherResponse {
    let words = try await words(request.reason, key: request.idempotencyKey, dropping: true, .change, context) {
      (ledger, _) throws(Refusal) in ledger.memberOfVoucher(request.code)
    }
    return try answer(context) { call in cancelVoucher(request, call, words) }
  }
}

extension VoucherHandlers {
  func issueVoucher(_ request: IssueVoucherRequest, _ call: CallSituation) -> Answer<IssueVoucherResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    fields.checkName(request.offerID, "offer_id")
    fields.checkOrder(session: "", quantity: request.quantity, cashPoints: 0)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let input = VoucherIssueInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, offer: request.offerID,
      quantity: Int64(max(1, request.quantity)))
    return voucher(.voucherIssue(input), key: request.idempotencyKey, call).map { voucher, _ in
      IssueVoucherResponse(
        memberID: voucher.member, offerID: voucher.offer, codes: voucher.codes,
        expiresAt: ProtobufTimestamp(unixMilliseconds: voucher.expiresMs), policyVersion: voucher.policyVersion)
    }
  }

  func validateVoucher(_ request: ValidateVoucherRequest, _ call: CallSituation) -> Answer<ValidateVoucherResponse> {
    var fields = RequestFields()
    fields.checkCode(request.code)
    fields.checkBill(request.bill)
    fields.checkLanguage(request.language)
    if let error = fields.error { return Answer(.failure(error)) }
    let language = call.language(request.language, policy: policy)
    let bill = request.bill ?? Money()
    return read(.look, call) { (ledger) throws(Refusal) in
      let terms = try ledger.voucher(request.code, at: call.caller.partner, now: call.now)
      return (terms, off: try ledger.off(terms, currency: bill.currencyCode, bill: bill.minorUnits))
    }.map { terms, off in
      let offer = policy.document.voucherOffers.first { $0.id == terms.offer }
      return ValidateVoucherResponse(
        offerID: terms.offer, title: policy.text(offer?.title ?? [:], language: language),
        terms: policy.text(offer?.terms ?? [:], language: language), issuer: terms.issuer,
        off: Money(currencyCode: bill.currencyCode, minorUnits: off),
        expiresAt: ProtobufTimestamp(unixMilliseconds: terms.expiresMs))
    }
  }

  func useVoucher(_ request: UseVoucherRequest, _ call: CallSituation) -> Answer<UseVoucherResponse> {
    var fields = RequestFields()
    fields.checkCode(request.code)
    fields.checkBill(request.bill)
    fields.checkName(request.reference, "reference")
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let bill = request.bill ?? Money()
    let input = VoucherUseInput(
      code: request.code, currency: bill.currencyCode, billMinorUnits: bill.minorUnits, reference: request.reference)
    return voucher(.voucherUse(input), key: request.idempotencyKey, call).map { voucher, accepted in
      UseVoucherResponse(
        useID: PublicName.voucherUse(accepted.sequence), offerID: voucher.offer, issuer: voucher.issuer,
        off: Money(currencyCode: voucher.currency, minorUnits: voucher.offMinorUnits),
        usedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs))
    }
  }

  func cancelVoucher(
    _ request: CancelVoucherRequest, _ call: CallSituation, _ words: PersonalWords
  ) -> Answer<CancelVoucherResponse> {
    var fields = RequestFields()
    fields.checkCode(request.code)
    fields.checkNote(request.reason, "reason")
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }
    let input = VoucherCancelInput(
      code: request.code, reason: words.clear(request.reason, ""), words: words.sealed)
    return voucher(.voucherCancel(input), key: request.idempotencyKey, call).map { voucher, _ in
      CancelVoucherResponse(state: LoyaltyAPI.VoucherState(rawValue: voucher.state.rawValue))
    }
  }

  private func voucher(
    _ command: PartnershipInput.Command, key: String, _ call: CallSituation
  ) -> Answer<(VoucherOutcome, Accepted)> {
    decide(.partnership(PartnershipInput(command: command)), key: key, .change, call).flatMap { accepted in
      guard case .partnership(let outcome) = accepted.outcome, case .voucher(let voucher)? = outcome.outcome else {
        return .failure(.unexpectedOutcome)
      }
      return .success((voucher, accepted))
    }
  }
}

extension RequestFields {
  /// A voucher's code, which no error repeats.
  mutating func checkCode(_ code: String) {
    if code.isEmpty {
      report("code", "is required")
    } else if code.utf8.count > FieldLimits.idBytes {
      report("code", "has \(code.utf8.count) bytes; at most \(FieldLimits.idBytes)")
    }
  }

  mutating func checkBill(_ bill: Money?) {
    guard let bill else { return report("bill", "is required") }
    if !CurrencyCode.isValid(bill.currencyCode) {
      report("bill.currency_code", "must be an ISO 4217 code, three capital letters, as in CNY")
    }
    if !(1...Self.largestAmount).contains(bill.minorUnits) {
      report("bill.minor_units", "is \(bill.minorUnits); must be 1 to \(Self.largestAmount)")
    }
  }
}
