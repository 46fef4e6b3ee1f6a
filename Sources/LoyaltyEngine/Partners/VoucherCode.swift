// Codes of vouchers. The engine has no random numbers, so a code is a keyed hash of the record that issues it and its
// number in it: nobody without the ledger's secret can guess one, and a replay gives the same.

/// A voucher's code: 20 characters of Crockford's base 32, 100 bits, without letters that look like digits.
enum VoucherCode {
  static let length = 20
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  /// The code of a record's voucher.
  /// - Parameter number: from 0.
  static func make(record: UInt64, number: UInt32, key: HashKey) -> String {
    var hash = SipHash(key: key)
    hash.combine("voucher code")
    hash.combine(record)
    hash.combine(UInt64(number))
    let bits = hash.finish()
    var high = bits.high
    var low = bits.low
    var code: [UInt8] = []
    for index in 0..<length {
      // Ten characters of each half: five bits at a time.
      if index < 10 {
        code.append(alphabet[Int(high & 31)])
        high >>= 5
      } else {
        code.append(alphabet[Int(low & 31)])
        low >>= 5
      }
    }
    return String(decoding: code, as: UTF8.self)
  }

  /// A code as people type it, in the form that is compared: capitals, no spaces or hyphens, O as 0, I and L as 1.
  static func normalized(_ text: String) -> String {
    var code: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "-"): continue
      case UInt8(ascii: "a")...UInt8(ascii: "z"): code.append(canonical(byte - 32))
      default: code.append(canonical(byte))
      }
    }
    return String(decoding: code, as: UTF8.self)
  }

  private static func canonical(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "O"): UInt8(ascii: "0")
    case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
    default: byte
    }
  }
}
