// RFC 4648 Base64: bytes fields in JSON, binary metadata, embedded descriptors.

package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Values of the standard and the URL-safe alphabet; 255 where a byte belongs to neither.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
    values[Int(UInt8(ascii: "-"))] = 62
    values[Int(UInt8(ascii: "_"))] = 63
    return values
  }()

  /// The standard alphabet, with padding unless told otherwise.
  package static func encode(_ bytes: some Collection<UInt8>, padded: Bool = true) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity((bytes.count + 2) / 3 * 4)
    var bits: UInt32 = 0
    var held = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      held += 8
      while held >= 6 {
        held -= 6
        out.append(alphabet[Int(bits >> UInt32(held)) & 63])
      }
    }
    if held > 0 { out.append(alphabet[Int(bits << UInt32(6 - held)) & 63]) }
    if padded { while out.count % 4 != 0 { out.append(UInt8(ascii: "=")) } }
    return out
  }

  /// Either alphabet, with or without padding; nil for anything else.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 4 * 3 + 3)
    var bits: UInt32 = 0
    var held = 0
    var padding = 0
    var count = 0
    for byte in text {
      if byte == UInt8(ascii: "=") {
        padding += 1
        continue
      }
      let value = values[Int(byte)]
      guard value != 255, padding == 0 else { return nil }
      count += 1
      bits = bits << 6 | UInt32(value)
      held += 6
      if held >= 8 {
        held -= 8
        out.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
      }
    }
    // One character alone carries no byte; padding, if any, fills the last group of four.
    guard count % 4 != 1, padding <= 2, padding == 0 || (count + padding) % 4 == 0 else { return nil }
    return out
  }
}
