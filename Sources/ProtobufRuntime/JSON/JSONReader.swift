// A pull parser over UTF-8 JSON (RFC 8259) for generated decoders: no tree, no string per field name.

/// Reads one JSON text.
public struct JSONReader {
  let bytes: [UInt8]
  @usableFromInline var position = 0
  var depth = 0
  /// The next object is the payload of an `Any`: its "@type" is no field.
  var skipsTypeKey = false
  /// What is read next is one entry of an object, not an object.
  var readsSingleField = false
  public let options: JSONDecodingOptions

  public init(_ bytes: [UInt8], options: JSONDecodingOptions = .defaults) {
    self.bytes = bytes
    self.options = options
  }

  // MARK: Errors

  /// An error at the current place.
  public func error(_ kind: JSONError.Kind) -> JSONError { error(kind, at: position) }

  func error(_ kind: JSONError.Kind, at place: Int) -> JSONError {
    let before = bytes[..<min(place, bytes.count)]
    let line = before.count { $0 == 10 } + 1
    let lineStart = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
    return JSONError(kind, line: line, column: before.count - lineStart + 1)
  }

  func expected(_ what: String) -> JSONError {
    guard position < bytes.count else { return error(.unexpectedEnd) }
    let found: String
    switch bytes[position] {
    case UInt8(ascii: "{"): found = "an object"
    case UInt8(ascii: "["): found = "a list"
    case UInt8(ascii: "\""): found = "a string"
    case UInt8(ascii: "t"), UInt8(ascii: "f"): found = "a boolean"
    case UInt8(ascii: "n"): found = "null"
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): found = "a number"
    case let byte where byte >= 0x21 && byte < 0x7F: found = "'\(Character(UnicodeScalar(byte)))'"
    case let byte: found = "byte \(byte)"
    }
    return error(.expected(what, found: found))
  }

  /// Nothing but white space may follow the value.
  public mutating func finish() throws(JSONError) {
    skipSpace()
    if position < bytes.count { throw error(.trailingText) }
  }

  // MARK: Structure

  @inline(__always)
  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// The next significant byte, not consumed; 0 at the end.
  mutating func peek() -> UInt8 {
    skipSpace()
    return position < bytes.count ? bytes[position] : 0
  }

  mutating func expect(_ byte: UInt8, _ what: String) throws(JSONError) {
    guard peek() == byte else { throw expected(what) }
    position += 1
  }

  /// Consumes `null` if it is next.
  public mutating func readNull() throws(JSONError) -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    try literal("null")
    return true
  }

  @usableFromInline
  mutating func expectColon() throws(JSONError) { try expect(UInt8(ascii: ":"), "':'") }

  mutating func literal(_ text: StaticString) throws(JSONError) {
    let count = text.utf8CodeUnitCount
    let matches = text.withUTF8Buffer { buffer in
      position + count <= bytes.count && zip(buffer, bytes[position...]).allSatisfy { $0 == $1 }
    }
    guard matches else { throw error(.expected("\(text)", found: "something else")) }
    position += count
  }

  mutating func descend() throws(JSONError) {
    depth += 1
    guard depth <= options.maximumDepth else { throw error(.nestedTooDeeply(limit: options.maximumDepth)) }
  }

  /// Begins a message's object.
  public mutating func beginObject(_ table: FieldTable, _ message: String) throws(JSONError) -> JSONObject {
    if readsSingleField {
      readsSingleField = false
      var entry = JSONObject(table: table, message: message, skipsTypeKey: false)
      entry.isSingleField = true
      return entry
    }
    try beginObject("an object (\(message))")
    defer { skipsTypeKey = false }
    return JSONObject(table: table, message: message, skipsTypeKey: skipsTypeKey)
  }

  mutating func beginObject(_ what: @autoclosure () -> String) throws(JSONError) {
    guard peek() == UInt8(ascii: "{") else { throw expected(what()) }
    position += 1
    try descend()
  }

  /// The number of the next field, or nil at the object's end.
  public mutating func nextField(_ object: inout JSONObject) throws(JSONError) -> Int32? {
    while try object.isSingleField ? object.isFirst : nextKey(isFirst: object.isFirst) {
      object.isFirst = false
      let place = position
      if let entry = try findField(&object) {
        guard object.insert(entry.index) else {
          let name = String(decoding: entry.name, as: UTF8.self)
          throw error(.duplicateField(name, message: object.message), at: place)
        }
        try expect(UInt8(ascii: ":"), "':'")
        return entry.number
      }
      position = place
      let name = try string()
      if try readExtension(name, at: place, &object) { continue }
      guard options.ignoresUnknownFields || object.skipsTypeKey && name == "@type" else {
        let nearest = nearestName(to: name, among: object.table.names)
        throw error(.unknownField(name, message: object.message, nearest: nearest), at: place)
      }
      try expect(UInt8(ascii: ":"), "':'")
      try skipValue()
    }
    return nil
  }

  /// Moves to the next key of an object; false (and past the brace) at its end.
  @usableFromInline
  mutating func nextKey(isFirst: Bool) throws(JSONError) -> Bool {
    if peek() == UInt8(ascii: "}") {
      position += 1
      depth -= 1
      return false
    }
    if !isFirst { try expect(UInt8(ascii: ","), "',' or '}'") }
    guard peek() == UInt8(ascii: "\"") else { throw expected("a field name in quotes") }
    return true
  }

  private mutating func findField(_ object: inout JSONObject) throws(JSONError) -> FieldTable.Entry? {
    let (table, expected) = (object.table, object.expected)
    // The usual name has no escapes and is looked up where it stands; the usual field is the next one of the schema.
    let start = position + 1
    let (end, entry): (Int, FieldTable.Entry?) = bytes.withUnsafeBytes { bytes in
      let rest = UnsafeRawBufferPointer(rebasing: bytes[min(start, bytes.count)...])
      if let entry = table.entry(at: expected, beginning: rest) {
        return (start + entry.name.count, entry)
      }
      let end = Self.endOfPlainText(from: start, in: bytes).index
      let isPlain = end < bytes.count && bytes[end] == UInt8(ascii: "\"")
      return (end, isPlain ? table.find(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) : nil)
    }
    guard end < bytes.count else { throw error(.unexpectedEnd) }
    if let entry {
      object.expected = entry.index + 1
      position = end + 1
      return entry
    }
    if bytes[end] == UInt8(ascii: "\\") {
      let name = Array(try string().utf8)
      return name.withUnsafeBytes { table.find($0) }
    }
    return nil
  }

  @usableFromInline
  mutating func beginList() throws(JSONError) {
    try expect(UInt8(ascii: "["), "a list")
    try descend()
  }

  /// Moves to the next element; false (and past the bracket) at the list's end.
  @usableFromInline
  mutating func nextElement(isFirst: inout Bool) throws(JSONError) -> Bool {
    if peek() == UInt8(ascii: "]") {
      position += 1
      depth -= 1
      return false
    }
    if !isFirst {
      try expect(UInt8(ascii: ","), "',' or ']'")
    }
    isFirst = false
    return true
  }

  /// Passes over one value of any kind, which must be well-formed.
  public mutating func skipValue() throws(JSONError) {
    switch peek() {
    case UInt8(ascii: "{"):
      try beginObject("an object")
      var isFirst = true
      while try nextKey(isFirst: isFirst) {
        isFirst = false
        _ = try string()
        try expect(UInt8(ascii: ":"), "':'")
        try skipValue()
      }
    case UInt8(ascii: "["):
      try beginList()
      var isFirst = true
      while try nextElement(isFirst: &isFirst) { try skipValue() }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default: _ = try numberText()
    }
  }

  // MARK: Scalars

  mutating func boolean() throws(JSONError) -> Bool {
    switch peek() {
    case UInt8(ascii: "t"):
      try literal("true")
      return true
    case UInt8(ascii: "f"):
      try literal("false")
      return false
    default: throw expected("true or false")
    }
  }

  /// The characters of a number, checked against JSON's grammar.
  mutating func numberText() throws(JSONError) -> ArraySlice<UInt8> {
    _ = peek()
    let start = position
    var index = position
    func digits() -> Bool {
      let first = index
      while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
      return index > first
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") { index += 1 }
    let integer = index
    guard digits() else { throw expected("a number") }
    if bytes[integer] == UInt8(ascii: "0"), index > integer + 1 { throw expected("a number without leading zeros") }
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      guard digits() else { throw error(.expected("digits behind the point", found: "none")) }
    }
    if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
      guard digits() else { throw error(.expected("digits of the exponent", found: "none")) }
    }
    position = index
    return bytes[start..<index]
  }

  /// A number as it stands, or inside a string, which JSON's mapping allows for every numeric type.
  private mutating func quotableNumber(_ type: String) throws(JSONError) -> ArraySlice<UInt8> {
    guard peek() == UInt8(ascii: "\"") else { return try numberText() }
    let place = position
    let text = Array(try string().utf8)
    var inner = JSONReader(text, options: options)
    guard let number = try? inner.numberText(), inner.position == text.count, number.startIndex == 0 else {
      throw error(.invalidNumber("\"\(String(decoding: text, as: UTF8.self))\"", type: type), at: place)
    }
    return number
  }

  mutating func integer<I: FixedWidthInteger>(_ type: I.Type) throws(JSONError) -> I {
    _ = peek()
    let place = position
    if let short = shortDecimal(), short.exponent == 0, let value = I(exactly: short.digits) {
      position = short.end
      return value
    }
    let name = "\(type)".lowercased()
    let text = try quotableNumber(name)
    if let value = Self.plainInteger(text, type) { return value }
    // 1e5 and 2.0 are integers too.
    if let digits = Self.integerDigits(text), let value = Self.plainInteger(digits, type) { return value }
    throw error(.invalidNumber(String(decoding: text, as: UTF8.self), type: name), at: place)
  }

  /// What most numbers are: up to 15 digits with an optional sign and point, no exponent, perhaps in quotes. The value is
  /// `digits` × 10^`exponent`; nothing is consumed. Nil for all others, valid or not.
  private func shortDecimal() -> (digits: Int64, isNegative: Bool, exponent: Int, end: Int)? {
    bytes.withUnsafeBufferPointer { bytes in
      var index = position
      func at(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }
      let isQuoted = at(index) == UInt8(ascii: "\"")
      if isQuoted { index += 1 }
      let isNegative = at(index) == UInt8(ascii: "-")
      if isNegative { index += 1 }
      let start = index
      var digits: Int64 = 0
      var point = -1
      while index - start <= 16 {
        let byte = at(index)
        if byte >= 0x30, byte <= 0x39 {
          digits = digits * 10 + Int64(byte - 0x30)
        } else if byte == UInt8(ascii: "."), point < 0, index > start {
          point = index
        } else {
          break
        }
        index += 1
      }
      let count = index - start - (point < 0 ? 0 : 1)
      guard count > 0, count <= 15, at(index) | 0x20 != UInt8(ascii: "e"), at(index) != UInt8(ascii: "."),
        point != index - 1, at(start) != 0x30 || index == start + 1 || point == start + 1
      else { return nil }
      if isQuoted {
        guard at(index) == UInt8(ascii: "\"") else { return nil }
        index += 1
      }
      let fraction = point < 0 ? 0 : count - (point - start)
      return (isNegative ? -digits : digits, isNegative, -fraction, index)
    }
  }

  /// A number with fraction or exponent as the digits of an integer; nil where it is none, or has more than 64 bits.
  private static func integerDigits(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let mantissa = text.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    let exponentText = text[mantissa.endIndex...].dropFirst().drop { $0 == UInt8(ascii: "+") }
    var exponent = 0
    if !exponentText.isEmpty {
      guard let value = Int(String(decoding: exponentText, as: UTF8.self)), value.magnitude <= 1_000_000_000
      else { return mantissa.allSatisfy { $0 < 0x31 || $0 > 0x39 } ? [UInt8(ascii: "0")] : nil }
      exponent = value
    }
    let sign = mantissa.prefix { $0 == UInt8(ascii: "-") }
    var digits = Array(mantissa.drop { $0 == UInt8(ascii: "-") })
    if let point = digits.firstIndex(of: UInt8(ascii: ".")) {
      exponent -= digits.count - point - 1
      digits.remove(at: point)
    }
    while digits.count > 1, digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      exponent += 1
    }
    digits = Array(digits.drop { $0 == UInt8(ascii: "0") })
    if digits.isEmpty { return [UInt8(ascii: "0")] }
    // UInt64.max has 20 digits.
    guard exponent >= 0, digits.count + exponent <= 20 else { return nil }
    return sign + digits + repeatElement(UInt8(ascii: "0"), count: exponent)
  }

  private static func plainInteger<I: FixedWidthInteger>(_ text: ArraySlice<UInt8>, _ type: I.Type) -> I? {
    var value: I = 0
    var rest = text
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    for byte in rest {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let digit = I(truncatingIfNeeded: byte - 0x30)
      let (sum, carry) =
        isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }

  mutating func floatingPoint<F: BinaryFloatingPoint & LosslessStringConvertible>(
    _ type: F.Type
  ) throws(JSONError) -> F {
    _ = peek()
    let place = position
    if let short = shortDecimal(), let value: F = Self.exact(short.digits, short.exponent) {
      position = short.end
      return short.isNegative && value == 0 ? -value : value
    }
    let name = F.self == Float.self ? "float" : "double"
    if peek() == UInt8(ascii: "\"") {
      switch try string() {
      case "NaN": return .nan
      case "Infinity": return .infinity
      case "-Infinity": return -.infinity
      default: position = place
      }
    }
    let text = String(decoding: try quotableNumber(name), as: UTF8.self)
    guard let value = F(text), value.isFinite else { throw error(.invalidNumber(text, type: name), at: place) }
    return value
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  /// A quotient whose operands both types hold exactly is rounded once, as reading the text would (Clinger 1990): for a
  /// Double those of up to 15 digits, for a Float up to 2^24 and 10^10. Nil for others.
  private static func exact<F: BinaryFloatingPoint>(_ digits: Int64, _ exponent: Int) -> F? {
    guard F.self == Double.self || digits.magnitude <= 1 << 24 && exponent >= -10 else { return nil }
    return exponent == 0 ? F(digits) : F(digits) / F(powersOfTen[-exponent])
  }

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
  private static func endOfPlainText(from start: Int, in text: UnsafeRawBufferPointer) -> (index: Int, isASCII: Bool) {
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
    var out = Array(bytes[start..<firstEscape])
    var index = firstEscape
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\"") {
        position = index
        return try validated(out.span, at: start - 1)
      }
      guard byte == UInt8(ascii: "\\") else {
        if byte < 0x20 { throw error(.invalidString("a control character must be escaped"), at: index - 1) }
        out.append(byte)
        continue
      }
      guard index < bytes.count else { break }
      let escape = bytes[index]
      index += 1
      switch escape {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(escape)
      case UInt8(ascii: "b"): out.append(8)
      case UInt8(ascii: "f"): out.append(12)
      case UInt8(ascii: "n"): out.append(10)
      case UInt8(ascii: "r"): out.append(13)
      case UInt8(ascii: "t"): out.append(9)
      case UInt8(ascii: "u"):
        let scalar = try unicodeEscape(&index)
        out.append(contentsOf: Array(String(Character(scalar)).utf8))
      default: throw error(.invalidString("unknown escape"), at: index - 1)
      }
    }
    throw error(.unexpectedEnd, at: bytes.count)
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

/// Where the reader is inside one message's object: which fields it has seen.
public struct JSONObject {
  let table: FieldTable
  let message: String
  let skipsTypeKey: Bool
  var isFirst = true
  /// The field that comes next where all are there, in the order of the schema.
  var expected = 0
  /// One entry of an extended message's object, read as an object of its extensions.
  var isSingleField = false
  /// The message has extension ranges: entries with names in brackets are collected as fields in binary form.
  var isExtensible = false
  var extensionNames: Set<String> = []
  var extensionBytes: [UInt8] = []
  private var seen: UInt64 = 0
  private var seenBeyond: Set<Int> = []

  init(table: FieldTable, message: String, skipsTypeKey: Bool) {
    self.table = table
    self.message = message
    self.skipsTypeKey = skipsTypeKey
  }

  /// False if the field was there already.
  mutating func insert(_ index: Int) -> Bool {
    guard index < 64 else { return seenBeyond.insert(index).inserted }
    let bit: UInt64 = 1 << UInt64(index)
    defer { seen |= bit }
    return seen & bit == 0
  }
}
