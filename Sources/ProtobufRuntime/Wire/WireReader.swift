// The cursor that generated decoders read with: every access is checked against the end of the current message, so
// that no input reads out of bounds, and nothing is reserved on the word of a length that the input does not have.

/// Reads the protobuf wire format (protobuf.dev/programming-guides/encoding) from borrowed memory.
///
/// A reader must not outlive the memory it was made over; `Message.init(serializedBytes:)` sees to that.
public struct WireReader {
  /// How deep messages may nest: the limit of the C++ and Java implementations, and small enough for any thread's stack.
  public static let maximumDepth = 100

  @usableFromInline let base: UnsafeRawPointer
  @usableFromInline var cursor: UnsafeRawPointer
  @usableFromInline var end: UnsafeRawPointer
  /// The end-group tag that ends the current message; 0 where it ends with its bytes.
  @usableFromInline var endGroup: UInt32 = 0
  @usableFromInline var depth = 0

  public init(_ bytes: UnsafeRawBufferPointer) {
    // An empty buffer may have no address; any non-null one does, since nothing is read from it.
    base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
    cursor = base
    end = base + bytes.count
  }

  /// Bytes from the start of the outermost message.
  public var offset: Int { cursor - base }

  /// Bytes left in the current message.
  @inlinable public var remaining: Int { end - cursor }

  @usableFromInline
  func error(_ kind: WireError.Kind) -> WireError { WireError(kind, offset: offset) }

  // Errors are made out of line: each use in generated code would take as many instructions as reading the field.
  @usableFromInline @inline(never)
  func truncated() -> WireError { error(.truncated) }

  // MARK: Tags

  /// The next field's tag (number << 3 | wire type), or 0 at the end of the current message.
  @inlinable
  public mutating func nextTag() throws(WireError) -> UInt32 {
    guard cursor < end else { return try endOfInput() }
    let first = cursor.load(as: UInt8.self)
    var tag = UInt32(first)
    if first < 0x80 {
      cursor += 1
    } else {
      tag = try longTag()
    }
    if tag & 7 == 4 || tag < 8 { return try endGroupTag(tag) }
    return tag
  }

  @usableFromInline
  func endOfInput() throws(WireError) -> UInt32 {
    guard endGroup == 0 else { throw error(.unterminatedGroup(field: endGroup >> 3)) }
    return 0
  }

  @usableFromInline
  mutating func longTag() throws(WireError) -> UInt32 {
    if let short = twoByteVarint() { return UInt32(short) }
    let start = offset
    let value = try varint()
    guard value <= UInt64(UInt32.max) else { throw WireError(.varintTooLong, offset: start) }
    return UInt32(value)
  }

  @usableFromInline
  func endGroupTag(_ tag: UInt32) throws(WireError) -> UInt32 {
    guard tag >= 8 else { throw error(.zeroFieldNumber) }
    guard tag == endGroup else { throw error(.unmatchedEndGroup(field: tag >> 3)) }
    return 0
  }

  // MARK: Primitive values

  /// A base-128 varint, at most ten bytes; bits beyond 64 are dropped as the C++ implementation does.
  @inlinable
  public mutating func varint() throws(WireError) -> UInt64 {
    if cursor < end {
      let first = cursor.load(as: UInt8.self)
      if first < 0x80 {
        cursor += 1
        return UInt64(first)
      }
    }
    return try longVarint()
  }

  /// The same, not inlined: for singular fields, whose copies of it took half of the time to compile a decoder.
  @usableFromInline @inline(never)
  mutating func singleVarint() throws(WireError) -> UInt64 { try varint() }

  /// Two bytes and more; also none, which is an error.
  @usableFromInline @inline(never)
  mutating func longVarint() throws(WireError) -> UInt64 {
    if let short = twoByteVarint() { return short }
    if remaining >= 10 {
      // Eight bytes at once: the first whose highest bit is not set is the last of them.
      let word = UInt64(littleEndian: cursor.loadUnaligned(as: UInt64.self))
      let stops = ~word & 0x8080_8080_8080_8080
      if stops != 0 {
        cursor += stops.trailingZeroBitCount / 8 + 1
        return Self.gathered(word & (stops ^ (stops &- 1)))
      }
      let low = Self.gathered(word)
      let ninth = UInt64(cursor.load(fromByteOffset: 8, as: UInt8.self))
      if ninth < 0x80 {
        cursor += 9
        return low | ninth << 56
      }
      let tenth = UInt64(cursor.load(fromByteOffset: 9, as: UInt8.self))
      if tenth < 0x80 {
        cursor += 10
        return low | (ninth & 0x7F) << 56 | tenth << 63
      }
    }
    var value: UInt64 = 0
    var shift: UInt64 = 0
    var position = cursor
    while position < end {
      let byte = position.load(as: UInt8.self)
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 {
        cursor = position
        return value
      }
      shift += 7
      if shift == 70 { throw error(.varintTooLong) }
    }
    throw error(.truncated)
  }

  /// Nil, and nothing is read, if two bytes are not all of it.
  @inline(__always)
  private mutating func twoByteVarint() -> UInt64? {
    guard remaining >= 2 else { return nil }
    let bytes = UInt16(littleEndian: cursor.loadUnaligned(as: UInt16.self))
    guard bytes & 0x8080 == 0x80 else { return nil }
    cursor += 2
    return UInt64(bytes & 0x7F | bytes >> 1 & 0x3F80)
  }

  /// Varints that end within so many bytes, in a field that is nothing else.
  func varintCount(in length: Int) -> Int {
    let end = cursor + length
    var count = 0
    var position = cursor
    while end - position >= 8 {
      let word = position.loadUnaligned(as: UInt64.self)
      // The sum of the eight bits, in the uppermost byte.
      count += Int((((~word & 0x8080_8080_8080_8080) >> 7) &* 0x0101_0101_0101_0101) >> 56)
      position += 8
    }
    while position < end {
      if position.load(as: UInt8.self) < 0x80 { count += 1 }
      position += 1
    }
    return count
  }

  /// The lower seven bits of each byte, one after the other: three times the upper half of each group moves down.
  @inline(__always)
  private static func gathered(_ bytes: UInt64) -> UInt64 {
    var bits = bytes & 0x7F7F_7F7F_7F7F_7F7F
    bits = bits & 0x007F_007F_007F_007F | (bits & 0x7F00_7F00_7F00_7F00) >> 1
    bits = bits & 0x0000_3FFF_0000_3FFF | (bits & 0x3FFF_0000_3FFF_0000) >> 2
    return bits & 0x0000_0000_0FFF_FFFF | (bits & 0x0FFF_FFFF_0000_0000) >> 4
  }

  @inlinable public mutating func int32() throws(WireError) -> Int32 { Int32(truncatingIfNeeded: try singleVarint()) }
  @inlinable public mutating func int64() throws(WireError) -> Int64 { Int64(bitPattern: try singleVarint()) }
  @inlinable public mutating func uint32() throws(WireError) -> UInt32 {
    UInt32(truncatingIfNeeded: try singleVarint())
  }
  @inlinable public mutating func uint64() throws(WireError) -> UInt64 { try singleVarint() }
  @inlinable public mutating func bool() throws(WireError) -> Bool { try singleVarint() != 0 }

  /// ZigZag-encoded.
  @inlinable public mutating func sint32() throws(WireError) -> Int32 {
    let value = try uint32()
    return Int32(bitPattern: value >> 1) ^ -Int32(bitPattern: value & 1)
  }

  /// ZigZag-encoded.
  @inlinable public mutating func sint64() throws(WireError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  @inline(never)
  public mutating func fixed32() throws(WireError) -> UInt32 {
    guard remaining >= 4 else { throw truncated() }
    let value = UInt32(littleEndian: cursor.loadUnaligned(as: UInt32.self))
    cursor += 4
    return value
  }

  @inline(never)
  public mutating func fixed64() throws(WireError) -> UInt64 {
    guard remaining >= 8 else { throw truncated() }
    let value = UInt64(littleEndian: cursor.loadUnaligned(as: UInt64.self))
    cursor += 8
    return value
  }

  @inlinable public mutating func sfixed32() throws(WireError) -> Int32 { Int32(bitPattern: try fixed32()) }
  @inlinable public mutating func sfixed64() throws(WireError) -> Int64 { Int64(bitPattern: try fixed64()) }
  @inlinable public mutating func float() throws(WireError) -> Float { Float(bitPattern: try fixed32()) }
  @inlinable public mutating func double() throws(WireError) -> Double { Double(bitPattern: try fixed64()) }

  // MARK: Length-delimited values

  /// A length prefix that the current message has bytes for.
  @usableFromInline @inline(__always)
  mutating func length() throws(WireError) -> Int {
    let length = try varint()
    guard length <= UInt64(remaining) else { throw error(.lengthPastEnd(length: length, remaining: remaining)) }
    return Int(length)
  }

  @inline(never)
  public mutating func string() throws(WireError) -> String {
    let count = try length()
    if count == 0 { return "" }
    if count <= String.mostBytesWithin, let text = String(shortASCII: cursor, count: count) {
      cursor += count
      return text
    }
    let bytes = UnsafeBufferPointer(start: cursor.assumingMemoryBound(to: UInt8.self), count: count)
    let text: String
    if ByteSearch.isASCII(UnsafeRawBufferPointer(bytes)) {
      // What is ASCII needs no further check.
      text = String(copying: UTF8Span(unchecked: bytes.span, isKnownASCII: true))
    } else {
      do {
        // Twice as fast as `String(validating:as:)`: one pass to check, one memcpy.
        text = String(copying: try UTF8Span(validating: bytes.span))
      } catch {
        throw self.error(.invalidUTF8)
      }
    }
    cursor += count
    return text
  }

  @inline(never)
  public mutating func bytes() throws(WireError) -> [UInt8] {
    let count = try length()
    let value = [UInt8](UnsafeRawBufferPointer(start: cursor, count: count))
    cursor += count
    return value
  }

  // MARK: Nesting

  /// Where an outer message goes on when its child ends.
  @frozen @usableFromInline
  struct Outer {
    @usableFromInline let end: UnsafeRawPointer
    @usableFromInline let endGroup: UInt32
    @inlinable init(end: UnsafeRawPointer, endGroup: UInt32) {
      self.end = end
      self.endGroup = endGroup
    }
  }

  @usableFromInline @inline(never)
  mutating func enterMessage() throws(WireError) -> Outer {
    let count = try length()
    guard depth < Self.maximumDepth else { throw error(.nestedTooDeeply(limit: Self.maximumDepth)) }
    let outer = Outer(end: end, endGroup: endGroup)
    end = cursor + count
    endGroup = 0
    depth += 1
    return outer
  }

  @inlinable
  mutating func leave(_ outer: Outer) {
    end = outer.end
    endGroup = outer.endGroup
    depth -= 1
  }

  @usableFromInline @inline(never)
  mutating func enterGroup(field: UInt32) throws(WireError) -> Outer {
    guard depth < Self.maximumDepth else { throw error(.nestedTooDeeply(limit: Self.maximumDepth)) }
    let outer = Outer(end: end, endGroup: endGroup)
    endGroup = field << 3 | 4
    depth += 1
    return outer
  }

  // MARK: Unknown fields

  /// Keeps a field that the schema does not know, tag included.
  public mutating func unknown(_ tag: UInt32, _ fields: inout UnknownFields) throws(WireError) {
    let start = cursor
    try skip(tag)
    fields.append(tag: tag, value: UnsafeRawBufferPointer(start: start, count: cursor - start))
  }

  /// Passes over one field's value.
  public mutating func skip(_ tag: UInt32) throws(WireError) {
    switch tag & 7 {
    case 0: _ = try varint()
    case 1: _ = try fixed64()
    case 2:
      let count = try length()
      cursor += count
    case 3:
      let outer = try enterGroup(field: tag >> 3)
      while true {
        let inner = try nextTag()
        if inner == 0 { break }
        try skip(inner)
      }
      leave(outer)
    case 5: _ = try fixed32()
    default: throw error(.unknownWireType(UInt8(tag & 7)))
    }
  }
}
