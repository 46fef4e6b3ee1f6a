// Everything between bytes and calls that needs no socket: framing, timeouts, encodings, headers, states.

import Testing

@testable import LoyaltyRPC

@Suite struct FramingTests {
  private func messages(_ deframer: inout MessageDeframer, _ bytes: [UInt8]) throws -> [[UInt8]] {
    try bytes.withUnsafeBytes { try deframer.takeWhole($0) }.flatMap { $0.messages.map(\.bytes) }
  }

  @Test func messagesAreFoundWhereverTheBytesAreCut() throws {
    let sent: [[UInt8]] = [[], [1], Array(repeating: 7, count: 300), [], [2, 3]]
    var wire: [UInt8] = []
    for message in sent { wire += [0, 0, 0, UInt8(message.count >> 8), UInt8(message.count & 255)] + message }
    var random = SeededRandomness(seed: 42)
    for _ in 0..<500 {
      var deframer = MessageDeframer(limit: 1_000)
      var found: [[UInt8]] = []
      var rest = wire[...]
      while !rest.isEmpty {
        let piece = rest.prefix(Int(random.next() % 20) + 1)
        found += try messages(&deframer, Array(piece))
        rest = rest.dropFirst(piece.count)
      }
      #expect(found == sent)
      #expect(deframer.isEmpty)
    }
  }

  @Test func messagesThatComeTogetherAreOneRunAndCompressedOnesARunOfTheirOwn() throws {
    let wire: [UInt8] = [0, 0, 0, 0, 1, 7, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 1, 9, 0, 0]
    var deframer = MessageDeframer(limit: 10)
    let runs = try wire.withUnsafeBytes { try deframer.takeWhole($0) }
    #expect(runs.map(\.count) == [2, 1, 1] && runs.map(\.isCompressed) == [false, true, false])
    #expect(runs.map { $0.messages.map(\.bytes) } == [[[7], []], [[8]], [[9]]])
    #expect(deframer.heldBytes == 2)
  }

  @Test func aLengthThatIsOnlyPromisedTakesNoMemory() throws {
    var deframer = MessageDeframer(limit: 1 << 30)
    let piece: [UInt8] = [0, 0x3f, 0xff, 0xff, 0xff] + [UInt8](repeating: 1, count: 1_000)
    #expect(try messages(&deframer, piece) == [])
    #expect(deframer.heldBytes == piece.count && deframer.capacity < 5 * piece.count)
  }

  @Test func aLengthAboveTheLimitIsRefusedBeforeItsBytesCome() {
    var deframer = MessageDeframer(limit: 10)
    #expect(throws: RPCError(.resourceExhausted, "message of 11 bytes is longer than the limit of 10")) {
      _ = try messages(&deframer, [0, 0, 0, 0, 11])
    }
    var split = MessageDeframer(limit: 10)
    #expect(throws: RPCError(.resourceExhausted, "message of 4294967295 bytes is longer than the limit of 10")) {
      _ = try messages(&split, [0, 255])
      _ = try messages(&split, [255, 255, 255])
    }
  }

  @Test func unknownPrefixFlagsAreAnError() {
    var deframer = MessageDeframer(limit: 10)
    #expect(throws: RPCError.self) { _ = try messages(&deframer, [2, 0, 0, 0, 0]) }
  }

  @Test(
    arguments: [
      ("1n", 1), ("2u", 2_000), ("3m", 3_000_000), ("4S", 4_000_000_000), ("5M", 300_000_000_000),
      ("6H", 21_600_000_000_000), ("99999999H", GRPCTimeout.longest), ("00000001S", 1_000_000_000),
    ] as [(String, Int64)]) func aTimeoutIsReadInEveryUnit(_ text: String, _ nanoseconds: Int64)
  {
    #expect(Array(text.utf8).withUnsafeBytes { GRPCTimeout.parse($0) } == nanoseconds)
  }

  @Test(arguments: ["", "1", "S", "123456789S", "1s", "-1S", "1 S", "1.5S", "１S"]) func aMalformedTimeoutIsNone(
    _ text: String
  ) {
    #expect(Array(text.utf8).withUnsafeBytes { GRPCTimeout.parse($0) } == nil)
  }

  @Test(arguments: [
    0, 1, 99_999_999, 100_000_000, 1_234_567_890, 99_999_999_999, 86_400_000_000_000, GRPCTimeout.longest,
  ])
  func aWrittenTimeoutIsNeverShorterAndFitsEightDigits(_ nanoseconds: Int64) throws {
    var bytes: [UInt8] = []
    GRPCTimeout.format(nanoseconds: nanoseconds, into: &bytes)
    #expect(bytes.count <= 9)
    let read = try #require(bytes.withUnsafeBytes { GRPCTimeout.parse($0) })
    #expect(read >= nanoseconds)
    #expect(Double(read) <= Double(nanoseconds) * 1.000_1 + 1)
  }

  @Test func base64IsWrittenWithoutPaddingAndReadWithAndWithout() {
    for count in 0..<100 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
      var text: [UInt8] = []
      MetadataBase64.encode(bytes, into: &text)
      #expect(!text.contains(0x3d))
      #expect(text.withUnsafeBytes { MetadataBase64.decode($0) } == bytes)
      while text.count % 4 != 0 { text.append(0x3d) }
      #expect(text.withUnsafeBytes { MetadataBase64.decode($0) } == bytes)
    }
    for wrong in ["A", "AB=C", "A\nBC", "====", "AAAA=A=="] {
      #expect(Array(wrong.utf8).withUnsafeBytes { MetadataBase64.decode($0) } == nil, "\(wrong)")
    }
  }

  @Test func aStatusMessageSurvivesItsEncodingAndMalformedOnesDoNoHarm() {
    var bytes: [UInt8] = []
    PercentEncoding.encode("50% 积分\n~", into: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "50%25 %E7%A7%AF%E5%88%86%0A~")
    #expect(bytes.withUnsafeBytes { PercentEncoding.decode($0) } == "50% 积分\n~")
    #expect(Array("%, %4, %zz, %41".utf8).withUnsafeBytes { PercentEncoding.decode($0) } == "%, %4, %zz, A")
  }

  @Test(arguments: [MessageEncoding.gzip, .deflate]) func compressionIsReversed(_ encoding: MessageEncoding) throws {
    for count in [0, 1, 1_000, 100_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 3) }
      let packed = try Compression.compress(bytes, encoding)
      #expect(try Compression.decompress(packed, encoding, limit: count) == bytes)
      if count > 0 {
        #expect(throws: RPCError.self) { try Compression.decompress(packed, encoding, limit: count - 1) }
        #expect(throws: RPCError.self) { try Compression.decompress(Array(packed.dropLast(5)), encoding, limit: count) }
      }
    }
    #expect(throws: RPCError.self) { try Compression.decompress([1, 2, 3], encoding, limit: 100) }
  }

  @Test func whatGzipSaysOfItsLengthIsBelievedOnlyWhereItIsTooLong() throws {
    func code(_ bytes: [UInt8], limit: Int) -> StatusCode? {
      do {
        _ = try Compression.decompress(bytes, .gzip, limit: limit)
        return nil
      } catch { return error.code }
    }
    func saying(_ length: UInt32, _ packed: [UInt8]) -> [UInt8] {
      packed.dropLast(4) + (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    }
    let packed = try Compression.compress([UInt8](repeating: 0, count: 100_000), .gzip)
    #expect(code(packed, limit: 100_000) == nil)
    #expect(code(packed, limit: 99_999) == .resourceExhausted)
    // What comes out is neither more nor less than what was said.
    #expect(code(saying(99_999, packed), limit: 100_000) == .internal)
    #expect(code(saying(100_001, packed), limit: 200_000) == .internal)
    #expect(code(saying(0, packed), limit: 100_000) == .internal)
    // No more can have been compressed to so few bytes.
    #expect(code(saying(.max, packed), limit: 100_000) == .internal)
    // Nothing is dropped without a word, neither a byte nor a second stream.
    #expect(code(packed + [0], limit: 100_000) == .internal)
    #expect(code(packed + packed, limit: 100_000) == .internal)
    for count in 0..<packed.count { #expect(code(Array(packed[..<count]), limit: 100_000) == .internal) }
  }

  @Test func aFloodOfControlFramesIsNoticedAndASlowTrickleIsNot() {
    var limits = CallLimits()
    limits.maxControlFrames = 10
    limits.controlFrameWindow = 1
    var flood = ControlFrameGuard(limits: limits)
    let verdicts = (0..<11).map { flood.note(now: 5_000_000_000 + $0) }
    #expect(verdicts == Array(repeating: true, count: 10) + [false])
    var trickle = ControlFrameGuard(limits: limits)
    for second in 1...100 {
      let isWithinLimit = trickle.note(now: UInt64(second) * 200_000_000)
      #expect(isWithinLimit)
    }
  }
}

/// A generator whose numbers follow from its seed (SplitMix64).
struct SeededRandomness: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
