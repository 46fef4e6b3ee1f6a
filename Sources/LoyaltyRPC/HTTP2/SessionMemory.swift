// Memory for nghttp2: a small call takes eight pieces from it, a stream and the frames of its response, and gives them back
// within the same read of the socket. Kept in lists by size they cost a tenth of what malloc and free take.

import CNGHTTP2
import Glibc

/// Pieces of memory that the sessions of one event loop take and give back.
///
/// Each stands behind a header with its size and comes from `malloc`, long ones from the kernel: a session's buffer for a frame is
/// used at its beginning only by most, and pages that nobody writes to cost nothing. The lists are touched by the thread that took the first
/// piece, which is the loop's; a session that ends elsewhere, with its last handler, frees its pieces.
final class SessionMemory {
  /// Longest piece that is kept, in bytes. 512: streams, frames and their fields; tables of headers are longer and live as long as
  /// their connection.
  private static let largestKept = 512
  /// Sizes are rounded up to this, bytes.
  private static let step = 32
  /// Pieces of one size that are kept. 256: the streams of two connections with full tables; all lists together hold 1 MB.
  private static let maxKept = 256

  /// Longer pieces are pages of their own, bytes. 8 KiB: of a session's memory only its buffer for a frame is longer, 16 KiB.
  private static let longestOfMalloc = 8 << 10
  /// Bytes of a piece that is as long as a session's buffer for a frame; such pieces are kept as well: mapping their pages is 3% of a
  /// handshake.
  private static let frameBuffer = 20 << 10
  /// 64: the connections that come and go at once, 1.3 MB.
  private static let maxKeptBuffers = 64

  private struct List {
    var first: UnsafeMutableRawPointer?
    var count = 0
  }

  private struct State {
    var owner: pthread_t?
    let lists: UnsafeMutablePointer<List>
    var buffers = List()

    /// This thread may touch the lists.
    @inline(__always)
    mutating func isOwned() -> Bool {
      let thread = pthread_self()
      if let owner { return owner == thread }
      owner = thread
      return true
    }
  }

  /// Before each piece: its size; alignment of the piece is that of `malloc`.
  private static let headerSize = 16
  private static let listCount = largestKept / step + 1

  private let state: UnsafeMutablePointer<State>

  init() {
    let lists = UnsafeMutablePointer<List>.allocate(capacity: Self.listCount)
    lists.initialize(repeating: List(), count: Self.listCount)
    state = .allocate(capacity: 1)
    state.initialize(to: State(lists: lists))
  }

  deinit {
    while let piece = Self.pop(&state.pointee.buffers) { munmap(piece - Self.headerSize, Self.frameBuffer) }
    let lists = state.pointee.lists
    for list in 0..<Self.listCount {
      while let piece = Self.pop(&lists[list]) { Glibc.free(piece - Self.headerSize) }
    }
    lists.deallocate()
    state.deallocate()
  }

  /// What nghttp2 is given; it copies this. Valid as long as `self` lives.
  var functions: nghttp2_mem {
    nghttp2_mem(
      mem_user_data: state,
      malloc: { size, state in SessionMemory.take(size, SessionMemory.of(state)) },
      free: { piece, state in SessionMemory.give(piece, SessionMemory.of(state)) },
      calloc: { count, size, state in
        let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, let piece = SessionMemory.take(bytes, SessionMemory.of(state)) else { return nil }
        memset(piece, 0, bytes)
        return piece
      },
      realloc: { piece, size, state in
        guard let piece else { return SessionMemory.take(size, SessionMemory.of(state)) }
        let held = SessionMemory.size(of: piece)
        if size <= held { return piece }
        guard let larger = SessionMemory.take(size, SessionMemory.of(state)) else { return nil }
        memcpy(larger, piece, held)
        SessionMemory.give(piece, SessionMemory.of(state))
        return larger
      })
  }

  @inline(__always)
  private static func of(_ state: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<State> {
    // nghttp2 hands back what it was given.
    state.unsafelyUnwrapped.assumingMemoryBound(to: State.self)
  }

  @inline(__always)
  private static func size(of piece: UnsafeMutableRawPointer) -> Int { (piece - headerSize).load(as: Int.self) }

  @inline(__always)
  private static func take(_ size: Int, _ state: UnsafeMutablePointer<State>) -> UnsafeMutableRawPointer? {
    guard UInt(bitPattern: size) <= UInt(largestKept) else { return takeLong(size, state) }
    // Below `largestKept` nothing overflows.
    let number = (size &+ (step &- 1)) / step
    let list = state.pointee.lists + number
    guard state.pointee.isOwned(), let piece = pop(&list.pointee) else { return make(number &* step) }
    return piece
  }

  @inline(__always)
  private static func pop(_ list: inout List) -> UnsafeMutableRawPointer? {
    guard let piece = list.first else { return nil }
    list.first = piece.load(as: UnsafeMutableRawPointer?.self)
    list.count &-= 1
    return piece
  }

  @inline(__always)
  private static func push(_ piece: UnsafeMutableRawPointer, _ list: inout List) {
    piece.storeBytes(of: list.first, as: UnsafeMutableRawPointer?.self)
    list.first = piece
    list.count &+= 1
  }

  @inline(never)
  private static func takeLong(_ size: Int, _ state: UnsafeMutablePointer<State>) -> UnsafeMutableRawPointer? {
    let isBuffer = size > longestOfMalloc && size <= frameBuffer - headerSize
    guard isBuffer else { return make(size) }
    if state.pointee.isOwned(), let piece = pop(&state.pointee.buffers) { return piece }
    return make(frameBuffer - headerSize)
  }

  @inline(__always)
  private static func give(_ piece: UnsafeMutableRawPointer?, _ state: UnsafeMutablePointer<State>) {
    guard let piece else { return }
    let size = size(of: piece)
    let list = state.pointee.lists + size / step
    guard size <= largestKept, state.pointee.isOwned(), list.pointee.count < maxKept else {
      return giveBack(piece, size, state)
    }
    push(piece, &list.pointee)
  }

  @inline(never)
  private static func make(_ size: Int) -> UnsafeMutableRawPointer? {
    // At least room for the list's pointer.
    let size = max(size, step)
    guard size <= Int.max - headerSize, let memory = allocate(headerSize + size) else { return nil }
    memory.storeBytes(of: size, as: Int.self)
    return memory + headerSize
  }

  private static func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
    guard size > longestOfMalloc + headerSize else { return Glibc.malloc(size) }
    let pages = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    return pages == MAP_FAILED ? nil : pages
  }

  @inline(never)
  private static func giveBack(_ piece: UnsafeMutableRawPointer, _ size: Int, _ state: UnsafeMutablePointer<State>) {
    if size == frameBuffer - headerSize, state.pointee.isOwned(), state.pointee.buffers.count < maxKeptBuffers {
      push(piece, &state.pointee.buffers)
    } else if size > longestOfMalloc {
      munmap(piece - headerSize, headerSize + size)
    } else {
      Glibc.free(piece - headerSize)
    }
  }
}
