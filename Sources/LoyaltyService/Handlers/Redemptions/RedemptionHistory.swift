// Redemptions as history tells them: where one is and how it came there, a member's page by page, and what is still to
// be handed over.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime

extension RedemptionHandlers {
  /// Records of a member that one call looks through.
  private static let recordsACall = 5_000

  func getRedemption(_ request: GetRedemptionRequest, _ call: CallSituation) -> Answer<GetRedemptionResponse> {
    var fields = RequestFields()
    let id = fields.sequence(request.redemptionID, "redemption_id", PublicName.redemptionPrefix)
    if let error = fields.error { return Answer(.failure(error)) }
    let unknown: Answer<GetRedemptionResponse> = refused(
      Refusal(.redemptionUnknown, ["redemption": "\(id)"]), call)
    if let refusal = call.caller.refusal(for: .look) { return refused(refusal, call) }
    do {
      guard let first = try programme.history.record(at: id), let member = first.redemptionMember else {
        return unknown
      }
      let isOwn = try visible(member, first.redemptionProvider ?? "", call)
      guard isOwn else { return unknown }
      var told: Redemption?
      var events: [RedemptionEvent] = []
      var before = UInt64.max
      var looked = 0
      // Newest first, back to where it began.
      search: while looked < Self.recordsACall {
        let page = try programme.history.records(of: member, before: before, limit: 500)
        for entry in page {
          looked += 1
          if entry.sequence < id { break search }
          guard let event = RedemptionEvent(entry.record, sequence: entry.sequence, of: id) else { continue }
          events.append(event)
          if told == nil { told = Redemption(entry.record, sequence: entry.sequence, of: id) }
        }
        guard let last = page.last else { break }
        before = last.sequence
      }
      guard var redemption = told ?? Redemption(first, sequence: id, of: id) else { return unknown }
      // A hold that timed out says nothing of the redemption but that it lapsed.
      if let last = events.first, last.state == .lapsed, let begun = Redemption(first, sequence: id, of: id) {
        redemption = begun
        redemption.state = .lapsed
        redemption.reservedUntil = nil
      }
      redemption.createdAt = ProtobufTimestamp(unixMilliseconds: first.timeMs)
      redemption.events = events.reversed()
      return Answer(.success(GetRedemptionResponse(redemption: redemption)))
    } catch {
      return Answer(.failure(RPCError(storeError: error)))
    }
  }

  func listRedemptions(_ request: ListRedemptionsRequest, _ call: CallSituation) -> Answer<ListRedemptionsResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    let size = fields.pageSize(request.pageSize)
    let before = fields.pageStart(request.pageToken, of: "\(request.memberID) \(request.partnerMemberNumber)")
    if let error = fields.error { return Answer(.failure(error)) }
    let account = read(.look, call) { (ledger) throws(Refusal) in
      try ledger.account(
        request.memberID, number: request.partnerMemberNumber, partner: call.caller.partner, policy: policy,
        now: call.now
      ).member
    }
    return account.flatMap { member in
      do {
        return .success(try page(of: member, before: before, size: size, request))
      } catch { return .failure(RPCError(storeError: error)) }
    }
  }

  private func page(
    of member: String, before start: UInt64, size: Int, _ request: ListRedemptionsRequest
  ) throws -> ListRedemptionsResponse {
    var redemptions: [Redemption] = []
    /// The newest state of redemptions whose beginning is further back.
    var before = start
    var looked = 0
    while redemptions.count < size, looked < Self.recordsACall {
      let page = try programme.history.records(of: member, before: before, limit: 500)
      guard !page.isEmpty else { return ListRedemptionsResponse(redemptions: redemptions) }
      for entry in page {
        looked += 1
        before = entry.sequence
        // Each one where it began: later steps are looked up, so that pages do not depend on each other.
        guard let begun = Redemption(entry.record, sequence: entry.sequence, of: entry.sequence) else { continue }
        var redemption = try latest(of: entry.sequence, member: member) ?? begun
        redemption.createdAt = ProtobufTimestamp(unixMilliseconds: entry.record.timeMs)
        redemption.codes = []
        redemptions.append(redemption)
        if redemptions.count == size { break }
      }
    }
    return ListRedemptionsResponse(
      redemptions: redemptions,
      nextPageToken: HistoryPage.token(
        before: before, of: "\(request.memberID) \(request.partnerMemberNumber)"))
  }

  /// A redemption as it is now; nil when nothing has happened to it since it began.
  private func latest(of id: UInt64, member: String) throws -> Redemption? {
    let open = programme.store.read { ledger in ledger.openRedemption(id) }.value
    if let open {
      return Redemption(open.outcome, redemption: id, state: open.state, policyVersion: 0)
    }
    var before = UInt64.max
    while true {
      let page = try programme.history.records(of: member, before: before, limit: 500)
      for entry in page {
        if entry.sequence <= id { return nil }
        if let redemption = Redemption(entry.record, sequence: entry.sequence, of: id) { return redemption }
        if let event = RedemptionEvent(entry.record, sequence: entry.sequence, of: id), event.state == .lapsed,
          let first = try programme.history.record(at: id), var begun = Redemption(first, sequence: id, of: id)
        {
          begun.state = .lapsed
          begun.reservedUntil = nil
          return begun
        }
      }
      guard let last = page.last else { return nil }
      before = last.sequence
    }
  }

  func listOpenRedemptions(
    _ request: ListOpenRedemptionsRequest, _ call: CallSituation
  ) -> Answer<ListOpenRedemptionsResponse> {
    var fields = RequestFields()
    let size = fields.pageSize(request.pageSize)
    let filter = "open \(request.overdueOnly)"
    let start = fields.dueStart(request.pageToken, of: filter)
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.look, call) { (ledger) throws(Refusal) in
      ledger.openRedemptions(
        provider: call.caller.partner, after: start, dueBy: request.overdueOnly ? call.now : Int64.max, most: size + 1)
    }.map { entries in
      let page = entries.prefix(size)
      let last = entries.count > size ? page.last : nil
      return ListOpenRedemptionsResponse(
        redemptions: page.map { entry in
          var redemption = Redemption(entry.outcome, redemption: entry.sequence, state: entry.state, policyVersion: 0)
          redemption.codes = []
          return redemption
        },
        nextPageToken: last.map { HistoryPage.token(dueMs: $0.dueMs, sequence: $0.sequence, of: filter) } ?? "")
    }
  }

  private func visible(_ member: String, _ provider: String, _ call: CallSituation) throws -> Bool {
    let partner = call.caller.partner
    if partner.isEmpty || partner == provider { return true }
    return programme.store.read { ledger in ledger.isVisible(member, to: partner) }.value
  }
}

extension Record {
  /// The member of a redemption that this record begins; nil for any other record.
  var redemptionMember: String? { beginning?.member }
  var redemptionProvider: String? { beginning?.provider }

  /// The redemption that this record begins.
  private var beginning: RedemptionOutcome? {
    switch outcome {
    case .redeemed(let outcome): return outcome
    case .catalogueChanged(let outcome):
      if case .step(let step)? = outcome.outcome, step.state == .reserved { return step.result }
      return nil
    default: return nil
    }
  }
}

extension Redemption {
  /// What a record tells of a redemption; nil if it is of another, or of something else.
  init?(_ record: Record, sequence: UInt64, of id: UInt64) {
    switch record.outcome {
    case .redeemed(let outcome) where sequence == id:
      self.init(
        outcome, redemption: id, state: outcome.dueMs == 0 ? .fulfilled : .accepted,
        policyVersion: record.policyVersion)
    case .catalogueChanged(let outcome):
      guard case .step(let step)? = outcome.outcome, step.redemption == id,
        let redemption = Redemption(step, policyVersion: record.policyVersion)
      else { return nil }
      self = redemption
    default: return nil
    }
  }
}

extension RedemptionEvent {
  /// The step of a redemption that a record made; nil if it made none.
  init?(_ record: Record, sequence: UInt64, of id: UInt64) {
    let state: LoyaltyMessages.RedemptionState
    var note = ""
    if case .redeemed(let outcome)? = record.outcome, sequence == id {
      state = outcome.dueMs == 0 ? .fulfilled : .accepted
    } else if case .catalogueChanged(let outcome)? = record.outcome, case .step(let step)? = outcome.outcome,
      step.redemption == id
    {
      state = step.state
      note = step.note
    } else if let change = record.redemptionChanges.first(where: { $0.redemption == id }) {
      state = change.state
    } else {
      return nil
    }
    self.init(
      state: LoyaltyAPI.RedemptionState(rawValue: state.rawValue),
      at: ProtobufTimestamp(unixMilliseconds: record.timeMs), actor: record.subject, endUser: record.endUser, note: note
    )
  }
}
