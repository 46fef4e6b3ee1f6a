// Messages: their block, oneofs, and the oneofs that proto3's `optional` stands for.
import ProtobufRuntime

extension Parser {
  /// `message Name { … }`
  mutating func parseMessage(
    _ message: inout DescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) {
    try expect(.message)
    let name = begin(location, Path.Message.name)
    message.name = try expectIdentifier("Expected message name.")
    end(name)
    try parseMessageBlock(&message, location)
  }

  /// The braces of a message or a group, and what is between them.
  mutating func parseMessageBlock(
    _ message: inout DescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) {
    messageDepth += 1
    defer { messageDepth -= 1 }
    guard messageDepth < limits.messageDepth else {
      throw fail("Reached maximum recursion limit for nested messages.")
    }
    try expectEnd("{", of: location)
    while !takeEnd("}", of: nil) {
      guard !atEnd else {
        throw fail("Reached end of input in message definition (missing '}').")
      }
      do {
        try parseMessageStatement(&message, location)
      } catch {
        skipStatement()
      }
    }
    closeRanges(of: &message)
    if edition == .proto3 { addSyntheticOneofs(to: &message) }
  }

  private mutating func parseMessageStatement(
    _ message: inout DescriptorProto, _ parent: SourceTable.Location
  ) throws(Abandoned) {
    if takeEnd(";", of: nil) { return }
    let visibility = try parseVisibility()
    switch current.keyword {
    case .message:
      let location = begin(parent, Path.Message.nestedType, message.nestedType.count)
      defer { end(location) }
      var nested = DescriptorProto()
      nested.visibility = visibility
      defer { message.nestedType.append(nested) }
      try parseMessage(&nested, location)
    case .enum:
      let location = begin(parent, Path.Message.enumType, message.enumType.count)
      defer { end(location) }
      var enumType = EnumDescriptorProto()
      enumType.visibility = visibility
      defer { message.enumType.append(enumType) }
      try parseEnum(&enumType, location)
    case .extensions:
      let location = begin(parent, Path.Message.extensionRange)
      defer { end(location) }
      try parseExtensions(&message, location)
    case .reserved:
      try parseReserved(&message, parent)
    case .extend:
      let location = begin(parent, Path.Message.extension)
      defer { end(location) }
      try parseExtend(
        &message.extension, nested: &message.nestedType, location, parent: parent,
        nestedComponent: Path.Message.nestedType)
    case .option:
      let location = begin(parent, Path.Message.options)
      defer { end(location) }
      try parseOptionStatement(&message.options, location)
    case .oneof:
      let location = begin(parent, Path.Message.oneof, message.oneofDecl.count)
      defer { end(location) }
      try parseOneof(&message, location, parent: parent)
    default:
      let location = begin(parent, Path.Message.field, message.field.count)
      defer { end(location) }
      var field = FieldDescriptorProto()
      defer { message.field.append(field) }
      try parseField(
        &field, nested: &message.nestedType, location, parent: parent, nestedComponent: Path.Message.nestedType)
    }
  }

  /// `oneof name { … }`
  private mutating func parseOneof(
    _ message: inout DescriptorProto, _ location: SourceTable.Location, parent: SourceTable.Location
  ) throws(Abandoned) {
    let index = message.oneofDecl.count
    message.oneofDecl.append(OneofDescriptorProto())
    try expect(.oneof)
    let name = begin(location, Path.Oneof.name)
    message.oneofDecl[index].name = try expectIdentifier("Expected oneof name.")
    end(name)
    try expectEnd("{", of: location)

    repeat {
      guard !atEnd else {
        throw fail("Reached end of input in oneof definition (missing '}').")
      }
      if at(.option) {
        let option = begin(location, Path.Oneof.options)
        defer { end(option) }
        try parseOptionStatement(&message.oneofDecl[index].options, option)
        continue
      }
      if at(.required) || at(.optional) || at(.repeated) {
        error("Fields in oneofs must not have labels (required / optional / repeated).")
        lexer.next()
      }
      let fieldLocation = begin(parent, Path.Message.field, message.field.count)
      defer { end(fieldLocation) }
      var field = FieldDescriptorProto()
      field.label = .optional
      field.oneofIndex = Int32(truncatingIfNeeded: index)
      defer { message.field.append(field) }
      do {
        try parseFieldAfterLabel(
          &field, nested: &message.nestedType, fieldLocation, parent: parent,
          nestedComponent: Path.Message.nestedType)
      } catch {
        skipStatement()
      }
    } while !takeEnd("}", of: nil)
  }

  /// Gives every `optional` field of proto3 a oneof of its own, after the real ones, named for the field.
  private func addSyntheticOneofs(to message: inout DescriptorProto) {
    guard message.field.contains(where: { $0.proto3Optional == true }) else { return }
    var taken = Set(message.field.map { $0.name ?? "" })
    taken.formUnion(message.oneofDecl.map { $0.name ?? "" })
    for index in message.field.indices where message.field[index].proto3Optional == true {
      var name = message.field[index].name ?? ""
      if !name.hasPrefix("_") { name = "_" + name }
      while taken.contains(name) { name = "X" + name }
      taken.insert(name)
      message.field[index].oneofIndex = Int32(truncatingIfNeeded: message.oneofDecl.count)
      message.oneofDecl.append(OneofDescriptorProto(name: name))
    }
  }
}
