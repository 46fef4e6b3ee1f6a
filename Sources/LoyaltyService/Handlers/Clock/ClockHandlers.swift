// loyalty.v1.ClockService: the time by which the ledger decides.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.ClockService`.
struct ClockHandlers: ClockServiceHandler, ProgrammeHandlers {
  /// How far the operator's clock and the server's may be apart, milliseconds: reading one and typing takes a while.
  static let toleranceMs: Int64 = 5 * 60_000

  let programme: Programme

  func getClock(_ request: GetClockRequest, context: ServerContext) async throws -> GetClockResponse {
    try answer(context) { call in
      read(.keepTime, call) { _ throws(Refusal) in
        let reading = programme.timekeeper.read()
        return GetClockResponse(
          ledgerTime: ProtobufTimestamp(unixMilliseconds: reading.ledgerMs),
          clockTime: ProtobufTimestamp(unixMilliseconds: reading.shownMs), jumpUnconfirmed: reading.isHeld)
      }
    }
  }

  func confirmClock(_ request: ConfirmClockRequest, context: ServerContext) async throws -> ConfirmClockResponse {
    try answer(context) { call in confirm(request, call) }
  }

  private func confirm(_ request: ConfirmClockRequest, _ call: CallSituation) -> Answer<ConfirmClockResponse> {
    var fields = RequestFields()
    let reading = programme.timekeeper.read()
    let told = fields.milliseconds(request.now, "now")
    if request.now != nil, abs(told - reading.shownMs) > Self.toleranceMs {
      let shown = (try? ProtobufTimestamp(unixMilliseconds: reading.shownMs).jsonString()) ?? "\(reading.shownMs) ms"
      fields.report("now", "is more than five minutes from what the server's clock shows, which is \(shown)")
    }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let input = ClockInput(toldMs: told, shownMs: reading.shownMs, expectedMs: reading.ledgerMs)
    // Decided at the time that it confirms.
    var confirmed = call
    confirmed.now = reading.shownMs
    return decide(.clock(input), key: request.idempotencyKey, .keepTime, confirmed).flatMap { accepted in
      guard case .clockNoted(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      // Not for the answer to an earlier request: the clock may have jumped again since.
      if accepted.timeMs >= reading.shownMs { programme.timekeeper.confirm() }
      return .success(ConfirmClockResponse(ledgerTime: ProtobufTimestamp(unixMilliseconds: outcome.timeMs)))
    }
  }
}
