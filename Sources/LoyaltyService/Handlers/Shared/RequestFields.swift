// The form of requests. Every bad field is named by its path, all at once; the ledger never sees a request that fails
// here.

import LoyaltyAPI
import LoyaltyEngine
import LoyaltyRPC
import ProtobufRuntime

/// Limits of request fields; the schema's comments state them.
enum FieldLimits {
  /// Ids, keys, references and numbers, bytes. They are kept or hashed for every record.
  static let idBytes = 64
  static let quantity: Int32 = 100
  /// Of a stay; or segments of a flight.
  static let nights: Int32 = 1_000
  static let textCharacters = 4_000
  /// Four bytes for every character.
  static let textBytes = 16_000
  static let attachments = 10
  static let attachmentBytes = 256
  /// Reasons and notes that staff writes, bytes.
  static let noteBytes = 256
  /// Codes of one load.
  static let codes = 5_000
  static let codeBytes = 128
  static let reasonBytes = 1_000
  /// Lots that one request names.
  static let lots = 256
  /// Segments, attributes or consents in a request.
  static let profileEntries = 64
  static let languageBytes = 35  // the longest tag that RFC 5646 §4.4.1 expects
  static let defaultPageSize: Int32 = 50
  static let largestPageSize: Int32 = 200
  static let pageTokenBytes = 512
}

/// Checks a request's fields and collects what is wrong.
struct RequestFields {
  /// Most minor units of one activity: ten billion yuan, beyond any trip. Without a bound, a hundred absurd amounts of
  /// one partner would fill the 64 bits of the programme's total, and nobody could earn any more.
  static let largestAmount: Int64 = 1_000_000_000_000

  private var violations: [BadRequest.FieldViolation] = []

  mutating func report(_ field: String, _ description: String) {
    violations.append(BadRequest.FieldViolation(field: field, description_: description))
  }

  /// The answer to a request with bad fields; nil if all are good.
  var error: RPCError? {
    guard let first = violations.first else { return nil }
    let more = violations.count > 1 ? " (and \(violations.count - 1) more)" : ""
    return RPCError(
      .invalidArgument, "\(first.field): \(first.description_)\(more)",
      details: [ProtobufAny(packing: BadRequest(fieldViolations: violations))])
  }

  /// A name that a caller chose: present, short, without control characters.
  mutating func checkName(_ value: String, _ field: String, isRequired: Bool = true) {
    if value.isEmpty {
      if isRequired { report(field, "is required") }
    } else if value.utf8.count > FieldLimits.idBytes {
      report(field, "has \(value.utf8.count) bytes; at most \(FieldLimits.idBytes)")
    } else if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
      report(field, "has control characters")
    }
  }

  /// Several names.
  mutating func checkNames(_ values: [String], _ field: String, most: Int) {
    if values.count > most { report(field, "has \(values.count) entries; at most \(most)") }
    for (index, value) in values.prefix(most).enumerated() { checkName(value, "\(field)[\(index)]") }
  }

  /// A lot's name; 0 if it is bad.
  mutating func lot(_ name: String, _ field: String) -> UInt64 {
    if let lot = PublicName.lot(name) { return lot }
    report(field, name.isEmpty ? "is required" : "is no lot; they look like lot-42-0")
    return 0
  }

  /// A member's id that must be there.
  mutating func checkRequiredMember(_ id: String, _ field: String = "member_id") {
    if id.isEmpty { report(field, "is required") }
    if id.utf8.count > FieldLimits.idBytes || id.utf8.contains(where: { $0 < 0x21 || $0 > 0x7e }) {
      report(field, "must be 1 to \(FieldLimits.idBytes) visible ASCII characters")
    }
  }

  /// Why staff does something.
  mutating func checkReason(_ reason: String) {
    if reason.isEmpty {
      report("reason", "is required")
    } else if reason.utf8.count > FieldLimits.reasonBytes {
      report("reason", "has \(reason.utf8.count) bytes; at most \(FieldLimits.reasonBytes)")
    }
  }

  /// The two ways to name a member.
  mutating func checkMember(_ id: String, number: String) {
    if id.isEmpty && number.isEmpty {
      report("member_id", "is required unless partner_member_number is given")
    }
    checkMemberID(id)
    checkName(number, "partner_member_number", isRequired: false)
  }

  mutating func checkMemberID(_ id: String) {
    if id.utf8.count > FieldLimits.idBytes || id.utf8.contains(where: { $0 < 0x21 || $0 > 0x7e }) {
      report("member_id", "must be 1 to \(FieldLimits.idBytes) visible ASCII characters")
    }
  }

  mutating func checkLanguage(_ language: String) {
    if language.utf8.count > FieldLimits.languageBytes {
      report("language", "has \(language.utf8.count) bytes; a language tag has at most \(FieldLimits.languageBytes)")
    }
  }

  mutating func checkAmount(_ amount: Money?) {
    guard let amount else { return }
    if !CurrencyCode.isValid(amount.currencyCode) {
      report("amount.currency_code", "must be an ISO 4217 code, three capital letters, as in CNY")
    }
    if !(0...Self.largestAmount).contains(amount.minorUnits) {
      report("amount.minor_units", "is \(amount.minorUnits); must be 0 to \(Self.largestAmount)")
    }
  }

  /// A number of points to move.
  mutating func checkPoints(_ points: Int64, _ field: String) {
    if !(1...PolicyLimits.points).contains(points) {
      report(field, "is \(points); must be 1 to \(PolicyLimits.points)")
    }
  }

  /// The number in an id that this service gave out; 0 if it is bad.
  mutating func sequence(_ id: String, _ field: String, _ prefix: String) -> UInt64 {
    if let sequence = PublicName.sequence(id, prefix) { return sequence }
    report(field, id.isEmpty ? "is required" : "is no such id; they look like \(prefix)42")
    return 0
  }

  /// A length of time in milliseconds; 0 if it is absent or bad.
  mutating func milliseconds(_ duration: ProtobufDuration?, _ field: String) -> Int64 {
    guard let duration else { return 0 }
    guard (0..<1_000_000_000).contains(duration.nanos), (0...Self.longestSeconds).contains(duration.seconds),
      duration.seconds > 0 || duration.nanos >= 1_000_000
    else {
      report(field, "must be 0.001 s to \(Self.longestSeconds) s")
      return 0
    }
    return duration.seconds * 1_000 + Int64(duration.nanos) / 1_000_000
  }

  /// A year: no length of time in a request is greater.
  private static let longestSeconds: Int64 = 31_622_400

  /// The moment in Unix milliseconds; 0 if it is bad.
  mutating func milliseconds(_ moment: ProtobufTimestamp?, _ field: String) -> Int64 {
    guard let moment else {
      report(field, "is required")
      return 0
    }
    guard (0..<1_000_000_000).contains(moment.nanos), moment.seconds >= 0,
      moment.seconds <= CivilCalendar.lastMs / 1_000
    else {
      report(field, "must be a moment of the years 1970 to 9999")
      return 0
    }
    return moment.seconds * 1_000 + Int64(moment.nanos) / 1_000_000
  }
}
