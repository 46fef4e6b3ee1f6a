// `grpc-message` carries any text as printable ASCII (grpc/doc/PROTOCOL-HTTP2.md, "Status-Message").

enum PercentEncoding {
  private static let hex: [UInt8] = Array("0123456789ABCDEF".utf8)

  /// Appends the encoded form: bytes outside 0x20–0x7E, and `%`, become `%XX`.
  static func encode(_ text: String, into out: inout [UInt8]) {
    for byte in text.utf8 {
      if byte >= 0x20, byte <= 0x7e, byte != 0x25 {
        out.append(byte)
      } else {
        out.append(0x25)
        out.append(hex[Int(byte >> 4)])
        out.append(hex[Int(byte & 15)])
      }
    }
  }

  /// The text, with malformed escapes left as they are and malformed UTF-8 replaced: a message is never a reason to fail.
  static func decode(_ bytes: UnsafeRawBufferPointer) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      if bytes[index] == 0x25, index + 2 < bytes.count, let high = digit(bytes[index + 1]),
        let low = digit(bytes[index + 2])
      {
        out.append(high << 4 | low)
        index += 3
      } else {
        out.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
