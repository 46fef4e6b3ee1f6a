// From edition 2024 on names must follow the style guide, unless features say otherwise.
import ProtobufRuntime

extension FileLinker {
  func checkStyle(_ file: FileDescriptorProto) {
    let features = Features.of(file)
    if features.enforcesStyle, let name = file.package {
      check(name, "Package", .package, at: [Path.File.package])
    }
    for (index, message) in file.messageType.enumerated() {
      inside(Path.File.message, index) { checkStyle(message, features) }
    }
    for (index, enumType) in file.enumType.enumerated() {
      inside(Path.File.enumType, index) { checkStyle(enumType, features) }
    }
    for (index, field) in file.extension.enumerated() {
      inside(Path.File.extension, index) { checkStyle(field, features) }
    }
    for (index, service) in file.service.enumerated() {
      inside(Path.File.service, index) { checkStyle(service, features) }
    }
  }

  private func checkStyle(_ message: DescriptorProto, _ outer: Features) {
    let features = outer.of(message)
    guard message.options?.mapEntry != true else { return }
    if features.enforcesStyle { check(message.name, "Message", .titleCase, at: path + [Path.Message.name]) }
    for (index, field) in message.field.enumerated() {
      inside(Path.Message.field, index) {
        let oneof = field.oneofIndex.flatMap { message.oneofDecl[safely: $0] }
        checkStyle(field, features.merging(oneof?.options?.features))
      }
    }
    for (index, oneof) in message.oneofDecl.enumerated() {
      inside(Path.Message.oneof, index) {
        if features.merging(oneof.options?.features).enforcesStyle {
          check(oneof.name, "Oneof", .lowerSnakeCase, at: path + [Path.Oneof.name])
        }
      }
    }
    for (index, nested) in message.nestedType.enumerated() {
      inside(Path.Message.nestedType, index) { checkStyle(nested, features) }
    }
    for (index, enumType) in message.enumType.enumerated() {
      inside(Path.Message.enumType, index) { checkStyle(enumType, features) }
    }
    for (index, field) in message.extension.enumerated() {
      inside(Path.Message.extension, index) { checkStyle(field, features) }
    }
  }

  private func checkStyle(_ field: FieldDescriptorProto, _ outer: Features) {
    if outer.merging(field.options?.features).enforcesStyle {
      check(field.name, "Field", .lowerSnakeCase, at: path + [Path.Field.name])
    }
  }

  private func checkStyle(_ enumType: EnumDescriptorProto, _ outer: Features) {
    let features = outer.of(enumType)
    if features.enforcesStyle { check(enumType.name, "Enum", .titleCase, at: path + [Path.EnumType.name]) }
    for (index, value) in enumType.value.enumerated()
    where features.merging(value.options?.features).enforcesStyle {
      inside(Path.EnumType.value, index) {
        check(value.name, "Enum value", .upperSnakeCase, at: path + [Path.EnumValue.name])
      }
    }
  }

  private func checkStyle(_ service: ServiceDescriptorProto, _ outer: Features) {
    let features = outer.merging(service.options?.features)
    if features.enforcesStyle { check(service.name, "Service", .titleCase, at: path + [Path.Service.name]) }
    for (index, method) in service.method.enumerated()
    where features.merging(method.options?.features).enforcesStyle {
      inside(Path.Service.method, index) {
        check(method.name, "Method", .titleCase, at: path + [Path.Method.name])
      }
    }
  }

  private func check(_ name: String?, _ kind: String, _ style: NamingStyle, at place: [Int32]) {
    guard let name, let complaint = style.complaint(about: Array(name.utf8)) else { return }
    error(
      at: place,
      message: "\(kind) name \(name) \(complaint) (features.enforce_naming_style = STYLE_LEGACY can be used to opt "
        + "out of this check)")
  }
}

extension Features {
  fileprivate var enforcesStyle: Bool {
    enforceNamingStyle == .style2024 || enforceNamingStyle == .style2026
  }
}

/// The spellings of the style guide.
private enum NamingStyle {
  case package
  case titleCase
  case lowerSnakeCase
  case upperSnakeCase

  /// What is wrong with a name, if anything is.
  func complaint(about name: [UInt8]) -> String? {
    guard let first = name.first else { return nil }
    switch self {
    case .package:
      let isFine = name.allSatisfy { $0.isLowercase || $0.isDigit || $0 == 0x5F || $0 == 0x2E }
      return isFine ? nil : "should be lower_snake_case"
    case .titleCase:
      if !first.isUppercase { return "should begin with a capital letter" }
      return name.contains(0x5F) ? "should be TitleCase" : nil
    case .lowerSnakeCase:
      if !name.allSatisfy({ $0.isLowercase || $0.isDigit || $0 == 0x5F }) { return "should be lower_snake_case" }
      if !first.isLowercase { return "should begin with a lower case letter" }
      return Self.hasStrayUnderscore(name) ? "contains style violating underscores" : nil
    case .upperSnakeCase:
      if !name.allSatisfy({ $0.isUppercase || $0.isDigit || $0 == 0x5F }) { return "should be UPPER_SNAKE_CASE" }
      if !first.isUppercase { return "should begin with a capital letter" }
      return Self.hasStrayUnderscore(name) ? "contains style violating underscores" : nil
    }
  }

  /// An underscore stands between words, and a word begins with a letter.
  private static func hasStrayUnderscore(_ name: [UInt8]) -> Bool {
    name.indices.contains { index in
      guard name[index] == 0x5F else { return false }
      return index + 1 == name.count || !(name[index + 1].isUppercase || name[index + 1].isLowercase)
    }
  }
}
