// Bytes as C writes them in a string: the default of a bytes field in a descriptor, strings and bytes in the text format.

package enum CEscaping {
  /// Printable ASCII stands for itself, quotes and backslashes escaped; everything else is three octal digits, but for
  /// newline, carriage return and tab. `keepsNonASCII` leaves bytes above 0x7F as they are, for text in UTF-8.
  package static func escape(_ bytes: some Collection<UInt8>, keepsNonASCII: Bool = false) -> String {
    var result: [UInt8] = []
    for byte in bytes {
      switch byte {
      case 0x0A: result += [0x5C, UInt8(ascii: "n")]
      case 0x0D: result += [0x5C, UInt8(ascii: "r")]
      case 0x09: result += [0x5C, UInt8(ascii: "t")]
      case 0x22, 0x27, 0x5C: result += [0x5C, byte]
      case 0x20..<0x7F: result.append(byte)
      case 0x80... where keepsNonASCII: result.append(byte)
      default:
        result += [0x5C, 0x30 + (byte >> 6), 0x30 + (byte >> 3 & 7), 0x30 + (byte & 7)]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
