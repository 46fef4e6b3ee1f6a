// What every generated message is: a value with a binary and a JSON form. Generated code implements the requirements,
// people use the extensions below them.

/// A protobuf message. Conformances are generated; the requirements are what generated code fills in.
///
/// A message is a value: copies are independent, equality compares all fields and the unknown ones.
public protocol Message: FieldValue, CustomStringConvertible {
  /// A message with every field at its default.
  init()

  /// The full protobuf name, e.g. `loyalty.v1.AccrueRequest`, without a leading dot.
  static var fullName: String { get }

  /// Fields that the schema of this program does not know, kept byte for byte and written back.
  var unknownFields: UnknownFields { get set }

  /// Reads fields until the reader's current message ends, merging as the protobuf spec says: the last scalar wins,
  /// messages merge, repeated fields append.
  mutating func merge(from reader: inout WireReader) throws(WireError)

  /// Writes all fields in front of what is written already, so that they lie in ascending number order, the unknown ones
  /// behind them.
  func write(to writer: inout WireWriter)

  /// Reads one JSON value (an object for all but some well-known types) into this message.
  mutating func merge(json reader: inout JSONReader) throws(JSONError)

  /// Writes this message as one JSON value. A failure (an `Any` of an unknown type, say) is kept in the writer.
  func write(json writer: inout JSONWriter)

  /// Proto2's required fields are all set, here and in every child. Always true for proto3.
  var isInitialized: Bool { get }
}

extension Message {
  public var isInitialized: Bool { true }
}

// MARK: - Binary form

extension Message {
  /// Decodes a message from its binary form.
  /// - Throws: `WireError` naming what is wrong and at which byte.
  public init(serializedBytes bytes: UnsafeRawBufferPointer) throws(WireError) {
    self.init()
    try merge(serializedBytes: bytes)
    guard isInitialized else { throw WireError(.missingRequiredField(message: Self.fullName), offset: bytes.count) }
  }

  /// Decodes a message from its binary form.
  public init(serializedBytes bytes: [UInt8]) throws(WireError) {
    self = try bytes.withUnsafeBytesTyped { (raw) throws(WireError) in try Self(serializedBytes: raw) }
  }

  /// Merges a binary form into this message, without the check for required fields.
  public mutating func merge(serializedBytes bytes: UnsafeRawBufferPointer) throws(WireError) {
    var reader = WireReader(bytes)
    try merge(from: &reader)
  }

  /// The binary form. The same message always gives the same bytes (map entries are sorted by key).
  public func serializedBytes() -> [UInt8] {
    // Not by way of `withSerializedBytes`, which is generic twice where nobody specialises it.
    withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { scratch in
      var writer = WireWriter(scratch: scratch)
      write(to: &writer)
      return [UInt8](writer.bytes)
    }
  }

  /// Gives the binary form to `body` in memory that is gone afterwards, for those who put it where they want it. Up to
  /// 1 KiB of it needs no memory of the heap: so much the standard library puts on the stack without asking how much
  /// of that there is.
  @inlinable
  public func withSerializedBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { (scratch) throws(E) in
      var writer = WireWriter(scratch: scratch)
      write(to: &writer)
      return try body(writer.bytes)
    }
  }
}

extension Array where Element == UInt8 {
  /// `withUnsafeBytes` for bodies with a typed error.
  @inlinable
  public func withUnsafeBytesTyped<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try withUnsafeBufferPointer { (buffer) throws(E) in try body(UnsafeRawBufferPointer(buffer)) }
  }
}

// MARK: - JSON form

extension Message {
  /// Decodes a message from proto3 JSON.
  /// - Throws: `JSONError` with line, column and what was expected.
  public init(jsonString: String, options: JSONDecodingOptions = .defaults) throws(JSONError) {
    try self.init(jsonUTF8: Array(jsonString.utf8), options: options)
  }

  /// Decodes a message from proto3 JSON in UTF-8.
  public init(jsonUTF8 bytes: [UInt8], options: JSONDecodingOptions = .defaults) throws(JSONError) {
    self.init()
    var reader = JSONReader(bytes, options: options)
    try merge(json: &reader)
    try reader.finish()
    guard isInitialized else { throw reader.error(.missingRequiredField(message: Self.fullName)) }
  }

  /// The proto3 JSON form.
  /// - Throws: `JSONError` where a value has none: an `Any` whose type is not in the registry, a timestamp out of range.
  public func jsonString(options: JSONEncodingOptions = .defaults) throws(JSONError) -> String {
    String(decoding: try jsonUTF8(options: options), as: UTF8.self)
  }

  /// The proto3 JSON form in UTF-8.
  public func jsonUTF8(options: JSONEncodingOptions = .defaults) throws(JSONError) -> [UInt8] {
    var writer = JSONWriter(options: options)
    write(json: &writer)
    return try writer.finish()
  }
}

/// Descriptions in logs and tests are the JSON form.
extension Message {
  public var description: String {
    (try? jsonString()) ?? "\(Self.fullName)(no JSON form)"
  }
}
