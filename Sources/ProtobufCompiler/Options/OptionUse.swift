// Which options may be used where: the extension must be visible, and descriptors can say for which kinds of element
// and in which editions an option is meant.
import ProtobufRuntime

extension FileLinker {
  /// The extension that a name in an option means, if it is one.
  func extensionSymbol(_ name: String, from scope: SymbolID) -> SymbolID? {
    guard case .found(let id) = optionLookup.find(name, from: scope, .all, in: workspace.symbols),
      workspace.symbols[id].kind == .extension
    else { return nil }
    usedFiles.insert(workspace.symbols[id].file)
    return id
  }

  /// The extension of `type` that a name in parentheses means.
  func findExtension(
    _ name: String, spelled: String, of type: OptionType, _ scope: SymbolID, _ types: OptionTypes
  ) throws(OptionError) -> OptionField {
    switch optionLookup.find(name, from: scope, .all, in: workspace.symbols) {
    case .found(let id):
      usedFiles.insert(workspace.symbols[id].file)
      guard workspace.symbols[id].kind == .extension, let field = types.extension(id),
        field.descriptor.extendee == type.reference
      else {
        throw OptionError(
          "Option field \"\(spelled)\" is not a field or extension of message \"\(type.fullName)\".")
      }
      return field
    case .notImported(let id):
      throw OptionError(
        "Option \"\(spelled)\" unknown. It is defined in \"\(fileName(of: id))\", which is not imported by "
          + "\"\(fileName)\". Ensure that your proto definition file imports the proto which defines the option.")
    case .shadowed(let resolved):
      throw OptionError(
        "Option \"\(spelled)\" is resolved to \"(\(resolved))\", which is not defined. The innermost scope is "
          + "searched first in name resolution. Consider using a leading '.'(i.e., \"(.\(name))\") to start from "
          + "the outermost scope.")
    case .missing:
      throw OptionError(
        "Option \"\(spelled)\" unknown. Ensure that your proto definition file imports the proto which defines the "
          + "option.")
    }
  }

  /// Checks the fields an option's name leads through against what their descriptors say of their use.
  func checkUse(
    of fields: [OptionField], target: FieldOptions.OptionTargetType, name: String
  ) throws(OptionError) {
    for field in fields { try checkUse(of: field, target: target) }
  }

  /// As above, for every field set in an aggregate value.
  func checkUse(
    of message: AggregateMessage, target: FieldOptions.OptionTargetType
  ) throws(OptionError) {
    for number in message.entries.keys.sorted() {
      guard let entry = message.entries[number] else { continue }
      try checkUse(of: entry.field, target: target)
      for case .message(let nested) in entry.values { try checkUse(of: nested, target: target) }
    }
  }

  private func checkUse(
    of field: OptionField, target: FieldOptions.OptionTargetType
  ) throws(OptionError) {
    guard let options = field.descriptor.options else { return }
    if !options.targets.isEmpty, !options.targets.contains(target) {
      throw OptionError(
        "Option \(field.name) cannot be set on an entity of type `\(target.text)`.")
    }
    if let support = options.featureSupport { try checkLifetime(support, of: field.name) }
  }

  /// Checks an enum value given to an option.
  func checkUse(of value: EnumValueDescriptorProto, named name: String, option: String) throws(OptionError) {
    if let support = value.options?.featureSupport { try checkLifetime(support, of: name) }
  }

  private func checkLifetime(_ support: FieldOptions.FeatureSupport, of name: String) throws(OptionError) {
    if let introduced = support.editionIntroduced, edition.rawValue < introduced.rawValue {
      throw OptionError(
        "\(name) wasn't introduced until edition \(introduced.text) and can't be used in edition \(edition.text)")
    }
    if let removed = support.editionRemoved, edition.rawValue >= removed.rawValue {
      throw OptionError(
        "\(name) has been removed in edition \(removed.text)"
          + (support.removalError.map { ": \($0)" } ?? "") + " and can't be used in edition \(edition.text)")
    }
  }
}

extension FieldOptions.OptionTargetType {
  /// The kind of element in messages.
  fileprivate var text: String {
    switch self {
    case .targetTypeUnknown: "unknown"
    case .targetTypeFile: "file"
    case .targetTypeExtensionRange: "extension range"
    case .targetTypeMessage: "message"
    case .targetTypeField: "field"
    case .targetTypeOneof: "oneof"
    case .targetTypeEnum: "enum"
    case .targetTypeEnumEntry: "enum entry"
    case .targetTypeService: "service"
    case .targetTypeMethod: "method"
    }
  }
}

extension Edition {
  /// As messages write it: `2023`, `PROTO2`.
  var text: String {
    let name = Edition.table.name(of: rawValue) ?? String(rawValue)
    return name.hasPrefix("EDITION_") ? String(name.dropFirst(8)) : name
  }
}
