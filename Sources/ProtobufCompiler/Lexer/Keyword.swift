// The words the grammar gives a meaning to. None is reserved: each may also name a message or a field, so a keyword is
// a property of an identifier token and the parser decides by context.

enum Keyword: UInt8, CaseIterable {
  case none
  case `default`, edition, `enum`, export, extend, extensions, `false`, group, `import`, inf, jsonName, local, map, max
  case message, nan, oneof, option, optional, package, `public`, repeated, required, reserved, returns, rpc, service
  case stream, syntax, to, `true`, weak
  // Scalar types.
  case bool, bytes, double, fixed32, fixed64, float, int32, int64, sfixed32, sfixed64, sint32, sint64, string, uint32
  case uint64

  var text: String {
    self == .jsonName ? "json_name" : String(describing: self)
  }
}

/// Finds the keyword that a run of bytes spells, with one probe or two and no allocation.
struct KeywordTable {
  static let shared = KeywordTable()

  /// Longest keyword ("extensions").
  private static let longest = 10
  private static let slotBits = 8

  /// Open addressing over the first eight bytes and the length; longer keywords are told apart by these already.
  private var keys: [UInt64]
  private var values: [Keyword]

  private init() {
    keys = Array(repeating: 0, count: 1 << Self.slotBits)
    values = Array(repeating: .none, count: 1 << Self.slotBits)
    for keyword in Keyword.allCases where keyword != .none {
      let text = Array(keyword.text.utf8)
      let key = Self.key(text, from: 0, to: text.count)
      var slot = Self.slot(key)
      while keys[slot] != 0 { slot = (slot + 1) & (keys.count - 1) }
      keys[slot] = key
      values[slot] = keyword
    }
  }

  func keyword(in bytes: [UInt8], from start: Int, to end: Int) -> Keyword {
    guard end - start <= Self.longest, end - start > 1 else { return .none }
    let key = Self.key(bytes, from: start, to: end)
    var slot = Self.slot(key)
    while keys[slot] != 0 {
      if keys[slot] == key { return values[slot] }
      slot = (slot + 1) & (keys.count - 1)
    }
    return .none
  }

  /// Up to ten bytes folded into 64 bits without loss: six bits a byte are enough for letters, digits and `_`.
  private static func key(_ bytes: [UInt8], from start: Int, to end: Int) -> UInt64 {
    var key: UInt64 = 0
    for index in start..<end {
      let byte = bytes[index]
      let code: UInt8 =
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte &- 96
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte &- 38
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &+ 5
        default: 63
        }
      key = key << 6 | UInt64(code)
    }
    return key
  }

  private static func slot(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - slotBits))
  }
}
