// What all connections of a server together hold in memory for calls.

import Synchronization

/// Bytes that may be held, and how many are. From any thread.
final class ByteBudget: Sendable {
  let limit: Int
  private let used = Atomic<Int>(0)

  init(limit: Int) {
    self.limit = limit
  }

  var usedBytes: Int { used.load(ordering: .relaxed) }

  /// - Returns: false, and nothing is taken, if that is more than is left.
  func take(_ count: Int) -> Bool {
    let after = used.wrappingAdd(count, ordering: .relaxed).newValue
    guard after > limit else { return true }
    used.wrappingSubtract(count, ordering: .relaxed)
    return false
  }

  func give(_ count: Int) {
    used.wrappingSubtract(count, ordering: .relaxed)
  }
}

extension ServerConnection {
  /// Bytes that a connection holds without asking. 64 KiB: the calls of a usual client, so that they cost no atomic.
  static let allowance = 64 << 10

  private static let step = 64 << 10

  /// Whether `extra` bytes more may be held.
  func mayHold(_ extra: Int) -> Bool {
    let held = bufferedBytes + queuedReplyBytes + extra
    guard held > Self.allowance + granted else { return true }
    let wanted = Self.rounded(held - Self.allowance - granted)
    guard shared.budget.take(wanted) else { return false }
    granted += wanted
    return true
  }

  /// Gives back what is no longer held.
  func settleBudget() {
    guard granted > 0 else { return }
    let needed = Self.rounded(max(0, bufferedBytes + queuedReplyBytes - Self.allowance))
    guard needed < granted else { return }
    shared.budget.give(granted - needed)
    granted = needed
  }

  var budgetError: RPCError {
    RPCError(
      .resourceExhausted,
      "the server holds \(shared.budget.limit) bytes of requests and replies already: try again later")
  }

  private static func rounded(_ count: Int) -> Int { (count + step - 1) / step * step }
}
