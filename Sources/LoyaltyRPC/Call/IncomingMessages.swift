// Messages of one stream between the event loop that receives them and who reads them, on any thread.

import NIOCore
import Synchronization

/// A queue of received messages. It is bounded by the stream's HTTP/2 window, which opens again as messages are taken.
final class IncomingMessages: Sendable {
  private struct State {
    var messages = CircularBuffer<[UInt8]>()
    var isEnded = false
    var failure: RPCError?
    var waiter: CheckedContinuation<[UInt8]?, any Error>?
    /// Bytes taken that the loop has not been told of.
    var taken = 0
    var isAbandoned = false
  }

  private let state = Mutex(State())

  /// Taken bytes are reported in pieces of this size: a quarter of the window, so that it never stalls.
  private let reportAt: Int

  init(windowBytes: Int) {
    reportAt = max(1, min(32 << 10, windowBytes / 4))
  }

  /// On the loop: a message has come.
  func push(_ message: [UInt8], owner: any StreamOwner) {
    let (waiter, report) = state.withLock { state -> (CheckedContinuation<[UInt8]?, any Error>?, Int) in
      if let waiter = state.waiter {
        state.waiter = nil
        return (waiter, Self.note(message.count, in: &state, reportAt))
      }
      if state.isAbandoned { return (nil, Self.note(message.count, in: &state, reportAt)) }
      state.messages.append(message)
      return (nil, 0)
    }
    waiter?.resume(returning: message)
    if report > 0 { owner.bytesTaken(report) }
  }

  /// On the loop: no message follows; `error` if that is not how it should end.
  func end(_ error: RPCError? = nil) {
    let waiter = state.withLock { state -> CheckedContinuation<[UInt8]?, any Error>? in
      guard !state.isEnded else { return nil }
      state.isEnded = true
      state.failure = error
      defer { state.waiter = nil }
      return state.waiter
    }
    if let error { waiter?.resume(throwing: error) } else { waiter?.resume(returning: nil) }
  }

  /// The next message; nil after the last.
  /// - Throws: the status the call has failed with, after the messages that came before; CANCELLED if the task is.
  func next(owner: any StreamOwner) async throws(RPCError) -> [UInt8]? {
    switch poll() {
    case .message(let message, let report):
      if report > 0 { owner.bytesTaken(report) }
      return message
    case .ended(let failure):
      if let failure { throw failure }
      return nil
    case .wait: break
    }
    do {
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
          let now = state.withLock { state -> Now in
            let now = Self.poll(&state, reportAt)
            guard case .wait = now else { return now }
            if Task.isCancelled { return .ended(RPCError(.cancelled, "the reader was cancelled")) }
            guard state.waiter == nil else {
              return .ended(RPCError(.failedPrecondition, "two tasks read the same stream at once"))
            }
            state.waiter = continuation
            return .wait
          }
          switch now {
          case .message(let message, let report):
            if report > 0 { owner.bytesTaken(report) }
            continuation.resume(returning: message)
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
    case message([UInt8], report: Int)
    case ended(RPCError?)
    case wait
  }

  private func poll() -> Now {
    state.withLock { Self.poll(&$0, reportAt) }
  }

  private static func poll(_ state: inout State, _ reportAt: Int) -> Now {
    if let message = state.messages.popFirst() {
      return .message(message, report: note(message.count, in: &state, reportAt))
    }
    return state.isEnded ? .ended(state.failure) : .wait
  }

  /// Nobody reads any more: what is queued and what follows is dropped, so that it holds no window.
  func abandon(owner: any StreamOwner) {
    let report = state.withLock { state in
      state.isAbandoned = true
      let dropped = state.messages.reduce(0) { $0 + $1.count + MessageDeframer.prefixLength } + state.taken
      state.messages.removeAll()
      state.taken = 0
      return dropped
    }
    if report > 0 { owner.bytesTaken(report) }
  }

  private static func note(_ count: Int, in state: inout State, _ reportAt: Int) -> Int {
    state.taken += count + MessageDeframer.prefixLength
    guard state.taken >= reportAt else { return 0 }
    defer { state.taken = 0 }
    return state.taken
  }
}
