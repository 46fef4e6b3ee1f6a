// loyalty.v1.ChangeService: the ledger's records in order, for those who follow it.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime

/// Answers `loyalty.v1.ChangeService`.
struct ChangeHandlers: ChangeServiceHandler, ProgrammeHandlers {
  /// Records read at a time: some hundred kilobytes at most in memory for a consumer, however far behind it is.
  static let pageLength = 100
  /// How long to wait before looking for new changes: nobody who follows a ledger sees 50 ms, and twenty looks a second
  /// cost nothing.
  static let pause = Duration.milliseconds(50)

  let programme: Programme

  func watchChanges(
    _ request: WatchChangesRequest, responses: ResponseWriter<WatchChangesResponse>, context: ServerContext
  ) async throws {
    let call = try situation(context)
    if let refusal = call.caller.refusal(for: .report) {
      throw RPCError(refusal, language: call.language(policy: policy))
    }
    let status = programme.store.status
    let position = LedgerPosition(
      incarnation: status.incarnation.description, restoredThrough: status.incarnationBegin,
      sequence: status.durableSequence)
    try check(request, position)
    try await responses.send(WatchChangesResponse(part: .position(position)))
    var last = request.afterSequence
    while true {
      let page = try records(after: last)
      for entry in page {
        try await responses.send(WatchChangesResponse(part: .change(Change(entry.record, entry.sequence))))
        last = entry.sequence
      }
      if page.isEmpty { try await Task.sleep(for: Self.pause) }
    }
  }

  private func check(_ request: WatchChangesRequest, _ position: LedgerPosition) throws {
    if !request.incarnation.isEmpty, request.incarnation != position.incarnation {
      throw RPCError(
        .failedPrecondition,
        """
        the ledger has been restored to change \(position.restoredThrough): it is incarnation \(position.incarnation) now, \
        not \(request.incarnation); drop what you have behind that and go on from there
        """,
        details: [
          info(
            "LEDGER_RESTORED", ["incarnation": position.incarnation, "restored_through": "\(position.restoredThrough)"])
        ])
    }
    if request.afterSequence > position.sequence {
      throw RPCError(
        .outOfRange, "change \(request.afterSequence) is ahead of the ledger, which is at \(position.sequence)",
        details: [info("CHANGES_AHEAD", ["sequence": "\(position.sequence)"])])
    }
  }

  private func records(after sequence: UInt64) throws -> [HistoryEntry<Record>] {
    do {
      return try programme.history.records(after: sequence, limit: Self.pageLength)
    } catch StoreError
      .notRetained(let wanted, let first)
    {
      throw RPCError(
        .outOfRange, "change \(wanted) is beyond the retention of history: the first that is kept is \(first)",
        details: [info("CHANGES_NOT_RETAINED", ["first": "\(first)"])])
    } catch {
      throw RPCError(.internal, "history cannot be read")
    }
  }

  private func info(_ reason: String, _ metadata: [String: String]) -> ProtobufAny {
    ProtobufAny(packing: ErrorInfo(reason: reason, domain: RPCError.reasonDomain, metadata: metadata))
  }
}

extension Change {
  init(_ record: Record, _ sequence: UInt64) {
    self.init(
      sequence: sequence, time: ProtobufTimestamp(unixMilliseconds: record.timeMs),
      kind: record.input.flatMap { Mirror(reflecting: $0).children.first?.label } ?? "",
      partnerID: record.partner, memberIDs: record.members,
      movements: record.postings.map { posting in
        let isOfMember = posting.account == .member || posting.account == .debt
        return Movement(
          unit: "\(posting.unit)", account: "\(posting.account)",
          memberID: isOfMember && Int(posting.member) < record.members.count
            ? record.members[Int(posting.member)] : "",
          partnerID: posting.partner, points: posting.amount)
      })
  }
}
