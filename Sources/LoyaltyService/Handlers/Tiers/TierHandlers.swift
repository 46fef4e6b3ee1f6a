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

  /// Records of a member that a list of its history looks at; the schema's comments state it.
  private static let mostRecords = 1_000

  func listTiers(_ request: ListTiersRequest, context: ServerContext) async throws -> ListTiersResponse {
    try answer(context) { call in tiers(request, call) }
  }

  func listTierHistory(
    _ request: ListTierHistoryRequest, context: ServerContext
  ) async throws -> ListTierHistoryResponse {
    try answer(context) { call in history(request, call) }
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
    try answer(context) { call in uses(request, call) }
  }

  func listTierReviews(
    _ request: ListTierReviewsRequest, context: ServerContext
  ) async throws -> ListTierReviewsResponse {
    try answer(context) { call in reviews(request, call) }
  }

  func history(_ request: ListTierHistoryRequest, _ call: CallSituation) -> Answer<ListTierHistoryResponse> {
    records(of: request.memberID, call).map { entries in
      var changes: [TierChange] = []
      // Oldest first, so that only what differs from the one before is told.
      for entry in entries.reversed() {
        for standing in entry.record.standings
        where entry.record.members[Int(standing.member)] == request.memberID && changes.last?.tierID != standing.tier {
          changes.append(
            TierChange(
              at: ProtobufTimestamp(unixMilliseconds: entry.record.timeMs), tierID: standing.tier,
              validUntil: .unlessNever(standing.tierUntilMs)))
        }
      }
      return ListTierHistoryResponse(changes: changes.reversed())
    }
  }

  func uses(_ request: ListEntitlementUsesRequest, _ call: CallSituation) -> Answer<ListEntitlementUsesResponse> {
    records(of: request.memberID, call).map { entries in
      ListEntitlementUsesResponse(
        uses: entries.compactMap { entry in
          guard case .entitlementUse(let input)? = entry.record.input else { return nil }
          return EntitlementUse(
            useID: PublicName.entitlementUse(entry.sequence), benefitID: input.benefit, reference: input.reference,
            at: ProtobufTimestamp(unixMilliseconds: entry.record.timeMs), usedBy: entry.record.subject)
        })
    }
  }

  /// The newest records of a member whom the caller may look at.
  private func records(of member: String, _ call: CallSituation) -> Answer<[HistoryEntry<Record>]> {
    var fields = RequestFields()
    fields.checkName(member, "member_id")
    fields.checkMemberID(member)
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.look, call) { (ledger) throws(Refusal) in
      _ = try ledger.tier(of: member, partner: call.caller.partner, policy: policy, now: call.now)
    }.flatMap {
      do {
        var entries: [HistoryEntry<Record>] = []
        while entries.count < Self.mostRecords {
          let page = try programme.history.records(
            of: member, before: entries.last?.sequence ?? .max, limit: Self.mostRecords - entries.count)
          if page.isEmpty { break }
          entries += page
        }
        return .success(entries)
      } catch {
        return .failure(RPCError(storeError: error))
      }
    }
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
    var fields = RequestFields()
    let size = fields.pageSize(request.pageSize)
    if let error = fields.error { return Answer(.failure(error)) }
    let policy = policy
    let notice = Int64(policy.document.tierReview?.noticeDays ?? 0) * CivilCalendar.millisecondsPerDay
    return read(.report, call) { ledger in
      ledger.tiersAtRisk(until: call.now + notice, limit: size, policy: policy, now: call.now)
    }.map { views in
      ListTierReviewsResponse(
        reviews: views.compactMap { view in
          view.review.map { review in
            TierReviewNotice(
              memberID: view.member, tierID: policy.tiers[view.tier].id, projectedTierID: policy.tiers[review.tier].id,
              at: ProtobufTimestamp(unixMilliseconds: review.atMs))
          }
        })
    }
  }
}
