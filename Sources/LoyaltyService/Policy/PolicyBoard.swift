// Which policy a call reads: the ledger's published versions, made ready for responses once, and found by the time.
// Deciding does not ask here: the ledger takes the version from its own book, under its lock.

import LoyaltyEngine
import LoyaltyMessages
import Synchronization

/// A policy and its texts.
final class ServedPolicy: Sendable {
  let policy: CompiledPolicy
  let texts: PolicyTexts

  init(_ policy: CompiledPolicy) {
    self.policy = policy
    texts = PolicyTexts(policy)
  }
}

/// The versions that decide, ascending by the moment from which they do. Never empty.
final class PolicyBoard: Sendable {
  private struct State: Sendable {
    /// Ascending by the moment from which they decide.
    var versions: [ServedPolicy]
    var current: ServedPolicy
    /// When another one takes over, Unix milliseconds.
    var untilMs: Int64
  }

  private let state: Mutex<State>

  init(_ policy: CompiledPolicy) {
    let served = ServedPolicy(policy)
    state = Mutex(State(versions: [served], current: served, untilMs: Int64.max))
  }

  /// The version in effect at a moment; the earliest one before it is in effect.
  func policy(at now: Int64) -> ServedPolicy {
    state.withLock { state in
      if now < state.untilMs, now >= state.current.policy.effectiveFromMs { return state.current }
      let index = state.versions.lastIndex { $0.policy.effectiveFromMs <= now } ?? 0
      state.current = state.versions[index]
      state.untilMs = index + 1 < state.versions.count ? state.versions[index + 1].policy.effectiveFromMs : Int64.max
      return state.current
    }
  }

  /// The version of that number; nil if it was withdrawn or never published.
  func version(_ version: UInt32) -> ServedPolicy? {
    state.withLock { state in state.versions.first { $0.policy.version == version } }
  }

  /// Takes the versions that the ledger has now. Those that were here before stay as they are.
  func take(_ book: PolicyBook) {
    let compiled = book.decisive.compactMap(\.compiled)
    guard !compiled.isEmpty else { return }
    state.withLock { state in
      let known = Dictionary(state.versions.map { ($0.policy.version, $0) }, uniquingKeysWith: { first, _ in first })
      state.versions = compiled.map { policy in
        if let served = known[policy.version], served.policy === policy { return served }
        return ServedPolicy(policy)
      }
      state.current = state.versions[0]
      // The next call finds the version of its time.
      state.untilMs = Int64.min
    }
  }
}
