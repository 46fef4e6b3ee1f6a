// Generated from google/protobuf/api.proto by codegen. Do not edit: change the schema.

public struct ProtobufApi: Message {
  public var name: String = ""
  public var methods: [ProtobufMethod] = []
  public var options: [ProtobufOption] = []
  public var version: String = ""
  public var sourceContext: ProtobufSourceContext? = nil
  public var mixins: [ProtobufMixin] = []
  public var syntax: ProtobufSyntax = ProtobufSyntax()
  public var edition: String = ""
  public var unknownFields: UnknownFields
}

extension ProtobufApi {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String = "",
    methods: [ProtobufMethod] = [],
    options: [ProtobufOption] = [],
    version: String = "",
    sourceContext: ProtobufSourceContext? = nil,
    mixins: [ProtobufMixin] = [],
    syntax: ProtobufSyntax = ProtobufSyntax(),
    edition: String = ""
  ) {
    self.init(
      name: name,
      methods: methods,
      options: options,
      version: version,
      sourceContext: sourceContext,
      mixins: mixins,
      syntax: syntax,
      edition: edition,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Api" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: name = try reader.string()
      case 18: try reader.messages(&methods)
      case 26: try reader.messages(&options)
      case 34: version = try reader.string()
      case 42: try reader.message(&sourceContext)
      case 50: try reader.messages(&mixins)
      case 56: try reader.enumeration(&syntax, tag, &unknownFields)
      case 66: edition = try reader.string()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !edition.isDefaultValue { writer.field(StringCodec.self, 66, edition) }
    if !syntax.isDefaultValue { writer.field(EnumCodec<ProtobufSyntax>.self, 56, syntax) }
    writer.repeated(MessageCodec<ProtobufMixin>.self, 50, mixins)
    if let value = sourceContext { writer.field(MessageCodec<ProtobufSourceContext>.self, 42, value) }
    if !version.isDefaultValue { writer.field(StringCodec.self, 34, version) }
    writer.repeated(MessageCodec<ProtobufOption>.self, 26, options)
    writer.repeated(MessageCodec<ProtobufMethod>.self, 18, methods)
    if !name.isDefaultValue { writer.field(StringCodec.self, 10, name) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 methods
    3 options
    4 version
    5 sourceContext source_context
    6 mixins
    7 syntax
    8 edition
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&methods)
      case 3: try reader.read(&options)
      case 4: try reader.read(&version)
      case 5: try reader.read(&sourceContext)
      case 6: try reader.read(&mixins)
      case 7: try reader.read(&syntax)
      case 8: try reader.read(&edition)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("methods", "methods", methods)
    writer.field("options", "options", options)
    writer.field("version", "version", version)
    writer.field("sourceContext", "source_context", sourceContext)
    writer.field("mixins", "mixins", mixins)
    writer.field("syntax", "syntax", syntax)
    writer.field("edition", "edition", edition)
    writer.endObject()
  }
}

public struct ProtobufMethod: Message {
  public var name: String = ""
  public var requestTypeURL: String = ""
  public var requestStreaming: Bool = false
  public var responseTypeURL: String = ""
  public var responseStreaming: Bool = false
  public var options: [ProtobufOption] = []
  public var syntax: ProtobufSyntax = ProtobufSyntax()
  public var edition: String = ""
  public var unknownFields: UnknownFields
}

extension ProtobufMethod {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String = "",
    requestTypeURL: String = "",
    requestStreaming: Bool = false,
    responseTypeURL: String = "",
    responseStreaming: Bool = false,
    options: [ProtobufOption] = [],
    syntax: ProtobufSyntax = ProtobufSyntax(),
    edition: String = ""
  ) {
    self.init(
      name: name,
      requestTypeURL: requestTypeURL,
      requestStreaming: requestStreaming,
      responseTypeURL: responseTypeURL,
      responseStreaming: responseStreaming,
      options: options,
      syntax: syntax,
      edition: edition,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Method" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: name = try reader.string()
      case 18: requestTypeURL = try reader.string()
      case 24: requestStreaming = try reader.bool()
      case 34: responseTypeURL = try reader.string()
      case 40: responseStreaming = try reader.bool()
      case 50: try reader.messages(&options)
      case 56: try reader.enumeration(&syntax, tag, &unknownFields)
      case 66: edition = try reader.string()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !edition.isDefaultValue { writer.field(StringCodec.self, 66, edition) }
    if !syntax.isDefaultValue { writer.field(EnumCodec<ProtobufSyntax>.self, 56, syntax) }
    writer.repeated(MessageCodec<ProtobufOption>.self, 50, options)
    if !responseStreaming.isDefaultValue { writer.field(BoolCodec.self, 40, responseStreaming) }
    if !responseTypeURL.isDefaultValue { writer.field(StringCodec.self, 34, responseTypeURL) }
    if !requestStreaming.isDefaultValue { writer.field(BoolCodec.self, 24, requestStreaming) }
    if !requestTypeURL.isDefaultValue { writer.field(StringCodec.self, 18, requestTypeURL) }
    if !name.isDefaultValue { writer.field(StringCodec.self, 10, name) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 requestTypeUrl request_type_url
    3 requestStreaming request_streaming
    4 responseTypeUrl response_type_url
    5 responseStreaming response_streaming
    6 options
    7 syntax
    8 edition
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&requestTypeURL)
      case 3: try reader.read(&requestStreaming)
      case 4: try reader.read(&responseTypeURL)
      case 5: try reader.read(&responseStreaming)
      case 6: try reader.read(&options)
      case 7: try reader.read(&syntax)
      case 8: try reader.read(&edition)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("requestTypeUrl", "request_type_url", requestTypeURL)
    writer.field("requestStreaming", "request_streaming", requestStreaming)
    writer.field("responseTypeUrl", "response_type_url", responseTypeURL)
    writer.field("responseStreaming", "response_streaming", responseStreaming)
    writer.field("options", "options", options)
    writer.field("syntax", "syntax", syntax)
    writer.field("edition", "edition", edition)
    writer.endObject()
  }
}

public struct ProtobufMixin: Message {
  public var name: String = ""
  public var root: String = ""
  public var unknownFields: UnknownFields
}

extension ProtobufMixin {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String = "",
    root: String = ""
  ) {
    self.init(
      name: name,
      root: root,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Mixin" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: name = try reader.string()
      case 18: root = try reader.string()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !root.isDefaultValue { writer.field(StringCodec.self, 18, root) }
    if !name.isDefaultValue { writer.field(StringCodec.self, 10, name) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 root
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&root)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("root", "root", root)
    writer.endObject()
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/api.proto`.
  public static let googleProtobufApi = EmbeddedFile(
    name: "google/protobuf/api.proto",
    base64: """
      Chlnb29nbGUvcHJvdG9idWYvYXBpLnByb3RvEg9nb29nbGUucHJvdG9idWYaJGdvb2dsZS9wcm90b2J1Zi9zb3VyY2VfY29udGV4\
      dC5wcm90bxoaZ29vZ2xlL3Byb3RvYnVmL3R5cGUucHJvdG8i2wIKA0FwaRISCgRuYW1lGAEgASgJUgRuYW1lEjEKB21ldGhvZHMY\
      AiADKAsyFy5nb29nbGUucHJvdG9idWYuTWV0aG9kUgdtZXRob2RzEjEKB29wdGlvbnMYAyADKAsyFy5nb29nbGUucHJvdG9idWYu\
      T3B0aW9uUgdvcHRpb25zEhgKB3ZlcnNpb24YBCABKAlSB3ZlcnNpb24SRQoOc291cmNlX2NvbnRleHQYBSABKAsyHi5nb29nbGUu\
      cHJvdG9idWYuU291cmNlQ29udGV4dFINc291cmNlQ29udGV4dBIuCgZtaXhpbnMYBiADKAsyFi5nb29nbGUucHJvdG9idWYuTWl4\
      aW5SBm1peGlucxIvCgZzeW50YXgYByABKA4yFy5nb29nbGUucHJvdG9idWYuU3ludGF4UgZzeW50YXgSGAoHZWRpdGlvbhgIIAEo\
      CVIHZWRpdGlvbiLUAgoGTWV0aG9kEhIKBG5hbWUYASABKAlSBG5hbWUSKAoQcmVxdWVzdF90eXBlX3VybBgCIAEoCVIOcmVxdWVz\
      dFR5cGVVcmwSKwoRcmVxdWVzdF9zdHJlYW1pbmcYAyABKAhSEHJlcXVlc3RTdHJlYW1pbmcSKgoRcmVzcG9uc2VfdHlwZV91cmwY\
      BCABKAlSD3Jlc3BvbnNlVHlwZVVybBItChJyZXNwb25zZV9zdHJlYW1pbmcYBSABKAhSEXJlc3BvbnNlU3RyZWFtaW5nEjEKB29w\
      dGlvbnMYBiADKAsyFy5nb29nbGUucHJvdG9idWYuT3B0aW9uUgdvcHRpb25zEjMKBnN5bnRheBgHIAEoDjIXLmdvb2dsZS5wcm90\
      b2J1Zi5TeW50YXhCAhgBUgZzeW50YXgSHAoHZWRpdGlvbhgIIAEoCUICGAFSB2VkaXRpb24iLwoFTWl4aW4SEgoEbmFtZRgBIAEo\
      CVIEbmFtZRISCgRyb290GAIgASgJUgRyb290QnYKE2NvbS5nb29nbGUucHJvdG9idWZCCEFwaVByb3RvUAFaLGdvb2dsZS5nb2xh\
      bmcub3JnL3Byb3RvYnVmL3R5cGVzL2tub3duL2FwaXBiogIDR1BCqgIeR29vZ2xlLlByb3RvYnVmLldlbGxLbm93blR5cGVzYgZw\
      cm90bzM=
      """,
    dependencies: { [.googleProtobufSourceContext, .googleProtobufType] })
}
