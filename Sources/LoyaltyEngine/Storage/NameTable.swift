// Members and partners' numbers are strings outside and dense numbers inside: a dictionary from String would cost some
// 90 bytes an entry beside the text, this costs 16.

/// Byte strings of at most 255 bytes, numbered from 0 in the order they came. A name is never removed.
struct NameTable: Sendable {
  /// The longest name, so that a length takes one byte.
  static let maxNameLength = 255
  /// The most names, so that a number takes four bytes and one value is left to say "none".
  static let maxCount = Int(UInt32.max) - 1
  private static let pageBytes = 1 << 16
  private static let shardCount = 256

  /// Open addressing with linear probing. A slot holds the name's number + 1 above the low half of its hash; 0 is free.
  private struct Shard {
    var slots: [UInt64] = []
    var count = 0

    func home(_ hash: UInt32) -> Int { Int((UInt64(hash) &* UInt64(slots.count)) >> 32) }

    mutating func place(_ slot: UInt64) {
      var position = home(UInt32(truncatingIfNeeded: slot))
      while slots[position] != 0 {
        position += 1
        if position == slots.count { position = 0 }
      }
      slots[position] = slot
    }

    mutating func insert(_ slot: UInt64) {
      // A run of full slots that a miss walks is 8 long on average at three quarters, 32 at seven eighths.
      if (count + 1) * 4 > slots.count * 3 {
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count + old.count / 4 + 8)
        for slot in old where slot != 0 { place(slot) }
      }
      place(slot)
      count += 1
    }
  }

  private var shards = [Shard](repeating: Shard(), count: Self.shardCount)
  /// Each name as its length and its bytes; a name never straddles pages.
  private var pages: [ContiguousArray<UInt8>] = []
  /// Page number above, offset in the page below.
  private var locations = PagedArray<UInt32>()

  var count: Int { locations.count }

  /// No further name may find room: all numbers or all pages are used.
  var isFull: Bool { count >= Self.maxCount || pages.count > Int(UInt16.max) }

  /// The number of `name` under `key`, the key that it was inserted with.
  func find(_ name: Span<UInt8>, key: HashKey) -> UInt32? {
    let hash = Self.hash(name, key: key)
    let shard = Int(hash >> 56)
    return shards[shard].slots.isEmpty ? nil : probe(name, hash: UInt32(truncatingIfNeeded: hash), shard: shard)
  }

  /// The number of `name`, which is added if it is new; nil if it is too long or the table is full.
  mutating func insert(_ name: Span<UInt8>, key: HashKey) -> UInt32? {
    let hash = Self.hash(name, key: key)
    let shard = Int(hash >> 56)
    if !shards[shard].slots.isEmpty,
      let found = probe(name, hash: UInt32(truncatingIfNeeded: hash), shard: shard)
    {
      return found
    }
    guard name.count <= Self.maxNameLength, count < Self.maxCount, let location = store(name) else { return nil }
    let number = UInt32(count)
    locations.append(location)
    shards[shard].insert(UInt64(number + 1) << 32 | UInt64(UInt32(truncatingIfNeeded: hash)))
    return number
  }

  /// The bytes of a name.
  /// - Precondition: `number < count`.
  func bytes(_ number: UInt32) -> ArraySlice<UInt8> {
    let location = Int(locations[Int(number)])
    let page = pages[location >> 16]
    let start = location & (Self.pageBytes - 1)
    return ArraySlice(page[(start + 1)..<(start + 1 + Int(page[start]))])
  }

  /// A name that is text.
  /// - Precondition: `number < count`.
  func string(_ number: UInt32) -> String {
    let location = Int(locations[Int(number)])
    let start = location & (Self.pageBytes - 1)
    let length = Int(pages[location >> 16][start])
    return String(decoding: pages[location >> 16][(start + 1)..<(start + 1 + length)], as: UTF8.self)
  }

  private static func hash(_ name: Span<UInt8>, key: HashKey) -> UInt64 {
    var hash = SipHash(key: key)
    hash.combine(name)
    return hash.finish().high
  }

  private func probe(_ name: Span<UInt8>, hash: UInt32, shard: Int) -> UInt32? {
    let size = shards[shard].slots.count
    var position = shards[shard].home(hash)
    while true {
      let slot = shards[shard].slots[position]
      if slot == 0 { return nil }
      if UInt32(truncatingIfNeeded: slot) == hash {
        let number = UInt32(truncatingIfNeeded: slot >> 32) - 1
        if isName(number, name) { return number }
      }
      position += 1
      if position == size { position = 0 }
    }
  }

  private func isName(_ number: UInt32, _ name: Span<UInt8>) -> Bool {
    let location = Int(locations[Int(number)])
    let start = location & (Self.pageBytes - 1)
    let page = location >> 16
    guard Int(pages[page][start]) == name.count else { return false }
    for index in name.indices where pages[page][start + 1 + index] != name[index] { return false }
    return true
  }

  private mutating func store(_ name: Span<UInt8>) -> UInt32? {
    if pages.isEmpty || pages[pages.count - 1].count + 1 + name.count > Self.pageBytes {
      guard pages.count <= Int(UInt16.max) else { return nil }
      var page = ContiguousArray<UInt8>()
      page.reserveCapacity(Self.pageBytes)
      pages.append(page)
    }
    let page = pages.count - 1
    let start = pages[page].count
    pages[page].append(UInt8(name.count))
    for index in name.indices { pages[page].append(name[index]) }
    return UInt32(page << 16 | start)
  }
}
