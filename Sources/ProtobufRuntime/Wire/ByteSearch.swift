// Texts are looked through eight bytes at a time.

/// Questions to a word of eight bytes.
enum ByteSearch {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  static let highBits: UInt64 = 0x8080_8080_8080_8080

  /// The high bit of the first byte that ends or interrupts a JSON string: a quote, a backslash, a control character. Bits
  /// above it mean nothing (Mycroft's test for a zero byte borrows across bytes).
  @inline(__always)
  static func mask(ofBytesIn word: UInt64) -> UInt64 {
    let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
    let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
    let zeros = ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
    return (zeros | ((word &- ones &* 0x20) & ~word)) & highBits
  }

  @inline(__always)
  static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var bits: UInt64 = 0
    var index = 0
    while bytes.count - index >= 8 {
      bits |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      index += 8
    }
    while index < bytes.count {
      bits |= UInt64(bytes[index])
      index += 1
    }
    return bits & highBits == 0
  }

  /// The high bit of the first such byte; bits above it mean nothing.
  @inline(__always)
  static func mask(of byte: UInt8, in word: UInt64) -> UInt64 {
    let difference = word ^ (ones &* UInt64(byte))
    return (difference &- ones) & ~difference & highBits
  }
}
