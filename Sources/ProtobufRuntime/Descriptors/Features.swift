// Editions describe a file's behaviour by features; proto2 and proto3 are two sets of them. Every later phase asks the
// features, never the syntax; the generator and dynamic messages do so too.

/// The features in force for one element, all settled.
package struct Features: Hashable, Sendable {
  package var fieldPresence: FeatureSet.FieldPresence
  package var enumType: FeatureSet.EnumType
  package var repeatedFieldEncoding: FeatureSet.RepeatedFieldEncoding
  package var utf8Validation: FeatureSet.Utf8Validation
  package var messageEncoding: FeatureSet.MessageEncoding
  package var jsonFormat: FeatureSet.JsonFormat
  package var enforceNamingStyle: FeatureSet.EnforceNamingStyle
  package var defaultSymbolVisibility: FeatureSet.VisibilityFeature.DefaultSymbolVisibility
  package var enforceProtoLimits: FeatureSet.ProtoLimitsFeature.EnforceProtoLimits

  /// What holds in a file of this edition that says nothing else, as descriptor.proto's `edition_defaults` have it.
  package init(edition: Edition) {
    let isProto3OrLater = edition.rawValue >= Edition.proto3.rawValue
    fieldPresence = edition == .proto3 ? .implicit : .explicit
    enumType = isProto3OrLater ? .open : .closed
    repeatedFieldEncoding = isProto3OrLater ? .packed : .expanded
    utf8Validation = isProto3OrLater ? .verify : .none
    messageEncoding = .lengthPrefixed
    jsonFormat = isProto3OrLater ? .allow : .legacyBestEffort
    if edition.rawValue >= Edition.edition2026.rawValue {
      enforceNamingStyle = .style2026
      defaultSymbolVisibility = .strict
      enforceProtoLimits = .protoLimits2026
    } else if edition.rawValue >= Edition.edition2024.rawValue {
      enforceNamingStyle = .style2024
      defaultSymbolVisibility = .exportTopLevel
      enforceProtoLimits = .legacyNoExplicitLimits
    } else {
      enforceNamingStyle = .styleLegacy
      defaultSymbolVisibility = .exportAll
      enforceProtoLimits = .legacyNoExplicitLimits
    }
  }

  /// These features with those replaced that `set` names.
  package func merging(_ set: FeatureSet?) -> Features {
    guard let set else { return self }
    var result = self
    result.fieldPresence = set.fieldPresence ?? fieldPresence
    result.enumType = set.enumType ?? enumType
    result.repeatedFieldEncoding = set.repeatedFieldEncoding ?? repeatedFieldEncoding
    result.utf8Validation = set.utf8Validation ?? utf8Validation
    result.messageEncoding = set.messageEncoding ?? messageEncoding
    result.jsonFormat = set.jsonFormat ?? jsonFormat
    result.enforceNamingStyle = set.enforceNamingStyle ?? enforceNamingStyle
    result.defaultSymbolVisibility = set.defaultSymbolVisibility ?? defaultSymbolVisibility
    result.enforceProtoLimits = set.enforceProtoLimits ?? enforceProtoLimits
    return result
  }

  package var hasImplicitPresence: Bool { fieldPresence == .implicit }
  package var isRequired: Bool { fieldPresence == .legacyRequired }
  package var enumIsClosed: Bool { enumType == .closed }
  package var isPacked: Bool { repeatedFieldEncoding == .packed }
  package var isDelimited: Bool { messageEncoding == .delimited }

  /// The features of a file's contents.
  package static func of(_ file: FileDescriptorProto) -> Features {
    Features(edition: file.language).merging(file.options?.features)
  }

  /// The features of a message, given those of what declares it.
  package func of(_ message: DescriptorProto) -> Features { merging(message.options?.features) }

  /// The features of an enum, given those of what declares it.
  package func of(_ enumType: EnumDescriptorProto) -> Features { merging(enumType.options?.features) }

  /// The features of a field, given those of its message or, for an extension, of what declares it. What proto2 and
  /// proto3 say by labels, groups and `packed` appears as features too.
  package func of(_ field: FieldDescriptorProto, oneof: OneofDescriptorProto? = nil, edition: Edition) -> Features {
    var result = merging(oneof?.options?.features).merging(field.options?.features)
    guard edition.rawValue < Edition.edition2023.rawValue else { return result }
    if field.label == .required {
      result.fieldPresence = .legacyRequired
    } else if field.proto3Optional == true {
      result.fieldPresence = .explicit
    }
    if field.type == .group { result.messageEncoding = .delimited }
    if let packed = field.options?.packed {
      result.repeatedFieldEncoding = packed ? .packed : .expanded
    }
    return result
  }
}

extension FileDescriptorProto {
  /// The edition the file is written in, proto2 and proto3 being two of them.
  package var language: Edition {
    switch syntax {
    case "proto3": .proto3
    case "editions": edition ?? .unknown
    default: .proto2
    }
  }
}
