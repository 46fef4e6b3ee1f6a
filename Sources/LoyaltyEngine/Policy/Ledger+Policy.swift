// Publishing and withdrawing versions of the policy: decided and applied like everything else, so that history says
// which rules held when.

import LoyaltyMessages
import ProtobufRuntime

extension Ledger {
  func decide(_ input: PolicyPublicationInput, _ request: inout Request) throws(Refusal) -> Record {
    guard var document = input.document else { throw Refusal(.commandInvalid, ["document": ""]) }
    if input.atOnce { document.effectiveFrom = ProtobufTimestamp(policyMilliseconds: request.now) }
    let problems =
      PolicyValidator.problems(in: document)
      + policies.problems(publishing: document, programme: programme, now: request.now, atOnce: input.atOnce)
    if let first = problems.first {
      throw Refusal(
        .policyRefused, ["place": first.path, "problem": first.message, "problems": "\(problems.count)"])
    }
    var input = input
    input.document = document
    let bytes = input.withSerializedBytes { $0.count }
    guard bytes <= PolicyLimits.publicationBytes else {
      throw Refusal(
        .policyRefused,
        [
          "place": "the document",
          "problem": "has \(bytes) bytes with its text; at most \(PolicyLimits.publicationBytes) fit a record",
          "problems": "1",
        ])
    }
    return request.draft.finish(
      input: .policyPublication(input),
      outcome: .policyPublished(
        PolicyPublicationOutcome(
          version: document.version, effectiveFromMs: document.effectiveFrom?.policyMilliseconds ?? request.now)))
  }

  func decide(_ input: PolicyWithdrawalInput, _ request: inout Request) throws(Refusal) -> Record {
    guard let version = policies[input.version], version.withdrawnMs == nil else {
      throw Refusal(.policyUnknown, ["version": "\(input.version)"])
    }
    guard version.effectiveFromMs > request.now else {
      throw Refusal(
        .policyEffective, ["version": "\(input.version)", "effectiveFromMs": "\(version.effectiveFromMs)"])
    }
    return request.draft.finish(
      input: .policyWithdrawal(input),
      outcome: .policyWithdrawn(PolicyWithdrawalOutcome(version: input.version)))
  }

  mutating func publish(_ input: PolicyPublicationInput, _ record: Record) {
    guard let document = input.document, policies[document.version] == nil else {
      note(
        sequence, "publishes version \(input.document?.version ?? 0) of the policy, which is empty or published already"
      )
      return
    }
    policies.append(
      PublishedPolicy(
        document, source: input.source, publishedMs: record.timeMs, publishedBy: record.subject, sequence: sequence))
  }

  mutating func withdraw(_ input: PolicyWithdrawalInput, _ record: Record) {
    if !policies.withdraw(input.version, at: record.timeMs) {
      note(sequence, "withdraws version \(input.version) of the policy, which is not there to withdraw")
    }
  }
}

extension ProtobufTimestamp {
  /// - Parameter policyMilliseconds: from 1970 on.
  init(policyMilliseconds: Int64) {
    self.init(seconds: policyMilliseconds / 1_000, nanos: Int32(policyMilliseconds % 1_000) * 1_000_000)
  }
}

extension Record {
  /// Whether the record publishes or withdraws a version of the policy.
  public var changesPolicies: Bool {
    switch input {
    case .policyPublication, .policyWithdrawal: true
    default: false
    }
  }
}
