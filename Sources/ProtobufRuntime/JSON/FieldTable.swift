// Names of a message's fields for the JSON decoder: a hash table over the name's bytes, so that finding a field neither
// makes a String nor compares with every other name.

/// Field names (JSON and schema form) of one message type.
public final class FieldTable: Sendable {
  struct Entry: Sendable {
    let number: Int32
    /// The field's place in the message.
    let index: Int
    let name: StaticString

    @inline(__always)
    func isName(_ text: UnsafeRawBufferPointer) -> Bool {
      guard text.count == name.utf8CodeUnitCount else { return false }
      let name = UnsafeRawBufferPointer(start: name.utf8Start, count: text.count)
      var index = 0
      while text.count - index >= 8 {
        let words = (
          text.loadUnaligned(fromByteOffset: index, as: UInt64.self),
          name.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        )
        if words.0 != words.1 { return false }
        index += 8
      }
      while index < text.count {
        if text[index] != name[index] { return false }
        index += 1
      }
      return true
    }
  }

  private let entries: [Entry]
  /// For each field, its JSON name's place in `entries`.
  private let fields: [Int]
  /// Indices into `entries`, -1 where free; a power of two, at most half full.
  private let slots: [Int32]

  /// - Parameter fields: number, JSON name, schema name.
  public init(_ fields: [(number: Int32, json: StaticString, schema: StaticString)]) {
    var entries: [Entry] = []
    var places: [Int] = []
    for (index, field) in fields.enumerated() {
      places.append(entries.count)
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
    self.fields = places
  }

  func find(_ name: UnsafeRawBufferPointer) -> Entry? {
    var slot = Int(truncatingIfNeeded: Self.hash(name)) & (slots.count - 1)
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.isName(name) { return entry }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// The field at this place of the message, if its JSON name and a quote are what `text` begins with.
  func entry(at index: Int, beginning text: UnsafeRawBufferPointer) -> Entry? {
    guard index < fields.count else { return nil }
    let entry = entries[fields[index]]
    let count = entry.name.utf8CodeUnitCount
    guard text.count > count, text[count] == UInt8(ascii: "\""),
      entry.isName(UnsafeRawBufferPointer(rebasing: text[..<count]))
    else { return nil }
    return entry
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
