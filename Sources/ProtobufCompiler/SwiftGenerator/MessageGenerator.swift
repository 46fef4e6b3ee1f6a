// A schema's message as a Swift struct: properties, initializers, nested types; its codecs are in MessageCodecGenerator.

import ProtobufRuntime

struct MessageGenerator {
  let entry: TypeIndex.MessageEntry
  let types: TypeIndex
  let comments: DocComments
  let path: [Int32]
  let access: String

  /// Above this many fields a memberwise initializer is no help to a reader and a burden to the type checker.
  static let largestMemberwiseInitializer = 100

  /// For extensions: the type that they extend.
  var extended: String?
  /// That type has the wire format of message sets.
  var extendsMessageSet = false

  struct Oneof {
    let index: Int
    let schemaName: String
    /// In backticks where it is a keyword.
    let name: String
    let typeName: String
    let members: [FieldModel]
  }

  let fields: [FieldModel]
  let oneofs: [Oneof]

  init(entry: TypeIndex.MessageEntry, types: TypeIndex, comments: DocComments, path: [Int32], access: String) {
    self.entry = entry
    self.types = types
    self.comments = comments
    self.path = path
    self.access = access
    var taken: Set<String> = []
    let fields = entry.descriptor.field.enumerated().map { index, field in
      FieldModel(field, index: index, message: entry, types: types, taken: &taken)
    }
    self.fields = fields
    // Members of a oneof are its cases, not properties.
    for field in fields { if case .member = field.shape { taken.remove(field.bareName) } }
    var usedTypes = Self.typesNamed(in: entry.descriptor, types)
    oneofs = entry.descriptor.oneofDecl.enumerated().compactMap { index, oneof in
      let members = fields.filter { field in
        if case .member(index, _) = field.shape { true } else { false }
      }
      if members.isEmpty { return nil }
      let schemaName = oneof.name ?? ""
      var typeName = SwiftNames.type(SwiftNames.upperCamel(schemaName), isEnum: true)
      while !usedTypes.insert(typeName).inserted { typeName += "Oneof" }
      let name = SwiftNames.escaped(SwiftNames.unique(SwiftNames.property(schemaName), in: &taken))
      return Oneof(index: index, schemaName: schemaName, name: name, typeName: typeName, members: members)
    }
  }

  /// Types nested in a message, and those that it or they refer to by a first name: a oneof's enum must not hide one.
  private static func typesNamed(in message: DescriptorProto, _ types: TypeIndex) -> Set<String> {
    var names = Set(message.enumType.map { SwiftNames.type($0.name ?? "", isEnum: true) })
    for field in message.field {
      let typeName = field.typeName ?? ""
      guard let name = types.message(typeName)?.swiftName ?? types.enumeration(typeName)?.swiftName else { continue }
      names.insert(String(name.prefix { $0 != "." }))
    }
    for nested in message.nestedType {
      names.insert(SwiftNames.type(nested.name ?? "", isEnum: false))
      names.formUnion(typesNamed(in: nested, types))
    }
    return names
  }

  var typeName: String { entry.swiftName.split(separator: ".").last.map(String.init) ?? "" }

  func oneof(of field: FieldModel) -> Oneof? {
    guard case .member(let index, _) = field.shape else { return nil }
    return oneofs.first { $0.index == index }
  }

  /// A stored property of the struct, in declaration order: a field, or a oneof where its first member stands.
  private enum Property {
    case field(FieldModel)
    case oneof(Oneof)

    var name: String {
      switch self {
      case .field(let field): field.name
      case .oneof(let oneof): oneof.name
      }
    }

    var type: String {
      switch self {
      case .field(let field): field.swiftType
      case .oneof(let oneof): oneof.typeName + "?"
      }
    }

    var defaultValue: String {
      switch self {
      case .field(let field): field.swiftDefault
      case .oneof: "nil"
      }
    }
  }

  private var properties: [Property] {
    var seen: Set<Int> = []
    return fields.compactMap { field in
      guard let oneof = oneof(of: field) else { return .field(field) }
      return seen.insert(oneof.index).inserted ? .oneof(oneof) : nil
    }
  }

  func write(to out: inout CodeWriter) {
    out.line()
    writeStruct(to: &out)
    writeCodecs(to: &out)
  }

  private func writeStruct(to out: inout CodeWriter) {
    comments.write(path, isDeprecated: entry.descriptor.options?.deprecated == true, to: &out)
    if let extended { out.line("/// Extensions of `\(extended)`.") }
    out.block("\(access)struct \(typeName): \(extended == nil ? "Message" : "MessageExtensions")") { out in
      if let extended {
        out.line("\(access)typealias Extended = \(extended)")
        let names = fields.map { "\"\($0.schemaName)\"" }.joined(separator: ", ")
        out.line("\(access)static var extensionNames: [String] { [\(names)] }")
        out.line()
      }
      for property in properties { writeProperty(property, to: &out) }
      out.line("\(access)var unknownFields: UnknownFields")
      for oneof in oneofs { writeOneof(oneof, to: &out) }
      for (index, enumeration) in entry.descriptor.enumType.enumerated() {
        let name = entry.fullName + "." + (enumeration.name ?? "")
        guard let nested = types.enumeration(name) else { continue }
        let generator = EnumGenerator(
          entry: nested, comments: comments, path: path + [4, Int32(index)], access: access)
        generator.write(to: &out)
      }
      for (index, message) in entry.descriptor.nestedType.enumerated() where message.options?.mapEntry != true {
        let name = entry.fullName + "." + (message.name ?? "")
        guard let nested = types.message(name) else { continue }
        let generator = MessageGenerator(
          entry: nested, types: types, comments: comments, path: path + [3, Int32(index)], access: access)
        out.line()
        generator.writeStruct(to: &out)
      }
      for generator in extensions {
        out.line()
        generator.writeStruct(to: &out)
      }
    }
  }

  /// Extensions that are declared inside this message.
  private var extensions: [MessageGenerator] {
    ExtensionsGenerator(
      declared: entry.descriptor.extension, file: entry.file, scope: entry, types: types, access: access
    ).generators
  }

  private func writeProperty(_ property: Property, to out: inout CodeWriter) {
    switch property {
    case .oneof(let oneof):
      comments.write(path + [8, Int32(oneof.index)], to: &out)
      out.line("\(access)var \(oneof.name): \(oneof.typeName)? = nil")
    case .field(let field):
      comments.write(path + [2, Int32(field.index)], to: &out)
      writeDeprecation(field, to: &out)
      if field.hasSeparateStorage {
        var storage = "_\(field.bareName)"
        var storageType = ": \(field.swiftType) = \(field.swiftDefault)"
        if case .boxed = field.shape {
          storage += ".value"
          storageType = " = Boxed<\(field.value.type)>()"
        }
        out.block("\(access)var \(field.name): \(field.swiftType)") { out in
          out.line("get { \(storage) }")
          out.line("set { \(storage) = newValue }")
        }
        out.line("var _\(field.bareName)\(storageType)")
      } else {
        out.line("\(access)var \(field.name): \(field.swiftType) = \(field.swiftDefault)")
      }
      if let literal = defaultLiteral(field) {
        var name = "\(field.bareName)OrDefault"
        while fields.contains(where: { $0.bareName == name }) { name += "_" }
        out.line("/// `\(field.bareName)`, or the schema's default where it is not set.")
        writeDeprecation(field, to: &out)
        out.line("\(access)var \(name): \(field.value.type) { \(field.name) ?? \(literal) }")
      }
    }
  }

  private func writeDeprecation(_ field: FieldModel, to out: inout CodeWriter) {
    if field.isDeprecated { out.line(DocComments.deprecation) }
  }

  /// The Swift literal of a proto2 `[default = …]`, which descriptors keep as text.
  private func defaultLiteral(_ field: FieldModel) -> String? {
    guard let text = field.descriptor.defaultValue, case .optional = field.shape else { return nil }
    switch field.value {
    case .enumeration(let type, _):
      guard let entry = types.enumeration(field.descriptor.typeName ?? "") else { return nil }
      // Optional has cases of these names itself.
      return EnumGenerator.caseName(of: text, in: entry).map {
        ["none", "`some`"].contains($0) ? "\(type).\($0)" : ".\($0)"
      }
    case .scalar(_, "String", _): return SwiftNames.literal(text)
    case .scalar(_, "[UInt8]", _): return "[\(Self.unescaped(text).map { "\($0)" }.joined(separator: ", "))]"
    case .scalar(_, "Double", _), .scalar(_, "Float", _):
      return switch text {
      case "inf": ".infinity"
      case "-inf": "-.infinity"
      case "nan": ".nan"
      default: text
      }
    case .scalar: return text
    case .message, .group: return nil
    }
  }

  /// Descriptors keep the default of a bytes field with C escapes (`\\n`, `\\"`, three octal digits).
  static func unescaped(_ text: String) -> [UInt8] {
    let named: [UInt8: UInt8] = [
      UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8,
      UInt8(ascii: "f"): 12, UInt8(ascii: "v"): 11,
    ]
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escape = rest.first else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(3).prefix { (0x30...0x37).contains($0) }
      if digits.isEmpty {
        bytes.append(named[escape] ?? escape)
        rest = rest.dropFirst()
      } else {
        bytes.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }))
        rest = rest.dropFirst(digits.count)
      }
    }
    return bytes
  }

  /// Both go by the initializer that Swift makes from the properties: one that sets them one by one ends with a copy of the whole
  /// message where it is too large for registers.
  func writeInitializers(to out: inout CodeWriter) {
    let unknown = "unknownFields: UnknownFields()"
    out.line("\(access)init() { self.init(\(unknown)) }")
    let properties = self.properties
    guard !properties.isEmpty, properties.count <= Self.largestMemberwiseInitializer else { return }
    out.line()
    out.line("\(access)init(")
    out.indented { out in
      for (index, property) in properties.enumerated() {
        let comma = index + 1 < properties.count ? "," : ""
        out.line("\(property.name): \(property.type) = \(property.defaultValue)\(comma)")
      }
    }
    out.block(")") { out in
      out.line("self.init(")
      out.indented { out in
        for property in properties {
          if case .field(let field) = property, field.hasSeparateStorage {
            let isBoxed = if case .boxed = field.shape { true } else { false }
            out.line("_\(field.bareName): \(isBoxed ? "Boxed(\(field.name))" : field.name),")
          } else {
            out.line("\(SwiftNames.label(property.name)): \(property.name),")
          }
        }
        out.line("\(unknown))")
      }
    }
  }

  private func writeOneof(_ oneof: Oneof, to out: inout CodeWriter) {
    out.line()
    comments.write(path + [8, Int32(oneof.index)], to: &out)
    out.block("\(access)enum \(oneof.typeName): Hashable, Sendable") { out in
      for member in oneof.members {
        comments.write(path + [2, Int32(member.index)], isDeprecated: member.isDeprecated, to: &out)
        var keyword = ""
        if case .member(_, true) = member.shape { keyword = "indirect " }
        out.line("\(keyword)case \(member.name)(\(member.value.type))")
      }
    }
  }

  /// The codecs of this message and of those nested in it, as extensions behind the struct.
  private func writeCodecs(to out: inout CodeWriter) {
    out.line()
    MessageCodecGenerator(message: self).write(to: &out)
    for (index, message) in entry.descriptor.nestedType.enumerated() where message.options?.mapEntry != true {
      guard let nested = types.message(entry.fullName + "." + (message.name ?? "")) else { continue }
      let generator = MessageGenerator(
        entry: nested, types: types, comments: comments, path: path + [3, Int32(index)], access: access)
      generator.writeCodecs(to: &out)
    }
    for generator in extensions { generator.writeCodecs(to: &out) }
  }
}
