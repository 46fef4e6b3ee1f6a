// Where a connection's streams live. An array in a class is checked for exclusive access and for uniqueness at every
// touch, and a call touches its stream many times: 7% of a small call's samples in a profile.

/// Streams at places that never move, in memory of the table's own. Used on its connection's event loop only.
final class StreamTable {
  /// 16 streams a page: what a usual client has open at once.
  private static let pageShift = 4
  private static let pageSize = 1 << pageShift

  private var pages: UnsafeMutablePointer<UnsafeMutablePointer<ServerStream>>
  private var pageCapacity = 4
  private var pageCount = 0
  private(set) var count = 0

  init() {
    pages = .allocate(capacity: pageCapacity)
  }

  deinit {
    for slot in indices { (pages[slot >> Self.pageShift] + (slot & (Self.pageSize - 1))).deinitialize(count: 1) }
    for page in 0..<pageCount { pages[page].deallocate() }
    pages.deallocate()
  }

  var indices: Range<Int> { 0..<count }

  /// - Precondition: `0 ≤ slot < count`.
  subscript(slot: Int) -> ServerStream {
    // By address: coroutines that are not inlined take memory for themselves, and what is read is copied.
    unsafeAddress { UnsafePointer(place(slot)) }
    unsafeMutableAddress { place(slot) }
  }

  @inline(__always)
  private func place(_ slot: Int) -> UnsafeMutablePointer<ServerStream> {
    precondition(UInt(bitPattern: slot) < UInt(bitPattern: count), "no stream has this place")
    return pages[slot >> Self.pageShift] + (slot & (Self.pageSize - 1))
  }

  /// Adds a free place behind the others.
  func append() {
    if count == pageCount << Self.pageShift { addPage() }
    (pages[count >> Self.pageShift] + (count & (Self.pageSize - 1))).initialize(to: ServerStream())
    count += 1
  }

  private func addPage() {
    if pageCount == pageCapacity {
      let larger = UnsafeMutablePointer<UnsafeMutablePointer<ServerStream>>.allocate(capacity: 2 * pageCapacity)
      larger.moveInitialize(from: pages, count: pageCount)
      pages.deallocate()
      pages = larger
      pageCapacity *= 2
    }
    pages[pageCount] = .allocate(capacity: Self.pageSize)
    pageCount += 1
  }
}
