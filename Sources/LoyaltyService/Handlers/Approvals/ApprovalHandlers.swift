// loyalty.v1.ApprovalService: commands that wait for a second person.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.ApprovalService`.
struct ApprovalHandlers: ApprovalServiceHandler, ProgrammeHandlers {
  let programme: Programme

  func listProposals(_ request: ListProposalsRequest, context: ServerContext) async throws -> ListProposalsResponse {
    try answer(context) { call in
      read(.approve, call) { (ledger) throws(Refusal) in ledger.openProposals }.map { open in
        ListProposalsResponse(
          proposals: open.map { id, proposal in
            let command = (try? Record(serializedBytes: proposal.command)).map(opened)
            return PendingProposal(
              proposalID: PublicName.proposal(id), kind: command?.input?.kind ?? "", proposer: proposal.subject,
              commandJson: (try? command?.jsonString()) ?? "",
              expiresAt: ProtobufTimestamp(unixMilliseconds: proposal.untilMs))
          })
      }
    }
  }

  /// A command with its reason as whoever decides on it can read it.
  private func opened(_ command: Record) -> Record {
    var command = command
    func reason(_ words: SealedWords?, _ text: String) -> String { (try? self.words(words, or: text).text) ?? "" }
    switch command.input {
    case .adjustment(var input)?:
      (input.reason, input.words) = (reason(input.words, input.reason), nil)
      command.input = .adjustment(input)
    case .reinstatement(var input)?:
      (input.reason, input.words) = (reason(input.words, input.reason), nil)
      command.input = .reinstatement(input)
    case .merge(var input)?:
      (input.reason, input.words) = (reason(input.words, input.reason), nil)
      command.input = .merge(input)
    default: break
    }
    return command
  }

  func decideProposal(_ request: DecideProposalRequest, context: ServerContext) async throws -> DecideProposalResponse {
    var fields = RequestFields()
    let id = fields.sequence(request.proposalID, "proposal_id", PublicName.proposalPrefix)
    let words = try await words(request.reason, about: id, key: request.idempotencyKey, .approve, context) {
      $0.memberOfProposal(id)
    }
    let answer = decide(request, try situation(context), words)
    if answer.sequence > 0 { context.holdReply(until: answer.sequence, at: programme.gate) }
    let accepted = try answer.result.get()
    var isRejected = false
    switch accepted.outcome {
    case .rejected: isRejected = true
    case .erased(let outcome): try await finish(outcome, recordedBy: accepted.sequence)
    default: break
    }
    return DecideProposalResponse(proposalID: request.proposalID, approved: !isRejected, record: accepted.sequence)
  }

  private func decide(
    _ request: DecideProposalRequest, _ call: CallSituation, _ words: PersonalWords
  ) -> Answer<Accepted> {
    var fields = RequestFields()
    let id = fields.sequence(request.proposalID, "proposal_id", PublicName.proposalPrefix)
    if !request.approve || !request.reason.isEmpty { fields.checkReason(request.reason) }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    if let refusal = words.refusal { return refused(refusal, call) }

    let input = ApprovalInput(
      proposal: id, approved: request.approve, reason: words.clear(request.reason, ""), words: words.sealed)
    return decide(.approval(input), key: request.idempotencyKey, .approve, call)
  }
}

extension Record.Input {
  /// What a command is called where people read of it.
  var kind: String {
    switch self {
    case .adjustment: "adjustment"
    case .reinstatement: "reinstatement"
    case .merge: "merge"
    case .import: "import"
    case .policyPublication: "policy_publication"
    case .erasure: "erasure"
    default: "command"
    }
  }
}
