// The text format (protobuf.dev/reference/protobuf/textformat-spec), laid out as the C++ implementation does: what people
// read in terminals and write into test data.

extension DynamicMessage {
  /// The text format: one line a field, fields in the order of their numbers, map entries in that of their keys, unknown
  /// fields last.
  public func textFormat(options: TextFormatOptions = .defaults) -> String {
    var writer = TextFormatWriter(options: options)
    writer.fields(of: self)
    return writer.text
  }

  /// A generated message as a dynamic one; nil where the pool does not have its type.
  public init?<M: Message>(_ message: M, in pool: DescriptorPool) {
    guard let descriptor = pool.message(named: M.fullName) else { return nil }
    self.init(descriptor, in: pool)
    do {
      try merge(serializedBytes: message.serializedBytes())
    } catch {
      // The pool's type of this name is another one.
      return nil
    }
  }
}

private struct TextFormatWriter {
  let options: TextFormatOptions
  private(set) var text = ""
  private var indentation = 0

  init(options: TextFormatOptions) { self.options = options }

  // MARK: Layout

  private mutating func begin() {
    if options.isSingleLine {
      if !text.isEmpty { text += " " }
    } else {
      for _ in 0..<indentation { text += "  " }
    }
  }

  private mutating func end() {
    if !options.isSingleLine { text += "\n" }
  }

  private mutating func line(_ name: String, _ value: String) {
    begin()
    text += name
    text += ": "
    text += value
    end()
  }

  private mutating func block(_ name: String, _ body: (inout TextFormatWriter) -> Void) {
    begin()
    text += name
    text += " {"
    end()
    indentation += 1
    body(&self)
    indentation -= 1
    begin()
    text += "}"
    end()
  }

  // MARK: Fields

  mutating func fields(of message: DynamicMessage) {
    let type = message.descriptor
    if options.expandsAny, type.fullName == ProtobufAny.fullName, expandAny(message) { return }
    for field in type.wireOrder.lazy.map({ type.fields[$0] }) {
      guard let value = message.values[field.number], field.isRepeated || field.hasPresence || !value.isDefaultValue
      else { continue }
      let name = field.textName(in: type, message.pool)
      switch value {
      case .list(let list): for element in list { self.value(element, field, name, message.pool) }
      case .map(let entries): map(entries, field, name, message.pool)
      default: self.value(value, field, name, message.pool)
      }
    }
    if options.writesUnknownFields { unknown(message.unknownFields) }
  }

  private mutating func map(
    _ entries: [DynamicMessage.Value: DynamicMessage.Value], _ field: FieldDescriptor, _ name: String,
    _ pool: DescriptorPool
  ) {
    let type = pool.messages[field.typeIndex]
    guard type.fields.count == 2 else { return }
    for (key, value) in entries.sorted(by: { $0.key.isOrdered(before: $1.key) }) {
      block(name) { writer in
        writer.value(key, type.fields[0], "key", pool)
        writer.value(value, type.fields[1], "value", pool)
      }
    }
  }

  private mutating func value(
    _ value: DynamicMessage.Value, _ field: FieldDescriptor, _ name: String, _ pool: DescriptorPool
  ) {
    switch value {
    case .message(let message): block(name) { $0.fields(of: message) }
    case .bool(let value): line(name, value ? "true" : "false")
    case .int32(let value): line(name, "\(value)")
    case .int64(let value): line(name, "\(value)")
    case .uint32(let value): line(name, "\(value)")
    case .uint64(let value): line(name, "\(value)")
    case .float(let value): line(name, FloatText.float(value))
    case .double(let value): line(name, FloatText.double(value))
    case .string(let value): line(name, quoted(value.utf8, keepsNonASCII: !options.escapesNonASCII))
    case .bytes(let value): line(name, quoted(value, keepsNonASCII: false))
    case .enumeration(let number):
      line(name, pool.enums[field.typeIndex].table.name(of: number) ?? "\(number)")
    case .list, .map: break
    }
  }

  private func quoted(_ bytes: some Collection<UInt8>, keepsNonASCII: Bool) -> String {
    "\"\(CEscaping.escape(bytes, keepsNonASCII: keepsNonASCII))\""
  }

  /// False where the payload's type is not in the pool or its bytes are not of that type.
  private mutating func expandAny(_ message: DynamicMessage) -> Bool {
    guard let any = try? ProtobufAny(serializedBytes: message.serializedBytes()), any.unknownFields.isEmpty,
      let name = any.typeName, let type = message.pool.message(named: name),
      let payload = try? DynamicMessage(type, in: message.pool, serializedBytes: any.value)
    else { return false }
    block("[\(any.typeURL)]") { $0.fields(of: payload) }
    return true
  }

  // MARK: Unknown fields

  /// How deep a length-delimited field is tried as a message: its bytes may look like one at any level.
  private static let unknownDepthLimit = 10

  private mutating func unknown(_ fields: UnknownFields) {
    fields.bytes.withUnsafeBytes { raw in
      var reader = WireReader(raw)
      unknown(&reader, depth: 0)
    }
  }

  /// Stops where the bytes are no fields; what is kept as unknown fields has been read through before.
  private mutating func unknown(_ reader: inout WireReader, depth: Int) {
    while let tag = try? reader.nextTag(), tag != 0 {
      let number = "\(tag >> 3)"
      switch tag & 7 {
      case 0:
        guard let value = try? reader.varint() else { return }
        line(number, "\(value)")
      case 1:
        guard let value = try? reader.fixed64() else { return }
        line(number, Self.hexadecimal(value, digits: 16))
      case 5:
        guard let value = try? reader.fixed32() else { return }
        line(number, Self.hexadecimal(UInt64(value), digits: 8))
      case 3:
        guard let outer = try? reader.enterGroup(field: tag >> 3) else { return }
        block(number) { $0.unknown(&reader, depth: depth + 1) }
        reader.leave(outer)
      default:
        guard let bytes = try? reader.bytes() else { return }
        lengthDelimited(bytes, number, depth: depth)
      }
    }
  }

  private mutating func lengthDelimited(_ bytes: [UInt8], _ number: String, depth: Int) {
    bytes.withUnsafeBytes { raw in
      var probe = WireReader(raw)
      if !bytes.isEmpty, depth < Self.unknownDepthLimit, Self.areFields(&probe) {
        var reader = WireReader(raw)
        block(number) { $0.unknown(&reader, depth: depth + 1) }
      } else {
        line(number, quoted(bytes, keepsNonASCII: false))
      }
    }
  }

  private static func areFields(_ reader: inout WireReader) -> Bool {
    do {
      while true {
        let tag = try reader.nextTag()
        if tag == 0 { return true }
        try reader.skip(tag)
      }
    } catch {
      return false
    }
  }

  private static func hexadecimal(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: digits - text.utf8.count) + text
  }
}

extension FieldDescriptor {
  /// What the text format calls the field: groups have the name of their type, extensions are in brackets.
  fileprivate func textName(in message: MessageDescriptor, _ pool: DescriptorPool) -> String {
    guard type == .group, !name.hasPrefix("[") else { return name }
    let groupType = pool.messages[typeIndex]
    let typeName = groupType.proto.name ?? ""
    // Only what is declared as a group: editions encode other message fields as groups too.
    let isDeclared = typeName.lowercased() == name && groupType.fullName == message.fullName + "." + typeName
    return isDeclared ? typeName : name
  }
}
