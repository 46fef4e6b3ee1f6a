// Names of a message's fields for the JSON decoder: a hash table over the name's bytes, so that finding a field neither
// makes a String nor compares with every other name.

/// Field names (JSON and schema form) of one message type.
public struct FieldTable: Sendable {
  struct Entry: Sendable {
    let number: Int32
    let index: Int
    let name: StaticString
  }

  private let entries: [Entry]
  /// Indices into `entries`, -1 where free; a power of two, at most half full.
  private let slots: [Int32]
  let fieldCount: Int

  /// - Parameter fields: number, JSON name, schema name.
  public init(_ fields: [(number: Int32, json: StaticString, schema: StaticString)]) {
    var entries: [Entry] = []
    for (index, field) in fields.enumerated() {
      entries.append(Entry(number: field.number, index: index, name: field.json))
      if !Self.equal(field.json, field.schema) {
        entries.append(Entry(number: field.number, index: index, name: field.schema))
      }
    }
    var capacity = 4
    while capacity < entries.count * 2 { capacity *= 2 }
    var slots = [Int32](repeating: -1, count: capacity)
    for (position, entry) in entries.enumerated() {
      let hash = entry.name.withUTF8Buffer { Self.hash(UnsafeRawBufferPointer($0)) }
      var slot = Int(truncatingIfNeeded: hash) & (capacity - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
      slots[slot] = Int32(position)
    }
    self.entries = entries
    self.slots = slots
    fieldCount = fields.count
  }

  func find(_ name: UnsafeRawBufferPointer) -> Entry? {
    var slot = Int(truncatingIfNeeded: Self.hash(name)) & (slots.count - 1)
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      let matches = entry.name.withUTF8Buffer { bytes in
        bytes.count == name.count && zip(bytes, name).allSatisfy { $0 == $1 }
      }
      if matches { return entry }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  var names: [String] { entries.map { $0.name.description } }

  /// FNV-1a, 64 bits.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash ^ (hash >> 29)
  }

  private static func equal(_ left: StaticString, _ right: StaticString) -> Bool {
    left.description == right.description
  }
}
