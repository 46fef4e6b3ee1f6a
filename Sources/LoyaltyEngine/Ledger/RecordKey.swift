// The caller's key in a record. Keys are mostly UUIDs, and nothing else of a record is as long and as random: 16 bytes
// stand for the 36 of the text.

import LoyaltyMessages

extension Record {
  /// The caller's key as it was given; empty for the service's own work.
  public var key: String { idempotencyBytes.isEmpty ? idempotencyKey : UUIDText.text(of: idempotencyBytes) }

  /// Whether a caller gave a key.
  var hasKey: Bool { !idempotencyKey.isEmpty || !idempotencyBytes.isEmpty }

  /// Keeps a key, as bytes if it is a UUID.
  mutating func set(key: String) {
    if let bytes = UUIDText.bytes(of: key) {
      (idempotencyKey, idempotencyBytes) = ("", bytes)
    } else {
      (idempotencyKey, idempotencyBytes) = (key, [])
    }
  }
}

/// UUIDs as RFC 9562 writes them: 32 hexadecimal digits in lower case, in groups of 8, 4, 4, 4 and 12.
enum UUIDText {
  private static let length = 36
  private static let dash = UInt8(ascii: "-")

  private static func isDash(_ position: Int) -> Bool {
    position == 8 || position == 13 || position == 18 || position == 23
  }

  /// The 16 bytes; nil for every text that `text(of:)` would not give back exactly.
  static func bytes(of text: String) -> [UInt8]? {
    let characters = text.utf8.span
    guard characters.count == length else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    var high: UInt8?
    for position in 0..<length {
      let character = characters[position]
      if isDash(position) {
        guard character == dash else { return nil }
        continue
      }
      let digit: UInt8
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character &- UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character &- UInt8(ascii: "a") &+ 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return bytes
  }

  /// The text of 16 bytes; of others, which only a damaged file has, their digits without dashes.
  static func text(of bytes: [UInt8]) -> String {
    let isWhole = bytes.count == 16
    let count = isWhole ? length : 2 * bytes.count
    return String(unsafeUninitializedCapacity: count) { buffer in
      var position = 0
      for byte in bytes {
        if isWhole, isDash(position) {
          buffer[position] = dash
          position += 1
        }
        for digit in [byte >> 4, byte & 15] {
          buffer[position] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
          position += 1
        }
      }
      return position
    }
  }
}
