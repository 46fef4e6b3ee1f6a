// Third phase: options become fields. Known and custom options take one way: each part of a name is looked up in the
// descriptor of the options message, the value is encoded as that field, and the bytes of all are decoded into the
// options message, where those it has no member for stay as unknown fields.
import ProtobufRuntime

extension FileLinker {
  func interpretOptions(_ file: inout FileDescriptorProto, types: OptionTypes) {
    let interpreter = OptionInterpreter(linker: self, types: types)
    interpreter.interpret(&file.options, Path.File.options, scope: package, target: .targetTypeFile)
    for index in file.messageType.indices {
      inside(Path.File.message, index) {
        interpreter.interpret(
          &file.messageType[index], scope(file.messageType[index].name, in: package), in: package)
      }
    }
    for index in file.enumType.indices {
      inside(Path.File.enumType, index) { interpreter.interpret(&file.enumType[index], in: package) }
    }
    for index in file.extension.indices {
      inside(Path.File.extension, index) { interpreter.interpret(field: &file.extension[index], in: package) }
    }
    for index in file.service.indices {
      inside(Path.File.service, index) { interpreter.interpret(&file.service[index], in: package) }
    }
  }
}

struct OptionInterpreter {
  let linker: FileLinker
  let types: OptionTypes

  // MARK: Walking the file

  fileprivate func interpret(_ message: inout DescriptorProto, _ id: SymbolID, in scope: SymbolID) {
    interpret(&message.options, Path.Message.options, scope: scope, target: .targetTypeMessage)
    for index in message.field.indices {
      linker.inside(Path.Message.field, index) { interpret(field: &message.field[index], in: id) }
    }
    for index in message.oneofDecl.indices where message.oneofDecl[index].options != nil {
      linker.inside(Path.Message.oneof, index) {
        interpret(&message.oneofDecl[index].options, Path.Oneof.options, scope: id, target: .targetTypeOneof)
      }
    }
    for index in message.extensionRange.indices where message.extensionRange[index].options != nil {
      linker.inside(Path.Message.extensionRange, index) {
        interpret(
          &message.extensionRange[index].options, Path.Range.options, scope: scope,
          target: .targetTypeExtensionRange)
      }
    }
    for index in message.nestedType.indices {
      linker.inside(Path.Message.nestedType, index) {
        interpret(&message.nestedType[index], linker.scope(message.nestedType[index].name, in: id), in: id)
      }
    }
    for index in message.enumType.indices {
      linker.inside(Path.Message.enumType, index) { interpret(&message.enumType[index], in: id) }
    }
    for index in message.extension.indices {
      linker.inside(Path.Message.extension, index) { interpret(field: &message.extension[index], in: id) }
    }
  }

  fileprivate func interpret(field: inout FieldDescriptorProto, in scope: SymbolID) {
    guard field.options != nil else { return }
    interpret(&field.options, Path.Field.options, scope: scope, target: .targetTypeField)
  }

  fileprivate func interpret(_ enumType: inout EnumDescriptorProto, in scope: SymbolID) {
    interpret(&enumType.options, Path.EnumType.options, scope: scope, target: .targetTypeEnum)
    for index in enumType.value.indices where enumType.value[index].options != nil {
      linker.inside(Path.EnumType.value, index) {
        interpret(
          &enumType.value[index].options, Path.EnumValue.options, scope: scope, target: .targetTypeEnumEntry)
      }
    }
  }

  fileprivate func interpret(_ service: inout ServiceDescriptorProto, in scope: SymbolID) {
    interpret(&service.options, Path.Service.options, scope: scope, target: .targetTypeService)
    let id = linker.scope(service.name, in: scope)
    for index in service.method.indices where service.method[index].options != nil {
      linker.inside(Path.Service.method, index) {
        interpret(&service.method[index].options, Path.Method.options, scope: id, target: .targetTypeMethod)
      }
    }
  }

  // MARK: One options message

  /// Interprets what the parser left in `options`, which is field `component` of what `linker.path` names. Names are
  /// looked up from `scope`.
  fileprivate func interpret<Options: OptionsMessage>(
    _ options: inout Options?, _ component: Int32, scope: SymbolID, target: FieldOptions.OptionTargetType
  ) {
    guard var message = options, !message.uninterpretedOption.isEmpty else { return }
    let written = message.uninterpretedOption
    message.uninterpretedOption = []
    guard let type = types.message(".google.protobuf.\(Options.optionsName)") else { return }

    let context = OptionContext(
      scope: scope, target: target, path: linker.path + [component])
    var buffer = WireBuffer()
    buffer.append(message.serializedBytes())
    let present = PresentFields()
    for (index, option) in written.enumerated() {
      do {
        try interpret(option, index, of: type, context, present, into: &buffer)
      } catch {
        linker.error(
          at: context.path + [Path.UninterpretedOption.inOptions, Int32(truncatingIfNeeded: index)]
            + (error.concernsValue ? [option.valueComponent] : [Path.UninterpretedOption.name]),
          message: error.message)
      }
    }
    do {
      let interpreted = try Options(serializedBytes: buffer.bytes)
      if let features = interpreted.features { linker.check(features, target: target) }
      options = interpreted
    } catch {
      linker.error(at: context.path, message: "Some options could not be correctly parsed: \(error)")
    }
  }

  private func interpret(
    _ option: UninterpretedOption, _ index: Int, of type: OptionType, _ context: OptionContext,
    _ present: PresentFields, into buffer: inout WireBuffer
  ) throws(OptionError) {
    guard option.name.first?.namePart != "uninterpreted_option" || option.name.first?.isExtension == true else {
      throw OptionError("Option must not use reserved name \"uninterpreted_option\".")
    }
    let name = option.spelledName
    let (fields, last) = try resolve(option, type, context)
    try linker.checkUse(of: fields + [last], target: context.target, name: name)

    // A singular field is set once, however its path is written.
    var node = present
    for field in fields { node = node.child(field.number) }
    guard last.isRepeated || node.children[last.number] == nil else {
      throw OptionError("Option \"\(name)\" was already set.")
    }
    let leaf = node.child(last.number)

    var path = context.path + fields.map(\.number) + [last.number]
    if last.isRepeated {
      path.append(leaf.count)
      leaf.count += 1
    }
    var inner = WireBuffer()
    try write(option, last, name: name, context, leaf, into: &inner)
    var bytes = inner.bytes
    for field in fields.reversed() {
      var outer = WireBuffer()
      // Not as an item of a message set, which protoc writes inside braces only.
      if field.isDelimited { outer.group(field.number, bytes) } else { outer.lengthDelimited(field.number, bytes) }
      bytes = outer.bytes
    }
    buffer.append(bytes)
    linker.optionPaths[context.path + [Path.UninterpretedOption.inOptions, Int32(truncatingIfNeeded: index)]] = path
  }

  // MARK: Names

  /// The fields that the parts of a name lead through, and the one that is set.
  private func resolve(
    _ option: UninterpretedOption, _ type: OptionType, _ context: OptionContext
  ) throws(OptionError) -> (through: [OptionField], last: OptionField) {
    var through: [OptionField] = []
    var type = type
    var spelled = ""
    for (index, part) in option.name.enumerated() {
      if !spelled.isEmpty { spelled += "." }
      let name = part.namePart ?? ""
      let field: OptionField
      if part.isExtension == true {
        spelled += "(\(name))"
        field = try linker.findExtension(name, spelled: spelled, of: type, context.scope, types)
      } else {
        spelled += name
        guard let found = type.field(named: name) else {
          throw OptionError(
            "Option \"\(spelled)\" unknown. Ensure that your proto definition file imports the proto which "
              + "defines the option.")
        }
        field = found
      }
      if index == option.name.count - 1 { return (through, field) }
      guard field.isMessage else {
        throw OptionError("Option \"\(spelled)\" is an atomic type, not a message.")
      }
      guard !field.isRepeated else {
        throw OptionError(
          "Option field \"\(spelled)\" is a repeated message. Repeated message options must be initialized using an "
            + "aggregate value.")
      }
      guard let next = types.message(field.descriptor.typeName ?? "") else {
        throw OptionError("The type of option \"\(spelled)\" is not defined.")
      }
      through.append(field)
      type = next
    }
    throw OptionError("An option needs a name.")
  }

  // MARK: Values

  private func write(
    _ option: UninterpretedOption, _ field: OptionField, name: String, _ context: OptionContext,
    _ leaf: PresentFields, into buffer: inout WireBuffer
  ) throws(OptionError) {
    if field.isMessage {
      let message = try parseAggregate(option, field, name: name, context)
      leaf.add(message)
      if field.isDelimited {
        buffer.group(field.number, message.serialized())
      } else {
        buffer.lengthDelimited(field.number, message.serialized())
      }
    } else {
      try scalar(option, field, name: name).write(field.number, to: &buffer)
    }
  }

  private func parseAggregate(
    _ option: UninterpretedOption, _ field: OptionField, name: String, _ context: OptionContext
  ) throws(OptionError) -> AggregateMessage {
    guard let text = option.aggregateValue else {
      throw OptionError(
        "Option \"\(name)\" is a message. To set the entire message, use syntax like \"\(name) = { <proto text "
          + "format> }\". To set fields within it, use syntax like \"\(name).foo = value\".", onValue: true)
    }
    guard let type = types.message(field.descriptor.typeName ?? "") else {
      throw OptionError("The type of option \"\(name)\" is not defined.")
    }
    var parser = AggregateParser(text, types: types, depthLimit: linker.limits.aggregateDepth) { name in
      linker.extensionSymbol(name, from: context.scope)
    }
    let message: AggregateMessage
    do {
      message = try parser.parse(type)
    } catch {
      throw OptionError("Error while parsing option value for \"\(name)\": \(error.message)", onValue: true)
    }
    try linker.checkUse(of: message, target: context.target)
    return message
  }

  private func scalar(
    _ option: UninterpretedOption, _ field: OptionField, name: String
  ) throws(OptionError) -> OptionScalar {
    let typeName = field.type.optionTypeName
    switch field.type {
    case .float, .double:
      let value: Double
      if let double = option.doubleValue {
        value = double
      } else if let positive = option.positiveIntValue {
        value = Double(positive)
      } else if let negative = option.negativeIntValue {
        value = Double(negative)
      } else if option.identifierValue == "inf" {
        value = .infinity
      } else if option.identifierValue == "nan" {
        value = .nan
      } else {
        throw OptionError("Value must be number for \(typeName) option \"\(name)\".", onValue: true)
      }
      return .float(value, as: field.type)
    case .bool:
      guard let word = option.identifierValue else {
        throw OptionError("Value must be identifier for boolean option \"\(name)\".", onValue: true)
      }
      guard word == "true" || word == "false" else {
        throw OptionError("Value must be \"true\" or \"false\" for boolean option \"\(name)\".", onValue: true)
      }
      return .bool(word == "true")
    case .enum:
      guard let word = option.identifierValue else {
        throw OptionError("Value must be identifier for enum-valued option \"\(name)\".", onValue: true)
      }
      let type = types.enumType(field.descriptor.typeName ?? "")
      guard let value = type?.value.first(where: { $0.name == word }) else {
        throw OptionError(
          "Enum type \"\((field.descriptor.typeName ?? "").dropFirst())\" has no value named \"\(word)\" for option "
            + "\"\(name)\".", onValue: true)
      }
      try linker.checkUse(of: value, named: word, option: name)
      return .enumValue(value.number ?? 0)
    case .string, .bytes:
      guard let bytes = option.stringValue else {
        throw OptionError("Value must be quoted string for \(typeName) option \"\(name)\".", onValue: true)
      }
      return .bytes(bytes)
    default:
      return try integer(option, field, name: name)
    }
  }

  private func integer(
    _ option: UninterpretedOption, _ field: OptionField, name: String
  ) throws(OptionError) -> OptionScalar {
    let (low, high) = field.type.rangeText
    let typeName = field.type.optionTypeName
    let magnitude: UInt64
    let isNegative: Bool
    if let positive = option.positiveIntValue {
      (magnitude, isNegative) = (positive, false)
    } else if let negative = option.negativeIntValue {
      (magnitude, isNegative) = (negative.magnitude, true)
    } else {
      throw OptionError(
        "Value must be integer, from \(low) to \(high), for \(typeName) option \"\(name)\".", onValue: true)
    }
    guard let scalar = OptionScalar.integer(magnitude: magnitude, isNegative: isNegative, as: field.type) else {
      throw OptionError("Value out of range, \(low) to \(high), for \(typeName) option \"\(name)\".", onValue: true)
    }
    return scalar
  }
}

/// Where the options being interpreted are.
struct OptionContext {
  /// Names are looked up from here.
  var scope: SymbolID
  var target: FieldOptions.OptionTargetType
  /// Path of the options message in source info.
  var path: [Int32]
}

struct OptionError: Error {
  var message: String
  /// Whether the value is wrong, or the name.
  var concernsValue: Bool

  init(_ message: String, onValue: Bool = false) {
    self.message = message
    concernsValue = onValue
  }
}

/// Which fields of an options message are set, those of messages in it included.
final class PresentFields {
  var children: [Int32: PresentFields] = [:]
  /// Of a repeated field, how many values.
  var count: Int32 = 0

  func child(_ number: Int32) -> PresentFields {
    if let known = children[number] { return known }
    let new = PresentFields()
    children[number] = new
    return new
  }

  func add(_ message: AggregateMessage) {
    for (number, entry) in message.entries {
      let node = child(number)
      for case .message(let nested) in entry.values { node.add(nested) }
    }
  }
}

extension UninterpretedOption {
  /// The name as it is written.
  var spelledName: String {
    name.map { part in
      part.isExtension == true ? "(\(part.namePart ?? ""))" : part.namePart ?? ""
    }.joined(separator: ".")
  }

  /// The path component under which the place of the value is recorded.
  var valueComponent: Int32 {
    if identifierValue != nil { return Path.UninterpretedOption.identifierValue }
    if positiveIntValue != nil { return Path.UninterpretedOption.positiveIntValue }
    if negativeIntValue != nil { return Path.UninterpretedOption.negativeIntValue }
    if doubleValue != nil { return Path.UninterpretedOption.doubleValue }
    if stringValue != nil { return Path.UninterpretedOption.stringValue }
    return Path.UninterpretedOption.aggregateValue
  }
}
