// One codec for each protobuf field type: how a value without its tag is read, measured and written. Generated code
// names them, the generic reader and writer functions do the rest and are specialised where they are called.

/// The wire form of one protobuf field type.
public protocol WireCodec {
  associatedtype Value
  /// 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.
  static var wireType: UInt32 { get }
  static var defaultValue: Value { get }
  static func read(_ reader: inout WireReader) throws(WireError) -> Value
  /// Bytes without the tag; a length-delimited child notes its own size in `sizes`.
  static func size(_ value: Value, _ sizes: inout SizeCache) -> Int
  static func write(_ value: Value, to writer: inout WireWriter)
  /// Whether `size` notes anything in its `sizes`, which then has to be asked in the order of writing.
  static var notesSizes: Bool { get }
}

extension WireCodec {
  @inlinable public static var notesSizes: Bool { false }
}

public enum Int32Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: Int32 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int32 { try reader.int32() }
  @inlinable public static func size(_ value: Int32, _ sizes: inout SizeCache) -> Int {
    varintSize(UInt64(bitPattern: Int64(value)))
  }
  @inlinable public static func write(_ value: Int32, to writer: inout WireWriter) {
    writer.rawVarint(UInt64(bitPattern: Int64(value)))
  }
}

public enum Int64Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: Int64 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int64 { try reader.int64() }
  @inlinable public static func size(_ value: Int64, _ sizes: inout SizeCache) -> Int {
    varintSize(UInt64(bitPattern: value))
  }
  @inlinable public static func write(_ value: Int64, to writer: inout WireWriter) {
    writer.rawVarint(UInt64(bitPattern: value))
  }
}

public enum UInt32Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: UInt32 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> UInt32 { try reader.uint32() }
  @inlinable public static func size(_ value: UInt32, _ sizes: inout SizeCache) -> Int { varintSize(UInt64(value)) }
  @inlinable public static func write(_ value: UInt32, to writer: inout WireWriter) { writer.rawVarint(UInt64(value)) }
}

public enum UInt64Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: UInt64 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> UInt64 { try reader.uint64() }
  @inlinable public static func size(_ value: UInt64, _ sizes: inout SizeCache) -> Int { varintSize(value) }
  @inlinable public static func write(_ value: UInt64, to writer: inout WireWriter) { writer.rawVarint(value) }
}

public enum SInt32Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: Int32 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int32 { try reader.sint32() }
  @inlinable public static func size(_ value: Int32, _ sizes: inout SizeCache) -> Int {
    varintSize(UInt64(zigzag(value)))
  }
  @inlinable public static func write(_ value: Int32, to writer: inout WireWriter) {
    writer.rawVarint(UInt64(zigzag(value)))
  }
}

public enum SInt64Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: Int64 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int64 { try reader.sint64() }
  @inlinable public static func size(_ value: Int64, _ sizes: inout SizeCache) -> Int { varintSize(zigzag(value)) }
  @inlinable public static func write(_ value: Int64, to writer: inout WireWriter) { writer.rawVarint(zigzag(value)) }
}

public enum BoolCodec: WireCodec {
  @inlinable public static var wireType: UInt32 { 0 }
  @inlinable public static var defaultValue: Bool { false }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Bool { try reader.bool() }
  @inlinable public static func size(_ value: Bool, _ sizes: inout SizeCache) -> Int { 1 }
  @inlinable public static func write(_ value: Bool, to writer: inout WireWriter) { writer.rawVarint(value ? 1 : 0) }
}

public enum Fixed32Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 5 }
  @inlinable public static var defaultValue: UInt32 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> UInt32 { try reader.fixed32() }
  @inlinable public static func size(_ value: UInt32, _ sizes: inout SizeCache) -> Int { 4 }
  @inlinable public static func write(_ value: UInt32, to writer: inout WireWriter) { writer.rawFixed32(value) }
}

public enum SFixed32Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 5 }
  @inlinable public static var defaultValue: Int32 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int32 { try reader.sfixed32() }
  @inlinable public static func size(_ value: Int32, _ sizes: inout SizeCache) -> Int { 4 }
  @inlinable public static func write(_ value: Int32, to writer: inout WireWriter) {
    writer.rawFixed32(UInt32(bitPattern: value))
  }
}

public enum FloatCodec: WireCodec {
  @inlinable public static var wireType: UInt32 { 5 }
  @inlinable public static var defaultValue: Float { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Float { try reader.float() }
  @inlinable public static func size(_ value: Float, _ sizes: inout SizeCache) -> Int { 4 }
  @inlinable public static func write(_ value: Float, to writer: inout WireWriter) {
    writer.rawFixed32(value.bitPattern)
  }
}

public enum Fixed64Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 1 }
  @inlinable public static var defaultValue: UInt64 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> UInt64 { try reader.fixed64() }
  @inlinable public static func size(_ value: UInt64, _ sizes: inout SizeCache) -> Int { 8 }
  @inlinable public static func write(_ value: UInt64, to writer: inout WireWriter) { writer.rawFixed64(value) }
}

public enum SFixed64Codec: WireCodec {
  @inlinable public static var wireType: UInt32 { 1 }
  @inlinable public static var defaultValue: Int64 { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Int64 { try reader.sfixed64() }
  @inlinable public static func size(_ value: Int64, _ sizes: inout SizeCache) -> Int { 8 }
  @inlinable public static func write(_ value: Int64, to writer: inout WireWriter) {
    writer.rawFixed64(UInt64(bitPattern: value))
  }
}

public enum DoubleCodec: WireCodec {
  @inlinable public static var wireType: UInt32 { 1 }
  @inlinable public static var defaultValue: Double { 0 }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> Double { try reader.double() }
  @inlinable public static func size(_ value: Double, _ sizes: inout SizeCache) -> Int { 8 }
  @inlinable public static func write(_ value: Double, to writer: inout WireWriter) {
    writer.rawFixed64(value.bitPattern)
  }
}

public enum StringCodec: WireCodec {
  @inlinable public static var wireType: UInt32 { 2 }
  @inlinable public static var defaultValue: String { "" }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> String { try reader.string() }
  public static func size(_ value: String, _ sizes: inout SizeCache) -> Int {
    let count = value.utf8.count
    return varintSize(UInt64(count)) + count
  }
  public static func write(_ value: String, to writer: inout WireWriter) {
    let isWritten: Void? = value.utf8.withContiguousStorageIfAvailable {
      writer.lengthDelimited(UnsafeRawBufferPointer($0))
    }
    if isWritten == nil { Array(value.utf8).withUnsafeBytes { writer.lengthDelimited($0) } }
  }
}

public enum BytesCodec: WireCodec {
  @inlinable public static var wireType: UInt32 { 2 }
  @inlinable public static var defaultValue: [UInt8] { [] }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> [UInt8] { try reader.bytes() }
  @inlinable public static func size(_ value: [UInt8], _ sizes: inout SizeCache) -> Int {
    varintSize(UInt64(value.count)) + value.count
  }
  @inlinable public static func write(_ value: [UInt8], to writer: inout WireWriter) {
    writer.rawVarint(UInt64(value.count))
    value.withUnsafeBytes { writer.rawBytes($0) }
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
  @inlinable public static func size(_ value: E, _ sizes: inout SizeCache) -> Int {
    varintSize(UInt64(bitPattern: Int64(value.rawValue)))
  }
  @inlinable public static func write(_ value: E, to writer: inout WireWriter) {
    writer.rawVarint(UInt64(bitPattern: Int64(value.rawValue)))
  }
}

public enum MessageCodec<M: Message>: WireCodec {
  @inlinable public static var notesSizes: Bool { true }
  @inlinable public static var wireType: UInt32 { 2 }
  @inlinable public static var defaultValue: M { M() }
  @inlinable public static func read(_ reader: inout WireReader) throws(WireError) -> M {
    var message = M()
    try reader.message(&message)
    return message
  }
  @inlinable public static func size(_ value: M, _ sizes: inout SizeCache) -> Int {
    let place = sizes.reserve()
    let count = value.size(&sizes)
    sizes.set(place, count)
    return varintSize(UInt64(count)) + count
  }
  @inlinable public static func write(_ value: M, to writer: inout WireWriter) {
    writer.rawVarint(UInt64(writer.sizes.pointee.take()))
    value.write(to: &writer)
  }
}

/// ZigZag: small magnitudes of either sign become small numbers.
@inlinable func zigzag(_ value: Int32) -> UInt32 { UInt32(bitPattern: value << 1) ^ UInt32(bitPattern: value >> 31) }
@inlinable func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63) }
