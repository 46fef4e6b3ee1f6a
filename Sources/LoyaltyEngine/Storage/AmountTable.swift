// Amounts of millions of members under numbers of 64 bits. A dictionary would hash each number with a secret that
// numbers counted by the ledger itself do not need, and take half as much memory again.

/// From numbers to an amount and the period that it is of. An entry is 24 bytes.
struct AmountTable: Sendable {
  struct Entry: Sendable {
    /// 0: the slot is free.
    var key: UInt64 = 0
    var amount: Int64 = 0
    var period: Int64 = 0
  }

  /// Each grows by itself: none is long in growing.
  private struct Shard: Sendable {
    var slots: [Entry] = []
    var count = 0

    private func home(_ key: UInt64) -> Int {
      Int(((AmountTable.hash(key) & 0xffff_ffff) &* UInt64(truncatingIfNeeded: slots.count)) >> 32)
    }

    func position(of key: UInt64) -> Int? {
      guard !slots.isEmpty else { return nil }
      var position = home(key)
      while slots[position].key != 0 {
        if slots[position].key == key { return position }
        position += 1
        if position == slots.count { position = 0 }
      }
      return nil
    }

    private mutating func place(_ entry: Entry) {
      var position = home(entry.key)
      while slots[position].key != 0 {
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
        for entry in old where entry.key != 0 { place(entry) }
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
        if slots[position].key == 0 { break }
        let home = home(slots[position].key)
        let homeIsBetween = hole <= position ? (hole < home && home <= position) : (hole < home || home <= position)
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
  private static let shardCount = 256

  /// - Precondition: `key` is not 0.
  subscript(key: UInt64) -> Entry? {
    let shard = Self.shard(key)
    return shards[shard].position(of: key).map { shards[shard].slots[$0] }
  }

  /// Keeps an amount other than 0; forgets the number of one that is 0.
  /// - Precondition: `key` is not 0.
  mutating func set(_ key: UInt64, amount: Int64, period: Int64) {
    let shard = Self.shard(key)
    let position = shards[shard].position(of: key)
    switch (position, amount) {
    case (let position?, 0):
      shards[shard].remove(at: position)
      count -= 1
    case (let position?, _): shards[shard].slots[position] = Entry(key: key, amount: amount, period: period)
    case (nil, 0): break
    case (nil, _):
      shards[shard].insert(Entry(key: key, amount: amount, period: period))
      count += 1
    }
  }

  /// Gives every entry to `body`, in no order.
  func forEach(_ body: (Entry) throws -> Void) rethrows {
    for shard in shards {
      for entry in shard.slots where entry.key != 0 { try body(entry) }
    }
  }

  /// Spreads numbers that differ in a few bits over all of them.
  private static func hash(_ key: UInt64) -> UInt64 {
    let hash = (key ^ key >> 32) &* 0x9e37_79b9_7f4a_7c15
    return (hash ^ hash >> 32) &* 0xd6e8_feb8_6659_fd93
  }

  private static func shard(_ key: UInt64) -> Int { Int(truncatingIfNeeded: hash(key) >> 56) }
}
