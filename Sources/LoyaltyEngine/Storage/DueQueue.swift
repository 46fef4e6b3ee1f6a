// What falls due at instants of its own, soonest first. A binary heap with the place of each entry, so that what is
// settled before its time leaves at once.

/// Numbers by the instant at which they fall due. Equal instants come in ascending order of numbers.
struct DueQueue: Sendable {
  private struct Entry: Sendable {
    var ms: Int64
    var id: UInt64

    func isBefore(_ other: Entry) -> Bool { ms != other.ms ? ms < other.ms : id < other.id }
  }

  private var heap: [Entry] = []
  private var places: [UInt64: Int] = [:]

  var count: Int { heap.count }
  /// The entry that falls due first.
  var first: (id: UInt64, ms: Int64)? { heap.first.map { ($0.id, $0.ms) } }

  /// When a number falls due; nil if it does not.
  func dueMs(_ id: UInt64) -> Int64? { places[id].map { heap[$0].ms } }

  /// Adds a number, or gives it another instant.
  mutating func set(_ id: UInt64, dueMs: Int64) {
    if let place = places[id] {
      heap[place].ms = dueMs
      settle(place)
    } else {
      heap.append(Entry(ms: dueMs, id: id))
      places[id] = heap.count - 1
      rise(heap.count - 1)
    }
  }

  /// Takes a number out; nothing if it is not there.
  mutating func remove(_ id: UInt64) {
    guard let place = places.removeValue(forKey: id) else { return }
    let last = heap.removeLast()
    guard place < heap.count else { return }
    heap[place] = last
    places[last.id] = place
    settle(place)
  }

  /// Up to `most` numbers that are due at `now`, ascending; the one that falls due first is among them.
  func due(now: Int64, most: Int) -> [UInt64] {
    var found: [UInt64] = []
    // An entry is never due before its parent: what is not due hides nothing that is.
    var open = [0]
    while let place = open.popLast(), found.count < most {
      guard place < heap.count, heap[place].ms <= now else { continue }
      found.append(heap[place].id)
      open += [2 * place + 2, 2 * place + 1]
    }
    return found.sorted()
  }

  private mutating func settle(_ place: Int) {
    if place > 0, heap[place].isBefore(heap[(place - 1) / 2]) { rise(place) } else { sink(place) }
  }

  private mutating func rise(_ start: Int) {
    var place = start
    while place > 0, heap[place].isBefore(heap[(place - 1) / 2]) {
      swap(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while true {
      var first = place
      for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[child].isBefore(heap[first]) {
        first = child
      }
      if first == place { return }
      swap(place, first)
      place = first
    }
  }

  private mutating func swap(_ first: Int, _ second: Int) {
    heap.swapAt(first, second)
    places[heap[first].id] = first
    places[heap[second].id] = second
  }
}
