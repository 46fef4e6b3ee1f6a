// Generated from google/protobuf/struct.proto by codegen. Do not edit: change the schema.

public enum ProtobufNullValue: ProtobufEnum {
  case nullValue
  /// A number that the schema of this program does not name.
  case unrecognized(Int32)

  public init() { self = .nullValue }

  public init(rawValue: Int32) {
    switch rawValue {
    case 0: self = .nullValue
    default: self = .unrecognized(rawValue)
    }
  }

  public var rawValue: Int32 {
    switch self {
    case .nullValue: 0
    case .unrecognized(let number): number
    }
  }

  public static let table = EnumTable([
    (0, "NULL_VALUE"),
  ])
}

public struct ProtobufStruct: Message {
  public var fields: [String: ProtobufValue] = [:]
  public var unknownFields: UnknownFields
}

extension ProtobufStruct {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    fields: [String: ProtobufValue] = [:]
  ) {
    self.init(
      fields: fields,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Struct" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.mapEntry(StringCodec.self, MessageCodec<ProtobufValue>.self, &fields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.map(StringCodec.self, MessageCodec<ProtobufValue>.self, 10, fields)
  }
}

public struct ProtobufValue: Message {
  public var kind: Kind? = nil
  public var unknownFields: UnknownFields

  public enum Kind: Hashable, Sendable {
    case nullValue(ProtobufNullValue)
    case numberValue(Double)
    case stringValue(String)
    case boolValue(Bool)
    case structValue(ProtobufStruct)
    case listValue(ProtobufListValue)
  }
}

extension ProtobufValue {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    kind: Kind? = nil
  ) {
    self.init(
      kind: kind,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Value" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8:
        kind = .nullValue(ProtobufNullValue(rawValue: try reader.int32()))
      case 17: kind = .numberValue(try reader.double())
      case 26: kind = .stringValue(try reader.string())
      case 32: kind = .boolValue(try reader.bool())
      case 42:
        var value = ProtobufStruct()
        if case .structValue(let current)? = kind {
          value = current
          kind = nil
        }
        try reader.message(&value)
        kind = .structValue(value)
      case 50:
        var value = ProtobufListValue()
        if case .listValue(let current)? = kind {
          value = current
          kind = nil
        }
        try reader.message(&value)
        kind = .listValue(value)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    switch kind {
    case .nullValue(let value)?: writer.field(EnumCodec<ProtobufNullValue>.self, 8, value)
    case .numberValue(let value)?: writer.field(DoubleCodec.self, 17, value)
    case .stringValue(let value)?: writer.field(StringCodec.self, 26, value)
    case .boolValue(let value)?: writer.field(BoolCodec.self, 32, value)
    case .structValue(let value)?: writer.field(MessageCodec<ProtobufStruct>.self, 42, value)
    case .listValue(let value)?: writer.field(MessageCodec<ProtobufListValue>.self, 50, value)
    case nil: break
    }
  }
}

public struct ProtobufListValue: Message {
  public var values: [ProtobufValue] = []
  public var unknownFields: UnknownFields
}

extension ProtobufListValue {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    values: [ProtobufValue] = []
  ) {
    self.init(
      values: values,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.ListValue" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.messages(&values)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<ProtobufValue>.self, 10, values)
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/struct.proto`.
  public static let googleProtobufStruct = EmbeddedFile(
    name: "google/protobuf/struct.proto",
    base64: """
      Chxnb29nbGUvcHJvdG9idWYvc3RydWN0LnByb3RvEg9nb29nbGUucHJvdG9idWYimAEKBlN0cnVjdBI7CgZmaWVsZHMYASADKAsy\
      Iy5nb29nbGUucHJvdG9idWYuU3RydWN0LkZpZWxkc0VudHJ5UgZmaWVsZHMaUQoLRmllbGRzRW50cnkSEAoDa2V5GAEgASgJUgNr\
      ZXkSLAoFdmFsdWUYAiABKAsyFi5nb29nbGUucHJvdG9idWYuVmFsdWVSBXZhbHVlOgI4ASKyAgoFVmFsdWUSOwoKbnVsbF92YWx1\
      ZRgBIAEoDjIaLmdvb2dsZS5wcm90b2J1Zi5OdWxsVmFsdWVIAFIJbnVsbFZhbHVlEiMKDG51bWJlcl92YWx1ZRgCIAEoAUgAUgtu\
      dW1iZXJWYWx1ZRIjCgxzdHJpbmdfdmFsdWUYAyABKAlIAFILc3RyaW5nVmFsdWUSHwoKYm9vbF92YWx1ZRgEIAEoCEgAUglib29s\
      VmFsdWUSPAoMc3RydWN0X3ZhbHVlGAUgASgLMhcuZ29vZ2xlLnByb3RvYnVmLlN0cnVjdEgAUgtzdHJ1Y3RWYWx1ZRI7CgpsaXN0\
      X3ZhbHVlGAYgASgLMhouZ29vZ2xlLnByb3RvYnVmLkxpc3RWYWx1ZUgAUglsaXN0VmFsdWVCBgoEa2luZCI7CglMaXN0VmFsdWUS\
      LgoGdmFsdWVzGAEgAygLMhYuZ29vZ2xlLnByb3RvYnVmLlZhbHVlUgZ2YWx1ZXMqGwoJTnVsbFZhbHVlEg4KCk5VTExfVkFMVUUQ\
      AEJ/ChNjb20uZ29vZ2xlLnByb3RvYnVmQgtTdHJ1Y3RQcm90b1ABWi9nb29nbGUuZ29sYW5nLm9yZy9wcm90b2J1Zi90eXBlcy9r\
      bm93bi9zdHJ1Y3RwYvgBAaICA0dQQqoCHkdvb2dsZS5Qcm90b2J1Zi5XZWxsS25vd25UeXBlc2IGcHJvdG8z
      """,
    dependencies: { [] })
}
