// Bytes that are written at one end and read at the other.

import Glibc

/// A growing piece of memory. Whoever has one lets go of its memory with `removeAll`.
///
/// `@unchecked Sendable` holds because nobody else knows the memory.
struct ByteQueue: @unchecked Sendable {
  /// Memory beyond this is let go of when the queue is empty, bytes. 16 KiB: a full frame.
  private static let keptCapacity = 16 << 10

  private var memory: UnsafeMutableRawPointer?
  private var capacity = 0
  private var start = 0
  private var end = 0

  var count: Int { end - start }

  /// Adds `count` bytes, which the caller writes at once to the place returned.
  mutating func append(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if capacity - end < count { makeRoom(for: count) }
    defer { end += count }
    return UnsafeMutableRawBufferPointer(start: memory.map { $0 + end }, count: count)
  }

  private mutating func makeRoom(for extra: Int) {
    let held = count
    if let memory, held + extra <= capacity, start >= capacity / 2 {
      memmove(memory, memory + start, held)
    } else {
      capacity = max(held + extra, 2 * capacity, 1 << 10)
      let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
      if let memory {
        memcpy(larger, memory + start, held)
        memory.deallocate()
      }
      memory = larger
    }
    (start, end) = (0, held)
  }

  /// Moves the first bytes, `room` at most.
  mutating func move(to target: UnsafeMutableRawPointer, room: Int) -> Int {
    let moved = min(room, count)
    guard moved > 0, let memory else { return 0 }
    memcpy(target, memory + start, moved)
    start += moved
    if start == end {
      if capacity > Self.keptCapacity { removeAll() } else { (start, end) = (0, 0) }
    }
    return moved
  }

  mutating func removeAll() {
    memory?.deallocate()
    self = ByteQueue()
  }
}
