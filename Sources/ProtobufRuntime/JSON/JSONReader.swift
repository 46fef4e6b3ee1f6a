// A pull parser over UTF-8 JSON (RFC 8259) for generated decoders: no tree, no string per field name.

/// Reads one JSON text.
public struct JSONReader {
  let bytes: [UInt8]
  @usableFromInline var position = 0
  var depth = 0
  /// The next object is the payload of an `Any`: its "@type" is no field.
  var skipsTypeKey = false
  /// What is read next is one entry of an object, not an object.
  var readsSingleField = false
  public let options: JSONDecodingOptions

  public init(_ bytes: [UInt8], options: JSONDecodingOptions = .defaults) {
    self.bytes = bytes
    self.options = options
  }

  // MARK: Errors

  /// An error at the current place.
  public func error(_ kind: JSONError.Kind) -> JSONError { error(kind, at: position) }

  func error(_ kind: JSONError.Kind, at place: Int) -> JSONError {
    let before = bytes[..<min(place, bytes.count)]
    let line = before.count { $0 == 10 } + 1
    let lineStart = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
    return JSONError(kind, line: line, column: before.count - lineStart + 1)
  }

  func expected(_ what: String) -> JSONError {
    guard position < bytes.count else { return error(.unexpectedEnd) }
    let found: String
    switch bytes[position] {
    case UInt8(ascii: "{"): found = "an object"
    case UInt8(ascii: "["): found = "a list"
    case UInt8(ascii: "\""): found = "a string"
    case UInt8(ascii: "t"), UInt8(ascii: "f"): found = "a boolean"
    case UInt8(ascii: "n"): found = "null"
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): found = "a number"
    case let byte where byte >= 0x21 && byte < 0x7F: found = "'\(Character(UnicodeScalar(byte)))'"
    case let byte: found = "byte \(byte)"
    }
    return error(.expected(what, found: found))
  }

  /// Nothing but white space may follow the value.
  public mutating func finish() throws(JSONError) {
    skipSpace()
    if position < bytes.count { throw error(.trailingText) }
  }

  // MARK: Structure

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  /// The next significant byte, not consumed; 0 at the end.
  @inline(__always)
  mutating func peek() -> UInt8 {
    if position < bytes.count, bytes[position] > 0x20 { return bytes[position] }
    return peekBeyondSpace()
  }

  @inline(never)
  private mutating func peekBeyondSpace() -> UInt8 {
    skipSpace()
    return position < bytes.count ? bytes[position] : 0
  }

  @inline(__always)
  mutating func expect(_ byte: UInt8, _ what: @autoclosure () -> String) throws(JSONError) {
    guard peek() == byte else { throw expected(what()) }
    position += 1
  }

  /// Consumes `null` if it is next.
  public mutating func readNull() throws(JSONError) -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    try literal("null")
    return true
  }

  @usableFromInline
  mutating func expectColon() throws(JSONError) { try expect(UInt8(ascii: ":"), "':'") }

  @inline(__always)
  mutating func literal(_ text: StaticString) throws(JSONError) {
    let count = text.utf8CodeUnitCount
    let matches = bytes.withUnsafeBytes { bytes in
      bytes.count - position >= count && (0..<count).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
    }
    guard matches else { throw error(.expected("\(text)", found: "something else")) }
    position += count
  }

  mutating func descend() throws(JSONError) {
    depth += 1
    guard depth <= options.maximumDepth else { throw error(.nestedTooDeeply(limit: options.maximumDepth)) }
  }

  /// Begins a message's object.
  public mutating func beginObject(_ table: FieldTable, _ message: String) throws(JSONError) -> JSONObject {
    if readsSingleField {
      readsSingleField = false
      var entry = JSONObject(table: table, message: message, skipsTypeKey: false)
      entry.isSingleField = true
      return entry
    }
    try beginObject("an object (\(message))")
    defer { skipsTypeKey = false }
    return JSONObject(table: table, message: message, skipsTypeKey: skipsTypeKey)
  }

  mutating func beginObject(_ what: @autoclosure () -> String) throws(JSONError) {
    guard peek() == UInt8(ascii: "{") else { throw expected(what()) }
    position += 1
    try descend()
  }

  /// The number of the next field, or nil at the object's end.
  public mutating func nextField(_ object: inout JSONObject) throws(JSONError) -> Int32? {
    while try object.isSingleField ? object.isFirst : nextKey(isFirst: object.isFirst) {
      object.isFirst = false
      let place = position
      if let entry = try findField(&object) {
        guard object.insert(entry.index) else {
          let name = String(decoding: entry.name, as: UTF8.self)
          throw error(.duplicateField(name, message: object.message), at: place)
        }
        try expect(UInt8(ascii: ":"), "':'")
        return entry.number
      }
      position = place
      let name = try string()
      if try readExtension(name, at: place, &object) { continue }
      guard options.ignoresUnknownFields || object.skipsTypeKey && name == "@type" else {
        let nearest = nearestName(to: name, among: object.table.names)
        throw error(.unknownField(name, message: object.message, nearest: nearest), at: place)
      }
      try expect(UInt8(ascii: ":"), "':'")
      try skipValue()
    }
    return nil
  }

  /// Moves to the next key of an object; false (and past the brace) at its end.
  @usableFromInline
  mutating func nextKey(isFirst: Bool) throws(JSONError) -> Bool {
    let byte = peek()
    if byte == UInt8(ascii: "}") {
      position += 1
      depth -= 1
      return false
    }
    if !isFirst {
      guard byte == UInt8(ascii: ",") else { throw expected("',' or '}'") }
      position += 1
    }
    guard peek() == UInt8(ascii: "\"") else { throw expected("a field name in quotes") }
    return true
  }

  private mutating func findField(_ object: inout JSONObject) throws(JSONError) -> FieldTable.Entry? {
    let (table, expected) = (object.table, object.expected)
    // The usual name has no escapes and is looked up where it stands; the usual field is the next one of the schema.
    let start = position + 1
    let (end, entry): (Int, FieldTable.Entry?) = bytes.withUnsafeBytes { bytes in
      let rest = UnsafeRawBufferPointer(rebasing: bytes[min(start, bytes.count)...])
      if let entry = table.entry(at: expected, beginning: rest) {
        return (start + entry.name.count, entry)
      }
      let end = Self.endOfPlainText(from: start, in: bytes).index
      let isPlain = end < bytes.count && bytes[end] == UInt8(ascii: "\"")
      return (end, isPlain ? table.find(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) : nil)
    }
    guard end < bytes.count else { throw error(.unexpectedEnd) }
    if let entry {
      object.expected = entry.index + 1
      position = end + 1
      return entry
    }
    if bytes[end] == UInt8(ascii: "\\") {
      let name = Array(try string().utf8)
      return name.withUnsafeBytes { table.find($0) }
    }
    return nil
  }

  @usableFromInline
  mutating func beginList() throws(JSONError) {
    try expect(UInt8(ascii: "["), "a list")
    try descend()
  }

  /// Moves to the next element; false (and past the bracket) at the list's end.
  @usableFromInline
  mutating func nextElement(isFirst: inout Bool) throws(JSONError) -> Bool {
    let byte = peek()
    if byte == UInt8(ascii: "]") {
      position += 1
      depth -= 1
      return false
    }
    if isFirst {
      isFirst = false
    } else {
      guard byte == UInt8(ascii: ",") else { throw expected("',' or ']'") }
      position += 1
    }
    return true
  }

  /// Passes over one value of any kind, which must be well-formed.
  public mutating func skipValue() throws(JSONError) {
    switch peek() {
    case UInt8(ascii: "{"):
      try beginObject("an object")
      var isFirst = true
      while try nextKey(isFirst: isFirst) {
        isFirst = false
        _ = try string()
        try expect(UInt8(ascii: ":"), "':'")
        try skipValue()
      }
    case UInt8(ascii: "["):
      try beginList()
      var isFirst = true
      while try nextElement(isFirst: &isFirst) { try skipValue() }
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try literal("true")
    case UInt8(ascii: "f"): try literal("false")
    case UInt8(ascii: "n"): try literal("null")
    default: _ = try numberText()
    }
  }

  // MARK: Scalars

  mutating func boolean() throws(JSONError) -> Bool {
    switch peek() {
    case UInt8(ascii: "t"):
      try literal("true")
      return true
    case UInt8(ascii: "f"):
      try literal("false")
      return false
    default: throw expected("true or false")
    }
  }
}
