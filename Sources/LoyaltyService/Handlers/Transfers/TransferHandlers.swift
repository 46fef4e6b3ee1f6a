// loyalty.v1.TransferService and loyalty.v1.ImportService: points between members, accounts that become one, and
// members that come with what they had elsewhere.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.TransferService`.
struct TransferHandlers: TransferServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func transferPoints(_ request: TransferPointsRequest, context: ServerContext) async throws -> TransferPointsResponse {
    let words = try await words(request.reason, key: request.idempotencyKey, .change, context) {
      (ledger, caller) throws(Refusal) in
      try ledger.keyHolder(request.fromMemberID, number: request.partnerMemberNumber, partner: caller.partner)
    }
    return try answer(context) { call in transfer(request, call, words) }
  }

  func mergeMembers(_ request: MergeMembersRequest, context: ServerContext) async throws -> MergeMembersResponse {
    let words = try await words(request.reason, key: request.idempotencyKey, .correct, context) {
      // The profiles that become one are sealed by the same key.
      (ledger, _) throws(Refusal) in try ledger.member(request.intoMemberID).member
    }
    return try answer(context) { call in merge(request, call, words) }
  }

  private func transfer(
    _ request: TransferPointsRequest, _ call: CallSituation, _ words: PersonalWords
  ) -> Answer<TransferPointsResponse> {
    var fields = RequestFields()
    if request.partnerMemberNumber.isEmpty || !request.fromMemberID.isEmpty {
      fields.checkRequiredMember(request.fromMemberID, "from_member_id")
    }
    fields.checkName(request.partnerMemberNumber, "partner_member_number", isRequired: false)
    fields.checkRequiredMember(request.toMemberID, "to_member_id")
    fields.checkPoints(request.points, "points")
    fields.checkName(request.reason, "reason", isRequired: false)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }

    let input = TransferInput(
      from: request.fromMemberID, partnerNumber: request.partnerMemberNumber, to: request.toMemberID,
      points: request.points, reason: words.clear(request.reason, ""), words: words.sealed)
    return decide(.transfer(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .transferred(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        TransferPointsResponse(
          transferID: PublicName.transfer(accepted.sequence), fromMemberID: outcome.from, toMemberID: outcome.to,
          points: outcome.points, lots: outcome.lots.map(LotDebit.init), debtPoints: outcome.toDebt,
          fromBalance: outcome.fromBalance))
    }
  }

  private func merge(
    _ request: MergeMembersRequest, _ call: CallSituation, _ words: PersonalWords
  ) -> Answer<MergeMembersResponse> {
    var fields = RequestFields()
    fields.checkRequiredMember(request.fromMemberID, "from_member_id")
    fields.checkRequiredMember(request.intoMemberID, "into_member_id")
    fields.checkReason(request.reason)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }

    let input = MergeInput(
      from: request.fromMemberID, into: request.intoMemberID, reason: words.clear(request.reason, ""),
      words: words.sealed)
    return decide(.merge(input), key: request.idempotencyKey, .correct, call).flatMap { accepted in
      switch accepted.outcome {
      case .proposed: .success(MergeMembersResponse(proposalID: PublicName.proposal(accepted.sequence)))
      case .merged(let outcome):
        .success(
          MergeMembersResponse(
            memberID: outcome.into, points: outcome.points, qualifyingPoints: outcome.qualifying,
            debtPoints: outcome.debt, tierID: outcome.tier, balance: outcome.balance))
      default: .failure(.unexpectedOutcome)
      }
    }
  }
}

/// Answers `loyalty.v1.ImportService`.
struct ImportHandlers: ImportServiceHandler, ProgrammeHandlers {
  let programme: Programme
  /// Members of one batch: with their lots they stay far below a record's 1 MiB.
  private static let mostMembers = 200

  func importMembers(_ request: ImportMembersRequest, context: ServerContext) async throws -> ImportMembersResponse {
    try answer(context) { call in take(request, call) }
  }

  private func take(_ request: ImportMembersRequest, _ call: CallSituation) -> Answer<ImportMembersResponse> {
    var fields = RequestFields()
    if !(1...Self.mostMembers).contains(request.members.count) {
      fields.report("members", "has \(request.members.count) entries; must be 1 to \(Self.mostMembers)")
    }
    let lots = request.members.reduce(0) { $0 + $1.lots.count }
    if lots > FieldLimits.lots { fields.report("members", "have \(lots) lots; at most \(FieldLimits.lots)") }
    let totals = request.totals ?? ImportTotals()
    if request.totals == nil { fields.report("totals", "is required") }
    if request.totals != nil, Int(totals.members) != request.members.count {
      fields.report("totals.members", "is \(totals.members); the batch has \(request.members.count)")
    }
    let members = request.members.prefix(Self.mostMembers).enumerated().map { index, member in
      imported(member, "members[\(index)]", &fields)
    }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }

    let input = ImportInput(
      members: members, lots: UInt64(max(0, totals.lots)), points: totals.points, qualifying: totals.qualifyingPoints)
    return decide(.import(input), key: request.idempotencyKey, .correct, call).flatMap { accepted in
      switch accepted.outcome {
      case .proposed: .success(ImportMembersResponse(proposalID: PublicName.proposal(accepted.sequence)))
      case .imported(let outcome):
        .success(
          ImportMembersResponse(
            importID: PublicName.importation(accepted.sequence),
            totals: ImportTotals(
              members: Int32(clamping: outcome.members), lots: Int32(clamping: outcome.lots), points: outcome.points,
              qualifyingPoints: outcome.qualifying),
            pointsSoFar: outcome.totalPoints))
      default: .failure(.unexpectedOutcome)
      }
    }
  }

  private func imported(_ member: OpeningMember, _ path: String, _ fields: inout RequestFields) -> ImportedMember {
    fields.checkRequiredMember(member.memberID, "\(path).member_id")
    fields.checkName(member.tierID, "\(path).tier_id", isRequired: false)
    var imported = ImportedMember(
      member: member.memberID, tier: member.tierID, qualifying: member.qualifyingPoints, spend: member.qualifyingSpend,
      nights: member.qualifyingNights, segments: member.qualifyingSegments,
      purchased: member.hasPurchased || member.qualifyingPoints > 0)
    if member.enrolledAt != nil {
      imported.enrolledMs = fields.milliseconds(member.enrolledAt, "\(path).enrolled_at")
    }
    if member.tierValidUntil != nil {
      imported.tierUntilMs = fields.milliseconds(member.tierValidUntil, "\(path).tier_valid_until")
    }
    imported.lots = member.lots.enumerated().map { index, lot in
      ImportedLot(
        points: lot.points, earnedMs: fields.milliseconds(lot.earnedAt, "\(path).lots[\(index)].earned_at"),
        expiresMs: lot.expiresAt == nil
          ? 0 : fields.milliseconds(lot.expiresAt, "\(path).lots[\(index)].expires_at"))
    }
    imported.numbers = member.partnerMemberNumbers.sorted { $0.key < $1.key }.map { partner, number in
      fields.checkName(number, "\(path).partner_member_numbers[\(partner)]")
      return ImportedNumber(partner: partner, number: number)
    }
    return imported
  }
}
