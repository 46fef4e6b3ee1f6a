// Integers of the file formats: little-endian, at fixed places of a block whose length has been checked before.

extension [UInt8] {
  mutating func store<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    var rest = value
    for index in 0..<(T.bitWidth / 8) {
      self[offset + index] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
  }

  mutating func store(_ bytes: [UInt8], at offset: Int) {
    replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }
}

extension RawSpan {
  /// - Precondition: the bytes are there.
  func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
    T(littleEndian: extracting(offset..<offset + MemoryLayout<T>.size).unsafeLoadUnaligned(as: T.self))
  }

  /// - Precondition: the bytes are there.
  func bytes(at offset: Int, count: Int) -> [UInt8] {
    extracting(offset..<offset + count).withUnsafeBytes { [UInt8]($0) }
  }

  var isZero: Bool {
    withUnsafeBytes { buffer in
      var offset = 0
      while offset + 8 <= buffer.count {
        if buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self) != 0 { return false }
        offset += 8
      }
      while offset < buffer.count {
        if buffer[offset] != 0 { return false }
        offset += 1
      }
      return true
    }
  }
}
