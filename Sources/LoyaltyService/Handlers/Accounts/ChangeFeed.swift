// Changes as they become durable, handed to whoever watches a member. One reader follows the journal for all watchers;
// each watcher has a bounded buffer, and one that falls behind is let go: it resumes from the last sequence it saw.

import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import Synchronization

/// The changes of watched members.
final class ChangeFeed: Sendable {
  typealias Entry = HistoryEntry<Record>

  /// Changes that wait for one watcher: a busy day of a member.
  static let changesAWatcher = 256
  /// Watchers at once: with full buffers of small records they take some 100 MB.
  static let mostWatchers = 1_000

  private struct State: Sendable {
    var watchers: [String: [UInt64: AsyncStream<Entry>.Continuation]] = [:]
    var count: UInt64 = 0
    var open = 0
    /// Everything up to here has been handed on.
    var position: UInt64
    var isOver = false
  }

  private let state: Mutex<State>
  private let history: History<Ledger>
  private let durable: @Sendable () -> UInt64
  private let moved = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  /// Follows a store; `run` does the work.
  init(_ store: DurableStore<Ledger>) {
    history = store.history
    durable = { store.durableSequence }
    state = Mutex(State(position: store.durableSequence))
    let continuation = moved.continuation
    store.onDurable { _ in continuation.yield() }
  }

  /// Hands changes on until the task is cancelled; then every watcher's stream ends.
  func run() async {
    defer { end() }
    for await _ in moved.stream {
      if Task.isCancelled { return }
      do { try await pass() } catch { interrupt() }
    }
  }

  /// History could not be read: every watcher is let go, to resume when it can be.
  private func interrupt() {
    let target = durable()
    let watchers = state.withLock { state in
      state.position = max(state.position, target)
      return state.watchers.values.flatMap(\.values)
    }
    for watcher in watchers { watcher.finish() }
  }

  /// Ends every watcher's stream, and those that are still to come.
  func end() {
    let watchers = state.withLock { state in
      state.isOver = true
      return state.watchers.values.flatMap(\.values)
    }
    for watcher in watchers { watcher.finish() }
  }

  private func pass() async throws {
    while true {
      let target = durable()
      let start = state.withLock { state -> UInt64? in
        if state.open == 0 { state.position = max(state.position, target) }
        return state.position < target ? state.position : nil
      }
      guard let start else { return }
      let page = try history.records(after: start, limit: 500)
      if page.isEmpty { return }
      for entry in page {
        // In one step: who comes after it begins behind this entry, who came before has it in the stream.
        let watchers = state.withLock { state in
          state.position = entry.sequence
          return entry.record.members.flatMap { state.watchers[$0].map { Array($0.values) } ?? [] }
        }
        for watcher in watchers {
          // What does not fit would be a gap: the stream ends there instead.
          if case .dropped = watcher.yield(entry) { watcher.finish() }
        }
      }
      await Task.yield()
    }
  }

  /// A member's changes from now on. The stream ends when the watcher falls behind, or with the server.
  /// - Returns: the stream, and the sequence behind which it begins: what is before that is in history.
  /// - Throws: RESOURCE_EXHAUSTED, UNAVAILABLE.
  func watch(_ member: String) throws -> (changes: AsyncStream<Entry>, after: UInt64) {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Entry.self, bufferingPolicy: .bufferingOldest(Self.changesAWatcher))
    let (number, after) = try state.withLock { state in
      if state.isOver { throw RPCError(.unavailable, "the server is stopping") }
      guard state.open < Self.mostWatchers else {
        throw RPCError(.resourceExhausted, "\(state.open) accounts are being watched, which is the most there can be")
      }
      // Nobody was served while nobody watched: what became durable meanwhile is history to this watcher.
      if state.open == 0 { state.position = max(state.position, durable()) }
      state.count += 1
      state.open += 1
      state.watchers[member, default: [:]][state.count] = continuation
      return (state.count, state.position)
    }
    continuation.onTermination = { [self] _ in
      state.withLock { state in
        guard state.watchers[member]?.removeValue(forKey: number) != nil else { return }
        state.open -= 1
        if state.watchers[member]?.isEmpty == true { state.watchers[member] = nil }
      }
    }
    return (stream, after)
  }
}
