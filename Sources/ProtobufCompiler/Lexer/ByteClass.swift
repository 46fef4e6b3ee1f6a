// Which bytes may stand where in a token.

extension UInt8 {
  var isDigit: Bool { self &- 0x30 < 10 }
  var isOctalDigit: Bool { self &- 0x30 < 8 }
  var isHexDigit: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
  var isLetter: Bool { (self | 0x20) &- 0x61 < 26 || self == 0x5F }
  var isLetterOrDigit: Bool { isLetter || isDigit }

  /// Space, tab, carriage return, vertical tab, form feed.
  var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0B || self == 0x0C }

  /// Control bytes that are not white space; NUL is judged apart, as it also marks the end of the buffer.
  var isUnprintable: Bool { self < 0x20 && self != 0 && self != 0x0A && !isBlank }

  var isUppercase: Bool { self &- 0x41 < 26 }
  var isLowercase: Bool { self &- 0x61 < 26 }

  /// The value of a hexadecimal digit, which the caller has checked to be one.
  var hexValue: UInt8 { isDigit ? self &- 0x30 : (self | 0x20) &- 0x57 }
}
