// Names must stay apart in JSON and in languages that strip an enum's name from its values.
import ProtobufRuntime

extension FileLinker {
  /// No two fields may have one name in JSON. Where the JSON form is a matter of best effort, default names may clash.
  func checkJSONNames(_ message: DescriptorProto, _ features: Features) {
    guard message.options?.deprecatedLegacyJsonFieldConflicts != true else { return }
    checkJSONNames(message, features, custom: false)
    checkJSONNames(message, features, custom: true)
  }

  private func checkJSONNames(_ message: DescriptorProto, _ features: Features, custom: Bool) {
    var owners: [String: (field: String, isCustom: Bool)] = [:]
    for (index, field) in message.field.enumerated() {
      let name = field.name ?? ""
      let defaultName = JSONName.of(name)
      let jsonName = custom ? field.jsonName ?? defaultName : defaultName
      let isCustom = custom && jsonName != defaultName
      if isCustom, jsonName.hasPrefix("["), jsonName.hasSuffix("]") {
        error(
          Path.Message.field, Int32(truncatingIfNeeded: index), Path.Field.name,
          message: "The custom JSON name of field \"\(name)\" (\"\(jsonName)\") is invalid: JSON names may not start "
            + "with '[' and end with ']'.")
      }
      guard let other = owners[jsonName] else {
        owners[jsonName] = (name, isCustom)
        continue
      }
      // Clashes of default names are found in the first round.
      if custom && !isCustom && !other.isCustom { continue }
      let text =
        "The \(isCustom ? "custom" : "default") JSON name of field \"\(name)\" (\"\(jsonName)\") conflicts with the "
        + "\(other.isCustom ? "custom" : "default") JSON name of field \"\(other.field)\"."
      let place = path + [Path.Message.field, Int32(truncatingIfNeeded: index), Path.Field.name]
      if features.jsonFormat == .legacyBestEffort && (!isCustom || !other.isCustom) {
        if !custom { warning(at: place, message: text) }
      } else {
        error(at: place, message: text)
      }
    }
  }

  func checkRules(_ enumType: EnumDescriptorProto, _ outer: Features, in scope: SymbolID) {
    let features = outer.of(enumType)
    if features.enumType == .open, (enumType.value.first?.number ?? 0) != 0 {
      error(
        Path.EnumType.value, 0, Path.EnumValue.number,
        message: "The first enum value must be zero for open enums.")
    }
    checkValueNames(enumType, features)
  }

  /// Values must differ by more than case and the enum's name in front.
  private func checkValueNames(_ enumType: EnumDescriptorProto, _ features: Features) {
    let prefix = EnumPrefix(enumType.name ?? "")
    var owners: [String: (name: String, number: Int32)] = [:]
    for (index, value) in enumType.value.enumerated() {
      let name = value.name ?? ""
      let stripped = prefix.camelCase(strippedFrom: name)
      guard let other = owners[stripped] else {
        owners[stripped] = (name, value.number ?? 0)
        continue
      }
      guard other.name != name, other.number != value.number ?? 0 else { continue }
      let text =
        "Enum name \(name) has the same name as \(other.name) if you ignore case and strip out the enum name prefix "
        + "(if any). (If you are using allow_alias, please assign the same number to each enum value name.)"
      let place = path + [Path.EnumType.value, Int32(truncatingIfNeeded: index), Path.EnumValue.name]
      if edition == .proto2, enumType.options?.deprecatedLegacyJsonFieldConflicts == true {
        warning(at: place, message: text)
      } else {
        error(at: place, message: text)
      }
    }
  }
}

/// An enum's name as it may stand in front of its values' names.
struct EnumPrefix {
  /// Small letters, underscores left out.
  private let prefix: [UInt8]

  init(_ enumName: String) {
    prefix = enumName.utf8.filter { $0 != 0x5F }.map { $0.isUppercase ? $0 + 32 : $0 }
  }

  /// The value's name without the prefix, where it has it and something is left, in UpperCamelCase.
  func camelCase(strippedFrom name: String) -> String {
    let bytes = Array(name.utf8)
    var rest = bytes[...]
    var matched = 0
    while matched < prefix.count, let byte = rest.first {
      if byte == 0x5F {
        rest = rest.dropFirst()
        continue
      }
      guard (byte.isUppercase ? byte + 32 : byte) == prefix[matched] else { return Self.camelCase(bytes[...]) }
      matched += 1
      rest = rest.dropFirst()
    }
    while rest.first == 0x5F { rest = rest.dropFirst() }
    guard matched == prefix.count, !rest.isEmpty else { return Self.camelCase(bytes[...]) }
    return Self.camelCase(rest)
  }

  private static func camelCase(_ name: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    var startsWord = true
    for byte in name {
      if byte == 0x5F {
        startsWord = true
      } else {
        result.append(startsWord ? (byte.isLowercase ? byte - 32 : byte) : (byte.isUppercase ? byte + 32 : byte))
        startsWord = false
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
