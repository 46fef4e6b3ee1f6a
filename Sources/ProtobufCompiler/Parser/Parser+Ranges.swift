// Number ranges and names set aside: `extensions` and `reserved` of messages, `reserved` of enums.
import ProtobufRuntime

/// Ends of ranges as descriptors count them.
enum RangeEnd {
  /// One past the largest field number, 2²⁹ − 1.
  static let afterLastField: Int32 = 536_870_912
  /// In a message set, whose numbers are not bound to a tag.
  static let afterLastInMessageSet: Int32 = .max
  /// `max` before it is known which of the two it means.
  static let open: Int32 = -1
}

extension Parser {
  /// `extensions 100 to 199, 1000 to max [verification = UNVERIFIED];`
  mutating func parseExtensions(
    _ message: inout DescriptorProto, _ location: SourceTable.Location
  ) throws(Abandoned) {
    lexer.next()
    let first = message.extensionRange.count
    var rangeLocations: [SourceTable.Location] = []
    repeat {
      let rangeLocation = begin(location, Int32(truncatingIfNeeded: message.extensionRange.count))
      defer { end(rangeLocation) }
      rangeLocations.append(rangeLocation)
      let (start, end) = try parseNumberRange(rangeLocation, "Expected field number range.")
      message.extensionRange.append(.init(start: start, end: end))
    } while take(",")

    if at("[") {
      try parseExtensionRangeOptions(&message, from: first, location, rangeLocations)
    }
    try expectEnd(";", of: location)
  }

  /// The options are written once and belong to every range of the statement, places included.
  private mutating func parseExtensionRangeOptions(
    _ message: inout DescriptorProto, from first: Int, _ location: SourceTable.Location,
    _ rangeLocations: [SourceTable.Location]
  ) throws(Abandoned) {
    let recorded = table.count
    let placeholder = begin(location, 0)
    let optionsLocation = begin(placeholder, Path.Range.options)
    var options: ExtensionRangeOptions?
    lexer.next()
    repeat {
      try parseOptionAssignment(&options, optionsLocation)
    } while take(",")
    try expect("]")
    end(optionsLocation)

    let places = table.cut(from: recorded)
    for (index, rangeLocation) in zip(message.extensionRange.indices.dropFirst(first), rangeLocations) {
      message.extensionRange[index].options = options
      table.paste(places, cutFrom: recorded, under: rangeLocation)
    }
  }

  /// `reserved 2, 9 to 11;`, `reserved "foo";`, and from editions on `reserved foo;`
  mutating func parseReserved(
    _ message: inout DescriptorProto, _ parent: SourceTable.Location
  ) throws(Abandoned) {
    let start = current
    lexer.next()
    if try looksLikeReservedName() {
      let location = table.begin(parent, Path.Message.reservedName, at: start)
      defer { end(location) }
      try parseReservedNames(&message.reservedName, location, "Expected field name string literal.")
      return
    }
    let location = table.begin(parent, Path.Message.reservedRange, at: start)
    defer { end(location) }
    var isFirst = true
    repeat {
      let rangeLocation = begin(location, Int32(truncatingIfNeeded: message.reservedRange.count))
      defer { end(rangeLocation) }
      let (start, end) = try parseNumberRange(
        rangeLocation, isFirst ? "Expected field name or number range." : "Expected field number range.")
      message.reservedRange.append(.init(start: start, end: end))
      isFirst = false
    } while take(",")
    try expectEnd(";", of: location)
  }

  /// `reserved -3, 5 to max;` and names, in an enum; ends of ranges are inclusive there.
  mutating func parseReserved(
    _ enumType: inout EnumDescriptorProto, _ parent: SourceTable.Location
  ) throws(Abandoned) {
    let start = current
    lexer.next()
    if try looksLikeReservedName() {
      let location = table.begin(parent, Path.EnumType.reservedName, at: start)
      defer { end(location) }
      try parseReservedNames(&enumType.reservedName, location, "Expected enum value string literal.")
      return
    }
    let location = table.begin(parent, Path.EnumType.reservedRange, at: start)
    defer { end(location) }
    var isFirst = true
    repeat {
      let rangeLocation = begin(location, Int32(truncatingIfNeeded: enumType.reservedRange.count))
      defer { end(rangeLocation) }
      let (start, end) = try parseEnumRange(
        rangeLocation, isFirst ? "Expected enum value or number range." : "Expected enum number range.")
      enumType.reservedRange.append(.init(start: start, end: end))
      isFirst = false
    } while take(",")
    try expectEnd(";", of: location)
  }

  /// Names are strings before editions and identifiers from then on.
  private mutating func looksLikeReservedName() throws(Abandoned) -> Bool {
    let isEdition = edition.rawValue >= Edition.edition2023.rawValue
    if current.kind == .string {
      if isEdition {
        error(
          "Reserved names must be identifiers in editions, not string literals.")
      }
      return true
    }
    if current.kind == .identifier {
      if !isEdition {
        throw fail("Reserved names must be string literals. (Only editions supports identifiers.)")
      }
      return true
    }
    return false
  }

  private mutating func parseReservedNames(
    _ names: inout [String], _ location: SourceTable.Location, _ message: String
  ) throws(Abandoned) {
    let isEdition = edition.rawValue >= Edition.edition2023.rawValue
    repeat {
      let nameLocation = begin(location, Int32(truncatingIfNeeded: names.count))
      defer { end(nameLocation) }
      if isEdition && current.kind == .identifier {
        names.append(try expectIdentifier(message))
      } else {
        names.append(String(decoding: try expectString(message), as: UTF8.self))
      }
    } while take(",")
    try expectEnd(";", of: location)
  }

  /// One range of field numbers, its end exclusive; `max` gives `RangeEnd.open`.
  private mutating func parseNumberRange(
    _ location: SourceTable.Location, _ message: String
  ) throws(Abandoned) -> (start: Int32, end: Int32) {
    let startToken = current
    let startLocation = begin(location, Path.Range.start)
    let start = try expectInt32(message)
    end(startLocation)

    guard take(.to) else {
      mark(location, Path.Range.end, startToken)
      return (start, exclusive(start, at: startToken))
    }
    let endLocation = begin(location, Path.Range.end)
    defer { end(endLocation) }
    if take(.max) { return (start, RangeEnd.open) }
    let endToken = current
    return (start, exclusive(try expectInt32("Expected integer."), at: endToken))
  }

  /// One past `last`, for which 2³¹ − 1 leaves no room.
  private mutating func exclusive(_ last: Int32, at token: Token) -> Int32 {
    guard last < .max else {
      error(at: token, "Integer out of range.")
      return last
    }
    return last + 1
  }

  private mutating func parseEnumRange(
    _ location: SourceTable.Location, _ message: String
  ) throws(Abandoned) -> (start: Int32, end: Int32) {
    let startToken = current
    let startLocation = begin(location, Path.Range.start)
    let start = try expectSignedInt32(message)
    end(startLocation)

    guard take(.to) else {
      mark(location, Path.Range.end, startToken)
      return (start, start)
    }
    let endLocation = begin(location, Path.Range.end)
    defer { end(endLocation) }
    if take(.max) { return (start, .max) }
    return (start, try expectSignedInt32("Expected integer."))
  }

  /// Gives `max` its number, which only the whole message tells: a message set has more.
  func closeRanges(of message: inout DescriptorProto) {
    guard !message.extensionRange.isEmpty || !message.reservedRange.isEmpty else { return }
    let isMessageSet =
      message.options?.uninterpretedOption.contains {
        $0.name.count == 1 && $0.name[0].namePart == "message_set_wire_format" && $0.identifierValue == "true"
      } ?? false
    let last = isMessageSet ? RangeEnd.afterLastInMessageSet : RangeEnd.afterLastField
    for index in message.extensionRange.indices where message.extensionRange[index].end == RangeEnd.open {
      message.extensionRange[index].end = last
    }
    for index in message.reservedRange.indices where message.reservedRange[index].end == RangeEnd.open {
      message.reservedRange[index].end = last
    }
  }
}
