// Messages of one stream between who writes them, on any thread, and the event loop that sends them.

import NIOCore
import Synchronization

/// What a stream does when its queues change; called on any thread.
protocol StreamOwner: AnyObject, Sendable {
  /// There is something to send again, or the sender is done.
  func messagesQueued()
  /// Received messages of `size` bytes were taken, so that the peer may send `window` bytes more.
  func messagesTaken(window: Int, size: Int)
}

/// A bounded queue of framed messages. A writer that is ahead of the peer waits in `send`.
final class OutgoingMessages: Sendable {
  private struct State {
    /// Framed messages behind each other, and how long each is.
    var queue = ByteQueue()
    var lengths = CircularBuffer<Int>()
    /// Bytes of the first message that are sent already.
    var sent = 0
    var queuedBytes: Int { queue.count }
    var isFinished = false
    var failure: RPCError?
    var waiters: [(id: UInt64, continuation: CheckedContinuation<Void, any Error>)] = []
    var nextWaiter: UInt64 = 0
    /// The loop found nothing to send and wants to be told.
    var loopWaits = true
    /// Bytes that are taken from the budget: the queue's memory beyond its first piece.
    var charged = 0
  }

  private let state = Mutex(State())
  private let capacity: Int
  private let budget: ByteBudget?

  /// - Parameters:
  ///   - capacity: bytes that may be queued before `send` waits.
  ///   - budget: where the memory for them is taken from.
  init(capacity: Int, budget: ByteBudget? = nil) {
    self.capacity = capacity
    self.budget = budget
  }

  deinit {
    let charged = state.withLock { state in
      state.queue.removeAll()
      return state.charged
    }
    if charged > 0 { budget?.give(charged) }
  }

  /// Takes from the budget or gives back what a change of the queue's memory makes necessary.
  @inline(__always)
  private func settle(_ state: inout State, memory: Int) -> Bool {
    let wanted = max(0, memory - ByteQueue.smallestCapacity)
    return wanted == state.charged || charge(&state, wanted)
  }

  private func charge(_ state: inout State, _ wanted: Int) -> Bool {
    guard let budget else { return true }
    if wanted > state.charged {
      guard budget.take(wanted - state.charged) else { return false }
    } else {
      budget.give(state.charged - wanted)
    }
    state.charged = wanted
    return true
  }

  /// Queues a framed message, then waits while more than `capacity` bytes are queued.
  /// - Throws: the `RPCError` the call has ended with, or CANCELLED if the task is cancelled while it waits.
  nonisolated(nonsending) func send(_ frame: [UInt8], owner: any StreamOwner) async throws(RPCError) {
    let waits = try frame.withUnsafeBytesTyped { (raw) throws(RPCError) in
      try queue(raw.count, owner: owner) { $0.copyMemory(from: raw) }
    }
    if waits { try await waitForRoom() }
  }

  /// Queues a message behind a plain prefix.
  /// - Returns: true if the sender is to wait for room.
  /// - Throws: as `send`.
  func queue(message: UnsafeRawBufferPointer, owner: any StreamOwner) throws(RPCError) -> Bool {
    try queue(MessageDeframer.prefixLength + message.count, owner: owner) { MessageFrame.write(message, to: $0) }
  }

  private enum Queued { case waits, goesOn, failed(RPCError?), overBudget }

  @inline(__always)
  private func queue(
    _ count: Int, owner: any StreamOwner, write: (UnsafeMutableRawBufferPointer) -> Void
  ) throws(RPCError) -> Bool {
    var wakes = false
    let result = state.withLock { state -> Queued in
      if state.isFinished || state.failure != nil { return .failed(state.failure) }
      guard settle(&state, memory: state.queue.capacity(with: count)) else { return .overBudget }
      write(state.queue.append(count))
      state.lengths.append(count)
      wakes = state.loopWaits
      state.loopWaits = false
      return state.queuedBytes > capacity ? .waits : .goesOn
    }
    if wakes { owner.messagesQueued() }
    switch result {
    case .waits: return true
    case .goesOn: return false
    case .failed(let failure):
      throw failure ?? RPCError(.failedPrecondition, "a message was sent after the end of the stream")
    case .overBudget:
      throw RPCError(.resourceExhausted, "the server holds \(budget?.limit ?? 0) bytes of requests and replies already")
    }
  }

  /// Waits until no more than `capacity` bytes are queued; once it has to, until half of that is sent, so that a sender and the
  /// loop do not take turns for each message.
  nonisolated(nonsending) func waitForRoom() async throws(RPCError) {
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    do {
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
          let now: Result<Void, any Error>? = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            if state.queuedBytes <= capacity { return .success(()) }
            if Task.isCancelled { return .failure(CancellationError()) }
            state.waiters.append((id, continuation))
            return nil
          }
          if let now { continuation.resume(with: now) }
        }
      } onCancel: {
        let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
          guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
          return state.waiters.remove(at: index).continuation
        }
        waiter?.resume(throwing: CancellationError())
      }
    } catch let error as RPCError {
      throw error
    } catch {
      throw RPCError(.cancelled, "the sender was cancelled while it waited for the peer to read")
    }
  }

  /// No message follows.
  func finish(owner: any StreamOwner) {
    let wakes = state.withLock { state in
      guard !state.isFinished else { return false }
      state.isFinished = true
      let wakes = state.loopWaits
      state.loopWaits = false
      return wakes
    }
    if wakes { owner.messagesQueued() }
  }

  /// On the loop: no message follows but these bytes, which close the body.
  /// - Returns: false if a message is cut off, because the call has failed amid it: then they would be taken for its rest.
  func finish(with last: [UInt8]) -> Bool {
    state.withLock { state in
      guard state.sent == 0 || !state.lengths.isEmpty else { return false }
      state.isFinished = true
      state.loopWaits = false
      guard !last.isEmpty else { return true }
      state.queue.append(last.count).copyBytes(from: last)
      state.lengths.append(last.count)
      return true
    }
  }

  /// The call is over: what is queued is dropped and every later `send` fails.
  func fail(_ error: RPCError) {
    let waiters = state.withLock { state in
      if state.failure == nil { state.failure = error }
      state.queue.removeAll()
      state.lengths.removeAll()
      _ = settle(&state, memory: 0)
      state.isFinished = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.continuation.resume(throwing: error) }
  }

  enum Take {
    case bytes(Int)
    /// Nothing now; `messagesQueued` will be called.
    case wait
    case finished
  }

  /// On the loop: moves at most `capacity` bytes to `target`.
  func take(into target: UnsafeMutableRawPointer, capacity room: Int) -> Take {
    let (result, waiters) = state.withLock {
      state -> (Take, [(id: UInt64, continuation: CheckedContinuation<Void, any Error>)]) in
      let moved = state.queue.move(to: target, room: room)
      state.sent += moved
      while let first = state.lengths.first, first <= state.sent {
        state.sent -= first
        state.lengths.removeFirst()
      }
      if state.charged > 0 { _ = settle(&state, memory: state.queue.capacity) }
      guard moved > 0 else {
        if state.isFinished { return (.finished, []) }
        state.loopWaits = true
        return (.wait, [])
      }
      guard state.queuedBytes <= self.capacity / 2 else { return (.bytes(moved), []) }
      defer { state.waiters = [] }
      return (.bytes(moved), state.waiters)
    }
    for waiter in waiters { waiter.continuation.resume() }
    return result
  }

  /// Bytes that wait for the peer.
  var queuedBytes: Int { state.withLock { $0.queuedBytes } }

  /// On the loop: nothing is left and nothing follows.
  var isDrained: Bool {
    state.withLock { $0.isFinished && $0.queue.count == 0 }
  }
}
