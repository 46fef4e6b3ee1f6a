// Amounts of millions of members under numbers of 64 bits. A dictionary would hash each number with a secret that
// numbers counted by the ledger itself do not need, and take three times as much memory.

/// From numbers to an amount and the period that it is of. An entry is 16 bytes; the few that do not fit them are in a
/// dictionary.
struct AmountTable: Sendable {
  struct Entry: Sendable, Equatable {
    var key: UInt64
    var amount: Int64
    var period: Int64
  }

  /// 48 bits of the number, 24 of the period, 56 of the amount. A number of 0: the slot is free.
  private struct Slot: Sendable {
    private var keyAndPeriod: UInt64 = 0
    private var periodAndAmount: UInt64 = 0

    private static var amountBits: UInt64 { 56 }
    private static var amountMask: UInt64 { (1 << amountBits) - 1 }

    init() {}

    /// Nil for an entry that does not fit.
    init?(_ entry: Entry) {
      let period = UInt64(bitPattern: entry.period)
      guard entry.key < 1 << 48, period < 1 << 24, (entry.amount << 8) >> 8 == entry.amount else { return nil }
      keyAndPeriod = entry.key << 16 | period & 0xffff
      periodAndAmount = (period >> 16) << Self.amountBits | UInt64(bitPattern: entry.amount) & Self.amountMask
    }

    var key: UInt64 { keyAndPeriod >> 16 }

    var entry: Entry {
      Entry(
        key: key, amount: (Int64(bitPattern: periodAndAmount) << 8) >> 8,
        period: Int64((periodAndAmount >> Self.amountBits) << 16 | keyAndPeriod & 0xffff))
    }
  }

  /// Each grows by itself: none is long in growing.
  private struct Shard: Sendable {
    var slots: [Slot] = []
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

    private mutating func place(_ slot: Slot) {
      var position = home(slot.key)
      while slots[position].key != 0 {
        position += 1
        if position == slots.count { position = 0 }
      }
      slots[position] = slot
    }

    mutating func insert(_ slot: Slot) {
      // A run of full slots that a miss walks is 8 long on average at three quarters, 32 at seven eighths.
      if (count + 1) * 4 > slots.count * 3 {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count + old.count / 4 + 8)
        for slot in old where slot.key != 0 { place(slot) }
      }
      place(slot)
      count += 1
    }

    /// Frees a slot and moves later ones of its run back, so that every one is still reached from its home (Knuth, The
    /// Art of Computer Programming 6.4, algorithm R).
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
      slots[hole] = Slot()
      count -= 1
    }
  }

  private var shards = [Shard](repeating: Shard(), count: Self.shardCount)
  /// What does not fit a slot.
  private var wide: [UInt64: Entry] = [:]
  private(set) var count = 0
  private static let shardCount = 256

  /// - Precondition: `key` is not 0.
  subscript(key: UInt64) -> Entry? {
    let shard = Self.shard(key)
    if let position = shards[shard].position(of: key) { return shards[shard].slots[position].entry }
    return wide.isEmpty ? nil : wide[key]
  }

  /// Keeps an amount other than 0; forgets the number of one that is 0.
  /// - Precondition: `key` is not 0.
  mutating func set(_ key: UInt64, amount: Int64, period: Int64) {
    let entry = Entry(key: key, amount: amount, period: period)
    let slot = amount == 0 ? nil : Slot(entry)
    let shard = Self.shard(key)
    switch (shards[shard].position(of: key), slot) {
    case (let position?, let slot?): shards[shard].slots[position] = slot
    case (let position?, nil):
      shards[shard].remove(at: position)
      count -= 1
    case (nil, let slot?):
      if !wide.isEmpty { forgetWide(key) }
      shards[shard].insert(slot)
      count += 1
    case (nil, nil): if !wide.isEmpty { forgetWide(key) }
    }
    if slot == nil, amount != 0 {
      wide[key] = entry
      count += 1
    }
  }

  private mutating func forgetWide(_ key: UInt64) {
    if wide.removeValue(forKey: key) != nil { count -= 1 }
  }

  /// Gives every entry to `body`, in no order.
  func forEach(_ body: (Entry) throws -> Void) rethrows {
    for shard in shards {
      for slot in shard.slots where slot.key != 0 { try body(slot.entry) }
    }
    for entry in wide.values { try body(entry) }
  }

  /// Spreads numbers that differ in a few bits over all of them.
  private static func hash(_ key: UInt64) -> UInt64 {
    let hash = (key ^ key >> 32) &* 0x9e37_79b9_7f4a_7c15
    return (hash ^ hash >> 32) &* 0xd6e8_feb8_6659_fd93
  }

  private static func shard(_ key: UInt64) -> Int { Int(truncatingIfNeeded: hash(key) >> 56) }
}
