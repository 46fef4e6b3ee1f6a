// Bytes that are written at one end and read at the other.

import Glibc

/// A growing piece of memory. Whoever has one lets go of its memory with `removeAll`.
///
/// `@unchecked Sendable` holds because nobody else knows the memory.
struct ByteQueue: @unchecked Sendable {
  /// Memory beyond this is let go of when the queue is empty, bytes. 16 KiB: a full frame.
  private static let keptCapacity = 16 << 10

  /// Bytes of the first piece of memory. 1 KiB: a stream that says little needs no second.
  static let smallestCapacity = 1 << 10

  private var memory: UnsafeMutableRawPointer?
  /// Bytes of memory.
  private(set) var capacity = 0
  private var start = 0
  private var end = 0

  var count: Int { end - start }

  /// Adds `count` bytes, which the caller writes at once to the place returned.
  mutating func append(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if capacity - end < count { makeRoom(for: count) }
    defer { end += count }
    return UnsafeMutableRawBufferPointer(start: memory.map { $0 + end }, count: count)
  }

  /// Bytes of memory that there will be once `extra` bytes are added.
  @inline(__always)
  func capacity(with extra: Int) -> Int { capacity - end >= extra ? capacity : capacity(moving: extra) }

  private func capacity(moving extra: Int) -> Int {
    count + extra <= capacity && start >= capacity / 2
      ? capacity : max(count + extra, 2 * capacity, Self.smallestCapacity)
  }

  private mutating func makeRoom(for extra: Int) {
    let (held, wanted) = (count, capacity(moving: extra))
    if wanted == capacity, let memory {
      memmove(memory, memory + start, held)
    } else {
      capacity = wanted
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
