// EraseMember: what was written by a member and about it can be read no more, in any file, copy or backup.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore

extension MemberHandlers {
  func erase(_ request: EraseMemberRequest, _ context: ServerContext) async throws -> EraseMemberResponse {
    let call = try situation(context)
    let language = call.language(policy: policy)
    if let refusal = call.caller.refusal(for: .erase) { throw RPCError(refusal, language: language) }
    var fields = RequestFields()
    fields.checkRequiredMember(request.memberID)
    if let error = fields.error { throw error }
    let (found, sequence) = programme.store.read { ledger -> Result<[String], Refusal> in
      do throws(Refusal) { return .success(try ledger.namesToErase(request.memberID)) } catch { return .failure(error) }
    }
    // What the account was when it was looked at must not be taken back by a crash.
    context.holdReply(until: sequence, at: programme.gate)
    guard let personal = programme.personal else {
      throw RPCError(.unimplemented, "this programme keeps no personal data")
    }
    switch found {
    case .failure(let refusal): throw RPCError(refusal, language: language)
    case .success(let names):
      for name in names {
        do { try await personal.erase(member: name) } catch { throw RPCError(storeError: error) }
      }
      return EraseMemberResponse(memberID: request.memberID, erasedMemberIDs: names)
    }
  }
}
