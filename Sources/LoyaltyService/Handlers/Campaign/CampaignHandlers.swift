// loyalty.v1.CampaignService: offers, referrals, shared posts.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.CampaignService`.
struct CampaignHandlers: CampaignServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func listOffers(_ request: ListOffersRequest, context: ServerContext) async throws -> ListOffersResponse {
    try answer(context) { call in listOffers(request, call) }
  }

  func claimOffer(_ request: ClaimOfferRequest, context: ServerContext) async throws -> ClaimOfferResponse {
    try answer(context) { call in
      var fields = RequestFields()
      fields.checkMember(request.memberID, number: request.partnerMemberNumber)
      fields.checkName(request.offerID, "offer_id")
      let input = OfferClaimInput(
        member: request.memberID, partnerNumber: request.partnerMemberNumber, offer: request.offerID)
      return step(.offerClaim(input), key: request.idempotencyKey, .change, fields, call).flatMap { outcome in
        guard case .offer(let offer) = outcome else { return .failure(.unexpectedOutcome) }
        return .success(
          ClaimOfferResponse(
            memberID: offer.member,
            offer: HeldOffer(
              grantID: PublicName.grant(offer.grant), offerID: offer.offer,
              expiresAt: ProtobufTimestamp(unixMilliseconds: offer.untilMs)),
            discountBp: offer.discountBp))
      }
    }
  }

  func useOffer(_ request: UseOfferRequest, context: ServerContext) async throws -> UseOfferResponse {
    try answer(context) { call in
      var fields = RequestFields()
      let grant = fields.sequence(request.grantID, "grant_id", named: PublicName.grant)
      fields.checkName(request.reference, "reference")
      let input = OfferUseInput(grant: grant, reference: request.reference)
      return step(.offerUse(input), key: request.idempotencyKey, .change, fields, call).flatMap { outcome in
        guard case .offer(let offer) = outcome else { return .failure(.unexpectedOutcome) }
        return .success(UseOfferResponse(memberID: offer.member, offerID: offer.offer, discountBp: offer.discountBp))
      }
    }
  }

  func getReferralCode(
    _ request: GetReferralCodeRequest, context: ServerContext
  ) async throws -> GetReferralCodeResponse {
    try answer(context) { call in
      var fields = RequestFields()
      fields.checkMember(request.memberID, number: request.partnerMemberNumber)
      let input = ReferralCodeInput(member: request.memberID, partnerNumber: request.partnerMemberNumber)
      return step(.referralCode(input), key: request.idempotencyKey, .change, fields, call).flatMap { outcome in
        guard case .referralCode(let code) = outcome else { return .failure(.unexpectedOutcome) }
        return .success(GetReferralCodeResponse(memberID: code.member, code: code.code))
      }
    }
  }

  func registerReferral(
    _ request: RegisterReferralRequest, context: ServerContext
  ) async throws -> RegisterReferralResponse {
    try answer(context) { call in
      var fields = RequestFields()
      fields.checkMember(request.memberID, number: request.partnerMemberNumber)
      fields.checkName(request.code, "code")
      let input = ReferralInput(
        member: request.memberID, partnerNumber: request.partnerMemberNumber, code: request.code)
      return step(.referral(input), key: request.idempotencyKey, .change, fields, call).flatMap { outcome in
        guard case .referral(let referral) = outcome else { return .failure(.unexpectedOutcome) }
        return .success(
          RegisterReferralResponse(
            memberID: referral.member, purchaseUntil: ProtobufTimestamp(unixMilliseconds: referral.untilMs)))
      }
    }
  }

  func submitShare(_ request: SubmitShareRequest, context: ServerContext) async throws -> SubmitShareResponse {
    let words = try await words(request.proof, key: request.idempotencyKey, .change, context) {
      (ledger, caller) throws(Refusal) in
      try ledger.keyHolder(request.memberID, number: request.partnerMemberNumber, partner: caller.partner)
    }
    return try answer(context) { call in
      var fields = RequestFields()
      fields.checkMember(request.memberID, number: request.partnerMemberNumber)
      fields.checkName(request.campaignID, "campaign_id")
      if request.proof.isEmpty || request.proof.utf8.count > FieldLimits.attachmentBytes {
        fields.report("proof", "must have 1 to \(FieldLimits.attachmentBytes) bytes")
      }
      let input = ShareInput(
        member: request.memberID, partnerNumber: request.partnerMemberNumber, campaign: request.campaignID,
        proof: words.clear(request.proof, ""), words: words.sealed,
        proofPrint: words.sealed == nil ? nil : programme.store.read { $0.print(ofProof: request.proof) }.value)
      return step(.share(input), key: request.idempotencyKey, .change, fields, call, words).flatMap { outcome in
        guard case .share(let share) = outcome else { return .failure(.unexpectedOutcome) }
        return .success(SubmitShareResponse(shareID: PublicName.share(share.share), memberID: share.member))
      }
    }
  }

  func listShares(_ request: ListSharesRequest, context: ServerContext) async throws -> ListSharesResponse {
    try answer(context) { call in listShares(request, call) }
  }

  func reviewShare(_ request: ReviewShareRequest, context: ServerContext) async throws -> ReviewShareResponse {
    var fields = RequestFields()
    let share = fields.sequence(request.shareID, "share_id", named: PublicName.share)
    let words = try await words(request.reason, about: share, key: request.idempotencyKey, .moderate, context) {
      $0.memberOfShare(share)
    }
    return try answer(context) { call in
      var fields = fields
      fields.checkText(request.reason, "reason")
      let input = ShareReviewInput(
        share: share, approved: request.approve, reason: words.clear(request.reason, ""), words: words.sealed)
      return step(.shareReview(input), key: request.idempotencyKey, .moderate, fields, call, words).flatMap { outcome in
        guard case .share(let share) = outcome else { return .failure(.unexpectedOutcome) }
        return .success(
          ReviewShareResponse(
            shareID: PublicName.share(share.share), memberID: share.member, points: share.points,
            lots: share.lots.map(LotCredit.init), balance: share.balance))
      }
    }
  }

  /// One step of a campaign.
  private func step(
    _ step: CampaignCommand.Step, key: String, _ permission: Permission, _ checked: RequestFields,
    _ call: CallSituation, _ words: PersonalWords = .clear
  ) -> Answer<CampaignOutcome.Outcome> {
    var fields = checked
    fields.checkName(key, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }
    return decide(.campaign(CampaignCommand(step: step)), key: key, permission, call).flatMap { accepted in
      guard case .campaignStepped(let stepped) = accepted.outcome, let outcome = stepped.outcome else {
        return .failure(.unexpectedOutcome)
      }
      return .success(outcome)
    }
  }

  // MARK: - Lists

  private func listOffers(_ request: ListOffersRequest, _ call: CallSituation) -> Answer<ListOffersResponse> {
    var fields = RequestFields()
    fields.checkMemberID(request.memberID)
    fields.checkLanguage(request.language)
    if let error = fields.error { return Answer(.failure(error)) }
    let language = call.language(request.language, policy: policy)
    return read(.look, call) { (ledger) throws(Refusal) in
      (
        view: try ledger.offers(for: request.memberID, policy: policy, now: call.now),
        tier: request.memberID.isEmpty ? nil : try ledger.tier(of: request.memberID, policy: policy, now: call.now).tier
      )
    }.map { view, tier in
      ListOffersResponse(
        offers: view.open.map { open in
          OpenOffer(
            offerID: open.offer.id, title: policy.text(open.offer.title, language: language),
            details: policy.text(open.offer.details, language: language), discountBp: open.offer.discountBp,
            openUntil: open.offer.until, left: open.left, partnerIDs: open.offer.partners,
            available: request.memberID.isEmpty ? nil : open.obstacle == nil,
            reason: open.obstacle?.reason.rawValue ?? "")
        },
        held: view.held.map { held in
          HeldOffer(
            grantID: PublicName.grant(held.grant), offerID: held.offer,
            expiresAt: ProtobufTimestamp(unixMilliseconds: held.untilMs))
        },
        offerChannel: tier.flatMap { policy.route(ofTier: $0) }?.offerChannel ?? "")
    }
  }

  private func listShares(_ request: ListSharesRequest, _ call: CallSituation) -> Answer<ListSharesResponse> {
    var fields = RequestFields()
    let size = fields.pageSize(request.pageSize)
    let after = fields.pageStart(request.pageToken, list: "shares")
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.moderate, call) { ledger in ledger.waitingShares(after: after, most: size) }.map { page in
      ListSharesResponse(
        shares: page.shares.map { share in
          WaitingShare(
            shareID: PublicName.share(share.state.share), memberID: share.member, campaignID: share.state.campaign,
            proof: (try? words(share.state.words, or: share.state.proof).text) ?? "",
            submittedAt: ProtobufTimestamp(unixMilliseconds: share.state.openedMs))
        },
        nextPageToken: page.last.map { PageToken.token("\($0)", list: "shares") } ?? "")
    }
  }
}
