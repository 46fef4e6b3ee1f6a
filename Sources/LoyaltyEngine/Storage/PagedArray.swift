// Arrays of millions of small values. One contiguous array would copy itself whenever it doubles (hundreds of megabytes
// under the lock) and waste up to half of its memory; pages of a fixed size grow one at a time.

/// An array that only grows, in pages that never move.
struct PagedArray<Element: Sendable>: Sendable {
  /// Elements a page: large enough that the list of pages stays small, small enough that a new page is no pause.
  static var pageShift: Int { 12 }
  private static var pageSize: Int { 1 << pageShift }

  private var pages: [ContiguousArray<Element>] = []
  private(set) var count = 0

  mutating func append(_ element: Element) {
    if count & (Self.pageSize - 1) == 0 {
      var page = ContiguousArray<Element>()
      page.reserveCapacity(Self.pageSize)
      pages.append(page)
    }
    pages[pages.count - 1].append(element)
    count += 1
  }

  /// - Precondition: `0 ≤ index < count`.
  subscript(index: Int) -> Element {
    get { pages[index >> Self.pageShift][index & (Self.pageSize - 1)] }
    _modify { yield &pages[index >> Self.pageShift][index & (Self.pageSize - 1)] }
  }
}

/// A first-in, first-out queue in pages. An element keeps its number for as long as it is in the queue.
struct PagedQueue<Element: Sendable>: Sendable {
  private static var pageSize: Int { 4096 }

  private var pages: [ContiguousArray<Element>] = []
  /// Numbers of the first element and of the one that the next append will make.
  private(set) var first = 0
  private(set) var end = 0

  var count: Int { end - first }
  var isEmpty: Bool { first == end }

  mutating func append(_ element: Element) {
    if end % Self.pageSize == 0 || pages.isEmpty {
      var page = ContiguousArray<Element>()
      page.reserveCapacity(Self.pageSize)
      pages.append(page)
    }
    pages[pages.count - 1].append(element)
    end += 1
  }

  /// - Precondition: `first ≤ number < end`.
  subscript(number: Int) -> Element {
    pages[number / Self.pageSize - first / Self.pageSize][number % Self.pageSize]
  }

  /// Drops the first element; nothing when empty.
  mutating func removeFirst() {
    guard !isEmpty else { return }
    first += 1
    if first % Self.pageSize == 0 { pages.removeFirst() }
  }
}
