// CRC-32C (Castagnoli, RFC 3720 appendix B.4): finds what a disk or a cable changed by accident. Eight bytes a step by
// table ("slicing by 8", Kounavis and Berry 2005), since the processor's own instruction has no portable spelling in
// Swift.

/// The checksum of bytes that may come in pieces.
struct CRC32C {
  private var register: UInt32 = 0xffff_ffff

  var value: UInt32 { ~register }

  mutating func update(_ bytes: RawSpan) {
    var crc = register
    let tables = Self.tables.span
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset + 8 <= buffer.count {
        let word = UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ UInt64(crc)
        crc =
          tables[7 << 8 | Int(word & 0xff)] ^ tables[6 << 8 | Int(word >> 8 & 0xff)]
          ^ tables[5 << 8 | Int(word >> 16 & 0xff)] ^ tables[4 << 8 | Int(word >> 24 & 0xff)]
          ^ tables[3 << 8 | Int(word >> 32 & 0xff)] ^ tables[2 << 8 | Int(word >> 40 & 0xff)]
          ^ tables[1 << 8 | Int(word >> 48 & 0xff)] ^ tables[Int(word >> 56)]
        offset += 8
      }
      while offset < buffer.count {
        crc = tables[Int((crc ^ UInt32(buffer[offset])) & 0xff)] ^ crc >> 8
        offset += 1
      }
    }
    register = crc
  }

  static func of(_ bytes: RawSpan) -> UInt32 {
    var sum = CRC32C()
    sum.update(bytes)
    return sum.value
  }

  /// Table t holds the effect of a byte that t more zero bytes follow.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82f6_3b78 : crc >> 1 }
      tables[byte] = crc
    }
    for index in 256..<(8 * 256) {
      let previous = tables[index - 256]
      tables[index] = tables[Int(previous & 0xff)] ^ previous >> 8
    }
    return tables
  }()
}
