// A fingerprint table in a snapshot: three words an entry, ascending, in chunks.

extension FingerprintTable {
  /// Gives all entries to `body` as words, high and low half of the fingerprint and the value, in runs of at most a
  /// chunk.
  func emit(_ body: ([UInt64]) throws -> Void) rethrows {
    var words: [UInt64] = []
    try forEachSorted { entry in
      words += [entry.high, entry.fingerprint.low, entry.value]
      if words.count * 8 >= Ledger.chunkBytes {
        try body(words)
        words.removeAll(keepingCapacity: true)
      }
    }
    if !words.isEmpty { try body(words) }
  }

  mutating func restore(_ words: [UInt64]) throws(RestoreError) {
    guard words.count.isMultiple(of: 3) else {
      throw RestoreError(description: "references have \(words.count) words, not three each")
    }
    for index in stride(from: 0, to: words.count, by: 3) {
      guard (1...Self.maxValue).contains(words[index + 2]) else {
        throw RestoreError(description: "a reference names record \(words[index + 2])")
      }
      set(Fingerprint(high: words[index], low: words[index + 1]), to: words[index + 2])
    }
  }
}
