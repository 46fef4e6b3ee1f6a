// Keyed hashing. Callers choose member ids, idempotency keys and business references, so whatever hashes them is keyed
// with a secret: otherwise a caller could aim at a collision and make another caller's accrual look like a repetition.

/// A 128-bit keyed hash of something a caller chose.
public struct Fingerprint: Hashable, Sendable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

/// The 128-bit secret that a ledger's hashes are keyed with.
package struct HashKey: Hashable, Sendable {
  var first: UInt64 = 0
  var second: UInt64 = 0

  static let byteCount = 16

  package init() {}

  /// Reads 16 bytes; nil for any other number of them.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    let raw = bytes.span.bytes
    first = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self))
    second = UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt64.self))
  }

  var bytes: [UInt8] {
    [first, second].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
  }
}

/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, "SipHash: a fast short-input PRF"), fed by whole words:
/// a byte string goes in as its length and then its bytes, zero-padded to a word, so that no two sequences of inputs
/// feed the same words.
package struct SipHash {
  private var v0: UInt64
  private var v1: UInt64
  private var v2: UInt64
  private var v3: UInt64
  private var wordCount: UInt64 = 0

  package init(key: HashKey) {
    v0 = key.first ^ 0x736f_6d65_7073_6575
    v1 = key.second ^ 0x646f_7261_6e64_6f6d ^ 0xee
    v2 = key.first ^ 0x6c79_6765_6e65_7261
    v3 = key.second ^ 0x7465_6462_7974_6573
  }

  @inline(__always)
  mutating func combine(_ word: UInt64) {
    wordCount &+= 1
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  package mutating func combine(_ string: String) {
    combine(string.utf8.span)
  }

  mutating func combine(_ bytes: Span<UInt8>) {
    combine(bytes.bytes)
  }

  mutating func combine(_ raw: RawSpan) {
    combine(UInt64(raw.byteCount))
    var offset = 0
    while offset &+ 8 <= raw.byteCount {
      combine(UInt64(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset &+= 8
    }
    if offset < raw.byteCount {
      var last: UInt64 = 0
      var shift: UInt64 = 0
      while offset < raw.byteCount {
        last |= UInt64(raw.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) << shift
        shift &+= 8
        offset &+= 1
      }
      combine(last)
    }
  }

  /// The hash of what was combined. The value is used up.
  package consuming func finish() -> Fingerprint {
    // The final block of SipHash: no bytes left over, and the length in bytes modulo 256 on top.
    combine((wordCount &* 8) << 56)
    v2 ^= 0xee
    for _ in 0..<4 { round() }
    let high = v0 ^ v1 ^ v2 ^ v3
    v1 ^= 0xdd
    for _ in 0..<4 { round() }
    return Fingerprint(high: high, low: v0 ^ v1 ^ v2 ^ v3)
  }

  @inline(__always)
  private mutating func round() {
    v0 = v0 &+ v1
    v1 = (v1 << 13 | v1 >> 51) ^ v0
    v0 = v0 << 32 | v0 >> 32
    v2 = v2 &+ v3
    v3 = (v3 << 16 | v3 >> 48) ^ v2
    v0 = v0 &+ v3
    v3 = (v3 << 21 | v3 >> 43) ^ v0
    v2 = v2 &+ v1
    v1 = (v1 << 17 | v1 >> 47) ^ v2
    v2 = v2 << 32 | v2 >> 32
  }
}
