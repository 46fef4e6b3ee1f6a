// Business references are remembered for as long as history is kept: at three a member they must cost little. An entry
// is 16 bytes: 88 bits of the fingerprint and 40 bits of what it stands for.

/// From fingerprints to numbers of 1 to 2^40 - 1.
///
/// Two fingerprints that agree in 88 bits are taken for the same: with 10^9 entries a new one is mistaken for another
/// with a probability of 3 in 10^18, and the hash is keyed, so that nobody can aim.
struct FingerprintTable: Sendable {
  /// The greatest number an entry can stand for: a thousand billion records.
  static let maxValue: UInt64 = (1 << 40) - 1
  private static let shardCount = 256

  struct Entry: Sendable {
    var high: UInt64
    /// 24 bits of the fingerprint's low half above the value; a value of 0 says that the slot is free.
    var lowAndValue: UInt64

    var value: UInt64 { lowAndValue & FingerprintTable.maxValue }
    var isFree: Bool { value == 0 }

    init() {
      high = 0
      lowAndValue = 0
    }

    init(_ fingerprint: Fingerprint, value: UInt64) {
      high = fingerprint.high
      lowAndValue = fingerprint.low & ~FingerprintTable.maxValue | value
    }

    func matches(_ fingerprint: Fingerprint) -> Bool {
      high == fingerprint.high && (lowAndValue ^ fingerprint.low) & ~FingerprintTable.maxValue == 0 && !isFree
    }

    /// As much of the fingerprint as is kept.
    var fingerprint: Fingerprint { Fingerprint(high: high, low: lowAndValue & ~FingerprintTable.maxValue) }
  }

  private struct Shard {
    var slots: [Entry] = []
    var count = 0

    /// The shard is chosen by the highest byte of the hash, the place in it by the lowest four.
    func home(_ high: UInt64) -> Int { Int(((high & 0xffff_ffff) &* UInt64(slots.count)) >> 32) }

    func position(of fingerprint: Fingerprint) -> Int? {
      guard !slots.isEmpty else { return nil }
      var position = home(fingerprint.high)
      while !slots[position].isFree {
        if slots[position].matches(fingerprint) { return position }
        position += 1
        if position == slots.count { position = 0 }
      }
      return nil
    }

    mutating func place(_ entry: Entry) {
      var position = home(entry.high)
      while !slots[position].isFree {
        position += 1
        if position == slots.count { position = 0 }
      }
      slots[position] = entry
    }

    mutating func insert(_ entry: Entry) {
      // A run of full slots that a miss walks is 8 long on average at three quarters, 32 at seven eighths.
      if (count + 1) * 4 > slots.count * 3 {
        let old = slots
        slots = [Entry](repeating: Entry(), count: old.count + old.count / 4 + 8)
        for entry in old where !entry.isFree { place(entry) }
      }
      place(entry)
      count += 1
    }

    /// Frees a slot and moves later entries of its run back, so that every one is still reached from its home (Knuth,
    /// The Art of Computer Programming 6.4, algorithm R).
    mutating func remove(at start: Int) {
      var hole = start
      var position = start
      while true {
        position += 1
        if position == slots.count { position = 0 }
        if slots[position].isFree { break }
        let home = home(slots[position].high)
        let homeIsBetween =
          hole <= position ? (hole < home && home <= position) : (hole < home || home <= position)
        if homeIsBetween { continue }
        slots[hole] = slots[position]
        hole = position
      }
      slots[hole] = Entry()
      count -= 1
    }
  }

  private var shards = [Shard](repeating: Shard(), count: Self.shardCount)
  private(set) var count = 0

  subscript(fingerprint: Fingerprint) -> UInt64? {
    let shard = Int(fingerprint.high >> 56)
    return shards[shard].position(of: fingerprint).map { shards[shard].slots[$0].value }
  }

  /// Adds a fingerprint, or gives the one that is there another value.
  /// - Precondition: `1 ≤ value ≤ maxValue`.
  mutating func set(_ fingerprint: Fingerprint, to value: UInt64) {
    let shard = Int(fingerprint.high >> 56)
    let entry = Entry(fingerprint, value: value)
    if let position = shards[shard].position(of: fingerprint) {
      shards[shard].slots[position] = entry
    } else {
      shards[shard].insert(entry)
      count += 1
    }
  }

  mutating func remove(_ fingerprint: Fingerprint) {
    let shard = Int(fingerprint.high >> 56)
    guard let position = shards[shard].position(of: fingerprint) else { return }
    shards[shard].remove(at: position)
    count -= 1
  }

  /// Gives every entry to `body`, in ascending order, which does not depend on the table's history.
  func forEachSorted(_ body: (Entry) throws -> Void) rethrows {
    for shard in shards {
      let entries = shard.slots.filter { !$0.isFree }
      for entry in entries.sorted(by: { ($0.high, $0.lowAndValue) < ($1.high, $1.lowAndValue) }) { try body(entry) }
    }
  }
}
