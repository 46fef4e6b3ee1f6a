// The values that number and string tokens spell.

enum Literals {
  /// The value of an integer token, or nil where it exceeds `maximum`. Hexadecimal after `0x`, octal after `0`.
  static func integer(_ text: ArraySlice<UInt8>, maximum: UInt64) -> UInt64? {
    var digits = text
    var base: UInt64 = 10
    if digits.first == 0x30, digits.count > 1 {
      let second = digits[digits.startIndex + 1]
      if second | 0x20 == 0x78 {
        base = 16
        digits = digits.dropFirst(2)
      } else {
        base = 8
        digits = digits.dropFirst()
      }
    }
    var result: UInt64 = 0
    for byte in digits {
      guard byte.isHexDigit, UInt64(byte.hexValue) < base else { return nil }
      let (product, overflow) = result.multipliedReportingOverflow(by: base)
      guard !overflow else { return nil }
      let (sum, carry) = product.addingReportingOverflow(UInt64(byte.hexValue))
      guard !carry, sum <= maximum else { return nil }
      result = sum
    }
    return result
  }

  /// The value of a decimal float or integer token, too large ones being infinite. A malformed exponent, which the
  /// lexer has reported, is left out.
  static func double(_ text: ArraySlice<UInt8>) -> Double {
    var text = text
    if let last = text.last, last | 0x20 == 0x66 { text = text.dropLast() }
    while let last = text.last, !last.isDigit && last != 0x2E { text = text.dropLast() }
    var spelled = String(decoding: text, as: UTF8.self)
    if spelled.hasPrefix(".") { spelled = "0" + spelled }
    return Double(spelled) ?? Double(spelled.replacingTrailingPoint) ?? 0
  }

  /// Appends the bytes of one string token, quotes and escapes resolved.
  static func appendString(_ token: ArraySlice<UInt8>, to output: inout [UInt8]) {
    guard let quote = token.first else { return }
    var index = token.startIndex + 1
    let end = token.endIndex
    func peek(_ at: Int) -> UInt8 { at < end ? token[at] : 0 }

    while index < end {
      let byte = token[index]
      if byte == quote && index == end - 1 { return }
      guard byte == 0x5C, index + 1 < end else {
        output.append(byte)
        index += 1
        continue
      }
      index += 1
      let escape = token[index]
      if escape.isOctalDigit {
        var code = Int(escape.hexValue)
        for _ in 0..<2 where peek(index + 1).isOctalDigit {
          index += 1
          code = code * 8 + Int(token[index].hexValue)
        }
        output.append(UInt8(truncatingIfNeeded: code))
      } else if escape == UInt8(ascii: "x") || escape == UInt8(ascii: "X") {
        var code = 0
        for _ in 0..<2 where peek(index + 1).isHexDigit {
          index += 1
          code = code * 16 + Int(token[index].hexValue)
        }
        output.append(UInt8(truncatingIfNeeded: code))
      } else if escape == UInt8(ascii: "u") || escape == UInt8(ascii: "U") {
        appendUnicodeEscape(token, at: &index, to: &output)
      } else {
        output.append(unescaped(escape))
      }
      index += 1
    }
  }

  private static func unescaped(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "a"): 0x07
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "v"): 0x0B
    case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "'"), UInt8(ascii: "\""): byte
    // The lexer has reported it.
    default: UInt8(ascii: "?")
    }
  }

  /// `\uXXXX` or `\UXXXXXXXX` with `index` at the letter; a high surrogate takes a low one in a following `\u` along.
  /// An unpaired surrogate is written in three bytes, as protoc writes it.
  private static func appendUnicodeEscape(
    _ token: ArraySlice<UInt8>, at index: inout Int, to output: inout [UInt8]
  ) {
    func hex(_ start: Int, _ digits: Int) -> UInt32? {
      guard start >= token.startIndex, start + digits <= token.endIndex else { return nil }
      var code: UInt32 = 0
      for byte in token[start..<start + digits] {
        guard byte.isHexDigit else { return nil }
        code = code << 4 | UInt32(byte.hexValue)
      }
      return code
    }

    let digits = token[index] == UInt8(ascii: "u") ? 4 : 8
    guard var code = hex(index + 1, digits) else {
      output.append(token[index])
      return
    }
    index += digits
    if (0xD800..<0xDC00).contains(code), index + 2 < token.endIndex, token[index + 1] == 0x5C,
      token[index + 2] == UInt8(ascii: "u"), let low = hex(index + 3, 4), (0xDC00..<0xE000).contains(low)
    {
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      index += 6
    }
    switch code {
    case 0..<0x80:
      output.append(UInt8(truncatingIfNeeded: code))
    case 0x80..<0x800:
      output.append(UInt8(truncatingIfNeeded: 0xC0 | code >> 6))
      output.append(UInt8(truncatingIfNeeded: 0x80 | code & 0x3F))
    case 0x800..<0x10000:
      output.append(UInt8(truncatingIfNeeded: 0xE0 | code >> 12))
      output.append(UInt8(truncatingIfNeeded: 0x80 | code >> 6 & 0x3F))
      output.append(UInt8(truncatingIfNeeded: 0x80 | code & 0x3F))
    case 0x110000...:
      // Beyond Unicode; protoc leaves the escape as it is.
      let digits = Array(String(code, radix: 16).utf8)
      output += [0x5C, UInt8(ascii: "U")] + Array(repeating: 0x30, count: 8 - digits.count) + digits
    default:
      output.append(UInt8(truncatingIfNeeded: 0xF0 | code >> 18))
      output.append(UInt8(truncatingIfNeeded: 0x80 | code >> 12 & 0x3F))
      output.append(UInt8(truncatingIfNeeded: 0x80 | code >> 6 & 0x3F))
      output.append(UInt8(truncatingIfNeeded: 0x80 | code & 0x3F))
    }
  }
}

extension String {
  /// "1." as "1.0", and "1.e5" as "1.0e5", for readers that want a digit after the point.
  fileprivate var replacingTrailingPoint: String {
    var result: [UInt8] = []
    let source = Array(utf8)
    for (index, byte) in source.enumerated() {
      result.append(byte)
      if byte == 0x2E && !(index + 1 < source.count && source[index + 1].isDigit) { result.append(0x30) }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
