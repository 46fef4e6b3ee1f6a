// Redemptions as history tells them: where one is and how it came there, a member's page by page, and what is still to
// be handed over.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime

extension RedemptionHandlers {
  /// Records of history that are read at a time.
  private static let pageRecords = 500
  /// Records before the page's beginning that one call of a list looks through.
  private static let recordsACall = 20_000

  func getRedemption(_ request: GetRedemptionRequest, _ call: CallSituation) -> Answer<GetRedemptionResponse> {
    var fields = RequestFields()
    let id = fields.sequence(request.redemptionID, "redemption_id", PublicName.redemptionPrefix)
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = call.caller.refusal(for: .look) { return refused(refusal, call) }
    do {
      guard let first = try programme.history.record(at: id), var redemption = Redemption(first, sequence: id, of: id),
        visible(redemption, call)
      else { return refused(Refusal(.redemptionUnknown, ["redemption": "\(id)"]), call) }
      var events: [RedemptionEvent] = []
      var before = UInt64.max
      // Newest first, back to where it began.
      search: while true {
        let page = try programme.history.records(of: redemption.memberID, before: before, limit: Self.pageRecords)
        for entry in page {
          if entry.sequence < id { break search }
          guard var event = RedemptionEvent(entry.record, sequence: entry.sequence, of: id) else { continue }
          if let sealed = entry.record.said { event.note = try words(sealed, or: "").text }
          if events.isEmpty {
            redemption = Redemption(entry.record, sequence: entry.sequence, of: id) ?? redemption.ended(event.state)
          }
          events.append(event)
        }
        guard let last = page.last else { break }
        before = last.sequence
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
    let before = fields.pageEnd(request.pageToken, list: request.list)
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

  /// Reads back from the newest record: where a redemption began, what became of it is known already.
  private func page(
    of member: String, before start: UInt64, size: Int, _ request: ListRedemptionsRequest
  ) throws -> ListRedemptionsResponse {
    var redemptions: [Redemption] = []
    /// The last step of each redemption whose beginning is further back.
    var last: [UInt64: (told: Redemption?, state: LoyaltyAPI.RedemptionState)] = [:]
    var before = UInt64.max
    var looked = 0
    while true {
      let page = try programme.history.records(of: member, before: before, limit: Self.pageRecords)
      guard !page.isEmpty else { return ListRedemptionsResponse(redemptions: redemptions) }
      for entry in page {
        before = entry.sequence
        for id in entry.record.redemptionSteps where last[id] == nil {
          guard var event = RedemptionEvent(entry.record, sequence: entry.sequence, of: id) else { continue }
          if let sealed = entry.record.said { event.note = try words(sealed, or: "").text }
          last[id] = (Redemption(entry.record, sequence: entry.sequence, of: id), event.state)
        }
        guard entry.sequence < start else { continue }
        looked += 1
        if let begun = Redemption(entry.record, sequence: entry.sequence, of: entry.sequence) {
          let step = last.removeValue(forKey: entry.sequence)
          var redemption = step.map { $0.told ?? begun.ended($0.state) } ?? begun
          redemption.createdAt = ProtobufTimestamp(unixMilliseconds: entry.record.timeMs)
          redemption.codes = []
          redemptions.append(redemption)
        }
        if redemptions.count == size || looked == Self.recordsACall {
          return ListRedemptionsResponse(
            redemptions: redemptions,
            nextPageToken: PageToken.token("\(before)", list: request.list))
        }
      }
    }
  }

  func listOpenRedemptions(
    _ request: ListOpenRedemptionsRequest, _ call: CallSituation
  ) -> Answer<ListOpenRedemptionsResponse> {
    var fields = RequestFields()
    let size = fields.pageSize(request.pageSize)
    let list = "ListOpenRedemptions \(request.overdueOnly)"
    let start = fields.pageStartByDue(request.pageToken, list: list)
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
        nextPageToken: last.map { PageToken.token("\($0.dueMs) \($0.sequence)", list: list) } ?? "")
    }
  }

  private func visible(_ redemption: Redemption, _ call: CallSituation) -> Bool {
    let partner = call.caller.partner
    if partner.isEmpty || partner == redemption.provider { return true }
    return programme.store.read { ledger in ledger.isVisible(redemption.memberID, to: partner) }.value
  }
}

extension Record {
  /// The redemptions that began earlier and that this record changes.
  var redemptionSteps: [UInt64] {
    if case .catalogueChanged(let outcome)? = outcome, case .step(let step)? = outcome.outcome {
      return [step.redemption]
    }
    return redemptionChanges.map(\.redemption)
  }
}

extension Redemption {
  /// A reservation after it ended without a word about it, but that its hold did.
  func ended(_ state: LoyaltyAPI.RedemptionState) -> Redemption {
    var ended = self
    ended.state = state
    ended.reservedUntil = nil
    ended.fulfilBy = nil
    return ended
  }

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

extension ListRedemptionsRequest {
  /// The list that a page token belongs to.
  fileprivate var list: String { "ListRedemptions \(memberID) \(partnerMemberNumber)" }
}
