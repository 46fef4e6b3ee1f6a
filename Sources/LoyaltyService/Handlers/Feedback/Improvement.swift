// Causes lead to changes, and a change is judged by what came after it.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension FeedbackHandlers {
  /// Days on either side of a change that are compared: a quarter unless the caller says otherwise.
  private static let defaultWindowDays: Int32 = 90
  private static let longestWindowDays: Int32 = 400

  func recordChange(_ request: RecordChangeRequest, _ call: CallSituation) -> Answer<RecordChangeResponse> {
    var fields = RequestFields()
    fields.checkName(request.causeID, "cause_id")
    fields.checkName(request.changeID, "change_id")
    fields.checkText(request.note, "note")
    // 0 is "now", which is the ledger's to say: the same request later is still the same request.
    let effective = request.effectiveAt == nil ? 0 : fields.milliseconds(request.effectiveAt, "effective_at")
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let input = ImprovementInput(
      cause: request.causeID, change: request.changeID, note: request.note, effectiveMs: effective)
    return decide(.improvement(input), key: request.idempotencyKey, .answerFeedback, call).flatMap { accepted in
      guard case .improved(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        RecordChangeResponse(
          causeID: outcome.cause, changeID: outcome.change,
          effectiveAt: ProtobufTimestamp(unixMilliseconds: outcome.effectiveMs)))
    }
  }

  func compareChange(_ request: CompareChangeRequest, _ call: CallSituation) -> Answer<CompareChangeResponse> {
    var fields = RequestFields()
    fields.checkName(request.causeID, "cause_id")
    fields.checkName(request.changeID, "change_id")
    fields.checkName(request.surveyID, "survey_id", isRequired: !request.questionID.isEmpty)
    fields.checkName(request.questionID, "question_id", isRequired: !request.surveyID.isEmpty)
    if !(0...Self.longestWindowDays).contains(request.windowDays) {
      fields.report("window_days", "is \(request.windowDays); must be 1 to \(Self.longestWindowDays), or 0 for 90")
    }
    if let error = fields.error { return Answer(.failure(error)) }
    let days = Int64(request.windowDays == 0 ? Self.defaultWindowDays : request.windowDays)
    let window = days * CivilCalendar.millisecondsPerDay
    return read(.report, call) { (ledger) throws(Refusal) in
      let change = try ledger.effectiveMs(ofChange: request.changeID, cause: request.causeID)
      let end = max(change, min(change + window, call.now))
      // What was opened at this very moment counts.
      let tickets = ledger.tickets(
        ofCause: request.causeID, fromMs: change - window, untilMs: min(change + window, end + 1))
      let scores =
        request.surveyID.isEmpty ? nil : ledger.scores(survey: request.surveyID, question: request.questionID)
      return Comparison(change: change, window: window, end: end, tickets: tickets, scores: scores)
    }.map { $0.response(policy.calendar) }
  }

  /// What a comparison is made from.
  private struct Comparison: Sendable {
    var change: Int64
    var window: Int64
    var end: Int64
    var tickets: [(openedMs: Int64, score: UInt32)]
    var scores: [ScoreDay]?

    func response(_ calendar: CivilCalendar) -> CompareChangeResponse {
      let day = Double(CivilCalendar.millisecondsPerDay)
      var response = CompareChangeResponse(
        effectiveAt: ProtobufTimestamp(unixMilliseconds: change), daysBefore: Double(window) / day,
        daysAfter: Double(end - change) / day)
      var before = ScoreSummary()
      var after = ScoreSummary()
      for ticket in tickets {
        if ticket.openedMs < change {
          response.ticketsBefore += 1
          if ticket.score > 0 { before.add(UInt64(ticket.score)) }
        } else {
          response.ticketsAfter += 1
          if ticket.score > 0 { after.add(UInt64(ticket.score)) }
        }
      }
      response.ratings = ScoreSummary.compare(before, after)
      if let scores {
        let from = calendar.dayNumber(of: change - window)
        let middle = calendar.dayNumber(of: change)
        let until = calendar.dayNumber(of: end)
        var before = ScoreSummary()
        var after = ScoreSummary()
        for day in scores {
          if (from..<middle).contains(day.day) { before.add(day) }
          if (middle...until).contains(day.day) { after.add(day) }
        }
        response.survey = ScoreSummary.compare(before, after)
      }
      return response
    }
  }
}
