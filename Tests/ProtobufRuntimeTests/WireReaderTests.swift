// The wire format's primitives: what must be read, to the last bit, and what must be refused, with kind and place.

import Testing

@testable import ProtobufRuntime

/// Runs `body` with a reader over `bytes`.
private func reading<T>(_ bytes: [UInt8], _ body: (inout WireReader) throws -> T) throws -> T {
  try bytes.withUnsafeBytes { raw in
    var reader = WireReader(raw)
    return try body(&reader)
  }
}

/// The error that decoding `bytes` as `type` ends with.
private func failure<M: Message>(_ type: M.Type, _ bytes: [UInt8]) -> WireError? {
  do {
    _ = try type.init(serializedBytes: bytes)
    return nil
  } catch {
    return error
  }
}

struct WireReaderTests {
  @Test(
    arguments: [
      ([0x00], 0), ([0x01], 1), ([0x7F], 127), ([0x80, 0x01], 128), ([0xAC, 0x02], 300), ([0xFF, 0xFF, 0x03], 65535),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F], UInt64(UInt32.max)), ([0x80, 0x00], 0),
      ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], UInt64.max),
      // Bits beyond the 64th are dropped.
      ([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7E], 0),
    ] as [([UInt8], UInt64)])
  func `a varint of one to ten bytes is read`(_ bytes: [UInt8], _ value: UInt64) throws {
    #expect(try reading(bytes) { try $0.varint() } == value)
  }

  @Test func `varints of every length are measured and written as they are read`() throws {
    for shift in 0..<64 as Range<UInt64> {
      for value in [UInt64(1) << shift, (UInt64(1) << shift) &- 1, ~(UInt64(1) << shift)] {
        var writer = WireWriter(scratch: UnsafeMutableRawBufferPointer(start: nil, count: 0))
        writer.rawVarint(value)
        let bytes = [UInt8](writer.bytes)
        #expect(bytes.count == varintSize(value))
        #expect(try reading(bytes) { try $0.varint() } == value)
      }
    }
  }

  /// Eight bytes are read and written at a time where there are as many: neighbours must come through whole.
  @Test func `varints beside each other are the bytes that the encoding guide spells out`() throws {
    var random = SeededRandom(seed: 5)
    for _ in 0..<20_000 {
      let values = (0..<4).map { _ in
        UInt64.random(in: 0...UInt64.max, using: &random) >> UInt64.random(in: 0..<64, using: &random)
      }
      // From the last to the first, as messages are written.
      var writer = WireWriter(scratch: UnsafeMutableRawBufferPointer(start: nil, count: 0))
      for value in values.reversed() { writer.rawVarint(value) }
      let bytes = [UInt8](writer.bytes)
      #expect(bytes == values.flatMap(Self.spelledOut))
      #expect(
        try reading(bytes) { reader in
          var read: [UInt64] = []
          for _ in values { read.append(try reader.varint()) }
          return read
        } == values)
    }
  }

  private static func spelledOut(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + spelledOut(value >> 7)
  }

  /// Texts of up to 15 bytes are put together from two words that overlap, if all of them is ASCII.
  @Test func `a short text is read as the standard library reads it, whatever stands beside it`() throws {
    for count in 0...40 {
      let ascii = (0..<count).map { UInt8(ascii: "A") + UInt8($0) }
      let bytes = [UInt8(count)] + ascii + [UInt8(ascii: "?")]
      #expect(try reading(bytes) { try $0.string() } == String(decoding: ascii, as: UTF8.self))
      for place in 0..<count {
        var damaged = bytes
        damaged[1 + place] |= 0x80
        #expect(throws: WireError.self) { try reading(damaged) { try $0.string() } }
      }
      guard count >= 2 else { continue }
      for place in 0..<count - 1 {
        var foreign = ascii
        foreign.replaceSubrange(place...place + 1, with: Array("é".utf8))
        #expect(
          try reading([UInt8(count)] + foreign) { try $0.string() } == String(decoding: foreign, as: UTF8.self))
      }
    }
  }

  @Test func `packed numbers that end in the middle of one are refused, and so is one that is too long`() {
    // Field 23 (int32), a whole one and the first byte of another; field 23, eleven bytes; both within their message.
    #expect(failure(Everything.self, [0xBA, 0x01, 2, 5, 0x80])?.kind == .truncated)
    let long = [0xBA, 0x01, 11] + [UInt8](repeating: 0x80, count: 10) + [1]
    #expect(failure(Everything.self, long)?.kind == .varintTooLong)
    for size in 1...7 {
      let bytes = [UInt8(8 + size)] + [UInt8](repeating: 1, count: 8 + size)
      #expect(throws: WireError(.truncated, offset: 9)) {
        try reading(bytes) { reader in
          var codes: [UInt64] = []
          try reader.packed(Fixed64Codec.self, &codes)
        }
      }
    }
  }

  @Test func `packed numbers go on behind those that are there`() throws {
    let numbers = [Int64.min, -1, 0, 1, 127, 128, 1 << 35, .max]
    func twice<C: WireCodec>(
      _ codec: C.Type, _ values: [C.Value], _ write: (inout WireWriter) -> Void,
      _ read: (inout WireReader, inout [C.Value]) throws -> Void
    ) throws where C.Value: Equatable {
      var writer = WireWriter(scratch: UnsafeMutableRawBufferPointer(start: nil, count: 0))
      write(&writer)
      // The tag, of one byte, has been read.
      let chunk = [UInt8](writer.bytes.dropFirst())
      try reading(chunk + chunk) { reader in
        var found: [C.Value] = []
        try read(&reader, &found)
        try read(&reader, &found)
        #expect(found == values + values)
        #expect(reader.remaining == 0)
      }
    }
    try twice(Int64Codec.self, numbers, { $0.packed(Int64Codec.self, 10, numbers) }) {
      try $0.packed(Int64Codec.self, &$1)
    }
    try twice(SInt64Codec.self, numbers, { $0.packed(SInt64Codec.self, 10, numbers) }) {
      try $0.packed(SInt64Codec.self, &$1)
    }
    try twice(SFixed64Codec.self, numbers, { $0.packed(SFixed64Codec.self, 10, numbers) }) {
      try $0.packed(SFixed64Codec.self, &$1)
    }
    let reals: [Float] = [0, -1.5, .infinity, .leastNonzeroMagnitude]
    try twice(FloatCodec.self, reals, { $0.packed(FloatCodec.self, 10, reals) }) { try $0.packed(FloatCodec.self, &$1) }
    let flags = [true, false, true]
    try twice(BoolCodec.self, flags, { $0.packed(BoolCodec.self, 10, flags) }) { try $0.packed(BoolCodec.self, &$1) }
  }

  @Test func `a varint of eleven bytes is too long and one without its end is truncated`() {
    let tooLong = [UInt8](repeating: 0x80, count: 10) + [0x01]
    #expect(throws: WireError(.varintTooLong, offset: 0)) { try reading(tooLong) { try $0.varint() } }
    #expect(throws: WireError(.truncated, offset: 0)) { try reading([0x80, 0x80]) { try $0.varint() } }
    #expect(throws: WireError(.truncated, offset: 0)) { try reading([]) { try $0.varint() } }
  }

  @Test func `zigzag maps small magnitudes of either sign to small numbers`() throws {
    let pairs: [(Int32, UInt32)] = [(0, 0), (-1, 1), (1, 2), (-2, 3), (.max, .max - 1), (.min, .max)]
    for (value, encoded) in pairs {
      #expect(zigzag(value) == encoded)
    }
    for value in [Int64.min, .max, 0, -1, 1] {
      var message = Everything()
      message.farOffset = value
      #expect(try Everything(serializedBytes: message.serializedBytes()).farOffset == value)
    }
  }

  @Test func `an int32 longer than 32 bits is cut as other implementations cut it`() throws {
    // Field 3 (int32) = 2^32 + 5; field 13 (bool) = 2^33.
    #expect(try Everything(serializedBytes: [0x18, 0x85, 0x80, 0x80, 0x80, 0x10]).small == 5)
    #expect(try Everything(serializedBytes: [0x68, 0x80, 0x80, 0x80, 0x80, 0x20]).isOn)
    // A negative int32 takes ten bytes.
    #expect(Everything(small: -1).serializedBytes().count == 11)
  }

  @Test(
    arguments: [
      ([0x18], .truncated, 1),
      ([0x72, 0x05, 0x61], .lengthPastEnd(length: 5, remaining: 1), 2),
      // A string that claims 2^64-1 bytes, a packed field that claims 2^31.
      (
        [0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], .lengthPastEnd(length: .max, remaining: 0),
        11
      ),
      ([0xEA, 0x01, 0x80, 0x80, 0x80, 0x80, 0x08], .lengthPastEnd(length: 1 << 31, remaining: 0), 7),
      ([0x4D, 1, 2, 3], .truncated, 1), ([0x51, 1, 2, 3, 4, 5, 6, 7], .truncated, 1),
      ([0x72, 0x02, 0xC3, 0x28], .invalidUTF8, 2), ([0x72, 0x03, 0xED, 0xA0, 0x80], .invalidUTF8, 2),
      ([0x72, 0x02, 0xC0, 0x80], .invalidUTF8, 2), ([0x72, 0x01, 0xE2], .invalidUTF8, 2),
      ([0x00, 0x01], .zeroFieldNumber, 0), ([0x07], .zeroFieldNumber, 0),
      ([0x1E, 0x01], .unknownWireType(6), 1), ([0x1F, 0x01], .unknownWireType(7), 1),
      ([0x1C], .unmatchedEndGroup(field: 3), 1), ([0x9B, 0x06, 0x08, 0x01], .unterminatedGroup(field: 99), 4),
      ([0x9B, 0x06, 0xA4, 0x06], .unmatchedEndGroup(field: 100), 3),
      ([0x80, 0x80, 0x80, 0x80, 0x10], .varintTooLong, 0),
      // Inside the child, a name that reaches past the child's end but not past the parent's.
      ([0x8A, 0x01, 0x02, 0x0A, 0x03, 0x61, 0x62, 0x63], .lengthPastEnd(length: 3, remaining: 0), 5),
    ] as [([UInt8], WireError.Kind, Int)])
  func `bad input is refused with its kind and place`(_ bytes: [UInt8], _ kind: WireError.Kind, _ offset: Int) throws {
    let error = try #require(failure(Everything.self, bytes))
    #expect(error.kind == kind)
    #expect(abs(error.offset - offset) <= 1)
    // A dynamic message refuses the same.
    let dynamic = #expect(throws: WireError.self) {
      try DynamicMessage(testPool.message(named: "testing.Everything")!, in: testPool, serializedBytes: bytes)
    }
    #expect(dynamic == error)
  }

  @Test func `every prefix of a message is either a message or truncated`() throws {
    var source = RandomMessages(pool: testPool, random: SeededRandom(seed: 11))
    for _ in 0..<20 {
      let bytes = source.message("testing.Everything").serializedBytes()
      for count in 0..<min(bytes.count, 400) {
        guard let error = failure(Everything.self, Array(bytes[..<count])) else { continue }
        switch error.kind {
        case .truncated, .lengthPastEnd: break
        default: Issue.record("a prefix of \(count) bytes fails with \(error)")
        }
      }
    }
  }

  @Test func `messages nest a hundred deep and no deeper`() throws {
    func nested(_ depth: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      for _ in 0..<depth {
        var outer = Everything()
        outer.unknownFields.append(tag: 81 << 3 | 2, varint: UInt64(bytes.count))
        bytes = outer.serializedBytes() + bytes
      }
      return bytes
    }
    #expect(failure(Everything.self, nested(100)) == nil)
    #expect(failure(Everything.self, nested(101))?.kind == .nestedTooDeeply(limit: 100))
    func unknownGroups(_ depth: Int) -> [UInt8] {
      Array(repeatElement([0xE3, 0x07], count: depth).joined())
        + Array(repeatElement([0xE4, 0x07], count: depth).joined())
    }
    #expect(failure(Nothing.self, unknownGroups(100)) == nil)
    #expect(failure(Nothing.self, unknownGroups(101))?.kind == .nestedTooDeeply(limit: 100))
    #expect(failure(Nothing.self, unknownGroups(100_000))?.kind == .nestedTooDeeply(limit: 100))
  }

  @Test func `a long run of small packed chunks costs time in proportion to its length`() throws {
    // 60,000 chunks of one element: a copy of everything before each chunk would be 7 GB.
    var bytes: [UInt8] = []
    for index in 0..<60_000 { bytes += [0xEA, 0x01, 4, UInt8(truncatingIfNeeded: index), 0, 0, 0] }
    #expect(try Everything(serializedBytes: bytes).codes.count == 60_000)
  }
}
