// One field as the generator sees it: its Swift name and type, and the runtime's words for reading and writing it.

import ProtobufRuntime

struct FieldModel {
  enum Value {
    /// A codec of the runtime, the Swift type, and the reader's function.
    case scalar(codec: String, type: String, read: String)
    case enumeration(type: String, isClosed: Bool)
    case message(type: String)
    case group(type: String)
  }

  enum Shape {
    /// Without presence: left out when it holds the default.
    case implicit
    /// With presence.
    case optional
    case boxed
    case repeated(isPacked: Bool)
    indirect case map(key: Value, value: Value)
    /// Member of the oneof with this index.
    case member(oneof: Int, isIndirect: Bool)
  }

  let descriptor: FieldDescriptorProto
  let number: Int32
  /// In backticks where it is a keyword.
  let name: String
  let value: Value
  let shape: Shape
  let isRequired: Bool
  /// A string that may hold bytes that are no UTF-8.
  let isUncheckedText: Bool
  /// Place in the message's descriptor, for comments.
  let index: Int

  /// - Parameter taken: names of the message's other properties.
  init(
    _ descriptor: FieldDescriptorProto, index: Int, message: TypeIndex.MessageEntry, types: TypeIndex,
    taken: inout Set<String>
  ) {
    self.descriptor = descriptor
    self.index = index
    number = descriptor.number ?? 0
    isDeprecated = descriptor.options?.deprecated == true && types.module != SwiftGenerator.runtimeModule
    let features = message.features.merging(descriptor.options?.features)
    let value = Self.value(of: descriptor, features, types, in: message)
    self.value = value
    isUncheckedText = descriptor.type == .string && features.utf8Validation == FeatureSet.Utf8Validation.none
    isRequired = descriptor.label == .required || features.isRequired
    name = SwiftNames.escaped(SwiftNames.unique(SwiftNames.property(Self.schemaWords(descriptor)), in: &taken))

    if descriptor.label == .repeated {
      if case .message = value, let entry = types.message(descriptor.typeName ?? ""),
        entry.descriptor.options?.mapEntry == true, entry.descriptor.field.count == 2
      {
        let entryFields = entry.descriptor.field
        shape = .map(
          key: Self.value(of: entryFields[0], entry.features, types, in: message),
          value: Self.value(of: entryFields[1], entry.features, types, in: message))
      } else {
        shape = .repeated(isPacked: value.isPackable && (descriptor.options?.packed ?? features.isPacked))
      }
      return
    }
    let isMessage = value.isMessage
    if let oneof = descriptor.oneofIndex, descriptor.proto3Optional != true {
      shape = .member(oneof: Int(oneof), isIndirect: isMessage && types.isIndirect(descriptor.typeName ?? ""))
    } else if isMessage, types.isBoxed(descriptor.typeName ?? "") {
      shape = .boxed
    } else if isMessage || descriptor.proto3Optional == true || !features.hasImplicitPresence {
      shape = .optional
    } else {
      shape = .implicit
    }
  }

  /// `group ChosenBox = 1` has the field name `chosenbox`; the type's name still has its words.
  private static func schemaWords(_ field: FieldDescriptorProto) -> String {
    let name = field.name ?? ""
    guard field.type == .group, let type = field.typeName?.split(separator: ".").last, type.lowercased() == name
    else { return name }
    return String(type)
  }

  private static func value(
    of field: FieldDescriptorProto, _ features: Features, _ types: TypeIndex, in message: TypeIndex.MessageEntry
  ) -> Value {
    let typeName = field.typeName ?? ""
    switch field.type {
    case .message:
      let name = types.reference(to: typeName, in: message)
      return features.isDelimited && field.label != nil && types.message(typeName)?.descriptor.options?.mapEntry != true
        ? .group(type: name) : .message(type: name)
    case .group: return .group(type: types.reference(to: typeName, in: message))
    case .enum:
      let name = types.reference(to: typeName, in: message)
      return .enumeration(type: name, isClosed: types.enumeration(typeName)?.isClosed ?? false)
    case .double: return .scalar(codec: "DoubleCodec", type: "Double", read: "double")
    case .float: return .scalar(codec: "FloatCodec", type: "Float", read: "float")
    case .int64: return .scalar(codec: "Int64Codec", type: "Int64", read: "int64")
    case .uint64: return .scalar(codec: "UInt64Codec", type: "UInt64", read: "uint64")
    case .int32: return .scalar(codec: "Int32Codec", type: "Int32", read: "int32")
    case .fixed64: return .scalar(codec: "Fixed64Codec", type: "UInt64", read: "fixed64")
    case .fixed32: return .scalar(codec: "Fixed32Codec", type: "UInt32", read: "fixed32")
    case .bool: return .scalar(codec: "BoolCodec", type: "Bool", read: "bool")
    case .bytes: return .scalar(codec: "BytesCodec", type: "[UInt8]", read: "bytes")
    case .uint32: return .scalar(codec: "UInt32Codec", type: "UInt32", read: "uint32")
    case .sfixed32: return .scalar(codec: "SFixed32Codec", type: "Int32", read: "sfixed32")
    case .sfixed64: return .scalar(codec: "SFixed64Codec", type: "Int64", read: "sfixed64")
    case .sint32: return .scalar(codec: "SInt32Codec", type: "Int32", read: "sint32")
    case .sint64: return .scalar(codec: "SInt64Codec", type: "Int64", read: "sint64")
    case .string, nil: return .scalar(codec: "StringCodec", type: "String", read: "string")
    }
  }

  /// The stored type, as a property declares it.
  var swiftType: String {
    switch shape {
    case .implicit: value.type
    case .optional, .boxed: value.type + "?"
    case .repeated: "[\(value.type)]"
    case .map(let key, let value): "[\(key.type): \(value.type)]"
    case .member: value.type
    }
  }

  var swiftDefault: String {
    switch shape {
    case .implicit: value.defaultLiteral
    case .optional, .boxed, .member: "nil"
    case .repeated: "[]"
    case .map: "[:]"
    }
  }

  /// The name without backticks, for names made from it.
  var bareName: String { name.filter { $0 != "`" } }
  /// Marked in Swift too. Not in the runtime's own module: a compiler has to read what it advises against.
  let isDeprecated: Bool
  /// Kept in a property of its own behind the one that is seen, so that codecs use no deprecated name.
  var hasSeparateStorage: Bool {
    switch shape {
    case .boxed: true
    case .member: false
    default: isDeprecated
    }
  }
  var isPacked: Bool { if case .repeated(let isPacked) = shape { isPacked } else { false } }

  /// number << 3 | wire type, for a single element.
  var tag: UInt32 { UInt32(bitPattern: number) << 3 | value.wireType }
  var packedTag: UInt32 { UInt32(bitPattern: number) << 3 | 2 }
  var jsonName: String { descriptor.jsonName ?? SwiftNames.lowerCamel(descriptor.name ?? "") }
  /// An extension goes by one name in JSON.
  var schemaName: String { descriptor.extendee == nil ? descriptor.name ?? "" : jsonName }
}

extension FieldModel.Value {
  var type: String {
    switch self {
    case .scalar(_, let type, _), .enumeration(let type, _), .message(let type), .group(let type): type
    }
  }

  var codec: String {
    switch self {
    case .scalar(let codec, _, _): codec
    case .enumeration(let type, _): "EnumCodec<\(type)>"
    case .message(let type), .group(let type): "MessageCodec<\(type)>"
    }
  }

  var wireType: UInt32 {
    switch self {
    case .scalar(let codec, _, _):
      switch codec {
      case "StringCodec", "BytesCodec": 2
      case "DoubleCodec", "Fixed64Codec", "SFixed64Codec": 1
      case "FloatCodec", "Fixed32Codec", "SFixed32Codec": 5
      default: 0
      }
    case .enumeration: 0
    case .message: 2
    case .group: 3
    }
  }

  var isPackable: Bool { wireType != 2 && wireType != 3 }
  var isMessage: Bool { wireType == 3 || { if case .message = self { true } else { false } }() }

  var defaultLiteral: String {
    switch self {
    case .scalar(_, "String", _): "\"\""
    case .scalar(_, "Bool", _): "false"
    case .scalar(_, "[UInt8]", _): "[]"
    case .scalar: "0"
    case .enumeration(let type, _), .message(let type), .group(let type): "\(type)()"
    }
  }
}
