// What the handlers of every service share: a request is checked and becomes a command, the ledger decides it under the
// store's lock, and what was decided becomes the response, which waits at the gate until it is durable. A new service is
// a struct that conforms to its generated protocol and to ProgrammeHandlers, and a line in LoyaltyApplication.

import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC

/// Answers calls for a programme. Few suspend: most run to their end on their connection's event loop, and those that are called
/// most are immediate.
protocol ProgrammeHandlers: Sendable {
  var programme: Programme { get }
}

/// What a call knows beside its request.
struct CallSituation: Sendable {
  var caller: Caller
  /// The `accept-language` metadata; nil without one.
  var acceptLanguage: String?
  /// Unix milliseconds.
  var now: Int64

  /// The language of texts: the request's own wish, else the metadata's, else the programme's.
  func language(_ wish: String = "", policy: CompiledPolicy) -> String {
    if !wish.isEmpty { return wish }
    if let accepted = acceptLanguage.map(Language.preferred), !accepted.isEmpty { return accepted }
    return policy.document.programme?.defaultLanguage ?? ""
  }
}

/// A response or an error, and the sequence that must be durable before anybody hears of it.
struct Answer<Response: Sendable>: Sendable {
  var result: Result<Response, RPCError>
  /// 0: depends on nothing.
  var sequence: UInt64

  init(_ result: Result<Response, RPCError>, sequence: UInt64 = 0) {
    self.result = result
    self.sequence = sequence
  }

  /// The answer with its response turned into another; an error stays.
  func map<Other: Sendable>(_ transform: (Response) -> Other) -> Answer<Other> {
    Answer<Other>(result.map(transform), sequence: sequence)
  }

  /// The answer with its response turned into another or into an error.
  func flatMap<Other: Sendable>(_ transform: (Response) -> Result<Other, RPCError>) -> Answer<Other> {
    Answer<Other>(result.flatMap(transform), sequence: sequence)
  }
}

extension ProgrammeHandlers {
  /// The policy in effect now.
  var policy: CompiledPolicy { programme.policy }
  /// Its texts.
  var texts: PolicyTexts { programme.served.texts }

  /// Runs a call for its caller and holds its answer, error or not, until what it says is durable.
  func answer<Response>(
    _ context: ServerContext, _ body: (CallSituation) -> Answer<Response>
  ) throws -> Response {
    let answer = body(try situation(context))
    if answer.sequence > 0 { context.holdReply(until: answer.sequence, at: programme.gate) }
    return try answer.result.get()
  }

  /// Who calls, when, and in which language.
  func situation(_ context: ServerContext) throws -> CallSituation {
    guard let caller = context[CallerIdentity.self] else {
      throw RPCError(.unauthenticated, "this call needs a client certificate")
    }
    let language = context.metadata.isEmpty ? nil : context.metadata[Language.header]
    return CallSituation(caller: caller, acceptLanguage: language, now: programme.clock())
  }

  /// Has the ledger decide a command.
  /// - Parameter permission: what the caller must be allowed to do.
  func decide(
    _ input: Record.Input, key: String, _ permission: Permission, _ call: CallSituation
  ) -> Answer<Accepted> {
    if let refusal = call.caller.refusal(for: permission) { return refused(refusal, call) }
    let command = Command(input, idempotencyKey: key)
    do {
      let (step, sequence) = try programme.store.commit { ledger in
        ledger.decide(command, now: call.now, caller: call.caller)
      }
      switch step {
      case .change(let record):
        if record.changesPolicies { programme.policiesChanged() }
        guard let accepted = Accepted(record, sequence: sequence) else { break }
        return Answer(.success(accepted), sequence: sequence)
      case .answer(.repeated(let accepted)): return Answer(.success(accepted), sequence: accepted.sequence)
      case .answer(.refused(let refusal)):
        return Answer(.failure(RPCError(refusal, language: call.language(policy: policy))), sequence: sequence)
      case .answer(.nothingToDo): break
      }
      return Answer(.failure(RPCError(.internal, "the ledger gave no answer to this command")))
    } catch {
      return Answer(.failure(RPCError(storeError: error)))
    }
  }

  /// Looks at the ledger.
  /// - Parameter permission: what the caller must be allowed to do.
  func read<Value: Sendable>(
    _ permission: Permission, _ call: CallSituation, _ body: (borrowing Ledger) throws(Refusal) -> Value
  ) -> Answer<Value> {
    if let refusal = call.caller.refusal(for: permission) { return refused(refusal, call) }
    let (result, sequence) = programme.store.read { ledger -> Result<Value, Refusal> in
      do throws(Refusal) { return .success(try body(ledger)) } catch { return .failure(error) }
    }
    return Answer(result.mapError { RPCError($0, language: call.language(policy: policy)) }, sequence: sequence)
  }

  /// A refusal that depends on nothing in the ledger.
  func refused<Value: Sendable>(_ refusal: Refusal, _ call: CallSituation) -> Answer<Value> {
    Answer(.failure(RPCError(refusal, language: call.language(policy: policy))))
  }
}

extension RPCError {
  /// A kept outcome is of another method than its key: a defect.
  static var unexpectedOutcome: RPCError {
    RPCError(.internal, "the ledger kept another method's outcome for this key")
  }
}
