// Message sets, and strings of proto2 that are no UTF-8: what old schemas hold is read, kept and written as it was.

import Testing

@testable import ProtobufRuntime

/// As libprotobuf writes them: a remark "hi" (1547769), a trail (2147483646), and an item of nobody's (5).
private let remark: [UInt8] = [0x0B, 0x10, 0xF9, 0xBB, 0x5E, 0x1A, 4, 0x7A, 2, 0x68, 0x69, 0x0C]
private let trail: [UInt8] = [
  0x0B, 0x10, 0xFE, 0xFF, 0xFF, 0xFF, 0x07, 0x1A, 6, 8, 1, 0x12, 2, 8, 2, 0x0C,
]
private let foreign: [UInt8] = [0x0B, 0x10, 5, 0x1A, 1, 0xFF, 0x0C]

private func trailMessage() -> Trail {
  var message = Trail(step: 1)
  message.next = Trail(step: 2)
  return message
}

struct MessageSetTests {
  @Test func `items are the extensions of a message set, and it is written back as it was`() throws {
    let bytes = remark + foreign + trail
    let items = try Items(serializedBytes: bytes)
    #expect(items.serializedBytes() == bytes)
    let extensions = try items.extensions(Remark.ItemsExtensions.self)
    #expect(extensions == Remark.ItemsExtensions(remark: Remark(text: "hi"), trail: trailMessage()))
    var copy = items
    try copy.setExtensions(Remark.ItemsExtensions(remark: Remark(text: "ho")))
    #expect(copy.serializedBytes() == remark.dropLast(2) + [0x6F, 0x0C] + foreign)
  }

  @Test func `an item may have its message first, be in two parts, or be repeated`() throws {
    let turned: [UInt8] = [0x0B, 0x1A, 2, 8, 1, 0x10, 0xFE, 0xFF, 0xFF, 0xFF, 0x07, 0x0C]
    let second: [UInt8] = [0x0B, 0x10, 0xFE, 0xFF, 0xFF, 0xFF, 0x07, 0x20, 9, 0x1A, 4, 0x12, 2, 8, 2, 0x0C]
    let extensions = try Items(serializedBytes: turned + second).extensions(Remark.ItemsExtensions.self)
    #expect(extensions.trail == trailMessage())
    // Without a number or without a message an item is kept, and means nothing.
    let halves: [UInt8] = [0x0B, 0x1A, 2, 8, 1, 0x0C, 0x0B, 0x10, 4, 0x0C]
    let items = try Items(serializedBytes: halves)
    #expect(try items.extensions(Remark.ItemsExtensions.self) == Remark.ItemsExtensions())
    #expect(items.serializedBytes() == halves)
  }

  @Test func `a dynamic message reads and writes the same, and its JSON`() throws {
    let descriptor = try #require(testPool.message(named: "testing.Envelope"))
    let bytes: [UInt8] = [0x0A, UInt8(remark.count + trail.count + foreign.count)] + remark + trail + foreign
    let dynamic = try DynamicMessage(descriptor, in: testPool, serializedBytes: bytes)
    #expect(dynamic.serializedBytes() == bytes)
    let json =
      #"{"items":{"[testing.Remark.remark]":{"text":"hi"},"[testing.Remark.trail]":{"step":1,"next":{"step":2}}}}"#
    #expect(try dynamic.jsonString() == json)
    let read = try DynamicMessage(descriptor, in: testPool, jsonUTF8: Array(json.utf8))
    #expect(read.serializedBytes() == [0x0A, UInt8(remark.count + trail.count)] + remark + trail)
    var (decoding, encoding) = (JSONDecodingOptions(), JSONEncodingOptions())
    (decoding.registry, encoding.registry) = (testRegistry, testRegistry)
    let generated = try Envelope(jsonString: json, options: decoding)
    #expect(generated.serializedBytes() == read.serializedBytes())
    #expect(try generated.jsonString(options: encoding) == json)
  }

  @Test func `an item that is cut off or nested too deeply is refused where it is`() throws {
    for length in 1..<remark.count {
      #expect(throws: WireError.self) { try Items(serializedBytes: Array(remark[..<length])) }
    }
    let broken: [UInt8] = [0x0B, 0x10, 0xF9, 0xBB, 0x5E, 0x1A, 2, 0x7A, 9, 0x0C]
    let items = try Items(serializedBytes: broken)
    #expect(throws: WireError(.lengthPastEnd(length: 9, remaining: 0), offset: 9)) {
      try items.extensions(Remark.ItemsExtensions.self)
    }
    var deep: [UInt8] = []
    for _ in 0..<99 { deep = [0x12] + varint(deep.count) + deep }
    let item: [UInt8] = [0x0B, 0x10, 0xFE, 0xFF, 0xFF, 0xFF, 0x07, 0x1A] + varint(deep.count) + deep + [0x0C]
    #expect(try Items(serializedBytes: item).extensions(Remark.ItemsExtensions.self).trail != nil)
    let deeper = [0x12] + varint(deep.count) + deep
    let tooDeep: [UInt8] = [0x0B, 0x10, 0xFE, 0xFF, 0xFF, 0xFF, 0x07, 0x1A] + varint(deeper.count) + deeper + [0x0C]
    #expect(throws: WireError.self) {
      try Items(serializedBytes: tooDeep).extensions(Remark.ItemsExtensions.self)
    }
  }

  private func varint(_ value: Int) -> [UInt8] {
    value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128), UInt8(value >> 7)]
  }

  @Test func `a proto2 string that is no UTF-8 is kept as an unknown field`() throws {
    // remark.text = FF, lines = "a", FF, "b", word = FF.
    let text: [UInt8] = [0x7A, 1, 0xFF]
    #expect(try Remark(serializedBytes: text).text == nil)
    #expect(try Remark(serializedBytes: text).serializedBytes() == text)
    let bytes: [UInt8] = [0x12, 1, 0x61, 0x12, 1, 0xFF, 0x12, 1, 0x62, 0x20, 7, 0x1A, 1, 0xFF]
    let message = try Envelope(serializedBytes: bytes)
    #expect(message.lines == ["a", "b"])
    #expect(message.either == .number(7))
    #expect(message.unknownFields.bytes == [0x12, 1, 0xFF, 0x1A, 1, 0xFF])
    let descriptor = try #require(testPool.message(named: "testing.Envelope"))
    let dynamic = try DynamicMessage(descriptor, in: testPool, serializedBytes: bytes)
    #expect(dynamic.serializedBytes() == message.serializedBytes())
    // A length that the input does not have is an error there, too.
    #expect(throws: WireError(.truncated, offset: 1)) { try Remark(serializedBytes: [0x7A]) }
  }
}
