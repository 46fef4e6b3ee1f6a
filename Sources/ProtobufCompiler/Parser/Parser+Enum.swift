// Enums and their values.
import ProtobufRuntime

extension Parser {
  /// `enum Name { … }`
  mutating func parseEnum(
    _ enumType: inout EnumDescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) {
    try expect(.enum)
    do {
      let name = begin(location, Path.EnumType.name)
      defer { end(name) }
      enumType.name = try expectIdentifier("Expected enum name.")
    }
    try expectEnd("{", of: location)
    while !takeEnd("}", of: nil) {
      guard !atEnd else {
        throw fail("Reached end of input in enum definition (missing '}').")
      }
      do {
        try parseEnumStatement(&enumType, location)
      } catch {
        skipStatement()
      }
    }
    try checkAliases(of: enumType)
  }

  private mutating func parseEnumStatement(
    _ enumType: inout EnumDescriptorProto, _ parent: SourceTable.Location
  ) throws(Abandoned) {
    if takeEnd(";", of: nil) { return }
    switch current.keyword {
    case .option:
      let location = begin(parent, Path.EnumType.options)
      defer { end(location) }
      try parseOptionStatement(&enumType.options, location)
    case .reserved:
      try parseReserved(&enumType, parent)
    default:
      let location = begin(parent, Path.EnumType.value, enumType.value.count)
      defer { end(location) }
      var value = EnumValueDescriptorProto()
      defer { enumType.value.append(value) }
      try parseEnumValue(&value, location)
    }
  }

  /// `NAME = 1 [deprecated = true];`
  private mutating func parseEnumValue(
    _ value: inout EnumValueDescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) {
    do {
      let name = begin(location, Path.EnumValue.name)
      defer { end(name) }
      value.name = try expectIdentifier("Expected enum constant name.")
    }
    try expect("=", "Missing numeric value for enum constant.")
    do {
      let number = begin(location, Path.EnumValue.number)
      defer { end(number) }
      value.number = try expectSignedInt32("Expected integer.")
    }
    if at("[") {
      let options = begin(location, Path.EnumValue.options)
      defer { end(options) }
      lexer.next()
      repeat {
        try parseOptionAssignment(&value.options, options)
      } while take(",")
      try expect("]")
    }
    try expectEnd(";", of: location)
  }

  /// `allow_alias` must be there for a reason, and saying that it is off says nothing.
  private mutating func checkAliases(of enumType: EnumDescriptorProto) throws(Abandoned) {
    let option = enumType.options?.uninterpretedOption.first {
      $0.name.count == 1 && $0.name[0].isExtension != true && $0.name[0].namePart == "allow_alias"
    }
    guard let option else { return }
    let name = enumType.name ?? ""
    guard option.identifierValue == "true" else {
      throw fail(
        "\"\(name)\" declares 'option allow_alias = false;' which has no effect. Please remove the declaration.")
    }
    var numbers = Set<Int32>()
    guard enumType.value.allSatisfy({ numbers.insert($0.number ?? 0).inserted }) else { return }
    throw fail(
      "\"\(name)\" declares support for enum aliases but no enum values share field numbers. Please remove the "
        + "unnecessary 'option allow_alias = true;' declaration.")
  }
}
