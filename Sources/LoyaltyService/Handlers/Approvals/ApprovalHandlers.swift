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
            let command = try? Record(serializedBytes: proposal.command)
            return PendingProposal(
              proposalID: PublicName.proposal(id), kind: command?.input?.kind ?? "", proposer: proposal.subject,
              commandJson: (try? command?.jsonString()) ?? "",
              expiresAt: ProtobufTimestamp(unixMilliseconds: proposal.untilMs))
          })
      }
    }
  }

  func decideProposal(_ request: DecideProposalRequest, context: ServerContext) async throws -> DecideProposalResponse {
    let answer = decide(request, try situation(context))
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

  private func decide(_ request: DecideProposalRequest, _ call: CallSituation) -> Answer<Accepted> {
    var fields = RequestFields()
    let id = fields.sequence(request.proposalID, "proposal_id", PublicName.proposalPrefix)
    if !request.approve || !request.reason.isEmpty { fields.checkReason(request.reason) }
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }

    let input = ApprovalInput(proposal: id, approved: request.approve, reason: request.reason)
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
