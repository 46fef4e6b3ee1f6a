// CRC-32C (Castagnoli, RFC 3720 appendix B.4): finds what a disk or a cable changed by accident. Eight bytes a step by
// table ("slicing by 8", Kounavis and Berry 2005), since the processor's own instruction has no portable spelling in
// Swift.

/// The checksum of bytes that may come in pieces.
struct CRC32C {
  private var register: UInt32 = 0xffff_ffff

  var value: UInt32 { ~register }

  mutating func update(_ bytes: RawSpan) {
    let before = register
    register = bytes.withUnsafeBytes { buffer in
      Self.tables.withUnsafeBufferPointer { tables in
        guard let bytes = buffer.baseAddress, let tables = tables.baseAddress else { return before }
        return Self.step(before, bytes, buffer.count, tables)
      }
    }
  }

  /// By pointer, for the sake of builds without optimization, where a subscript of a span is a call: there the tests of
  /// the store spent a third of their time here. Each index into the tables is below 8 * 256 by its mask.
  private static func step(
    _ before: UInt32, _ bytes: UnsafeRawPointer, _ count: Int, _ tables: UnsafePointer<UInt32>
  ) -> UInt32 {
    var crc = before
    var offset = 0
    while offset &+ 8 <= count {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) ^ UInt64(crc)
      let (low, high) = (Int(truncatingIfNeeded: word & 0xffff_ffff), Int(truncatingIfNeeded: word >> 32))
      crc =
        tables[7 << 8 | low & 0xff] ^ tables[6 << 8 | low >> 8 & 0xff]
        ^ tables[5 << 8 | low >> 16 & 0xff] ^ tables[4 << 8 | low >> 24]
        ^ tables[3 << 8 | high & 0xff] ^ tables[2 << 8 | high >> 8 & 0xff]
        ^ tables[1 << 8 | high >> 16 & 0xff] ^ tables[high >> 24]
      offset &+= 8
    }
    while offset < count {
      let byte = bytes.load(fromByteOffset: offset, as: UInt8.self)
      crc = tables[Int(truncatingIfNeeded: (crc ^ UInt32(byte)) & 0xff)] ^ crc >> 8
      offset &+= 1
    }
    return crc
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
