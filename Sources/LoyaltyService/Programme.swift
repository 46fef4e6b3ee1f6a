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
    case .refused(let refusal): "the ledger refused its own work: \(refusal.reason.rawValue)"
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
  public let policy: CompiledPolicy
  public let gate: ReplyGate
  /// What has been made durable: memory holds only what is open.
  public var history: History<Ledger> { store.history }
  /// Unix milliseconds.
  public let clock: @Sendable () -> Int64

  /// - Parameters:
  ///   - gate: advanced as the store becomes durable.
  ///   - clock: Unix milliseconds. Read once a call.
  public init(
    store: DurableStore<Ledger>, policy: CompiledPolicy, gate: ReplyGate,
    clock: @escaping @Sendable () -> Int64 = systemMilliseconds
  ) {
    self.store = store
    self.policy = policy
    self.gate = gate
    self.clock = clock
  }

  /// Opens a new ledger for the policy's programme; checks that a ledger with records is that programme's and that
  /// the policy is in effect. Before this nothing else is accepted.
  /// - Throws: `ProgrammeError`, `StoreError`.
  public func open() throws {
    let name = policy.document.programme?.id ?? ""
    let (state, _) = store.read { ledger in
      (sequence: ledger.sequence, programme: ledger.programme)
    }
    let now = clock()
    if policy.effectiveFromMs > now {
      throw ProgrammeError.notYetEffective(fromMs: policy.effectiveFromMs, nowMs: now)
    }
    guard state.sequence == 0 else {
      if state.programme != name { throw ProgrammeError.otherProgramme(store: state.programme, policy: name) }
      return
    }
    var random = SystemRandomNumberGenerator()
    let key = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
    _ = try work(.opening(OpeningInput(programme: name, hashKey: key)))
  }

  /// Does what is due: one record for each source that is, each as much as one record takes.
  /// - Returns: milliseconds until there is something to do again; nil if nothing ever falls due by itself.
  /// - Throws: `ProgrammeError`, `StoreError`.
  public func workDue() throws -> Int64? {
    let due = store.read { ledger in DueSource.allCases.map { ($0, ledger.dueMs($0)) } }.value
    for (source, ms) in due where ms ?? Int64.max <= clock() { _ = try work(source.command) }
    let next = store.read { ledger in ledger.nextDueMs }.value
    return next.map { max(Self.pauseBetweenSteps, $0 - clock()) }
  }

  /// Does the service's own work; nil if there was nothing to do.
  private func work(_ input: Record.Input) throws -> Record? {
    let now = clock()
    let (step, _) = try store.commit { ledger in
      ledger.decide(Command(input), policy: policy, now: now, caller: .service)
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
