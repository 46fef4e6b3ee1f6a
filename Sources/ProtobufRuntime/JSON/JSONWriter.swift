// Writes JSON text into one growing buffer. A value that has no JSON form makes the whole text fail at the end, so that
// generated code needs no error handling.

/// Writes one JSON text.
public struct JSONWriter: ~Copyable {
  public let options: JSONEncodingOptions
  private var text: TextBuffer
  private var failure: JSONError?
  private var indentation = 0
  /// Whether the object or list that is open has an entry already.
  private var needsComma = false
  /// The type of an `Any` whose object is about to begin.
  private var pendingType: String?
  private let isPretty: Bool

  public init(options: JSONEncodingOptions = .defaults) {
    self.options = options
    isPretty = options.isPretty
    // Small messages fit, and large ones begin to double later.
    text = TextBuffer(capacity: 512)
  }

  /// The text, or the first failure.
  public consuming func finish() throws(JSONError) -> [UInt8] {
    if let failure { throw failure }
    return [UInt8](text.bytes)
  }

  /// Notes that a value has no JSON form.
  public mutating func fail(_ kind: JSONError.Kind) {
    if failure == nil { failure = JSONError(kind) }
  }

  // MARK: Structure

  public mutating func beginObject() { begin(UInt8(ascii: "{")) }
  public mutating func endObject() { end(UInt8(ascii: "}")) }
  public mutating func beginList() { begin(UInt8(ascii: "[")) }
  public mutating func endList() { end(UInt8(ascii: "]")) }

  private mutating func begin(_ bracket: UInt8) {
    text.append(bracket)
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
    let end = 1 + (isPretty ? 1 + 2 * inner.indentation : 0)
    let entries = inner.text.bytes.dropFirst().dropLast(end)
    guard !entries.isEmpty else { return }
    if needsComma { text.append(UInt8(ascii: ",")) }
    text.append(UnsafeRawBufferPointer(rebasing: entries))
    needsComma = true
  }

  /// Makes "@type" the first entry of the object that is written next.
  mutating func insertType(_ url: String) { pendingType = url }

  private mutating func end(_ bracket: UInt8) {
    indentation -= 1
    if needsComma, isPretty { newLine() }
    text.append(bracket)
    needsComma = true
  }

  /// Before each entry of an object or list.
  public mutating func separate() {
    if needsComma { text.append(UInt8(ascii: ",")) }
    if isPretty { newLine() }
    needsComma = true
  }

  private mutating func newLine() {
    text.append(UInt8(ascii: "\n"))
    for _ in 0..<indentation * 2 { text.append(0x20) }
  }

  mutating func key(_ name: String) {
    separate()
    string(name)
    colon()
  }

  /// Before the value of a field.
  @inline(never)
  public mutating func key(_ json: StaticString, _ schema: StaticString) {
    separate()
    let name = options.usesSchemaNames ? schema : json
    text.appendQuoted(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    colon()
  }

  public mutating func colon() {
    text.append(UInt8(ascii: ":"))
    if isPretty { text.append(0x20) }
  }

  // MARK: Values

  mutating func raw(_ ascii: StaticString) {
    text.append(UnsafeRawBufferPointer(start: ascii.utf8Start, count: ascii.utf8CodeUnitCount))
  }

  mutating func null() { raw("null") }

  mutating func quoted(_ ascii: [UInt8]) { ascii.withUnsafeBytes { text.appendQuoted($0) } }

  mutating func integer<I: FixedWidthInteger>(_ value: I) {
    text.append(decimal: UInt64(value.magnitude), isNegative: value < 0)
  }

  mutating func quotedInteger(_ value: some FixedWidthInteger) {
    text.append(quotedDecimal: UInt64(value.magnitude), isNegative: value < 0)
  }

  mutating func floatingPoint(_ value: Double) {
    if let thousandths = Self.thousandths(value, below: 1e15), Double(thousandths) / 1000 == value {
      text.append(thousandths: thousandths)
    } else {
      anyFloatingPoint(value)
    }
  }

  mutating func floatingPoint(_ value: Float) {
    if let thousandths = Self.thousandths(Double(value), below: 1e6), Float(thousandths) / 1000 == value {
      text.append(thousandths: thousandths)
    } else {
      anyFloatingPoint(value)
    }
  }

  /// The thousandths that the value is, if it is some. Two decimals of up to 15 digits are two Doubles (6 digits: two
  /// Floats), so that one that reads back as the value is its shortest text. Nil for zero, which has a sign.
  @inline(__always)
  private static func thousandths(_ value: Double, below limit: Double) -> Int64? {
    let scaled = value * 1000
    guard scaled.magnitude < limit else { return nil }
    let nearest = Int64(scaled + (scaled < 0 ? -0.5 : 0.5))
    return nearest == 0 ? nil : nearest
  }

  @inline(never)
  private mutating func anyFloatingPoint<F: BinaryFloatingPoint & CustomStringConvertible>(_ value: F) {
    if value.isNaN {
      raw("\"NaN\"")
    } else if value.isInfinite {
      raw(value < 0 ? "\"-Infinity\"" : "\"Infinity\"")
    } else if let whole = Int32(exactly: value), value != 0 || value.sign == .plus {
      integer(whole)
    } else {
      // Swift writes the shortest text that reads back as the same value; JSON needs no ".0", except behind minus zero:
      // readers that take -0 for an integer lose its sign.
      var digits = value.description
      digits.withUTF8 { digits in
        let isWhole = digits.count > 2 && digits[digits.count - 1] == 0x30 && digits[digits.count - 2] == 0x2E
        text.append(
          UnsafeRawBufferPointer(
            UnsafeBufferPointer(rebasing: isWhole && value != 0 ? digits.dropLast(2) : digits[...])))
      }
    }
  }

  @inline(never)
  public mutating func string(_ value: String) {
    var value = value
    value.withUTF8 { text.appendQuoted(escaping: $0) }
  }
}

// MARK: - Fields

extension JSONWriter {
  /// A field without presence.
  @inlinable @inline(never)
  public mutating func field<T: FieldValue>(_ json: StaticString, _ schema: StaticString, _ value: T) {
    if value.isDefaultValue, !options.emitsDefaults { return }
    member(json, schema, value)
  }

  /// A field with presence.
  @inlinable @inline(never)
  public mutating func field<T: FieldValue>(_ json: StaticString, _ schema: StaticString, _ value: T?) {
    if let value { member(json, schema, value) }
  }

  @inlinable @inline(never)
  public mutating func field<M: Message>(_ json: StaticString, _ schema: StaticString, _ value: Boxed<M>) {
    if let value = value.value { member(json, schema, value) }
  }

  /// A member of a oneof that is set.
  @inlinable @inline(never)
  public mutating func member<T: FieldValue>(_ json: StaticString, _ schema: StaticString, _ value: T) {
    key(json, schema)
    value.write(json: &self)
  }

  @inlinable @inline(never)
  public mutating func field<T: FieldValue>(_ json: StaticString, _ schema: StaticString, _ values: [T]) {
    if values.isEmpty, !options.emitsDefaults { return }
    key(json, schema)
    list(values)
  }

  @inlinable @inline(never)
  mutating func list<T: FieldValue>(_ values: [T]) {
    beginList()
    values.forEachInPlace {
      separate()
      $0.pointee.write(json: &self)
    }
    endList()
  }

  /// A map field, entries in the order of their keys.
  @inlinable @inline(never)
  public mutating func field<K: MapKey, V: FieldValue>(
    _ json: StaticString, _ schema: StaticString, _ entries: [K: V]
  ) {
    if entries.isEmpty, !options.emitsDefaults { return }
    key(json, schema)
    map(entries)
  }

  @inlinable @inline(never)
  mutating func map<K: MapKey, V: FieldValue>(_ entries: [K: V]) {
    beginObject()
    forEachOrdered(entries) { key, value in
      separate()
      key.write(mapKey: &self)
      colon()
      value.write(json: &self)
    }
    endObject()
  }
}
