// What a period would have been under another policy. Two ledgers begin alike. One applies what history has; the other
// has every command of it decided anew, by the same code and at the same moments, under the draft. What differs in the
// end is what the draft gives and takes.
//
// A record of the second ledger has the sequence of the one in history, so that everything is named alike in both: lots,
// holds, quotes, proposals. Where the draft refuses, an empty record takes the place.

import LoyaltyMessages

/// A period of history, decided a second time under a draft policy. It touches nothing but itself.
public struct Simulation: Sendable {
  /// As history has it.
  private(set) var actual: Ledger
  /// As the draft would have it.
  private(set) var draft: Ledger
  private var flows: [String: Flow] = [:]
  private var facts = SimulatedFacts()
  /// Commands of callers that were decided anew.
  public private(set) var commands = 0
  /// Commands of callers that the draft refuses, by reason.
  public private(set) var refusals: [RefusalReason: Int] = [:]

  /// What a member earned and spent in the period.
  struct Flow: Hashable, Sendable {
    var earned: Int64 = 0
    var spent: Int64 = 0
    var earnedInDraft: Int64 = 0
    var spentInDraft: Int64 = 0
    var refused = 0
  }

  /// - Parameters:
  ///   - ledger: as it was before the period's first record.
  ///   - document: decides from `fromMs` on, whatever its own date and version are, and whatever was published later.
  public init(from ledger: Ledger, draft document: Policy, fromMs: Int64) {
    actual = ledger
    draft = ledger
    draft.policies = ledger.policies.deciding(document, from: fromMs)
  }

  /// The first thing that went wrong in either ledger: the result cannot be trusted. Nil if nothing did.
  public var problem: String? { actual.inconsistency ?? draft.inconsistency }

  public var memberCount: Int { actual.members.count }

  /// Takes the next record of history.
  public mutating func replay(_ record: Record, sequence: UInt64) {
    doDueWork(until: record.timeMs)
    var other = redecide(record, sequence: sequence) ?? Record(timeMs: record.timeMs)
    // What members are told moves no points, and ids of notices would have to be shared with history's.
    other.notices = []
    other.timeMs = max(other.timeMs, draft.timeMs)
    draft.apply(other, sequence: sequence)
    actual.apply(record, sequence: sequence)
    facts.note(other, actual: record, sequence: sequence)
    count(record, sequence, \.earned, \.spent)
    count(other, sequence, \.earnedInDraft, \.spentInDraft)
  }

  /// The period is over: what falls due in it is done.
  public mutating func finish(at ms: Int64) { doDueWork(until: ms) }

  // MARK: - Deciding anew

  /// The record that the draft makes of a command of history; nil for none.
  private mutating func redecide(_ record: Record, sequence: UInt64) -> Record? {
    guard let input = record.input else { return nil }
    // A ledger is opened as it was.
    if case .opening = input { return record }
    // The draft decides, whatever was published meanwhile; and the draft's ledger does its own due work.
    if record.changesPolicies || input.isDueWorkOfPoints || input.isAboutNotices { return nil }
    var command = input
    if let end = record.proposalEnds.first, end.approved {
      command = .approval(ApprovalInput(proposal: end.proposal, approved: true))
    }
    // An accrual that ended a claim was not asked for as such.
    if let end = record.creditedClaim {
      let review = ReviewClaimStep(
        claim: end.claim, approved: true, member: record.members.first ?? "", reason: "simulation")
      command = record.subject.isEmpty ? .claimsDue(ClaimsDueInput()) : .claim(ClaimCommand(step: .review(review)))
    }
    guard let asked = facts.restated(command, in: draft) else {
      refuse(.recordUnknown, record)
      return nil
    }
    if !record.subject.isEmpty { commands += 1 }
    let caller = Caller(
      subject: record.subject, partner: record.creditedClaim == nil ? record.partner : "", endUser: record.endUser)
    switch draft.decide(
      Command(asked, idempotencyKey: record.key), now: record.timeMs, caller: caller)
    {
    case .change(let other): return other
    case .answer(.refused(let refusal)):
      refuse(refusal.reason, record)
      return nil
    case .answer(.repeated), .answer(.nothingToDo): return nil
    }
  }

  private mutating func refuse(_ reason: RefusalReason, _ record: Record) {
    if record.subject.isEmpty { return }
    refusals[reason, default: 0] += 1
    if let member = record.members.first { flows[member, default: Flow()].refused += 1 }
  }

  /// Sources whose work moves points at moments that the policy sets.
  private static let sources: [DueSource] = [.pending, .holds, .tiers, .proposals, .lots]

  /// Does what falls due in the draft's ledger, at the moment it does.
  private mutating func doDueWork(until ms: Int64) {
    guard draft.sequence > 0 else { return }
    while let (source, due) = firstDue(), due <= ms {
      guard
        case .change(var record) = draft.decide(
          Command(source.command), now: max(due, draft.timeMs), caller: .service)
      else { return }
      record.notices = []
      // It stands between two records of history: it names nothing that is new, and so shares the number before it.
      draft.sequence -= 1
      let sequence = draft.sequence + 1
      draft.apply(record, sequence: sequence)
      facts.noteLapses(record)
    }
  }

  private func firstDue() -> (source: DueSource, ms: Int64)? {
    var first: (source: DueSource, ms: Int64)?
    for source in Self.sources {
      if let ms = draft.dueMs(source), ms < first?.ms ?? Int64.max { first = (source, ms) }
    }
    return first
  }

  private mutating func count(
    _ record: Record, _ sequence: UInt64, _ earned: WritableKeyPath<Flow, Int64>, _ spent: WritableKeyPath<Flow, Int64>
  ) {
    func add(_ points: Int64, _ flow: WritableKeyPath<Flow, Int64>, _ member: String) {
      flows[member, default: Flow()][keyPath: flow] &+= points
    }
    switch record.outcome {
    case .accrued(let outcome)?: add(outcome.lines.reduce(0) { $0 &+ $1.points }, earned, outcome.member)
    case .accrualReversed(let outcome)?: add(-outcome.points, earned, outcome.member)
    case .paymentReversed(let outcome)?: add(-outcome.points, spent, outcome.member)
    default:
      if let payment = record.payment(sequence: sequence) { add(payment.points, spent, payment.member) }
    }
  }

  func flow(of member: String) -> Flow { flows[member] ?? Flow() }
}

extension Record.Input {
  /// Work that the ledger does when points, holds, tiers or proposals fall due.
  fileprivate var isDueWorkOfPoints: Bool {
    switch self {
    case .expiry, .holdTimeout, .proposalTimeout, .pendingPost, .tierReview: true
    default: false
    }
  }

  fileprivate var isAboutNotices: Bool {
    switch self {
    case .outboxFetch, .outboxReceipts, .outboxDue: true
    default: false
    }
  }
}

extension PolicyBook {
  /// A book in which a document decides from a moment on; what decided before that stays.
  func deciding(_ document: Policy, from ms: Int64) -> PolicyBook {
    var book = PolicyBook()
    for version in versions
    where version.effectiveFromMs < ms && version.withdrawnMs == nil && version.version != document.version {
      book.append(version)
    }
    var document = document
    document.effectiveFrom = .init(policyMilliseconds: max(0, ms))
    book.append(PublishedPolicy(document, source: "", publishedMs: ms, publishedBy: "", sequence: 0))
    return book
  }
}
