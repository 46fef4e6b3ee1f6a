// The five calls of loyalty.v1.LoyaltyService, which every partner starts with.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC

/// Answers `loyalty.v1.LoyaltyService`.
public struct LoyaltyHandlers: LoyaltyServiceHandler, ProgrammeHandlers {
  let programme: Programme

  public init(_ programme: Programme) {
    self.programme = programme
  }

  public var immediateMethods: [ServerMethod] {
    [
      .unary(LoyaltyServiceMethods.accrue, accrue), .unary(LoyaltyServiceMethods.redeem, redeem),
      .unary(LoyaltyServiceMethods.getTier, getTier), .unary(LoyaltyServiceMethods.listCatalog, listCatalog),
    ]
  }

  public func accrue(_ request: AccrueRequest, context: ServerContext) throws -> AccrueResponse {
    try answer(context) { call in accrue(request, call) }
  }

  public func redeem(_ request: RedeemRequest, context: ServerContext) throws -> RedeemResponse {
    try answer(context) { call in redeem(request, call) }
  }

  public func getTier(_ request: GetTierRequest, context: ServerContext) throws -> GetTierResponse {
    try answer(context) { call in getTier(request, call) }
  }

  public func listCatalog(_ request: ListCatalogRequest, context: ServerContext) throws -> ListCatalogResponse {
    try answer(context) { call in listCatalog(request, call) }
  }

  public func submitFeedback(
    _ request: SubmitFeedbackRequest, context: ServerContext
  ) async throws -> SubmitFeedbackResponse {
    let words = try await words(
      request.text, request.attachments, key: request.idempotencyKey, .change, context
    ) { (ledger, caller) throws(Refusal) in
      try ledger.keyHolder(request.memberID, number: request.partnerMemberNumber, partner: caller.partner)
    }
    return try answer(context) { call in submitFeedback(request, call, words) }
  }
}
