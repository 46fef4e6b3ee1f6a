// Looking at tickets: one with all that was said, or many by page. What was said is in the journal's records.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

extension FeedbackHandlers {
  func getFeedback(_ request: GetFeedbackRequest, _ call: CallSituation) -> Answer<GetFeedbackResponse> {
    var fields = RequestFields()
    let sequence = fields.sequence(request.ticketID, "ticket_id", named: PublicName.ticket)
    if let error = fields.error { return Answer(.failure(error)) }
    let view = read(.look, call) { (ledger) throws(Refusal) in try ledger.ticket(sequence, caller: call.caller) }
    return view.flatMap { view in
      do {
        var entries: [FeedbackEntry] = []
        for event in [sequence] + view.state.events {
          if let record = try programme.history.record(at: event) {
            entries += try self.entries(of: record, ticket: sequence, call)
          }
        }
        return .success(GetFeedbackResponse(ticket: Self.ticket(view, now: call.now), entries: entries))
      } catch {
        return .failure(RPCError(storeError: error))
      }
    }
  }

  func listFeedback(_ request: ListFeedbackRequest, _ call: CallSituation) -> Answer<ListFeedbackResponse> {
    var fields = RequestFields()
    fields.checkMemberID(request.memberID)
    let size = fields.pageSize(request.pageSize)
    fields.checkName(request.team, "team", isRequired: false)
    fields.checkName(request.causeID, "cause_id", isRequired: false)
    let status = TicketStatus(request.state)
    if status == nil { fields.report("state", "must be a state that the schema names") }
    var filter = TicketFilter()
    filter.member = request.memberID
    filter.status = status == .unspecified ? nil : status
    filter.overdueOnly = request.overdueOnly
    filter.team = request.team
    filter.cause = request.causeID
    let mark = "\(filter)"
    let after = fields.pageStart(request.pageToken, list: mark)
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.look, call) { (ledger) throws(Refusal) in
      try ledger.tickets(filter, after: after, most: size, caller: call.caller, now: call.now)
    }.map { page in
      ListFeedbackResponse(
        tickets: page.tickets.map { Self.ticket($0, now: call.now) },
        nextPageToken: page.last.map { PageToken.token("\($0)", list: mark) } ?? "")
    }
  }

  static func ticket(_ view: TicketView, now: Int64) -> FeedbackTicket {
    let state = view.state
    return FeedbackTicket(
      ticketID: PublicName.ticket(state.ticket), memberID: view.member,
      kind: FeedbackKind(rawValue: Int32(clamping: state.kind)),
      context: FeedbackContext(rawValue: Int32(clamping: state.topic)), state: FeedbackState(state.status),
      tierID: state.tier, openedAt: ProtobufTimestamp(unixMilliseconds: state.openedMs),
      dueAt: ProtobufTimestamp(unixMilliseconds: state.dueMs), overdue: state.status == .open && state.dueMs <= now,
      answeredAt: .unlessNever(state.answeredMs), closedAt: .unlessNever(state.closedMs),
      escalationLevel: Int32(clamping: state.level), team: state.team,
      escalatesAt: .unlessNever(state.nextEscalationMs), causeID: state.cause, changeID: state.change,
      rating: Int32(clamping: state.score), partnerID: state.partner)
  }

  /// What a record says about a ticket. Who said it is for staff's eyes.
  private func entries(of record: Record, ticket: UInt64, _ call: CallSituation) throws -> [FeedbackEntry] {
    var entry = FeedbackEntry(at: ProtobufTimestamp(unixMilliseconds: record.timeMs))
    if call.caller.partner.isEmpty {
      entry.author = record.endUser.isEmpty ? record.subject : "\(record.subject)/\(record.endUser)"
    }
    switch record.input {
    case .feedback(let input):
      let words = try words(input.words, or: input.text, input.attachments)
      (entry.kind, entry.text, entry.attachments) = (.opened, words.text, words.attachments)
      entry.subjectID = input.subjectID
    case .ticket(let command) where command.ticket == ticket:
      switch command.step {
      case .reply(let reply):
        let words = try words(reply.words, or: reply.text, reply.attachments)
        (entry.text, entry.attachments) = (words.text, words.attachments)
        entry.kind = reply.fromMember ? .memberReply : .answer
      case .escalation(let escalation):
        (entry.kind, entry.text) = (.escalated, try words(escalation.words, or: escalation.reason).text)
      case .closing(let closing):
        (entry.kind, entry.text) = (.closed, try words(closing.words, or: closing.resolution).text)
      case .link(let link):
        entry.kind = .linked
        entry.text = [link.cause, link.change].filter { !$0.isEmpty }.joined(separator: " ")
      case .rating(let rating): (entry.kind, entry.text) = (.rated, "\(rating.score)")
      case nil: return []
      }
    case .ticketsDue:
      guard case .ticketsCameDue(let outcome)? = record.outcome,
        let step = outcome.escalated.first(where: { $0.ticket == ticket })
      else { return [] }
      (entry.kind, entry.text) = (.escalated, step.team)
    default: return []
    }
    return [entry]
  }
}

extension FeedbackState {
  /// The API's word for the journal's.
  init(_ status: TicketStatus) { self.init(rawValue: status.rawValue) }
}

extension TicketStatus {
  /// The journal's word for the API's; nil for a state that this program does not know.
  init?(_ state: FeedbackState) {
    if case .unrecognized = state { return nil }
    self.init(rawValue: state.rawValue)
  }
}
