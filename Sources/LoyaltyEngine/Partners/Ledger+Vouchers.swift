// Deciding vouchers that one partner issues and others honour: who may issue, what it is worth on a bill, and that it is
// used once.

import LoyaltyMessages

extension Ledger {
  func decide(_ input: VoucherIssueInput, _ request: inout Request) throws(Refusal) -> Record {
    let partner = request.caller.partner
    let number = try resolveEnrolled(input.member, number: input.partnerNumber, partner: partner)
    let offer = request.policy.voucherOffer(input.offer)
    // An offer of another partner's is none that this one could issue.
    guard let offer, partner.isEmpty || partner == offer.issuer else {
      throw Refusal(.offerUnknown, ["offerId": input.offer])
    }
    var input = input
    input.member = memberNames.string(number)
    let member = request.draft.addMember(input.member)
    let codes = try issue(offer.id, member: member, id: input.member, quantity: input.quantity, &request)
    return request.draft.finish(
      input: .partnership(PartnershipInput(command: .voucherIssue(input))),
      outcome: .partnershipChanged(
        PartnershipOutcome(
          outcome: .voucher(
            VoucherOutcome(
              member: input.member, offer: offer.id, issuer: offer.issuer, codes: codes, state: .issued,
              expiresMs: request.draft.record.voucherIssues.last?.expiresMs ?? 0,
              policyVersion: request.policy.version)))))
  }

  static func voucherQuota(_ offer: String, _ whose: String) -> String { "voucher/\(offer)/\(whose)" }

  /// Writes vouchers of an offer into the record.
  /// - Parameters:
  ///   - member: position in the record.
  ///   - id: the member's.
  /// - Returns: their codes.
  func issue(
    _ offerID: String, member: UInt32, id: String, quantity: Int64, _ request: inout Request
  ) throws(Refusal) -> [String] {
    guard let offer = request.policy.voucherOffer(offerID) else { throw Refusal(.offerUnknown, ["offerId": offerID]) }
    let before = request.draft.record.voucherIssues.reduce(UInt32(0)) { $0 + $1.count }
    guard quantity > 0, quantity + Int64(before) <= Int64(limits.codesPerRedemption) else {
      throw Refusal(.commandInvalid, ["quantity": "\(quantity)"])
    }
    if partnership.vouchers.count + Int(quantity) > limits.vouchers {
      throw Refusal(.ledgerFull, ["vouchers": "\(partnership.vouchers.count)", "most": "\(limits.vouchers)"])
    }
    var quotas: [(most: Int64, ends: Int64, whose: String, place: UInt32)] = []
    if offer.most > 0 { quotas.append((offer.most, 0, "", 0)) }
    if let quota = offer.memberQuota {
      quotas.append((quota.most, request.policy.calendar.end(of: quota.period, at: request.now), id, member + 1))
    }
    for quota in quotas {
      let name = Self.voucherQuota(offer.id, quota.place == 0 ? "all" : "member")
      let used = catalogue.quotas.count(of: quotaKey(name, member: quota.whose), endsMs: quota.ends)
      if quantity > quota.most - min(used, quota.most) {
        throw Refusal(
          .quotaExceeded,
          [
            "itemId": offer.id, "most": "\(quota.most)", "used": "\(used)", "requested": "\(quantity)",
            "renewsMs": "\(quota.ends == 0 ? Int64.max : quota.ends)",
          ])
      }
      request.draft.record.quotaUses.append(
        QuotaUse(name: name, memberPlace: quota.place, periodEndsMs: quota.ends, amount: quantity))
    }
    request.draft.record.voucherIssues.append(
      VoucherIssue(
        member: member, offer: offer.id, policyVersion: request.policy.version, issuer: offer.issuer,
        honouredAt: offer.honouredAt, discountBp: offer.discountBp, currency: offer.value?.currency ?? "",
        minorUnits: offer.value?.minorUnits ?? 0, minBillMinorUnits: offer.minBillMinorUnits,
        expiresMs: request.now + Int64(offer.validDays) * CivilCalendar.millisecondsPerDay, count: UInt32(quantity)))
    return (0..<UInt32(quantity)).map {
      VoucherCode.make(record: request.draft.sequence, number: before + $0, key: hashKey)
    }
  }

  func decide(_ input: VoucherUseInput, _ request: inout Request) throws(Refusal) -> Record {
    var input = input
    input.code = VoucherCode.normalized(input.code)
    let partner = request.caller.partner
    if partner.isEmpty { throw Refusal(.partnerRequired, ["subject": request.caller.subject]) }
    let voucher = try usable(input.code, at: partner, now: request.now)
    let off = try off(voucher, currency: input.currency, bill: input.billMinorUnits)
    let member = memberNames.string(voucher.member)
    _ = request.draft.addMember(member)
    request.draft.record.voucherEnds.append(VoucherEnd(code: input.code, state: .used))
    let reference = input.reference
    return request.draft.finish(
      input: .partnership(PartnershipInput(command: .voucherUse(input))),
      outcome: .partnershipChanged(
        PartnershipOutcome(
          outcome: .voucher(
            VoucherOutcome(
              member: member, offer: voucher.terms.offer, issuer: voucher.terms.issuer, codes: [input.code],
              state: .used, expiresMs: voucher.terms.expiresMs, policyVersion: voucher.terms.policyVersion,
              currency: input.currency, offMinorUnits: off, honouredBy: partner, reference: reference)))))
  }

  /// The member whom a voucher was issued to; empty for a code that names none.
  public func memberOfVoucher(_ code: String) -> String {
    partnership.vouchers.find(voucherKey(VoucherCode.normalized(code)))
      .map { memberNames.string($0.member) } ?? ""
  }

  func decide(_ input: VoucherCancelInput, _ request: inout Request) throws(Refusal) -> Record {
    var input = input
    input.code = VoucherCode.normalized(input.code)
    let partner = request.caller.partner
    guard let voucher = partnership.vouchers.find(voucherKey(input.code)),
      partner.isEmpty || partner == voucher.terms.issuer
    else { throw Refusal(.voucherUnknown) }
    if voucher.state != .issued { throw Refusal(.voucherUsed, ["state": voucher.state.word]) }
    let member = memberNames.string(voucher.member)
    _ = request.draft.addMember(member)
    request.draft.record.voucherEnds.append(VoucherEnd(code: input.code, state: .cancelled))
    return request.draft.finish(
      input: .partnership(PartnershipInput(command: .voucherCancel(input))),
      outcome: .partnershipChanged(
        PartnershipOutcome(
          outcome: .voucher(
            VoucherOutcome(
              member: member, offer: voucher.terms.offer, issuer: voucher.terms.issuer, codes: [input.code],
              state: .cancelled, expiresMs: voucher.terms.expiresMs,
              policyVersion: voucher.terms.policyVersion)))))
  }

  /// A voucher's terms for a partner that could honour it, as `ValidateVoucher` tells them. A code is as good as cash:
  /// whoever has it may ask, whether the member is the partner's own or not, but learns no member's id.
  public func voucher(_ code: String, at partner: String, now: Int64) throws(Refusal) -> VoucherIssue {
    try usable(VoucherCode.normalized(code), at: partner, now: now).terms
  }

  /// What a voucher takes off a bill, in the bill's minor units; rounded down.
  public func off(_ terms: VoucherIssue, currency: String, bill: Int64) throws(Refusal) -> Int64 {
    if bill < terms.minBillMinorUnits || bill < 1 {
      throw Refusal(.voucherBillTooSmall, ["bill": "\(bill)", "minimum": "\(max(1, terms.minBillMinorUnits))"])
    }
    if terms.discountBp > 0 {
      return FixedPoint.scale(bill, by: Int64(terms.discountBp), over: FixedPoint.one, rounding: .down) ?? 0
    }
    if currency != terms.currency {
      throw Refusal(.voucherCurrency, ["currency": currency, "voucherCurrency": terms.currency])
    }
    return min(bill, terms.minorUnits)
  }

  private func off(_ voucher: Voucher, currency: String, bill: Int64) throws(Refusal) -> Int64 {
    try off(voucher.terms, currency: currency, bill: bill)
  }

  private func usable(_ code: String, at partner: String, now: Int64) throws(Refusal) -> Voucher {
    // One that is not honoured here is as good as none: who tries codes learns nothing of other partners' vouchers.
    guard let voucher = partnership.vouchers.find(voucherKey(code)),
      partner.isEmpty || voucher.terms.honouredAt.contains(partner) || voucher.terms.issuer == partner
    else { throw Refusal(.voucherUnknown) }
    guard partner.isEmpty || voucher.terms.honouredAt.contains(partner) else {
      throw Refusal(.voucherNotHonoured, ["partner": partner])
    }
    if voucher.state != .issued { throw Refusal(.voucherUsed, ["state": voucher.state.word]) }
    if now >= voucher.terms.expiresMs {
      throw Refusal(.voucherExpired, ["expiredMs": "\(voucher.terms.expiresMs)"])
    }
    return voucher
  }

  func voucherKey(_ code: String) -> Fingerprint {
    var hash = SipHash(key: hashKey)
    hash.combine("voucher")
    hash.combine(code)
    return hash.finish()
  }
}

extension CompiledPolicy {
  func voucherOffer(_ id: String) -> VoucherOfferPolicy? { document.voucherOffers.first { $0.id == id } }
}
