// Idempotency keys and the responses first given under them, oldest first, so that what has left the window is dropped
// from one end. A dictionary of strings and messages would cost three times as much.

import LoyaltyMessages
import ProtobufRuntime

/// What was done under an idempotency key.
struct KeyEntry: Sendable, Hashable {
  var key: Fingerprint
  /// Fingerprint of the request, by which another request under the same key is told apart.
  var request: UInt64
  var timeMs: Int64
  var sequence: UInt64
  /// The outcome, encoded.
  var outcome: [UInt8]
}

/// Keys within their window, bounded in number.
struct KeyWindow: Sendable {
  private struct Slot: Sendable {
    var key: Fingerprint
    var request: UInt64
    var timeMs: Int64
    var sequence: UInt64
    var outcome: ByteQueue.Range
  }

  private var slots = PagedQueue<Slot>()
  private var outcomes = ByteQueue()
  private var numbers = FingerprintTable()

  var count: Int { slots.count }

  func find(_ key: Fingerprint) -> KeyEntry? {
    guard let number = numbers[key] else { return nil }
    return entry(Int(number) - 1)
  }

  /// Adds a key after all others. A key that is there already stands for the new entry from now on.
  mutating func append(_ entry: KeyEntry) {
    let outcome = outcomes.append(count: entry.outcome.count) { $0.copyBytes(from: entry.outcome) }
    append(entry.key, request: entry.request, timeMs: entry.timeMs, sequence: entry.sequence, outcome: outcome)
  }

  /// The same with an outcome that is encoded where it is kept.
  mutating func append(
    _ key: Fingerprint, request: UInt64, timeMs: Int64, sequence: UInt64, outcome: KeptOutcome
  ) {
    let range = outcome.withSerializedBytes { bytes in
      outcomes.append(count: bytes.count) { $0.copyMemory(from: bytes) }
    }
    append(key, request: request, timeMs: timeMs, sequence: sequence, outcome: range)
  }

  private mutating func append(
    _ key: Fingerprint, request: UInt64, timeMs: Int64, sequence: UInt64, outcome: ByteQueue.Range
  ) {
    slots.append(Slot(key: key, request: request, timeMs: timeMs, sequence: sequence, outcome: outcome))
    numbers.set(key, to: UInt64(slots.end))
  }

  /// Keys that one `evict` drops for their age: many more than one record adds, and no pause after a quiet month.
  static let agedPerEviction = 64

  /// Drops the oldest keys until there are at most `maxCount`, and some of those from before `timeMs`.
  mutating func evict(maxCount: Int, before timeMs: Int64) {
    var aged = 0
    while !slots.isEmpty {
      if slots.count <= maxCount {
        guard aged < Self.agedPerEviction, slots[slots.first].timeMs < timeMs else { return }
        aged += 1
      }
      let slot = slots[slots.first]
      if numbers[slot.key] == UInt64(slots.first + 1) { numbers.remove(slot.key) }
      outcomes.removeFirst(slot.outcome)
      slots.removeFirst()
    }
  }

  /// Gives every entry to `body`, oldest first.
  func forEach(_ body: (KeyEntry) throws -> Void) rethrows {
    for number in slots.first..<slots.end { try body(entry(number)) }
  }

  private func entry(_ number: Int) -> KeyEntry {
    let slot = slots[number]
    return KeyEntry(
      key: slot.key, request: slot.request, timeMs: slot.timeMs, sequence: slot.sequence,
      outcome: outcomes[slot.outcome])
  }
}

/// Byte strings of any length, first in, first out, in pages.
struct ByteQueue: Sendable {
  /// Where a byte string is.
  struct Range: Sendable {
    var page: UInt64
    var offset: UInt32
    var length: UInt32
  }

  /// Bytes a page; a longer string has a page of its own.
  private static let pageBytes = 1 << 18

  private var pages: [[UInt8]] = []
  /// Bytes in use of the last page.
  private var used = 0
  /// Number of the first page in `pages`.
  private var firstPage: UInt64 = 0

  /// Adds a string of `count` bytes, which `write` writes.
  mutating func append(count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) -> Range {
    if pages.isEmpty || used + count > pages[pages.count - 1].count {
      pages.append([UInt8](repeating: 0, count: max(Self.pageBytes, count)))
      used = 0
    }
    let start = used
    pages[pages.count - 1].withUnsafeMutableBytes { page in
      write(UnsafeMutableRawBufferPointer(rebasing: page[start..<start + count]))
    }
    used += count
    return Range(
      page: firstPage + UInt64(pages.count - 1), offset: UInt32(truncatingIfNeeded: start),
      length: UInt32(truncatingIfNeeded: count))
  }

  /// - Precondition: the range came from `append` and has not been removed.
  subscript(range: Range) -> [UInt8] {
    let start = Int(range.offset)
    return Array(pages[Int(range.page - firstPage)][start..<(start + Int(range.length))])
  }

  /// Says that the oldest string is needed no more; pages before it are freed.
  mutating func removeFirst(_ range: Range) {
    while firstPage < range.page, !pages.isEmpty {
      pages.removeFirst()
      firstPage += 1
    }
  }
}
