// What proto2 has beyond proto3: groups, closed enums, required fields, defaults.

import Testing

@testable import ProtobufRuntime

struct LegacyTests {
  @Test func `groups are written between their tags and read back`() throws {
    var message = Legacy()
    message.box = Legacy.Box(
      width: 5, inner: Legacy.Box(width: 6), slot: [Legacy.Box.Slot(name: "a"), Legacy.Box.Slot()])
    let bytes = message.serializedBytes()
    #expect(bytes == [0xAB, 0x01, 8, 5, 18, 2, 8, 6, 0x1B, 0x0A, 1, 0x61, 0x1C, 0x1B, 0x1C, 0xAC, 0x01])
    #expect(try Legacy(serializedBytes: bytes) == message)
    let chosen = Legacy(choice: .chosenBox(Legacy.ChosenBox(height: 1)))
    #expect(try Legacy(serializedBytes: chosen.serializedBytes()) == chosen)
    // Two halves of a group merge.
    let halves = try Legacy(serializedBytes: [0xAB, 0x01, 8, 5, 0xAC, 0x01, 0xAB, 0x01, 0x1B, 0x1C, 0xAC, 0x01])
    #expect(halves.box == Legacy.Box(width: 5, slot: [Legacy.Box.Slot()]))
  }

  @Test func `a group that ends inside a child or not at all is refused`() {
    for bytes in [[0xAB, 0x01, 18, 2, 0xAC, 0x01], [0xAB, 0x01, 8, 1], [0xAB, 0x01, 0x1C]] as [[UInt8]] {
      #expect(throws: WireError.self) { try Legacy(serializedBytes: bytes) }
    }
  }

  /// Found by fuzzing: the dynamic message took the field for a packed list of numbers.
  @Test func `a length-delimited field where the schema has a repeated group is unknown`() throws {
    let bytes: [UInt8] = [0xAB, 0x01, 0x1A, 2, 0x61, 0xFF, 0xAC, 0x01]
    #expect(try Legacy(serializedBytes: bytes).box?.unknownFields.bytes == [0x1A, 2, 0x61, 0xFF])
    let descriptor = try #require(testPool.message(named: Legacy.fullName))
    let dynamic = try DynamicMessage(descriptor, in: testPool, serializedBytes: bytes)
    #expect(dynamic.serializedBytes() == bytes)
  }

  @Test func `numbers that a closed enum does not have become unknown fields`() throws {
    // signal = 99; signals = 1, 98; packed_signals = [2, 97]; chosen_signal = 96; signal_by_name {"k": 95}, {"l": 2}.
    let bytes: [UInt8] = [
      0x38, 99, 0x58, 1, 0x58, 98, 0x62, 2, 2, 97, 0xF8, 0x01, 96,
      0x7A, 5, 10, 1, 0x6B, 16, 95, 0x7A, 5, 10, 1, 0x6C, 16, 2,
    ]
    let message = try Legacy(serializedBytes: bytes)
    #expect(message.signal == nil)
    #expect(message.signalOrDefault == .wait)
    #expect(message.signals == [.stop])
    #expect(message.packedSignals == [.go])
    #expect(message.choice == nil)
    #expect(message.signalByName == ["l": .go])
    #expect(
      message.unknownFields.bytes
        == [0x38, 99, 0x58, 98, 0x60, 97, 0xF8, 0x01, 96, 0x7A, 5, 10, 1, 0x6B, 16, 95])
    let dynamic = try DynamicMessage(testPool.message(named: "testing.Legacy")!, in: testPool, serializedBytes: bytes)
    #expect(dynamic.serializedBytes() == message.serializedBytes())
    #expect(try dynamic.jsonString() == message.jsonString())
  }

  @Test func `defaults of the schema are there where a field is not set`() {
    let message = Legacy()
    #expect(message.small == nil)
    #expect(message.smallOrDefault == -7)
    #expect(message.textOrDefault == "a \"quoted\"\tdefault é")
    #expect(message.blobOrDefault == [0, 0xFF, 0x78])
    #expect(message.flagOrDefault)
    #expect(message.realOrDefault == .infinity)
    #expect(message.ratioOrDefault.isNaN)
    #expect(message.signalOrDefault == .wait)
    #expect(message.totalOrDefault == .max)
    #expect(message.serializedBytes().isEmpty)
  }

  @Test func `a missing required field is an error at any depth and in either form`() throws {
    for bytes in [[0xCA, 0x02, 0], [0xD2, 0x02, 2, 8, 1, 0xD2, 0x02, 0]] as [[UInt8]] {
      let missing = WireError.Kind.missingRequiredField(message: "testing.Legacy")
      let error = #expect(throws: WireError.self) { try Legacy(serializedBytes: bytes) }
      #expect(error?.kind == missing)
      let dynamic = #expect(throws: WireError.self) {
        try DynamicMessage(testPool.message(named: "testing.Legacy")!, in: testPool, serializedBytes: bytes)
      }
      #expect(dynamic?.kind == missing)
    }
    #expect(throws: JSONError.self) { try Legacy(jsonString: #"{"strict":{"note":"x"}}"#) }
    #expect(try Legacy(jsonString: #"{"strict":{"id":1}}"#).strict?.id == 1)
    #expect(Legacy(strict: Strict()).isInitialized == false)
  }

  @Test func `a group has its lower-case name in JSON`() throws {
    let message = Legacy(box: Legacy.Box(width: 1, slot: [Legacy.Box.Slot(name: "s")]))
    #expect(try message.jsonString() == #"{"box":{"width":1,"slot":[{"name":"s"}]}}"#)
    #expect(try Legacy(jsonString: message.jsonString()) == message)
  }
}
