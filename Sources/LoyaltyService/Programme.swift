// One loyalty programme in service: its ledger in the store, the policy that decides, the gate at which replies wait,
// and the clock. What handlers, timers and tools share.

import Glibc
import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime

/// A programme that cannot be served from this store.
public enum ProgrammeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The store belongs to another programme.
  case otherProgramme(store: String, policy: String)
  /// A version that was published has mistakes by this program's rules.
  case policyUnusable(version: UInt32, problems: [PolicyProblem])
  /// The policy does not decide yet. Times are Unix milliseconds.
  case notYetEffective(fromMs: Int64, nowMs: Int64)
  /// The ledger refused its own work.
  case refused(Refusal)

  public var description: String {
    switch self {
    case .otherProgramme(let store, let policy):
      """
      the data directory is of the programme '\(store)', the policy of '\(policy)': use the directory or the policy \
      that belongs to it
      """
    case .notYetEffective(let fromMs, let nowMs):
      """
      the policy decides from \(Self.moment(fromMs)) on, and it is \(Self.moment(nowMs)): start with the policy that \
      is in effect, or correct effective_from or the clock
      """
    case .policyUnusable(let version, let problems):
      """
      version \(version) of the policy, which the ledger has published, is not one that this program can decide by: \
      \(problems.map(\.description).joined(separator: "; ")): use the program that accepted it
      """
    case .refused(let refusal):
      "the ledger refused its own work: \(RefusalText.english(refusal))"
    }
  }

  private static func moment(_ milliseconds: Int64) -> String {
    guard let json = try? ProtobufTimestamp(unixMilliseconds: milliseconds).jsonString() else {
      return "\(milliseconds) ms"
    }
    return String(json.dropFirst().dropLast())
  }
}

/// A programme's ledger, policy, gate and clock.
public final class Programme: Sendable {
  /// Between two steps of due work the lock is left to callers for this long, milliseconds.
  static let pauseBetweenSteps: Int64 = 5

  public let store: DurableStore<Ledger>
  /// What identifies people, apart from the ledger; nil only where a test has none.
  public let personal: PersonalDataStore?
  public let gate: ReplyGate
  /// What has been made durable: memory holds only what is open.
  public var history: History<Ledger> { store.history }
  private let file: (policy: CompiledPolicy, source: String)
  private let board: PolicyBoard
  private let durable: DurabilityWaiters
  /// How often partners have called of late.
  let callMeters = CallMeters()
  /// The time by which the programme decides, Unix milliseconds.
  public var clock: @Sendable () -> Int64 { timekeeper.now }
  let timekeeper: ProgrammeClock
  let zones: TimeZoneDatabase

  /// - Parameters:
  ///   - policy: the policy file: the first version of a new ledger. A ledger that has versions decides by those.
  ///   - source: the file's text.
  ///   - gate: advanced as the store becomes durable.
  ///   - clock: Unix milliseconds. Read once a call.
  ///   - clockJumpMs: how far it may be ahead of the last record and the time since before it is not believed; nil
  ///     believes everything.
  public convenience init(
    store: DurableStore<Ledger>, personal: PersonalDataStore? = nil, policy: CompiledPolicy, source: String = "",
    gate: ReplyGate, zones: TimeZoneDatabase = .system,
    clock: @escaping @Sendable () -> Int64 = systemMilliseconds, clockJumpMs: Int64? = nil
  ) {
    self.init(
      store: store, personal: personal, policy: policy, source: source, gate: gate, zones: zones, clock: clock,
      clockJumpMs: clockJumpMs, clockNotify: { _ in })
  }

  /// - Parameter clockNotify: told what an operator should hear of the clock.
  init(
    store: DurableStore<Ledger>, personal: PersonalDataStore?, policy: CompiledPolicy, source: String, gate: ReplyGate,
    zones: TimeZoneDatabase = .system, clock: @escaping @Sendable () -> Int64, clockJumpMs: Int64?,
    clockNotify: @escaping @Sendable (ClockEvent) -> Void
  ) {
    self.store = store
    self.personal = personal
    durable = DurabilityWaiters(store)
    self.gate = gate
    let last = store.read { ledger in (sequence: ledger.sequence, ms: ledger.timeMs) }.value
    timekeeper = ProgrammeClock(
      boundMs: clockJumpMs, lastMs: last.sequence > 0 ? last.ms : nil, shown: clock, notify: clockNotify)
    self.zones = zones
    file = (policy, source)
    board = PolicyBoard(policy)
  }

  /// A ledger before its first record, which opens what this programme's members' keys open.
  var emptyLedger: Ledger {
    var ledger = Ledger()
    ledger.vault = personal
    return ledger
  }

  /// The policy in effect now.
  public var policy: CompiledPolicy { served.policy }

  /// The policy in effect now, with its texts.
  var served: ServedPolicy { board.policy(at: clock()) }

  /// The policy in effect at a moment, with its texts.
  func served(at moment: Int64) -> ServedPolicy { board.policy(at: moment) }

  /// A version that decides or decided, with its texts.
  func served(version: UInt32) -> ServedPolicy? { board.version(version) }

  /// Destroys the keys of members whose erasure is on record. What is not on the disk yet is waited for: keys that are gone
  /// by the word of nobody could not be explained.
  func erase(_ members: [String], recordedBy sequence: UInt64) async throws {
    try await durable.wait(for: sequence)
    for name in members { try await personal?.erase(member: name) }
  }

  /// Reads the published versions again, after a record that changed them.
  func policiesChanged() {
    board.take(store.read { ledger in ledger.policies }.value)
  }

  /// Opens a new ledger for the policy's programme, with the policy file as its first version; checks that a ledger with
  /// records is that programme's and that a policy is in effect. Before this nothing else is accepted.
  /// - Throws: `ProgrammeError`, `StoreError`.
  public func open() throws {
    let name = file.policy.document.programme?.id ?? ""
    let (state, _) = store.read { ledger in
      (sequence: ledger.sequence, programme: ledger.programme, policies: ledger.policies.count)
    }
    if state.sequence > 0, state.programme != name {
      throw ProgrammeError.otherProgramme(store: state.programme, policy: name)
    }
    if state.policies == 0 {
      let now = clock()
      if file.policy.effectiveFromMs > now {
        throw ProgrammeError.notYetEffective(fromMs: file.policy.effectiveFromMs, nowMs: now)
      }
      if state.sequence == 0 {
        var random = SystemRandomNumberGenerator()
        let key = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        try begin(.opening(OpeningInput(programme: name, hashKey: key)), now: now)
      }
      let first = PolicyPublicationInput(document: file.policy.document, source: file.source)
      try begin(.policyPublication(first), now: now)
    }
    let policies = store.read { ledger in ledger.policies }.value
    for version in policies.decisive where version.compiled == nil {
      throw ProgrammeError.policyUnusable(
        version: version.version, problems: PolicyValidator.problems(in: version.document))
    }
    board.take(policies)
  }

  /// What this program would say to the versions that decide now or later, if they were published today. They decide all
  /// the same: they were accepted, and history has been decided by them.
  public var policyWarnings: [String] {
    let (decisive, now) = (store.read { ledger in ledger.policies.decisive }.value, clock())
    let current = decisive.lastIndex { $0.effectiveFromMs <= now } ?? 0
    return decisive[current...].compactMap { version in
      let problems = PolicyValidator.problems(in: version.document)
      if problems.isEmpty { return nil }
      return """
        version \(version.version) of the policy decides, for it was published, but would not be accepted today: \
        \(problems.map(\.description).joined(separator: "; ")). Publish a version without that
        """
    }
  }

  /// What the policy file says other than the version that is in effect; nil if it says the same as a published
  /// version. The ledger's versions decide: a changed file is published with PolicyService or changes nothing.
  public var unpublishedFile: String? {
    let policies = store.read { ledger in ledger.policies }.value
    if let same = policies[file.policy.version], same.document == file.policy.document { return nil }
    let isNew = policies[file.policy.version] == nil
    return """
      the policy file's version \(file.policy.version) is not the ledger's\(isNew ? "" : " version of that number"), and \
      does not decide; version \(policy.version) does. Publish a changed file with \
      loyalty.v1.PolicyService/PublishPolicy, under a new version
      """
  }

  /// The first records, which no published policy decides.
  private func begin(_ input: Record.Input, now: Int64) throws {
    let (step, _) = try store.commit { ledger in
      ledger.decide(Command(input), policy: file.policy, now: now, caller: .service)
    }
    if case .answer(.refused(let refusal)) = step { throw ProgrammeError.refused(refusal) }
  }

  /// Does what is due: one record for each source that is, each as much as one record takes.
  /// - Returns: milliseconds until there is something to do again; nil if nothing ever falls due by itself.
  /// - Throws: `ProgrammeError`, `StoreError`.
  public func workDue() throws -> Int64? {
    // What lapses does not come back: not by a clock that may be wrong.
    if timekeeper.read().isHeld { return nil }
    try noteTime()
    let due = store.read { ledger in DueSource.allCases.map { ($0, ledger.dueMs($0)) } }.value
    for (source, ms) in due where ms ?? Int64.max <= clock() { _ = try work(source.command) }
    let next = store.read { ledger in ledger.nextDueMs }.value
    return next.map { max(Self.pauseBetweenSteps, $0 - clock()) }
  }

  /// Between two records, at most: a third of the least bound that can be set for the clock, milliseconds.
  private static let longestSilence: Int64 = 8 * 3_600_000

  /// Notes the time in a ledger in which nothing has happened for long: after a restart its last record tells whether
  /// the clock can be right.
  private func noteTime() throws {
    guard timekeeper.boundMs != nil else { return }
    let last = store.read { ledger in ledger.timeMs }.value
    let now = clock()
    if now - last >= Self.longestSilence { _ = try work(.clock(ClockInput(shownMs: now, expectedMs: now))) }
  }

  /// Does the service's own work; nil if there was nothing to do.
  private func work(_ input: Record.Input) throws -> Record? {
    let now = clock()
    let (step, _) = try store.commit { ledger in
      ledger.decide(Command(input), now: now, caller: .service)
    }
    switch step {
    case .change(let record): return record
    case .answer(.refused(let refusal)): throw ProgrammeError.refused(refusal)
    case .answer(.repeated), .answer(.nothingToDo): return nil
    }
  }
}

/// The system's clock, Unix milliseconds.
@Sendable public func systemMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
