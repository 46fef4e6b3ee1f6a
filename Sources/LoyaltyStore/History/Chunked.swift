// A list that one thread extends while others read copies of it: a copy shares all but the last few elements, so that
// neither side ever waits for megabytes to be copied.

/// An append-only list in chunks of fixed length.
struct Chunked<Element: Sendable>: Sendable {
  /// 1,024 elements are a few kilobytes: what a copy costs at most.
  private static var chunkLength: Int { 1_024 }

  private var full: [[Element]] = []
  private var tail: [Element] = []

  var count: Int { full.count * Self.chunkLength + tail.count }
  var last: Element? { tail.last ?? full.last?.last }

  mutating func append(_ element: Element) {
    if tail.isEmpty { tail.reserveCapacity(Self.chunkLength) }
    tail.append(element)
    if tail.count == Self.chunkLength {
      full.append(tail)
      tail = []
    }
  }

  subscript(index: Int) -> Element {
    let chunk = index / Self.chunkLength
    return chunk < full.count ? full[chunk][index % Self.chunkLength] : tail[index - full.count * Self.chunkLength]
  }

  /// From the last to the first, until `body` says false.
  func reverseWhile(_ body: (Element) -> Bool) {
    for chunk in CollectionOfOne(tail) {
      for element in chunk.reversed() where !body(element) { return }
    }
    for chunk in full.reversed() {
      for element in chunk.reversed() where !body(element) { return }
    }
  }

  var elements: [Element] { full.flatMap { $0 } + tail }
}
