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
    store(decimal: value)
  }

  mutating func append(quotedDecimal value: UInt64, isNegative: Bool) {
    reserve(23)
    store(UInt8(ascii: "\""))
    if isNegative { store(UInt8(ascii: "-")) }
    store(decimal: value)
    store(UInt8(ascii: "\""))
  }

  /// A decimal with up to three digits behind the point.
  mutating func append(thousandths value: Int64) {
    // Sign, point, and no more than 20 digits.
    reserve(22)
    if value < 0 { store(UInt8(ascii: "-")) }
    let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: 1000)
    store(decimal: whole)
    if rest == 0 { return }
    store(UInt8(ascii: "."))
    let (tenths, thousandths) = rest.quotientAndRemainder(dividingBy: 100)
    store(0x30 + UInt8(truncatingIfNeeded: tenths))
    if thousandths == 0 { return }
    store(0x30 + UInt8(truncatingIfNeeded: thousandths / 10))
    if thousandths % 10 != 0 { store(0x30 + UInt8(truncatingIfNeeded: thousandths % 10)) }
  }

  /// - Precondition: room has been reserved.
  @inline(__always)
  private mutating func store(decimal value: UInt64) {
    if value < 10 { return store(0x30 + UInt8(truncatingIfNeeded: value)) }
    let pairs: StaticString = """
      0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
      50515253545556575859606162636465666768697071727374757677787980818283848586878889909192939495969798\
      99
      """
    cursor += Self.digits(in: value)
    var place = cursor
    var rest = value
    while rest >= 100 {
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      place -= 2
      place.copyMemory(from: pairs.utf8Start + 2 * Int(pair), byteCount: 2)
      rest = quotient
    }
    if rest >= 10 {
      (place - 2).copyMemory(from: pairs.utf8Start + 2 * Int(rest), byteCount: 2)
    } else {
      (place - 1).storeBytes(of: 0x30 + UInt8(truncatingIfNeeded: rest), as: UInt8.self)
    }
  }

  @inline(__always)
  private static func digits(in value: UInt64) -> Int {
    var count = 1
    var rest = value
    while rest >= 10_000 {
      rest /= 10_000
      count += 4
    }
    return count + (rest < 10 ? 0 : rest < 100 ? 1 : rest < 1000 ? 2 : 3)
  }

  /// UTF-8 in quotes, with what JSON does not allow inside them escaped.
  mutating func appendQuoted(escaping utf8: UnsafeBufferPointer<UInt8>) {
    let text = UnsafeRawBufferPointer(utf8)
    // Both quotes, and a word that reaches beyond what is left.
    reserve(text.count + 10)
    store(UInt8(ascii: "\""))
    var index = 0
    while text.count - index >= 8 {
      // The whole word is written; where it has something to escape, that is written over.
      let word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      cursor.storeBytes(of: word.littleEndian, as: UInt64.self)
      let stops = ByteSearch.mask(ofBytesIn: word) | ByteSearch.mask(of: 0x7F, in: word)
      let plain = stops == 0 ? 8 : stops.trailingZeroBitCount / 8
      cursor += plain
      index += plain
      if plain < 8 {
        storeEscape(text[index], before: text.count - index)
        index += 1
      }
    }
    while index < text.count {
      let byte = text[index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F {
        storeEscape(byte, before: text.count - index)
      } else {
        store(byte)
      }
      index += 1
    }
    store(UInt8(ascii: "\""))
  }

  /// - Parameter rest: bytes for which there is room behind it, as for a word and a quote.
  private mutating func storeEscape(_ byte: UInt8, before rest: Int) {
    reserve(6 + rest + 9)
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
