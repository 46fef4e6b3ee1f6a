// Generated from google/protobuf/wrappers.proto by codegen. Do not edit: change the schema.

public struct ProtobufDoubleValue: Message {
  public var value: Double = 0
  public var unknownFields: UnknownFields
}

extension ProtobufDoubleValue {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    value: Double = 0
  ) {
    self.init(
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.DoubleValue" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 9: self.value = try reader.double()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !self.value.isDefaultValue { writer.field(DoubleCodec.self, 9, self.value) }
  }
}

public struct ProtobufFloatValue: Message {
  public var value: Float = 0
  public var unknownFields: UnknownFields
}

extension ProtobufFloatValue {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    value: Float = 0
  ) {
    self.init(
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FloatValue" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 13: self.value = try reader.float()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !self.value.isDefaultValue { writer.field(FloatCodec.self, 13, self.value) }
  }
}

public struct ProtobufInt64Value: Message {
  public var value: Int64 = 0
  public var unknownFields: UnknownFields
}

extension ProtobufInt64Value {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    value: Int64 = 0
  ) {
    self.init(
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Int64Value" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: self.value = try reader.int64()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !self.value.isDefaultValue { writer.field(Int64Codec.self, 8, self.value) }
  }
}

public struct ProtobufUInt64Value: Message {
  public var value: UInt64 = 0
  public var unknownFields: UnknownFields
}

extension ProtobufUInt64Value {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    value: UInt64 = 0
  ) {
    self.init(
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.UInt64Value" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: self.value = try reader.uint64()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !self.value.isDefaultValue { writer.field(UInt64Codec.self, 8, self.value) }
  }
}

public struct ProtobufInt32Value: Message {
  public var value: Int32 = 0
  public var unknownFields: UnknownFields
}

extension ProtobufInt32Value {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    value: Int32 = 0
  ) {
    self.init(
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Int32Value" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: self.value = try reader.int32()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !self.value.isDefaultValue { writer.field(Int32Codec.self, 8, self.value) }
  }
}

public struct ProtobufUInt32Value: Message {
  public var value: UInt32 = 0
  public var unknownFields: UnknownFields
}

extension ProtobufUInt32Value {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    value: UInt32 = 0
  ) {
    self.init(
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.UInt32Value" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: self.value = try reader.uint32()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !self.value.isDefaultValue { writer.field(UInt32Codec.self, 8, self.value) }
  }
}

public struct ProtobufBoolValue: Message {
  public var value: Bool = false
  public var unknownFields: UnknownFields
}

extension ProtobufBoolValue {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    value: Bool = false
  ) {
    self.init(
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.BoolValue" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: self.value = try reader.bool()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !self.value.isDefaultValue { writer.field(BoolCodec.self, 8, self.value) }
  }
}

public struct ProtobufStringValue: Message {
  public var value: String = ""
  public var unknownFields: UnknownFields
}

extension ProtobufStringValue {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    value: String = ""
  ) {
    self.init(
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.StringValue" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: self.value = try reader.string()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !self.value.isDefaultValue { writer.field(StringCodec.self, 10, self.value) }
  }
}

public struct ProtobufBytesValue: Message {
  public var value: [UInt8] = []
  public var unknownFields: UnknownFields
}

extension ProtobufBytesValue {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    value: [UInt8] = []
  ) {
    self.init(
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.BytesValue" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: self.value = try reader.bytes()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !self.value.isDefaultValue { writer.field(BytesCodec.self, 10, self.value) }
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/wrappers.proto`.
  public static let googleProtobufWrappers = EmbeddedFile(
    name: "google/protobuf/wrappers.proto",
    base64: """
      Ch5nb29nbGUvcHJvdG9idWYvd3JhcHBlcnMucHJvdG8SD2dvb2dsZS5wcm90b2J1ZiIjCgtEb3VibGVWYWx1ZRIUCgV2YWx1ZRgB\
      IAEoAVIFdmFsdWUiIgoKRmxvYXRWYWx1ZRIUCgV2YWx1ZRgBIAEoAlIFdmFsdWUiIgoKSW50NjRWYWx1ZRIUCgV2YWx1ZRgBIAEo\
      A1IFdmFsdWUiIwoLVUludDY0VmFsdWUSFAoFdmFsdWUYASABKARSBXZhbHVlIiIKCkludDMyVmFsdWUSFAoFdmFsdWUYASABKAVS\
      BXZhbHVlIiMKC1VJbnQzMlZhbHVlEhQKBXZhbHVlGAEgASgNUgV2YWx1ZSIhCglCb29sVmFsdWUSFAoFdmFsdWUYASABKAhSBXZh\
      bHVlIiMKC1N0cmluZ1ZhbHVlEhQKBXZhbHVlGAEgASgJUgV2YWx1ZSIiCgpCeXRlc1ZhbHVlEhQKBXZhbHVlGAEgASgMUgV2YWx1\
      ZUKDAQoTY29tLmdvb2dsZS5wcm90b2J1ZkINV3JhcHBlcnNQcm90b1ABWjFnb29nbGUuZ29sYW5nLm9yZy9wcm90b2J1Zi90eXBl\
      cy9rbm93bi93cmFwcGVyc3Bi+AEBogIDR1BCqgIeR29vZ2xlLlByb3RvYnVmLldlbGxLbm93blR5cGVzYgZwcm90bzM=
      """,
    dependencies: { [] })
}
