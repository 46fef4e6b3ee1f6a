// Reading strings from JSON: what needs no change is copied as it stands, escapes are taken one by one.

extension JSONReader {
  @usableFromInline @inline(never)
  mutating func string() throws(JSONError) -> String {
    guard peek() == UInt8(ascii: "\"") else { throw expected("a string") }
    let start = position + 1
    let (index, isASCII) = bytes.withUnsafeBytes { Self.endOfPlainText(from: start, in: $0) }
    guard index < bytes.count else { throw error(.unexpectedEnd, at: bytes.count) }
    if bytes[index] == UInt8(ascii: "\\") { return try escapedString(from: start, firstEscape: index) }
    guard bytes[index] == UInt8(ascii: "\"") else {
      throw error(.invalidString("a control character must be escaped"), at: index)
    }
    position = index + 1
    // What is ASCII needs no check.
    if isASCII {
      return String(copying: unsafe UTF8Span(unchecked: bytes.span.extracting(start..<index), isKnownASCII: true))
    }
    return try validated(bytes.span.extracting(start..<index), at: start - 1)
  }

  /// The first byte that ends or interrupts a string, or the end of the text.
  static func endOfPlainText(from start: Int, in text: UnsafeRawBufferPointer) -> (index: Int, isASCII: Bool) {
    var index = start
    var highBits: UInt64 = 0
    while text.count - index >= 8 {
      let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let stops = ByteSearch.mask(ofBytesIn: word)
      if stops != 0 {
        let first = stops & (0 &- stops)
        highBits |= word & (first &- 1)
        return (index + first.trailingZeroBitCount / 8, highBits & ByteSearch.highBits == 0)
      }
      highBits |= word
      index += 8
    }
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { break }
      highBits |= UInt64(byte)
      index += 1
    }
    return (index, highBits & ByteSearch.highBits == 0)
  }

  private func validated(_ text: Span<UInt8>, at place: Int) throws(JSONError) -> String {
    do {
      // Twice as fast as `String(validating:as:)`.
      return String(copying: try UTF8Span(validating: text))
    } catch {
      throw self.error(.invalidUTF8, at: place)
    }
  }

  private mutating func escapedString(from start: Int, firstEscape: Int) throws(JSONError) -> String {
    let end = try endOfEscapedText(from: firstEscape)
    position = end + 1
    // No escape is shorter than what it stands for.
    return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: end - start) { (out) throws(JSONError) in
      var count = 0
      func copy(_ range: Range<Int>) {
        let source = bytes.span.extracting(range)
        source.withUnsafeBufferPointer { _ = UnsafeMutableBufferPointer(rebasing: out[count...]).update(fromContentsOf: $0) }
        count += range.count
      }
      copy(start..<firstEscape)
      var index = firstEscape
      while index < end {
        try unescape(&index, to: out, &count)
        let next = bytes.withUnsafeBytes { Self.endOfPlainText(from: index, in: $0).index }
        copy(index..<next)
        index = next
      }
      return try validated(UnsafeBufferPointer(rebasing: out[..<count]).span, at: start - 1)
    }
  }

  /// The quote that ends a string which has a backslash at `index`.
  private func endOfEscapedText(from index: Int) throws(JSONError) -> Int {
    var index = index
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\"") { return index }
      guard bytes[index] == UInt8(ascii: "\\") else {
        throw error(.invalidString("a control character must be escaped"), at: index)
      }
      let next = index + 2
      guard next < bytes.count else { break }
      index = bytes.withUnsafeBytes { Self.endOfPlainText(from: next, in: $0).index }
    }
    throw error(.unexpectedEnd, at: bytes.count)
  }

  /// Takes one escape, with its backslash at `index`.
  @inline(__always)
  private func unescape(
    _ index: inout Int, to out: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
  ) throws(JSONError) {
    let escape = bytes[index + 1]
    index += 2
    let byte: UInt8
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte = escape
    case UInt8(ascii: "b"): byte = 8
    case UInt8(ascii: "f"): byte = 12
    case UInt8(ascii: "n"): byte = 10
    case UInt8(ascii: "r"): byte = 13
    case UInt8(ascii: "t"): byte = 9
    case UInt8(ascii: "u"):
      for unit in UTF8.encode(try unicodeEscape(&index)).unsafelyUnwrapped {
        out[count] = unit
        count += 1
      }
      return
    default: throw error(.invalidString("unknown escape"), at: index - 1)
    }
    out[count] = byte
    count += 1
  }

  /// `index` stands behind `\u`. A surrogate must come with its other half.
  private func unicodeEscape(_ index: inout Int) throws(JSONError) -> UnicodeScalar {
    let high = try hexUnit(&index)
    if let scalar = UnicodeScalar(high) { return scalar }
    guard high < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    else { throw error(.invalidString("unpaired surrogate"), at: index) }
    index += 2
    let low = try hexUnit(&index)
    guard low >= 0xDC00, low < 0xE000,
      let scalar = UnicodeScalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { throw error(.invalidString("unpaired surrogate"), at: index) }
    return scalar
  }

  private func hexUnit(_ index: inout Int) throws(JSONError) -> UInt32 {
    guard index + 4 <= bytes.count else { throw error(.unexpectedEnd, at: bytes.count) }
    var value: UInt32 = 0
    for byte in bytes[index..<index + 4] {
      let digit: UInt32
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt32(byte) - 0x30
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt32(byte) - 0x61 + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = UInt32(byte) - 0x41 + 10
      default: throw error(.invalidString("\\u needs four hexadecimal digits"), at: index)
      }
      value = value << 4 | digit
    }
    index += 4
    return value
  }
}
