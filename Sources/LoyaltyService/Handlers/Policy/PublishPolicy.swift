// PublishPolicy and WithdrawPolicy: a text becomes a version, or a scheduled version is taken back.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC

extension PolicyHandlers {
  /// Longer texts are no policies that fit a record.
  static let longestYAML = 512 << 10

  func publish(_ request: PublishPolicyRequest, _ call: CallSituation) -> Answer<PublishPolicyResponse> {
    if let refusal = call.caller.refusal(for: .publishPolicy) { return refused(refusal, call) }
    var fields = RequestFields()
    if request.yaml.isEmpty { fields.report("yaml", "is required: the whole policy") }
    if request.yaml.utf8.count > Self.longestYAML {
      fields.report("yaml", "has \(request.yaml.utf8.count) bytes; at most \(Self.longestYAML)")
    }
    if !request.validateOnly || !request.idempotencyKey.isEmpty {
      fields.checkName(request.idempotencyKey, "idempotency_key")
    }
    if let error = fields.error { return Answer(.failure(error)) }

    let (before, sequence) = programme.store.read { ledger in (book: ledger.policies, programme: ledger.programme) }
    let document: Policy
    do throws(PolicyFileError) {
      // A version that was published under this very request is not held against itself: the ledger tells by the key.
      document = try PolicyFile.parse(request.yaml, file: "yaml") { document in
        if let same = before.book[document.version], same.source == request.yaml, !request.validateOnly { return [] }
        return before.book.problems(
          publishing: document, programme: before.programme, now: call.now, atOnce: request.atOnce)
      }.document
    } catch {
      return Answer(.failure(RPCError(error, field: "yaml")), sequence: sequence)
    }
    if request.validateOnly {
      var document = document
      if request.atOnce { document.effectiveFrom = .init(unixMilliseconds: call.now) }
      return Answer(
        published(
          PolicyVersion(
            version: document.version, effectiveFrom: document.effectiveFrom,
            state: request.atOnce ? .inEffect : .scheduled, publishedAt: .init(unixMilliseconds: call.now),
            publishedBy: call.caller.subject),
          document, after: before.book.decisive.last?.document), sequence: sequence)
    }
    let input = PolicyPublicationInput(document: document, source: request.yaml, atOnce: request.atOnce)
    return decide(.policyPublication(input), key: request.idempotencyKey, .publishPolicy, call).flatMap {
      accepted in
      if case .proposed = accepted.outcome {
        return .success(PublishPolicyResponse(proposalID: PublicName.proposal(accepted.sequence)))
      }
      guard case .policyPublished(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      let (book, _) = programme.store.read { ledger in ledger.policies }
      guard let version = book[outcome.version] else { return .failure(.unexpectedOutcome) }
      let previous = book.versions.last { $0.version < version.version && $0.withdrawnMs == nil }
      return published(PolicyVersion(version, in: book, now: call.now), version.document, after: previous?.document)
    }
  }

  private func published(
    _ version: PolicyVersion, _ document: Policy, after previous: Policy?
  ) -> Result<PublishPolicyResponse, RPCError> {
    PolicyDifference.all(previous ?? Policy(), document).map {
      PublishPolicyResponse(policy: version, differences: $0)
    }
  }

  func withdraw(_ request: WithdrawPolicyRequest, _ call: CallSituation) -> Answer<WithdrawPolicyResponse> {
    var fields = RequestFields()
    if request.version == 0 { fields.report("version", "is required") }
    fields.checkReason(request.reason)
    fields.checkName(request.idempotencyKey, "idempotency_key")
    if let error = fields.error { return Answer(.failure(error)) }
    let input = PolicyWithdrawalInput(version: request.version, reason: request.reason)
    return decide(.policyWithdrawal(input), key: request.idempotencyKey, .publishPolicy, call).flatMap {
      accepted in
      guard case .policyWithdrawn(let outcome) = accepted.outcome else { return .failure(.unexpectedOutcome) }
      let (book, _) = programme.store.read { ledger in ledger.policies }
      guard let version = book[outcome.version] else { return .failure(.unexpectedOutcome) }
      return .success(WithdrawPolicyResponse(policy: PolicyVersion(version, in: book, now: call.now)))
    }
  }
}

extension RequestFields {
  /// Why something was done, for those who read history.
  mutating func checkReason(_ reason: String, _ field: String = "reason") {
    if reason.isEmpty { report(field, "is required: why, for those who read history") }
    if reason.count > 500 { report(field, "has \(reason.count) characters; at most 500") }
  }
}
