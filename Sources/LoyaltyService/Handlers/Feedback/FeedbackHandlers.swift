// loyalty.v1.FeedbackService: what becomes of tickets.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.FeedbackService`.
struct FeedbackHandlers: FeedbackServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func getFeedback(_ request: GetFeedbackRequest, context: ServerContext) async throws -> GetFeedbackResponse {
    try answer(context) { call in getFeedback(request, call) }
  }

  func listFeedback(
    _ request: ListFeedbackRequest, context: ServerContext
  ) async throws -> ListFeedbackResponse {
    try answer(context) { call in listFeedback(request, call) }
  }

  func replyToFeedback(
    _ request: ReplyToFeedbackRequest, context: ServerContext
  ) async throws -> ReplyToFeedbackResponse {
    let words = try await words(
      request.text, request.attachments, about: request.ticketID, key: request.idempotencyKey, context)
    return try answer(context) { call in
      var fields = RequestFields()
      fields.checkText(request.text, "text")
      fields.checkAttachments(request.attachments)
      let reply = TicketReply(
        text: words.clear(request.text, ""), attachments: words.clear(request.attachments, []),
        fromMember: !call.caller.partner.isEmpty, words: words.sealed)
      return step(.reply(reply), of: request.ticketID, key: request.idempotencyKey, fields, call, words)
        .map { ReplyToFeedbackResponse(progress: $0) }
    }
  }

  func escalateFeedback(
    _ request: EscalateFeedbackRequest, context: ServerContext
  ) async throws -> EscalateFeedbackResponse {
    let words = try await words(request.reason, about: request.ticketID, key: request.idempotencyKey, context)
    return try answer(context) { call in
      var fields = RequestFields()
      fields.checkText(request.reason, "reason")
      return step(
        .escalation(TicketEscalation(reason: words.clear(request.reason, ""), words: words.sealed)),
        of: request.ticketID, key: request.idempotencyKey, fields, call, words
      ).map { EscalateFeedbackResponse(progress: $0) }
    }
  }

  func closeFeedback(
    _ request: CloseFeedbackRequest, context: ServerContext
  ) async throws -> CloseFeedbackResponse {
    let words = try await words(request.resolution, about: request.ticketID, key: request.idempotencyKey, context)
    return try answer(context) { call in
      var fields = RequestFields()
      fields.checkText(request.resolution, "resolution")
      return step(
        .closing(TicketClosing(resolution: words.clear(request.resolution, ""), words: words.sealed)),
        of: request.ticketID, key: request.idempotencyKey, fields, call, words
      ).map { CloseFeedbackResponse(progress: $0) }
    }
  }

  func linkFeedback(
    _ request: LinkFeedbackRequest, context: ServerContext
  ) async throws -> LinkFeedbackResponse {
    try answer(context) { call in
      var fields = RequestFields()
      fields.checkName(request.causeID, "cause_id", isRequired: request.changeID.isEmpty)
      fields.checkName(request.changeID, "change_id", isRequired: false)
      return step(
        .link(TicketLink(cause: request.causeID, change: request.changeID)), of: request.ticketID,
        key: request.idempotencyKey, fields, call
      ).map { LinkFeedbackResponse(progress: $0) }
    }
  }

  func rateFeedback(
    _ request: RateFeedbackRequest, context: ServerContext
  ) async throws -> RateFeedbackResponse {
    try answer(context) { call in
      var fields = RequestFields()
      if !(1...5).contains(request.rating) { fields.report("rating", "is \(request.rating); must be 1 to 5") }
      return step(
        .rating(TicketRating(score: UInt32(clamping: request.rating))), of: request.ticketID,
        key: request.idempotencyKey, fields, call
      ).map { RateFeedbackResponse(progress: $0) }
    }
  }

  func recordChange(
    _ request: RecordChangeRequest, context: ServerContext
  ) async throws -> RecordChangeResponse {
    try answer(context) { call in recordChange(request, call) }
  }

  func compareChange(
    _ request: CompareChangeRequest, context: ServerContext
  ) async throws -> CompareChangeResponse {
    try answer(context) { call in compareChange(request, call) }
  }

  /// Encrypts what somebody has written on a ticket, for the member whose ticket it is.
  private func words(
    _ text: String, _ attachments: [String] = [], about ticket: String, key: String, _ context: ServerContext
  ) async throws -> PersonalWords {
    // What is no ticket's name is told by the checks that follow.
    var fields = RequestFields()
    let sequence = fields.sequence(ticket, "ticket_id", named: PublicName.ticket)
    return try await words(text, attachments, key: key, .look, context) { (ledger, caller) throws(Refusal) in
      try ledger.ticket(sequence, caller: caller).member
    }
  }

  /// One step of a ticket. What members do comes through partners and staff alike; the rest is staff's.
  private func step(
    _ step: TicketCommand.Step, of ticket: String, key: String, _ checked: RequestFields, _ call: CallSituation,
    _ words: PersonalWords = .clear
  ) -> Answer<FeedbackProgress> {
    var fields = checked
    let sequence = fields.sequence(ticket, "ticket_id", named: PublicName.ticket)
    fields.checkName(key, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let permission: Permission =
      switch step {
      case .reply(let reply): reply.fromMember ? .change : .answerFeedback
      case .rating: call.caller.partner.isEmpty ? .answerFeedback : .change
      case .escalation, .closing, .link: .answerFeedback
      }
    if let refusal = call.caller.refusal(for: permission) ?? words.refusal { return refused(refusal, call) }
    let input = Record.Input.ticket(TicketCommand(ticket: sequence, step: step))
    return decide(input, key: key, permission, call).flatMap { accepted in
      guard case .ticketStepped(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      return .success(
        FeedbackProgress(
          ticketID: PublicName.ticket(outcome.ticket), state: FeedbackState(outcome.status),
          dueAt: ProtobufTimestamp(unixMilliseconds: outcome.dueMs), escalationLevel: Int32(clamping: outcome.level),
          team: outcome.team))
    }
  }
}
