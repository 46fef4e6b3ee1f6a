// The calls of loyalty.v1.TierService: the tiers, history, entitlements and their uses, reviews to come.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime

/// Answers `loyalty.v1.TierService`.
struct TierHandlers: TierServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func listTiers(_ request: ListTiersRequest, context: ServerContext) async throws -> ListTiersResponse {
    try answer(context) { call in tiers(request, call) }
  }

  func listTierHistory(
    _ request: ListTierHistoryRequest, context: ServerContext
  ) async throws -> ListTierHistoryResponse {
    try await answerFromHistory(context) { call in try await history(request, call) }
  }

  func listEntitlements(
    _ request: ListEntitlementsRequest, context: ServerContext
  ) async throws -> ListEntitlementsResponse {
    try answer(context) { call in entitlements(request, call) }
  }

  func useEntitlement(_ request: UseEntitlementRequest, context: ServerContext) async throws -> UseEntitlementResponse {
    try answer(context) { call in use(request, call) }
  }

  func listEntitlementUses(
    _ request: ListEntitlementUsesRequest, context: ServerContext
  ) async throws -> ListEntitlementUsesResponse {
    try await answerFromHistory(context) { call in try await uses(request, call) }
  }

  func listTierReviews(
    _ request: ListTierReviewsRequest, context: ServerContext
  ) async throws -> ListTierReviewsResponse {
    try answer(context) { call in reviews(request, call) }
  }

  func history(
    _ request: ListTierHistoryRequest, _ call: CallSituation
  ) async throws -> Answer<ListTierHistoryResponse> {
    let list = "tier history \(request.memberID)"
    let page = try await historyPage(of: request.memberID, request.pageSize, request.pageToken, list: list, call)
    let parts = page.place.split(separator: " ").map { UInt64($0) ?? 0 }
    var changes: [TierChange] = []
    // A change is told once it is known that the tier was another one before. Until then a page hands it on to the next.
    var open: (sequence: UInt64, change: TierChange)?
    let before = parts.first ?? page.newest
    if parts.count == 2 {
      open = try programme.history.records(of: request.memberID, before: parts[1] &+ 1, limit: 1).first
        .flatMap { entry in TierChange(entry.record, of: request.memberID).map { (entry.sequence, $0) } }
    }
    let next = try programme.walkHistory(of: request.memberID, before: before, wanted: page.size) { entry in
      guard let change = TierChange(entry.record, of: request.memberID) else { return true }
      if let later = open?.change, later.tierID != change.tierID { changes.append(later) }
      open = (entry.sequence, change)
      return changes.count < page.size
    }
    if next == nil, let open { changes.append(open.change) }
    let token = next.map { next in
      PageToken.token(open.map { "\(next) \($0.sequence)" } ?? "\(next)", list: list)
    }
    return Answer(
      .success(ListTierHistoryResponse(changes: changes, nextPageToken: token ?? "")), sequence: page.sequence)
  }

  func uses(
    _ request: ListEntitlementUsesRequest, _ call: CallSituation
  ) async throws -> Answer<ListEntitlementUsesResponse> {
    let list = "entitlement uses \(request.memberID)"
    let page = try await historyPage(of: request.memberID, request.pageSize, request.pageToken, list: list, call)
    var uses: [EntitlementUse] = []
    let next = try programme.walkHistory(
      of: request.memberID, before: UInt64(page.place) ?? page.newest, wanted: page.size
    ) { entry in
      guard case .entitlementUse(let input)? = entry.record.input else { return true }
      uses.append(
        EntitlementUse(
          useID: PublicName.entitlementUse(entry.sequence), benefitID: input.benefit, reference: input.reference,
          at: ProtobufTimestamp(unixMilliseconds: entry.record.timeMs), usedBy: entry.record.subject))
      return uses.count < page.size
    }
    return Answer(
      .success(
        ListEntitlementUsesResponse(
          uses: uses, nextPageToken: next.map { PageToken.token("\($0)", list: list) } ?? "")),
      sequence: page.sequence)
  }

  /// What was asked for of a member's history, once it reaches as far as the ledger shows and the caller may look at it.
  /// `newest` is behind its newest record.
  private func historyPage(
    of member: String, _ pageSize: Int32, _ pageToken: String, list: String, _ call: CallSituation
  ) async throws -> (size: Int, place: String, newest: UInt64, sequence: UInt64) {
    var fields = RequestFields()
    fields.checkName(member, "member_id")
    fields.checkMemberID(member)
    let size = fields.pageSize(pageSize)
    let place = fields.pagePlace(pageToken, list: list)
    if let error = fields.error { throw error }
    let looked = read(.look, call) { (ledger) throws(Refusal) in
      _ = try ledger.tier(of: member, partner: call.caller.partner, policy: policy, now: call.now)
    }
    try looked.result.get()
    try await programme.waitForHistory(through: looked.sequence)
    return (size, place, looked.sequence + 1, looked.sequence)
  }

  func entitlements(_ request: ListEntitlementsRequest, _ call: CallSituation) -> Answer<ListEntitlementsResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    fields.checkLanguage(request.language)
    if let error = fields.error { return Answer(.failure(error)) }
    let policy = policy
    let language = call.language(request.language, policy: policy)
    return read(.look, call) { (ledger) throws(Refusal) in
      try ledger.tier(
        of: request.memberID, number: request.partnerMemberNumber, partner: call.caller.partner, policy: policy,
        now: call.now)
    }.map { view in
      ListEntitlementsResponse(
        memberID: view.member,
        entitlements: policy.document.tiers[view.tier].benefits.filter { $0.count > 0 }.map { benefit in
          let used = view.used[benefit.id] ?? 0
          return Entitlement(
            benefitID: benefit.id, text: policy.text(benefit.text, language: language), granted: Int64(benefit.count),
            used: used, left: max(0, Int64(benefit.count) - used),
            validUntil: ProtobufTimestamp(unixMilliseconds: view.benefitsEndMs))
        })
    }
  }

  func use(_ request: UseEntitlementRequest, _ call: CallSituation) -> Answer<UseEntitlementResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    fields.checkName(request.benefitID, "benefit_id")
    fields.checkName(request.reference, "reference")
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let input = EntitlementUseInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, benefit: request.benefitID,
      reference: request.reference)
    return decide(.entitlementUse(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .entitlementUsed(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        UseEntitlementResponse(
          useID: PublicName.entitlementUse(accepted.sequence), used: outcome.used, left: outcome.left,
          validUntil: ProtobufTimestamp(unixMilliseconds: outcome.periodEndsMs)))
    }
  }

  func reviews(_ request: ListTierReviewsRequest, _ call: CallSituation) -> Answer<ListTierReviewsResponse> {
    let list = "tier reviews"
    var fields = RequestFields()
    let size = fields.pageSize(request.pageSize)
    let place = fields.pagePlace(request.pageToken, list: list)
    if let error = fields.error { return Answer(.failure(error)) }
    let policy = policy
    let notice = Int64(policy.document.tierReview?.noticeDays ?? 0) * CivilCalendar.millisecondsPerDay
    return read(.report, call) { ledger in
      ledger.tiersAtRisk(
        until: call.now + notice, from: Int(place) ?? 0, limit: size, policy: policy, now: call.now)
    }.map { found in
      ListTierReviewsResponse(
        reviews: found.views.compactMap { view in
          view.review.map { review in
            TierReviewNotice(
              memberID: view.member, tierID: policy.tiers[view.tier].id, projectedTierID: policy.tiers[review.tier].id,
              at: ProtobufTimestamp(unixMilliseconds: review.atMs))
          }
        },
        nextPageToken: found.next.map { PageToken.token("\($0)", list: list) } ?? "")
    }
  }
}

extension TierChange {
  /// Where a record says that a member stands; nil if it says nothing of it.
  fileprivate init?(_ record: Record, of member: String) {
    guard let standing = record.standings.last(where: { record.name($0.member) == member }) else { return nil }
    self.init(
      at: ProtobufTimestamp(unixMilliseconds: record.timeMs), tierID: standing.tier,
      validUntil: .unlessNever(standing.tierUntilMs))
  }
}
