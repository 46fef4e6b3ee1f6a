// Callers that wait until a store's sequence is durable, as tasks that are suspended: for stores whose replies do not wait
// at the server's gate.

import LoyaltyEngine
import Synchronization

public final class DurabilityWaiters: Sendable {
  private struct Waiting: Sendable {
    var continuations: [(sequence: UInt64, continuation: CheckedContinuation<Void, any Error>)] = []
    var failure: StoreError?
  }

  private let waiting = Mutex(Waiting())
  private let reached: @Sendable () -> UInt64

  public init<State>(_ store: DurableStore<State>) {
    reached = { [unowned store] in store.durableSequence }
    store.onDurable { [weak self] sequence in self?.advance(to: sequence) }
    store.onFatal { [weak self] error in self?.fail(error) }
  }

  /// Returns at once when the sequence is durable already.
  /// - Throws: the reason why it never will be.
  public func wait(for sequence: UInt64) async throws {
    if reached() >= sequence { return }
    try await withCheckedThrowingContinuation { continuation in
      let verdict: Result<Void, any Error>? = waiting.withLock { waiting in
        if let failure = waiting.failure { return .failure(failure) }
        // Looked at once more with the lock held: whoever advances later finds the continuation.
        if reached() >= sequence { return .success(()) }
        waiting.continuations.append((sequence, continuation))
        return nil
      }
      if let verdict { continuation.resume(with: verdict) }
    }
  }

  private func advance(to sequence: UInt64) {
    let ready = waiting.withLock { waiting in
      if waiting.continuations.isEmpty { return [CheckedContinuation<Void, any Error>]() }
      let ready = waiting.continuations.filter { $0.sequence <= sequence }.map(\.continuation)
      if !ready.isEmpty { waiting.continuations.removeAll { $0.sequence <= sequence } }
      return ready
    }
    for continuation in ready { continuation.resume() }
  }

  private func fail(_ error: StoreError) {
    let all = waiting.withLock { waiting in
      if waiting.failure == nil { waiting.failure = error }
      defer { waiting.continuations = [] }
      return waiting.continuations.map(\.continuation)
    }
    for continuation in all { continuation.resume(throwing: error) }
  }
}
