// Writes JSON text into one growing buffer. A value that has no JSON form makes the whole text fail at the end, so that
// generated code needs no error handling.

/// Writes one JSON text.
public struct JSONWriter {
  var bytes: [UInt8] = []
  public let options: JSONEncodingOptions
  private var failure: JSONError?
  private var indentation = 0
  /// Whether the object or list that is open has an entry already.
  private var needsComma = false
  /// The type of an `Any` whose object is about to begin.
  private var pendingType: String?

  public init(options: JSONEncodingOptions = .defaults) {
    self.options = options
    // Small messages fit, and large ones begin to double later.
    bytes.reserveCapacity(512)
  }

  /// The text, or the first failure.
  public consuming func finish() throws(JSONError) -> [UInt8] {
    if let failure { throw failure }
    return bytes
  }

  /// Notes that a value has no JSON form.
  public mutating func fail(_ kind: JSONError.Kind) {
    if failure == nil { failure = JSONError(kind) }
  }

  // MARK: Structure

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  mutating func beginList() { begin(UInt8(ascii: "[")) }
  mutating func endList() { end(UInt8(ascii: "]")) }

  private mutating func begin(_ bracket: UInt8) {
    bytes.append(bracket)
    indentation += 1
    needsComma = false
    if let url = pendingType {
      pendingType = nil
      key("@type")
      string(url)
    }
  }

  /// Writes the entries of an object into the one that is open.
  mutating func append(_ body: (inout JSONWriter) -> Void) {
    var inner = JSONWriter(options: options)
    inner.indentation = indentation - 1
    body(&inner)
    if let reason = inner.failure, failure == nil { failure = reason }
    // Between the braces, without the line that the closing one stands on.
    let end = 1 + (options.isPretty ? 1 + 2 * inner.indentation : 0)
    guard inner.bytes.count > 1 + end else { return }
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    bytes += inner.bytes.dropFirst().dropLast(end)
    needsComma = true
  }

  /// Makes "@type" the first entry of the object that is written next.
  mutating func insertType(_ url: String) { pendingType = url }

  private mutating func end(_ bracket: UInt8) {
    indentation -= 1
    if needsComma { newLine() }
    bytes.append(bracket)
    needsComma = true
  }

  /// Before each entry of an object or list.
  mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    newLine()
    needsComma = true
  }

  private mutating func newLine() {
    guard options.isPretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(0x20, count: indentation * 2))
  }

  mutating func key(_ name: String) {
    separate()
    string(name)
    colon()
  }

  private mutating func key(_ json: StaticString, _ schema: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    raw(options.usesSchemaNames ? schema : json)
    bytes.append(UInt8(ascii: "\""))
    colon()
  }

  private mutating func colon() {
    bytes.append(UInt8(ascii: ":"))
    if options.isPretty { bytes.append(0x20) }
  }

  // MARK: Fields

  /// A field without presence.
  public mutating func field<T: FieldValue>(_ json: StaticString, _ schema: StaticString, _ value: T) {
    if value.isDefaultValue, !options.emitsDefaults { return }
    member(json, schema, value)
  }

  /// A field with presence.
  public mutating func field<T: FieldValue>(_ json: StaticString, _ schema: StaticString, _ value: T?) {
    if let value { member(json, schema, value) }
  }

  /// A member of a oneof that is set.
  public mutating func member<T: FieldValue>(_ json: StaticString, _ schema: StaticString, _ value: T) {
    key(json, schema)
    value.write(json: &self)
  }

  public mutating func field<T: FieldValue>(_ json: StaticString, _ schema: StaticString, _ values: [T]) {
    if values.isEmpty, !options.emitsDefaults { return }
    key(json, schema)
    list(values)
  }

  mutating func list<T: FieldValue>(_ values: [T]) {
    beginList()
    for value in values {
      separate()
      value.write(json: &self)
    }
    endList()
  }

  public mutating func field<K: MapKey, V: FieldValue>(
    _ json: StaticString, _ schema: StaticString, _ entries: [K: V]
  ) {
    if entries.isEmpty, !options.emitsDefaults { return }
    key(json, schema)
    beginObject()
    for (entryKey, value) in sortedEntries(entries) {
      key("\(entryKey)")
      value.write(json: &self)
    }
    endObject()
  }

  // MARK: Values

  mutating func raw(_ text: StaticString) { text.withUTF8Buffer { bytes.append(contentsOf: $0) } }

  mutating func null() { raw("null") }

  mutating func quoted(_ ascii: [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    bytes.append(contentsOf: ascii)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func integer<I: FixedWidthInteger>(_ value: I) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    // From the last digit on; UInt64.max has 20.
    var rest = UInt64(value.magnitude)
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var first = 20
      repeat {
        first -= 1
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        digits[first] = 0x30 + UInt8(truncatingIfNeeded: digit)
        rest = quotient
      } while rest > 0
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[first...]))
    }
  }

  mutating func quotedInteger(_ value: some FixedWidthInteger) {
    bytes.append(UInt8(ascii: "\""))
    integer(value)
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func floatingPoint<F: BinaryFloatingPoint & CustomStringConvertible>(_ value: F) {
    if value.isNaN {
      raw("\"NaN\"")
    } else if value.isInfinite {
      raw(value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
    } else {
      // Swift writes the shortest text that reads back as the same value; JSON needs no ".0", except behind minus zero:
      // readers that take -0 for an integer lose its sign.
      var text = value.description
      text.withUTF8 { digits in
        let isWhole = digits.count > 2 && digits[digits.count - 1] == 0x30 && digits[digits.count - 2] == 0x2E
        let isMinusZero = value == 0 && value.sign == .minus
        bytes.append(contentsOf: digits[..<(isWhole && !isMinusZero ? digits.count - 2 : digits.count)])
      }
    }
  }

  mutating func string(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      // Stretches without anything to escape are copied at once.
      var start = 0
      for index in utf8.indices where Self.needsEscape(utf8[index]) {
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<index]))
        escape(utf8[index])
        start = index + 1
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  @inline(__always)
  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): raw("\\\"")
    case UInt8(ascii: "\\"): raw("\\\\")
    case 8: raw("\\b")
    case 9: raw("\\t")
    case 10: raw("\\n")
    case 12: raw("\\f")
    case 13: raw("\\r")
    default:
      raw("\\u00")
      bytes.append(Self.hexDigits[Int(byte >> 4)])
      bytes.append(Self.hexDigits[Int(byte & 15)])
    }
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)
}

extension JSONWriter {
  public mutating func field<M: Message>(_ json: StaticString, _ schema: StaticString, _ value: Boxed<M>) {
    if let value = value.value { member(json, schema, value) }
  }
}
