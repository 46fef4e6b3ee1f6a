// The five calls of loyalty.v1.LoyaltyService: a request is checked and becomes a command, the ledger decides it
// under the store's lock, and what was decided becomes the response, which waits at the gate until it is durable.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC

/// Answers `loyalty.v1.LoyaltyService`. No call suspends: it runs to its end on its connection's event loop.
public struct LoyaltyHandlers: LoyaltyServiceHandler {
  private let programme: Programme
  let policy: CompiledPolicy
  let texts: PolicyTexts

  public init(_ programme: Programme) {
    self.programme = programme
    policy = programme.policy
    texts = PolicyTexts(programme.policy)
  }

  public func accrue(_ request: AccrueRequest, context: ServerContext) async throws -> AccrueResponse {
    try answer(context) { call in accrue(request, call) }
  }

  public func redeem(_ request: RedeemRequest, context: ServerContext) async throws -> RedeemResponse {
    try answer(context) { call in redeem(request, call) }
  }

  public func getTier(_ request: GetTierRequest, context: ServerContext) async throws -> GetTierResponse {
    try answer(context) { call in getTier(request, call) }
  }

  public func listCatalog(_ request: ListCatalogRequest, context: ServerContext) async throws -> ListCatalogResponse {
    try answer(context) { call in listCatalog(request, call) }
  }

  public func submitFeedback(
    _ request: SubmitFeedbackRequest, context: ServerContext
  ) async throws -> SubmitFeedbackResponse {
    try answer(context) { call in submitFeedback(request, call) }
  }

  /// Runs a call for its caller and holds its answer, error or not, until what it says is durable.
  private func answer<Response>(
    _ context: ServerContext, _ body: (CallSituation) -> Answer<Response>
  ) throws -> Response {
    guard let caller = context[CallerIdentity.self] else {
      throw RPCError(.unauthenticated, "this call needs a client certificate")
    }
    let language = context.metadata.isEmpty ? nil : context.metadata[Language.header]
    let answer = body(CallSituation(caller: caller, acceptLanguage: language, now: programme.clock()))
    if answer.sequence > 0 { context.holdReply(until: answer.sequence, at: programme.gate) }
    return try answer.result.get()
  }
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
}

extension LoyaltyHandlers {
  /// Has the ledger decide a command.
  func decide(_ input: Record.Input, key: String, _ call: CallSituation) -> Answer<Accepted> {
    if let refusal = call.caller.refusal(for: .change) {
      return Answer(.failure(RPCError(refusal, language: call.language(policy: policy))))
    }
    let command = Command(input, idempotencyKey: key)
    do {
      let (step, sequence) = try programme.store.commit { ledger in
        ledger.decide(command, policy: policy, now: call.now, caller: call.caller)
      }
      switch step {
      case .change(let record):
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
  func read<Value: Sendable>(
    _ call: CallSituation, _ body: (borrowing Ledger) throws(Refusal) -> Value
  ) -> Answer<Value> {
    if let refusal = call.caller.refusal(for: .look) {
      return Answer(.failure(RPCError(refusal, language: call.language(policy: policy))))
    }
    let (result, sequence) = programme.store.read { ledger -> Result<Value, Refusal> in
      do throws(Refusal) { return .success(try body(ledger)) } catch { return .failure(error) }
    }
    return Answer(result.mapError { RPCError($0, language: call.language(policy: policy)) }, sequence: sequence)
  }
}

extension Answer {
  /// The answer with its response turned into another; an error stays.
  func map<Other: Sendable>(_ transform: (Response) -> Other) -> Answer<Other> {
    Answer<Other>(result.map(transform), sequence: sequence)
  }

  /// The answer with its response turned into another or into an error.
  func flatMap<Other: Sendable>(_ transform: (Response) -> Result<Other, RPCError>) -> Answer<Other> {
    Answer<Other>(result.flatMap(transform), sequence: sequence)
  }
}
