// Generated from google/protobuf/descriptor.proto by codegen. Do not edit: change the schema.

public enum Edition: ProtobufEnum {
  case unknown
  case legacy
  case proto2
  case proto3
  case edition2023
  case edition2024
  case edition2026
  case unstable
  case edition1TestOnly
  case edition2TestOnly
  case edition99997TestOnly
  case edition99998TestOnly
  case edition99999TestOnly
  case max

  public init() { self = .unknown }

  public init?(rawValue: Int32) {
    switch rawValue {
    case 0: self = .unknown
    case 900: self = .legacy
    case 998: self = .proto2
    case 999: self = .proto3
    case 1000: self = .edition2023
    case 1001: self = .edition2024
    case 1002: self = .edition2026
    case 9999: self = .unstable
    case 1: self = .edition1TestOnly
    case 2: self = .edition2TestOnly
    case 99997: self = .edition99997TestOnly
    case 99998: self = .edition99998TestOnly
    case 99999: self = .edition99999TestOnly
    case 2147483647: self = .max
    default: return nil
    }
  }

  public var rawValue: Int32 {
    switch self {
    case .unknown: 0
    case .legacy: 900
    case .proto2: 998
    case .proto3: 999
    case .edition2023: 1000
    case .edition2024: 1001
    case .edition2026: 1002
    case .unstable: 9999
    case .edition1TestOnly: 1
    case .edition2TestOnly: 2
    case .edition99997TestOnly: 99997
    case .edition99998TestOnly: 99998
    case .edition99999TestOnly: 99999
    case .max: 2147483647
    }
  }

  public static let table = EnumTable([
    (0, "EDITION_UNKNOWN"),
    (900, "EDITION_LEGACY"),
    (998, "EDITION_PROTO2"),
    (999, "EDITION_PROTO3"),
    (1000, "EDITION_2023"),
    (1001, "EDITION_2024"),
    (1002, "EDITION_2026"),
    (9999, "EDITION_UNSTABLE"),
    (1, "EDITION_1_TEST_ONLY"),
    (2, "EDITION_2_TEST_ONLY"),
    (99997, "EDITION_99997_TEST_ONLY"),
    (99998, "EDITION_99998_TEST_ONLY"),
    (99999, "EDITION_99999_TEST_ONLY"),
    (2147483647, "EDITION_MAX"),
  ])
}

public enum SymbolVisibility: ProtobufEnum {
  case visibilityUnset
  case visibilityLocal
  case visibilityExport

  public init() { self = .visibilityUnset }

  public init?(rawValue: Int32) {
    switch rawValue {
    case 0: self = .visibilityUnset
    case 1: self = .visibilityLocal
    case 2: self = .visibilityExport
    default: return nil
    }
  }

  public var rawValue: Int32 {
    switch self {
    case .visibilityUnset: 0
    case .visibilityLocal: 1
    case .visibilityExport: 2
    }
  }

  public static let table = EnumTable([
    (0, "VISIBILITY_UNSET"),
    (1, "VISIBILITY_LOCAL"),
    (2, "VISIBILITY_EXPORT"),
  ])
}

public struct FileDescriptorSet: Message {
  public var file: [FileDescriptorProto] = []
  public var unknownFields: UnknownFields
}

extension FileDescriptorSet {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    file: [FileDescriptorProto] = []
  ) {
    self.init(
      file: file,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FileDescriptorSet" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.messages(&file)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<FileDescriptorProto>.self, 10, file)
  }

  private static let fieldTable = FieldTable(
    """
    1 file
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 1: try reader.read(&file)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("file", "file", file)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !file.areInitialized { return false }
    return true
  }
}

public struct FileDescriptorProto: Message {
  public var name: String? = nil
  public var `package`: String? = nil
  public var dependency: [String] = []
  public var publicDependency: [Int32] = []
  public var weakDependency: [Int32] = []
  public var optionDependency: [String] = []
  public var messageType: [DescriptorProto] = []
  public var enumType: [EnumDescriptorProto] = []
  public var service: [ServiceDescriptorProto] = []
  public var `extension`: [FieldDescriptorProto] = []
  public var options: FileOptions? {
    get { _options.value }
    set { _options.value = newValue }
  }
  var _options = Boxed<FileOptions>()
  public var sourceCodeInfo: SourceCodeInfo? = nil
  public var syntax: String? = nil
  public var edition: Edition? = nil
  public var unknownFields: UnknownFields
}

extension FileDescriptorProto {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String? = nil,
    `package`: String? = nil,
    dependency: [String] = [],
    publicDependency: [Int32] = [],
    weakDependency: [Int32] = [],
    optionDependency: [String] = [],
    messageType: [DescriptorProto] = [],
    enumType: [EnumDescriptorProto] = [],
    service: [ServiceDescriptorProto] = [],
    `extension`: [FieldDescriptorProto] = [],
    options: FileOptions? = nil,
    sourceCodeInfo: SourceCodeInfo? = nil,
    syntax: String? = nil,
    edition: Edition? = nil
  ) {
    self.init(
      name: name,
      package: `package`,
      dependency: dependency,
      publicDependency: publicDependency,
      weakDependency: weakDependency,
      optionDependency: optionDependency,
      messageType: messageType,
      enumType: enumType,
      service: service,
      extension: `extension`,
      _options: Boxed(options),
      sourceCodeInfo: sourceCodeInfo,
      syntax: syntax,
      edition: edition,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FileDescriptorProto" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&name, tag, &unknownFields)
      case 18: try reader.string(&`package`, tag, &unknownFields)
      case 26: try reader.string(&dependency, tag, &unknownFields)
      case 34: try reader.messages(&messageType)
      case 42: try reader.messages(&enumType)
      case 50: try reader.messages(&service)
      case 58: try reader.messages(&`extension`)
      case 66: try reader.message(&_options)
      case 74: try reader.message(&sourceCodeInfo)
      case 80: publicDependency.append(try reader.int32())
      case 82: try reader.packed(Int32Codec.self, &publicDependency)
      case 88: weakDependency.append(try reader.int32())
      case 90: try reader.packed(Int32Codec.self, &weakDependency)
      case 98: try reader.string(&syntax, tag, &unknownFields)
      case 112: try reader.enumeration(&edition, tag, &unknownFields)
      case 122: try reader.string(&optionDependency, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(StringCodec.self, 122, optionDependency)
    if let value = edition { writer.field(EnumCodec<Edition>.self, 112, value) }
    if let value = syntax { writer.field(StringCodec.self, 98, value) }
    writer.repeated(Int32Codec.self, 88, weakDependency)
    writer.repeated(Int32Codec.self, 80, publicDependency)
    if let value = sourceCodeInfo { writer.field(MessageCodec<SourceCodeInfo>.self, 74, value) }
    if let value = _options.value { writer.field(MessageCodec<FileOptions>.self, 66, value) }
    writer.repeated(MessageCodec<FieldDescriptorProto>.self, 58, `extension`)
    writer.repeated(MessageCodec<ServiceDescriptorProto>.self, 50, service)
    writer.repeated(MessageCodec<EnumDescriptorProto>.self, 42, enumType)
    writer.repeated(MessageCodec<DescriptorProto>.self, 34, messageType)
    writer.repeated(StringCodec.self, 26, dependency)
    if let value = `package` { writer.field(StringCodec.self, 18, value) }
    if let value = name { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 package
    3 dependency
    4 messageType message_type
    5 enumType enum_type
    6 service
    7 extension
    8 options
    9 sourceCodeInfo source_code_info
    10 publicDependency public_dependency
    11 weakDependency weak_dependency
    12 syntax
    14 edition
    15 optionDependency option_dependency
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&`package`)
      case 3: try reader.read(&dependency)
      case 4: try reader.read(&messageType)
      case 5: try reader.read(&enumType)
      case 6: try reader.read(&service)
      case 7: try reader.read(&`extension`)
      case 8: try reader.read(&_options)
      case 9: try reader.read(&sourceCodeInfo)
      case 10: try reader.read(&publicDependency)
      case 11: try reader.read(&weakDependency)
      case 12: try reader.read(&syntax)
      case 14: try reader.read(&edition)
      case 15: try reader.read(&optionDependency)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("package", "package", `package`)
    writer.field("dependency", "dependency", dependency)
    writer.field("messageType", "message_type", messageType)
    writer.field("enumType", "enum_type", enumType)
    writer.field("service", "service", service)
    writer.field("extension", "extension", `extension`)
    writer.field("options", "options", _options)
    writer.field("sourceCodeInfo", "source_code_info", sourceCodeInfo)
    writer.field("publicDependency", "public_dependency", publicDependency)
    writer.field("weakDependency", "weak_dependency", weakDependency)
    writer.field("syntax", "syntax", syntax)
    writer.field("edition", "edition", edition)
    writer.field("optionDependency", "option_dependency", optionDependency)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !messageType.areInitialized { return false }
    if !enumType.areInitialized { return false }
    if !service.areInitialized { return false }
    if !`extension`.areInitialized { return false }
    if let value = _options.value, !value.isInitialized { return false }
    return true
  }
}

public struct DescriptorProto: Message {
  public var name: String? = nil
  public var field: [FieldDescriptorProto] = []
  public var `extension`: [FieldDescriptorProto] = []
  public var nestedType: [DescriptorProto] = []
  public var enumType: [EnumDescriptorProto] = []
  public var extensionRange: [DescriptorProto.ExtensionRange] = []
  public var oneofDecl: [OneofDescriptorProto] = []
  public var options: MessageOptions? = nil
  public var reservedRange: [DescriptorProto.ReservedRange] = []
  public var reservedName: [String] = []
  public var visibility: SymbolVisibility? = nil
  public var unknownFields: UnknownFields

  public struct ExtensionRange: Message {
    public var start: Int32? = nil
    public var end: Int32? = nil
    public var options: ExtensionRangeOptions? = nil
    public var unknownFields: UnknownFields
  }

  public struct ReservedRange: Message {
    public var start: Int32? = nil
    public var end: Int32? = nil
    public var unknownFields: UnknownFields
  }
}

extension DescriptorProto {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String? = nil,
    field: [FieldDescriptorProto] = [],
    `extension`: [FieldDescriptorProto] = [],
    nestedType: [DescriptorProto] = [],
    enumType: [EnumDescriptorProto] = [],
    extensionRange: [DescriptorProto.ExtensionRange] = [],
    oneofDecl: [OneofDescriptorProto] = [],
    options: MessageOptions? = nil,
    reservedRange: [DescriptorProto.ReservedRange] = [],
    reservedName: [String] = [],
    visibility: SymbolVisibility? = nil
  ) {
    self.init(
      name: name,
      field: field,
      extension: `extension`,
      nestedType: nestedType,
      enumType: enumType,
      extensionRange: extensionRange,
      oneofDecl: oneofDecl,
      options: options,
      reservedRange: reservedRange,
      reservedName: reservedName,
      visibility: visibility,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.DescriptorProto" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&name, tag, &unknownFields)
      case 18: try reader.messages(&self.field)
      case 26: try reader.messages(&nestedType)
      case 34: try reader.messages(&enumType)
      case 42: try reader.messages(&extensionRange)
      case 50: try reader.messages(&`extension`)
      case 58: try reader.message(&options)
      case 66: try reader.messages(&oneofDecl)
      case 74: try reader.messages(&reservedRange)
      case 82: try reader.string(&reservedName, tag, &unknownFields)
      case 88: try reader.enumeration(&visibility, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = visibility { writer.field(EnumCodec<SymbolVisibility>.self, 88, value) }
    writer.repeated(StringCodec.self, 82, reservedName)
    writer.repeated(MessageCodec<DescriptorProto.ReservedRange>.self, 74, reservedRange)
    writer.repeated(MessageCodec<OneofDescriptorProto>.self, 66, oneofDecl)
    if let value = options { writer.field(MessageCodec<MessageOptions>.self, 58, value) }
    writer.repeated(MessageCodec<FieldDescriptorProto>.self, 50, `extension`)
    writer.repeated(MessageCodec<DescriptorProto.ExtensionRange>.self, 42, extensionRange)
    writer.repeated(MessageCodec<EnumDescriptorProto>.self, 34, enumType)
    writer.repeated(MessageCodec<DescriptorProto>.self, 26, nestedType)
    writer.repeated(MessageCodec<FieldDescriptorProto>.self, 18, self.field)
    if let value = name { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 field
    3 nestedType nested_type
    4 enumType enum_type
    5 extensionRange extension_range
    6 extension
    7 options
    8 oneofDecl oneof_decl
    9 reservedRange reserved_range
    10 reservedName reserved_name
    11 visibility
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&self.field)
      case 3: try reader.read(&nestedType)
      case 4: try reader.read(&enumType)
      case 5: try reader.read(&extensionRange)
      case 6: try reader.read(&`extension`)
      case 7: try reader.read(&options)
      case 8: try reader.read(&oneofDecl)
      case 9: try reader.read(&reservedRange)
      case 10: try reader.read(&reservedName)
      case 11: try reader.read(&visibility)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("field", "field", self.field)
    writer.field("nestedType", "nested_type", nestedType)
    writer.field("enumType", "enum_type", enumType)
    writer.field("extensionRange", "extension_range", extensionRange)
    writer.field("extension", "extension", `extension`)
    writer.field("options", "options", options)
    writer.field("oneofDecl", "oneof_decl", oneofDecl)
    writer.field("reservedRange", "reserved_range", reservedRange)
    writer.field("reservedName", "reserved_name", reservedName)
    writer.field("visibility", "visibility", visibility)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !self.field.areInitialized { return false }
    if !nestedType.areInitialized { return false }
    if !enumType.areInitialized { return false }
    if !extensionRange.areInitialized { return false }
    if !`extension`.areInitialized { return false }
    if let value = options, !value.isInitialized { return false }
    if !oneofDecl.areInitialized { return false }
    return true
  }
}

extension DescriptorProto.ExtensionRange {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    start: Int32? = nil,
    end: Int32? = nil,
    options: ExtensionRangeOptions? = nil
  ) {
    self.init(
      start: start,
      end: end,
      options: options,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.DescriptorProto.ExtensionRange" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: start = try reader.int32()
      case 16: end = try reader.int32()
      case 26: try reader.message(&options)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = options { writer.field(MessageCodec<ExtensionRangeOptions>.self, 26, value) }
    if let value = end { writer.field(Int32Codec.self, 16, value) }
    if let value = start { writer.field(Int32Codec.self, 8, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 start
    2 end
    3 options
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&start)
      case 2: try reader.read(&end)
      case 3: try reader.read(&options)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("start", "start", start)
    writer.field("end", "end", end)
    writer.field("options", "options", options)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if let value = options, !value.isInitialized { return false }
    return true
  }
}

extension DescriptorProto.ReservedRange {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    start: Int32? = nil,
    end: Int32? = nil
  ) {
    self.init(
      start: start,
      end: end,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.DescriptorProto.ReservedRange" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: start = try reader.int32()
      case 16: end = try reader.int32()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = end { writer.field(Int32Codec.self, 16, value) }
    if let value = start { writer.field(Int32Codec.self, 8, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 start
    2 end
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&start)
      case 2: try reader.read(&end)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("start", "start", start)
    writer.field("end", "end", end)
    writer.endObject()
  }
}

public struct ExtensionRangeOptions: Message {
  public var uninterpretedOption: [UninterpretedOption] = []
  public var declaration: [ExtensionRangeOptions.Declaration] = []
  public var features: FeatureSet? = nil
  public var verification: ExtensionRangeOptions.VerificationState? = nil
  /// `verification`, or the schema's default where it is not set.
  public var verificationOrDefault: ExtensionRangeOptions.VerificationState { verification ?? .unverified }
  public var unknownFields: UnknownFields

  public enum VerificationState: ProtobufEnum {
    case declaration
    case unverified

    public init() { self = .declaration }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .declaration
      case 1: self = .unverified
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .declaration: 0
      case .unverified: 1
      }
    }

    public static let table = EnumTable([
      (0, "DECLARATION"),
      (1, "UNVERIFIED"),
    ])
  }

  public struct Declaration: Message {
    public var number: Int32? = nil
    public var fullName_: String? = nil
    public var type: String? = nil
    public var reserved: Bool? = nil
    public var repeated: Bool? = nil
    public var unknownFields: UnknownFields
  }
}

extension ExtensionRangeOptions {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    uninterpretedOption: [UninterpretedOption] = [],
    declaration: [ExtensionRangeOptions.Declaration] = [],
    features: FeatureSet? = nil,
    verification: ExtensionRangeOptions.VerificationState? = nil
  ) {
    self.init(
      uninterpretedOption: uninterpretedOption,
      declaration: declaration,
      features: features,
      verification: verification,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.ExtensionRangeOptions" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 18: try reader.messages(&declaration)
      case 24: try reader.enumeration(&verification, tag, &unknownFields)
      case 402: try reader.message(&features)
      case 7994: try reader.messages(&uninterpretedOption)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<UninterpretedOption>.self, 7994, uninterpretedOption)
    if let value = features { writer.field(MessageCodec<FeatureSet>.self, 402, value) }
    if let value = verification { writer.field(EnumCodec<ExtensionRangeOptions.VerificationState>.self, 24, value) }
    writer.repeated(MessageCodec<ExtensionRangeOptions.Declaration>.self, 18, declaration)
  }

  private static let fieldTable = FieldTable(
    """
    2 declaration
    3 verification
    50 features
    999 uninterpretedOption uninterpreted_option
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 2: try reader.read(&declaration)
      case 3: try reader.read(&verification)
      case 50: try reader.read(&features)
      case 999: try reader.read(&uninterpretedOption)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("declaration", "declaration", declaration)
    writer.field("verification", "verification", verification)
    writer.field("features", "features", features)
    writer.field("uninterpretedOption", "uninterpreted_option", uninterpretedOption)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !uninterpretedOption.areInitialized { return false }
    return true
  }
}

extension ExtensionRangeOptions.Declaration {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    number: Int32? = nil,
    fullName_: String? = nil,
    type: String? = nil,
    reserved: Bool? = nil,
    repeated: Bool? = nil
  ) {
    self.init(
      number: number,
      fullName_: fullName_,
      type: type,
      reserved: reserved,
      repeated: repeated,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.ExtensionRangeOptions.Declaration" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: number = try reader.int32()
      case 18: try reader.string(&fullName_, tag, &unknownFields)
      case 26: try reader.string(&type, tag, &unknownFields)
      case 40: reserved = try reader.bool()
      case 48: repeated = try reader.bool()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = repeated { writer.field(BoolCodec.self, 48, value) }
    if let value = reserved { writer.field(BoolCodec.self, 40, value) }
    if let value = type { writer.field(StringCodec.self, 26, value) }
    if let value = fullName_ { writer.field(StringCodec.self, 18, value) }
    if let value = number { writer.field(Int32Codec.self, 8, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 number
    2 fullName full_name
    3 type
    5 reserved
    6 repeated
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&number)
      case 2: try reader.read(&fullName_)
      case 3: try reader.read(&type)
      case 5: try reader.read(&reserved)
      case 6: try reader.read(&repeated)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("number", "number", number)
    writer.field("fullName", "full_name", fullName_)
    writer.field("type", "type", type)
    writer.field("reserved", "reserved", reserved)
    writer.field("repeated", "repeated", repeated)
    writer.endObject()
  }
}

public struct FieldDescriptorProto: Message {
  public var name: String? = nil
  public var number: Int32? = nil
  public var label: FieldDescriptorProto.Label? = nil
  public var type: FieldDescriptorProto.TypeEnum? = nil
  public var typeName: String? = nil
  public var extendee: String? = nil
  public var defaultValue: String? = nil
  public var oneofIndex: Int32? = nil
  public var jsonName: String? = nil
  public var options: FieldOptions? {
    get { _options.value }
    set { _options.value = newValue }
  }
  var _options = Boxed<FieldOptions>()
  public var proto3Optional: Bool? = nil
  public var unknownFields: UnknownFields

  public enum TypeEnum: ProtobufEnum {
    case double
    case float
    case int64
    case uint64
    case int32
    case fixed64
    case fixed32
    case bool
    case string
    case group
    case message
    case bytes
    case uint32
    case `enum`
    case sfixed32
    case sfixed64
    case sint32
    case sint64

    public init() { self = .double }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 1: self = .double
      case 2: self = .float
      case 3: self = .int64
      case 4: self = .uint64
      case 5: self = .int32
      case 6: self = .fixed64
      case 7: self = .fixed32
      case 8: self = .bool
      case 9: self = .string
      case 10: self = .group
      case 11: self = .message
      case 12: self = .bytes
      case 13: self = .uint32
      case 14: self = .`enum`
      case 15: self = .sfixed32
      case 16: self = .sfixed64
      case 17: self = .sint32
      case 18: self = .sint64
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .double: 1
      case .float: 2
      case .int64: 3
      case .uint64: 4
      case .int32: 5
      case .fixed64: 6
      case .fixed32: 7
      case .bool: 8
      case .string: 9
      case .group: 10
      case .message: 11
      case .bytes: 12
      case .uint32: 13
      case .`enum`: 14
      case .sfixed32: 15
      case .sfixed64: 16
      case .sint32: 17
      case .sint64: 18
      }
    }

    public static let table = EnumTable([
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

  public enum Label: ProtobufEnum {
    case optional
    case repeated
    case required

    public init() { self = .optional }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 1: self = .optional
      case 3: self = .repeated
      case 2: self = .required
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .optional: 1
      case .repeated: 3
      case .required: 2
      }
    }

    public static let table = EnumTable([
      (1, "LABEL_OPTIONAL"),
      (3, "LABEL_REPEATED"),
      (2, "LABEL_REQUIRED"),
    ])
  }
}

extension FieldDescriptorProto {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String? = nil,
    number: Int32? = nil,
    label: FieldDescriptorProto.Label? = nil,
    type: FieldDescriptorProto.TypeEnum? = nil,
    typeName: String? = nil,
    extendee: String? = nil,
    defaultValue: String? = nil,
    oneofIndex: Int32? = nil,
    jsonName: String? = nil,
    options: FieldOptions? = nil,
    proto3Optional: Bool? = nil
  ) {
    self.init(
      name: name,
      number: number,
      label: label,
      type: type,
      typeName: typeName,
      extendee: extendee,
      defaultValue: defaultValue,
      oneofIndex: oneofIndex,
      jsonName: jsonName,
      _options: Boxed(options),
      proto3Optional: proto3Optional,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FieldDescriptorProto" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&name, tag, &unknownFields)
      case 18: try reader.string(&extendee, tag, &unknownFields)
      case 24: number = try reader.int32()
      case 32: try reader.enumeration(&label, tag, &unknownFields)
      case 40: try reader.enumeration(&type, tag, &unknownFields)
      case 50: try reader.string(&typeName, tag, &unknownFields)
      case 58: try reader.string(&defaultValue, tag, &unknownFields)
      case 66: try reader.message(&_options)
      case 72: oneofIndex = try reader.int32()
      case 82: try reader.string(&jsonName, tag, &unknownFields)
      case 136: proto3Optional = try reader.bool()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = proto3Optional { writer.field(BoolCodec.self, 136, value) }
    if let value = jsonName { writer.field(StringCodec.self, 82, value) }
    if let value = oneofIndex { writer.field(Int32Codec.self, 72, value) }
    if let value = _options.value { writer.field(MessageCodec<FieldOptions>.self, 66, value) }
    if let value = defaultValue { writer.field(StringCodec.self, 58, value) }
    if let value = typeName { writer.field(StringCodec.self, 50, value) }
    if let value = type { writer.field(EnumCodec<FieldDescriptorProto.TypeEnum>.self, 40, value) }
    if let value = label { writer.field(EnumCodec<FieldDescriptorProto.Label>.self, 32, value) }
    if let value = number { writer.field(Int32Codec.self, 24, value) }
    if let value = extendee { writer.field(StringCodec.self, 18, value) }
    if let value = name { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 extendee
    3 number
    4 label
    5 type
    6 typeName type_name
    7 defaultValue default_value
    8 options
    9 oneofIndex oneof_index
    10 jsonName json_name
    17 proto3Optional proto3_optional
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&extendee)
      case 3: try reader.read(&number)
      case 4: try reader.read(&label)
      case 5: try reader.read(&type)
      case 6: try reader.read(&typeName)
      case 7: try reader.read(&defaultValue)
      case 8: try reader.read(&_options)
      case 9: try reader.read(&oneofIndex)
      case 10: try reader.read(&jsonName)
      case 17: try reader.read(&proto3Optional)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("extendee", "extendee", extendee)
    writer.field("number", "number", number)
    writer.field("label", "label", label)
    writer.field("type", "type", type)
    writer.field("typeName", "type_name", typeName)
    writer.field("defaultValue", "default_value", defaultValue)
    writer.field("options", "options", _options)
    writer.field("oneofIndex", "oneof_index", oneofIndex)
    writer.field("jsonName", "json_name", jsonName)
    writer.field("proto3Optional", "proto3_optional", proto3Optional)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if let value = _options.value, !value.isInitialized { return false }
    return true
  }
}

public struct OneofDescriptorProto: Message {
  public var name: String? = nil
  public var options: OneofOptions? = nil
  public var unknownFields: UnknownFields
}

extension OneofDescriptorProto {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String? = nil,
    options: OneofOptions? = nil
  ) {
    self.init(
      name: name,
      options: options,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.OneofDescriptorProto" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&name, tag, &unknownFields)
      case 18: try reader.message(&options)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = options { writer.field(MessageCodec<OneofOptions>.self, 18, value) }
    if let value = name { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 options
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&options)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("options", "options", options)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if let value = options, !value.isInitialized { return false }
    return true
  }
}

public struct EnumDescriptorProto: Message {
  public var name: String? = nil
  public var value: [EnumValueDescriptorProto] = []
  public var options: EnumOptions? = nil
  public var reservedRange: [EnumDescriptorProto.EnumReservedRange] = []
  public var reservedName: [String] = []
  public var visibility: SymbolVisibility? = nil
  public var unknownFields: UnknownFields

  public struct EnumReservedRange: Message {
    public var start: Int32? = nil
    public var end: Int32? = nil
    public var unknownFields: UnknownFields
  }
}

extension EnumDescriptorProto {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String? = nil,
    value: [EnumValueDescriptorProto] = [],
    options: EnumOptions? = nil,
    reservedRange: [EnumDescriptorProto.EnumReservedRange] = [],
    reservedName: [String] = [],
    visibility: SymbolVisibility? = nil
  ) {
    self.init(
      name: name,
      value: value,
      options: options,
      reservedRange: reservedRange,
      reservedName: reservedName,
      visibility: visibility,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.EnumDescriptorProto" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&name, tag, &unknownFields)
      case 18: try reader.messages(&self.value)
      case 26: try reader.message(&options)
      case 34: try reader.messages(&reservedRange)
      case 42: try reader.string(&reservedName, tag, &unknownFields)
      case 48: try reader.enumeration(&visibility, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = visibility { writer.field(EnumCodec<SymbolVisibility>.self, 48, value) }
    writer.repeated(StringCodec.self, 42, reservedName)
    writer.repeated(MessageCodec<EnumDescriptorProto.EnumReservedRange>.self, 34, reservedRange)
    if let value = options { writer.field(MessageCodec<EnumOptions>.self, 26, value) }
    writer.repeated(MessageCodec<EnumValueDescriptorProto>.self, 18, self.value)
    if let value = name { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 value
    3 options
    4 reservedRange reserved_range
    5 reservedName reserved_name
    6 visibility
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&self.value)
      case 3: try reader.read(&options)
      case 4: try reader.read(&reservedRange)
      case 5: try reader.read(&reservedName)
      case 6: try reader.read(&visibility)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("value", "value", self.value)
    writer.field("options", "options", options)
    writer.field("reservedRange", "reserved_range", reservedRange)
    writer.field("reservedName", "reserved_name", reservedName)
    writer.field("visibility", "visibility", visibility)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !self.value.areInitialized { return false }
    if let value = options, !value.isInitialized { return false }
    return true
  }
}

extension EnumDescriptorProto.EnumReservedRange {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    start: Int32? = nil,
    end: Int32? = nil
  ) {
    self.init(
      start: start,
      end: end,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.EnumDescriptorProto.EnumReservedRange" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: start = try reader.int32()
      case 16: end = try reader.int32()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = end { writer.field(Int32Codec.self, 16, value) }
    if let value = start { writer.field(Int32Codec.self, 8, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 start
    2 end
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&start)
      case 2: try reader.read(&end)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("start", "start", start)
    writer.field("end", "end", end)
    writer.endObject()
  }
}

public struct EnumValueDescriptorProto: Message {
  public var name: String? = nil
  public var number: Int32? = nil
  public var options: EnumValueOptions? = nil
  public var unknownFields: UnknownFields
}

extension EnumValueDescriptorProto {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String? = nil,
    number: Int32? = nil,
    options: EnumValueOptions? = nil
  ) {
    self.init(
      name: name,
      number: number,
      options: options,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.EnumValueDescriptorProto" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&name, tag, &unknownFields)
      case 16: number = try reader.int32()
      case 26: try reader.message(&options)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = options { writer.field(MessageCodec<EnumValueOptions>.self, 26, value) }
    if let value = number { writer.field(Int32Codec.self, 16, value) }
    if let value = name { writer.field(StringCodec.self, 10, value) }
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

  public var isInitialized: Bool {
    if let value = options, !value.isInitialized { return false }
    return true
  }
}

public struct ServiceDescriptorProto: Message {
  public var name: String? = nil
  public var method: [MethodDescriptorProto] = []
  public var options: ServiceOptions? = nil
  public var unknownFields: UnknownFields
}

extension ServiceDescriptorProto {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String? = nil,
    method: [MethodDescriptorProto] = [],
    options: ServiceOptions? = nil
  ) {
    self.init(
      name: name,
      method: method,
      options: options,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.ServiceDescriptorProto" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&name, tag, &unknownFields)
      case 18: try reader.messages(&method)
      case 26: try reader.message(&options)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = options { writer.field(MessageCodec<ServiceOptions>.self, 26, value) }
    writer.repeated(MessageCodec<MethodDescriptorProto>.self, 18, method)
    if let value = name { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 method
    3 options
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&method)
      case 3: try reader.read(&options)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("method", "method", method)
    writer.field("options", "options", options)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !method.areInitialized { return false }
    if let value = options, !value.isInitialized { return false }
    return true
  }
}

public struct MethodDescriptorProto: Message {
  public var name: String? = nil
  public var inputType: String? = nil
  public var outputType: String? = nil
  public var options: MethodOptions? = nil
  public var clientStreaming: Bool? = nil
  /// `clientStreaming`, or the schema's default where it is not set.
  public var clientStreamingOrDefault: Bool { clientStreaming ?? false }
  public var serverStreaming: Bool? = nil
  /// `serverStreaming`, or the schema's default where it is not set.
  public var serverStreamingOrDefault: Bool { serverStreaming ?? false }
  public var unknownFields: UnknownFields
}

extension MethodDescriptorProto {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: String? = nil,
    inputType: String? = nil,
    outputType: String? = nil,
    options: MethodOptions? = nil,
    clientStreaming: Bool? = nil,
    serverStreaming: Bool? = nil
  ) {
    self.init(
      name: name,
      inputType: inputType,
      outputType: outputType,
      options: options,
      clientStreaming: clientStreaming,
      serverStreaming: serverStreaming,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.MethodDescriptorProto" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&name, tag, &unknownFields)
      case 18: try reader.string(&inputType, tag, &unknownFields)
      case 26: try reader.string(&outputType, tag, &unknownFields)
      case 34: try reader.message(&options)
      case 40: clientStreaming = try reader.bool()
      case 48: serverStreaming = try reader.bool()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = serverStreaming { writer.field(BoolCodec.self, 48, value) }
    if let value = clientStreaming { writer.field(BoolCodec.self, 40, value) }
    if let value = options { writer.field(MessageCodec<MethodOptions>.self, 34, value) }
    if let value = outputType { writer.field(StringCodec.self, 26, value) }
    if let value = inputType { writer.field(StringCodec.self, 18, value) }
    if let value = name { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 name
    2 inputType input_type
    3 outputType output_type
    4 options
    5 clientStreaming client_streaming
    6 serverStreaming server_streaming
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&name)
      case 2: try reader.read(&inputType)
      case 3: try reader.read(&outputType)
      case 4: try reader.read(&options)
      case 5: try reader.read(&clientStreaming)
      case 6: try reader.read(&serverStreaming)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("inputType", "input_type", inputType)
    writer.field("outputType", "output_type", outputType)
    writer.field("options", "options", options)
    writer.field("clientStreaming", "client_streaming", clientStreaming)
    writer.field("serverStreaming", "server_streaming", serverStreaming)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if let value = options, !value.isInitialized { return false }
    return true
  }
}

public struct FileOptions: Message {
  public var javaPackage: String? = nil
  public var javaOuterClassname: String? = nil
  public var javaMultipleFiles: Bool? = nil
  /// `javaMultipleFiles`, or the schema's default where it is not set.
  public var javaMultipleFilesOrDefault: Bool { javaMultipleFiles ?? false }
  public var javaGenerateEqualsAndHash: Bool? = nil
  public var javaStringCheckUtf8: Bool? = nil
  /// `javaStringCheckUtf8`, or the schema's default where it is not set.
  public var javaStringCheckUtf8OrDefault: Bool { javaStringCheckUtf8 ?? false }
  public var optimizeFor: FileOptions.OptimizeMode? = nil
  /// `optimizeFor`, or the schema's default where it is not set.
  public var optimizeForOrDefault: FileOptions.OptimizeMode { optimizeFor ?? .speed }
  public var goPackage: String? = nil
  public var ccGenericServices: Bool? = nil
  /// `ccGenericServices`, or the schema's default where it is not set.
  public var ccGenericServicesOrDefault: Bool { ccGenericServices ?? false }
  public var javaGenericServices: Bool? = nil
  /// `javaGenericServices`, or the schema's default where it is not set.
  public var javaGenericServicesOrDefault: Bool { javaGenericServices ?? false }
  public var pyGenericServices: Bool? = nil
  /// `pyGenericServices`, or the schema's default where it is not set.
  public var pyGenericServicesOrDefault: Bool { pyGenericServices ?? false }
  public var deprecated: Bool? = nil
  /// `deprecated`, or the schema's default where it is not set.
  public var deprecatedOrDefault: Bool { deprecated ?? false }
  public var ccEnableArenas: Bool? = nil
  /// `ccEnableArenas`, or the schema's default where it is not set.
  public var ccEnableArenasOrDefault: Bool { ccEnableArenas ?? true }
  public var objcClassPrefix: String? = nil
  public var csharpNamespace: String? = nil
  public var swiftPrefix: String? = nil
  public var phpClassPrefix: String? = nil
  public var phpNamespace: String? = nil
  public var phpMetadataNamespace: String? = nil
  public var rubyPackage: String? = nil
  public var features: FeatureSet? = nil
  public var uninterpretedOption: [UninterpretedOption] = []
  public var unknownFields: UnknownFields

  public enum OptimizeMode: ProtobufEnum {
    case speed
    case codeSize
    case liteRuntime

    public init() { self = .speed }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 1: self = .speed
      case 2: self = .codeSize
      case 3: self = .liteRuntime
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .speed: 1
      case .codeSize: 2
      case .liteRuntime: 3
      }
    }

    public static let table = EnumTable([
      (1, "SPEED"),
      (2, "CODE_SIZE"),
      (3, "LITE_RUNTIME"),
    ])
  }
}

extension FileOptions {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    javaPackage: String? = nil,
    javaOuterClassname: String? = nil,
    javaMultipleFiles: Bool? = nil,
    javaGenerateEqualsAndHash: Bool? = nil,
    javaStringCheckUtf8: Bool? = nil,
    optimizeFor: FileOptions.OptimizeMode? = nil,
    goPackage: String? = nil,
    ccGenericServices: Bool? = nil,
    javaGenericServices: Bool? = nil,
    pyGenericServices: Bool? = nil,
    deprecated: Bool? = nil,
    ccEnableArenas: Bool? = nil,
    objcClassPrefix: String? = nil,
    csharpNamespace: String? = nil,
    swiftPrefix: String? = nil,
    phpClassPrefix: String? = nil,
    phpNamespace: String? = nil,
    phpMetadataNamespace: String? = nil,
    rubyPackage: String? = nil,
    features: FeatureSet? = nil,
    uninterpretedOption: [UninterpretedOption] = []
  ) {
    self.init(
      javaPackage: javaPackage,
      javaOuterClassname: javaOuterClassname,
      javaMultipleFiles: javaMultipleFiles,
      javaGenerateEqualsAndHash: javaGenerateEqualsAndHash,
      javaStringCheckUtf8: javaStringCheckUtf8,
      optimizeFor: optimizeFor,
      goPackage: goPackage,
      ccGenericServices: ccGenericServices,
      javaGenericServices: javaGenericServices,
      pyGenericServices: pyGenericServices,
      deprecated: deprecated,
      ccEnableArenas: ccEnableArenas,
      objcClassPrefix: objcClassPrefix,
      csharpNamespace: csharpNamespace,
      swiftPrefix: swiftPrefix,
      phpClassPrefix: phpClassPrefix,
      phpNamespace: phpNamespace,
      phpMetadataNamespace: phpMetadataNamespace,
      rubyPackage: rubyPackage,
      features: features,
      uninterpretedOption: uninterpretedOption,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FileOptions" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&javaPackage, tag, &unknownFields)
      case 66: try reader.string(&javaOuterClassname, tag, &unknownFields)
      case 72: try reader.enumeration(&optimizeFor, tag, &unknownFields)
      case 80: javaMultipleFiles = try reader.bool()
      case 90: try reader.string(&goPackage, tag, &unknownFields)
      case 128: ccGenericServices = try reader.bool()
      case 136: javaGenericServices = try reader.bool()
      case 144: pyGenericServices = try reader.bool()
      case 160: javaGenerateEqualsAndHash = try reader.bool()
      case 184: deprecated = try reader.bool()
      case 216: javaStringCheckUtf8 = try reader.bool()
      case 248: ccEnableArenas = try reader.bool()
      case 290: try reader.string(&objcClassPrefix, tag, &unknownFields)
      case 298: try reader.string(&csharpNamespace, tag, &unknownFields)
      case 314: try reader.string(&swiftPrefix, tag, &unknownFields)
      case 322: try reader.string(&phpClassPrefix, tag, &unknownFields)
      case 330: try reader.string(&phpNamespace, tag, &unknownFields)
      case 354: try reader.string(&phpMetadataNamespace, tag, &unknownFields)
      case 362: try reader.string(&rubyPackage, tag, &unknownFields)
      case 402: try reader.message(&features)
      case 7994: try reader.messages(&uninterpretedOption)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<UninterpretedOption>.self, 7994, uninterpretedOption)
    if let value = features { writer.field(MessageCodec<FeatureSet>.self, 402, value) }
    if let value = rubyPackage { writer.field(StringCodec.self, 362, value) }
    if let value = phpMetadataNamespace { writer.field(StringCodec.self, 354, value) }
    if let value = phpNamespace { writer.field(StringCodec.self, 330, value) }
    if let value = phpClassPrefix { writer.field(StringCodec.self, 322, value) }
    if let value = swiftPrefix { writer.field(StringCodec.self, 314, value) }
    if let value = csharpNamespace { writer.field(StringCodec.self, 298, value) }
    if let value = objcClassPrefix { writer.field(StringCodec.self, 290, value) }
    if let value = ccEnableArenas { writer.field(BoolCodec.self, 248, value) }
    if let value = javaStringCheckUtf8 { writer.field(BoolCodec.self, 216, value) }
    if let value = deprecated { writer.field(BoolCodec.self, 184, value) }
    if let value = javaGenerateEqualsAndHash { writer.field(BoolCodec.self, 160, value) }
    if let value = pyGenericServices { writer.field(BoolCodec.self, 144, value) }
    if let value = javaGenericServices { writer.field(BoolCodec.self, 136, value) }
    if let value = ccGenericServices { writer.field(BoolCodec.self, 128, value) }
    if let value = goPackage { writer.field(StringCodec.self, 90, value) }
    if let value = javaMultipleFiles { writer.field(BoolCodec.self, 80, value) }
    if let value = optimizeFor { writer.field(EnumCodec<FileOptions.OptimizeMode>.self, 72, value) }
    if let value = javaOuterClassname { writer.field(StringCodec.self, 66, value) }
    if let value = javaPackage { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 javaPackage java_package
    8 javaOuterClassname java_outer_classname
    9 optimizeFor optimize_for
    10 javaMultipleFiles java_multiple_files
    11 goPackage go_package
    16 ccGenericServices cc_generic_services
    17 javaGenericServices java_generic_services
    18 pyGenericServices py_generic_services
    20 javaGenerateEqualsAndHash java_generate_equals_and_hash
    23 deprecated
    27 javaStringCheckUtf8 java_string_check_utf8
    31 ccEnableArenas cc_enable_arenas
    36 objcClassPrefix objc_class_prefix
    37 csharpNamespace csharp_namespace
    39 swiftPrefix swift_prefix
    40 phpClassPrefix php_class_prefix
    41 phpNamespace php_namespace
    44 phpMetadataNamespace php_metadata_namespace
    45 rubyPackage ruby_package
    50 features
    999 uninterpretedOption uninterpreted_option
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 1: try reader.read(&javaPackage)
      case 8: try reader.read(&javaOuterClassname)
      case 9: try reader.read(&optimizeFor)
      case 10: try reader.read(&javaMultipleFiles)
      case 11: try reader.read(&goPackage)
      case 16: try reader.read(&ccGenericServices)
      case 17: try reader.read(&javaGenericServices)
      case 18: try reader.read(&pyGenericServices)
      case 20: try reader.read(&javaGenerateEqualsAndHash)
      case 23: try reader.read(&deprecated)
      case 27: try reader.read(&javaStringCheckUtf8)
      case 31: try reader.read(&ccEnableArenas)
      case 36: try reader.read(&objcClassPrefix)
      case 37: try reader.read(&csharpNamespace)
      case 39: try reader.read(&swiftPrefix)
      case 40: try reader.read(&phpClassPrefix)
      case 41: try reader.read(&phpNamespace)
      case 44: try reader.read(&phpMetadataNamespace)
      case 45: try reader.read(&rubyPackage)
      case 50: try reader.read(&features)
      case 999: try reader.read(&uninterpretedOption)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("javaPackage", "java_package", javaPackage)
    writer.field("javaOuterClassname", "java_outer_classname", javaOuterClassname)
    writer.field("optimizeFor", "optimize_for", optimizeFor)
    writer.field("javaMultipleFiles", "java_multiple_files", javaMultipleFiles)
    writer.field("goPackage", "go_package", goPackage)
    writer.field("ccGenericServices", "cc_generic_services", ccGenericServices)
    writer.field("javaGenericServices", "java_generic_services", javaGenericServices)
    writer.field("pyGenericServices", "py_generic_services", pyGenericServices)
    writer.field("javaGenerateEqualsAndHash", "java_generate_equals_and_hash", javaGenerateEqualsAndHash)
    writer.field("deprecated", "deprecated", deprecated)
    writer.field("javaStringCheckUtf8", "java_string_check_utf8", javaStringCheckUtf8)
    writer.field("ccEnableArenas", "cc_enable_arenas", ccEnableArenas)
    writer.field("objcClassPrefix", "objc_class_prefix", objcClassPrefix)
    writer.field("csharpNamespace", "csharp_namespace", csharpNamespace)
    writer.field("swiftPrefix", "swift_prefix", swiftPrefix)
    writer.field("phpClassPrefix", "php_class_prefix", phpClassPrefix)
    writer.field("phpNamespace", "php_namespace", phpNamespace)
    writer.field("phpMetadataNamespace", "php_metadata_namespace", phpMetadataNamespace)
    writer.field("rubyPackage", "ruby_package", rubyPackage)
    writer.field("features", "features", features)
    writer.field("uninterpretedOption", "uninterpreted_option", uninterpretedOption)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !uninterpretedOption.areInitialized { return false }
    return true
  }
}

public struct MessageOptions: Message {
  public var messageSetWireFormat: Bool? = nil
  /// `messageSetWireFormat`, or the schema's default where it is not set.
  public var messageSetWireFormatOrDefault: Bool { messageSetWireFormat ?? false }
  public var noStandardDescriptorAccessor: Bool? = nil
  /// `noStandardDescriptorAccessor`, or the schema's default where it is not set.
  public var noStandardDescriptorAccessorOrDefault: Bool { noStandardDescriptorAccessor ?? false }
  public var deprecated: Bool? = nil
  /// `deprecated`, or the schema's default where it is not set.
  public var deprecatedOrDefault: Bool { deprecated ?? false }
  public var mapEntry: Bool? = nil
  public var deprecatedLegacyJsonFieldConflicts: Bool? = nil
  public var features: FeatureSet? = nil
  public var uninterpretedOption: [UninterpretedOption] = []
  public var unknownFields: UnknownFields
}

extension MessageOptions {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    messageSetWireFormat: Bool? = nil,
    noStandardDescriptorAccessor: Bool? = nil,
    deprecated: Bool? = nil,
    mapEntry: Bool? = nil,
    deprecatedLegacyJsonFieldConflicts: Bool? = nil,
    features: FeatureSet? = nil,
    uninterpretedOption: [UninterpretedOption] = []
  ) {
    self.init(
      messageSetWireFormat: messageSetWireFormat,
      noStandardDescriptorAccessor: noStandardDescriptorAccessor,
      deprecated: deprecated,
      mapEntry: mapEntry,
      deprecatedLegacyJsonFieldConflicts: deprecatedLegacyJsonFieldConflicts,
      features: features,
      uninterpretedOption: uninterpretedOption,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.MessageOptions" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: messageSetWireFormat = try reader.bool()
      case 16: noStandardDescriptorAccessor = try reader.bool()
      case 24: deprecated = try reader.bool()
      case 56: mapEntry = try reader.bool()
      case 88: deprecatedLegacyJsonFieldConflicts = try reader.bool()
      case 98: try reader.message(&features)
      case 7994: try reader.messages(&uninterpretedOption)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<UninterpretedOption>.self, 7994, uninterpretedOption)
    if let value = features { writer.field(MessageCodec<FeatureSet>.self, 98, value) }
    if let value = deprecatedLegacyJsonFieldConflicts { writer.field(BoolCodec.self, 88, value) }
    if let value = mapEntry { writer.field(BoolCodec.self, 56, value) }
    if let value = deprecated { writer.field(BoolCodec.self, 24, value) }
    if let value = noStandardDescriptorAccessor { writer.field(BoolCodec.self, 16, value) }
    if let value = messageSetWireFormat { writer.field(BoolCodec.self, 8, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 messageSetWireFormat message_set_wire_format
    2 noStandardDescriptorAccessor no_standard_descriptor_accessor
    3 deprecated
    7 mapEntry map_entry
    11 deprecatedLegacyJsonFieldConflicts deprecated_legacy_json_field_conflicts
    12 features
    999 uninterpretedOption uninterpreted_option
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 1: try reader.read(&messageSetWireFormat)
      case 2: try reader.read(&noStandardDescriptorAccessor)
      case 3: try reader.read(&deprecated)
      case 7: try reader.read(&mapEntry)
      case 11: try reader.read(&deprecatedLegacyJsonFieldConflicts)
      case 12: try reader.read(&features)
      case 999: try reader.read(&uninterpretedOption)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("messageSetWireFormat", "message_set_wire_format", messageSetWireFormat)
    writer.field("noStandardDescriptorAccessor", "no_standard_descriptor_accessor", noStandardDescriptorAccessor)
    writer.field("deprecated", "deprecated", deprecated)
    writer.field("mapEntry", "map_entry", mapEntry)
    writer.field("deprecatedLegacyJsonFieldConflicts", "deprecated_legacy_json_field_conflicts", deprecatedLegacyJsonFieldConflicts)
    writer.field("features", "features", features)
    writer.field("uninterpretedOption", "uninterpreted_option", uninterpretedOption)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !uninterpretedOption.areInitialized { return false }
    return true
  }
}

public struct FieldOptions: Message {
  public var ctype: FieldOptions.CType? = nil
  /// `ctype`, or the schema's default where it is not set.
  public var ctypeOrDefault: FieldOptions.CType { ctype ?? .string }
  public var packed: Bool? = nil
  public var jstype: FieldOptions.JSType? = nil
  /// `jstype`, or the schema's default where it is not set.
  public var jstypeOrDefault: FieldOptions.JSType { jstype ?? .jsNormal }
  public var lazy: Bool? = nil
  /// `lazy`, or the schema's default where it is not set.
  public var lazyOrDefault: Bool { lazy ?? false }
  public var unverifiedLazy: Bool? = nil
  /// `unverifiedLazy`, or the schema's default where it is not set.
  public var unverifiedLazyOrDefault: Bool { unverifiedLazy ?? false }
  public var deprecated: Bool? = nil
  /// `deprecated`, or the schema's default where it is not set.
  public var deprecatedOrDefault: Bool { deprecated ?? false }
  public var weak: Bool? = nil
  /// `weak`, or the schema's default where it is not set.
  public var weakOrDefault: Bool { weak ?? false }
  public var debugRedact: Bool? = nil
  /// `debugRedact`, or the schema's default where it is not set.
  public var debugRedactOrDefault: Bool { debugRedact ?? false }
  public var retention: FieldOptions.OptionRetention? = nil
  public var targets: [FieldOptions.OptionTargetType] = []
  public var editionDefaults: [FieldOptions.EditionDefault] = []
  public var features: FeatureSet? = nil
  public var featureSupport: FieldOptions.FeatureSupport? = nil
  public var uninterpretedOption: [UninterpretedOption] = []
  public var unknownFields: UnknownFields

  public enum CType: ProtobufEnum {
    case string
    case cord
    case stringPiece

    public init() { self = .string }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .string
      case 1: self = .cord
      case 2: self = .stringPiece
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .string: 0
      case .cord: 1
      case .stringPiece: 2
      }
    }

    public static let table = EnumTable([
      (0, "STRING"),
      (1, "CORD"),
      (2, "STRING_PIECE"),
    ])
  }

  public enum JSType: ProtobufEnum {
    case jsNormal
    case jsString
    case jsNumber

    public init() { self = .jsNormal }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .jsNormal
      case 1: self = .jsString
      case 2: self = .jsNumber
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .jsNormal: 0
      case .jsString: 1
      case .jsNumber: 2
      }
    }

    public static let table = EnumTable([
      (0, "JS_NORMAL"),
      (1, "JS_STRING"),
      (2, "JS_NUMBER"),
    ])
  }

  public enum OptionRetention: ProtobufEnum {
    case retentionUnknown
    case retentionRuntime
    case retentionSource

    public init() { self = .retentionUnknown }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .retentionUnknown
      case 1: self = .retentionRuntime
      case 2: self = .retentionSource
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .retentionUnknown: 0
      case .retentionRuntime: 1
      case .retentionSource: 2
      }
    }

    public static let table = EnumTable([
      (0, "RETENTION_UNKNOWN"),
      (1, "RETENTION_RUNTIME"),
      (2, "RETENTION_SOURCE"),
    ])
  }

  public enum OptionTargetType: ProtobufEnum {
    case targetTypeUnknown
    case targetTypeFile
    case targetTypeExtensionRange
    case targetTypeMessage
    case targetTypeField
    case targetTypeOneof
    case targetTypeEnum
    case targetTypeEnumEntry
    case targetTypeService
    case targetTypeMethod

    public init() { self = .targetTypeUnknown }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .targetTypeUnknown
      case 1: self = .targetTypeFile
      case 2: self = .targetTypeExtensionRange
      case 3: self = .targetTypeMessage
      case 4: self = .targetTypeField
      case 5: self = .targetTypeOneof
      case 6: self = .targetTypeEnum
      case 7: self = .targetTypeEnumEntry
      case 8: self = .targetTypeService
      case 9: self = .targetTypeMethod
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .targetTypeUnknown: 0
      case .targetTypeFile: 1
      case .targetTypeExtensionRange: 2
      case .targetTypeMessage: 3
      case .targetTypeField: 4
      case .targetTypeOneof: 5
      case .targetTypeEnum: 6
      case .targetTypeEnumEntry: 7
      case .targetTypeService: 8
      case .targetTypeMethod: 9
      }
    }

    public static let table = EnumTable([
      (0, "TARGET_TYPE_UNKNOWN"),
      (1, "TARGET_TYPE_FILE"),
      (2, "TARGET_TYPE_EXTENSION_RANGE"),
      (3, "TARGET_TYPE_MESSAGE"),
      (4, "TARGET_TYPE_FIELD"),
      (5, "TARGET_TYPE_ONEOF"),
      (6, "TARGET_TYPE_ENUM"),
      (7, "TARGET_TYPE_ENUM_ENTRY"),
      (8, "TARGET_TYPE_SERVICE"),
      (9, "TARGET_TYPE_METHOD"),
    ])
  }

  public struct EditionDefault: Message {
    public var edition: Edition? = nil
    public var value: String? = nil
    public var unknownFields: UnknownFields
  }

  public struct FeatureSupport: Message {
    public var editionIntroduced: Edition? = nil
    public var editionDeprecated: Edition? = nil
    public var deprecationWarning: String? = nil
    public var editionRemoved: Edition? = nil
    public var removalError: String? = nil
    public var unknownFields: UnknownFields
  }
}

extension FieldOptions {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    ctype: FieldOptions.CType? = nil,
    packed: Bool? = nil,
    jstype: FieldOptions.JSType? = nil,
    lazy: Bool? = nil,
    unverifiedLazy: Bool? = nil,
    deprecated: Bool? = nil,
    weak: Bool? = nil,
    debugRedact: Bool? = nil,
    retention: FieldOptions.OptionRetention? = nil,
    targets: [FieldOptions.OptionTargetType] = [],
    editionDefaults: [FieldOptions.EditionDefault] = [],
    features: FeatureSet? = nil,
    featureSupport: FieldOptions.FeatureSupport? = nil,
    uninterpretedOption: [UninterpretedOption] = []
  ) {
    self.init(
      ctype: ctype,
      packed: packed,
      jstype: jstype,
      lazy: lazy,
      unverifiedLazy: unverifiedLazy,
      deprecated: deprecated,
      weak: weak,
      debugRedact: debugRedact,
      retention: retention,
      targets: targets,
      editionDefaults: editionDefaults,
      features: features,
      featureSupport: featureSupport,
      uninterpretedOption: uninterpretedOption,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FieldOptions" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: try reader.enumeration(&ctype, tag, &unknownFields)
      case 16: packed = try reader.bool()
      case 24: deprecated = try reader.bool()
      case 40: lazy = try reader.bool()
      case 48: try reader.enumeration(&jstype, tag, &unknownFields)
      case 80: weak = try reader.bool()
      case 120: unverifiedLazy = try reader.bool()
      case 128: debugRedact = try reader.bool()
      case 136: try reader.enumeration(&retention, tag, &unknownFields)
      case 152, 154: try reader.enumerations(&targets, tag, &unknownFields)
      case 162: try reader.messages(&editionDefaults)
      case 170: try reader.message(&features)
      case 178: try reader.message(&featureSupport)
      case 7994: try reader.messages(&uninterpretedOption)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<UninterpretedOption>.self, 7994, uninterpretedOption)
    if let value = featureSupport { writer.field(MessageCodec<FieldOptions.FeatureSupport>.self, 178, value) }
    if let value = features { writer.field(MessageCodec<FeatureSet>.self, 170, value) }
    writer.repeated(MessageCodec<FieldOptions.EditionDefault>.self, 162, editionDefaults)
    writer.repeated(EnumCodec<FieldOptions.OptionTargetType>.self, 152, targets)
    if let value = retention { writer.field(EnumCodec<FieldOptions.OptionRetention>.self, 136, value) }
    if let value = debugRedact { writer.field(BoolCodec.self, 128, value) }
    if let value = unverifiedLazy { writer.field(BoolCodec.self, 120, value) }
    if let value = weak { writer.field(BoolCodec.self, 80, value) }
    if let value = jstype { writer.field(EnumCodec<FieldOptions.JSType>.self, 48, value) }
    if let value = lazy { writer.field(BoolCodec.self, 40, value) }
    if let value = deprecated { writer.field(BoolCodec.self, 24, value) }
    if let value = packed { writer.field(BoolCodec.self, 16, value) }
    if let value = ctype { writer.field(EnumCodec<FieldOptions.CType>.self, 8, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 ctype
    2 packed
    3 deprecated
    5 lazy
    6 jstype
    10 weak
    15 unverifiedLazy unverified_lazy
    16 debugRedact debug_redact
    17 retention
    19 targets
    20 editionDefaults edition_defaults
    21 features
    22 featureSupport feature_support
    999 uninterpretedOption uninterpreted_option
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 1: try reader.read(&ctype)
      case 2: try reader.read(&packed)
      case 3: try reader.read(&deprecated)
      case 5: try reader.read(&lazy)
      case 6: try reader.read(&jstype)
      case 10: try reader.read(&weak)
      case 15: try reader.read(&unverifiedLazy)
      case 16: try reader.read(&debugRedact)
      case 17: try reader.read(&retention)
      case 19: try reader.read(&targets)
      case 20: try reader.read(&editionDefaults)
      case 21: try reader.read(&features)
      case 22: try reader.read(&featureSupport)
      case 999: try reader.read(&uninterpretedOption)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("ctype", "ctype", ctype)
    writer.field("packed", "packed", packed)
    writer.field("deprecated", "deprecated", deprecated)
    writer.field("lazy", "lazy", lazy)
    writer.field("jstype", "jstype", jstype)
    writer.field("weak", "weak", weak)
    writer.field("unverifiedLazy", "unverified_lazy", unverifiedLazy)
    writer.field("debugRedact", "debug_redact", debugRedact)
    writer.field("retention", "retention", retention)
    writer.field("targets", "targets", targets)
    writer.field("editionDefaults", "edition_defaults", editionDefaults)
    writer.field("features", "features", features)
    writer.field("featureSupport", "feature_support", featureSupport)
    writer.field("uninterpretedOption", "uninterpreted_option", uninterpretedOption)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !uninterpretedOption.areInitialized { return false }
    return true
  }
}

extension FieldOptions.EditionDefault {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    edition: Edition? = nil,
    value: String? = nil
  ) {
    self.init(
      edition: edition,
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FieldOptions.EditionDefault" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 18: try reader.string(&self.value, tag, &unknownFields)
      case 24: try reader.enumeration(&edition, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = edition { writer.field(EnumCodec<Edition>.self, 24, value) }
    if let value = self.value { writer.field(StringCodec.self, 18, value) }
  }

  private static let fieldTable = FieldTable(
    """
    2 value
    3 edition
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 2: try reader.read(&self.value)
      case 3: try reader.read(&edition)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("value", "value", self.value)
    writer.field("edition", "edition", edition)
    writer.endObject()
  }
}

extension FieldOptions.FeatureSupport {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    editionIntroduced: Edition? = nil,
    editionDeprecated: Edition? = nil,
    deprecationWarning: String? = nil,
    editionRemoved: Edition? = nil,
    removalError: String? = nil
  ) {
    self.init(
      editionIntroduced: editionIntroduced,
      editionDeprecated: editionDeprecated,
      deprecationWarning: deprecationWarning,
      editionRemoved: editionRemoved,
      removalError: removalError,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FieldOptions.FeatureSupport" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: try reader.enumeration(&editionIntroduced, tag, &unknownFields)
      case 16: try reader.enumeration(&editionDeprecated, tag, &unknownFields)
      case 26: try reader.string(&deprecationWarning, tag, &unknownFields)
      case 32: try reader.enumeration(&editionRemoved, tag, &unknownFields)
      case 42: try reader.string(&removalError, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = removalError { writer.field(StringCodec.self, 42, value) }
    if let value = editionRemoved { writer.field(EnumCodec<Edition>.self, 32, value) }
    if let value = deprecationWarning { writer.field(StringCodec.self, 26, value) }
    if let value = editionDeprecated { writer.field(EnumCodec<Edition>.self, 16, value) }
    if let value = editionIntroduced { writer.field(EnumCodec<Edition>.self, 8, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 editionIntroduced edition_introduced
    2 editionDeprecated edition_deprecated
    3 deprecationWarning deprecation_warning
    4 editionRemoved edition_removed
    5 removalError removal_error
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&editionIntroduced)
      case 2: try reader.read(&editionDeprecated)
      case 3: try reader.read(&deprecationWarning)
      case 4: try reader.read(&editionRemoved)
      case 5: try reader.read(&removalError)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("editionIntroduced", "edition_introduced", editionIntroduced)
    writer.field("editionDeprecated", "edition_deprecated", editionDeprecated)
    writer.field("deprecationWarning", "deprecation_warning", deprecationWarning)
    writer.field("editionRemoved", "edition_removed", editionRemoved)
    writer.field("removalError", "removal_error", removalError)
    writer.endObject()
  }
}

public struct OneofOptions: Message {
  public var features: FeatureSet? = nil
  public var uninterpretedOption: [UninterpretedOption] = []
  public var unknownFields: UnknownFields
}

extension OneofOptions {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    features: FeatureSet? = nil,
    uninterpretedOption: [UninterpretedOption] = []
  ) {
    self.init(
      features: features,
      uninterpretedOption: uninterpretedOption,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.OneofOptions" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.message(&features)
      case 7994: try reader.messages(&uninterpretedOption)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<UninterpretedOption>.self, 7994, uninterpretedOption)
    if let value = features { writer.field(MessageCodec<FeatureSet>.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 features
    999 uninterpretedOption uninterpreted_option
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 1: try reader.read(&features)
      case 999: try reader.read(&uninterpretedOption)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("features", "features", features)
    writer.field("uninterpretedOption", "uninterpreted_option", uninterpretedOption)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !uninterpretedOption.areInitialized { return false }
    return true
  }
}

public struct EnumOptions: Message {
  public var allowAlias: Bool? = nil
  public var deprecated: Bool? = nil
  /// `deprecated`, or the schema's default where it is not set.
  public var deprecatedOrDefault: Bool { deprecated ?? false }
  public var deprecatedLegacyJsonFieldConflicts: Bool? = nil
  public var features: FeatureSet? = nil
  public var uninterpretedOption: [UninterpretedOption] = []
  public var unknownFields: UnknownFields
}

extension EnumOptions {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    allowAlias: Bool? = nil,
    deprecated: Bool? = nil,
    deprecatedLegacyJsonFieldConflicts: Bool? = nil,
    features: FeatureSet? = nil,
    uninterpretedOption: [UninterpretedOption] = []
  ) {
    self.init(
      allowAlias: allowAlias,
      deprecated: deprecated,
      deprecatedLegacyJsonFieldConflicts: deprecatedLegacyJsonFieldConflicts,
      features: features,
      uninterpretedOption: uninterpretedOption,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.EnumOptions" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 16: allowAlias = try reader.bool()
      case 24: deprecated = try reader.bool()
      case 48: deprecatedLegacyJsonFieldConflicts = try reader.bool()
      case 58: try reader.message(&features)
      case 7994: try reader.messages(&uninterpretedOption)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<UninterpretedOption>.self, 7994, uninterpretedOption)
    if let value = features { writer.field(MessageCodec<FeatureSet>.self, 58, value) }
    if let value = deprecatedLegacyJsonFieldConflicts { writer.field(BoolCodec.self, 48, value) }
    if let value = deprecated { writer.field(BoolCodec.self, 24, value) }
    if let value = allowAlias { writer.field(BoolCodec.self, 16, value) }
  }

  private static let fieldTable = FieldTable(
    """
    2 allowAlias allow_alias
    3 deprecated
    6 deprecatedLegacyJsonFieldConflicts deprecated_legacy_json_field_conflicts
    7 features
    999 uninterpretedOption uninterpreted_option
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 2: try reader.read(&allowAlias)
      case 3: try reader.read(&deprecated)
      case 6: try reader.read(&deprecatedLegacyJsonFieldConflicts)
      case 7: try reader.read(&features)
      case 999: try reader.read(&uninterpretedOption)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("allowAlias", "allow_alias", allowAlias)
    writer.field("deprecated", "deprecated", deprecated)
    writer.field("deprecatedLegacyJsonFieldConflicts", "deprecated_legacy_json_field_conflicts", deprecatedLegacyJsonFieldConflicts)
    writer.field("features", "features", features)
    writer.field("uninterpretedOption", "uninterpreted_option", uninterpretedOption)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !uninterpretedOption.areInitialized { return false }
    return true
  }
}

public struct EnumValueOptions: Message {
  public var deprecated: Bool? = nil
  /// `deprecated`, or the schema's default where it is not set.
  public var deprecatedOrDefault: Bool { deprecated ?? false }
  public var features: FeatureSet? = nil
  public var debugRedact: Bool? = nil
  /// `debugRedact`, or the schema's default where it is not set.
  public var debugRedactOrDefault: Bool { debugRedact ?? false }
  public var featureSupport: FieldOptions.FeatureSupport? = nil
  public var uninterpretedOption: [UninterpretedOption] = []
  public var unknownFields: UnknownFields
}

extension EnumValueOptions {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    deprecated: Bool? = nil,
    features: FeatureSet? = nil,
    debugRedact: Bool? = nil,
    featureSupport: FieldOptions.FeatureSupport? = nil,
    uninterpretedOption: [UninterpretedOption] = []
  ) {
    self.init(
      deprecated: deprecated,
      features: features,
      debugRedact: debugRedact,
      featureSupport: featureSupport,
      uninterpretedOption: uninterpretedOption,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.EnumValueOptions" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: deprecated = try reader.bool()
      case 18: try reader.message(&features)
      case 24: debugRedact = try reader.bool()
      case 34: try reader.message(&featureSupport)
      case 7994: try reader.messages(&uninterpretedOption)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<UninterpretedOption>.self, 7994, uninterpretedOption)
    if let value = featureSupport { writer.field(MessageCodec<FieldOptions.FeatureSupport>.self, 34, value) }
    if let value = debugRedact { writer.field(BoolCodec.self, 24, value) }
    if let value = features { writer.field(MessageCodec<FeatureSet>.self, 18, value) }
    if let value = deprecated { writer.field(BoolCodec.self, 8, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 deprecated
    2 features
    3 debugRedact debug_redact
    4 featureSupport feature_support
    999 uninterpretedOption uninterpreted_option
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 1: try reader.read(&deprecated)
      case 2: try reader.read(&features)
      case 3: try reader.read(&debugRedact)
      case 4: try reader.read(&featureSupport)
      case 999: try reader.read(&uninterpretedOption)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("deprecated", "deprecated", deprecated)
    writer.field("features", "features", features)
    writer.field("debugRedact", "debug_redact", debugRedact)
    writer.field("featureSupport", "feature_support", featureSupport)
    writer.field("uninterpretedOption", "uninterpreted_option", uninterpretedOption)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !uninterpretedOption.areInitialized { return false }
    return true
  }
}

public struct ServiceOptions: Message {
  public var features: FeatureSet? = nil
  public var deprecated: Bool? = nil
  /// `deprecated`, or the schema's default where it is not set.
  public var deprecatedOrDefault: Bool { deprecated ?? false }
  public var uninterpretedOption: [UninterpretedOption] = []
  public var unknownFields: UnknownFields
}

extension ServiceOptions {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    features: FeatureSet? = nil,
    deprecated: Bool? = nil,
    uninterpretedOption: [UninterpretedOption] = []
  ) {
    self.init(
      features: features,
      deprecated: deprecated,
      uninterpretedOption: uninterpretedOption,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.ServiceOptions" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 264: deprecated = try reader.bool()
      case 274: try reader.message(&features)
      case 7994: try reader.messages(&uninterpretedOption)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<UninterpretedOption>.self, 7994, uninterpretedOption)
    if let value = features { writer.field(MessageCodec<FeatureSet>.self, 274, value) }
    if let value = deprecated { writer.field(BoolCodec.self, 264, value) }
  }

  private static let fieldTable = FieldTable(
    """
    33 deprecated
    34 features
    999 uninterpretedOption uninterpreted_option
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 33: try reader.read(&deprecated)
      case 34: try reader.read(&features)
      case 999: try reader.read(&uninterpretedOption)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("deprecated", "deprecated", deprecated)
    writer.field("features", "features", features)
    writer.field("uninterpretedOption", "uninterpreted_option", uninterpretedOption)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !uninterpretedOption.areInitialized { return false }
    return true
  }
}

public struct MethodOptions: Message {
  public var deprecated: Bool? = nil
  /// `deprecated`, or the schema's default where it is not set.
  public var deprecatedOrDefault: Bool { deprecated ?? false }
  public var idempotencyLevel: MethodOptions.IdempotencyLevel? = nil
  /// `idempotencyLevel`, or the schema's default where it is not set.
  public var idempotencyLevelOrDefault: MethodOptions.IdempotencyLevel { idempotencyLevel ?? .idempotencyUnknown }
  public var features: FeatureSet? = nil
  public var uninterpretedOption: [UninterpretedOption] = []
  public var unknownFields: UnknownFields

  public enum IdempotencyLevel: ProtobufEnum {
    case idempotencyUnknown
    case noSideEffects
    case idempotent

    public init() { self = .idempotencyUnknown }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .idempotencyUnknown
      case 1: self = .noSideEffects
      case 2: self = .idempotent
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .idempotencyUnknown: 0
      case .noSideEffects: 1
      case .idempotent: 2
      }
    }

    public static let table = EnumTable([
      (0, "IDEMPOTENCY_UNKNOWN"),
      (1, "NO_SIDE_EFFECTS"),
      (2, "IDEMPOTENT"),
    ])
  }
}

extension MethodOptions {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    deprecated: Bool? = nil,
    idempotencyLevel: MethodOptions.IdempotencyLevel? = nil,
    features: FeatureSet? = nil,
    uninterpretedOption: [UninterpretedOption] = []
  ) {
    self.init(
      deprecated: deprecated,
      idempotencyLevel: idempotencyLevel,
      features: features,
      uninterpretedOption: uninterpretedOption,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.MethodOptions" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 264: deprecated = try reader.bool()
      case 272: try reader.enumeration(&idempotencyLevel, tag, &unknownFields)
      case 282: try reader.message(&features)
      case 7994: try reader.messages(&uninterpretedOption)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<UninterpretedOption>.self, 7994, uninterpretedOption)
    if let value = features { writer.field(MessageCodec<FeatureSet>.self, 282, value) }
    if let value = idempotencyLevel { writer.field(EnumCodec<MethodOptions.IdempotencyLevel>.self, 272, value) }
    if let value = deprecated { writer.field(BoolCodec.self, 264, value) }
  }

  private static let fieldTable = FieldTable(
    """
    33 deprecated
    34 idempotencyLevel idempotency_level
    35 features
    999 uninterpretedOption uninterpreted_option
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 33: try reader.read(&deprecated)
      case 34: try reader.read(&idempotencyLevel)
      case 35: try reader.read(&features)
      case 999: try reader.read(&uninterpretedOption)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("deprecated", "deprecated", deprecated)
    writer.field("idempotencyLevel", "idempotency_level", idempotencyLevel)
    writer.field("features", "features", features)
    writer.field("uninterpretedOption", "uninterpreted_option", uninterpretedOption)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !uninterpretedOption.areInitialized { return false }
    return true
  }
}

public struct UninterpretedOption: Message {
  public var name: [UninterpretedOption.NamePart] = []
  public var identifierValue: String? = nil
  public var positiveIntValue: UInt64? = nil
  public var negativeIntValue: Int64? = nil
  public var doubleValue: Double? = nil
  public var stringValue: [UInt8]? = nil
  public var aggregateValue: String? = nil
  public var unknownFields: UnknownFields

  public struct NamePart: Message {
    public var namePart: String? = nil
    public var isExtension: Bool? = nil
    public var unknownFields: UnknownFields
  }
}

extension UninterpretedOption {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    name: [UninterpretedOption.NamePart] = [],
    identifierValue: String? = nil,
    positiveIntValue: UInt64? = nil,
    negativeIntValue: Int64? = nil,
    doubleValue: Double? = nil,
    stringValue: [UInt8]? = nil,
    aggregateValue: String? = nil
  ) {
    self.init(
      name: name,
      identifierValue: identifierValue,
      positiveIntValue: positiveIntValue,
      negativeIntValue: negativeIntValue,
      doubleValue: doubleValue,
      stringValue: stringValue,
      aggregateValue: aggregateValue,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.UninterpretedOption" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 18: try reader.messages(&name)
      case 26: try reader.string(&identifierValue, tag, &unknownFields)
      case 32: positiveIntValue = try reader.uint64()
      case 40: negativeIntValue = try reader.int64()
      case 49: doubleValue = try reader.double()
      case 58: stringValue = try reader.bytes()
      case 66: try reader.string(&aggregateValue, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = aggregateValue { writer.field(StringCodec.self, 66, value) }
    if let value = stringValue { writer.field(BytesCodec.self, 58, value) }
    if let value = doubleValue { writer.field(DoubleCodec.self, 49, value) }
    if let value = negativeIntValue { writer.field(Int64Codec.self, 40, value) }
    if let value = positiveIntValue { writer.field(UInt64Codec.self, 32, value) }
    if let value = identifierValue { writer.field(StringCodec.self, 26, value) }
    writer.repeated(MessageCodec<UninterpretedOption.NamePart>.self, 18, name)
  }

  private static let fieldTable = FieldTable(
    """
    2 name
    3 identifierValue identifier_value
    4 positiveIntValue positive_int_value
    5 negativeIntValue negative_int_value
    6 doubleValue double_value
    7 stringValue string_value
    8 aggregateValue aggregate_value
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 2: try reader.read(&name)
      case 3: try reader.read(&identifierValue)
      case 4: try reader.read(&positiveIntValue)
      case 5: try reader.read(&negativeIntValue)
      case 6: try reader.read(&doubleValue)
      case 7: try reader.read(&stringValue)
      case 8: try reader.read(&aggregateValue)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("name", "name", name)
    writer.field("identifierValue", "identifier_value", identifierValue)
    writer.field("positiveIntValue", "positive_int_value", positiveIntValue)
    writer.field("negativeIntValue", "negative_int_value", negativeIntValue)
    writer.field("doubleValue", "double_value", doubleValue)
    writer.field("stringValue", "string_value", stringValue)
    writer.field("aggregateValue", "aggregate_value", aggregateValue)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if !name.areInitialized { return false }
    return true
  }
}

extension UninterpretedOption.NamePart {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    namePart: String? = nil,
    isExtension: Bool? = nil
  ) {
    self.init(
      namePart: namePart,
      isExtension: isExtension,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.UninterpretedOption.NamePart" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.string(&namePart, tag, &unknownFields)
      case 16: isExtension = try reader.bool()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = isExtension { writer.field(BoolCodec.self, 16, value) }
    if let value = namePart { writer.field(StringCodec.self, 10, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 namePart name_part
    2 isExtension is_extension
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&namePart)
      case 2: try reader.read(&isExtension)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("namePart", "name_part", namePart)
    writer.field("isExtension", "is_extension", isExtension)
    writer.endObject()
  }

  public var isInitialized: Bool {
    if namePart == nil { return false }
    if isExtension == nil { return false }
    return true
  }
}

public struct FeatureSet: Message {
  public var fieldPresence: FeatureSet.FieldPresence? = nil
  public var enumType: FeatureSet.EnumType? = nil
  public var repeatedFieldEncoding: FeatureSet.RepeatedFieldEncoding? = nil
  public var utf8Validation: FeatureSet.Utf8Validation? = nil
  public var messageEncoding: FeatureSet.MessageEncoding? = nil
  public var jsonFormat: FeatureSet.JsonFormat? = nil
  public var enforceNamingStyle: FeatureSet.EnforceNamingStyle? = nil
  public var defaultSymbolVisibility: FeatureSet.VisibilityFeature.DefaultSymbolVisibility? = nil
  public var enforceProtoLimits: FeatureSet.ProtoLimitsFeature.EnforceProtoLimits? = nil
  public var unknownFields: UnknownFields

  public enum FieldPresence: ProtobufEnum {
    case unknown
    case explicit
    case implicit
    case legacyRequired

    public init() { self = .unknown }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unknown
      case 1: self = .explicit
      case 2: self = .implicit
      case 3: self = .legacyRequired
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .unknown: 0
      case .explicit: 1
      case .implicit: 2
      case .legacyRequired: 3
      }
    }

    public static let table = EnumTable([
      (0, "FIELD_PRESENCE_UNKNOWN"),
      (1, "EXPLICIT"),
      (2, "IMPLICIT"),
      (3, "LEGACY_REQUIRED"),
    ])
  }

  public enum EnumType: ProtobufEnum {
    case unknown
    case `open`
    case closed

    public init() { self = .unknown }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unknown
      case 1: self = .`open`
      case 2: self = .closed
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .unknown: 0
      case .`open`: 1
      case .closed: 2
      }
    }

    public static let table = EnumTable([
      (0, "ENUM_TYPE_UNKNOWN"),
      (1, "OPEN"),
      (2, "CLOSED"),
    ])
  }

  public enum RepeatedFieldEncoding: ProtobufEnum {
    case unknown
    case packed
    case expanded

    public init() { self = .unknown }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unknown
      case 1: self = .packed
      case 2: self = .expanded
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .unknown: 0
      case .packed: 1
      case .expanded: 2
      }
    }

    public static let table = EnumTable([
      (0, "REPEATED_FIELD_ENCODING_UNKNOWN"),
      (1, "PACKED"),
      (2, "EXPANDED"),
    ])
  }

  public enum Utf8Validation: ProtobufEnum {
    case unknown
    case verify
    case none

    public init() { self = .unknown }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unknown
      case 2: self = .verify
      case 3: self = .none
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .unknown: 0
      case .verify: 2
      case .none: 3
      }
    }

    public static let table = EnumTable([
      (0, "UTF8_VALIDATION_UNKNOWN"),
      (2, "VERIFY"),
      (3, "NONE"),
    ])
  }

  public enum MessageEncoding: ProtobufEnum {
    case unknown
    case lengthPrefixed
    case delimited

    public init() { self = .unknown }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unknown
      case 1: self = .lengthPrefixed
      case 2: self = .delimited
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .unknown: 0
      case .lengthPrefixed: 1
      case .delimited: 2
      }
    }

    public static let table = EnumTable([
      (0, "MESSAGE_ENCODING_UNKNOWN"),
      (1, "LENGTH_PREFIXED"),
      (2, "DELIMITED"),
    ])
  }

  public enum JsonFormat: ProtobufEnum {
    case unknown
    case allow
    case legacyBestEffort

    public init() { self = .unknown }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unknown
      case 1: self = .allow
      case 2: self = .legacyBestEffort
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .unknown: 0
      case .allow: 1
      case .legacyBestEffort: 2
      }
    }

    public static let table = EnumTable([
      (0, "JSON_FORMAT_UNKNOWN"),
      (1, "ALLOW"),
      (2, "LEGACY_BEST_EFFORT"),
    ])
  }

  public enum EnforceNamingStyle: ProtobufEnum {
    case unknown
    case style2024
    case styleLegacy
    case style2026

    public init() { self = .unknown }

    public init?(rawValue: Int32) {
      switch rawValue {
      case 0: self = .unknown
      case 1: self = .style2024
      case 2: self = .styleLegacy
      case 3: self = .style2026
      default: return nil
      }
    }

    public var rawValue: Int32 {
      switch self {
      case .unknown: 0
      case .style2024: 1
      case .styleLegacy: 2
      case .style2026: 3
      }
    }

    public static let table = EnumTable([
      (0, "ENFORCE_NAMING_STYLE_UNKNOWN"),
      (1, "STYLE2024"),
      (2, "STYLE_LEGACY"),
      (3, "STYLE2026"),
    ])
  }

  public struct VisibilityFeature: Message {
    public var unknownFields: UnknownFields

    public enum DefaultSymbolVisibility: ProtobufEnum {
      case unknown
      case exportAll
      case exportTopLevel
      case localAll
      case strict

      public init() { self = .unknown }

      public init?(rawValue: Int32) {
        switch rawValue {
        case 0: self = .unknown
        case 1: self = .exportAll
        case 2: self = .exportTopLevel
        case 3: self = .localAll
        case 4: self = .strict
        default: return nil
        }
      }

      public var rawValue: Int32 {
        switch self {
        case .unknown: 0
        case .exportAll: 1
        case .exportTopLevel: 2
        case .localAll: 3
        case .strict: 4
        }
      }

      public static let table = EnumTable([
        (0, "DEFAULT_SYMBOL_VISIBILITY_UNKNOWN"),
        (1, "EXPORT_ALL"),
        (2, "EXPORT_TOP_LEVEL"),
        (3, "LOCAL_ALL"),
        (4, "STRICT"),
      ])
    }
  }

  public struct ProtoLimitsFeature: Message {
    public var unknownFields: UnknownFields

    public enum EnforceProtoLimits: ProtobufEnum {
      case protoLimitsUnknown
      case legacyNoExplicitLimits
      case protoLimits2026

      public init() { self = .protoLimitsUnknown }

      public init?(rawValue: Int32) {
        switch rawValue {
        case 0: self = .protoLimitsUnknown
        case 1: self = .legacyNoExplicitLimits
        case 2: self = .protoLimits2026
        default: return nil
        }
      }

      public var rawValue: Int32 {
        switch self {
        case .protoLimitsUnknown: 0
        case .legacyNoExplicitLimits: 1
        case .protoLimits2026: 2
        }
      }

      public static let table = EnumTable([
        (0, "PROTO_LIMITS_UNKNOWN"),
        (1, "LEGACY_NO_EXPLICIT_LIMITS"),
        (2, "PROTO_LIMITS2026"),
      ])
    }
  }
}

extension FeatureSet {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    fieldPresence: FeatureSet.FieldPresence? = nil,
    enumType: FeatureSet.EnumType? = nil,
    repeatedFieldEncoding: FeatureSet.RepeatedFieldEncoding? = nil,
    utf8Validation: FeatureSet.Utf8Validation? = nil,
    messageEncoding: FeatureSet.MessageEncoding? = nil,
    jsonFormat: FeatureSet.JsonFormat? = nil,
    enforceNamingStyle: FeatureSet.EnforceNamingStyle? = nil,
    defaultSymbolVisibility: FeatureSet.VisibilityFeature.DefaultSymbolVisibility? = nil,
    enforceProtoLimits: FeatureSet.ProtoLimitsFeature.EnforceProtoLimits? = nil
  ) {
    self.init(
      fieldPresence: fieldPresence,
      enumType: enumType,
      repeatedFieldEncoding: repeatedFieldEncoding,
      utf8Validation: utf8Validation,
      messageEncoding: messageEncoding,
      jsonFormat: jsonFormat,
      enforceNamingStyle: enforceNamingStyle,
      defaultSymbolVisibility: defaultSymbolVisibility,
      enforceProtoLimits: enforceProtoLimits,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FeatureSet" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: try reader.enumeration(&fieldPresence, tag, &unknownFields)
      case 16: try reader.enumeration(&enumType, tag, &unknownFields)
      case 24: try reader.enumeration(&repeatedFieldEncoding, tag, &unknownFields)
      case 32: try reader.enumeration(&utf8Validation, tag, &unknownFields)
      case 40: try reader.enumeration(&messageEncoding, tag, &unknownFields)
      case 48: try reader.enumeration(&jsonFormat, tag, &unknownFields)
      case 56: try reader.enumeration(&enforceNamingStyle, tag, &unknownFields)
      case 64: try reader.enumeration(&defaultSymbolVisibility, tag, &unknownFields)
      case 72: try reader.enumeration(&enforceProtoLimits, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = enforceProtoLimits { writer.field(EnumCodec<FeatureSet.ProtoLimitsFeature.EnforceProtoLimits>.self, 72, value) }
    if let value = defaultSymbolVisibility { writer.field(EnumCodec<FeatureSet.VisibilityFeature.DefaultSymbolVisibility>.self, 64, value) }
    if let value = enforceNamingStyle { writer.field(EnumCodec<FeatureSet.EnforceNamingStyle>.self, 56, value) }
    if let value = jsonFormat { writer.field(EnumCodec<FeatureSet.JsonFormat>.self, 48, value) }
    if let value = messageEncoding { writer.field(EnumCodec<FeatureSet.MessageEncoding>.self, 40, value) }
    if let value = utf8Validation { writer.field(EnumCodec<FeatureSet.Utf8Validation>.self, 32, value) }
    if let value = repeatedFieldEncoding { writer.field(EnumCodec<FeatureSet.RepeatedFieldEncoding>.self, 24, value) }
    if let value = enumType { writer.field(EnumCodec<FeatureSet.EnumType>.self, 16, value) }
    if let value = fieldPresence { writer.field(EnumCodec<FeatureSet.FieldPresence>.self, 8, value) }
  }

  private static let fieldTable = FieldTable(
    """
    1 fieldPresence field_presence
    2 enumType enum_type
    3 repeatedFieldEncoding repeated_field_encoding
    4 utf8Validation utf8_validation
    5 messageEncoding message_encoding
    6 jsonFormat json_format
    7 enforceNamingStyle enforce_naming_style
    8 defaultSymbolVisibility default_symbol_visibility
    9 enforceProtoLimits enforce_proto_limits
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 1: try reader.read(&fieldPresence)
      case 2: try reader.read(&enumType)
      case 3: try reader.read(&repeatedFieldEncoding)
      case 4: try reader.read(&utf8Validation)
      case 5: try reader.read(&messageEncoding)
      case 6: try reader.read(&jsonFormat)
      case 7: try reader.read(&enforceNamingStyle)
      case 8: try reader.read(&defaultSymbolVisibility)
      case 9: try reader.read(&enforceProtoLimits)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("fieldPresence", "field_presence", fieldPresence)
    writer.field("enumType", "enum_type", enumType)
    writer.field("repeatedFieldEncoding", "repeated_field_encoding", repeatedFieldEncoding)
    writer.field("utf8Validation", "utf8_validation", utf8Validation)
    writer.field("messageEncoding", "message_encoding", messageEncoding)
    writer.field("jsonFormat", "json_format", jsonFormat)
    writer.field("enforceNamingStyle", "enforce_naming_style", enforceNamingStyle)
    writer.field("defaultSymbolVisibility", "default_symbol_visibility", defaultSymbolVisibility)
    writer.field("enforceProtoLimits", "enforce_proto_limits", enforceProtoLimits)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }
}

extension FeatureSet.VisibilityFeature {
  public init() { self.init(unknownFields: UnknownFields()) }

  public static var fullName: String { "google.protobuf.FeatureSet.VisibilityFeature" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
  }

  private static let fieldTable = FieldTable(
    """
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while try reader.nextField(&object) != nil {}
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.endObject()
  }
}

extension FeatureSet.ProtoLimitsFeature {
  public init() { self.init(unknownFields: UnknownFields()) }

  public static var fullName: String { "google.protobuf.FeatureSet.ProtoLimitsFeature" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
  }

  private static let fieldTable = FieldTable(
    """
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while try reader.nextField(&object) != nil {}
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.endObject()
  }
}

public struct FeatureSetDefaults: Message {
  public var defaults: [FeatureSetDefaults.FeatureSetEditionDefault] = []
  public var minimumEdition: Edition? = nil
  public var maximumEdition: Edition? = nil
  public var unknownFields: UnknownFields

  public struct FeatureSetEditionDefault: Message {
    public var edition: Edition? = nil
    public var overridableFeatures: FeatureSet? = nil
    public var fixedFeatures: FeatureSet? = nil
    public var unknownFields: UnknownFields
  }
}

extension FeatureSetDefaults {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    defaults: [FeatureSetDefaults.FeatureSetEditionDefault] = [],
    minimumEdition: Edition? = nil,
    maximumEdition: Edition? = nil
  ) {
    self.init(
      defaults: defaults,
      minimumEdition: minimumEdition,
      maximumEdition: maximumEdition,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FeatureSetDefaults" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.messages(&defaults)
      case 32: try reader.enumeration(&minimumEdition, tag, &unknownFields)
      case 40: try reader.enumeration(&maximumEdition, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = maximumEdition { writer.field(EnumCodec<Edition>.self, 40, value) }
    if let value = minimumEdition { writer.field(EnumCodec<Edition>.self, 32, value) }
    writer.repeated(MessageCodec<FeatureSetDefaults.FeatureSetEditionDefault>.self, 10, defaults)
  }

  private static let fieldTable = FieldTable(
    """
    1 defaults
    4 minimumEdition minimum_edition
    5 maximumEdition maximum_edition
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&defaults)
      case 4: try reader.read(&minimumEdition)
      case 5: try reader.read(&maximumEdition)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("defaults", "defaults", defaults)
    writer.field("minimumEdition", "minimum_edition", minimumEdition)
    writer.field("maximumEdition", "maximum_edition", maximumEdition)
    writer.endObject()
  }
}

extension FeatureSetDefaults.FeatureSetEditionDefault {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    edition: Edition? = nil,
    overridableFeatures: FeatureSet? = nil,
    fixedFeatures: FeatureSet? = nil
  ) {
    self.init(
      edition: edition,
      overridableFeatures: overridableFeatures,
      fixedFeatures: fixedFeatures,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FeatureSetDefaults.FeatureSetEditionDefault" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 24: try reader.enumeration(&edition, tag, &unknownFields)
      case 34: try reader.message(&overridableFeatures)
      case 42: try reader.message(&fixedFeatures)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = fixedFeatures { writer.field(MessageCodec<FeatureSet>.self, 42, value) }
    if let value = overridableFeatures { writer.field(MessageCodec<FeatureSet>.self, 34, value) }
    if let value = edition { writer.field(EnumCodec<Edition>.self, 24, value) }
  }

  private static let fieldTable = FieldTable(
    """
    3 edition
    4 overridableFeatures overridable_features
    5 fixedFeatures fixed_features
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 3: try reader.read(&edition)
      case 4: try reader.read(&overridableFeatures)
      case 5: try reader.read(&fixedFeatures)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("edition", "edition", edition)
    writer.field("overridableFeatures", "overridable_features", overridableFeatures)
    writer.field("fixedFeatures", "fixed_features", fixedFeatures)
    writer.endObject()
  }
}

public struct SourceCodeInfo: Message {
  public var location: [SourceCodeInfo.Location] = []
  public var unknownFields: UnknownFields

  public struct Location: Message {
    public var path: [Int32] = []
    public var span: [Int32] = []
    public var leadingComments: String? = nil
    public var trailingComments: String? = nil
    public var leadingDetachedComments: [String] = []
    public var unknownFields: UnknownFields
  }
}

extension SourceCodeInfo {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    location: [SourceCodeInfo.Location] = []
  ) {
    self.init(
      location: location,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.SourceCodeInfo" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.messages(&location)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<SourceCodeInfo.Location>.self, 10, location)
  }

  private static let fieldTable = FieldTable(
    """
    1 location
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object, extending: &unknownFields) {
      switch field {
      case 1: try reader.read(&location)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("location", "location", location)
    writer.extensions(of: Self.fullName, unknownFields)
    writer.endObject()
  }
}

extension SourceCodeInfo.Location {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    path: [Int32] = [],
    span: [Int32] = [],
    leadingComments: String? = nil,
    trailingComments: String? = nil,
    leadingDetachedComments: [String] = []
  ) {
    self.init(
      path: path,
      span: span,
      leadingComments: leadingComments,
      trailingComments: trailingComments,
      leadingDetachedComments: leadingDetachedComments,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.SourceCodeInfo.Location" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: path.append(try reader.int32())
      case 10: try reader.packed(Int32Codec.self, &path)
      case 16: span.append(try reader.int32())
      case 18: try reader.packed(Int32Codec.self, &span)
      case 26: try reader.string(&leadingComments, tag, &unknownFields)
      case 34: try reader.string(&trailingComments, tag, &unknownFields)
      case 50: try reader.string(&leadingDetachedComments, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(StringCodec.self, 50, leadingDetachedComments)
    if let value = trailingComments { writer.field(StringCodec.self, 34, value) }
    if let value = leadingComments { writer.field(StringCodec.self, 26, value) }
    writer.packed(Int32Codec.self, 18, span)
    writer.packed(Int32Codec.self, 10, path)
  }

  private static let fieldTable = FieldTable(
    """
    1 path
    2 span
    3 leadingComments leading_comments
    4 trailingComments trailing_comments
    6 leadingDetachedComments leading_detached_comments
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&path)
      case 2: try reader.read(&span)
      case 3: try reader.read(&leadingComments)
      case 4: try reader.read(&trailingComments)
      case 6: try reader.read(&leadingDetachedComments)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("path", "path", path)
    writer.field("span", "span", span)
    writer.field("leadingComments", "leading_comments", leadingComments)
    writer.field("trailingComments", "trailing_comments", trailingComments)
    writer.field("leadingDetachedComments", "leading_detached_comments", leadingDetachedComments)
    writer.endObject()
  }
}

public struct GeneratedCodeInfo: Message {
  public var annotation: [GeneratedCodeInfo.Annotation] = []
  public var unknownFields: UnknownFields

  public struct Annotation: Message {
    public var path: [Int32] = []
    public var sourceFile: String? = nil
    public var begin: Int32? = nil
    public var end: Int32? = nil
    public var semantic: GeneratedCodeInfo.Annotation.Semantic? = nil
    public var unknownFields: UnknownFields

    public enum Semantic: ProtobufEnum {
      case none
      case set
      case alias

      public init() { self = .none }

      public init?(rawValue: Int32) {
        switch rawValue {
        case 0: self = .none
        case 1: self = .set
        case 2: self = .alias
        default: return nil
        }
      }

      public var rawValue: Int32 {
        switch self {
        case .none: 0
        case .set: 1
        case .alias: 2
        }
      }

      public static let table = EnumTable([
        (0, "NONE"),
        (1, "SET"),
        (2, "ALIAS"),
      ])
    }
  }
}

extension GeneratedCodeInfo {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    annotation: [GeneratedCodeInfo.Annotation] = []
  ) {
    self.init(
      annotation: annotation,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.GeneratedCodeInfo" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: try reader.messages(&annotation)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(MessageCodec<GeneratedCodeInfo.Annotation>.self, 10, annotation)
  }

  private static let fieldTable = FieldTable(
    """
    1 annotation
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&annotation)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("annotation", "annotation", annotation)
    writer.endObject()
  }
}

extension GeneratedCodeInfo.Annotation {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    path: [Int32] = [],
    sourceFile: String? = nil,
    begin: Int32? = nil,
    end: Int32? = nil,
    semantic: GeneratedCodeInfo.Annotation.Semantic? = nil
  ) {
    self.init(
      path: path,
      sourceFile: sourceFile,
      begin: begin,
      end: end,
      semantic: semantic,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.GeneratedCodeInfo.Annotation" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: path.append(try reader.int32())
      case 10: try reader.packed(Int32Codec.self, &path)
      case 18: try reader.string(&sourceFile, tag, &unknownFields)
      case 24: begin = try reader.int32()
      case 32: end = try reader.int32()
      case 40: try reader.enumeration(&semantic, tag, &unknownFields)
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if let value = semantic { writer.field(EnumCodec<GeneratedCodeInfo.Annotation.Semantic>.self, 40, value) }
    if let value = end { writer.field(Int32Codec.self, 32, value) }
    if let value = begin { writer.field(Int32Codec.self, 24, value) }
    if let value = sourceFile { writer.field(StringCodec.self, 18, value) }
    writer.packed(Int32Codec.self, 10, path)
  }

  private static let fieldTable = FieldTable(
    """
    1 path
    2 sourceFile source_file
    3 begin
    4 end
    5 semantic
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&path)
      case 2: try reader.read(&sourceFile)
      case 3: try reader.read(&begin)
      case 4: try reader.read(&end)
      case 5: try reader.read(&semantic)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("path", "path", path)
    writer.field("sourceFile", "source_file", sourceFile)
    writer.field("begin", "begin", begin)
    writer.field("end", "end", end)
    writer.field("semantic", "semantic", semantic)
    writer.endObject()
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/descriptor.proto`.
  public static let googleProtobufDescriptor = EmbeddedFile(
    name: "google/protobuf/descriptor.proto",
    base64: """
      CiBnb29nbGUvcHJvdG9idWYvZGVzY3JpcHRvci5wcm90bxIPZ29vZ2xlLnByb3RvYnVmIlsKEUZpbGVEZXNjcmlwdG9yU2V0EjgK\
      BGZpbGUYASADKAsyJC5nb29nbGUucHJvdG9idWYuRmlsZURlc2NyaXB0b3JQcm90b1IEZmlsZSoMCIDsyv8BEIHsyv8BIsUFChNG\
      aWxlRGVzY3JpcHRvclByb3RvEhIKBG5hbWUYASABKAlSBG5hbWUSGAoHcGFja2FnZRgCIAEoCVIHcGFja2FnZRIeCgpkZXBlbmRl\
      bmN5GAMgAygJUgpkZXBlbmRlbmN5EisKEXB1YmxpY19kZXBlbmRlbmN5GAogAygFUhBwdWJsaWNEZXBlbmRlbmN5EicKD3dlYWtf\
      ZGVwZW5kZW5jeRgLIAMoBVIOd2Vha0RlcGVuZGVuY3kSKwoRb3B0aW9uX2RlcGVuZGVuY3kYDyADKAlSEG9wdGlvbkRlcGVuZGVu\
      Y3kSQwoMbWVzc2FnZV90eXBlGAQgAygLMiAuZ29vZ2xlLnByb3RvYnVmLkRlc2NyaXB0b3JQcm90b1ILbWVzc2FnZVR5cGUSQQoJ\
      ZW51bV90eXBlGAUgAygLMiQuZ29vZ2xlLnByb3RvYnVmLkVudW1EZXNjcmlwdG9yUHJvdG9SCGVudW1UeXBlEkEKB3NlcnZpY2UY\
      BiADKAsyJy5nb29nbGUucHJvdG9idWYuU2VydmljZURlc2NyaXB0b3JQcm90b1IHc2VydmljZRJDCglleHRlbnNpb24YByADKAsy\
      JS5nb29nbGUucHJvdG9idWYuRmllbGREZXNjcmlwdG9yUHJvdG9SCWV4dGVuc2lvbhI2CgdvcHRpb25zGAggASgLMhwuZ29vZ2xl\
      LnByb3RvYnVmLkZpbGVPcHRpb25zUgdvcHRpb25zEkkKEHNvdXJjZV9jb2RlX2luZm8YCSABKAsyHy5nb29nbGUucHJvdG9idWYu\
      U291cmNlQ29kZUluZm9SDnNvdXJjZUNvZGVJbmZvEhYKBnN5bnRheBgMIAEoCVIGc3ludGF4EjIKB2VkaXRpb24YDiABKA4yGC5n\
      b29nbGUucHJvdG9idWYuRWRpdGlvblIHZWRpdGlvbiL8BgoPRGVzY3JpcHRvclByb3RvEhIKBG5hbWUYASABKAlSBG5hbWUSOwoF\
      ZmllbGQYAiADKAsyJS5nb29nbGUucHJvdG9idWYuRmllbGREZXNjcmlwdG9yUHJvdG9SBWZpZWxkEkMKCWV4dGVuc2lvbhgGIAMo\
      CzIlLmdvb2dsZS5wcm90b2J1Zi5GaWVsZERlc2NyaXB0b3JQcm90b1IJZXh0ZW5zaW9uEkEKC25lc3RlZF90eXBlGAMgAygLMiAu\
      Z29vZ2xlLnByb3RvYnVmLkRlc2NyaXB0b3JQcm90b1IKbmVzdGVkVHlwZRJBCgllbnVtX3R5cGUYBCADKAsyJC5nb29nbGUucHJv\
      dG9idWYuRW51bURlc2NyaXB0b3JQcm90b1IIZW51bVR5cGUSWAoPZXh0ZW5zaW9uX3JhbmdlGAUgAygLMi8uZ29vZ2xlLnByb3Rv\
      YnVmLkRlc2NyaXB0b3JQcm90by5FeHRlbnNpb25SYW5nZVIOZXh0ZW5zaW9uUmFuZ2USRAoKb25lb2ZfZGVjbBgIIAMoCzIlLmdv\
      b2dsZS5wcm90b2J1Zi5PbmVvZkRlc2NyaXB0b3JQcm90b1IJb25lb2ZEZWNsEjkKB29wdGlvbnMYByABKAsyHy5nb29nbGUucHJv\
      dG9idWYuTWVzc2FnZU9wdGlvbnNSB29wdGlvbnMSVQoOcmVzZXJ2ZWRfcmFuZ2UYCSADKAsyLi5nb29nbGUucHJvdG9idWYuRGVz\
      Y3JpcHRvclByb3RvLlJlc2VydmVkUmFuZ2VSDXJlc2VydmVkUmFuZ2USIwoNcmVzZXJ2ZWRfbmFtZRgKIAMoCVIMcmVzZXJ2ZWRO\
      YW1lEkEKCnZpc2liaWxpdHkYCyABKA4yIS5nb29nbGUucHJvdG9idWYuU3ltYm9sVmlzaWJpbGl0eVIKdmlzaWJpbGl0eRp6Cg5F\
      eHRlbnNpb25SYW5nZRIUCgVzdGFydBgBIAEoBVIFc3RhcnQSEAoDZW5kGAIgASgFUgNlbmQSQAoHb3B0aW9ucxgDIAEoCzImLmdv\
      b2dsZS5wcm90b2J1Zi5FeHRlbnNpb25SYW5nZU9wdGlvbnNSB29wdGlvbnMaNwoNUmVzZXJ2ZWRSYW5nZRIUCgVzdGFydBgBIAEo\
      BVIFc3RhcnQSEAoDZW5kGAIgASgFUgNlbmQi1AQKFUV4dGVuc2lvblJhbmdlT3B0aW9ucxJYChR1bmludGVycHJldGVkX29wdGlv\
      bhjnByADKAsyJC5nb29nbGUucHJvdG9idWYuVW5pbnRlcnByZXRlZE9wdGlvblITdW5pbnRlcnByZXRlZE9wdGlvbhJZCgtkZWNs\
      YXJhdGlvbhgCIAMoCzIyLmdvb2dsZS5wcm90b2J1Zi5FeHRlbnNpb25SYW5nZU9wdGlvbnMuRGVjbGFyYXRpb25CA4gBAlILZGVj\
      bGFyYXRpb24SNwoIZmVhdHVyZXMYMiABKAsyGy5nb29nbGUucHJvdG9idWYuRmVhdHVyZVNldFIIZmVhdHVyZXMSbQoMdmVyaWZp\
      Y2F0aW9uGAMgASgOMjguZ29vZ2xlLnByb3RvYnVmLkV4dGVuc2lvblJhbmdlT3B0aW9ucy5WZXJpZmljYXRpb25TdGF0ZToKVU5W\
      RVJJRklFREIDiAECUgx2ZXJpZmljYXRpb24alAEKC0RlY2xhcmF0aW9uEhYKBm51bWJlchgBIAEoBVIGbnVtYmVyEhsKCWZ1bGxf\
      bmFtZRgCIAEoCVIIZnVsbE5hbWUSEgoEdHlwZRgDIAEoCVIEdHlwZRIaCghyZXNlcnZlZBgFIAEoCFIIcmVzZXJ2ZWQSGgoIcmVw\
      ZWF0ZWQYBiABKAhSCHJlcGVhdGVkSgQIBBAFIjQKEVZlcmlmaWNhdGlvblN0YXRlEg8KC0RFQ0xBUkFUSU9OEAASDgoKVU5WRVJJ\
      RklFRBABKgYI3gcQ5wcqCQjoBxCAgICAAiLBBgoURmllbGREZXNjcmlwdG9yUHJvdG8SEgoEbmFtZRgBIAEoCVIEbmFtZRIWCgZu\
      dW1iZXIYAyABKAVSBm51bWJlchJBCgVsYWJlbBgEIAEoDjIrLmdvb2dsZS5wcm90b2J1Zi5GaWVsZERlc2NyaXB0b3JQcm90by5M\
      YWJlbFIFbGFiZWwSPgoEdHlwZRgFIAEoDjIqLmdvb2dsZS5wcm90b2J1Zi5GaWVsZERlc2NyaXB0b3JQcm90by5UeXBlUgR0eXBl\
      EhsKCXR5cGVfbmFtZRgGIAEoCVIIdHlwZU5hbWUSGgoIZXh0ZW5kZWUYAiABKAlSCGV4dGVuZGVlEiMKDWRlZmF1bHRfdmFsdWUY\
      ByABKAlSDGRlZmF1bHRWYWx1ZRIfCgtvbmVvZl9pbmRleBgJIAEoBVIKb25lb2ZJbmRleBIbCglqc29uX25hbWUYCiABKAlSCGpz\
      b25OYW1lEjcKB29wdGlvbnMYCCABKAsyHS5nb29nbGUucHJvdG9idWYuRmllbGRPcHRpb25zUgdvcHRpb25zEicKD3Byb3RvM19v\
      cHRpb25hbBgRIAEoCFIOcHJvdG8zT3B0aW9uYWwitgIKBFR5cGUSDwoLVFlQRV9ET1VCTEUQARIOCgpUWVBFX0ZMT0FUEAISDgoK\
      VFlQRV9JTlQ2NBADEg8KC1RZUEVfVUlOVDY0EAQSDgoKVFlQRV9JTlQzMhAFEhAKDFRZUEVfRklYRUQ2NBAGEhAKDFRZUEVfRklY\
      RUQzMhAHEg0KCVRZUEVfQk9PTBAIEg8KC1RZUEVfU1RSSU5HEAkSDgoKVFlQRV9HUk9VUBAKEhAKDFRZUEVfTUVTU0FHRRALEg4K\
      ClRZUEVfQllURVMQDBIPCgtUWVBFX1VJTlQzMhANEg0KCVRZUEVfRU5VTRAOEhEKDVRZUEVfU0ZJWEVEMzIQDxIRCg1UWVBFX1NG\
      SVhFRDY0EBASDwoLVFlQRV9TSU5UMzIQERIPCgtUWVBFX1NJTlQ2NBASIkMKBUxhYmVsEhIKDkxBQkVMX09QVElPTkFMEAESEgoO\
      TEFCRUxfUkVQRUFURUQQAxISCg5MQUJFTF9SRVFVSVJFRBACImMKFE9uZW9mRGVzY3JpcHRvclByb3RvEhIKBG5hbWUYASABKAlS\
      BG5hbWUSNwoHb3B0aW9ucxgCIAEoCzIdLmdvb2dsZS5wcm90b2J1Zi5PbmVvZk9wdGlvbnNSB29wdGlvbnMipgMKE0VudW1EZXNj\
      cmlwdG9yUHJvdG8SEgoEbmFtZRgBIAEoCVIEbmFtZRI/CgV2YWx1ZRgCIAMoCzIpLmdvb2dsZS5wcm90b2J1Zi5FbnVtVmFsdWVE\
      ZXNjcmlwdG9yUHJvdG9SBXZhbHVlEjYKB29wdGlvbnMYAyABKAsyHC5nb29nbGUucHJvdG9idWYuRW51bU9wdGlvbnNSB29wdGlv\
      bnMSXQoOcmVzZXJ2ZWRfcmFuZ2UYBCADKAsyNi5nb29nbGUucHJvdG9idWYuRW51bURlc2NyaXB0b3JQcm90by5FbnVtUmVzZXJ2\
      ZWRSYW5nZVINcmVzZXJ2ZWRSYW5nZRIjCg1yZXNlcnZlZF9uYW1lGAUgAygJUgxyZXNlcnZlZE5hbWUSQQoKdmlzaWJpbGl0eRgG\
      IAEoDjIhLmdvb2dsZS5wcm90b2J1Zi5TeW1ib2xWaXNpYmlsaXR5Ugp2aXNpYmlsaXR5GjsKEUVudW1SZXNlcnZlZFJhbmdlEhQK\
      BXN0YXJ0GAEgASgFUgVzdGFydBIQCgNlbmQYAiABKAVSA2VuZCKDAQoYRW51bVZhbHVlRGVzY3JpcHRvclByb3RvEhIKBG5hbWUY\
      ASABKAlSBG5hbWUSFgoGbnVtYmVyGAIgASgFUgZudW1iZXISOwoHb3B0aW9ucxgDIAEoCzIhLmdvb2dsZS5wcm90b2J1Zi5FbnVt\
      VmFsdWVPcHRpb25zUgdvcHRpb25zIrUBChZTZXJ2aWNlRGVzY3JpcHRvclByb3RvEhIKBG5hbWUYASABKAlSBG5hbWUSPgoGbWV0\
      aG9kGAIgAygLMiYuZ29vZ2xlLnByb3RvYnVmLk1ldGhvZERlc2NyaXB0b3JQcm90b1IGbWV0aG9kEjkKB29wdGlvbnMYAyABKAsy\
      Hy5nb29nbGUucHJvdG9idWYuU2VydmljZU9wdGlvbnNSB29wdGlvbnNKBAgEEAVSBnN0cmVhbSKJAgoVTWV0aG9kRGVzY3JpcHRv\
      clByb3RvEhIKBG5hbWUYASABKAlSBG5hbWUSHQoKaW5wdXRfdHlwZRgCIAEoCVIJaW5wdXRUeXBlEh8KC291dHB1dF90eXBlGAMg\
      ASgJUgpvdXRwdXRUeXBlEjgKB29wdGlvbnMYBCABKAsyHi5nb29nbGUucHJvdG9idWYuTWV0aG9kT3B0aW9uc1IHb3B0aW9ucxIw\
      ChBjbGllbnRfc3RyZWFtaW5nGAUgASgIOgVmYWxzZVIPY2xpZW50U3RyZWFtaW5nEjAKEHNlcnZlcl9zdHJlYW1pbmcYBiABKAg6\
      BWZhbHNlUg9zZXJ2ZXJTdHJlYW1pbmcijAwKC0ZpbGVPcHRpb25zEiEKDGphdmFfcGFja2FnZRgBIAEoCVILamF2YVBhY2thZ2US\
      MAoUamF2YV9vdXRlcl9jbGFzc25hbWUYCCABKAlSEmphdmFPdXRlckNsYXNzbmFtZRL5AQoTamF2YV9tdWx0aXBsZV9maWxlcxgK\
      IAEoCDoFZmFsc2VCwQGyAb0BCOYHIOkHKrQBVGhpcyBiZWhhdmlvciBpcyBlbmFibGVkIGJ5IGRlZmF1bHQgaW4gZWRpdGlvbnMg\
      MjAyNCBhbmQgYWJvdmUuIFRvIGRpc2FibGUgaXQsIHlvdSBjYW4gc2V0IGBmZWF0dXJlcy4ocGIuamF2YSkubmVzdF9pbl9maWxl\
      X2NsYXNzID0gWUVTYCBvbiBpbmRpdmlkdWFsIG1lc3NhZ2VzLCBlbnVtcywgb3Igc2VydmljZXMuUhFqYXZhTXVsdGlwbGVGaWxl\
      cxJECh1qYXZhX2dlbmVyYXRlX2VxdWFsc19hbmRfaGFzaBgUIAEoCEICGAFSGWphdmFHZW5lcmF0ZUVxdWFsc0FuZEhhc2gSOgoW\
      amF2YV9zdHJpbmdfY2hlY2tfdXRmOBgbIAEoCDoFZmFsc2VSE2phdmFTdHJpbmdDaGVja1V0ZjgSUwoMb3B0aW1pemVfZm9yGAkg\
      ASgOMikuZ29vZ2xlLnByb3RvYnVmLkZpbGVPcHRpb25zLk9wdGltaXplTW9kZToFU1BFRURSC29wdGltaXplRm9yEh0KCmdvX3Bh\
      Y2thZ2UYCyABKAlSCWdvUGFja2FnZRI1ChNjY19nZW5lcmljX3NlcnZpY2VzGBAgASgIOgVmYWxzZVIRY2NHZW5lcmljU2Vydmlj\
      ZXMSOQoVamF2YV9nZW5lcmljX3NlcnZpY2VzGBEgASgIOgVmYWxzZVITamF2YUdlbmVyaWNTZXJ2aWNlcxI1ChNweV9nZW5lcmlj\
      X3NlcnZpY2VzGBIgASgIOgVmYWxzZVIRcHlHZW5lcmljU2VydmljZXMSJQoKZGVwcmVjYXRlZBgXIAEoCDoFZmFsc2VSCmRlcHJl\
      Y2F0ZWQSvwEKEGNjX2VuYWJsZV9hcmVuYXMYHyABKAg6BHRydWVCjgGyAYoBIOoHKoQBY2NfZW5hYmxlX2FyZW5hcyBpcyBlbmFi\
      bGVkIGJ5IGRlZmF1bHQgaW4gZXZlcnkgZWRpdGlvbiBhbmQgb3ZlcnJpZGVzIGFyZSBpZ25vcmVkLlRoaXMgb3B0aW9uIGlzIHJl\
      bW92ZWQgaW4gZWRpdGlvbnMgMjAyNiBhbmQgYWJvdmUuUg5jY0VuYWJsZUFyZW5hcxIqChFvYmpjX2NsYXNzX3ByZWZpeBgkIAEo\
      CVIPb2JqY0NsYXNzUHJlZml4EikKEGNzaGFycF9uYW1lc3BhY2UYJSABKAlSD2NzaGFycE5hbWVzcGFjZRIhCgxzd2lmdF9wcmVm\
      aXgYJyABKAlSC3N3aWZ0UHJlZml4EigKEHBocF9jbGFzc19wcmVmaXgYKCABKAlSDnBocENsYXNzUHJlZml4EiMKDXBocF9uYW1l\
      c3BhY2UYKSABKAlSDHBocE5hbWVzcGFjZRI0ChZwaHBfbWV0YWRhdGFfbmFtZXNwYWNlGCwgASgJUhRwaHBNZXRhZGF0YU5hbWVz\
      cGFjZRIhCgxydWJ5X3BhY2thZ2UYLSABKAlSC3J1YnlQYWNrYWdlEjcKCGZlYXR1cmVzGDIgASgLMhsuZ29vZ2xlLnByb3RvYnVm\
      LkZlYXR1cmVTZXRSCGZlYXR1cmVzElgKFHVuaW50ZXJwcmV0ZWRfb3B0aW9uGOcHIAMoCzIkLmdvb2dsZS5wcm90b2J1Zi5Vbmlu\
      dGVycHJldGVkT3B0aW9uUhN1bmludGVycHJldGVkT3B0aW9uIjoKDE9wdGltaXplTW9kZRIJCgVTUEVFRBABEg0KCUNPREVfU0la\
      RRACEhAKDExJVEVfUlVOVElNRRADKgYI3gcQ5wcqCQjoBxCAgICAAkoECCoQK0oECCYQJ1IUcGhwX2dlbmVyaWNfc2VydmljZXMi\
      /AMKDk1lc3NhZ2VPcHRpb25zEjwKF21lc3NhZ2Vfc2V0X3dpcmVfZm9ybWF0GAEgASgIOgVmYWxzZVIUbWVzc2FnZVNldFdpcmVG\
      b3JtYXQSTAofbm9fc3RhbmRhcmRfZGVzY3JpcHRvcl9hY2Nlc3NvchgCIAEoCDoFZmFsc2VSHG5vU3RhbmRhcmREZXNjcmlwdG9y\
      QWNjZXNzb3ISJQoKZGVwcmVjYXRlZBgDIAEoCDoFZmFsc2VSCmRlcHJlY2F0ZWQSGwoJbWFwX2VudHJ5GAcgASgIUghtYXBFbnRy\
      eRJWCiZkZXByZWNhdGVkX2xlZ2FjeV9qc29uX2ZpZWxkX2NvbmZsaWN0cxgLIAEoCEICGAFSImRlcHJlY2F0ZWRMZWdhY3lKc29u\
      RmllbGRDb25mbGljdHMSNwoIZmVhdHVyZXMYDCABKAsyGy5nb29nbGUucHJvdG9idWYuRmVhdHVyZVNldFIIZmVhdHVyZXMSWAoU\
      dW5pbnRlcnByZXRlZF9vcHRpb24Y5wcgAygLMiQuZ29vZ2xlLnByb3RvYnVmLlVuaW50ZXJwcmV0ZWRPcHRpb25SE3VuaW50ZXJw\
      cmV0ZWRPcHRpb24qBgjeBxDnByoJCOgHEICAgIACSgQIBBAFSgQIBRAGSgQIBhAHSgQICBAJSgQICRAKIs4NCgxGaWVsZE9wdGlv\
      bnMSQQoFY3R5cGUYASABKA4yIy5nb29nbGUucHJvdG9idWYuRmllbGRPcHRpb25zLkNUeXBlOgZTVFJJTkdSBWN0eXBlEhYKBnBh\
      Y2tlZBgCIAEoCFIGcGFja2VkEkcKBmpzdHlwZRgGIAEoDjIkLmdvb2dsZS5wcm90b2J1Zi5GaWVsZE9wdGlvbnMuSlNUeXBlOglK\
      U19OT1JNQUxSBmpzdHlwZRIZCgRsYXp5GAUgASgIOgVmYWxzZVIEbGF6eRIuCg91bnZlcmlmaWVkX2xhenkYDyABKAg6BWZhbHNl\
      Ug51bnZlcmlmaWVkTGF6eRIlCgpkZXByZWNhdGVkGAMgASgIOgVmYWxzZVIKZGVwcmVjYXRlZBIdCgR3ZWFrGAogASgIOgVmYWxz\
      ZUICGAFSBHdlYWsSKAoMZGVidWdfcmVkYWN0GBAgASgIOgVmYWxzZVILZGVidWdSZWRhY3QSSwoJcmV0ZW50aW9uGBEgASgOMi0u\
      Z29vZ2xlLnByb3RvYnVmLkZpZWxkT3B0aW9ucy5PcHRpb25SZXRlbnRpb25SCXJldGVudGlvbhJICgd0YXJnZXRzGBMgAygOMi4u\
      Z29vZ2xlLnByb3RvYnVmLkZpZWxkT3B0aW9ucy5PcHRpb25UYXJnZXRUeXBlUgd0YXJnZXRzElcKEGVkaXRpb25fZGVmYXVsdHMY\
      FCADKAsyLC5nb29nbGUucHJvdG9idWYuRmllbGRPcHRpb25zLkVkaXRpb25EZWZhdWx0Ug9lZGl0aW9uRGVmYXVsdHMSNwoIZmVh\
      dHVyZXMYFSABKAsyGy5nb29nbGUucHJvdG9idWYuRmVhdHVyZVNldFIIZmVhdHVyZXMSVQoPZmVhdHVyZV9zdXBwb3J0GBYgASgL\
      MiwuZ29vZ2xlLnByb3RvYnVmLkZpZWxkT3B0aW9ucy5GZWF0dXJlU3VwcG9ydFIOZmVhdHVyZVN1cHBvcnQSWAoUdW5pbnRlcnBy\
      ZXRlZF9vcHRpb24Y5wcgAygLMiQuZ29vZ2xlLnByb3RvYnVmLlVuaW50ZXJwcmV0ZWRPcHRpb25SE3VuaW50ZXJwcmV0ZWRPcHRp\
      b24aWgoORWRpdGlvbkRlZmF1bHQSMgoHZWRpdGlvbhgDIAEoDjIYLmdvb2dsZS5wcm90b2J1Zi5FZGl0aW9uUgdlZGl0aW9uEhQK\
      BXZhbHVlGAIgASgJUgV2YWx1ZRq7AgoORmVhdHVyZVN1cHBvcnQSRwoSZWRpdGlvbl9pbnRyb2R1Y2VkGAEgASgOMhguZ29vZ2xl\
      LnByb3RvYnVmLkVkaXRpb25SEWVkaXRpb25JbnRyb2R1Y2VkEkcKEmVkaXRpb25fZGVwcmVjYXRlZBgCIAEoDjIYLmdvb2dsZS5w\
      cm90b2J1Zi5FZGl0aW9uUhFlZGl0aW9uRGVwcmVjYXRlZBIvChNkZXByZWNhdGlvbl93YXJuaW5nGAMgASgJUhJkZXByZWNhdGlv\
      bldhcm5pbmcSQQoPZWRpdGlvbl9yZW1vdmVkGAQgASgOMhguZ29vZ2xlLnByb3RvYnVmLkVkaXRpb25SDmVkaXRpb25SZW1vdmVk\
      EiMKDXJlbW92YWxfZXJyb3IYBSABKAlSDHJlbW92YWxFcnJvciIvCgVDVHlwZRIKCgZTVFJJTkcQABIICgRDT1JEEAESEAoMU1RS\
      SU5HX1BJRUNFEAIiNQoGSlNUeXBlEg0KCUpTX05PUk1BTBAAEg0KCUpTX1NUUklORxABEg0KCUpTX05VTUJFUhACIlUKD09wdGlv\
      blJldGVudGlvbhIVChFSRVRFTlRJT05fVU5LTk9XThAAEhUKEVJFVEVOVElPTl9SVU5USU1FEAESFAoQUkVURU5USU9OX1NPVVJD\
      RRACIowCChBPcHRpb25UYXJnZXRUeXBlEhcKE1RBUkdFVF9UWVBFX1VOS05PV04QABIUChBUQVJHRVRfVFlQRV9GSUxFEAESHwob\
      VEFSR0VUX1RZUEVfRVhURU5TSU9OX1JBTkdFEAISFwoTVEFSR0VUX1RZUEVfTUVTU0FHRRADEhUKEVRBUkdFVF9UWVBFX0ZJRUxE\
      EAQSFQoRVEFSR0VUX1RZUEVfT05FT0YQBRIUChBUQVJHRVRfVFlQRV9FTlVNEAYSGgoWVEFSR0VUX1RZUEVfRU5VTV9FTlRSWRAH\
      EhcKE1RBUkdFVF9UWVBFX1NFUlZJQ0UQCBIWChJUQVJHRVRfVFlQRV9NRVRIT0QQCSoGCN4HEOcHKgkI6AcQgICAgAJKBAgEEAVK\
      BAgSEBMitAEKDE9uZW9mT3B0aW9ucxI3CghmZWF0dXJlcxgBIAEoCzIbLmdvb2dsZS5wcm90b2J1Zi5GZWF0dXJlU2V0UghmZWF0\
      dXJlcxJYChR1bmludGVycHJldGVkX29wdGlvbhjnByADKAsyJC5nb29nbGUucHJvdG9idWYuVW5pbnRlcnByZXRlZE9wdGlvblIT\
      dW5pbnRlcnByZXRlZE9wdGlvbioGCN4HEOcHKgkI6AcQgICAgAIi2QIKC0VudW1PcHRpb25zEh8KC2FsbG93X2FsaWFzGAIgASgI\
      UgphbGxvd0FsaWFzEiUKCmRlcHJlY2F0ZWQYAyABKAg6BWZhbHNlUgpkZXByZWNhdGVkElYKJmRlcHJlY2F0ZWRfbGVnYWN5X2pz\
      b25fZmllbGRfY29uZmxpY3RzGAYgASgIQgIYAVIiZGVwcmVjYXRlZExlZ2FjeUpzb25GaWVsZENvbmZsaWN0cxI3CghmZWF0dXJl\
      cxgHIAEoCzIbLmdvb2dsZS5wcm90b2J1Zi5GZWF0dXJlU2V0UghmZWF0dXJlcxJYChR1bmludGVycHJldGVkX29wdGlvbhjnByAD\
      KAsyJC5nb29nbGUucHJvdG9idWYuVW5pbnRlcnByZXRlZE9wdGlvblITdW5pbnRlcnByZXRlZE9wdGlvbioGCN4HEOcHKgkI6AcQ\
      gICAgAJKBAgFEAYi4AIKEEVudW1WYWx1ZU9wdGlvbnMSJQoKZGVwcmVjYXRlZBgBIAEoCDoFZmFsc2VSCmRlcHJlY2F0ZWQSNwoI\
      ZmVhdHVyZXMYAiABKAsyGy5nb29nbGUucHJvdG9idWYuRmVhdHVyZVNldFIIZmVhdHVyZXMSKAoMZGVidWdfcmVkYWN0GAMgASgI\
      OgVmYWxzZVILZGVidWdSZWRhY3QSVQoPZmVhdHVyZV9zdXBwb3J0GAQgASgLMiwuZ29vZ2xlLnByb3RvYnVmLkZpZWxkT3B0aW9u\
      cy5GZWF0dXJlU3VwcG9ydFIOZmVhdHVyZVN1cHBvcnQSWAoUdW5pbnRlcnByZXRlZF9vcHRpb24Y5wcgAygLMiQuZ29vZ2xlLnBy\
      b3RvYnVmLlVuaW50ZXJwcmV0ZWRPcHRpb25SE3VuaW50ZXJwcmV0ZWRPcHRpb24qBgjeBxDnByoJCOgHEICAgIACIt0BCg5TZXJ2\
      aWNlT3B0aW9ucxI3CghmZWF0dXJlcxgiIAEoCzIbLmdvb2dsZS5wcm90b2J1Zi5GZWF0dXJlU2V0UghmZWF0dXJlcxIlCgpkZXBy\
      ZWNhdGVkGCEgASgIOgVmYWxzZVIKZGVwcmVjYXRlZBJYChR1bmludGVycHJldGVkX29wdGlvbhjnByADKAsyJC5nb29nbGUucHJv\
      dG9idWYuVW5pbnRlcnByZXRlZE9wdGlvblITdW5pbnRlcnByZXRlZE9wdGlvbioGCN4HEOcHKgkI6AcQgICAgAIioQMKDU1ldGhv\
      ZE9wdGlvbnMSJQoKZGVwcmVjYXRlZBghIAEoCDoFZmFsc2VSCmRlcHJlY2F0ZWQScQoRaWRlbXBvdGVuY3lfbGV2ZWwYIiABKA4y\
      Ly5nb29nbGUucHJvdG9idWYuTWV0aG9kT3B0aW9ucy5JZGVtcG90ZW5jeUxldmVsOhNJREVNUE9URU5DWV9VTktOT1dOUhBpZGVt\
      cG90ZW5jeUxldmVsEjcKCGZlYXR1cmVzGCMgASgLMhsuZ29vZ2xlLnByb3RvYnVmLkZlYXR1cmVTZXRSCGZlYXR1cmVzElgKFHVu\
      aW50ZXJwcmV0ZWRfb3B0aW9uGOcHIAMoCzIkLmdvb2dsZS5wcm90b2J1Zi5VbmludGVycHJldGVkT3B0aW9uUhN1bmludGVycHJl\
      dGVkT3B0aW9uIlAKEElkZW1wb3RlbmN5TGV2ZWwSFwoTSURFTVBPVEVOQ1lfVU5LTk9XThAAEhMKD05PX1NJREVfRUZGRUNUUxAB\
      Eg4KCklERU1QT1RFTlQQAioGCN4HEOcHKgkI6AcQgICAgAIimgMKE1VuaW50ZXJwcmV0ZWRPcHRpb24SQQoEbmFtZRgCIAMoCzIt\
      Lmdvb2dsZS5wcm90b2J1Zi5VbmludGVycHJldGVkT3B0aW9uLk5hbWVQYXJ0UgRuYW1lEikKEGlkZW50aWZpZXJfdmFsdWUYAyAB\
      KAlSD2lkZW50aWZpZXJWYWx1ZRIsChJwb3NpdGl2ZV9pbnRfdmFsdWUYBCABKARSEHBvc2l0aXZlSW50VmFsdWUSLAoSbmVnYXRp\
      dmVfaW50X3ZhbHVlGAUgASgDUhBuZWdhdGl2ZUludFZhbHVlEiEKDGRvdWJsZV92YWx1ZRgGIAEoAVILZG91YmxlVmFsdWUSIQoM\
      c3RyaW5nX3ZhbHVlGAcgASgMUgtzdHJpbmdWYWx1ZRInCg9hZ2dyZWdhdGVfdmFsdWUYCCABKAlSDmFnZ3JlZ2F0ZVZhbHVlGkoK\
      CE5hbWVQYXJ0EhsKCW5hbWVfcGFydBgBIAIoCVIIbmFtZVBhcnQSIQoMaXNfZXh0ZW5zaW9uGAIgAigIUgtpc0V4dGVuc2lvbiL9\
      EQoKRmVhdHVyZVNldBKRAQoOZmllbGRfcHJlc2VuY2UYASABKA4yKS5nb29nbGUucHJvdG9idWYuRmVhdHVyZVNldC5GaWVsZFBy\
      ZXNlbmNlQj+IAQGYAQSYAQGiAQ0SCEVYUExJQ0lUGIQHogENEghJTVBMSUNJVBjnB6IBDRIIRVhQTElDSVQY6AeyAQMI6AdSDWZp\
      ZWxkUHJlc2VuY2USbAoJZW51bV90eXBlGAIgASgOMiQuZ29vZ2xlLnByb3RvYnVmLkZlYXR1cmVTZXQuRW51bVR5cGVCKYgBAZgB\
      BpgBAaIBCxIGQ0xPU0VEGIQHogEJEgRPUEVOGOcHsgEDCOgHUghlbnVtVHlwZRKYAQoXcmVwZWF0ZWRfZmllbGRfZW5jb2RpbmcY\
      AyABKA4yMS5nb29nbGUucHJvdG9idWYuRmVhdHVyZVNldC5SZXBlYXRlZEZpZWxkRW5jb2RpbmdCLYgBAZgBBJgBAaIBDRIIRVhQ\
      QU5ERUQYhAeiAQsSBlBBQ0tFRBjnB7IBAwjoB1IVcmVwZWF0ZWRGaWVsZEVuY29kaW5nEn4KD3V0ZjhfdmFsaWRhdGlvbhgEIAEo\
      DjIqLmdvb2dsZS5wcm90b2J1Zi5GZWF0dXJlU2V0LlV0ZjhWYWxpZGF0aW9uQimIAQGYAQSYAQGiAQkSBE5PTkUYhAeiAQsSBlZF\
      UklGWRjnB7IBAwjoB1IOdXRmOFZhbGlkYXRpb24SfgoQbWVzc2FnZV9lbmNvZGluZxgFIAEoDjIrLmdvb2dsZS5wcm90b2J1Zi5G\
      ZWF0dXJlU2V0Lk1lc3NhZ2VFbmNvZGluZ0ImiAEBmAEEmAEBogEUEg9MRU5HVEhfUFJFRklYRUQYhAeyAQMI6AdSD21lc3NhZ2VF\
      bmNvZGluZxKCAQoLanNvbl9mb3JtYXQYBiABKA4yJi5nb29nbGUucHJvdG9idWYuRmVhdHVyZVNldC5Kc29uRm9ybWF0QjmIAQGY\
      AQOYAQaYAQGiARcSEkxFR0FDWV9CRVNUX0VGRk9SVBiEB6IBChIFQUxMT1cY5weyAQMI6AdSCmpzb25Gb3JtYXQSvAEKFGVuZm9y\
      Y2VfbmFtaW5nX3N0eWxlGAcgASgOMi4uZ29vZ2xlLnByb3RvYnVmLkZlYXR1cmVTZXQuRW5mb3JjZU5hbWluZ1N0eWxlQlqIAQKY\
      AQGYAQKYAQOYAQSYAQWYAQaYAQeYAQiYAQmiARESDFNUWUxFX0xFR0FDWRiEB6IBDhIJU1RZTEUyMDI0GOkHogEOEglTVFlMRTIw\
      MjYY6geyAQMI6QdSEmVuZm9yY2VOYW1pbmdTdHlsZRLHAQoZZGVmYXVsdF9zeW1ib2xfdmlzaWJpbGl0eRgIIAEoDjJFLmdvb2ds\
      ZS5wcm90b2J1Zi5GZWF0dXJlU2V0LlZpc2liaWxpdHlGZWF0dXJlLkRlZmF1bHRTeW1ib2xWaXNpYmlsaXR5QkSIAQKYAQGiAQ8S\
      CkVYUE9SVF9BTEwYhAeiARUSEEVYUE9SVF9UT1BfTEVWRUwY6QeiAQsSBlNUUklDVBjqB7IBAwjpB1IXZGVmYXVsdFN5bWJvbFZp\
      c2liaWxpdHkSwwEKFGVuZm9yY2VfcHJvdG9fbGltaXRzGAkgASgOMkEuZ29vZ2xlLnByb3RvYnVmLkZlYXR1cmVTZXQuUHJvdG9M\
      aW1pdHNGZWF0dXJlLkVuZm9yY2VQcm90b0xpbWl0c0JOiAECmAEGmAEDmAEEmAEFogEeEhlMRUdBQ1lfTk9fRVhQTElDSVRfTElN\
      SVRTGIQHogEVEhBQUk9UT19MSU1JVFMyMDI2GOoHsgEDCOoHUhJlbmZvcmNlUHJvdG9MaW1pdHMaoQEKEVZpc2liaWxpdHlGZWF0\
      dXJlIoEBChdEZWZhdWx0U3ltYm9sVmlzaWJpbGl0eRIlCiFERUZBVUxUX1NZTUJPTF9WSVNJQklMSVRZX1VOS05PV04QABIOCgpF\
      WFBPUlRfQUxMEAESFAoQRVhQT1JUX1RPUF9MRVZFTBACEg0KCUxPQ0FMX0FMTBADEgoKBlNUUklDVBAESggIARCAgICAAhp5ChJQ\
      cm90b0xpbWl0c0ZlYXR1cmUiYwoSRW5mb3JjZVByb3RvTGltaXRzEhgKFFBST1RPX0xJTUlUU19VTktOT1dOEAASHQoZTEVHQUNZ\
      X05PX0VYUExJQ0lUX0xJTUlUUxABEhQKEFBST1RPX0xJTUlUUzIwMjYQAiJcCg1GaWVsZFByZXNlbmNlEhoKFkZJRUxEX1BSRVNF\
      TkNFX1VOS05PV04QABIMCghFWFBMSUNJVBABEgwKCElNUExJQ0lUEAISEwoPTEVHQUNZX1JFUVVJUkVEEAMiNwoIRW51bVR5cGUS\
      FQoRRU5VTV9UWVBFX1VOS05PV04QABIICgRPUEVOEAESCgoGQ0xPU0VEEAIiVgoVUmVwZWF0ZWRGaWVsZEVuY29kaW5nEiMKH1JF\
      UEVBVEVEX0ZJRUxEX0VOQ09ESU5HX1VOS05PV04QABIKCgZQQUNLRUQQARIMCghFWFBBTkRFRBACIkkKDlV0ZjhWYWxpZGF0aW9u\
      EhsKF1VURjhfVkFMSURBVElPTl9VTktOT1dOEAASCgoGVkVSSUZZEAISCAoETk9ORRADIgQIARABIlMKD01lc3NhZ2VFbmNvZGlu\
      ZxIcChhNRVNTQUdFX0VOQ09ESU5HX1VOS05PV04QABITCg9MRU5HVEhfUFJFRklYRUQQARINCglERUxJTUlURUQQAiJICgpKc29u\
      Rm9ybWF0EhcKE0pTT05fRk9STUFUX1VOS05PV04QABIJCgVBTExPVxABEhYKEkxFR0FDWV9CRVNUX0VGRk9SVBACImYKEkVuZm9y\
      Y2VOYW1pbmdTdHlsZRIgChxFTkZPUkNFX05BTUlOR19TVFlMRV9VTktOT1dOEAASDQoJU1RZTEUyMDI0EAESEAoMU1RZTEVfTEVH\
      QUNZEAISDQoJU1RZTEUyMDI2EAMqBgjoBxCLTioGCItOEJBOKgYIkE4QkU5KBgjnBxDoByLvAwoSRmVhdHVyZVNldERlZmF1bHRz\
      ElgKCGRlZmF1bHRzGAEgAygLMjwuZ29vZ2xlLnByb3RvYnVmLkZlYXR1cmVTZXREZWZhdWx0cy5GZWF0dXJlU2V0RWRpdGlvbkRl\
      ZmF1bHRSCGRlZmF1bHRzEkEKD21pbmltdW1fZWRpdGlvbhgEIAEoDjIYLmdvb2dsZS5wcm90b2J1Zi5FZGl0aW9uUg5taW5pbXVt\
      RWRpdGlvbhJBCg9tYXhpbXVtX2VkaXRpb24YBSABKA4yGC5nb29nbGUucHJvdG9idWYuRWRpdGlvblIObWF4aW11bUVkaXRpb24a\
      +AEKGEZlYXR1cmVTZXRFZGl0aW9uRGVmYXVsdBIyCgdlZGl0aW9uGAMgASgOMhguZ29vZ2xlLnByb3RvYnVmLkVkaXRpb25SB2Vk\
      aXRpb24STgoUb3ZlcnJpZGFibGVfZmVhdHVyZXMYBCABKAsyGy5nb29nbGUucHJvdG9idWYuRmVhdHVyZVNldFITb3ZlcnJpZGFi\
      bGVGZWF0dXJlcxJCCg5maXhlZF9mZWF0dXJlcxgFIAEoCzIbLmdvb2dsZS5wcm90b2J1Zi5GZWF0dXJlU2V0Ug1maXhlZEZlYXR1\
      cmVzSgQIARACSgQIAhADUghmZWF0dXJlcyK1AgoOU291cmNlQ29kZUluZm8SRAoIbG9jYXRpb24YASADKAsyKC5nb29nbGUucHJv\
      dG9idWYuU291cmNlQ29kZUluZm8uTG9jYXRpb25SCGxvY2F0aW9uGs4BCghMb2NhdGlvbhIWCgRwYXRoGAEgAygFQgIQAVIEcGF0\
      aBIWCgRzcGFuGAIgAygFQgIQAVIEc3BhbhIpChBsZWFkaW5nX2NvbW1lbnRzGAMgASgJUg9sZWFkaW5nQ29tbWVudHMSKwoRdHJh\
      aWxpbmdfY29tbWVudHMYBCABKAlSEHRyYWlsaW5nQ29tbWVudHMSOgoZbGVhZGluZ19kZXRhY2hlZF9jb21tZW50cxgGIAMoCVIX\
      bGVhZGluZ0RldGFjaGVkQ29tbWVudHMqDAiA7Mr/ARCB7Mr/ASLQAgoRR2VuZXJhdGVkQ29kZUluZm8STQoKYW5ub3RhdGlvbhgB\
      IAMoCzItLmdvb2dsZS5wcm90b2J1Zi5HZW5lcmF0ZWRDb2RlSW5mby5Bbm5vdGF0aW9uUgphbm5vdGF0aW9uGusBCgpBbm5vdGF0\
      aW9uEhYKBHBhdGgYASADKAVCAhABUgRwYXRoEh8KC3NvdXJjZV9maWxlGAIgASgJUgpzb3VyY2VGaWxlEhQKBWJlZ2luGAMgASgF\
      UgViZWdpbhIQCgNlbmQYBCABKAVSA2VuZBJSCghzZW1hbnRpYxgFIAEoDjI2Lmdvb2dsZS5wcm90b2J1Zi5HZW5lcmF0ZWRDb2Rl\
      SW5mby5Bbm5vdGF0aW9uLlNlbWFudGljUghzZW1hbnRpYyIoCghTZW1hbnRpYxIICgROT05FEAASBwoDU0VUEAESCQoFQUxJQVMQ\
      AirRAgoHRWRpdGlvbhITCg9FRElUSU9OX1VOS05PV04QABITCg5FRElUSU9OX0xFR0FDWRCEBxITCg5FRElUSU9OX1BST1RPMhDm\
      BxITCg5FRElUSU9OX1BST1RPMxDnBxIRCgxFRElUSU9OXzIwMjMQ6AcSEQoMRURJVElPTl8yMDI0EOkHEhEKDEVESVRJT05fMjAy\
      NhDqBxIVChBFRElUSU9OX1VOU1RBQkxFEI9OEhcKE0VESVRJT05fMV9URVNUX09OTFkQARIXChNFRElUSU9OXzJfVEVTVF9PTkxZ\
      EAISHQoXRURJVElPTl85OTk5N19URVNUX09OTFkQnY0GEh0KF0VESVRJT05fOTk5OThfVEVTVF9PTkxZEJ6NBhIdChdFRElUSU9O\
      Xzk5OTk5X1RFU1RfT05MWRCfjQYSEwoLRURJVElPTl9NQVgQ/////wcqVQoQU3ltYm9sVmlzaWJpbGl0eRIUChBWSVNJQklMSVRZ\
      X1VOU0VUEAASFAoQVklTSUJJTElUWV9MT0NBTBABEhUKEVZJU0lCSUxJVFlfRVhQT1JUEAJCfgoTY29tLmdvb2dsZS5wcm90b2J1\
      ZkIQRGVzY3JpcHRvclByb3Rvc0gBWi1nb29nbGUuZ29sYW5nLm9yZy9wcm90b2J1Zi90eXBlcy9kZXNjcmlwdG9ycGL4AQGiAgNH\
      UEKqAhpHb29nbGUuUHJvdG9idWYuUmVmbGVjdGlvbg==
      """,
    dependencies: { [] })
}
