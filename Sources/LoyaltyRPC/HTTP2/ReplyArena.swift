// Where encoded messages wait until nghttp2 takes them: many small ones in one piece of memory, so that a reply costs
// no allocation of its own.

/// A piece of memory that is filled from its start and empties as a whole. Used on one event loop only.
final class ReplyArena {
  /// 32 KiB: some hundred typical replies; one that does not fit gets an arena of its own size.
  static let defaultCapacity = 32 << 10

  fileprivate let memory: UnsafeMutableRawBufferPointer
  private var used = 0
  private var live = 0

  init(capacity: Int = ReplyArena.defaultCapacity) {
    memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    memory.deallocate()
  }

  /// Room for `count` bytes, nil if there is none left.
  func reserve(_ count: Int) -> Range<Int>? {
    guard memory.count - used >= count else { return nil }
    let range = used..<(used + count)
    used += count
    live += 1
    return range
  }

  /// One reserved range is no longer needed; after the last, the memory is filled from its start again.
  func release() {
    live -= 1
    if live == 0 { used = 0 }
  }

  subscript(range: Range<Int>) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[range])
  }
}

/// Encoded bytes in an arena, or none.
struct ReplyBytes {
  private var arena: ReplyArena?
  private var range = 0..<0

  init() {}

  init(_ arena: ReplyArena, _ range: Range<Int>) {
    self.arena = arena
    self.range = range
  }

  var isEmpty: Bool { range.isEmpty }

  var count: Int { range.count }

  /// Moves at most `capacity` bytes to `target`.
  mutating func move(to target: UnsafeMutableRawPointer, capacity: Int) -> Int {
    guard let arena, !range.isEmpty else { return 0 }
    let count = min(capacity, range.count)
    let end = range.lowerBound + count
    if let source = arena[range.lowerBound..<end].baseAddress { target.copyMemory(from: source, byteCount: count) }
    range = end..<range.upperBound
    if range.isEmpty { discard() }
    return count
  }

  mutating func discard() {
    arena?.release()
    arena = nil
    range = 0..<0
  }
}
