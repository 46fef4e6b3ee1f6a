// The bytes that a JSON text grows in: appending is a store and a comparison, and the text is copied once, at its end.

/// Growing memory of its own.
struct TextBuffer: ~Copyable {
  private var start: UnsafeMutableRawPointer
  private var cursor: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer

  init(capacity: Int) {
    start = .allocate(byteCount: capacity, alignment: 1)
    cursor = start
    end = start + capacity
  }

  deinit { start.deallocate() }

  /// What was appended, until something else is.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: cursor - start) }

  @inline(__always)
  private mutating func reserve(_ count: Int) {
    if end - cursor < count { grow(count) }
  }

  @inline(never)
  private mutating func grow(_ count: Int) {
    let used = cursor - start
    let capacity = max(2 * (end - start), used + count)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
    larger.copyMemory(from: start, byteCount: used)
    start.deallocate()
    start = larger
    cursor = larger + used
    end = larger + capacity
  }

  /// - Precondition: room has been reserved.
  @inline(__always)
  private mutating func store(_ byte: UInt8) {
    cursor.storeBytes(of: byte, as: UInt8.self)
    cursor += 1
  }

  @inline(__always)
  private mutating func store(_ bytes: UnsafeRawBufferPointer) {
    if let source = bytes.baseAddress { cursor.copyMemory(from: source, byteCount: bytes.count) }
    cursor += bytes.count
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    store(byte)
  }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    reserve(bytes.count)
    store(bytes)
  }

  /// ASCII without anything to escape, in quotes.
  mutating func appendQuoted(_ ascii: UnsafeRawBufferPointer) {
    reserve(ascii.count + 2)
    store(UInt8(ascii: "\""))
    store(ascii)
    store(UInt8(ascii: "\""))
  }

  mutating func append(decimal value: UInt64, isNegative: Bool) {
    // UInt64.max has 20 digits, and there is a sign.
    reserve(21)
    if isNegative { store(UInt8(ascii: "-")) }
    if value < 10 { return store(0x30 + UInt8(truncatingIfNeeded: value)) }
    var count = 1
    var bound: UInt64 = 10
    while value >= bound {
      count += 1
      if count == 20 { break }
      bound *= 10
    }
    var rest = value
    var place = cursor + count
    repeat {
      place -= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      place.storeBytes(of: 0x30 + UInt8(truncatingIfNeeded: digit), as: UInt8.self)
      rest = quotient
    } while rest > 0
    cursor += count
  }

  /// UTF-8 in quotes, with what JSON does not allow inside them escaped.
  mutating func appendQuoted(escaping utf8: UnsafeBufferPointer<UInt8>) {
    // Room for a text without escapes; each escape reserves its own.
    reserve(utf8.count + 2)
    store(UInt8(ascii: "\""))
    var rest = utf8[...]
    while let index = Self.firstEscape(in: rest) {
      store(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: rest[..<index])))
      reserve(6 + utf8.endIndex - index + 1)
      storeEscape(utf8[index])
      rest = utf8[(index + 1)...]
    }
    store(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: rest)))
    store(UInt8(ascii: "\""))
  }

  private static func firstEscape(in utf8: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    var index = utf8.startIndex
    let base = UnsafeRawPointer(utf8.base.baseAddress)
    while let base, utf8.endIndex - index >= 8 {
      let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      if ByteSearch.mask(ofBytesIn: word) != 0 || ByteSearch.hasByte(0x7F, in: word) { break }
      index += 8
    }
    while index < utf8.endIndex {
      let byte = utf8.base[index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F { return index }
      index += 1
    }
    return nil
  }

  private mutating func storeEscape(_ byte: UInt8) {
    let short: UInt8? =
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
      case 8: UInt8(ascii: "b")
      case 9: UInt8(ascii: "t")
      case 10: UInt8(ascii: "n")
      case 12: UInt8(ascii: "f")
      case 13: UInt8(ascii: "r")
      default: nil
      }
    store(UInt8(ascii: "\\"))
    if let short { return store(short) }
    store(UInt8(ascii: "u"))
    store(UInt8(ascii: "0"))
    store(UInt8(ascii: "0"))
    store(Self.hexDigit(byte >> 4))
    store(Self.hexDigit(byte & 15))
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : UInt8(ascii: "a") + value - 10
  }
}
