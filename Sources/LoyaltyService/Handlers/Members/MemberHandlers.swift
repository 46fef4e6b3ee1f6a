// loyalty.v1.MemberService: enrolling, profiles, numbers, status.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.MemberService`.
struct MemberHandlers: MemberServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func enrolMember(_ request: EnrolMemberRequest, context: ServerContext) async throws -> EnrolMemberResponse {
    let (update, fields) = enrolment(request, try situation(context).caller)
    let words = try await words(update, fields, key: request.idempotencyKey, context) { (_, _) throws(Refusal) in
      request.memberID
    }
    return try answer(context) { call in enrol(request, update, fields, words, call) }
  }

  func getMember(_ request: GetMemberRequest, context: ServerContext) async throws -> GetMemberResponse {
    try answer(context) { call in member(request, call) }
  }

  func updateMember(_ request: UpdateMemberRequest, context: ServerContext) async throws -> UpdateMemberResponse {
    let (update, fields) = change(request, try situation(context).caller)
    let words = try await words(update, fields, key: request.idempotencyKey, context) {
      (ledger, caller) throws(Refusal) in
      try ledger.member(request.memberID, number: request.partnerMemberNumber, partner: caller.partner).member
    }
    return try answer(context) { call in self.update(request, update, fields, words, call) }
  }

  func linkMemberNumber(
    _ request: LinkMemberNumberRequest, context: ServerContext
  ) async throws -> LinkMemberNumberResponse {
    try answer(context) { call in link(request, call) }
  }

  func setMemberStatus(
    _ request: SetMemberStatusRequest, context: ServerContext
  ) async throws -> SetMemberStatusResponse {
    let words = try await words(request.reason, key: request.idempotencyKey, .serveMembers, context) {
      (ledger, caller) throws(Refusal) in try ledger.keyHolder(request.memberID, partner: caller.partner)
    }
    return try answer(context) { call in setStatus(request, call, words) }
  }

  func eraseMember(_ request: EraseMemberRequest, context: ServerContext) async throws -> EraseMemberResponse {
    try await erase(request, context)
  }

  /// Encrypts what a request says of a profile, but for language and time zone, for a record.
  private func words(
    _ update: ProfileUpdate?, _ fields: RequestFields, key: String, _ context: ServerContext,
    _ find: @Sendable (borrowing Ledger, Caller) throws(Refusal) -> String
  ) async throws -> PersonalWords {
    guard let personal = update?.personal, personal != ProfileUpdate(), fields.error == nil else { return .clear }
    return try await seal(personal.serializedBytes(), key: key, .change, context, find)
  }

  private func enrolment(_ request: EnrolMemberRequest, _ caller: Caller) -> (ProfileUpdate?, RequestFields) {
    var fields = RequestFields()
    if request.memberID.isEmpty { fields.report("member_id", "is required") }
    fields.checkMemberID(request.memberID)
    fields.checkName(request.partnerMemberNumber, "partner_member_number", isRequired: false)
    if !request.partnerMemberNumber.isEmpty, caller.partner.isEmpty {
      fields.report("partner_member_number", "is a partner's; operators link numbers with LinkMemberNumber")
    }
    let update = request.profile.map { ProfileUpdate($0, &fields, "profile.", caller) }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    return (update, fields)
  }

  private func enrol(
    _ request: EnrolMemberRequest, _ update: ProfileUpdate?, _ fields: RequestFields, _ words: PersonalWords,
    _ call: CallSituation
  ) -> Answer<EnrolMemberResponse> {
    if let error = fields.error ?? learnZone(of: update, "profile.time_zone", call) { return Answer(.failure(error)) }

    if let refusal = words.refusal { return refused(refusal, call) }
    let input = EnrolmentInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber,
      profile: words.sealed == nil ? update : update?.clear, words: words.sealed)
    return decide(.enrolment(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .memberChanged(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(EnrolMemberResponse(memberID: outcome.member, tierID: outcome.tier))
    }
  }

  private func member(_ request: GetMemberRequest, _ call: CallSituation) -> Answer<GetMemberResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    if let error = fields.error { return Answer(.failure(error)) }
    let partner = call.caller.partner
    return read(.look, call) { (ledger) throws(Refusal) in
      try ledger.member(request.memberID, number: request.partnerMemberNumber, partner: partner)
    }.map { view in
      var profile = MemberProfile(view.profile)
      if !partner.isEmpty {
        (profile.segments, profile.attributes, profile.householdID) = ([], [:], "")
        profile.consents.removeAll { $0.partnerID != partner }
      }
      return GetMemberResponse(
        member: LoyaltyAPI.Member(
          memberID: view.member, status: .init(view.status),
          enrolledAt: ProtobufTimestamp(unixMilliseconds: view.enrolledMs), profile: profile,
          householdMemberIDs: partner.isEmpty ? view.householdMembers : []))
    }
  }

  private func change(_ request: UpdateMemberRequest, _ caller: Caller) -> (ProfileUpdate, RequestFields) {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    var profile = MemberProfile(
      language: request.language ?? "", timeZone: request.timeZone ?? "", householdID: request.householdID ?? "",
      segments: request.addSegments, attributes: request.attributes, consents: request.consents)
    profile.birthday = request.birthday.flatMap { $0.month == 0 && $0.day == 0 ? nil : $0 }
    var update = ProfileUpdate(profile, &fields, "", caller)
    if request.language != nil { update.language = profile.language }
    if request.timeZone != nil { update.timeZone = profile.timeZone }
    if request.householdID != nil { update.household = profile.householdID }
    if request.birthday != nil, profile.birthday == nil { update.birthday = 0 }
    fields.checkNames(request.removeSegments, "remove_segments", most: FieldLimits.profileEntries)
    update.removeSegments = request.removeSegments
    if !request.removeSegments.isEmpty, !caller.partner.isEmpty {
      fields.report("remove_segments", "is for operators")
    }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    return (update, fields)
  }

  private func update(
    _ request: UpdateMemberRequest, _ update: ProfileUpdate, _ fields: RequestFields, _ words: PersonalWords,
    _ call: CallSituation
  ) -> Answer<UpdateMemberResponse> {
    if let error = fields.error ?? learnZone(of: update, "time_zone", call) { return Answer(.failure(error)) }

    if let refusal = words.refusal { return refused(refusal, call) }
    let input = ProfileInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber,
      profile: words.sealed == nil ? update : update.clear, words: words.sealed)
    return decide(.profile(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .memberChanged(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(UpdateMemberResponse(memberID: outcome.member))
    }
  }

  /// Has the ledger know the time zone that a caller with the right to say so gives to a member.
  /// - Returns: why it cannot.
  private func learnZone(of update: ProfileUpdate?, _ field: String, _ call: CallSituation) -> RPCError? {
    guard let zone = update?.timeZone, !zone.isEmpty, call.caller.refusal(for: .change) == nil else { return nil }
    do {
      guard let problem = try programme.learn(zone: zone) else { return nil }
      var fields = RequestFields()
      fields.report(field, problem)
      return fields.error
    } catch { return RPCError(storeError: error) }
  }

  private func link(_ request: LinkMemberNumberRequest, _ call: CallSituation) -> Answer<LinkMemberNumberResponse> {
    var fields = RequestFields()
    if request.memberID.isEmpty { fields.report("member_id", "is required") }
    fields.checkMemberID(request.memberID)
    fields.checkName(request.partnerMemberNumber, "partner_member_number")
    if !call.caller.partner.isEmpty {
      if !request.partnerID.isEmpty, request.partnerID != call.caller.partner {
        fields.report("partner_id", "must be the calling partner or empty")
      }
    } else if !policy.document.partners.contains(where: { $0.id == request.partnerID }) {
      fields.report("partner_id", "must be a partner of the policy")
    }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }

    let input = NumberLinkInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, partner: request.partnerID)
    return decide(.numberLink(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .memberChanged(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(LinkMemberNumberResponse(memberID: outcome.member))
    }
  }

  private func setStatus(
    _ request: SetMemberStatusRequest, _ call: CallSituation, _ words: PersonalWords
  ) -> Answer<SetMemberStatusResponse> {
    var fields = RequestFields()
    if request.memberID.isEmpty { fields.report("member_id", "is required") }
    fields.checkMemberID(request.memberID)
    let status: LoyaltyMessages.MemberStatus
    switch request.status {
    case .active: status = .unspecified
    case .frozen: status = .frozen
    case .closed: status = .closed
    case .unspecified, .merged, .unrecognized:
      status = .unspecified
      fields.report("status", "must be ACTIVE, FROZEN or CLOSED")
    }
    fields.checkReason(request.reason)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }

    let input = StatusInput(
      member: request.memberID, status: status, reason: words.clear(request.reason, ""), words: words.sealed)
    return decide(.status(input), key: request.idempotencyKey, .serveMembers, call).flatMap { accepted in
      guard case .memberChanged(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        SetMemberStatusResponse(
          memberID: outcome.member, status: .init(outcome.status), forfeitedPoints: outcome.forfeited))
    }
  }
}
