// Where encoded messages wait until nghttp2 takes them: many small ones in one piece of memory, so that a reply costs
// no allocation of its own.

import Synchronization

/// The memory of all replies of one event loop. Used on that loop only.
final class ReplyMemory {
  /// 32 KiB: some hundred typical replies; one of half of that or more gets an arena of its own size.
  static let arenaBytes = 32 << 10

  /// Arenas of many replies at once. 64: 2 MiB a loop. One small reply that its peer does not take keeps the arena of all that it came
  /// with; beyond this each reply has memory of just its size, so that what is left lying takes what it is counted for.
  static let maxArenas = 64

  private let arenas = ArenaCount()
  private var current: ReplyArena

  init() {
    current = ReplyArena(capacity: Self.arenaBytes, countedBy: arenas)
  }

  /// Arenas of many replies that are there.
  var arenaCount: Int { arenas.live.load(ordering: .relaxed) }

  /// Room for `count` bytes.
  func reserve(_ count: Int) -> (ReplyArena, Range<Int>) {
    if let range = current.reserve(count) { return (current, range) }
    let arena: ReplyArena
    if count < Self.arenaBytes / 2, arenaCount < Self.maxArenas {
      arena = ReplyArena(capacity: Self.arenaBytes, countedBy: arenas)
      current = arena
    } else {
      arena = ReplyArena(capacity: count)
    }
    // A new arena has room for what it was made for.
    return (arena, arena.reserve(count) ?? 0..<0)
  }
}

/// How many arenas there are: they tell it when they go, with whoever held them last.
final class ArenaCount: Sendable {
  let live = Atomic<Int>(0)
}

/// A piece of memory that is filled from its start and empties as a whole. Used on one event loop only.
final class ReplyArena {
  fileprivate let memory: UnsafeMutableRawBufferPointer
  private var used = 0
  private var live = 0
  private let count: ArenaCount?

  init(capacity: Int, countedBy count: ArenaCount? = nil) {
    memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    self.count = count
    count?.live.wrappingAdd(1, ordering: .relaxed)
  }

  deinit {
    memory.deallocate()
    count?.live.wrappingSubtract(1, ordering: .relaxed)
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
