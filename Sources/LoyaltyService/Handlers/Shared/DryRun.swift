// Dry runs: the ledger decides exactly as it would, and nothing comes of it.

import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC

extension ProgrammeHandlers {
  /// What the ledger would answer to a command now. Nothing changes, and no idempotency key is used
  /// up; one that was used is answered as it would be.
  /// - Parameter permission: what the caller of the real command must be allowed to do.
  func rehearse(
    _ input: Record.Input, key: String = "", _ permission: Permission, _ call: CallSituation
  ) -> Answer<Accepted> {
    if let refusal = call.caller.refusal(for: permission) { return refused(refusal, call) }
    let (decision, sequence) = programme.store.read { ledger in
      (
        ledger.decide(Command(input, idempotencyKey: key), now: call.now, caller: call.caller),
        next: ledger.sequence + 1
      )
    }
    switch decision.0 {
    case .change(let record):
      guard let accepted = Accepted(record, sequence: decision.next) else { break }
      return Answer(.success(accepted), sequence: sequence)
    case .answer(.refused(let refusal)):
      return Answer(.failure(RPCError(refusal, language: call.language(policy: policy))), sequence: sequence)
    case .answer(.repeated(let accepted)): return Answer(.success(accepted), sequence: accepted.sequence)
    case .answer(.nothingToDo): break
    }
    return Answer(.failure(RPCError(.internal, "the ledger gave no answer to this command")))
  }

  /// Decides a command, or only rehearses it.
  func decide(
    _ input: Record.Input, key: String, dryRun: Bool, _ permission: Permission, _ call: CallSituation
  ) -> Answer<Accepted> {
    dryRun ? rehearse(input, key: key, permission, call) : decide(input, key: key, permission, call)
  }
}
