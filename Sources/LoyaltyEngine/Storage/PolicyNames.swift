// Names that policies give: of tiers, partners, items, meters. Every record says several of them, so finding one must cost
// little; and whoever writes a policy has no reason to make names collide, so the hash needs no secret.

/// Names kept once, numbered from 0 in the order they came.
struct PolicyNames: Sendable {
  private(set) var names: [String] = []
  /// Open addressing with linear probing: the position plus 1, 0 for a free slot; at most half of them are taken.
  private var slots: [UInt32] = []

  /// Position of a name; nil if it has none.
  subscript(name: String) -> Int? {
    guard !slots.isEmpty else { return nil }
    let mask = slots.count - 1
    var slot = Self.hash(name) & mask
    while slots[slot] != 0 {
      let position = Int(slots[slot]) - 1
      if names[position] == name { return position }
      slot = (slot + 1) & mask
    }
    return nil
  }

  mutating func insert(_ name: String) -> Int {
    if let position = self[name] { return position }
    names.append(name)
    if names.count * 2 > slots.count {
      slots = [UInt32](repeating: 0, count: max(16, slots.count * 2))
      for position in names.indices { place(position) }
    } else {
      place(names.count - 1)
    }
    return names.count - 1
  }

  private mutating func place(_ position: Int) {
    let mask = slots.count - 1
    var slot = Self.hash(names[position]) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = UInt32(position + 1)
  }

  /// By words, the last one with what is before it: names differ at their ends.
  private static func hash(_ name: String) -> Int {
    let bytes = name.utf8.span.bytes
    let count = bytes.byteCount
    var hash = UInt64(truncatingIfNeeded: count)
    func mix(_ word: UInt64) {
      hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 32
    }
    var offset = 0
    while offset &+ 8 <= count {
      mix(bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset &+= 8
    }
    if offset < count {
      if count >= 8 {
        mix(bytes.unsafeLoadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
      } else {
        var last: UInt64 = 0
        for index in offset..<count { last = last << 8 | UInt64(bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)) }
        mix(last)
      }
    }
    return Int(truncatingIfNeeded: hash & 0x7fff_ffff)
  }
}
