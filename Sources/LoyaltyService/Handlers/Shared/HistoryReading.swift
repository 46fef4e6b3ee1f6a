// Calls that need history before they can decide or answer. Only what is durable is history, so that they first wait for
// what the ledger has shown them to become durable.

import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore

extension Programme {
  /// Waits until history reaches a sequence that the ledger has shown.
  /// - Throws: UNAVAILABLE after `longestWait`: the disk does not keep up.
  func waitForHistory(through sequence: UInt64) async throws {
    var waited = Duration.zero
    while store.durableSequence < sequence {
      guard waited < Self.longestWait else { throw RPCError(.unavailable, "the journal is behind; try again") }
      try await Task.sleep(for: Self.waitStep)
      waited += Self.waitStep
    }
  }

  private static let waitStep = Duration.milliseconds(1)
  /// Far beyond any sync; the caller may try again.
  private static let longestWait = Duration.seconds(5)

  /// Records of a member that a question about one lot looks through: years of a busy account.
  static let recordsALot = 20_000

  /// Records that one page of a list looks through: of a member's history most may be something else.
  static let recordsAPage = 2_000

  /// Shows a member's records, the newest first.
  /// - Parameters:
  ///   - before: the first is the one before this.
  ///   - wanted: how many records the page is to hold, to read not much more at a time.
  ///   - goesOn: whether the page has room for more.
  /// - Returns: what the next page comes before; nil when history has no more.
  func walkHistory(
    of member: String, before: UInt64, wanted: Int, _ goesOn: (HistoryEntry<Record>) throws -> Bool
  ) throws -> UInt64? {
    var before = before
    var examined = 0
    while examined < Self.recordsAPage {
      let records = try history.records(of: member, before: before, limit: min(200, 2 * wanted))
      if records.isEmpty { return nil }
      examined += records.count
      for record in records {
        before = record.sequence
        if try !goesOn(record) { return before }
      }
    }
    return before
  }

  /// Points of lots that have lapsed while they were a member's, as history tells.
  /// - Parameters:
  ///   - lots: for each, the instant at which it was to lapse when it was made (0: never).
  ///   - ids: every id that the member has had.
  ///   - since: the record that made the lots.
  func lapsedPoints(of lots: [UInt64: Int64], members ids: Set<String>, since: UInt64) throws -> [UInt64: Int64] {
    var history = LapseHistory(of: lots, members: ids)
    var records: [HistoryEntry<Record>] = []
    for id in ids {
      var before = UInt64.max
      pages: while records.count < Self.recordsALot {
        let page = try self.history.records(of: id, before: before, limit: 500)
        for entry in page {
          if entry.sequence < since { break pages }
          if history.concerns(entry.record) { records.append(entry) }
        }
        guard let last = page.last else { break }
        before = last.sequence
      }
    }
    records.sort { $0.sequence < $1.sequence }
    var last: UInt64 = 0
    for entry in records where entry.sequence != last {
      last = entry.sequence
      history.add(entry.record)
    }
    return history.lapsed
  }
}

extension Record {
  /// The member at a position; empty if there is none.
  func name(_ position: UInt32) -> String { Int(position) < members.count ? members[Int(position)] : "" }

  /// A lot that this record made: when it was to lapse, and when it was earned.
  func lotMade(_ lot: UInt64) -> (expiresMs: Int64, earnedMs: Int64)? {
    postings.first { $0.lot == lot && $0.amount > 0 }.map {
      ($0.lotExpiresMs, $0.lotEarnedMs > 0 ? $0.lotEarnedMs : timeMs)
    }
  }
}

extension ProgrammeHandlers {
  /// As `answer`, for calls that wait for history.
  func answerFromHistory<Response>(
    _ context: ServerContext, _ body: (CallSituation) async throws -> Answer<Response>
  ) async throws -> Response {
    let call = try situation(context)
    let answer: Answer<Response>
    do { answer = try await body(call) } catch let error as StoreError { throw RPCError(storeError: error) }
    if answer.sequence > 0 { context.holdReply(until: answer.sequence, at: programme.gate) }
    return try answer.result.get()
  }
}
