// How the ledger's numbers look outside: names that say what they name, and protobuf's time.

import ProtobufRuntime

enum PublicName {
  // Short strings are joined without an allocation; interpolation makes one.
  static let accrualPrefix = "acr-"
  static func accrual(_ sequence: UInt64) -> String { accrualPrefix + String(sequence) }
  static func reversal(_ sequence: UInt64) -> String { "rev-" + String(sequence) }
  static func adjustment(_ sequence: UInt64) -> String { "adj-" + String(sequence) }
  static func transfer(_ sequence: UInt64) -> String { "trf-" + String(sequence) }
  static func importation(_ sequence: UInt64) -> String { "imp-" + String(sequence) }
  static let proposalPrefix = "prp-"
  static func proposal(_ sequence: UInt64) -> String { proposalPrefix + String(sequence) }
  static let redemptionPrefix = "rdm-"
  static func redemption(_ sequence: UInt64) -> String { redemptionPrefix + String(sequence) }
  static let quotePrefix = "qte-"
  static func quote(_ sequence: UInt64) -> String { quotePrefix + String(sequence) }
  static let exchangePrefix = "exc-"
  static func exchange(_ sequence: UInt64) -> String { exchangePrefix + String(sequence) }
  static func voucherUse(_ sequence: UInt64) -> String { "vch-" + String(sequence) }
  static let bulletinPrefix = "bul-"
  static func bulletin(_ sequence: UInt64) -> String { bulletinPrefix + String(sequence) }
  static func entitlementUse(_ sequence: UInt64) -> String { "ent-" + String(sequence) }
  static func ticket(_ sequence: UInt64) -> String { "fbk-" + String(sequence) }
  static let holdPrefix = "hld-"
  static func hold(_ sequence: UInt64) -> String { holdPrefix + String(sequence) }
  static func share(_ sequence: UInt64) -> String { "shr-" + String(sequence) }
  static func grant(_ id: UInt64) -> String { "off-" + String(id) }
  static func claim(_ id: UInt64) -> String { "clm-" + String(id) }
  static func suspense(_ id: UInt64) -> String { "sus-" + String(id) }
  static func notice(_ id: UInt64) -> String { "ntc-" + String(id) }
  /// The record that made the lot, and the lot's place in it.
  static func lot(_ id: UInt64) -> String { "lot-" + String(id >> 8) + "-" + String(id & 0xff) }

  /// The lot of that name; nil if it is none.
  static func lot(_ name: String) -> UInt64? {
    guard name.hasPrefix("lot-") else { return nil }
    let parts = name.dropFirst(4).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let record = UInt64(parts[0]), let place = UInt64(parts[1]), place < 256,
      record < 1 << 40
    else { return nil }
    return record << 8 | place
  }

  /// The number in a name of that kind; nil if it is none.
  static func sequence(_ name: String, _ prefix: String) -> UInt64? {
    guard name.hasPrefix(prefix) else { return nil }
    let digits = name.dropFirst(prefix.count)
    guard digits.utf8.count <= 20, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(digits)
  }
}

extension ProtobufTimestamp {
  /// - Parameter unixMilliseconds: from 1970 on.
  init(unixMilliseconds: Int64) {
    self.init(seconds: unixMilliseconds / 1_000, nanos: Int32(unixMilliseconds % 1_000) * 1_000_000)
  }

  /// Nil for 0, which the ledger writes for "never".
  static func unlessNever(_ unixMilliseconds: Int64) -> ProtobufTimestamp? {
    unixMilliseconds == 0 ? nil : ProtobufTimestamp(unixMilliseconds: unixMilliseconds)
  }
}
