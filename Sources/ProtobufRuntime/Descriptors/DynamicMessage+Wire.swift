// The binary form of dynamic messages.

extension DynamicMessage {
  /// Decodes a message of the given type.
  /// - Throws: `WireError`, as generated messages do.
  public init(
    _ descriptor: MessageDescriptor, in pool: DescriptorPool, serializedBytes bytes: [UInt8]
  ) throws(WireError) {
    self.init(descriptor, in: pool)
    try merge(serializedBytes: bytes)
    guard isInitialized else {
      throw WireError(.missingRequiredField(message: descriptor.fullName), offset: bytes.count)
    }
  }

  /// Merges a binary form into this message, without the check for required fields.
  public mutating func merge(serializedBytes bytes: [UInt8]) throws(WireError) {
    try bytes.withUnsafeBytesTyped { (raw) throws(WireError) in
      var reader = WireReader(raw)
      try merge(from: &reader)
    }
  }

  /// Proto2's required fields are all set, here and in every child.
  public var isInitialized: Bool {
    let fields = descriptor.fields
    if fields.contains(where: { $0.isRequired && values[$0.number] == nil }) { return false }
    return values.values.allSatisfy(\.isInitialized)
  }

  mutating func merge(from reader: inout WireReader) throws(WireError) {
    let type = descriptor
    while true {
      let tag = try reader.nextTag()
      if tag == 0 { return }
      if type.isMessageSet, tag == 1 << 3 | 3 {
        try mergeItem(type, &reader)
        continue
      }
      guard let field = type.field(number: Int32(bitPattern: tag >> 3)) else {
        try reader.unknown(tag, &unknownFields)
        continue
      }
      if field.isRepeated, tag & 7 == 2, field.isPackable {
        try mergePacked(field, &reader)
      } else if tag & 7 == field.wireType {
        try merge(field, &reader)
      } else {
        try reader.unknown(tag, &unknownFields)
      }
    }
  }

  /// An extension in a message set.
  private mutating func mergeItem(_ type: MessageDescriptor, _ reader: inout WireReader) throws(WireError) {
    let item = try reader.messageSetItem()
    guard let field = type.field(number: Int32(bitPattern: item.typeID)), field.type == .message, !field.isRepeated
    else { return reader.keep(item, in: &unknownFields) }
    var child = DynamicMessage(typeIndex: field.typeIndex, pool)
    if case .message(let current)? = values[field.number] { child = current }
    let behind = reader.cursor
    let outer = try reader.enter(item)
    try child.merge(from: &reader)
    reader.leave(outer)
    reader.cursor = behind
    set(field, .message(child))
  }

  private mutating func mergePacked(_ field: FieldDescriptor, _ reader: inout WireReader) throws(WireError) {
    var list = takeList(field)
    let count = try reader.length()
    let outer = reader.end
    reader.end = reader.cursor + count
    while reader.cursor < reader.end {
      if let value = try scalar(field, &reader) { list.append(value) }
    }
    reader.end = outer
    set(field, .list(list))
  }

  /// The elements so far, taken out so that appending does not copy them.
  private mutating func takeList(_ field: FieldDescriptor) -> [Value] {
    guard case .list(let list)? = values[field.number] else { return [] }
    set(field, nil)
    return list
  }

  private mutating func append(_ value: Value, to field: FieldDescriptor) {
    var list = takeList(field)
    list.append(value)
    set(field, .list(list))
  }

  private mutating func merge(_ field: FieldDescriptor, _ reader: inout WireReader) throws(WireError) {
    guard field.type == .message || field.type == .group else {
      guard let value = try scalar(field, &reader) else { return }
      if field.isRepeated { append(value, to: field) } else { set(field, value) }
      return
    }
    let start = reader.cursor
    var child = DynamicMessage(typeIndex: field.typeIndex, pool)
    if !field.isRepeated, case .message(let current)? = values[field.number] {
      child = current
      set(field, nil)
    }
    let outer =
      field.type == .group
      ? try reader.enterGroup(field: UInt32(bitPattern: field.number)) : try reader.enterMessage()
    try child.merge(from: &reader)
    reader.leave(outer)
    if field.isMap, child.descriptor.fields.count == 2 {
      let key = child.descriptor.fields[0]
      let value = child.descriptor.fields[1]
      if case .enumeration(let number)? = child.values[value.number], !pool.enums[value.typeIndex].accepts(number) {
        let entry = UnsafeRawBufferPointer(start: start, count: reader.cursor - start)
        unknownFields.append(tag: UInt32(bitPattern: field.number) << 3 | 2, value: entry)
        return
      }
      var entries: [Value: Value] = [:]
      if case .map(let current)? = values[field.number] {
        entries = current
        set(field, nil)
      }
      entries[child.values[key.number] ?? Self.defaultValue(of: key, in: pool)] =
        child.values[value.number] ?? Self.defaultValue(of: value, in: pool)
      set(field, .map(entries))
    } else if field.isRepeated {
      append(.message(child), to: field)
    } else {
      set(field, .message(child))
    }
  }

  /// Nil for a number that a closed enum does not have, which becomes an unknown field; in a map, its whole entry does.
  private mutating func scalar(_ field: FieldDescriptor, _ reader: inout WireReader) throws(WireError) -> Value? {
    if field.type == .enum {
      let number = try reader.int32()
      if descriptor.isMapEntry || pool.enums[field.typeIndex].accepts(number) { return .enumeration(number) }
      unknownFields.append(tag: UInt32(bitPattern: field.number) << 3, varint: UInt64(bitPattern: Int64(number)))
      return nil
    }
    return switch field.type {
    case .bool: .bool(try reader.bool())
    case .int32: .int32(try reader.int32())
    case .sint32: .int32(try reader.sint32())
    case .sfixed32: .int32(try reader.sfixed32())
    case .int64: .int64(try reader.int64())
    case .sint64: .int64(try reader.sint64())
    case .sfixed64: .int64(try reader.sfixed64())
    case .uint32: .uint32(try reader.uint32())
    case .fixed32: .uint32(try reader.fixed32())
    case .uint64: .uint64(try reader.uint64())
    case .fixed64: .uint64(try reader.fixed64())
    case .float: .float(try reader.float())
    case .double: .double(try reader.double())
    case .string where field.isUncheckedText:
      try reader.text(UInt32(bitPattern: field.number) << 3 | 2, &unknownFields).map { .string($0) }
    case .string: .string(try reader.string())
    case .bytes: .bytes(try reader.bytes())
    case .enum, .message, .group: .enumeration(try reader.int32())
    }
  }

  /// The binary form, fields in the order of their numbers.
  public func serializedBytes() -> [UInt8] {
    var writer = WireWriter(scratch: UnsafeMutableRawBufferPointer(start: nil, count: 0))
    write(to: &writer)
    return [UInt8](writer.bytes)
  }

  fileprivate func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    let type = descriptor
    for place in type.wireOrder.reversed() {
      let field = type.fields[place]
      guard let value = values[field.number] else { continue }
      switch value {
      case .message(let message) where type.isMessageSet: writer.messageSetItem(field.number, message)
      case .list(let list) where field.isPacked:
        if list.isEmpty { continue }
        let behind = writer.count
        for element in list.reversed() { writer.scalar(field.type, element) }
        writer.rawVarint(UInt64(writer.count - behind))
        writer.tag(field.number, 2)
      case .list(let list): for element in list.reversed() { writer.field(field, element) }
      case .map(let entries): writeMap(field, entries, to: &writer)
      default:
        // Without presence the default is the same as nothing.
        if field.hasPresence || !value.isDefaultValue { writer.field(field, value) }
      }
    }
  }

  private func writeMap(_ field: FieldDescriptor, _ entries: [Value: Value], to writer: inout WireWriter) {
    let type = pool.messages[field.typeIndex]
    guard type.fields.count == 2 else { return }
    for (key, value) in entries.sorted(by: { $1.key.isOrdered(before: $0.key) }) {
      let behind = writer.count
      writer.field(type.fields[1], value)
      writer.field(type.fields[0], key)
      writer.rawVarint(UInt64(writer.count - behind))
      writer.tag(field.number, 2)
    }
  }
}

extension FieldDescriptor {
  /// Whether several values can lie in one length-delimited field; a group, whose wire type is another, cannot.
  var isPackable: Bool { wireType != 2 && wireType != 3 }

  /// Of one element.
  var wireType: UInt32 {
    switch type {
    case .string, .bytes, .message: 2
    case .group: 3
    case .double, .fixed64, .sfixed64: 1
    case .float, .fixed32, .sfixed32: 5
    default: 0
    }
  }
}

extension WireWriter {
  fileprivate mutating func tag(_ number: Int32, _ wireType: UInt32) {
    rawTag(UInt32(bitPattern: number) << 3 | wireType)
  }

  fileprivate mutating func field(_ field: FieldDescriptor, _ value: DynamicMessage.Value) {
    guard case .message(let message) = value else {
      scalar(field.type, value)
      return tag(field.number, field.wireType)
    }
    if field.type == .group {
      tag(field.number, 4)
      message.write(to: &self)
    } else {
      lengthDelimited(message)
    }
    tag(field.number, field.wireType)
  }

  private mutating func lengthDelimited(_ message: DynamicMessage) {
    let behind = count
    message.write(to: &self)
    rawVarint(UInt64(count - behind))
  }

  fileprivate mutating func messageSetItem(_ number: Int32, _ message: DynamicMessage) {
    tag(1, 4)
    lengthDelimited(message)
    tag(3, 2)
    rawVarint(UInt64(UInt32(bitPattern: number)))
    tag(2, 0)
    tag(1, 3)
  }

  fileprivate mutating func scalar(_ type: FieldDescriptorProto.TypeEnum, _ value: DynamicMessage.Value) {
    switch value {
    case .bool(let value): BoolCodec.write(value, to: &self)
    case .int32(let value):
      switch type {
      case .sint32: SInt32Codec.write(value, to: &self)
      case .sfixed32: SFixed32Codec.write(value, to: &self)
      default: Int32Codec.write(value, to: &self)
      }
    case .int64(let value):
      switch type {
      case .sint64: SInt64Codec.write(value, to: &self)
      case .sfixed64: SFixed64Codec.write(value, to: &self)
      default: Int64Codec.write(value, to: &self)
      }
    case .uint32(let value):
      if type == .fixed32 { Fixed32Codec.write(value, to: &self) } else { UInt32Codec.write(value, to: &self) }
    case .uint64(let value):
      if type == .fixed64 { Fixed64Codec.write(value, to: &self) } else { UInt64Codec.write(value, to: &self) }
    case .float(let value): FloatCodec.write(value, to: &self)
    case .double(let value): DoubleCodec.write(value, to: &self)
    case .string(let value): StringCodec.write(value, to: &self)
    case .bytes(let value): BytesCodec.write(value, to: &self)
    case .enumeration(let value): Int32Codec.write(value, to: &self)
    case .message, .list, .map: break
    }
  }
}

extension EnumDescriptor {
  /// Whether a field of this type can hold the number: an open enum takes any.
  func accepts(_ number: Int32) -> Bool { !isClosed || table.name(of: number) != nil }
}

extension DynamicMessage.Value {
  var isInitialized: Bool {
    switch self {
    case .message(let message): message.isInitialized
    case .list(let list): list.allSatisfy(\.isInitialized)
    case .map(let entries): entries.values.allSatisfy(\.isInitialized)
    default: true
    }
  }

  /// As `FieldValue.isDefaultValue`: minus zero is not the default.
  var isDefaultValue: Bool {
    switch self {
    case .bool(let value): value.isDefaultValue
    case .int32(let value), .enumeration(let value): value.isDefaultValue
    case .int64(let value): value.isDefaultValue
    case .uint32(let value): value.isDefaultValue
    case .uint64(let value): value.isDefaultValue
    case .float(let value): value.isDefaultValue
    case .double(let value): value.isDefaultValue
    case .string(let value): value.isDefaultValue
    case .bytes(let value): value.isDefaultValue
    case .message, .list, .map: false
    }
  }

  /// The order in which map entries are written: as generated messages write them.
  func isOrdered(before other: DynamicMessage.Value) -> Bool {
    switch (self, other) {
    case (.bool(let left), .bool(let right)): Bool.isOrdered(left, before: right)
    case (.int32(let left), .int32(let right)): left < right
    case (.int64(let left), .int64(let right)): left < right
    case (.uint32(let left), .uint32(let right)): left < right
    case (.uint64(let left), .uint64(let right)): left < right
    case (.string(let left), .string(let right)): String.isOrdered(left, before: right)
    default: false
    }
  }

  /// A map key as JSON writes it.
  var mapKeyText: String {
    switch self {
    case .bool(let value): "\(value)"
    case .int32(let value), .enumeration(let value): "\(value)"
    case .int64(let value): "\(value)"
    case .uint32(let value): "\(value)"
    case .uint64(let value): "\(value)"
    case .string(let value): value
    default: ""
    }
  }
}
