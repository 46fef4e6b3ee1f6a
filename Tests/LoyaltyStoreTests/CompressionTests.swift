// Batches that are compressed: what goes in comes out, nothing that is damaged is read, and what repeats becomes short.

import Testing

@testable import LoyaltyStore

@Suite struct CompressionTests {
  /// Text, noise, zeros and copies at all distances, as a seed mixes them.
  private static func sample(_ seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    var bytes: [UInt8] = []
    for _ in 0..<random.below(40) {
      switch random.below(4) {
      case 0: for _ in 0..<random.below(600) { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
      case 1: bytes += [UInt8](repeating: UInt8(random.below(3)), count: random.below(5_000))
      case 2: bytes += Array("cathay-air flight-base 160-8a7f3912-b0ee".utf8.prefix(random.below(41)))
      default:
        if bytes.isEmpty { continue }
        let start = random.below(bytes.count)
        bytes += bytes[start..<start + random.below(min(300, bytes.count - start) + 1)]
      }
    }
    return bytes
  }

  private static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
    BlockCompression.compressed(bytes.span.bytes, room: bytes.count)
  }

  private static func decompressed(_ block: [UInt8], _ count: Int) -> [UInt8]? {
    BlockCompression.decompressed(block.span.bytes, count: count)
  }

  @Test func whatGoesInComesOut() {
    var shorter = 0
    for seed in 1...UInt64(300) {
      let bytes = Self.sample(seed)
      guard let block = Self.compressed(bytes) else { continue }
      shorter += 1
      #expect(Self.decompressed(block, bytes.count) == bytes, "seed \(seed)")
      #expect(Self.decompressed(block, bytes.count + 1) == nil)
      if bytes.count > 0 { #expect(Self.decompressed(block, bytes.count - 1) == nil) }
    }
    #expect(shorter > 200)
  }

  /// Blocks that the reference implementation (lz4 1.9.4) made of these.
  @Test(arguments: [
    ("1f61010005506161616161", Array(repeating: UInt8(ascii: "a"), count: 30)),
    (
      "ff086361746861792d61697220666c696768742d6261736520170004393136302700c03136302d3861376633393132",
      Array("cathay-air flight-base cathay-air flight-base 160 flight-base 160-8a7f3912".utf8)
    ),
    (
      "2f61620200ffffff0e3f78797a2103ffffff0b506261626162",
      Array((String(repeating: "ab", count: 400) + "xyz" + String(repeating: "ab", count: 400)).utf8)
    ),
  ])
  func blocksOfTheReferenceImplementationAreRead(_ hexadecimal: String, _ bytes: [UInt8]) throws {
    let digits = Array(hexadecimal)
    let block = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    #expect(Self.decompressed(block, bytes.count) == bytes)
    let own = try #require(Self.compressed(bytes))
    #expect(own.count <= block.count + 2)
  }

  @Test func noDamageOfABlockLeavesItsBounds() {
    for seed in 1...UInt64(200) {
      let bytes = Self.sample(seed)
      guard var block = Self.compressed(bytes), !block.isEmpty else {
        continue
      }
      var random = SeededRandom(seed: seed)
      for _ in 0..<20 {
        block[random.below(block.count)] = UInt8(truncatingIfNeeded: random.next())
        if let read = Self.decompressed(block, bytes.count) {
          #expect(read.count == bytes.count)
        }
      }
      let cut = Array(block.prefix(random.below(block.count)))
      _ = Self.decompressed(cut, bytes.count)
    }
  }
}
