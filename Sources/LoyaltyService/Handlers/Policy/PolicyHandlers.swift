// The calls of loyalty.v1.PolicyService that read: versions, what they say, what differs.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import ProtobufRuntime

/// Answers `loyalty.v1.PolicyService`.
struct PolicyHandlers: PolicyServiceHandler, ProgrammeHandlers {
  let programme: Programme
  /// One simulation at a time.
  let simulations = SimulationSlot()

  func simulate(
    _ request: SimulateRequest, responses: ResponseWriter<SimulateResponse>, context: ServerContext
  ) async throws {
    try await simulate(request, try situation(context)) { try await responses.send($0) }
  }

  func publishPolicy(
    _ request: PublishPolicyRequest, context: ServerContext
  ) async throws -> PublishPolicyResponse {
    try answer(context) { call in publish(request, call) }
  }

  func withdrawPolicy(
    _ request: WithdrawPolicyRequest, context: ServerContext
  ) async throws -> WithdrawPolicyResponse {
    try answer(context) { call in withdraw(request, call) }
  }

  func getPolicy(_ request: GetPolicyRequest, context: ServerContext) async throws -> GetPolicyResponse {
    try answer(context) { call in get(request, call) }
  }

  func listPolicies(_ request: ListPoliciesRequest, context: ServerContext) async throws -> ListPoliciesResponse {
    try answer(context) { call in list(request, call) }
  }

  func diffPolicies(_ request: DiffPoliciesRequest, context: ServerContext) async throws -> DiffPoliciesResponse {
    try answer(context) { call in diff(request, call) }
  }

  func get(_ request: GetPolicyRequest, _ call: CallSituation) -> Answer<GetPolicyResponse> {
    var fields = RequestFields()
    let moment = request.at == nil ? call.now : fields.milliseconds(request.at, "at")
    if request.version > 0, request.at != nil { fields.report("at", "is given beside version: give one of them") }
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.readPolicy, call) { (ledger) throws(Refusal) in
      let book = ledger.policies
      let version = request.version > 0 ? request.version : book.inEffect(at: moment)?.version ?? 0
      guard let published = book[version] else { throw Refusal(.policyUnknown, ["version": "\(version)"]) }
      return (published, book)
    }.flatMap { published, book in
      guard let document = try? PolicyDiff.tree(published.document) else { return .failure(.policyHasNoText) }
      return .success(
        GetPolicyResponse(
          policy: PolicyVersion(published, in: book, now: call.now), yaml: published.source, document: document))
    }
  }

  func list(_ request: ListPoliciesRequest, _ call: CallSituation) -> Answer<ListPoliciesResponse> {
    var fields = RequestFields()
    let size = fields.pageSize(request.pageSize)
    let place = fields.pagePlace(request.pageToken, list: "ListPolicies")
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.readPolicy, call) { ledger in ledger.policies }.map { book in
      let below = UInt32(place) ?? UInt32.max
      let versions = book.versions.reversed().filter { $0.version < below }
      let page = versions.prefix(size)
      return ListPoliciesResponse(
        policies: page.map { PolicyVersion($0, in: book, now: call.now) },
        nextPageToken: versions.count > size
          ? page.last.map { PageToken.token("\($0.version)", list: "ListPolicies") } ?? "" : "")
    }
  }

  func diff(_ request: DiffPoliciesRequest, _ call: CallSituation) -> Answer<DiffPoliciesResponse> {
    var fields = RequestFields()
    if (request.toVersion > 0) == !request.toYaml.isEmpty {
      fields.report("to_version", "give either to_version or to_yaml: what to compare with")
    }
    if let error = fields.error { return Answer(.failure(error)) }
    return read(.readPolicy, call) { (ledger) throws(Refusal) in
      let from = request.fromVersion > 0 ? request.fromVersion : ledger.policies.inEffect(at: call.now)?.version ?? 0
      guard let before = ledger.policies[from] else { throw Refusal(.policyUnknown, ["version": "\(from)"]) }
      guard request.toVersion > 0 else { return (before.document, nil as Policy?) }
      guard let after = ledger.policies[request.toVersion] else {
        throw Refusal(.policyUnknown, ["version": "\(request.toVersion)"])
      }
      return (before.document, after.document)
    }.flatMap { before, after in
      do throws(PolicyFileError) {
        let other: Policy
        if let after { other = after } else { other = try PolicyFile.parse(request.toYaml, file: "to_yaml").document }
        return PolicyDifference.all(before, other).map { DiffPoliciesResponse(differences: $0) }
      } catch {
        return .failure(RPCError(error, field: "to_yaml"))
      }
    }
  }
}

extension PolicyVersion {
  init(_ published: PublishedPolicy, in book: PolicyBook, now: Int64) {
    let state: PolicyState =
      if published.withdrawnMs != nil {
        .withdrawn
      } else if published.effectiveFromMs > now {
        .scheduled
      } else if book.inEffect(at: now)?.version == published.version {
        .inEffect
      } else {
        .superseded
      }
    self.init(
      version: published.version, effectiveFrom: ProtobufTimestamp(unixMilliseconds: published.effectiveFromMs),
      state: state, publishedAt: ProtobufTimestamp(unixMilliseconds: published.publishedMs),
      publishedBy: published.publishedBy,
      withdrawnAt: published.withdrawnMs.map { ProtobufTimestamp(unixMilliseconds: $0) })
  }
}

extension PolicyDifference {
  static func all(_ before: Policy, _ after: Policy) -> Result<[PolicyDifference], RPCError> {
    guard let differences = try? PolicyDiff.differences(before, after) else { return .failure(.policyHasNoText) }
    return .success(differences.map { PolicyDifference(path: $0.path, before: $0.before, after: $0.after) })
  }
}

extension RPCError {
  /// A document that was compiled has a JSON form: anything else is a defect.
  static var policyHasNoText: RPCError { RPCError(.internal, "the policy cannot be written as JSON") }

  /// Mistakes in a policy that came in a request: each is a violation of the field, with its place.
  init(_ error: PolicyFileError, field: String) {
    let violations = error.problems.map { problem in
      BadRequest.FieldViolation(
        field: field,
        description_: problem.line > 0
          ? "line \(problem.line), column \(problem.column): \(problem.message)" : problem.message)
    }
    let more = violations.count > 1 ? " (and \(violations.count - 1) more)" : ""
    self.init(
      .invalidArgument, "\(field): \(violations[0].description_)\(more)",
      details: [ProtobufAny(packing: BadRequest(fieldViolations: violations))])
  }
}
