// Rules that depend on features, options or other files: presence, closed enums, maps, extensions, JSON names. They run
// once options are settled.
import ProtobufRuntime

extension FileLinker {
  func checkRules(_ file: FileDescriptorProto) {
    let features = Features.of(file)
    for (index, message) in file.messageType.enumerated() {
      inside(Path.File.message, index) {
        checkRules(message, features, scope(message.name, in: package), isTop: true)
      }
    }
    for (index, enumType) in file.enumType.enumerated() {
      inside(Path.File.enumType, index) { checkRules(enumType, features, in: package) }
    }
    for (index, field) in file.extension.enumerated() {
      inside(Path.File.extension, index) {
        checkRules(extension: field, features, scope(field.name, in: package))
      }
    }
  }

  private func checkRules(_ message: DescriptorProto, _ outer: Features, _ id: SymbolID, isTop: Bool) {
    let features = outer.of(message)
    let isMessageSet = message.options?.messageSetWireFormat == true
    if edition == .proto3 {
      if !message.extensionRange.isEmpty {
        error(
          Path.Message.extensionRange, 0, message: "Extension ranges are not allowed in proto3.")
      }
      if isMessageSet {
        error(Path.Message.name, message: "MessageSet is not supported in proto3.")
      }
    }
    if message.options?.mapEntry == true { return }
    if features.defaultSymbolVisibility == .strict, !isTop, message.visibility == .visibilityExport {
      error(
        Path.Message.name,
        message: "\"\(workspace.symbols.fullName(id))\" is a nested message and cannot be `export` with STRICT "
          + "default_symbol_visibility. It must be moved to top-level, ideally in its own file in order to be "
          + "`export`.")
    }
    for (index, field) in message.field.enumerated() {
      inside(Path.Message.field, index) {
        if isMessageSet {
          error(Path.Field.name, message: "MessageSets cannot have fields, only extensions.")
        }
        let oneof = field.oneofIndex.flatMap { message.oneofDecl[safely: $0] }
        let fieldFeatures = features.of(field, oneof: oneof, edition: edition)
        checkRules(field: field, fieldFeatures)
        checkMap(field, in: message, id)
      }
    }
    checkJSONNames(message, features)
    var declaredNames: Set<String> = []
    for (index, range) in message.extensionRange.enumerated() {
      inside(Path.Message.extensionRange, index) { checkDeclarations(of: range, &declaredNames) }
    }
    for (index, field) in message.extension.enumerated() {
      inside(Path.Message.extension, index) {
        checkRules(extension: field, features, scope(field.name, in: id))
      }
    }
    for (index, nested) in message.nestedType.enumerated() {
      inside(Path.Message.nestedType, index) {
        checkRules(nested, features, scope(nested.name, in: id), isTop: false)
      }
    }
    for (index, enumType) in message.enumType.enumerated() {
      inside(Path.Message.enumType, index) {
        checkRules(enumType, features, in: id)
        checkExport(of: enumType, in: message, features, id)
      }
    }
  }

  /// Under strict visibility a nested enum is exported only from a message that is nothing but its name space.
  private func checkExport(
    of enumType: EnumDescriptorProto, in message: DescriptorProto, _ features: Features, _ id: SymbolID
  ) {
    let isNamespace =
      workspace.symbols[id].visibility != .everywhere
      && message.reservedRange.contains { $0.start == 1 && $0.end == RangeEnd.afterLastField }
    guard features.defaultSymbolVisibility == .strict, enumType.visibility == .visibilityExport, !isNamespace
    else { return }
    let name = fullName(enumType.name, in: id)
    error(
      Path.EnumType.name,
      message: "\"\(name)\" is a nested enum and cannot be marked `export` with STRICT default_symbol_visibility. "
        + "It must be moved to top-level, ideally in its own file in order to be `export`. For C++ namespacing of "
        + "enums in a messages use: `local message <OuterNamespace> { export enum \(name) {...} reserved 1 to max; }`")
  }

  // MARK: Fields

  /// What holds for fields and extensions alike.
  private func checkRules(field: FieldDescriptorProto, _ features: Features) {
    let isMessage = field.type == .message || field.type == .group
    let isRepeated = field.label == .repeated
    if edition == .proto3 {
      if field.label == .required {
        error(Path.Field.label, message: "Required fields are not allowed in proto3.")
      }
      if field.type == .group {
        error(Path.Field.type, message: "Groups are not supported in proto3 syntax.")
      }
      if field.defaultValue != nil {
        error(Path.Field.defaultValue, message: "Explicit default values are not allowed in proto3.")
      }
    }
    if field.defaultValue != nil {
      if isRepeated {
        error(Path.Field.defaultValue, message: "Repeated fields can't have default values.")
      } else if features.fieldPresence == .implicit, edition != .proto3 {
        error(Path.Field.defaultValue, message: "Implicit presence fields can't specify defaults.")
      }
    }
    if let name = field.jsonName, name.unicodeScalars.contains("\0") {
      error(Path.Field.jsonName, message: "json_name cannot have embedded null characters.")
    }
    checkEnum(field, features)
    checkOptions(of: field, isMessage: isMessage, isRepeated: isRepeated)
    if edition.rawValue >= Edition.edition2023.rawValue {
      checkFeatures(of: field, features, isMessage: isMessage, isRepeated: isRepeated)
    }
  }

  /// A field of an enum: its default must be a value, and a field without presence needs an open one.
  private func checkEnum(_ field: FieldDescriptorProto, _ features: Features) {
    guard field.type == .enum, let reference = field.typeName,
      let id = workspace.symbols.find(reference.dropFirst())
    else { return }
    if let name = field.defaultValue, let enumType = workspace.enumType(id) {
      if !enumType.value.contains(where: { $0.name == name }) {
        error(
          Path.Field.defaultValue,
          message: "Enum type \"\(reference.dropFirst())\" has no value named \"\(name)\".")
      }
    }
    guard workspace.symbols[id].isClosedEnum else { return }
    if edition == .proto3 {
      error(
        Path.Field.typeName,
        message: "Enum type \"\(reference.dropFirst())\" is not an open enum, but is used in a proto3 message.")
    } else if features.fieldPresence == .implicit, field.label != .repeated {
      error(Path.Field.typeName, message: "Implicit presence enum fields must always be open.")
    }
  }

  private func checkOptions(of field: FieldDescriptorProto, isMessage: Bool, isRepeated: Bool) {
    guard let options = field.options else { return }
    if options.packed != nil, edition.rawValue >= Edition.edition2023.rawValue {
      error(
        Path.Field.name,
        message: "Field option packed is not allowed under editions.  Use the repeated_field_encoding feature to "
          + "control this behavior.")
    }
    if options.ctype != nil, edition.rawValue >= Edition.edition2024.rawValue {
      error(
        Path.Field.type,
        message: "ctype option is not allowed under edition 2024 and beyond. Use the feature string_type = "
          + "VIEW|CORD|STRING|... instead.")
    }
    if options.packed == true, !isRepeated || isMessage || field.type == .string || field.type == .bytes {
      error(
        Path.Field.type, message: "[packed = true] can only be specified for repeated primitive fields.")
    }
    if options.lazy == true || options.unverifiedLazy == true, !isMessage {
      error(Path.Field.type, message: "[lazy = true] can only be specified for submessage fields.")
    }
    if options.unverifiedLazy == true, field.extendee != nil {
      error(Path.Field.type, message: "Extensions cannot be marked as unverified_lazy.")
    }
    if let type = options.jstype, type != .jsNormal {
      switch field.type {
      case .int64, .uint64, .sint64, .fixed64, .sfixed64: break
      default:
        error(
          Path.Field.type,
          message: "jstype is only allowed on int64, uint64, sint64, fixed64 or sfixed64 fields.")
      }
    }
  }

  /// Each feature has kinds of fields that it says nothing of.
  private func checkFeatures(
    of field: FieldDescriptorProto, _ features: Features, isMessage: Bool, isRepeated: Bool
  ) {
    guard let set = field.options?.features else { return }
    if set.fieldPresence != nil {
      if field.oneofIndex != nil {
        error(Path.Field.name, message: "Oneof fields can't specify field presence.")
      } else if isRepeated {
        error(Path.Field.name, message: "Repeated fields can't specify field presence.")
      } else if field.extendee != nil, set.fieldPresence != .legacyRequired {
        error(Path.Field.name, message: "Extensions can't specify field presence.")
      } else if isMessage, set.fieldPresence == .implicit {
        error(Path.Field.name, message: "Message fields can't specify implicit presence.")
      }
    }
    let isPackable = isRepeated && !isMessage && field.type != .string && field.type != .bytes
    if set.repeatedFieldEncoding != nil {
      if !isRepeated {
        error(Path.Field.name, message: "Only repeated fields can specify repeated field encoding.")
      } else if set.repeatedFieldEncoding == .packed, !isPackable {
        error(
          Path.Field.name, message: "Only repeated primitive fields can specify PACKED repeated field encoding.")
      }
    }
    if set.utf8Validation != nil, !concernsStrings(field) {
      error(Path.Field.name, message: "Only string fields can specify utf8 validation.")
    }
    if set.messageEncoding != nil, !isMessage || mapEntry(of: field) != nil {
      error(Path.Field.name, message: "Only message fields can specify message encoding.")
    }
  }

  private func concernsStrings(_ field: FieldDescriptorProto) -> Bool {
    if field.type == .string { return true }
    return mapEntry(of: field)?.field.contains { $0.type == .string } ?? false
  }

  // MARK: Maps

  /// The entry of a map field.
  private func mapEntry(of field: FieldDescriptorProto) -> DescriptorProto? {
    guard field.type == .message, field.label == .repeated, let reference = field.typeName,
      let id = workspace.symbols.find(reference.dropFirst()), let entry = workspace.message(id),
      entry.options?.mapEntry == true
    else { return nil }
    return entry
  }

  private func checkMap(_ field: FieldDescriptorProto, in message: DescriptorProto, _ id: SymbolID) {
    guard field.type == .message, let reference = field.typeName,
      let entryID = workspace.symbols.find(reference.dropFirst()), let entry = workspace.message(entryID),
      entry.options?.mapEntry == true, let key = entry.field.first, let value = entry.field.last
    else { return }
    guard workspace.symbols[entryID].owner == id, field.label == .repeated,
      entry.name == Parser.mapEntryName(field.name ?? "")
    else {
      error(
        Path.Field.typeName,
        message: "\(reference.dropFirst()) is a synthetic MapEntry message type, which is not allowed to be used as a "
          + "field type.")
      return
    }
    switch key.type {
    case .enum:
      error(Path.Field.typeName, message: "Key in map fields cannot be enum types.")
    case .float, .double, .message, .group, .bytes:
      error(Path.Field.typeName, message: "Key in map fields cannot be float/double, bytes or message types.")
    default:
      break
    }
    if value.type == .enum, let reference = value.typeName,
      let enumID = workspace.symbols.find(reference.dropFirst()), !workspace.symbols[enumID].startsAtZero
    {
      error(Path.Field.typeName, message: "Enum value in map must define 0 as the first value.")
    }
  }

  // MARK: Extensions

  private func checkRules(extension field: FieldDescriptorProto, _ outer: Features, _ id: SymbolID) {
    let features = outer.of(field, edition: edition)
    checkRules(field: field, features)
    if features.fieldPresence == .legacyRequired, field.label != .repeated {
      error(
        Path.Field.name, message: "The extension \(workspace.symbols.fullName(id)) cannot be required.")
    }
    guard let reference = field.extendee, let extendee = workspace.symbols.find(reference.dropFirst()),
      let message = workspace.message(extendee)
    else { return }
    if workspace.files[Int(self.id)].descriptor.options?.optimizeFor == .liteRuntime,
      workspace.files[safely: workspace.symbols[extendee].file]?.descriptor.options?.optimizeFor != .liteRuntime
    {
      error(
        Path.Field.extendee,
        message: "Extensions to non-lite types can only be declared in non-lite files.  Note that you cannot extend a "
          + "non-lite type to contain a lite type, but the reverse is allowed.")
    }
    let number = field.number ?? 0
    let name = reference.dropFirst()
    if edition == .proto3, !Self.isOptionsMessage(name) {
      error(Path.Field.extendee, message: "Extensions in proto3 are only allowed for defining options.")
    }
    if message.options?.messageSetWireFormat == true, field.type != .message || field.label == .repeated {
      error(Path.Field.type, message: "Extensions of MessageSets must be optional messages.")
    }
    let ranges =
      extensionRanges[extendee]
      ?? NumberRanges(message.extensionRange.map { NumberRange(start: $0.start, end: $0.end) })
    extensionRanges[extendee] = ranges
    guard let range = ranges.find(number) else {
      error(Path.Field.number, message: "\"\(name)\" does not declare \(number) as an extension number.")
      return
    }
    if let other = workspace.extensions.claim(extendee, number, for: id), other != id {
      error(
        Path.Field.number,
        message: "Extension number \(number) has already been used in \"\(name)\" by extension "
          + "\"\(workspace.symbols.fullName(other))\" defined in \(fileName(of: other)).")
    }
    checkDeclaration(of: field, id, in: message.extensionRange[range], name)
  }

  private static func isOptionsMessage(_ name: Substring) -> Bool {
    for prefix in ["google.protobuf.", "proto2."] where name.hasPrefix(prefix) {
      switch name.dropFirst(prefix.count) {
      case "FileOptions", "MessageOptions", "FieldOptions", "EnumOptions", "EnumValueOptions", "ServiceOptions",
        "MethodOptions", "OneofOptions", "ExtensionRangeOptions", "StreamOptions", "SourceCodeInfo",
        "FeatureSet":
        return true
      default:
        break
      }
    }
    return false
  }

  /// A range may list the extensions it is for; others may not use it then.
  private func checkDeclaration(
    of field: FieldDescriptorProto, _ id: SymbolID, in range: DescriptorProto.ExtensionRange, _ extendee: Substring
  ) {
    guard let options = range.options, !options.declaration.isEmpty || options.verification == .declaration else {
      return
    }
    let number = field.number ?? 0
    let fullName = "." + workspace.symbols.fullName(id)
    guard let declaration = options.declaration.first(where: { $0.number == number }) else {
      if options.verification != .unverified || !options.declaration.isEmpty {
        error(
          Path.Field.number,
          message: "Missing extension declaration for field \(fullName.dropFirst()) with number \(number) in extendee "
            + "message \(extendee). An extension range must declare for all extension fields if its verification "
            + "state is DECLARATION or there's any declaration in the range already. Otherwise, consider splitting "
            + "up the range.")
      }
      return
    }
    if declaration.reserved == true {
      error(
        Path.Field.number,
        message: "Cannot use number \(number) for extension field \(fullName.dropFirst()), as it is reserved in the "
          + "extension declarations for message \(extendee).")
      return
    }
    if let declared = declaration.fullName_, declared != fullName {
      error(
        Path.Field.name,
        message: "\"\(extendee)\" extension field \(number) is expected to have field name \"\(declared)\", not "
          + "\"\(fullName)\".")
    }
    let type = field.typeName ?? field.type?.declaredName ?? ""
    if let declared = declaration.type, declared != type {
      error(
        Path.Field.type,
        message: "\"\(extendee)\" extension field \(number) is expected to be type \"\(declared)\", not \"\(type)\".")
    }
    if (declaration.repeated ?? false) != (field.label == .repeated) {
      error(
        Path.Field.label,
        message: "\"\(extendee)\" extension field \(number) is expected to be "
          + (declaration.repeated == true ? "repeated." : "optional."))
    }
  }

  /// The declarations of a range must make sense by themselves.
  private func checkDeclarations(of range: DescriptorProto.ExtensionRange, _ names: inout Set<String>) {
    guard let options = range.options, !options.declaration.isEmpty else { return }
    if options.verification == .unverified {
      error(
        Path.Range.options,
        message: "Cannot mark the extension range as UNVERIFIED when it has extension(s) "
          + "declared.")
    }
    var numbers: Set<Int32> = []
    for declaration in options.declaration {
      let number = declaration.number ?? 0
      if number < range.start ?? 0 || number >= range.end ?? 0 {
        error(Path.Range.options, message: "Extension declaration number \(number) is not in the extension range.")
      }
      if !numbers.insert(number).inserted {
        error(
          Path.Range.options, message: "Extension declaration number \(number) is declared multiple times.")
      }
      guard let name = declaration.fullName_, let type = declaration.type else {
        if (declaration.fullName_ == nil) != (declaration.type == nil) || declaration.reserved != true {
          error(
            Path.Range.options,
            message: "Extension declaration #\(number) should have both \"full_name\" and \"type\" set.")
        }
        continue
      }
      if !names.insert(name).inserted {
        error(
          Path.Range.options,
          message: "Extension field name \"\(name)\" is declared multiple times.")
      }
      if !name.hasPrefix(".") || !Self.isQualifiedName(name.dropFirst()) {
        error(
          Path.Range.options,
          message: "\"\(name)\" contains invalid identifiers or lacks the leading dot of a full name.")
      }
      if FieldDescriptorProto.TypeEnum.declaredNames[type] == nil,
        !type.hasPrefix(".") || !Self.isQualifiedName(type.dropFirst())
      {
        error(Path.Range.options, message: "\"\(type)\" is no type of a declared extension.")
      }
    }
  }

  private static func isQualifiedName(_ name: Substring) -> Bool {
    name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      part.utf8.first?.isLetter == true && part.utf8.allSatisfy(\.isLetterOrDigit)
    }
  }
}

extension FieldDescriptorProto.TypeEnum {
  /// Scalar types by the names that extension declarations have for them.
  fileprivate static let declaredNames: [String: FieldDescriptorProto.TypeEnum] = [
    "double": .double, "float": .float, "int64": .int64, "uint64": .uint64, "int32": .int32, "fixed64": .fixed64,
    "fixed32": .fixed32, "bool": .bool, "string": .string, "bytes": .bytes, "uint32": .uint32,
    "sfixed32": .sfixed32, "sfixed64": .sfixed64, "sint32": .sint32, "sint64": .sint64,
  ]

  fileprivate var declaredName: String? {
    Self.declaredNames.first { $0.value == self }?.key
  }
}
