// History of a period: where it begins is found by halving, and then it is read in order, page by page.

import LoyaltyEngine
import LoyaltyMessages
import LoyaltyRPC
import LoyaltyStore
import ProtobufRuntime

extension Programme {
  /// The sequence before the first record at or after a moment, of what history still has.
  func sequence(before ms: Int64) throws -> UInt64 {
    var low: UInt64 = 0
    var high = store.durableSequence
    // Everything up to `low` is earlier or gone, everything behind `high` is not.
    while low < high {
      let middle = low + (high - low + 1) / 2
      if try isEarlier(middle, than: ms) { low = middle } else { high = middle - 1 }
    }
    return low
  }

  private func isEarlier(_ sequence: UInt64, than ms: Int64) throws -> Bool {
    do {
      guard let record = try history.record(at: sequence) else { return false }
      return record.timeMs < ms
    } catch StoreError.notRetained { return true }
  }

  /// Gives every record posted in [from, until) to `body`, in order. Leaves the event loop first, and other work its
  /// turn between pages.
  func forEachRecord(
    from: Int64, until: Int64, _ body: (UInt64, Record) async throws -> Void
  ) async throws {
    await Task.yield()
    try await waitForEnd(of: until)
    var after = try sequence(before: from)
    while true {
      let page = try history.records(after: after, limit: 500)
      guard let last = page.last else { return }
      for entry in page {
        if entry.record.timeMs >= until { return }
        try await body(entry.sequence, entry.record)
      }
      after = last.sequence
      try Task.checkCancellation()
      await Task.yield()
    }
  }
}

extension Programme {
  /// How long after the end of a period a call that began before may still be decided, milliseconds. A decision takes
  /// microseconds; this is for a machine that stalls.
  private static let slackMs: Int64 = 1_000
  /// How often a wait looks again, and how often at most: five seconds in all.
  private static let lookMs = 10
  private static let looks = 500

  /// Waits until nothing more can be posted before `until`, and what has been posted is durable: from then on the period
  /// reads the same for ever.
  /// - Throws: UNAVAILABLE if that takes too long.
  func waitForEnd(of until: Int64) async throws {
    var sequence: UInt64?
    for _ in 0..<Self.looks {
      if sequence == nil {
        let (timeMs, last) = store.read { ledger in (ledger.timeMs, ledger.sequence) }.value
        // The ledger's time never goes back: once it has come to the end, every later record is behind it.
        if timeMs >= until || clock() >= until + Self.slackMs { sequence = last }
      }
      if let sequence, store.durableSequence >= sequence { return }
      try await Task.sleep(for: .milliseconds(Self.lookMs))
    }
    throw RPCError(.unavailable, "the period has not been closed yet; try again in a second")
  }
}

extension RequestFields {
  /// A period that is over: what it has in it never changes.
  mutating func checkPeriod(
    from: ProtobufTimestamp?, until: ProtobufTimestamp?, now: Int64, prefix: String = ""
  ) -> (from: Int64, until: Int64) {
    let start = milliseconds(from, "\(prefix)from")
    let end = milliseconds(until, "\(prefix)until")
    if from != nil, until != nil {
      if end <= start { report("\(prefix)until", "is not after from") }
      if end > now { report("\(prefix)until", "is in the future: a period is told when it is over") }
    }
    return (start, end)
  }
}
