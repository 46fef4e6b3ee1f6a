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

  /// Checks the features that one element sets, whatever it is.
  func check(_ features: FeatureSet, target: FieldOptions.OptionTargetType) {
    let place = path + (path.isEmpty ? [] : [Path.Message.name])
    guard edition.rawValue >= Edition.edition2023.rawValue else {
      error(at: place, message: "Features are only valid under editions.")
      return
    }
    if target == .targetTypeFile, features.fieldPresence == .legacyRequired {
      error(at: place, message: "Required presence can't be specified by default.")
    }
    let unsettled: [(String, Int32?, String)] = [
      ("field_presence", features.fieldPresence?.rawValue, "FIELD_PRESENCE_UNKNOWN"),
      ("enum_type", features.enumType?.rawValue, "ENUM_TYPE_UNKNOWN"),
      ("repeated_field_encoding", features.repeatedFieldEncoding?.rawValue, "REPEATED_FIELD_ENCODING_UNKNOWN"),
      ("utf8_validation", features.utf8Validation?.rawValue, "UTF8_VALIDATION_UNKNOWN"),
      ("message_encoding", features.messageEncoding?.rawValue, "MESSAGE_ENCODING_UNKNOWN"),
      ("json_format", features.jsonFormat?.rawValue, "JSON_FORMAT_UNKNOWN"),
      ("enforce_naming_style", features.enforceNamingStyle?.rawValue, "ENFORCE_NAMING_STYLE_UNKNOWN"),
      (
        "default_symbol_visibility", features.defaultSymbolVisibility?.rawValue,
        "DEFAULT_SYMBOL_VISIBILITY_UNKNOWN"
      ),
      ("enforce_proto_limits", features.enforceProtoLimits?.rawValue, "PROTO_LIMITS_UNKNOWN"),
    ]
    for (name, value, unknown) in unsettled where value == 0 {
      error(
        at: place, message: "Feature field `\(name)` must resolve to a known value, found \(unknown)")
    }
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
