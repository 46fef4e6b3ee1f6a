// What is written: sizes beyond the inline cache, packed and unpacked fields, maps, merging, and the bytes that other
// implementations write for the same values.

import Testing

@testable import ProtobufRuntime

struct EncodingTests {
  @Test func `known values have the bytes of the encoding guide`() {
    #expect(Everything(small: 150).serializedBytes() == [0x18, 0x96, 0x01])
    #expect(Everything(text: "testing").serializedBytes() == [0x72, 7] + Array("testing".utf8))
    #expect(Everything(child: Child(rank: 150)).serializedBytes() == [0x8A, 0x01, 3, 0x10, 0x96, 0x01])
    #expect(Everything(smalls: [3, 270, 86942]).serializedBytes() == [0xBA, 0x01, 6, 3, 0x8E, 2, 0x9E, 0xA7, 5])
    #expect(Everything(ratio: -0.0).serializedBytes() == [0x15, 0, 0, 0, 0x80])
    #expect(Everything().serializedBytes().isEmpty)
    #expect(Everything(last: "z").serializedBytes() == [0xFA, 0xFF, 0xFF, 0xFF, 0x0F, 1, 0x7A])
  }

  @Test(arguments: [1, 15, 16, 17, 18, 33, 500])
  func `a message with any number of children is written as it was measured`(_ count: Int) throws {
    var message = Everything()
    for index in 0..<count {
      message.children.append(
        Child(name: String(repeating: "n", count: index), marks: [Int32](repeating: 1, count: index)))
      message.byName["\(index)"] = Everything(smalls: [1, 2, 3], children: [Child(rank: Int32(index))])
      message.smallBySmall[Int32(index)] = Int32(index)
    }
    let decoded = try Everything(serializedBytes: message.serializedBytes())
    #expect(decoded == message)
    #expect(decoded.children.last?.marks.count == count - 1)
  }

  @Test func `packed fields are read unpacked and the other way round`() throws {
    let unpacked: [UInt8] = [0xB8, 0x01, 1, 0xB8, 0x01, 2, 0xBA, 0x01, 2, 3, 4]
    #expect(try Everything(serializedBytes: unpacked).smalls == [1, 2, 3, 4])
    #expect(try Everything(serializedBytes: [0xB2, 0x02, 2, 5, 6]).unpacked == [5, 6])
    #expect(Everything(unpacked: [5, 6]).serializedBytes() == [0xB0, 0x02, 5, 0xB0, 0x02, 6])
    #expect(Everything(smalls: []).serializedBytes().isEmpty)
  }

  @Test func `map entries are written by key whatever the order of insertion`() {
    let keys: [Int32] = [3, -1, 10, 0, .min, .max, 2]
    let expected = Everything(smallBySmall: Dictionary(uniqueKeysWithValues: keys.map { ($0, 1) })).serializedBytes()
    var random = SeededRandom(seed: 5)
    for _ in 0..<20 {
      var message = Everything()
      for key in keys.shuffled(using: &random) { message.smallBySmall[key] = 1 }
      #expect(message.serializedBytes() == expected)
    }
    // Text sorts by its bytes: U+FF21 (EF BC A1) before U+1F600 (F0 9F 98 80), "B" before "a".
    let text = Everything(childByText: ["\u{1F600}": Child(), "\u{FF21}": Child(), "a": Child(), "B": Child()])
    let json = try? text.jsonString()
    #expect(json == #"{"childByText":{"B":{},"a":{},"\#u{FF21}":{},"\#u{1F600}":{}}}"#)
  }

  @Test(arguments: [1, 2, 16, 32, 33, 100])
  func `so many entries come in the order of their keys, also where the keys begin alike`(_ count: Int) throws {
    let keys = (0..<count).map { "a key that is longer than sixteen bytes: \(1_000 + $0)" }
    let message = Everything(childByText: Dictionary(uniqueKeysWithValues: keys.map { ($0, Child()) }))
    let expected = "{\"childByText\":{" + keys.map { "\"\($0)\":{}" }.joined(separator: ",") + "}}"
    #expect(try message.jsonString() == expected)
  }

  @Test func `a map entry without key or value has their defaults and the last of a key stays`() throws {
    // Field 61 (map<int32, int32>): {}, {key 1}, {value 7}, {key 1, value 5}, {value 9, key 1, unknown 3}.
    let bytes: [UInt8] = [
      0xEA, 0x03, 0, 0xEA, 0x03, 2, 8, 1, 0xEA, 0x03, 2, 16, 7, 0xEA, 0x03, 4, 8, 1, 16, 5,
      0xEA, 0x03, 6, 16, 9, 8, 1, 24, 1,
    ]
    #expect(try Everything(serializedBytes: bytes).smallBySmall == [0: 7, 1: 9])
  }

  @Test func `parts of a message merge as the specification says`() throws {
    let first = Everything(
      small: 1, text: "a", child: Child(name: "x", marks: [1]), smalls: [1], smallBySmall: [1: 1, 2: 2])
    let second = Everything(text: "b", child: Child(rank: 2, marks: [2]), smalls: [2], smallBySmall: [2: 3])
    let merged = try Everything(serializedBytes: first.serializedBytes() + second.serializedBytes())
    #expect(merged.small == 1)
    #expect(merged.text == "b")
    #expect(merged.child == Child(name: "x", rank: 2, marks: [1, 2]))
    #expect(merged.smalls == [1, 2])
    #expect(merged.smallBySmall == [1: 1, 2: 3])
    // A message inside a oneof merges with itself and replaces anything else; the same for one that is boxed.
    let parts = [
      Everything(choice: .chosenChild(Child(name: "old"))), Everything(choice: .chosenText("t")),
      Everything(choice: .chosenChild(Child(name: "x"))), Everything(choice: .chosenChild(Child(rank: 3))),
      Everything(again: Everything(small: 1)), Everything(again: Everything(large: 2)),
    ]
    let joined = try Everything(serializedBytes: parts.flatMap { $0.serializedBytes() })
    #expect(joined.choice == .chosenChild(Child(name: "x", rank: 3)))
    #expect(joined.again == Everything(small: 1, large: 2))
  }

  @Test func `a oneof keeps a member that holds its default`() throws {
    for choice in [.chosenSmall(0), .chosenText(""), .chosenChild(Child()), .chosenNull(.nullValue)]
      as [Everything.Choice]
    {
      let message = Everything(choice: choice)
      #expect(!message.serializedBytes().isEmpty)
      #expect(try Everything(serializedBytes: message.serializedBytes()) == message)
    }
  }

  @Test func `an open enum keeps numbers that it does not name`() throws {
    let message = try Everything(serializedBytes: [0x80, 0x01, 99, 0xA2, 0x02, 2, 98, 1])
    #expect(message.shade == .unrecognized(99))
    #expect(message.shades == [.unrecognized(98), .dark])
    #expect(message.serializedBytes() == [0x80, 0x01, 99, 0xA2, 0x02, 2, 98, 1])
    #expect(try message.jsonString() == #"{"shade":99,"shades":[98,"SHADE_DARK"]}"#)
  }

  @Test func `unknown fields are kept byte for byte and written back`() throws {
    // Over-long varints, a group with a group inside, every wire type; known fields around them.
    let unknown: [UInt8] =
      [0xC0, 0x3E, 0x81, 0x00] + [0xC1, 0x3E, 1, 2, 3, 4, 5, 6, 7, 8] + [0xC2, 0x3E, 2, 0xFF, 0xFE]
      + [0xC3, 0x3E, 0x08, 0x01, 0x13, 0x14, 0xC4, 0x3E] + [0xC5, 0x3E, 1, 2, 3, 4]
    let message = try Everything(serializedBytes: [0x18, 1] + unknown + [0x20, 2])
    #expect(message.unknownFields.bytes == unknown)
    #expect(message.serializedBytes() == [0x18, 1, 0x20, 2] + unknown)
    // A known number with another wire type is unknown too.
    let other = try Everything(serializedBytes: [0x1D, 1, 2, 3, 4])
    #expect(other.unknownFields.bytes == [0x1D, 1, 2, 3, 4])
    // Unknown fields of children stay with the children.
    let nothing = Everything(children: [Child()])
    var inner = nothing
    inner.children[0].unknownFields = UnknownFields(bytes: unknown)
    #expect(try Everything(serializedBytes: inner.serializedBytes()).children[0].unknownFields.bytes == unknown)
  }

  @Test func `copies of a message with boxed children are independent`() {
    let original = Everything(again: Everything(small: 1))
    var copy = original
    copy.again?.small = 2
    #expect(original.again?.small == 1)
    #expect(copy.again?.small == 2)
    #expect(original != copy)
  }
}
