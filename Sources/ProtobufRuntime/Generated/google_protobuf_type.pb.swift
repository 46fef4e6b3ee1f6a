// Generated from google/protobuf/type.proto by codegen. Do not edit: change the schema.

public enum ProtobufSyntax: ProtobufEnum {
  case proto2
  case proto3
  case editions
  /// A number that the schema of this program does not name.
  case unrecognized(Int32)

  public init() { self = .proto2 }

  public init(rawValue: Int32) {
    switch rawValue {
    case 0: self = .proto2
    case 1: self = .proto3
    case 2: self = .editions
    default: self = .unrecognized(rawValue)
    }
  }

  public var rawValue: Int32 {
    switch self {
    case .proto2: 0
    case .proto3: 1
    case .editions: 2
    case .unrecognized(let number): number
    }
  }

  public static let table = EnumTable([
    (0, "SYNTAX_PROTO2"),
    (1, "SYNTAX_PROTO3"),
    (2, "SYNTAX_EDITIONS"),
  ])
}

public struct ProtobufType: Message {
  public var name: String = ""
  public var fields: [ProtobufField] = []
  public var oneofs: [String] = []
  public var options: [ProtobufOption] = []
  public var sourceContext: ProtobufSourceContext? = nil
  public var syntax: ProtobufSyntax = ProtobufSyntax()
  public var edition: String = ""
  public var unknownFields: UnknownFields
}

extension ProtobufType {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String = "",
    fields: [ProtobufField] = [],
    oneofs: [String] = [],
    options: [ProtobufOption] = [],
    sourceContext: ProtobufSourceContext? = nil,
    syntax: ProtobufSyntax = ProtobufSyntax(),
    edition: String = ""
  ) {
    self.init(
      name: name,
      fields: fields,
      oneofs: oneofs,
      options: options,
      sourceContext: sourceContext,
      syntax: syntax,
      edition: edition,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Type" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: name = try reader.string()
      case 18: try reader.messages(&fields)
      case 26: oneofs.append(try reader.string())
      case 34: try reader.messages(&options)
      case 42: try reader.message(&sourceContext)
      case 48: try reader.enumeration(&syntax, tag, &unknownFields)
      case 58: edition = try reader.string()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !edition.isDefaultValue { writer.field(StringCodec.self, 58, edition) }
    if !syntax.isDefaultValue { writer.field(EnumCodec<ProtobufSyntax>.self, 48, syntax) }
    if let value = sourceContext { writer.field(MessageCodec<ProtobufSourceContext>.self, 42, value) }
    writer.repeated(MessageCodec<ProtobufOption>.self, 34, options)
    writer.repeated(StringCodec.self, 26, oneofs)
    writer.repeated(MessageCodec<ProtobufField>.self, 18, fields)
    if !name.isDefaultValue { writer.field(StringCodec.self, 10, name) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 fields
    3 oneofs
    4 options
    5 sourceContext source_context
    6 syntax
    7 edition
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&fields)
      case 3: try reader.read(&oneofs)
      case 4: try reader.read(&options)
      case 5: try reader.read(&sourceContext)
      case 6: try reader.read(&syntax)
      case 7: try reader.read(&edition)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("fields", "fields", fields)
    writer.field("oneofs", "oneofs", oneofs)
    writer.field("options", "options", options)
    writer.field("sourceContext", "source_context", sourceContext)
    writer.field("syntax", "syntax", syntax)
    writer.field("edition", "edition", edition)
    writer.endObject()
  }
}

public struct ProtobufField: Message {
  public var kind: ProtobufField.Kind = ProtobufField.Kind()
  public var cardinality: ProtobufField.Cardinality = ProtobufField.Cardinality()
  public var number: Int32 = 0
  public var name: String = ""
  public var typeURL: String = ""
  public var oneofIndex: Int32 = 0
  public var packed: Bool = false
  public var options: [ProtobufOption] = []
  public var jsonName: String = ""
  public var defaultValue: String = ""
  public var unknownFields: UnknownFields

  public enum Kind: ProtobufEnum {
    case typeUnknown
    case typeDouble
    case typeFloat
    case typeInt64
    case typeUint64
    case typeInt32
    case typeFixed64
    case typeFixed32
    case typeBool
    case typeString
    case typeGroup
    case typeMessage
    case typeBytes
    case typeUint32
    case typeEnum
    case typeSfixed32
    case typeSfixed64
    case typeSint32
    case typeSint64
    /// A number that the schema of this program does not name.
    case unrecognized(Int32)

    public init() { self = .typeUnknown }

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .typeUnknown
      case 1: self = .typeDouble
      case 2: self = .typeFloat
      case 3: self = .typeInt64
      case 4: self = .typeUint64
      case 5: self = .typeInt32
      case 6: self = .typeFixed64
      case 7: self = .typeFixed32
      case 8: self = .typeBool
      case 9: self = .typeString
      case 10: self = .typeGroup
      case 11: self = .typeMessage
      case 12: self = .typeBytes
      case 13: self = .typeUint32
      case 14: self = .typeEnum
      case 15: self = .typeSfixed32
      case 16: self = .typeSfixed64
      case 17: self = .typeSint32
      case 18: self = .typeSint64
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .typeUnknown: 0
      case .typeDouble: 1
      case .typeFloat: 2
      case .typeInt64: 3
      case .typeUint64: 4
      case .typeInt32: 5
      case .typeFixed64: 6
      case .typeFixed32: 7
      case .typeBool: 8
      case .typeString: 9
      case .typeGroup: 10
      case .typeMessage: 11
      case .typeBytes: 12
      case .typeUint32: 13
      case .typeEnum: 14
      case .typeSfixed32: 15
      case .typeSfixed64: 16
      case .typeSint32: 17
      case .typeSint64: 18
      case .unrecognized(let number): number
      }
    }

    public static let table = EnumTable([
      (0, "TYPE_UNKNOWN"),
      (1, "TYPE_DOUBLE"),
      (2, "TYPE_FLOAT"),
      (3, "TYPE_INT64"),
      (4, "TYPE_UINT64"),
      (5, "TYPE_INT32"),
      (6, "TYPE_FIXED64"),
      (7, "TYPE_FIXED32"),
      (8, "TYPE_BOOL"),
      (9, "TYPE_STRING"),
      (10, "TYPE_GROUP"),
      (11, "TYPE_MESSAGE"),
      (12, "TYPE_BYTES"),
      (13, "TYPE_UINT32"),
      (14, "TYPE_ENUM"),
      (15, "TYPE_SFIXED32"),
      (16, "TYPE_SFIXED64"),
      (17, "TYPE_SINT32"),
      (18, "TYPE_SINT64"),
    ])
  }

  public enum Cardinality: ProtobufEnum {
    case unknown
    case optional
    case required
    case repeated
    /// A number that the schema of this program does not name.
    case unrecognized(Int32)

    public init() { self = .unknown }

    public init(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unknown
      case 1: self = .optional
      case 2: self = .required
      case 3: self = .repeated
      default: self = .unrecognized(rawValue)
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .unknown: 0
      case .optional: 1
      case .required: 2
      case .repeated: 3
      case .unrecognized(let number): number
      }
    }

    public static let table = EnumTable([
      (0, "CARDINALITY_UNKNOWN"),
      (1, "CARDINALITY_OPTIONAL"),
      (2, "CARDINALITY_REQUIRED"),
      (3, "CARDINALITY_REPEATED"),
    ])
  }
}

extension ProtobufField {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    kind: ProtobufField.Kind = ProtobufField.Kind(),
    cardinality: ProtobufField.Cardinality = ProtobufField.Cardinality(),
    number: Int32 = 0,
    name: String = "",
    typeURL: String = "",
    oneofIndex: Int32 = 0,
    packed: Bool = false,
    options: [ProtobufOption] = [],
    jsonName: String = "",
    defaultValue: String = ""
  ) {
    self.init(
      kind: kind,
      cardinality: cardinality,
      number: number,
      name: name,
      typeURL: typeURL,
      oneofIndex: oneofIndex,
      packed: packed,
      options: options,
      jsonName: jsonName,
      defaultValue: defaultValue,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Field" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: try reader.enumeration(&kind, tag, &unknownFields)
      case 16: try reader.enumeration(&cardinality, tag, &unknownFields)
      case 24: number = try reader.int32()
      case 34: name = try reader.string()
      case 50: typeURL = try reader.string()
      case 56: oneofIndex = try reader.int32()
      case 64: packed = try reader.bool()
      case 74: try reader.messages(&options)
      case 82: jsonName = try reader.string()
      case 90: defaultValue = try reader.string()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !defaultValue.isDefaultValue { writer.field(StringCodec.self, 90, defaultValue) }
    if !jsonName.isDefaultValue { writer.field(StringCodec.self, 82, jsonName) }
    writer.repeated(MessageCodec<ProtobufOption>.self, 74, options)
    if !packed.isDefaultValue { writer.field(BoolCodec.self, 64, packed) }
    if !oneofIndex.isDefaultValue { writer.field(Int32Codec.self, 56, oneofIndex) }
    if !typeURL.isDefaultValue { writer.field(StringCodec.self, 50, typeURL) }
    if !name.isDefaultValue { writer.field(StringCodec.self, 34, name) }
    if !number.isDefaultValue { writer.field(Int32Codec.self, 24, number) }
    if !cardinality.isDefaultValue { writer.field(EnumCodec<ProtobufField.Cardinality>.self, 16, cardinality) }
    if !kind.isDefaultValue { writer.field(EnumCodec<ProtobufField.Kind>.self, 8, kind) }
  }

  private static let fieldTable = FieldTable(
    """
    1 kind
    2 cardinality
    3 number
    4 name
    6 typeUrl type_url
    7 oneofIndex oneof_index
    8 packed
    9 options
    10 jsonName json_name
    11 defaultValue default_value
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&kind)
      case 2: try reader.read(&cardinality)
      case 3: try reader.read(&number)
      case 4: try reader.read(&name)
      case 6: try reader.read(&typeURL)
      case 7: try reader.read(&oneofIndex)
      case 8: try reader.read(&packed)
      case 9: try reader.read(&options)
      case 10: try reader.read(&jsonName)
      case 11: try reader.read(&defaultValue)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("kind", "kind", kind)
    writer.field("cardinality", "cardinality", cardinality)
    writer.field("number", "number", number)
    writer.field("name", "name", name)
    writer.field("typeUrl", "type_url", typeURL)
    writer.field("oneofIndex", "oneof_index", oneofIndex)
    writer.field("packed", "packed", packed)
    writer.field("options", "options", options)
    writer.field("jsonName", "json_name", jsonName)
    writer.field("defaultValue", "default_value", defaultValue)
    writer.endObject()
  }
}

public struct ProtobufEnumMessage: Message {
  public var name: String = ""
  public var enumvalue: [ProtobufEnumValue] = []
  public var options: [ProtobufOption] = []
  public var sourceContext: ProtobufSourceContext? = nil
  public var syntax: ProtobufSyntax = ProtobufSyntax()
  public var edition: String = ""
  public var unknownFields: UnknownFields
}

extension ProtobufEnumMessage {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String = "",
    enumvalue: [ProtobufEnumValue] = [],
    options: [ProtobufOption] = [],
    sourceContext: ProtobufSourceContext? = nil,
    syntax: ProtobufSyntax = ProtobufSyntax(),
    edition: String = ""
  ) {
    self.init(
      name: name,
      enumvalue: enumvalue,
      options: options,
      sourceContext: sourceContext,
      syntax: syntax,
      edition: edition,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Enum" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: name = try reader.string()
      case 18: try reader.messages(&enumvalue)
      case 26: try reader.messages(&options)
      case 34: try reader.message(&sourceContext)
      case 40: try reader.enumeration(&syntax, tag, &unknownFields)
      case 50: edition = try reader.string()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !edition.isDefaultValue { writer.field(StringCodec.self, 50, edition) }
    if !syntax.isDefaultValue { writer.field(EnumCodec<ProtobufSyntax>.self, 40, syntax) }
    if let value = sourceContext { writer.field(MessageCodec<ProtobufSourceContext>.self, 34, value) }
    writer.repeated(MessageCodec<ProtobufOption>.self, 26, options)
    writer.repeated(MessageCodec<ProtobufEnumValue>.self, 18, enumvalue)
    if !name.isDefaultValue { writer.field(StringCodec.self, 10, name) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 enumvalue
    3 options
    4 sourceContext source_context
    5 syntax
    6 edition
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&enumvalue)
      case 3: try reader.read(&options)
      case 4: try reader.read(&sourceContext)
      case 5: try reader.read(&syntax)
      case 6: try reader.read(&edition)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("enumvalue", "enumvalue", enumvalue)
    writer.field("options", "options", options)
    writer.field("sourceContext", "source_context", sourceContext)
    writer.field("syntax", "syntax", syntax)
    writer.field("edition", "edition", edition)
    writer.endObject()
  }
}

public struct ProtobufEnumValue: Message {
  public var name: String = ""
  public var number: Int32 = 0
  public var options: [ProtobufOption] = []
  public var unknownFields: UnknownFields
}

extension ProtobufEnumValue {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String = "",
    number: Int32 = 0,
    options: [ProtobufOption] = []
  ) {
    self.init(
      name: name,
      number: number,
      options: options,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.EnumValue" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: name = try reader.string()
      case 16: number = try reader.int32()
      case 26: try reader.messages(&options)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<ProtobufOption>.self, 26, options)
    if !number.isDefaultValue { writer.field(Int32Codec.self, 16, number) }
    if !name.isDefaultValue { writer.field(StringCodec.self, 10, name) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 number
    3 options
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&number)
      case 3: try reader.read(&options)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("number", "number", number)
    writer.field("options", "options", options)
    writer.endObject()
  }
}

public struct ProtobufOption: Message {
  public var name: String = ""
  public var value: ProtobufAny? = nil
  public var unknownFields: UnknownFields
}

extension ProtobufOption {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String = "",
    value: ProtobufAny? = nil
  ) {
    self.init(
      name: name,
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Option" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: name = try reader.string()
      case 18: try reader.message(&self.value)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = self.value { writer.field(MessageCodec<ProtobufAny>.self, 18, value) }
    if !name.isDefaultValue { writer.field(StringCodec.self, 10, name) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 value
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&self.value)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("value", "value", self.value)
    writer.endObject()
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/type.proto`.
  public static let googleProtobufType = EmbeddedFile(
    name: "google/protobuf/type.proto",
    base64: """
      Chpnb29nbGUvcHJvdG9idWYvdHlwZS5wcm90bxIPZ29vZ2xlLnByb3RvYnVmGhlnb29nbGUvcHJvdG9idWYvYW55LnByb3RvGiRn\
      b29nbGUvcHJvdG9idWYvc291cmNlX2NvbnRleHQucHJvdG8ipwIKBFR5cGUSEgoEbmFtZRgBIAEoCVIEbmFtZRIuCgZmaWVsZHMY\
      AiADKAsyFi5nb29nbGUucHJvdG9idWYuRmllbGRSBmZpZWxkcxIWCgZvbmVvZnMYAyADKAlSBm9uZW9mcxIxCgdvcHRpb25zGAQg\
      AygLMhcuZ29vZ2xlLnByb3RvYnVmLk9wdGlvblIHb3B0aW9ucxJFCg5zb3VyY2VfY29udGV4dBgFIAEoCzIeLmdvb2dsZS5wcm90\
      b2J1Zi5Tb3VyY2VDb250ZXh0Ug1zb3VyY2VDb250ZXh0Ei8KBnN5bnRheBgGIAEoDjIXLmdvb2dsZS5wcm90b2J1Zi5TeW50YXhS\
      BnN5bnRheBIYCgdlZGl0aW9uGAcgASgJUgdlZGl0aW9uIrQGCgVGaWVsZBIvCgRraW5kGAEgASgOMhsuZ29vZ2xlLnByb3RvYnVm\
      LkZpZWxkLktpbmRSBGtpbmQSRAoLY2FyZGluYWxpdHkYAiABKA4yIi5nb29nbGUucHJvdG9idWYuRmllbGQuQ2FyZGluYWxpdHlS\
      C2NhcmRpbmFsaXR5EhYKBm51bWJlchgDIAEoBVIGbnVtYmVyEhIKBG5hbWUYBCABKAlSBG5hbWUSGQoIdHlwZV91cmwYBiABKAlS\
      B3R5cGVVcmwSHwoLb25lb2ZfaW5kZXgYByABKAVSCm9uZW9mSW5kZXgSFgoGcGFja2VkGAggASgIUgZwYWNrZWQSMQoHb3B0aW9u\
      cxgJIAMoCzIXLmdvb2dsZS5wcm90b2J1Zi5PcHRpb25SB29wdGlvbnMSGwoJanNvbl9uYW1lGAogASgJUghqc29uTmFtZRIjCg1k\
      ZWZhdWx0X3ZhbHVlGAsgASgJUgxkZWZhdWx0VmFsdWUiyAIKBEtpbmQSEAoMVFlQRV9VTktOT1dOEAASDwoLVFlQRV9ET1VCTEUQ\
      ARIOCgpUWVBFX0ZMT0FUEAISDgoKVFlQRV9JTlQ2NBADEg8KC1RZUEVfVUlOVDY0EAQSDgoKVFlQRV9JTlQzMhAFEhAKDFRZUEVf\
      RklYRUQ2NBAGEhAKDFRZUEVfRklYRUQzMhAHEg0KCVRZUEVfQk9PTBAIEg8KC1RZUEVfU1RSSU5HEAkSDgoKVFlQRV9HUk9VUBAK\
      EhAKDFRZUEVfTUVTU0FHRRALEg4KClRZUEVfQllURVMQDBIPCgtUWVBFX1VJTlQzMhANEg0KCVRZUEVfRU5VTRAOEhEKDVRZUEVf\
      U0ZJWEVEMzIQDxIRCg1UWVBFX1NGSVhFRDY0EBASDwoLVFlQRV9TSU5UMzIQERIPCgtUWVBFX1NJTlQ2NBASInQKC0NhcmRpbmFs\
      aXR5EhcKE0NBUkRJTkFMSVRZX1VOS05PV04QABIYChRDQVJESU5BTElUWV9PUFRJT05BTBABEhgKFENBUkRJTkFMSVRZX1JFUVVJ\
      UkVEEAISGAoUQ0FSRElOQUxJVFlfUkVQRUFURUQQAyKZAgoERW51bRISCgRuYW1lGAEgASgJUgRuYW1lEjgKCWVudW12YWx1ZRgC\
      IAMoCzIaLmdvb2dsZS5wcm90b2J1Zi5FbnVtVmFsdWVSCWVudW12YWx1ZRIxCgdvcHRpb25zGAMgAygLMhcuZ29vZ2xlLnByb3Rv\
      YnVmLk9wdGlvblIHb3B0aW9ucxJFCg5zb3VyY2VfY29udGV4dBgEIAEoCzIeLmdvb2dsZS5wcm90b2J1Zi5Tb3VyY2VDb250ZXh0\
      Ug1zb3VyY2VDb250ZXh0Ei8KBnN5bnRheBgFIAEoDjIXLmdvb2dsZS5wcm90b2J1Zi5TeW50YXhSBnN5bnRheBIYCgdlZGl0aW9u\
      GAYgASgJUgdlZGl0aW9uImoKCUVudW1WYWx1ZRISCgRuYW1lGAEgASgJUgRuYW1lEhYKBm51bWJlchgCIAEoBVIGbnVtYmVyEjEK\
      B29wdGlvbnMYAyADKAsyFy5nb29nbGUucHJvdG9idWYuT3B0aW9uUgdvcHRpb25zIkgKBk9wdGlvbhISCgRuYW1lGAEgASgJUgRu\
      YW1lEioKBXZhbHVlGAIgASgLMhQuZ29vZ2xlLnByb3RvYnVmLkFueVIFdmFsdWUqQwoGU3ludGF4EhEKDVNZTlRBWF9QUk9UTzIQ\
      ABIRCg1TWU5UQVhfUFJPVE8zEAESEwoPU1lOVEFYX0VESVRJT05TEAJCewoTY29tLmdvb2dsZS5wcm90b2J1ZkIJVHlwZVByb3Rv\
      UAFaLWdvb2dsZS5nb2xhbmcub3JnL3Byb3RvYnVmL3R5cGVzL2tub3duL3R5cGVwYvgBAaICA0dQQqoCHkdvb2dsZS5Qcm90b2J1\
      Zi5XZWxsS25vd25UeXBlc2IGcHJvdG8z
      """,
    dependencies: { [.googleProtobufAny, .googleProtobufSourceContext] })
}
