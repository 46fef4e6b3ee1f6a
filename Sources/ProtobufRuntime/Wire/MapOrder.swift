// The order in which map entries are written: by key, so that the same message always gives the same bytes. What is
// sorted is where the entries lie, since moving them about costs more than comparing; and the sorting is compiled once,
// not for every pair of types.

/// One entry while a map is sorted.
@usableFromInline
struct MapPlace {
  /// The first bytes of the key.
  @usableFromInline let prefix: UInt128
  /// Which entry it is, in the order of the dictionary.
  @usableFromInline let entry: Int

  @inlinable
  init(prefix: UInt128, entry: Int) {
    self.prefix = prefix
    self.entry = entry
  }
}

/// Sorts by prefix; `isOrdered` decides about entries that have the same.
@usableFromInline
func sort(_ places: UnsafeMutableBufferPointer<MapPlace>, _ isOrdered: (Int, Int) -> Bool) {
  guard places.count <= mostSortedByInsertion else {
    var places = places
    return places.sort { $0.prefix == $1.prefix ? isOrdered($0.entry, $1.entry) : $0.prefix < $1.prefix }
  }
  for next in places.indices.dropFirst() {
    let place = places[next]
    var hole = next
    while hole > 0 {
      let before = places[hole - 1]
      if before.prefix < place.prefix { break }
      if before.prefix == place.prefix, !isOrdered(place.entry, before.entry) { break }
      places[hole] = before
      hole -= 1
    }
    places[hole] = place
  }
}

/// So many the standard library sorts by insertion, too, but with swaps.
private let mostSortedByInsertion = 32

/// Gives the entries of a map in the order of their keys, or backwards.
@inlinable
func forEachOrdered<K: MapKey, V>(_ entries: [K: V], isReversed: Bool = false, _ body: (K, V) -> Void) {
  let count = entries.count
  if count == 0 { return }
  // Of few entries, which most maps have, they are on the stack.
  withUnsafeTemporaryAllocation(of: Dictionary<K, V>.Index.self, capacity: count) { indices in
    withUnsafeTemporaryAllocation(of: MapPlace.self, capacity: count) { places in
      var index = entries.startIndex
      for entry in 0..<count {
        indices.initializeElement(at: entry, to: index)
        places.initializeElement(at: entry, to: MapPlace(prefix: entries.keys[index].orderPrefix, entry: entry))
        entries.formIndex(after: &index)
      }
      sort(places) { K.isOrdered(entries.keys[indices[$0]], before: entries.keys[indices[$1]]) }
      for rank in 0..<count {
        let (key, value) = entries[indices[places[isReversed ? count - 1 - rank : rank].entry]]
        body(key, value)
      }
      indices.deinitialize()
    }
  }
}
