// EraseMember: what was written by a member and about it can be read no more, in any file, copy or backup. Its record is
// durable before the keys are destroyed; who crashes in between destroys them at the next start.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore

extension MemberHandlers {
  func erase(_ request: EraseMemberRequest, _ context: ServerContext) async throws -> EraseMemberResponse {
    let call = try situation(context)
    guard programme.personal != nil else {
      throw RPCError(.unimplemented, "this programme keeps no personal data")
    }
    var fields = RequestFields()
    fields.checkRequiredMember(request.memberID)
    fields.checkName(request.reference, "reference", isRequired: false)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    let input = ErasureInput(member: request.memberID, reference: request.reference)
    let answer: Answer<Accepted> =
      fields.error.map { Answer(.failure($0)) }
      ?? decide(.erasure(input), key: request.idempotencyKey, .erase, call)
    if answer.sequence > 0 { context.holdReply(until: answer.sequence, at: programme.gate) }
    let accepted = try answer.result.get()
    switch accepted.outcome {
    case .proposed:
      return EraseMemberResponse(memberID: request.memberID, proposalID: PublicName.proposal(accepted.sequence))
    case .erased(let outcome):
      try await finish(outcome, recordedBy: accepted.sequence)
      return EraseMemberResponse(memberID: request.memberID, erasedMemberIDs: outcome.members)
    default: throw RPCError.unexpectedOutcome
    }
  }
}

extension ProgrammeHandlers {
  /// Does what an erasure's record says.
  func finish(_ erasure: ErasedOutcome, recordedBy sequence: UInt64) async throws {
    do {
      try await programme.erase(erasure.members, recordedBy: sequence)
    } catch { throw RPCError(storeError: error) }
  }
}
