// loyalty.v1.OutboxService: notices on their way to members.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.OutboxService`.
struct OutboxHandlers: OutboxServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func fetchNotices(_ request: FetchNoticesRequest, context: ServerContext) async throws -> FetchNoticesResponse {
    try answer(context) { call in fetchNotices(request, call) }
  }

  func reportReceipts(
    _ request: ReportReceiptsRequest, context: ServerContext
  ) async throws -> ReportReceiptsResponse {
    try answer(context) { call in reportReceipts(request, call) }
  }

  func getOutboxReport(
    _ request: GetOutboxReportRequest, context: ServerContext
  ) async throws -> GetOutboxReportResponse {
    try answer(context) { call in
      read(.report, call) { ledger in ledger.noticeCounts }.map { counts in
        GetOutboxReportResponse(
          counts: counts.map { count in
            NoticeCount(
              kind: count.notice, channel: NoticeChannel(rawValue: count.channel.rawValue),
              queued: Int64(clamping: count.queued), withoutConsent: Int64(clamping: count.noConsent),
              dropped: Int64(clamping: count.dropped), fetched: Int64(clamping: count.fetched),
              delivered: Int64(clamping: count.delivered), failed: Int64(clamping: count.failed),
              seen: Int64(clamping: count.seen), late: Int64(clamping: count.late))
          })
      }
    }
  }

  private func fetchNotices(_ request: FetchNoticesRequest, _ call: CallSituation) -> Answer<FetchNoticesResponse> {
    var fields = RequestFields()
    let channel = OutboxChannel(rawValue: request.channel.rawValue)
    switch request.channel {
    case .unspecified, .unrecognized: fields.report("channel", "must be a channel that the schema names")
    case .sms, .email, .app, .partnerFeed: break
    }
    if request.maxNotices < 0 { fields.report("max_notices", "is \(request.maxNotices); must be 0 or more") }
    if !(0...3_600).contains(request.leaseSeconds) {
      fields.report("lease_seconds", "is \(request.leaseSeconds); must be 1 to 3600, or 0 for 300")
    }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let most = request.maxNotices == 0 ? 100 : min(Int(request.maxNotices), Ledger.noticesPerFetch)
    let input = OutboxFetchInput(
      channel: channel, maxNotices: UInt32(most),
      leaseMs: Int64(request.leaseSeconds == 0 ? 300 : request.leaseSeconds) * 1_000)
    let fetched = decide(.outboxFetch(input), key: request.idempotencyKey, .deliver, call)
    return fetched.flatMap { accepted in
      guard case .outboxFetched(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      let policy = policy
      let (views, _) = programme.store.read { ledger in
        ledger.notices(outcome.notices, policy: policy, now: call.now)
      }
      return .success(
        FetchNoticesResponse(
          notices: views.compactMap { notice($0, policy) },
          leasedUntil: ProtobufTimestamp(unixMilliseconds: outcome.untilMs)))
    }
  }

  /// A notice in words; nil when the policy has it no more.
  private func notice(_ view: NoticeView, _ policy: CompiledPolicy) -> OutgoingNotice? {
    guard let words = policy.document.notices.first(where: { $0.id == view.state.notice }) else { return nil }
    let language = view.language.isEmpty ? policy.document.programme?.defaultLanguage ?? "" : view.language
    let values = Dictionary(
      view.state.values.map { ($0.name, shown($0, language: language)) }, uniquingKeysWith: { first, _ in first })
    return OutgoingNotice(
      noticeID: PublicName.notice(view.state.id), memberID: view.member, kind: view.state.notice,
      subject: RefusalText.fill(policy.text(words.subject, language: language), values),
      text: RefusalText.fill(policy.text(words.text, language: language), values), language: language,
      attempt: Int32(clamping: view.state.attempts),
      createdAt: ProtobufTimestamp(unixMilliseconds: view.state.queuedMs),
      expiresAt: ProtobufTimestamp(unixMilliseconds: view.state.untilMs),
      offerChannel: policy.route(ofTier: view.tier)?.offerChannel ?? "")
  }

  /// A value of a notice: names of the policy in the member's language.
  private func shown(_ value: NoticeValue, language: String) -> String {
    let document = policy.document
    let texts: [String: String]? =
      switch value.name {
      case "tier", "before": document.tiers.first { $0.id == value.value }?.name
      case "trigger": document.triggers.first { $0.id == value.value }?.name
      case "offer": document.offers.first { $0.id == value.value }?.title
      default: nil
      }
    if value.name == "ticket" { return UInt64(value.value).map(PublicName.ticket) ?? value.value }
    return texts.map { policy.text($0, language: language) } ?? value.value
  }

  private func reportReceipts(
    _ request: ReportReceiptsRequest, _ call: CallSituation
  ) -> Answer<ReportReceiptsResponse> {
    var fields = RequestFields()
    if !(1...Ledger.noticesPerFetch).contains(request.receipts.count) {
      fields.report("receipts", "has \(request.receipts.count) entries; must have 1 to \(Ledger.noticesPerFetch)")
    }
    var input = OutboxReceiptsInput()
    for (index, receipt) in request.receipts.prefix(Ledger.noticesPerFetch).enumerated() {
      let notice = fields.sequence(receipt.noticeID, "receipts[\(index)].notice_id", named: PublicName.notice)
      switch receipt.kind {
      case .delivered, .failed, .seen: break
      case .unspecified, .unrecognized:
        fields.report("receipts[\(index)].kind", "must be a kind of receipt that the schema names")
      }
      input.receipts.append(OutboxReceipt(notice: notice, kind: ReceiptKind(rawValue: receipt.kind.rawValue)))
    }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    return decide(.outboxReceipts(input), key: request.idempotencyKey, .deliver, call).flatMap { accepted in
      guard case .outboxReceipted(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      var response = ReportReceiptsResponse()
      for (receipt, effect) in zip(input.receipts, outcome.effects) {
        switch effect {
        case .unknown: response.unknownNoticeIDs.append(PublicName.notice(receipt.notice))
        case .repeated: response.repeatedReceipts += 1
        default: response.accepted += 1
        }
      }
      return .success(response)
    }
  }
}
