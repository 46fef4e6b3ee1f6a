// A refusal as callers get it: a status, a stable reason with the numbers, and a text in their language.

import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime

extension RPCError {
  /// `google.rpc.ErrorInfo.domain` of all reasons.
  static let reasonDomain = "loyalty.v1"

  /// What a refusal of the ledger tells its caller.
  init(_ refusal: Refusal, language: String) {
    var metadata: [String: String] = [:]
    for value in refusal.values {
      let (name, text) = PublicValue.shown(value)
      metadata[name] = text
    }
    let isChinese = Language.isChinese(language)
    self.init(
      refusal.reason.statusCode, RefusalText.english(refusal.reason, metadata),
      details: [
        ProtobufAny(
          packing: ErrorInfo(reason: refusal.reason.rawValue, domain: Self.reasonDomain, metadata: metadata)),
        ProtobufAny(
          packing: LocalizedMessage(
            locale: isChinese ? "zh-CN" : "en",
            message: isChinese
              ? RefusalText.chinese(refusal.reason, metadata) : RefusalText.english(refusal.reason, metadata))),
      ])
  }

  /// What a refusal of the store tells a caller: nothing has changed, and whether trying again helps.
  init(storeError error: any Error) {
    guard let error = error as? StoreError else {
      self.init(.internal, "the store failed")
      return
    }
    switch error {
    case .queueFull(_, _, let retryAfter):
      let parts = retryAfter.components
      let delay = ProtobufDuration(seconds: parts.seconds, nanos: Int32(parts.attoseconds / 1_000_000_000))
      self.init(
        .resourceExhausted, "more comes than the disk takes; nothing has changed, try again later",
        details: [ProtobufAny(packing: RetryInfo(retryDelay: delay))])
    case .readOnly: self.init(.unavailable, "the server takes no changes at the moment; nothing has changed")
    case .recordTooLarge(let bytes, let limit):
      self.init(.resourceExhausted, "this command makes a record of \(bytes) bytes; at most \(limit) are kept")
    default: self.init(.unavailable, "the server is stopping; nothing has changed")
    }
  }
}

extension RefusalReason {
  /// The status a reason is answered with.
  var statusCode: StatusCode {
    switch self {
    case .memberUnknown, .itemUnknown, .holdUnknown, .policyUnknown, .ticketUnknown, .changeUnknown, .surveyUnknown,
      .campaignUnknown, .claimUnknown, .codeUnknown, .shareUnknown, .limitedOfferUnknown:
      .notFound
    case .partnerRequired, .roleRequired, .channelForbidden: .permissionDenied
    case .memberExists: .alreadyExists
    case .commandInvalid, .answerInvalid: .invalidArgument
    case .ledgerFull, .tooManyLots, .tooManyTickets, .tooManyHolds, .ticketFull, .tooManyShares,
      .profileFull, .partnerQuotaExceeded, .partnerCallsExceeded, .memberLimitExceeded:
      .resourceExhausted
    case .tooManyProposals, .tooManyClaims: .resourceExhausted
    case .recordUnknown, .proposalUnknown: .notFound
    case .transferNotAllowed, .secondPersonRequired: .permissionDenied
    case .changedMeanwhile: .aborted
    case .importRefused, .totalsDiffer: .invalidArgument
    case .ledgerNotOpen, .ledgerAlreadyOpen, .policyNotInEffect: .unavailable
    // The catalogue and partners.
    case .sessionUnknown, .quoteUnknown, .redemptionUnknown, .exchangeNotOffered, .exchangeUnknown, .offerUnknown,
      .voucherUnknown, .bulletinUnknown:
      .notFound
    case .providerRequired: .permissionDenied
    case .tooManyQuotes: .resourceExhausted
    // The rules say no to this as things stand.
    default: .failedPrecondition
    }
  }
}

/// Values of a refusal as callers know them: moments instead of milliseconds, names instead of numbers.
private enum PublicValue {
  static func shown(_ value: Refusal.Value) -> (name: String, text: String) {
    if value.name.hasSuffix("Ms"), let milliseconds = Int64(value.value) {
      return (String(value.name.dropLast(2)), moment(milliseconds))
    }
    switch value.name {
    case "firstAccrual": return (value.name, UInt64(value.value).map(PublicName.accrual) ?? value.value)
    case "firstExchange", "exchange": return (value.name, UInt64(value.value).map(PublicName.exchange) ?? value.value)
    case "redemption": return (value.name, UInt64(value.value).map(PublicName.redemption) ?? value.value)
    case "quote": return (value.name, UInt64(value.value).map(PublicName.quote) ?? value.value)
    case "accrual": return (value.name, UInt64(value.value).map(PublicName.accrual) ?? value.value)
    case "payment": return (value.name, UInt64(value.value).map(PublicName.redemption) ?? value.value)
    case "reversal": return (value.name, UInt64(value.value).map(PublicName.reversal) ?? value.value)
    case "proposal": return (value.name, UInt64(value.value).map(PublicName.proposal) ?? value.value)
    case "lot": return (value.name, UInt64(value.value).map(PublicName.lot) ?? value.value)
    case "ticket": return (value.name, UInt64(value.value).map(PublicName.ticket) ?? value.value)
    case "claim": return (value.name, UInt64(value.value).map(PublicName.claim) ?? value.value)
    case "suspense": return (value.name, UInt64(value.value).map(PublicName.suspense) ?? value.value)
    case "share", "firstShare": return (value.name, UInt64(value.value).map(PublicName.share) ?? value.value)
    case "grant": return (value.name, UInt64(value.value).map(PublicName.grant) ?? value.value)
    case "hold": return (value.name, UInt64(value.value).map(PublicName.hold) ?? value.value)
    case "activity":
      let name = Int32(value.value).flatMap { Activity.table.name(of: $0) } ?? value.value
      return (value.name, name.hasPrefix("ACTIVITY_") ? String(name.dropFirst("ACTIVITY_".count)).lowercased() : name)
    default: return (value.name, value.value)
    }
  }

  /// RFC 3339; the number of milliseconds for what has no such form ("never").
  private static func moment(_ milliseconds: Int64) -> String {
    if milliseconds == Int64.max { return "never" }
    guard (0...CivilCalendar.lastMs).contains(milliseconds),
      let json = try? ProtobufTimestamp(unixMilliseconds: milliseconds).jsonString()
    else { return "\(milliseconds)" }
    return String(json.dropFirst().dropLast())
  }
}
