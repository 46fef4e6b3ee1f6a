// Page tokens: where the next page begins and what the list was asked for, so that a token is refused by another list.

/// A place in a list, as text that says nothing to whoever carries it.
enum PageToken {
  /// - Parameters:
  ///   - place: where the next page begins.
  ///   - list: what was asked for: the method and its filters.
  static func token(_ place: String, list: String) -> String {
    "1 \(mark(list)) \(place)".utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The place, empty for the first page; nil for a token that is not this list's.
  static func place(of token: String, list: String) -> String? {
    if token.isEmpty { return "" }
    let digits = Array(token.utf8)
    guard digits.count <= FieldLimits.pageTokenBytes, digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(byte)
    }
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard parts.count == 3, parts[0] == "1", UInt32(parts[1]) == mark(list) else { return nil }
    return String(parts[2])
  }

  /// FNV-1a, 32 bits: tells honest mistakes apart, protects nothing.
  private static func mark(_ list: String) -> UInt32 {
    var hash: UInt32 = 0x811c_9dc5
    for byte in list.utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }
}

extension RequestFields {
  /// The size of a page: what was asked for, within what is given.
  mutating func pageSize(_ size: Int32) -> Int {
    if size < 0 { report("page_size", "is \(size); must be 0 or more") }
    return Int(size <= 0 ? FieldLimits.defaultPageSize : min(size, FieldLimits.largestPageSize))
  }

  /// Where the page begins, empty for the first.
  mutating func pagePlace(_ token: String, list: String) -> String {
    if let place = PageToken.place(of: token, list: list) { return place }
    report("page_token", "is not one of this list's with these filters")
    return ""
  }
}
