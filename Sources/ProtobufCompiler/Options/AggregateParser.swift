// Reads the text format, in which an option's value in braces is written, by the descriptors of the option's type.
import ProtobufRuntime

/// Why an aggregate value could not be read.
struct AggregateError: Error {
  var message: String
}

struct AggregateParser {
  private var lexer: Lexer
  private let types: OptionTypes
  /// Finds an extension by the name written in brackets.
  private let findExtension: (String) -> SymbolID?
  private let depthLimit: Int

  init(
    _ text: String, types: OptionTypes, depthLimit: Int, findExtension: @escaping (String) -> SymbolID?
  ) {
    lexer = Lexer(Array(text.utf8), dialect: .textFormat, errorLimit: 1)
    self.types = types
    self.depthLimit = depthLimit
    self.findExtension = findExtension
    lexer.next()
  }

  /// The whole text as one message of `type`.
  mutating func parse(_ type: OptionType) throws(AggregateError) -> AggregateMessage {
    let message = try parseFields(of: type, until: nil, depth: 1)
    if let problem = lexer.problems.found.first { throw AggregateError(message: problem.message) }
    let missing = message.missingRequired()
    guard missing.isEmpty else {
      throw AggregateError(message: "Message missing required fields: \(missing.joined(separator: ", "))")
    }
    return message
  }

  // MARK: Tokens

  private var current: Token { lexer.current }

  private func at(_ symbol: Unicode.Scalar) -> Bool {
    current.symbol == UInt8(truncatingIfNeeded: symbol.value)
  }

  private mutating func take(_ symbol: Unicode.Scalar) -> Bool {
    guard at(symbol) else { return false }
    lexer.next()
    return true
  }

  private mutating func expect(_ symbol: Unicode.Scalar) throws(AggregateError) {
    guard take(symbol) else {
      throw AggregateError(message: "Expected \"\(symbol)\", found \"\(lexer.text(current))\".")
    }
  }

  private mutating func identifier() throws(AggregateError) -> String {
    guard current.kind == .identifier else {
      throw AggregateError(message: "Expected identifier, got: \(lexer.text(current))")
    }
    let text = lexer.text(current)
    lexer.next()
    return text
  }

  // MARK: Messages

  private mutating func parseFields(
    of type: OptionType, until closing: Unicode.Scalar?, depth: Int
  ) throws(AggregateError) -> AggregateMessage {
    guard depth <= depthLimit else {
      throw AggregateError(
        message: "Message is too deep, the parser exceeded the configured recursion limit of \(depthLimit).")
    }
    let message = AggregateMessage(type: type)
    while true {
      if let closing {
        if take(closing) { return message }
        guard current.kind != .end else {
          throw AggregateError(message: "Expected \"\(closing)\", found \"\".")
        }
      } else if current.kind == .end {
        return message
      }
      try parseField(into: message, depth: depth)
      if !take(";") { _ = take(",") }
    }
  }

  private mutating func parseField(into message: AggregateMessage, depth: Int) throws(AggregateError) {
    let field: OptionField
    if take("[") {
      let name = try bracketedName()
      if name.contains("/") {
        try parseExpandedAny(name, into: message, depth: depth)
        return
      }
      guard let id = findExtension(name), let found = types.extension(id),
        found.descriptor.extendee == message.type.reference
      else {
        throw AggregateError(
          message: "Extension \"\(name)\" is not defined or is not an extension of \"\(message.type.fullName)\".")
      }
      field = found
    } else {
      field = try namedField(in: message.type)
    }

    if field.isMessage {
      _ = take(":")
    } else {
      try expect(":")
    }
    if field.isRepeated, take("[") {
      if take("]") { return }
      repeat {
        try parseValue(of: field, into: message, depth: depth)
      } while take(",")
      try expect("]")
      return
    }
    try checkRoom(for: field, in: message)
    try parseValue(of: field, into: message, depth: depth)
  }

  /// A field by its name, or a group by its message's.
  private mutating func namedField(in type: OptionType) throws(AggregateError) -> OptionField {
    let name = try identifier()
    if let field = type.field(named: name), field.type != .group || groupName(field) == name { return field }
    let lowercased = String(decoding: name.utf8.map { $0.isUppercase ? $0 + 32 : $0 }, as: UTF8.self)
    if let field = type.field(named: lowercased), field.type == .group, groupName(field) == name { return field }
    throw AggregateError(message: "Message type \"\(type.fullName)\" has no field named \"\(name)\".")
  }

  private func groupName(_ field: OptionField) -> String {
    String(field.descriptor.typeName?.split(separator: ".").last ?? "")
  }

  private func checkRoom(for field: OptionField, in message: AggregateMessage) throws(AggregateError) {
    guard !field.isRepeated else { return }
    if message.has(field) {
      throw AggregateError(message: "Non-repeated field \"\(field.name)\" is specified multiple times.")
    }
    if !field.isExtension, let index = field.descriptor.oneofIndex, let other = message.oneofs[index] {
      let oneof = message.type.oneofs[safely: index] ?? ""
      throw AggregateError(
        message: "Field \"\(field.name)\" is specified along with field \"\(other)\", another member of oneof "
          + "\"\(oneof)\".")
    }
  }

  /// What stands in brackets: an extension's name, or a type URL.
  private mutating func bracketedName() throws(AggregateError) -> String {
    var name = try identifier()
    while true {
      if take(".") {
        name += "." + (try identifier())
      } else if take("/") {
        name += "/" + (try identifier())
      } else if take("-") {
        name += "-" + (try identifier())
      } else {
        break
      }
    }
    try expect("]")
    return name
  }

  /// `[type.googleapis.com/a.B] { … }` in a google.protobuf.Any.
  private mutating func parseExpandedAny(
    _ url: String, into message: AggregateMessage, depth: Int
  ) throws(AggregateError) {
    guard message.type.reference == ".google.protobuf.Any",
      let urlField = message.type.field(named: "type_url"), let valueField = message.type.field(named: "value")
    else {
      throw AggregateError(message: "Type URL \"\(url)\" can stand only in a google.protobuf.Any.")
    }
    guard let slash = url.lastIndex(of: "/"),
      ["type.googleapis.com", "type.googleprod.com"].contains(url[..<slash]),
      let type = types.message("." + url[url.index(after: slash)...])
    else {
      throw AggregateError(message: "Could not find type \"\(url)\" stored in google.protobuf.Any.")
    }
    guard !message.has(urlField), !message.has(valueField) else {
      throw AggregateError(message: "Non-repeated Any specified multiple times.")
    }
    _ = take(":")
    let value = try parseMessageValue(type, depth: depth)
    message.add(.scalar(.bytes(Array(url.utf8))), to: urlField)
    message.add(.scalar(.bytes(value.serialized())), to: valueField)
  }

  private mutating func parseMessageValue(
    _ type: OptionType, depth: Int
  ) throws(AggregateError) -> AggregateMessage {
    if take("<") { return try parseFields(of: type, until: ">", depth: depth + 1) }
    try expect("{")
    return try parseFields(of: type, until: "}", depth: depth + 1)
  }

  // MARK: Values

  private mutating func parseValue(
    of field: OptionField, into message: AggregateMessage, depth: Int
  ) throws(AggregateError) {
    guard field.isMessage else {
      message.add(.scalar(try parseScalar(of: field)), to: field)
      return
    }
    guard let type = types.message(field.descriptor.typeName ?? "") else {
      throw AggregateError(message: "The type of field \"\(field.name)\" is not defined.")
    }
    let value = try parseMessageValue(type, depth: depth)
    if type.isMapEntry { completeMapEntry(value) }
    message.add(.message(value), to: field)
  }

  /// Gives a map's entry the key and the value that are left out.
  private func completeMapEntry(_ entry: AggregateMessage) {
    for field in entry.type.allFields where !entry.has(field) {
      switch field.type {
      case .string, .bytes: entry.add(.scalar(.bytes([])), to: field)
      case .float, .double: entry.add(.scalar(.float(0, as: field.type)), to: field)
      case .bool: entry.add(.scalar(.bool(false)), to: field)
      case .enum:
        let first = types.enumType(field.descriptor.typeName ?? "")?.value.first
        entry.add(.scalar(.enumValue(first?.number ?? 0)), to: field)
      case .message, .group:
        if let type = types.message(field.descriptor.typeName ?? "") {
          entry.add(.message(AggregateMessage(type: type)), to: field)
        }
      default:
        if let zero = OptionScalar.integer(magnitude: 0, isNegative: false, as: field.type) {
          entry.add(.scalar(zero), to: field)
        }
      }
    }
  }

  private mutating func parseScalar(of field: OptionField) throws(AggregateError) -> OptionScalar {
    switch field.type {
    case .string, .bytes:
      guard current.kind == .string else {
        throw AggregateError(message: "Expected string, got: \(lexer.text(current))")
      }
      var bytes: [UInt8] = []
      while current.kind == .string {
        Literals.appendString(lexer.range(current), to: &bytes)
        lexer.next()
      }
      return .bytes(bytes)
    case .bool:
      return .bool(try parseBool(field))
    case .enum:
      return .enumValue(try parseEnum(field))
    case .float, .double:
      let isNegative = take("-")
      let value = try parseDouble()
      return .float(isNegative ? -value : value, as: field.type)
    default:
      let isNegative = take("-")
      guard current.kind == .integer else {
        throw AggregateError(message: "Expected integer, got: \(lexer.text(current))")
      }
      guard let magnitude = Literals.integer(lexer.range(current), maximum: .max),
        let scalar = OptionScalar.integer(magnitude: magnitude, isNegative: isNegative, as: field.type)
      else {
        throw AggregateError(message: "Integer out of range (\(lexer.text(current)))")
      }
      lexer.next()
      return scalar
    }
  }

  private mutating func parseBool(_ field: OptionField) throws(AggregateError) -> Bool {
    let text = lexer.text(current)
    if current.kind == .integer {
      guard let value = Literals.integer(lexer.range(current), maximum: 1) else {
        throw AggregateError(message: "Integer out of range (\(text))")
      }
      lexer.next()
      return value == 1
    }
    let word = try identifier()
    switch word {
    case "true", "True", "t": return true
    case "false", "False", "f": return false
    default:
      throw AggregateError(
        message: "Invalid value for boolean field \"\(field.name)\". Value: \"\(word)\".")
    }
  }

  private mutating func parseEnum(_ field: OptionField) throws(AggregateError) -> Int32 {
    guard let type = types.enumType(field.descriptor.typeName ?? "") else {
      throw AggregateError(message: "The type of field \"\(field.name)\" is not defined.")
    }
    let unknown: String
    if current.kind == .identifier {
      let name = try identifier()
      if let value = type.value.first(where: { $0.name == name }) { return value.number ?? 0 }
      unknown = name
    } else if at("-") || current.kind == .integer {
      let isNegative = take("-")
      guard current.kind == .integer,
        let magnitude = Literals.integer(lexer.range(current), maximum: UInt64(Int32.max) + (isNegative ? 1 : 0))
      else {
        throw AggregateError(message: "Expected integer or identifier, got: \(lexer.text(current))")
      }
      lexer.next()
      let number = Int32(
        truncatingIfNeeded: isNegative ? -Int64(truncatingIfNeeded: magnitude) : Int64(truncatingIfNeeded: magnitude))
      if type.value.contains(where: { $0.number == number }) { return number }
      unknown = String(number)
    } else {
      throw AggregateError(message: "Expected integer or identifier, got: \(lexer.text(current))")
    }
    throw AggregateError(
      message: "Unknown enumeration value of \"\(unknown)\" for field \"\(field.name)\".")
  }

  private mutating func parseDouble() throws(AggregateError) -> Double {
    let range = lexer.range(current)
    switch current.kind {
    case .float:
      lexer.next()
      return Literals.double(range)
    case .integer:
      guard range.first != 0x30 || range.count == 1 else {
        throw AggregateError(message: "Expect a decimal number, got: \(lexer.text(current))")
      }
      lexer.next()
      return Literals.double(range)
    case .identifier:
      let text = lexer.text(current)
      let word = String(decoding: text.utf8.map { $0.isUppercase ? $0 + 32 : $0 }, as: UTF8.self)
      lexer.next()
      switch word {
      case "inf", "infinity": return .infinity
      case "nan": return .nan
      default: throw AggregateError(message: "Expected double, got: \(text)")
      }
    default:
      throw AggregateError(message: "Expected double, got: \(lexer.text(current))")
    }
  }
}
