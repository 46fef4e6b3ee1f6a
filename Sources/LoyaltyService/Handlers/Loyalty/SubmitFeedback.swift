// SubmitFeedback: a member's word becomes a ticket with a promise.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension LoyaltyHandlers {
  func submitFeedback(
    _ request: SubmitFeedbackRequest, _ call: CallSituation, _ words: PersonalWords = .clear
  ) -> Answer<SubmitFeedbackResponse> {
    var fields = RequestFields()
    fields.checkMember(request.memberID, number: request.partnerMemberNumber)
    let kind = TicketKind(request.kind)
    if kind == .unspecified { fields.report("kind", "must be a kind of feedback that the schema names") }
    let topic = TicketTopic(request.context)
    if topic == nil { fields.report("context", "must be a context that the schema names") }
    fields.checkName(request.subjectID, "subject_id", isRequired: false)
    fields.checkText(request.text, "text")
    fields.checkAttachments(request.attachments)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }

    let input = FeedbackInput(
      member: request.memberID, partnerNumber: request.partnerMemberNumber, kind: kind, topic: topic ?? .unspecified,
      subjectID: request.subjectID, text: words.clear(request.text, ""),
      attachments: words.clear(request.attachments, []), words: words.sealed)
    return decide(.feedback(input), key: request.idempotencyKey, .change, call).flatMap { accepted in
      guard case .ticketOpened(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        SubmitFeedbackResponse(
          ticketID: PublicName.ticket(accepted.sequence), memberID: outcome.member, tierID: outcome.tier,
          openedAt: ProtobufTimestamp(unixMilliseconds: accepted.timeMs),
          dueAt: ProtobufTimestamp(unixMilliseconds: outcome.dueMs)))
    }
  }
}

extension TicketKind {
  /// The journal's word for the API's; unspecified for a kind that this program does not know.
  init(_ kind: FeedbackKind) {
    self =
      switch kind {
      case .complaint: .complaint
      case .question: .question
      case .suggestion: .suggestion
      case .praise: .praise
      case .unspecified, .unrecognized: .unspecified
      }
  }
}

extension TicketTopic {
  /// The journal's word for the API's; nil for a context that this program does not know.
  init?(_ context: FeedbackContext) {
    switch context {
    case .unspecified: self = .unspecified
    case .points: self = .points
    case .redemption: self = .redemption
    case .event: self = .event
    case .tier: self = .tier
    case .unrecognized: return nil
    }
  }
}
