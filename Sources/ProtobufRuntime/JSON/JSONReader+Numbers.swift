// Reading numbers from JSON: most are short and take a path without text; the others are read as the grammar has them.

extension JSONReader {
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
    // What has 18 digits fits an Int64.
    if let short = shortDecimal(maximumDigits: 18), short.exponent == 0, let value = I(exactly: short.digits) {
      position = short.end
      return value
    }
    let text = try quotableNumber("\(type)".lowercased())
    if let value = Self.plainInteger(text, type) { return value }
    // 1e5 and 2.0 are integers too.
    if let digits = Self.integerDigits(text), let value = Self.plainInteger(digits, type) { return value }
    throw error(.invalidNumber(String(decoding: text, as: UTF8.self), type: "\(type)".lowercased()), at: place)
  }

  /// What most numbers are: some digits with an optional sign and point, no exponent, perhaps in quotes. The value is
  /// `digits` × 10^`exponent`; nothing is consumed. Nil for all others, valid or not.
  /// - Parameter maximumDigits: up to 18.
  @inline(__always)
  private func shortDecimal(
    maximumDigits: Int
  ) -> (digits: Int64, isNegative: Bool, exponent: Int, end: Int)? {
    bytes.withUnsafeBufferPointer { Self.shortDecimal(at: position, in: $0, maximumDigits) }
  }

  @inline(__always)
  private static func shortDecimal(
    at place: Int, in bytes: UnsafeBufferPointer<UInt8>, _ maximumDigits: Int
  ) -> (digits: Int64, isNegative: Bool, exponent: Int, end: Int)? {
    var index = place
    let isQuoted = index < bytes.count && bytes[index] == UInt8(ascii: "\"")
    if isQuoted { index += 1 }
    let isNegative = index < bytes.count && bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    let start = index
    var digits: Int64 = 0
    readDigits(&digits, bytes, &index)
    let whole = index - start
    var fraction = 0
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
      index += 1
      let first = index
      readDigits(&digits, bytes, &index)
      fraction = index - first
      if fraction == 0 { return nil }
    }
    guard whole > 0, whole + fraction <= maximumDigits, whole == 1 || bytes[start] != 0x30 else { return nil }
    if isQuoted {
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return nil }
      index += 1
    } else if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") || bytes[index] == UInt8(ascii: ".") {
      return nil
    }
    return (isNegative ? -digits : digits, isNegative, -fraction, index)
  }

  /// Beyond 18 digits the number means nothing.
  @inline(__always)
  private static func readDigits(_ number: inout Int64, _ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) {
    while index < bytes.count {
      let digit = bytes[index] &- 0x30
      if digit > 9 { return }
      number = number &* 10 &+ Int64(digit)
      index += 1
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
    // Two decimals of 15 digits are two Doubles.
    if let short = shortDecimal(maximumDigits: 15), let value: F = Self.exact(short.digits, short.exponent) {
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

  /// A quotient whose operands a Double holds exactly is rounded once, as reading the text would (Clinger 1990). Nil where
  /// rounding it to a Float could be another than rounding the text: half way between two.
  @inline(__always)
  private static func exact<F: BinaryFloatingPoint>(_ digits: Int64, _ exponent: Int) -> F? {
    let value = exponent == 0 ? Double(digits) : Double(digits) / powersOfTen[-exponent]
    if F.self == Float.self {
      let cutOff = Int64(bitPattern: value.bitPattern & (1 << 29 - 1))
      if (cutOff - 1 << 28).magnitude <= 1 { return nil }
    }
    return F(value)
  }
}
