// Strings are scanned eight bytes at a time and map keys compared sixteen: every place that a byte can have in such a
// word is tried.

import Testing

@testable import ProtobufRuntime

struct TextScanningTests {
  @Test func `what must be escaped is escaped wherever it stands, and read back`() throws {
    for length in 0..<20 {
      for place in 0..<max(length, 1) {
        for special in ["\"", "\\", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "中", "🙂", " ", "!", "["] {
          var characters = [String](repeating: "x", count: length)
          if length > 0 { characters[place] = special }
          let text = characters.joined() + "y"
          let json = try ProtobufStringValue(value: text).jsonString()
          #expect(json.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
          #expect(try ProtobufStringValue(jsonString: json).value == text)
        }
      }
    }
  }

  @Test func `a string is read to its quote wherever that stands, or refused`() throws {
    for length in 0..<20 {
      let plain = [UInt8](repeating: 0x61, count: length)
      let text = try ProtobufStringValue(jsonUTF8: [0x22] + plain + [0x22]).value
      #expect(Array(text.utf8) == plain)
      #expect(throws: JSONError.self) { try ProtobufStringValue(jsonUTF8: [0x22] + plain) }
      for bad in [0x1F, 0x0A, 0x00, 0xFF] as [UInt8] {
        for place in 0..<length {
          var bytes = plain
          bytes[place] = bad
          #expect(throws: JSONError.self) { try ProtobufStringValue(jsonUTF8: [0x22] + bytes + [0x22]) }
        }
      }
    }
  }

  @Test func `the binary form of a string is checked at every place of it`() throws {
    for length in 1..<20 {
      let plain = [UInt8](repeating: 0x61, count: length)
      #expect(Array(try ProtobufStringValue(serializedBytes: [0x0A, UInt8(length)] + plain).value.utf8) == plain)
      for place in 0..<length {
        var bytes = plain
        bytes[place] = 0xFF
        #expect(throws: WireError(.invalidUTF8, offset: 2)) {
          try ProtobufStringValue(serializedBytes: [0x0A, UInt8(length)] + bytes)
        }
        bytes.replaceSubrange(place...place, with: "é".utf8)
        let text = try ProtobufStringValue(serializedBytes: [0x0A, UInt8(length + 1)] + bytes).value
        #expect(Array(text.utf8) == bytes)
      }
    }
  }

  @Test func `keys with the same prefix, none, and of either sign are ordered as their bytes and values are`() throws {
    func ordered<K: MapKey, V>(_ entries: [K: V]) -> [K] {
      var keys: [K] = []
      forEachOrdered(entries) { key, _ in keys.append(key) }
      var reversed: [K] = []
      forEachOrdered(entries, isReversed: true) { key, _ in reversed.append(key) }
      #expect(keys == reversed.reversed())
      return keys
    }
    let long = "0123456789abcdef"
    let names = [
      "", "\u{0}", long, long + "\u{0}", long + "a", long + "b", "a", "a\u{0}", "a\u{0}\u{0}", "b", "é", "中",
    ]
    var texts: [String: Int32] = [:]
    for name in names.reversed() { texts[name] = 1 }
    #expect(ordered(texts) == names)
    for (left, right) in zip(names, names.dropFirst()) {
      #expect(left.orderPrefix <= right.orderPrefix)
      #expect(String.isOrdered(left, before: right))
    }
    let numbers: [Int64] = [.min, -5_000_000_000, -1, 0, 1, 5_000_000_000, .max]
    let far = Dictionary(uniqueKeysWithValues: numbers.map { ($0, "") })
    #expect(ordered(far) == numbers)
    let near = Dictionary(uniqueKeysWithValues: [Int32.min, -1, 0, 7, .max].map { ($0, "") })
    #expect(ordered(near) == [.min, -1, 0, 7, .max])
    #expect(ordered([true: 1, false: 2]).count == 2)
  }

  @Test func `decimal numbers of every length are written as Swift writes them`() throws {
    var value: UInt64 = 1
    for _ in 0..<20 {
      for number in [value - 1, value, value + 1, .max - value] {
        #expect(try ProtobufUInt64Value(value: number).jsonString() == "\"\(number)\"")
        let signed = Int64(bitPattern: number)
        #expect(try ProtobufInt64Value(value: signed).jsonString() == "\"\(signed)\"")
      }
      value = value.multipliedReportingOverflow(by: 10).partialValue
    }
  }
}
