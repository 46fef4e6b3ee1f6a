// Four eyes. A command that the policy wants a second person for becomes a proposal instead of taking effect; when
// another operator approves it, it is decided as its proposer's, by the rules and balances of that moment.
//
// A further command takes part by a line in `needsSecondPerson`. Nothing else of it changes: its `decide` runs when it is
// approved, and its record is as any other, with `proposal_ends` beside it.

import LoyaltyMessages
import ProtobufRuntime

extension Ledger {
  /// Whether a command needs a second person under this policy.
  func needsSecondPerson(_ input: Record.Input, _ rules: LedgerRules) -> Bool {
    switch input {
    case .adjustment(let input): input.points.magnitude > UInt64(rules.alonePoints)
    case .reinstatement(let input): max(input.points, input.points == 0 ? input.lapsed : 0) > rules.alonePoints
    case .merge: rules.mergesNeedTwo
    case .import: rules.importsNeedTwo
    case .policyPublication: rules.publicationNeedsTwo
    case .erasure: rules.erasureNeedsTwo
    default: false
    }
  }

  /// The command as a proposal, in a record of its own. It must be one that would be accepted now.
  func propose(_ input: Record.Input, _ request: inout Request) throws(Refusal) -> Record {
    if proposals.count >= limits.proposals {
      throw Refusal(.tooManyProposals, ["open": "\(proposals.count)", "most": "\(limits.proposals)"])
    }
    var trial = request
    _ = try decide(input, &trial)
    let command = Record(input: input).serializedBytes()
    if command.count > limits.proposalBytes {
      throw Refusal(.tooManyProposals, ["bytes": "\(command.count)", "most": "\(limits.proposalBytes)"])
    }
    let untilMs = request.now + request.policy.ledger.proposalMs
    request.draft.record.proposal = Proposal(
      command: command, subject: request.caller.subject, endUser: request.caller.endUser, untilMs: untilMs)
    return request.draft.finish(input: input, outcome: .proposed(ProposedOutcome(untilMs: untilMs)))
  }

  func decide(_ input: ApprovalInput, _ request: inout Request) throws(Refusal) -> Record {
    guard let proposal = proposals[input.proposal], proposal.untilMs > request.now else {
      throw Refusal(.proposalUnknown, ["proposal": "\(input.proposal)"])
    }
    if proposal.subject == request.caller.subject, input.approved {
      throw Refusal(.secondPersonRequired, ["proposer": proposal.subject])
    }
    request.draft.record.proposalEnds.append(
      ProposalEnd(proposal: input.proposal, approved: input.approved, subject: proposal.subject))
    guard input.approved else {
      return request.draft.finish(
        input: .approval(input), outcome: .rejected(RejectedOutcome(proposal: input.proposal)))
    }
    guard let command = try? Record(serializedBytes: proposal.command).input else {
      throw Refusal(.commandInvalid, ["proposal": "\(input.proposal)"])
    }
    return try decide(command, &request)
  }

  /// Drops proposals whose time is over; nil if there is none.
  func decide(_ input: ProposalTimeoutInput, _ request: inout Request) -> Record? {
    let most = input.maxProposals == 0 ? limits.lotsPerExpiry : min(Int(input.maxProposals), limits.lotsPerExpiry)
    let due = proposals.timedOut(now: request.now, most: most)
    guard !due.isEmpty else { return nil }
    for id in due {
      request.draft.record.proposalEnds.append(ProposalEnd(proposal: id, subject: proposals[id]?.subject ?? ""))
    }
    return request.draft.finish(
      input: .proposalTimeout(ProposalTimeoutInput(maxProposals: UInt32(clamping: most))),
      outcome: .proposalsTimedOut(
        ProposalsTimedOutOutcome(proposals: UInt32(clamping: due.count), more: due.count == most)))
  }

  /// Applies the beginning and the ends of proposals.
  mutating func applyProposals(_ record: Record) {
    if let proposal = record.proposal, let problem = proposals.open(sequence, proposal) { note(sequence, problem) }
    for end in record.proposalEnds { if let problem = proposals.end(end.proposal) { note(sequence, problem) } }
  }

  /// The member that a proposal is about; empty for one about nobody, and when there is no such proposal.
  public func memberOfProposal(_ id: UInt64) -> String {
    guard let proposal = proposals[id] else { return "" }
    return switch try? Record(serializedBytes: proposal.command).input {
    case .adjustment(let input)?: input.member
    case .reinstatement(let input)?: input.member
    case .merge(let input)?: input.into
    case .erasure(let input)?: input.member
    default: ""
    }
  }

  /// Commands that wait, oldest first.
  public var openProposals: [(id: UInt64, proposal: Proposal)] {
    proposals.ids.compactMap { id in proposals[id].map { (id, $0) } }
  }
}

extension ApprovalInput {
  /// Keys of approvals are scoped to approving, whatever is approved.
  static let method: UInt64 = 116
}

extension Record {
  /// The record does what another operator proposed.
  var approvesAnother: Bool { proposalEnds.contains { $0.approved } }
}
