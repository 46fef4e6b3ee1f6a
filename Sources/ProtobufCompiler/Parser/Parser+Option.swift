// Options as written: a name of several parts and a value of one token, or a block that the text format reads later.
import ProtobufRuntime

extension Parser {
  /// `option name = value;`
  mutating func parseOptionStatement<Options: OptionsMessage>(
    _ options: inout Options?, _ location: SourceTable.Location
  ) throws(Abandoned) {
    let optionLocation = beginOption(options, location)
    defer { end(optionLocation) }
    try expect(.option)
    try parseOption(&options, optionLocation)
    try expectEnd(";", of: optionLocation)
  }

  /// `name = value`, in brackets.
  mutating func parseOptionAssignment<Options: OptionsMessage>(
    _ options: inout Options?, _ location: SourceTable.Location
  ) throws(Abandoned) {
    let optionLocation = beginOption(options, location)
    defer { end(optionLocation) }
    try parseOption(&options, optionLocation)
  }

  private mutating func beginOption<Options: OptionsMessage>(
    _ options: Options?, _ location: SourceTable.Location
  ) -> SourceTable.Location {
    begin(location, Path.UninterpretedOption.inOptions, options?.uninterpretedOption.count ?? 0)
  }

  private mutating func parseOption<Options: OptionsMessage>(
    _ options: inout Options?, _ location: SourceTable.Location
  ) throws(Abandoned) {
    var option = UninterpretedOption()
    defer {
      var all = options ?? Options()
      all.uninterpretedOption.append(option)
      options = all
    }
    do {
      let nameLocation = begin(location, Path.UninterpretedOption.name)
      defer { end(nameLocation) }
      repeat {
        let partLocation = begin(nameLocation, Int32(truncatingIfNeeded: option.name.count))
        defer { end(partLocation) }
        option.name.append(try parseNamePart(partLocation))
      } while take(".")
    }
    try expect("=")
    let valueLocation = table.begin(location, at: current)
    defer { end(valueLocation) }
    try parseValue(&option, valueLocation)
  }

  /// `name`, or `(extension.name)`, which may begin with a dot.
  private mutating func parseNamePart(
    _ location: SourceTable.Location
  ) throws(Abandoned) -> UninterpretedOption.NamePart {
    guard at("(") else {
      let nameLocation = begin(location, Path.UninterpretedOption.namePart)
      defer { end(nameLocation) }
      return .init(namePart: try expectIdentifier("Expected identifier."), isExtension: false)
    }
    lexer.next()
    var name = ""
    do {
      let nameLocation = begin(location, Path.UninterpretedOption.namePart)
      defer { end(nameLocation) }
      if current.kind == .identifier {
        name = try expectIdentifier("Expected identifier.")
      }
      while take(".") {
        name += "."
        name += try expectIdentifier("Expected identifier.")
      }
    }
    try expect(")")
    return .init(namePart: name, isExtension: true)
  }

  private mutating func parseValue(
    _ option: inout UninterpretedOption, _ location: SourceTable.Location
  ) throws(Abandoned) {
    let isNegative = take("-")
    switch current.kind {
    case .start, .end:
      throw fail("Unexpected end of stream while parsing option value.")
    case .identifier:
      if isNegative {
        // The two words that are numbers.
        guard at(.inf) || at(.nan) else { throw fail("Invalid '-' symbol before identifier.") }
        table.setComponent(location, Path.UninterpretedOption.doubleValue)
        option.doubleValue = at(.inf) ? -.infinity : -.nan
        lexer.next()
        return
      }
      table.setComponent(location, Path.UninterpretedOption.identifierValue)
      option.identifierValue = try expectIdentifier("Expected identifier.")
    case .integer:
      let maximum = isNegative ? UInt64(Int64.max) + 1 : .max
      if let magnitude = Literals.integer(lexer.range(current), maximum: maximum) {
        lexer.next()
        if isNegative {
          table.setComponent(location, Path.UninterpretedOption.negativeIntValue)
          option.negativeIntValue = Int64(truncatingIfNeeded: 0 &- magnitude)
        } else {
          table.setComponent(location, Path.UninterpretedOption.positiveIntValue)
          option.positiveIntValue = magnitude
        }
      } else {
        // Too large for an integer, and so a double.
        table.setComponent(location, Path.UninterpretedOption.doubleValue)
        let value = try expectNumber("Expected number.")
        option.doubleValue = isNegative ? -value : value
      }
    case .float:
      table.setComponent(location, Path.UninterpretedOption.doubleValue)
      let value = try expectNumber("Expected number.")
      option.doubleValue = isNegative ? -value : value
    case .string:
      if isNegative { throw fail("Invalid '-' symbol before string.") }
      table.setComponent(location, Path.UninterpretedOption.stringValue)
      option.stringValue = try expectString("Expected string.")
    case .symbol:
      guard at("{") else { throw fail("Expected option value.") }
      table.setComponent(location, Path.UninterpretedOption.aggregateValue)
      option.aggregateValue = try parseAggregate()
    }
  }

  /// The tokens between braces, set apart by blanks; the text format reads them once the option's type is known.
  private mutating func parseAggregate() throws(Abandoned) -> String {
    lexer.next()
    var text: [UInt8] = []
    var depth = 1
    while !atEnd {
      if at("{") {
        depth += 1
      } else if at("}") {
        depth -= 1
        if depth == 0 {
          lexer.next()
          return String(decoding: text, as: UTF8.self)
        }
      }
      if !text.isEmpty { text.append(0x20) }
      text.append(contentsOf: lexer.range(current))
      lexer.next()
    }
    throw fail("Unexpected end of stream while parsing aggregate value.")
  }
}
