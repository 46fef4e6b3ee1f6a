// Names of a message's fields for the JSON decoder: a hash table over the name's bytes, so that finding a field neither
// makes a String nor compares with every other name.

/// Field names (JSON and schema form) of one message type.
public final class FieldTable: Sendable {
  struct Entry: Sendable {
    let number: Int32
    /// The field's place in the message.
    let index: Int
    /// In a literal of the generated code, which is there as long as the program.
    nonisolated(unsafe) let name: UnsafeRawBufferPointer

    @inline(__always)
    func isName(_ text: UnsafeRawBufferPointer) -> Bool {
      guard text.count == name.count else { return false }
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

  /// - Parameter fields: a line for each, with its number, its JSON name and, where it is another, its schema name. One
  ///   literal takes less room than a list, in the program and in the compiler's day.
  public convenience init(_ fields: StaticString) {
    let text = UnsafeRawBufferPointer(start: fields.utf8Start, count: fields.utf8CodeUnitCount)
    var entries: [Entry] = []
    var index = 0
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "))
      guard let number = words.first.flatMap({ Int32(String(decoding: $0, as: UTF8.self)) }) else { continue }
      for name in words.dropFirst() {
        entries.append(Entry(number: number, index: index, name: UnsafeRawBufferPointer(rebasing: name)))
      }
      index += 1
    }
    self.init(entries)
  }

  /// For names that a line cannot hold.
  /// - Parameter fields: number, JSON name, schema name.
  public convenience init(_ fields: [(number: Int32, json: StaticString, schema: StaticString)]) {
    var entries: [Entry] = []
    for (index, field) in fields.enumerated() {
      let (json, schema) = (Self.bytes(of: field.json), Self.bytes(of: field.schema))
      entries.append(Entry(number: field.number, index: index, name: json))
      if !json.elementsEqual(schema) { entries.append(Entry(number: field.number, index: index, name: schema)) }
    }
    self.init(entries)
  }

  private static func bytes(of text: StaticString) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  /// - Parameter entries: of each field its JSON name, then its schema name where that is another one.
  private init(_ entries: [Entry]) {
    var capacity = 4
    while capacity < entries.count * 2 { capacity *= 2 }
    var slots = [Int32](repeating: -1, count: capacity)
    for (position, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: Self.hash(entry.name)) & (capacity - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (capacity - 1) }
      slots[slot] = Int32(position)
    }
    self.entries = entries
    self.slots = slots
    fields = entries.indices.filter { $0 == 0 || entries[$0 - 1].index != entries[$0].index }
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
    let count = entry.name.count
    guard text.count > count, text[count] == UInt8(ascii: "\""),
      entry.isName(UnsafeRawBufferPointer(rebasing: text[..<count]))
    else { return nil }
    return entry
  }

  var names: [String] { entries.map { String(decoding: $0.name, as: UTF8.self) } }

  /// FNV-1a, 64 bits.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash ^ (hash >> 29)
  }
}
