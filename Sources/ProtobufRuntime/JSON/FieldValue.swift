// How each Swift type that can be a field's value looks in JSON: one conformance a type, so that generated code is one
// line a field.

/// A type that a field can hold.
public protocol FieldValue: Hashable, Sendable {
  /// Reads a value that is not null. Nil only for an enum name that the schema does not have, when such are ignored.
  static func read(json reader: inout JSONReader) throws(JSONError) -> Self?
  func write(json writer: inout JSONWriter)
  /// Whether a field without presence is left out with this value.
  var isDefaultValue: Bool { get }
  /// Whether JSON's null is a value of this type rather than an absent field.
  static var acceptsNull: Bool { get }
}

extension FieldValue {
  @inlinable public static var acceptsNull: Bool { false }
}

/// A type that can be a map's key: written as a JSON string.
public protocol MapKey: FieldValue {
  init?(mapKey: String)
  /// The order in which map entries are written.
  static func isOrdered(_ left: Self, before right: Self) -> Bool
  /// A key with a smaller prefix is ordered before; keys with the same prefix are not told apart by it.
  var orderPrefix: UInt128 { get }
  /// Writes the key, in quotes.
  func write(mapKey writer: inout JSONWriter)
}

extension MapKey where Self: Comparable {
  @inlinable public static func isOrdered(_ left: Self, before right: Self) -> Bool { left < right }
}

extension Int32: MapKey {
  public static func read(json reader: inout JSONReader) throws(JSONError) -> Int32? { try reader.integer(Int32.self) }
  public func write(json writer: inout JSONWriter) { writer.integer(self) }
  @inlinable public var isDefaultValue: Bool { self == 0 }
  public init?(mapKey: String) { self.init(mapKey) }
  @inlinable public var orderPrefix: UInt128 { UInt128(UInt32(bitPattern: self) ^ 1 << 31) }
  public func write(mapKey writer: inout JSONWriter) { writer.quotedInteger(self) }
}

extension UInt32: MapKey {
  public static func read(json reader: inout JSONReader) throws(JSONError) -> UInt32? {
    try reader.integer(UInt32.self)
  }
  public func write(json writer: inout JSONWriter) { writer.integer(self) }
  @inlinable public var isDefaultValue: Bool { self == 0 }
  public init?(mapKey: String) { self.init(mapKey) }
  @inlinable public var orderPrefix: UInt128 { UInt128(self) }
  public func write(mapKey writer: inout JSONWriter) { writer.quotedInteger(self) }
}

/// 64-bit integers are strings in JSON, since a JavaScript number does not hold them.
extension Int64: MapKey {
  public static func read(json reader: inout JSONReader) throws(JSONError) -> Int64? { try reader.integer(Int64.self) }
  public func write(json writer: inout JSONWriter) { writer.quotedInteger(self) }
  @inlinable public var isDefaultValue: Bool { self == 0 }
  public init?(mapKey: String) { self.init(mapKey) }
  @inlinable public var orderPrefix: UInt128 { UInt128(UInt64(bitPattern: self) ^ 1 << 63) }
  public func write(mapKey writer: inout JSONWriter) { writer.quotedInteger(self) }
}

extension UInt64: MapKey {
  public static func read(json reader: inout JSONReader) throws(JSONError) -> UInt64? {
    try reader.integer(UInt64.self)
  }
  public func write(json writer: inout JSONWriter) { writer.quotedInteger(self) }
  @inlinable public var isDefaultValue: Bool { self == 0 }
  public init?(mapKey: String) { self.init(mapKey) }
  @inlinable public var orderPrefix: UInt128 { UInt128(self) }
  public func write(mapKey writer: inout JSONWriter) { writer.quotedInteger(self) }
}

extension Bool: MapKey {
  public static func read(json reader: inout JSONReader) throws(JSONError) -> Bool? { try reader.boolean() }
  public func write(json writer: inout JSONWriter) { writer.raw(self ? "true" : "false") }
  @inlinable public var isDefaultValue: Bool { !self }
  public init?(mapKey: String) {
    guard mapKey == "true" || mapKey == "false" else { return nil }
    self = mapKey == "true"
  }
  @inlinable public static func isOrdered(_ left: Bool, before right: Bool) -> Bool { !left && right }
  @inlinable public var orderPrefix: UInt128 { self ? 1 : 0 }
  public func write(mapKey writer: inout JSONWriter) { writer.raw(self ? "\"true\"" : "\"false\"") }
}

extension String: MapKey {
  public static func read(json reader: inout JSONReader) throws(JSONError) -> String? { try reader.string() }
  public func write(json writer: inout JSONWriter) { writer.string(self) }
  @inlinable public var isDefaultValue: Bool { isEmpty }
  public init?(mapKey: String) { self = mapKey }
  public func write(mapKey writer: inout JSONWriter) { writer.string(self) }
  /// The first 16 bytes, as a number that begins with the first.
  public var orderPrefix: UInt128 {
    var text = self
    return text.withUTF8 { utf8 in
      var prefix: UInt128 = 0
      withUnsafeMutableBytes(of: &prefix) { bytes in
        bytes.copyMemory(from: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: utf8.prefix(16))))
      }
      return UInt128(bigEndian: prefix)
    }
  }
  /// By UTF-8 bytes, as the other implementations sort.
  public static func isOrdered(_ left: String, before right: String) -> Bool {
    var (left, right) = (left, right)
    return left.withUTF8 { left in
      right.withUTF8 { right in
        for index in 0..<Swift.min(left.count, right.count) where left[index] != right[index] {
          return left[index] < right[index]
        }
        return left.count < right.count
      }
    }
  }
}

extension Float: FieldValue {
  public static func read(json reader: inout JSONReader) throws(JSONError) -> Float? {
    try reader.floatingPoint(Float.self)
  }
  public func write(json writer: inout JSONWriter) { writer.floatingPoint(self) }
  /// Minus zero is not the default: its bits differ.
  @inlinable public var isDefaultValue: Bool { bitPattern == 0 }
}

extension Double: FieldValue {
  public static func read(json reader: inout JSONReader) throws(JSONError) -> Double? {
    try reader.floatingPoint(Double.self)
  }
  public func write(json writer: inout JSONWriter) { writer.floatingPoint(self) }
  /// Minus zero is not the default: its bits differ.
  @inlinable public var isDefaultValue: Bool { bitPattern == 0 }
}

/// A bytes field: Base64.
extension Array: FieldValue where Element == UInt8 {
  public static func read(json reader: inout JSONReader) throws(JSONError) -> [UInt8]? {
    _ = reader.peek()
    let place = reader.position
    guard let bytes = Base64.decode(try reader.string().utf8) else {
      throw reader.error(.invalidString("not Base64"), at: place)
    }
    return bytes
  }
  public func write(json writer: inout JSONWriter) { writer.quoted(Base64.encode(self)) }
  @inlinable public var isDefaultValue: Bool { isEmpty }
}

extension ProtobufEnum {
  /// A name of the schema or a number.
  @inlinable
  public static func read(json reader: inout JSONReader) throws(JSONError) -> Self? {
    let place = reader.nextPlace()
    guard let number = try reader.enumNumber(table) else { return nil }
    if let value = Self(rawValue: number) { return value }
    try reader.refuse(enumNumber: number, at: place)
    return nil
  }

  @inlinable
  public func write(json writer: inout JSONWriter) { writer.enumeration(rawValue, Self.table) }

  @inlinable public var isDefaultValue: Bool { rawValue == 0 }
}

extension JSONReader {
  /// Nil for a name that the table does not have, where such are ignored.
  @usableFromInline
  mutating func enumNumber(_ table: EnumTable) throws(JSONError) -> Int32? {
    guard peek() == UInt8(ascii: "\"") else { return try integer(Int32.self) }
    let place = position
    let name = try string()
    if let number = table.number(of: name) { return number }
    if options.ignoresUnknownFields { return nil }
    throw error(.unknownEnumValue(name, nearest: nearestName(to: name, among: table.allNames)), at: place)
  }

  /// A number that a closed enum does not have.
  @usableFromInline
  func refuse(enumNumber number: Int32, at place: Int) throws(JSONError) {
    if !options.ignoresUnknownFields { throw error(.unknownEnumValue("\(number)", nearest: nil), at: place) }
  }
}

extension JSONWriter {
  @usableFromInline
  mutating func enumeration(_ number: Int32, _ table: EnumTable) {
    if !options.writesEnumsAsNumbers, let name = table.name(of: number) {
      string(name)
    } else {
      integer(number)
    }
  }
}

extension Message {
  @inlinable
  public static func read(json reader: inout JSONReader) throws(JSONError) -> Self? {
    var message = Self()
    try message.merge(json: &reader)
    return message
  }

  /// A message field has presence: it is left out only when nil.
  @inlinable
  public var isDefaultValue: Bool { false }
}
