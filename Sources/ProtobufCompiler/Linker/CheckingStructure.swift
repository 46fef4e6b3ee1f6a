// Rules on numbers, names and ranges, which need no look beyond one message or enum.
import ProtobufRuntime

/// Limits of field numbers, from the encoding.
enum FieldNumber {
  /// 2²⁹ − 1: a tag has three bits of wire type.
  static let last: Int32 = 536_870_911
  static let reservedForImplementation: ClosedRange<Int32> = 19000...19999
}

extension FileLinker {
  func checkStructure(_ file: FileDescriptorProto) {
    for (index, message) in file.messageType.enumerated() {
      inside(Path.File.message, index) { checkStructure(message, scope(message.name, in: package)) }
    }
    for (index, enumType) in file.enumType.enumerated() {
      inside(Path.File.enumType, index) { checkStructure(enumType) }
    }
    for (index, field) in file.extension.enumerated() {
      inside(Path.File.extension, index) { checkNumber(of: field, isExtension: true) }
    }
  }

  private func checkStructure(_ message: DescriptorProto, _ id: SymbolID) {
    for (index, field) in message.field.enumerated() {
      inside(Path.Message.field, index) { checkNumber(of: field, isExtension: false) }
    }
    for (index, field) in message.extension.enumerated() {
      inside(Path.Message.extension, index) { checkNumber(of: field, isExtension: true) }
    }
    // Those that maps make have the option settled already.
    if message.options?.uninterpretedOption.contains(where: { $0.spelledName == "map_entry" }) == true {
      error(
        Path.Message.name,
        message: "map_entry should not be set explicitly. Use map<KeyType, ValueType> instead.")
    }
    checkFieldNumbers(of: message, id)
    checkRanges(of: message)
    checkReservedNames(message.reservedName, Path.Message.reservedName)
    checkOneofs(of: message)
    for (index, nested) in message.nestedType.enumerated() {
      inside(Path.Message.nestedType, index) { checkStructure(nested, scope(nested.name, in: id)) }
    }
    for (index, enumType) in message.enumType.enumerated() {
      inside(Path.Message.enumType, index) { checkStructure(enumType) }
    }
  }

  // MARK: Fields

  private func checkNumber(of field: FieldDescriptorProto, isExtension: Bool) {
    let number = field.number ?? 0
    if number <= 0 {
      error(Path.Field.number, message: "Field numbers must be positive integers.")
    } else if number > FieldNumber.last && !isExtension {
      error(Path.Field.number, message: "Field numbers cannot be greater than \(FieldNumber.last).")
    } else if FieldNumber.reservedForImplementation.contains(number) {
      error(
        Path.Field.number,
        message: "Field numbers 19000 through 19999 are reserved for the protocol buffer library implementation.")
    }
  }

  private func checkFieldNumbers(of message: DescriptorProto, _ id: SymbolID) {
    var fieldByNumber: [Int32: String] = [:]
    let reservedNames = Set(message.reservedName)
    let reserved = NumberRanges(message.reservedRange.map { NumberRange(start: $0.start, end: $0.end) })
    let extensions = NumberRanges(message.extensionRange.map { NumberRange(start: $0.start, end: $0.end) })
    for (index, field) in message.field.enumerated() {
      let number = field.number ?? 0
      let name = field.name ?? ""
      inside(Path.Message.field, index) {
        if let other = fieldByNumber[number] {
          error(
            Path.Field.number,
            message: "Field number \(number) has already been used in \"\(workspace.symbols.fullName(id))\" by "
              + "field \"\(other)\".")
        } else {
          fieldByNumber[number] = name
        }
        if reserved.find(number) != nil {
          error(Path.Field.number, message: "Field \"\(name)\" uses reserved number \(number).")
        }
        if reservedNames.contains(name) {
          error(Path.Field.name, message: "Field name \"\(name)\" is reserved.")
        }
        if let range = extensions.find(number) {
          error(
            Path.Field.number,
            message: "Extension range \(extensions[range]) includes field \"\(name)\" (\(number)).")
        }
      }
    }
  }

  // MARK: Ranges

  private func checkRanges(of message: DescriptorProto) {
    let isMessageSet = message.options?.uninterpretedOption.contains {
      $0.spelledName == "message_set_wire_format" && $0.identifierValue == "true"
    }
    let last = isMessageSet == true ? Int32.max : FieldNumber.last
    for (index, range) in message.extensionRange.enumerated() {
      inside(Path.Message.extensionRange, index) {
        let (start, end) = (range.start ?? 0, range.end ?? 0)
        if start <= 0 {
          error(Path.Range.start, message: "Extension numbers must be positive integers.")
        } else if start >= end {
          error(Path.Range.start, message: "Extension range end number must be greater than start number.")
        } else if Int64(end) > Int64(last) + 1 {
          error(Path.Range.end, message: "Extension numbers cannot be greater than \(last).")
        }
      }
    }
    for (index, range) in message.reservedRange.enumerated() {
      inside(Path.Message.reservedRange, index) {
        let (start, end) = (range.start ?? 0, range.end ?? 0)
        if start <= 0 {
          error(Path.Range.start, message: "Reserved numbers must be positive integers.")
        } else if start >= end {
          error(Path.Range.start, message: "Reserved range end number must be greater than start number.")
        }
      }
    }
    let extensions = NumberRanges(message.extensionRange.map { NumberRange(start: $0.start, end: $0.end) })
    let reserved = NumberRanges(message.reservedRange.map { NumberRange(start: $0.start, end: $0.end) })
    reportOverlaps(in: reserved, Path.Message.reservedRange, "Reserved range")
    reportOverlaps(in: extensions, Path.Message.extensionRange, "Extension range")
    for index in message.extensionRange.indices {
      guard let other = reserved.find(extensions[index]) else { continue }
      error(
        at: path + [Path.Message.extensionRange, Int32(truncatingIfNeeded: index), Path.Range.start],
        message: "Extension range \(extensions[index]) overlaps with reserved range \(reserved[other]).")
    }
  }

  private func reportOverlaps(in ranges: NumberRanges, _ component: Int32, _ kind: String) {
    for (index, other) in ranges.overlaps {
      error(
        at: path + [component, Int32(truncatingIfNeeded: index), Path.Range.start],
        message: "\(kind) \(ranges[index]) overlaps with already-defined range \(ranges[other]).")
    }
  }

  private func checkReservedNames(_ names: [String], _ component: Int32) {
    var seen: Set<String> = []
    for (index, name) in names.enumerated() {
      let place = path + [component, Int32(truncatingIfNeeded: index)]
      if !seen.insert(name).inserted {
        let kind = component == Path.Message.reservedName ? "Field name" : "Enum value"
        error(at: place, message: "\(kind) \"\(name)\" is reserved multiple times.")
      }
    }
  }

  // MARK: Oneofs

  private func checkOneofs(of message: DescriptorProto) {
    var fieldCounts = [Int](repeating: 0, count: message.oneofDecl.count)
    for field in message.field {
      if let index = field.oneofIndex, fieldCounts.indices.contains(Int(index)) { fieldCounts[Int(index)] += 1 }
    }
    for (index, count) in fieldCounts.enumerated() where count == 0 {
      inside(Path.Message.oneof, index) {
        error(Path.Oneof.name, message: "Oneof must have at least one field.")
      }
    }
  }

  // MARK: Enums

  private func checkStructure(_ enumType: EnumDescriptorProto) {
    guard !enumType.value.isEmpty else {
      error(Path.EnumType.name, message: "Enums must contain at least one value.")
      return
    }
    let allowsAlias =
      enumType.options?.uninterpretedOption.contains {
        $0.spelledName == "allow_alias" && $0.identifierValue == "true"
      } ?? false
    var valueByNumber: [Int32: String] = [:]
    let reservedNames = Set(enumType.reservedName)
    // Ends are inclusive in enums.
    let reserved = NumberRanges(
      enumType.reservedRange.map { NumberRange(start: $0.start ?? 0, last: $0.end ?? 0) })
    for (index, value) in enumType.value.enumerated() {
      let number = value.number ?? 0
      let name = value.name ?? ""
      inside(Path.EnumType.value, index) {
        if let other = valueByNumber[number] {
          if !allowsAlias {
            error(
              Path.EnumValue.number,
              message: "\"\(name)\" uses the same enum value as \"\(other)\". If this is intended, set 'option "
                + "allow_alias = true;' to the enum definition.")
          }
        } else {
          valueByNumber[number] = name
        }
        if reserved.find(number) != nil {
          error(Path.EnumValue.number, message: "Enum value \"\(name)\" uses reserved number \(number).")
        }
        if reservedNames.contains(name) {
          error(Path.EnumValue.name, message: "Enum value \"\(name)\" is reserved.")
        }
      }
    }
    checkReservedNames(enumType.reservedName, Path.EnumType.reservedName)
    for (index, range) in enumType.reservedRange.enumerated() where (range.start ?? 0) > (range.end ?? 0) {
      inside(Path.EnumType.reservedRange, index) {
        error(Path.Range.start, message: "Reserved range end number must be greater than start number.")
      }
    }
    reportOverlaps(in: reserved, Path.EnumType.reservedRange, "Enum reserved range")
  }
}
