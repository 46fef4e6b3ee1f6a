// Page tokens of lists that are read from history or from what is open: the place where the next page begins, and the
// question that it belongs to. Such a token stays valid while entries are added.

import LoyaltyRPC

enum HistoryPage {
  static func token(before sequence: UInt64, of question: String) -> String {
    hexadecimal("h \(mark(question)) \(sequence)")
  }

  static func token(dueMs: Int64, sequence: UInt64, of question: String) -> String {
    hexadecimal("d \(mark(question)) \(dueMs) \(sequence)")
  }

  /// Where the page begins: everything before that sequence; nil for a token that is none of this question's.
  static func before(_ token: String, of question: String) -> UInt64? {
    if token.isEmpty { return UInt64.max }
    guard let parts = parts(token), parts.count == 3, parts[0] == "h", parts[1] == "\(mark(question))" else {
      return nil
    }
    return UInt64(parts[2])
  }

  /// After which entry the page begins; nil for a token that is none of this question's.
  static func afterDue(_ token: String, of question: String) -> (dueMs: Int64, sequence: UInt64)? {
    if token.isEmpty { return (Int64.min, 0) }
    guard let parts = parts(token), parts.count == 4, parts[0] == "d", parts[1] == "\(mark(question))",
      let dueMs = Int64(parts[2]), let sequence = UInt64(parts[3])
    else { return nil }
    return (dueMs, sequence)
  }

  /// FNV-1a, 32 bits: tells honest mistakes apart, protects nothing.
  private static func mark(_ question: String) -> UInt32 {
    var hash: UInt32 = 0x811c_9dc5
    for byte in question.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }

  static func hexadecimal(_ text: String) -> String {
    text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  static func parts(_ token: String) -> [Substring]? {
    let digits = Array(token.utf8)
    guard digits.count <= FieldLimits.pageTokenBytes, digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: " ")
  }
}

extension RequestFields {
  mutating func pageStart(_ token: String, of question: String) -> UInt64 {
    if let before = HistoryPage.before(token, of: question) { return before }
    report("page_token", "is not a page token of this list")
    return 0
  }

  mutating func dueStart(_ token: String, of question: String) -> (dueMs: Int64, sequence: UInt64) {
    if let after = HistoryPage.afterDue(token, of: question) { return after }
    report("page_token", "is not a page token of this list")
    return (0, 0)
  }
}
