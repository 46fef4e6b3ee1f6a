// Messages of one stream between the event loop that receives them and who reads them, on any thread.

import NIOCore
import Synchronization

/// A queue of received messages. It is bounded by the stream's HTTP/2 window, which opens again as messages are taken,
/// and by one incomplete message. Compressed messages are queued as they came, so that the bound holds for them too.
final class IncomingMessages: Sendable {
  struct Entry {
    let bytes: [UInt8]
    let encoding: MessageEncoding
    /// Bytes on the wire for which the peer's window is still to be opened again: it may send them once the message is taken.
    let window: Int
    /// Bytes that it counts for while it waits.
    var size: Int { MessageDeframer.prefixLength + bytes.count + Self.overhead }

    /// What a message that waits takes beside its bytes: an array's head, what the allocator rounds up, its place in the queue. 64:
    /// without it a message of one byte, six on the wire, would take twelve times what it counts for.
    static let overhead = 64
  }

  private struct State {
    var entries = CircularBuffer<Entry>()
    var isEnded = false
    var failure: RPCError?
    var waiter: CheckedContinuation<Entry?, any Error>?
    /// Taken, but not told to the loop yet.
    var taken = Taken()
    /// The loop keeps the window of an incomplete message back until the queue is empty.
    var loopWithholds = false
    var isAbandoned = false
    var lastWasCompressed = false
  }

  /// What the loop is told of.
  struct Taken: Sendable {
    var window = 0
    var size = 0
    var isEmpty: Bool { size == 0 }
  }

  private let state = Mutex(State())

  /// What is taken is reported in pieces of this size: a quarter of the window, so that it never stalls.
  private let reportAt: Int
  private let maxMessageBytes: Int

  init(limits: CallLimits) {
    reportAt = max(1, min(32 << 10, limits.streamWindowBytes / 4))
    maxMessageBytes = limits.maxReceivedMessageBytes
  }

  /// On the loop: messages have come, one at least. Whoever waits for the first is woken when all are queued.
  func push(_ messages: [Entry], owner: any StreamOwner) {
    let (waiter, report) = state.withLock { state -> (CheckedContinuation<Entry?, any Error>?, Taken) in
      if state.isAbandoned {
        for entry in messages { count(entry, in: &state) }
        return (nil, takeReport(in: &state))
      }
      guard let waiter = state.waiter, let first = messages.first else {
        state.entries.append(contentsOf: messages)
        return (nil, Taken())
      }
      state.waiter = nil
      state.entries.append(contentsOf: messages.dropFirst())
      count(first, in: &state)
      return (waiter, takeReport(in: &state))
    }
    if let first = messages.first { waiter?.resume(returning: first) }
    if !report.isEmpty { owner.messagesTaken(window: report.window, size: report.size) }
  }

  /// On the loop: whether the window of an incomplete message may be opened again at once, because nothing is queued
  /// before it. If not, the loop is told when the queue is empty.
  func isEmptyOrWillTell() -> Bool {
    state.withLock { state in
      if state.entries.isEmpty { return true }
      state.loopWithholds = true
      return false
    }
  }

  /// On the loop: no message follows; `error` if that is not how it should end.
  func end(_ error: RPCError? = nil) {
    let waiter = state.withLock { state -> CheckedContinuation<Entry?, any Error>? in
      guard !state.isEnded else { return nil }
      state.isEnded = true
      state.failure = error
      defer { state.waiter = nil }
      return state.waiter
    }
    if let error { waiter?.resume(throwing: error) } else { waiter?.resume(returning: nil) }
  }

  /// The next message, decompressed; nil after the last.
  /// - Throws: the status the call has failed with, after the messages that came before; CANCELLED if the task is;
  ///   RESOURCE_EXHAUSTED or INTERNAL for a compressed message that is too long or malformed.
  nonisolated(nonsending) func next(owner: any StreamOwner) async throws(RPCError) -> [UInt8]? {
    guard let entry = try await nextEntry(owner) else { return nil }
    return try decompressed(entry)
  }

  /// What `next` gives without waiting; nil inside if nothing follows, nil if it would wait.
  func nextIfThere(owner: any StreamOwner) throws(RPCError) -> [UInt8]?? {
    switch state.withLock({ poll(&$0) }) {
    case .message(let entry, let report):
      if !report.isEmpty { owner.messagesTaken(window: report.window, size: report.size) }
      return try decompressed(entry)
    case .ended(let failure?): throw failure
    case .ended(nil): return .some(nil)
    case .wait: return nil
    }
  }

  private func decompressed(_ entry: Entry) throws(RPCError) -> [UInt8] {
    try Compression.decompress(entry.bytes, entry.encoding, limit: maxMessageBytes)
  }

  /// The message that was taken last came compressed.
  var lastWasCompressed: Bool { state.withLock { $0.lastWasCompressed } }

  nonisolated(nonsending) private func nextEntry(_ owner: any StreamOwner) async throws(RPCError) -> Entry? {
    switch state.withLock({ poll(&$0) }) {
    case .message(let entry, let report):
      if !report.isEmpty { owner.messagesTaken(window: report.window, size: report.size) }
      return entry
    case .ended(let failure):
      if let failure { throw failure }
      return nil
    case .wait: break
    }
    do {
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          let now = state.withLock { state -> Now in
            let now = poll(&state)
            guard case .wait = now else { return now }
            if Task.isCancelled { return .ended(RPCError(.cancelled, "the reader was cancelled")) }
            guard state.waiter == nil else {
              return .ended(RPCError(.failedPrecondition, "two tasks read the same stream at once"))
            }
            state.waiter = continuation
            return .wait
          }
          switch now {
          case .message(let entry, let report):
            if !report.isEmpty { owner.messagesTaken(window: report.window, size: report.size) }
            continuation.resume(returning: entry)
          case .ended(let failure?): continuation.resume(throwing: failure)
          case .ended(nil): continuation.resume(returning: nil)
          case .wait: break
          }
        }
      } onCancel: {
        let waiter = state.withLock { state in
          defer { state.waiter = nil }
          return state.waiter
        }
        waiter?.resume(throwing: CancellationError())
      }
    } catch let error as RPCError {
      throw error
    } catch {
      throw RPCError(.cancelled, "the reader was cancelled")
    }
  }

  private enum Now: Sendable {
    case message(Entry, report: Taken)
    case ended(RPCError?)
    case wait
  }

  private func poll(_ state: inout State) -> Now {
    if let entry = state.entries.popFirst() {
      count(entry, in: &state)
      return .message(entry, report: takeReport(in: &state))
    }
    return state.isEnded ? .ended(state.failure) : .wait
  }

  /// Counts a message that is out of the queue.
  private func count(_ entry: Entry, in state: inout State) {
    state.taken.window += entry.window
    state.taken.size += entry.size
    state.lastWasCompressed = entry.encoding != .identity
  }

  /// What the loop is to be told now of messages that are out of the queue.
  private func takeReport(in state: inout State) -> Taken {
    let isAwaited = state.loopWithholds && state.entries.isEmpty
    guard state.taken.size >= reportAt || isAwaited else { return Taken() }
    if isAwaited { state.loopWithholds = false }
    defer { state.taken = Taken() }
    return state.taken
  }

  /// Nobody reads any more: what is queued and what follows is dropped, so that it holds no window.
  func abandon(owner: any StreamOwner) {
    let report = state.withLock { state -> Taken in
      state.isAbandoned = true
      state.loopWithholds = false
      for entry in state.entries { count(entry, in: &state) }
      state.entries.removeAll()
      defer { state.taken = Taken() }
      return state.taken
    }
    if !report.isEmpty { owner.messagesTaken(window: report.window, size: report.size) }
  }
}
