// loyalty.v1.SettlementService: the statement of a period, and what is wrong between two sides' books.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.SettlementService`.
struct SettlementHandlers: SettlementServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func getStatement(
    _ request: GetStatementRequest, responses: ResponseWriter<GetStatementResponse>, context: ServerContext
  ) async throws {
    let call = try situation(context)
    var fields = RequestFields()
    let partner = settling(request.partnerID, call, &fields)
    let (from, until) = fields.checkPeriod(from: request.from, until: request.until, now: call.now)
    if let error = fields.error { throw error }
    let header = SettlementHeader(
      programmeID: policy.document.programme?.id ?? "", partnerID: partner,
      from: ProtobufTimestamp(unixMilliseconds: from), until: ProtobufTimestamp(unixMilliseconds: until))
    try await responses.send(GetStatementResponse(part: .header(header)))
    var sum = SettlementSum(header)
    try await telling {
      try await programme.forEachRecord(from: from, until: until) { sequence, record in
        for line in SettlementLines.lines(of: record, sequence: sequence, partner: partner) {
          sum.add(line)
          try await responses.send(GetStatementResponse(part: .line(line)))
        }
      }
    }
    try await responses.send(GetStatementResponse(part: .trailer(sum.finish())))
  }

  func reconcile(
    _ requests: RequestStream<ReconcileRequest>, context: ServerContext
  ) async throws -> ReconcileResponse {
    let call = try situation(context)
    var period: (partner: String, from: Int64, until: Int64)?
    var books = ReconciliationBooks()
    for try await request in requests {
      switch request.part {
      case .period(let given) where period == nil:
        var fields = RequestFields()
        let partner = settling(given.partnerID, call, &fields)
        let (from, until) = fields.checkPeriod(from: given.from, until: given.until, now: call.now, prefix: "period.")
        if let error = fields.error { throw error }
        period = (partner, from, until)
      case .line(let line) where period != nil:
        guard books.add(line) else {
          throw RPCError(
            .resourceExhausted,
            "the stream has more than \(ReconciliationBooks.mostLines) lines: reconcile shorter periods")
        }
      default:
        throw RPCError(.invalidArgument, "the first message has the period, once; the others have lines")
      }
    }
    guard let period else { throw RPCError(.invalidArgument, "the stream is empty: it begins with the period") }
    try await telling {
      let early = max(0, period.from - ReconciliationBooks.lateMs)
      try await programme.forEachRecord(from: early, until: min(call.now, period.until + ReconciliationBooks.lateMs)) {
        sequence, record in
        let isInPeriod = record.timeMs >= period.from && record.timeMs < period.until
        for line in SettlementLines.lines(of: record, sequence: sequence, partner: period.partner) {
          books.compare(line, isInPeriod: isInPeriod)
        }
      }
      try findCredited(&books, partner: period.partner)
    }
    return books.finish()
  }

  /// Looks for accruals that are further away than a week: a reference is credited once, whenever it was.
  private func findCredited(_ books: inout ReconciliationBooks, partner: String) throws {
    for reference in books.unmatchedAccruals {
      let sequences = programme.store.read { ledger in ledger.accruals(of: partner, reference: reference) }.value
      for sequence in sequences {
        guard let record = try programme.history.record(at: sequence) else { continue }
        for line in SettlementLines.lines(of: record, sequence: sequence, partner: partner) {
          books.compare(line, isInPeriod: false)
        }
      }
    }
  }

  /// Whose books: a partner's own, or the one that an operator names.
  private func settling(_ partnerID: String, _ call: CallSituation, _ fields: inout RequestFields) -> String {
    let own = call.caller.partner
    fields.checkName(partnerID, "partner_id", isRequired: own.isEmpty)
    if !own.isEmpty, !partnerID.isEmpty, partnerID != own {
      fields.report("partner_id", "is another partner's: leave it out")
    }
    return own.isEmpty ? partnerID : own
  }
}

extension ProgrammeHandlers {
  /// Reads history, and tells a caller why that failed.
  func telling(_ body: () async throws -> Void) async throws {
    do { try await body() } catch let error as RPCError { throw error } catch is CancellationError {
      throw RPCError(.cancelled, "the caller has gone")
    } catch { throw RPCError(storeError: error) }
  }
}
