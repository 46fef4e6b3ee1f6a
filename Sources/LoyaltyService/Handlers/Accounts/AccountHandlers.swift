// loyalty.v1.AccountService: balances, lots, statements, what is about to expire, and changes as they happen.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.AccountService`.
struct AccountHandlers: AccountServiceHandler, ProgrammeHandlers {
  let programme: Programme
  let feed: ChangeFeed

  func getAccount(_ request: GetAccountRequest, context: ServerContext) async throws -> GetAccountResponse {
    try answer(context) { call in account(request, call) }
  }

  func listLots(_ request: ListLotsRequest, context: ServerContext) async throws -> ListLotsResponse {
    try answer(context) { call in lots(request, call) }
  }

  func listEntries(_ request: ListEntriesRequest, context: ServerContext) async throws -> ListEntriesResponse {
    try await answerFromHistory(context) { call in try await entries(request, call) }
  }

  func listExpiring(_ request: ListExpiringRequest, context: ServerContext) async throws -> ListExpiringResponse {
    try answer(context) { call in expiring(request, call) }
  }

  func watchAccount(
    _ request: WatchAccountRequest, responses: ResponseWriter<WatchAccountResponse>, context: ServerContext
  ) async throws {
    try await watch(request, try situation(context)) { try await responses.send($0) }
  }

  private func account(_ request: GetAccountRequest, _ call: CallSituation) -> Answer<GetAccountResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.look, call) { (ledger) throws(Refusal) in
      let view = try ledger.account(
        request.memberID, number: request.partnerMemberNumber, partner: call.caller.partner, policy: policy,
        now: call.now)
      return (view: view, holds: ledger.openHolds(of: view.member), sequence: ledger.sequence)
    }.map { found in
      GetAccountResponse(
        memberID: found.view.member, available: found.view.available, held: found.view.held, debt: found.view.debt,
        expiringSoon: found.view.expiringSoon,
        nextExpiryAt: found.view.nextExpiryMs.map { ProtobufTimestamp(unixMilliseconds: $0) },
        holds: found.holds.map {
          AccountHold(
            holdID: PublicName.hold($0.id), points: $0.points,
            expiresAt: ProtobufTimestamp(unixMilliseconds: $0.untilMs))
        }, pending: found.view.pending, sequence: found.sequence)
    }
  }

  private func lots(_ request: ListLotsRequest, _ call: CallSituation) -> Answer<ListLotsResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    let size = fields.pageSize(request.pageSize)
    let list = "lots \(request.memberID) \(request.partnerMemberNumber)"
    let place = fields.pagePlace(request.pageToken, list: list)
    if let error = fields.error { return Answer(.failure(error)) }
    // A place is the last lot shown: its expiry and its name.
    let parts = place.split(separator: " ")
    let after = parts.count == 2 ? (Int64(parts[0]) ?? 0, UInt64(parts[1]) ?? 0) : (Int64.min, 0)
    return read(.look, call) { (ledger) throws(Refusal) in
      try ledger.account(
        request.memberID, number: request.partnerMemberNumber, partner: call.caller.partner, policy: policy,
        now: call.now)
    }.map { view in
      let behind = view.lots.sorted { Self.order($0) < Self.order($1) }.filter { Self.order($0) > after }
      let page = behind.prefix(size)
      let next = behind.count > size ? page.last.map { "\(Self.order($0).0) \($0.id)" } : nil
      return ListLotsResponse(
        lots: page.map { lot in
          AccountLot(
            lotID: PublicName.lot(lot.id), points: lot.points,
            earnedAt: ProtobufTimestamp(unixMilliseconds: lot.earnedMs),
            expiresAt: lot.expiresMs.map { ProtobufTimestamp(unixMilliseconds: $0) })
        }, nextPageToken: next.map { PageToken.token($0, list: list) } ?? "")
    }
  }

  private static func order(_ lot: LotView) -> (Int64, UInt64) { (lot.expiresMs ?? Int64.max, lot.id) }

  private func expiring(_ request: ListExpiringRequest, _ call: CallSituation) -> Answer<ListExpiringResponse> {
    var fields = RequestFields()
    let before =
      request.before == nil
      ? call.now + policy.noticeMs + 1 : fields.milliseconds(request.before, "before")
    let size = fields.pageSize(request.pageSize)
    let list = "expiring \(request.before?.seconds ?? 0)"
    let place = fields.pagePlace(request.pageToken, list: list)
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.lookClosely, call) { (ledger) throws(Refusal) in
      ledger.expiring(before: before, from: Int(place) ?? 0, limit: size, now: call.now)
    }.map { found in
      ListExpiringResponse(
        members: found.members.map {
          ExpiringPoints(
            memberID: $0.member, points: $0.points, firstExpiryAt: ProtobufTimestamp(unixMilliseconds: $0.firstMs),
            language: $0.language)
        }, nextPageToken: found.next.map { PageToken.token("\($0)", list: list) } ?? "")
    }
  }
}
