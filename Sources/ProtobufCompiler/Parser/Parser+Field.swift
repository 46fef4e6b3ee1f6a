// Fields: labels, types, maps, groups, and the two things in brackets that are no options (default and json_name).
import ProtobufRuntime

extension Parser {
  /// `optional string name = 1 [deprecated = true];`, the label being optional from proto3 on.
  mutating func parseField(
    _ field: inout FieldDescriptorProto, nested: inout [DescriptorProto], _ location: SourceTable.Location,
    parent: SourceTable.Location, nestedComponent: Int32
  ) throws(Abandoned) {
    if let label = label(current.keyword) {
      let labelLocation = begin(location, Path.Field.label)
      reportLabelOfOtherEdition(label)
      lexer.next()
      end(labelLocation)
      field.label = label
      if label == .optional && edition == .proto3 { field.proto3Optional = true }
    }
    try parseFieldAfterLabel(
      &field, nested: &nested, location, parent: parent, nestedComponent: nestedComponent)
  }

  private func label(_ keyword: Keyword) -> FieldDescriptorProto.Label? {
    switch keyword {
    case .optional: .optional
    case .required: .required
    case .repeated: .repeated
    default: nil
    }
  }

  private mutating func reportLabelOfOtherEdition(_ label: FieldDescriptorProto.Label) {
    guard edition.rawValue >= Edition.edition2023.rawValue else { return }
    if label == .optional {
      error(
        "Label \"optional\" is not supported in editions. By default, all singular fields have presence unless "
          + "features.field_presence is set.")
    } else if label == .required {
      error(
        "Label \"required\" is not supported in editions, use features.field_presence = LEGACY_REQUIRED.")
    }
  }

  /// A field from its type on.
  mutating func parseFieldAfterLabel(
    _ field: inout FieldDescriptorProto, nested: inout [DescriptorProto], _ location: SourceTable.Location,
    parent: SourceTable.Location, nestedComponent: Int32
  ) throws(Abandoned) {
    let map = try parseFieldType(&field, location)

    let nameToken = current
    do {
      let name = begin(location, Path.Field.name)
      defer { end(name) }
      field.name = try expectIdentifier("Expected field name.")
    }
    try expect("=", "Missing field number.")
    do {
      let number = begin(location, Path.Field.number)
      defer { end(number) }
      field.number = try expectInt32("Expected field number.")
    }
    try parseFieldOptions(&field, location)

    if field.type == .group {
      try parseGroup(
        &field, nested: &nested, location, nameToken: nameToken, parent: parent,
        nestedComponent: nestedComponent)
    } else {
      try expectEnd(";", of: location)
    }
    if let map { nested.append(mapEntry(map, for: &field)) }
  }

  // MARK: Types

  /// A type as written: a scalar's, or a name still to be resolved.
  enum WrittenType {
    case scalar(FieldDescriptorProto.TypeEnum)
    case named(String)
  }

  struct MapTypes {
    var key: WrittenType
    var value: WrittenType
  }

  /// Reads the type into `field`; a map's, whose entry can be named only once the field's name is known, is returned.
  private mutating func parseFieldType(
    _ field: inout FieldDescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) -> MapTypes? {
    let typeLocation = table.begin(location, at: current)
    defer { end(typeLocation) }

    let startsWithMap = take(.map)
    if startsWithMap && at("<") {
      table.setComponent(typeLocation, Path.Field.typeName)
      return try parseMapTypes(&field)
    }
    if field.label == nil {
      if edition == .proto2 {
        error("Expected \"required\", \"optional\", or \"repeated\".")
      }
      field.label = .optional
    }
    // Without a bracket, `map` is a message or an enum that happens to be called so.
    let type: WrittenType = startsWithMap ? .named("map") : try parseType()
    switch type {
    case .scalar(let scalar):
      table.setComponent(typeLocation, Path.Field.type)
      field.type = scalar
    case .named(let name):
      table.setComponent(typeLocation, Path.Field.typeName)
      field.typeName = name
    }
    return nil
  }

  private mutating func parseMapTypes(_ field: inout FieldDescriptorProto) throws(Abandoned) -> MapTypes {
    if field.oneofIndex != nil {
      throw fail("Map fields are not allowed in oneofs.")
    }
    if field.label != nil {
      throw fail("Field labels (required/optional/repeated) are not allowed on map fields.")
    }
    if field.extendee != nil {
      throw fail("Map fields are not allowed to be extensions.")
    }
    field.label = .repeated
    try expect("<")
    let key = try parseType()
    try expect(",")
    let value = try parseType()
    if case .scalar(.group) = value { error("Groups are not allowed as map values.") }
    try expect(">")
    return MapTypes(key: key, value: value)
  }

  private mutating func parseType() throws(Abandoned) -> WrittenType {
    guard let scalar = Self.scalar(current.keyword) else {
      return .named(try parseTypeName())
    }
    if scalar == .group && edition.rawValue >= Edition.edition2023.rawValue {
      error(
        "Group syntax is no longer supported in editions. To get group behavior you can specify "
          + "features.message_encoding = DELIMITED on a message field.")
    }
    lexer.next()
    return .scalar(scalar)
  }

  /// A message's or an enum's name, qualified or not; a leading dot means from the root.
  mutating func parseTypeName() throws(Abandoned) -> String {
    if Self.scalar(current.keyword) != nil {
      error("Expected message type.")
      let text = lexer.text(current)
      lexer.next()
      return text
    }
    var name = take(".") ? "." : ""
    name += try expectIdentifier("Expected type name.")
    while take(".") {
      name += "."
      name += try expectIdentifier("Expected identifier.")
    }
    return name
  }

  private static func scalar(_ keyword: Keyword) -> FieldDescriptorProto.TypeEnum? {
    switch keyword {
    case .bool: .bool
    case .bytes: .bytes
    case .double: .double
    case .fixed32: .fixed32
    case .fixed64: .fixed64
    case .float: .float
    case .group: .group
    case .int32: .int32
    case .int64: .int64
    case .sfixed32: .sfixed32
    case .sfixed64: .sfixed64
    case .sint32: .sint32
    case .sint64: .sint64
    case .string: .string
    case .uint32: .uint32
    case .uint64: .uint64
    default: nil
    }
  }

  // MARK: Maps and groups

  /// The message that one entry of a map is on the wire.
  private func mapEntry(_ map: MapTypes, for field: inout FieldDescriptorProto) -> DescriptorProto {
    let name = Self.mapEntryName(field.name ?? "")
    field.typeName = name
    var entry = DescriptorProto(name: name)
    var options = MessageOptions()
    options.mapEntry = true
    entry.options = options
    for (name, number, type) in [("key", Int32(1), map.key), ("value", 2, map.value)] {
      var part = FieldDescriptorProto(name: name, number: number, label: .optional)
      switch type {
      case .scalar(let scalar): part.type = scalar
      case .named(let typeName): part.typeName = typeName
      }
      // A feature set on the map holds for what is in it.
      part.options = field.options.flatMap { options in
        let features = options.uninterpretedOption.filter {
          $0.name.first?.namePart == "features" && $0.name.first?.isExtension != true
        }
        guard !features.isEmpty else { return nil }
        var copy = FieldOptions()
        copy.uninterpretedOption = features
        return copy
      }
      entry.field.append(part)
    }
    return entry
  }

  /// `foo_bar` → `FooBarEntry`
  static func mapEntryName(_ fieldName: String) -> String {
    var result: [UInt8] = []
    var capitalizeNext = true
    for byte in fieldName.utf8 {
      if byte == 0x5F {
        capitalizeNext = true
      } else {
        result.append(capitalizeNext && byte.isLowercase ? byte - 32 : byte)
        capitalizeNext = false
      }
    }
    return String(decoding: result, as: UTF8.self) + "Entry"
  }

  /// The body of a group, which declares a message and a field in one; their places overlap.
  private mutating func parseGroup(
    _ field: inout FieldDescriptorProto, nested: inout [DescriptorProto], _ location: SourceTable.Location,
    nameToken: Token, parent: SourceTable.Location, nestedComponent: Int32
  ) throws(Abandoned) {
    let groupLocation = begin(parent, nestedComponent, nested.count)
    defer { end(groupLocation) }
    table.start(groupLocation, with: location)
    mark(groupLocation, Path.Message.name, nameToken)
    mark(location, Path.Field.typeName, nameToken)

    let name = field.name ?? ""
    var group = DescriptorProto(name: name)
    if name.utf8.first?.isUppercase != true {
      error(at: nameToken, "Group names must start with a capital letter.")
    }
    // The field is called like its message, in small letters.
    field.name = String(decoding: name.utf8.map { $0.isUppercase ? $0 + 32 : $0 }, as: UTF8.self)
    field.typeName = name
    guard at("{") else { throw fail("Missing group body.") }
    defer { nested.append(group) }
    try parseMessageBlock(&group, groupLocation)
  }

  // MARK: Brackets

  private mutating func parseFieldOptions(
    _ field: inout FieldDescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) {
    guard at("[") else { return }
    let optionsLocation = begin(location, Path.Field.options)
    defer { end(optionsLocation) }
    lexer.next()
    repeat {
      if at(.default) {
        try parseDefault(&field, location)
      } else if at(.jsonName) {
        try parseJSONName(&field, location)
      } else {
        try parseOptionAssignment(&field.options, optionsLocation)
      }
    } while take(",")
    try expect("]")
  }

  private mutating func parseJSONName(
    _ field: inout FieldDescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) {
    if field.jsonName != nil {
      error("Already set option \"json_name\".")
      field.jsonName = nil
    }
    let jsonLocation = begin(location, Path.Field.jsonName)
    defer { end(jsonLocation) }
    lexer.next()
    try expect("=")
    let value = table.begin(jsonLocation, at: current)
    defer { end(value) }
    let name = try expectString("Expected string for JSON name.")
    field.jsonName = String(decoding: name, as: UTF8.self)
    field.keepBytes(ofText: name, Path.Field.jsonName)
  }

  /// The default is kept as text, in the form the field's type gives it; a named type's is checked once it is known.
  private mutating func parseDefault(
    _ field: inout FieldDescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) {
    if field.defaultValue != nil {
      error("Already set option \"default\".")
      field.defaultValue = nil
    }
    lexer.next()
    try expect("=")
    let valueLocation = begin(location, Path.Field.defaultValue)
    defer { end(valueLocation) }

    guard let type = field.type else {
      field.defaultValue = lexer.text(current)
      lexer.next()
      return
    }
    switch type {
    case .int32, .sint32, .sfixed32, .int64, .sint64, .sfixed64:
      let isWide = type == .int64 || type == .sint64 || type == .sfixed64
      let maximum = isWide ? UInt64(Int64.max) : UInt64(Int32.max)
      let isNegative = take("-")
      let magnitude = try expectInteger(
        upTo: isNegative ? maximum + 1 : maximum, "Expected integer for field default value.")
      field.defaultValue = (isNegative && magnitude != 0 ? "-" : "") + String(magnitude)
    case .uint32, .fixed32, .uint64, .fixed64:
      let isWide = type == .uint64 || type == .fixed64
      if take("-") { error("Unsigned field can't have negative default value.") }
      field.defaultValue = String(
        try expectInteger(
          upTo: isWide ? .max : UInt64(UInt32.max), "Expected integer for field default value."))
    case .float, .double:
      let isNegative = take("-")
      let magnitude = try expectNumber("Expected number.")
      let value = isNegative ? -magnitude : magnitude
      field.defaultValue = type == .float ? FloatText.float(Float(value)) : FloatText.double(value)
    case .bool:
      guard at(.true) || at(.false) else { throw fail("Expected \"true\" or \"false\".") }
      field.defaultValue = current.keyword.text
      lexer.next()
    case .string:
      let text = try expectString("Expected string for field default value.")
      field.defaultValue = String(decoding: text, as: UTF8.self)
      field.keepBytes(ofText: text, Path.Field.defaultValue)
    case .bytes:
      field.defaultValue = CEscaping.escape(try expectString("Expected string."))
    case .enum:
      field.defaultValue = try expectIdentifier("Expected enum identifier for field default value.")
    case .message, .group:
      throw fail("Messages can't have default values.")
    }
  }
}

extension FieldDescriptorProto {
  /// A property of a descriptor is UTF-8, what a schema says in quotes need not be. Other bytes are kept behind the
  /// property, so that they are what is read back: of a field that is there twice, the last one counts.
  fileprivate mutating func keepBytes(ofText text: [UInt8], _ number: Int32) {
    guard String(validating: text, as: UTF8.self) == nil else { return }
    var field = WireBuffer()
    field.lengthDelimited(number, text)
    unknownFields.bytes += field.bytes
  }
}
