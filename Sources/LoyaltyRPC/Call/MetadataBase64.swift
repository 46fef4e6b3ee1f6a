// Base64 as gRPC uses it for `-bin` metadata: written without padding, read with or without
// (grpc/doc/PROTOCOL-HTTP2.md, "Custom-Metadata").

enum MetadataBase64 {
  private static let alphabet: [UInt8] = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Appends the unpadded form of `bytes`.
  static func encode(_ bytes: [UInt8], into out: inout [UInt8]) {
    out.reserveCapacity(out.count + (bytes.count * 4 + 2) / 3)
    var word: UInt32 = 0
    var bits = 0
    for byte in bytes {
      word = (word << 8) | UInt32(byte)
      bits += 8
      while bits >= 6 {
        bits -= 6
        out.append(alphabet[Int((word >> UInt32(bits)) & 63)])
      }
    }
    if bits > 0 { out.append(alphabet[Int((word << UInt32(6 - bits)) & 63)]) }
  }

  /// Nil if the bytes are no Base64.
  static func decode(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    var end = bytes.count
    while end > 0, bytes.count - end < 2, bytes[end - 1] == 0x3d { end -= 1 }
    guard end % 4 != 1 else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(end * 3 / 4)
    var word: UInt32 = 0
    var bits = 0
    for index in 0..<end {
      let digit: UInt32
      switch bytes[index] {
      case let byte where byte >= 0x41 && byte <= 0x5a: digit = UInt32(byte) - 0x41
      case let byte where byte >= 0x61 && byte <= 0x7a: digit = UInt32(byte) - 0x61 + 26
      case let byte where byte >= 0x30 && byte <= 0x39: digit = UInt32(byte) - 0x30 + 52
      case 0x2b, 0x2d: digit = 62
      case 0x2f, 0x5f: digit = 63
      default: return nil
      }
      word = ((word << 6) | digit) & 0xff_ffff
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
      }
    }
    return out
  }
}
