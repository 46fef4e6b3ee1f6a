// Reads a compiled time zone file (TZif, RFC 9636): the instants at which a zone's offset changes. Files in their slim form
// list what was irregular and end with a rule for the rest; the rule is worked out as far as it is asked for.

import LoyaltyEngine
import LoyaltyMessages

/// A time zone file that is none, or not one that this reader understands.
struct TimeZoneFileError: Error, CustomStringConvertible {
  var description: String
}

enum TimeZoneFile {
  /// A zone's offsets in [from, until), Unix seconds.
  /// - Throws: `TimeZoneFileError`.
  static func rules(
    _ bytes: [UInt8], name: String, from: Int64, until: Int64
  ) throws(TimeZoneFileError) -> ZoneRules {
    var reader = Reader(bytes: bytes)
    let first = try Header(&reader)
    guard first.version >= 0x32 else {
      throw TimeZoneFileError(description: "has times of 32 bits only (version 1): use a database of this century")
    }
    // The first block is for readers of 32 bits; the second says the same and more.
    try reader.skip(first.size(timeBytes: 4))
    let header = try Header(&reader)
    var times: [Int64] = []
    for _ in 0..<header.transitions { times.append(try reader.integer(8)) }
    let kinds = try reader.take(header.transitions)
    var offsets: [Int64] = []
    for _ in 0..<header.types {
      offsets.append(Int64(Int32(truncatingIfNeeded: try reader.integer(4))))
      try reader.skip(2)
    }
    try reader.skip(header.size(timeBytes: 8) - header.transitions * 9 - header.types * 6)
    let footer = try reader.line()
    guard let initial = offsets.first, kinds.allSatisfy({ Int($0) < offsets.count }),
      zip(times, times.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw TimeZoneFileError(description: "has transitions to types that it does not list") }

    var changes = zip(times, kinds).map { (at: $0, offset: offsets[Int($1)]) }
    if !footer.isEmpty {
      let rule = try ZoneRule(footer)
      // A rule without daylight saving says what the last transition said.
      changes += rule.changes(after: times.last ?? from, until: until)
      if changes.isEmpty { changes = [(from, rule.standard)] }
    }
    var rules = ZoneRules(name: name)
    var offset = changes.last { $0.at <= from }?.offset ?? initial
    rules.offsetSeconds = Int32(clamping: offset)
    for change in changes where change.at > from && change.at < until && change.offset != offset {
      rules.changesAt.append(change.at)
      rules.offsetsAfter.append(Int32(clamping: change.offset))
      offset = change.offset
    }
    return rules
  }

  /// RFC 9636 §3.1.
  private struct Header {
    var version: UInt8
    var transitions: Int
    var types: Int
    private var isUT: Int
    private var isStandard: Int
    private var leaps: Int
    private var characters: Int

    /// More of anything is no time zone: the longest have some 240 transitions.
    static let mostOfAKind = 10_000

    init(_ reader: inout Reader) throws(TimeZoneFileError) {
      guard try reader.take(4) == Array("TZif".utf8) else {
        throw TimeZoneFileError(description: "does not begin with TZif")
      }
      version = try reader.take(1)[0]
      try reader.skip(15)
      var counts: [Int] = []
      for _ in 0..<6 { counts.append(Int(try reader.integer(4))) }
      guard counts.allSatisfy({ (0...Self.mostOfAKind).contains($0) }) else {
        throw TimeZoneFileError(description: "counts \(counts): no time zone has so many changes")
      }
      (isUT, isStandard, leaps) = (counts[0], counts[1], counts[2])
      (transitions, types, characters) = (counts[3], counts[4], counts[5])
    }

    func size(timeBytes: Int) -> Int {
      transitions * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + isStandard + isUT
    }
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    mutating func take(_ count: Int) throws(TimeZoneFileError) -> [UInt8] {
      guard count >= 0, count <= bytes.count - position else {
        throw TimeZoneFileError(description: "ends after \(bytes.count) bytes, in the middle of its data")
      }
      defer { position += count }
      return Array(bytes[position..<position + count])
    }

    mutating func skip(_ count: Int) throws(TimeZoneFileError) { _ = try take(count) }

    /// Big endian, two's complement.
    mutating func integer(_ count: Int) throws(TimeZoneFileError) -> Int64 {
      var value: UInt64 = 0
      for byte in try take(count) { value = value << 8 | UInt64(byte) }
      return Int64(bitPattern: value)
    }

    /// What stands between two line feeds.
    mutating func line() throws(TimeZoneFileError) -> String {
      guard try take(1) == [0x0a], let end = bytes[position...].firstIndex(of: 0x0a) else {
        throw TimeZoneFileError(description: "has no rule at its end")
      }
      return String(decoding: bytes[position..<end], as: UTF8.self)
    }
  }
}
