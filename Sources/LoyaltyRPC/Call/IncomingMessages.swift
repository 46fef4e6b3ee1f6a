// Messages of one stream between the event loop that receives them and who reads them, on any thread.

import NIOCore
import Synchronization

/// A queue of received messages. It is bounded by the stream's HTTP/2 window, which opens again as messages are taken,
/// and by one incomplete message. Compressed messages are queued as they came, so that the bound holds for them too.
final class IncomingMessages: Sendable {
  struct Entry {
    let run: MessageRun
    let encoding: MessageEncoding
    /// Bytes of the first message for which the peer's window has been opened again already.
    let givenBack: Int
    /// Bytes that it counts for until its last message is taken.
    var size: Int { run.bytes.count + Self.overhead }

    /// What messages that wait take beside their bytes: an array's head, what the allocator rounds up, their place in the queue. 64:
    /// without it a message of one byte, six on the wire, would take twelve times what it counts for.
    static let overhead = 64
  }

  private struct State {
    var entries = CircularBuffer<Entry>()
    /// Bytes of the first entry whose messages are taken.
    var cursor = 0
    var isEnded = false
    var failure: RPCError?
    var waiter: CheckedContinuation<Void, any Error>?
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
    var isEmpty: Bool { size == 0 && window == 0 }
  }

  private let state = Mutex(State())

  /// What is taken is reported in pieces of this size: a quarter of the window, so that it never stalls.
  private let reportAt: Int
  private let maxMessageBytes: Int

  init(limits: CallLimits) {
    reportAt = max(1, min(32 << 10, limits.streamWindowBytes / 4))
    maxMessageBytes = limits.maxReceivedMessageBytes
  }

  /// On the loop: messages have come. Whoever waits for the first is woken when all are queued.
  func push(_ messages: [Entry], owner: any StreamOwner) {
    let (waiter, report) = state.withLock { state -> (CheckedContinuation<Void, any Error>?, Taken) in
      if state.isAbandoned {
        for entry in messages { count(entry, from: 0, in: &state) }
        return (nil, takeReport(in: &state))
      }
      state.entries.append(contentsOf: messages)
      defer { state.waiter = nil }
      return (state.waiter, Taken())
    }
    waiter?.resume()
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
    let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      guard !state.isEnded else { return nil }
      state.isEnded = true
      state.failure = error
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// The next message, decompressed; nil after the last.
  /// - Throws: the status the call has failed with, after the messages that came before; CANCELLED if the task is;
  ///   RESOURCE_EXHAUSTED or INTERNAL for a compressed message that is too long or malformed.
  nonisolated(nonsending) func next(owner: any StreamOwner) async throws(RPCError) -> ReceivedMessage? {
    while true {
      switch try nextIfThere(owner: owner) {
      case .message(let message): return message
      case .end: return nil
      case .wait: try await waitForMore()
      }
    }
  }

  /// - Throws: as `next`.
  func nextIfThere(owner: any StreamOwner) throws(RPCError) -> NextMessage {
    switch state.withLock({ poll(&$0) }) {
    case .message(let message, let encoding, let report):
      if !report.isEmpty { owner.messagesTaken(window: report.window, size: report.size) }
      guard encoding != .identity else { return .message(message) }
      return .message(ReceivedMessage(try Compression.decompress(message.bytes, encoding, limit: maxMessageBytes)))
    case .ended(let failure?): throw failure
    case .ended(nil): return .end
    case .wait: return .wait
    }
  }

  /// The message that was taken last came compressed.
  var lastWasCompressed: Bool { state.withLock { $0.lastWasCompressed } }

  /// Waits until there are messages, or none will come.
  nonisolated(nonsending) private func waitForMore() async throws(RPCError) {
    do {
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          let now: Result<Void, any Error>? = state.withLock { state in
            if state.isEnded || !state.entries.isEmpty { return .success(()) }
            if Task.isCancelled { return .failure(CancellationError()) }
            guard state.waiter == nil else {
              return .failure(RPCError(.failedPrecondition, "two tasks read the same stream at once"))
            }
            state.waiter = continuation
            return nil
          }
          if let now { continuation.resume(with: now) }
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

  private enum Now {
    case message(ReceivedMessage, MessageEncoding, report: Taken)
    case ended(RPCError?)
    case wait
  }

  private func poll(_ state: inout State) -> Now {
    guard let entry = state.entries.first else { return state.isEnded ? .ended(state.failure) : .wait }
    let message = entry.run.message(at: state.cursor)
    state.taken.window += message.end - max(state.cursor, entry.givenBack)
    state.cursor = message.end
    if message.end == entry.run.bytes.count {
      state.taken.size += entry.size
      state.entries.removeFirst()
      state.cursor = 0
    }
    state.lastWasCompressed = entry.encoding != .identity
    return .message(message, entry.encoding, report: takeReport(in: &state))
  }

  /// Counts the messages of an entry, from `offset` on, that nobody takes.
  private func count(_ entry: Entry, from offset: Int, in state: inout State) {
    state.taken.window += entry.run.bytes.count - max(offset, entry.givenBack)
    state.taken.size += entry.size
  }

  /// What the loop is to be told now of messages that are out of the queue.
  private func takeReport(in state: inout State) -> Taken {
    let isAwaited = state.loopWithholds && state.entries.isEmpty
    guard max(state.taken.size, state.taken.window) >= reportAt || isAwaited else { return Taken() }
    if isAwaited { state.loopWithholds = false }
    defer { state.taken = Taken() }
    return state.taken
  }

  /// Nobody reads any more: what is queued and what follows is dropped, so that it holds no window.
  func abandon(owner: any StreamOwner) {
    let report = state.withLock { state -> Taken in
      state.isAbandoned = true
      state.loopWithholds = false
      for (place, entry) in state.entries.enumerated() { count(entry, from: place == 0 ? state.cursor : 0, in: &state) }
      state.entries.removeAll()
      state.cursor = 0
      defer { state.taken = Taken() }
      return state.taken
    }
    if !report.isEmpty { owner.messagesTaken(window: report.window, size: report.size) }
  }
}

/// What a reader finds without waiting.
@usableFromInline
enum NextMessage {
  case message(ReceivedMessage)
  case end
  case wait
}
