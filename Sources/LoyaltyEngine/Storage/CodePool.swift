// Codes that staff has loaded and that are given out, each once, in the order they came.

/// The codes of one item.
struct CodePool: Sendable {
  private var codes = PagedQueue<String>()

  /// How many can be given out.
  var count: Int { codes.count }

  mutating func add(_ code: String) { codes.append(code) }

  /// The next codes, which stay.
  /// - Precondition: `number ≤ count`.
  func next(_ number: Int) -> [String] {
    (0..<number).map { codes[codes.first + $0] }
  }

  /// Takes the next codes out, never to come back.
  mutating func removeFirst(_ number: Int) {
    for _ in 0..<min(number, count) { codes.removeFirst() }
  }

  /// Every code that can be given out, in that order.
  var all: some Sequence<String> { (codes.first..<codes.end).lazy.map { codes[$0] } }
}
