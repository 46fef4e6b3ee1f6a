// Bytes as C writes them in a string, the form in which descriptors keep the default of a bytes field.

enum CEscaping {
  /// Printable ASCII stands for itself, quotes and backslashes escaped; everything else is three octal digits, but for
  /// newline, carriage return and tab.
  static func escape(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    for byte in bytes {
      switch byte {
      case 0x0A: result += [0x5C, UInt8(ascii: "n")]
      case 0x0D: result += [0x5C, UInt8(ascii: "r")]
      case 0x09: result += [0x5C, UInt8(ascii: "t")]
      case 0x22, 0x27, 0x5C: result += [0x5C, byte]
      case 0x20..<0x7F: result.append(byte)
      default:
        result += [0x5C, 0x30 + (byte >> 6), 0x30 + (byte >> 3 & 7), 0x30 + (byte & 7)]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
