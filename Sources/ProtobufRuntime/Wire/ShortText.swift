// Short texts, as most are in most messages: a String holds up to 15 bytes within itself. The general way there copies byte
// by byte; two words that may overlap are all of them.

extension String {
  /// Texts of at most so many bytes take no memory of their own (64-bit systems).
  static let mostBytesWithin = 15

  /// A text of 1 to 15 bytes; nil if they are not all ASCII.
  @inline(__always)
  init?(shortASCII source: UnsafeRawPointer, count: Int) {
    switch count {
    case 8...: self.init(ascii: source, count: count, as: UInt64.self)
    case 4...: self.init(ascii: source, count: count, as: UInt32.self)
    case 2...: self.init(ascii: source, count: count, as: UInt16.self)
    default: self.init(ascii: source, count: count, as: UInt8.self)
    }
  }

  /// - Precondition: `count` is that of a word to that of two.
  @inline(__always)
  private init?<Word: FixedWidthInteger & BitwiseCopyable>(ascii source: UnsafeRawPointer, count: Int, as _: Word.Type)
  {
    let tailOffset = count - MemoryLayout<Word>.size
    let head = source.loadUnaligned(as: Word.self)
    let tail = source.loadUnaligned(fromByteOffset: tailOffset, as: Word.self)
    guard (head | tail) & Word(truncatingIfNeeded: ByteSearch.highBits) == 0 else { return nil }
    self.init(unsafeUninitializedCapacity: count) { buffer in
      let memory = UnsafeMutableRawPointer(buffer.baseAddress.unsafelyUnwrapped)
      memory.storeBytes(of: head, as: Word.self)
      memory.storeBytes(of: tail, toByteOffset: tailOffset, as: Word.self)
      return count
    }
  }
}
