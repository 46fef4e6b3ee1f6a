// One codec for each protobuf field type: how a value without its tag is read and written. Generated code
// names them, the generic reader and writer functions do the rest and are specialised where they are called.

/// The wire form of one protobuf field type.
public protocol WireCodec {
  associatedtype Value
  /// 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.
  static var wireType: UInt32 { get }
  static var defaultValue: Value { get }
  static func read(_ reader: inout WireReader) throws(WireError) -> Value
  /// Writes the value in front of what is written already.
  static func write(_ value: Value, to writer: inout WireWriter)
}

public enum Int32Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: Int32 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int32 {
    Int32(truncatingIfNeeded: try reader.varint())
  }
  @inlinable public static func write(_ value: Int32, to writer: inout WireWriter) {
    writer.rawVarint(UInt64(bitPattern: Int64(value)))
  }
}

public enum Int64Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: Int64 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int64 {
    Int64(bitPattern: try reader.varint())
  }
  @inlinable public static func write(_ value: Int64, to writer: inout WireWriter) {
    writer.rawVarint(UInt64(bitPattern: value))
  }
}

public enum UInt32Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: UInt32 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> UInt32 {
    UInt32(truncatingIfNeeded: try reader.varint())
  }
  @inlinable public static func write(_ value: UInt32, to writer: inout WireWriter) { writer.rawVarint(UInt64(value)) }
}

public enum UInt64Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: UInt64 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> UInt64 { try reader.varint() }
  @inlinable public static func write(_ value: UInt64, to writer: inout WireWriter) { writer.rawVarint(value) }
}

public enum SInt32Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: Int32 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int32 { try reader.sint32() }
  @inlinable public static func write(_ value: Int32, to writer: inout WireWriter) {
    writer.rawVarint(UInt64(zigzag(value)))
  }
}

public enum SInt64Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: Int64 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int64 { try reader.sint64() }
  @inlinable public static func write(_ value: Int64, to writer: inout WireWriter) { writer.rawVarint(zigzag(value)) }
}

public enum BoolCodec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: Bool { false }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Bool { try reader.varint() != 0 }
  @inlinable public static func write(_ value: Bool, to writer: inout WireWriter) { writer.rawVarint(value ? 1 : 0) }
}

public enum Fixed32Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 5 }
  @inlinable public static var defaultValue: UInt32 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> UInt32 { try reader.fixed32() }
  @inlinable public static func write(_ value: UInt32, to writer: inout WireWriter) { writer.rawFixed32(value) }
}

public enum SFixed32Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 5 }
  @inlinable public static var defaultValue: Int32 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int32 { try reader.sfixed32() }
  @inlinable public static func write(_ value: Int32, to writer: inout WireWriter) {
    writer.rawFixed32(UInt32(bitPattern: value))
  }
}

public enum FloatCodec: WireCodec {
  @inlinable public static var wireType: UInt32 { 5 }
  @inlinable public static var defaultValue: Float { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Float { try reader.float() }
  @inlinable public static func write(_ value: Float, to writer: inout WireWriter) {
    writer.rawFixed32(value.bitPattern)
  }
}

public enum Fixed64Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 1 }
  @inlinable public static var defaultValue: UInt64 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> UInt64 { try reader.fixed64() }
  @inlinable public static func write(_ value: UInt64, to writer: inout WireWriter) { writer.rawFixed64(value) }
}

public enum SFixed64Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 1 }
  @inlinable public static var defaultValue: Int64 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int64 { try reader.sfixed64() }
  @inlinable public static func write(_ value: Int64, to writer: inout WireWriter) {
    writer.rawFixed64(UInt64(bitPattern: value))
  }
}

public enum DoubleCodec: WireCodec {
  @inlinable public static var wireType: UInt32 { 1 }
  @inlinable public static var defaultValue: Double { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Double { try reader.double() }
  @inlinable public static func write(_ value: Double, to writer: inout WireWriter) {
    writer.rawFixed64(value.bitPattern)
  }
}

public enum StringCodec: WireCodec {
  @inlinable public static var wireType: UInt32 { 2 }
  @inlinable public static var defaultValue: String { "" }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> String { try reader.string() }
  public static func write(_ value: String, to writer: inout WireWriter) {
    // A span, unlike a closure over the storage, is had without holding the string once more.
    let text = value.utf8.span
    text.withUnsafeBytes { writer.lengthDelimited($0) }
  }
}

public enum BytesCodec: WireCodec {
  @inlinable public static var wireType: UInt32 { 2 }
  @inlinable public static var defaultValue: [UInt8] { [] }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> [UInt8] { try reader.bytes() }
  @inlinable public static func write(_ value: [UInt8], to writer: inout WireWriter) {
    value.withUnsafeBytes { writer.rawBytes($0) }
    writer.rawVarint(UInt64(value.count))
  }
}

/// An enum, open or closed. A number that a closed enum does not have reads as its default: where it must be kept as an
/// unknown field, the reader's `enumeration` functions are used instead.
public enum EnumCodec<E: ProtobufEnum>: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: E { E() }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> E {
    E(rawValue: try reader.int32()) ?? E()
  }
  @inlinable public static func write(_ value: E, to writer: inout WireWriter) {
    writer.rawVarint(UInt64(bitPattern: Int64(value.rawValue)))
  }
}

public enum MessageCodec<M: Message>: WireCodec {
  @inlinable public static var wireType: UInt32 { 2 }
  @inlinable public static var defaultValue: M { M() }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> M {
    var message = M()
    try reader.message(&message)
    return message
  }
  @inlinable public static func write(_ value: M, to writer: inout WireWriter) {
    let behind = writer.count
    value.write(to: &writer)
    writer.rawVarint(UInt64(writer.count - behind))
  }
}

/// ZigZag: small magnitudes of either sign become small numbers.
@inlinable func zigzag(_ value: Int32) -> UInt32 { UInt32(bitPattern: value << 1) ^ UInt32(bitPattern: value >> 31) }
@inlinable func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63) }
