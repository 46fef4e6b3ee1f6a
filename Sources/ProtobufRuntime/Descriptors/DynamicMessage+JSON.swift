// The JSON form of dynamic messages: the same mapping as for generated ones, looked up instead of generated.

extension DynamicMessage {
  /// Decodes a message of the given type from proto3 JSON.
  /// - Throws: `JSONError` with line and column.
  public init(
    _ descriptor: MessageDescriptor, in pool: DescriptorPool, jsonUTF8 bytes: [UInt8],
    options: JSONDecodingOptions = .defaults
  ) throws(JSONError) {
    self.init(descriptor, in: pool)
    var reader = JSONReader(bytes, options: options)
    try merge(json: &reader)
    try reader.finish()
    guard isInitialized else { throw reader.error(.missingRequiredField(message: descriptor.fullName)) }
  }

  /// The proto3 JSON form in UTF-8.
  public func jsonUTF8(options: JSONEncodingOptions = .defaults) throws(JSONError) -> [UInt8] {
    var writer = JSONWriter(options: options)
    write(json: &writer)
    return try writer.finish()
  }

  public func jsonString(options: JSONEncodingOptions = .defaults) throws(JSONError) -> String {
    String(decoding: try jsonUTF8(options: options), as: UTF8.self)
  }

  // MARK: Reading

  mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    let type = descriptor
    if type.fullName == ProtobufAny.fullName { return try mergeAny(json: &reader) }
    if MessageForm.isSpecial(type.fullName), let known = TypeRegistry.wellKnown.type(named: type.fullName) {
      let bytes = try Self.wellKnownBytes(known, &reader)
      do {
        self = try DynamicMessage(type, in: pool, serializedBytes: bytes)
      } catch {
        throw reader.error(.invalidWellKnownType(type.fullName, reason: error.description))
      }
      return
    }
    let skipsTypeKey = reader.skipsTypeKey
    reader.skipsTypeKey = false
    try reader.beginObject("an object (\(type.fullName))")
    var isFirst = true
    var seen: Set<Int32> = []
    while try reader.nextKey(isFirst: isFirst) {
      isFirst = false
      try readEntry(type, &seen, skipsTypeKey, &reader)
    }
  }

  private static func wellKnownBytes<M: Message>(
    _ type: M.Type, _ reader: inout JSONReader
  ) throws(JSONError) -> [UInt8] {
    var message = M()
    try message.merge(json: &reader)
    return message.serializedBytes()
  }

  private mutating func readEntry(
    _ type: MessageDescriptor, _ seen: inout Set<Int32>, _ skipsTypeKey: Bool, _ reader: inout JSONReader
  ) throws(JSONError) {
    let place = reader.position
    let name = try reader.string()
    guard let field = type.field(named: name) else {
      guard reader.options.ignoresUnknownFields || skipsTypeKey && name == "@type" else {
        let nearest = nearestName(to: name, among: type.fields.flatMap { [$0.jsonName, $0.name] })
        throw reader.error(.unknownField(name, message: type.fullName, nearest: nearest), at: place)
      }
      try reader.expect(UInt8(ascii: ":"), "':'")
      return try reader.skipValue()
    }
    guard seen.insert(field.number).inserted else {
      throw reader.error(.duplicateField(name, message: type.fullName), at: place)
    }
    try reader.expect(UInt8(ascii: ":"), "':'")
    if !acceptsNull(field) || field.isRepeated, try reader.readNull() { return }
    if let oneof = field.oneof, type.fields.contains(where: { $0.oneof == oneof && values[$0.number] != nil }) {
      let name = type.proto.oneofDecl.indices.contains(oneof) ? type.proto.oneofDecl[oneof].name ?? "" : ""
      throw reader.error(.oneofAlreadySet(oneof: name, message: type.fullName))
    }
    if field.isMap {
      set(field, .map(try readMap(field, &reader)))
    } else if field.isRepeated {
      var list: [Value] = []
      try reader.beginList()
      var isFirst = true
      while try reader.nextElement(isFirst: &isFirst) {
        if !acceptsNull(field), reader.peek() == UInt8(ascii: "n") { throw reader.error(.nullElement) }
        if let value = try readValue(field, &reader) { list.append(value) }
      }
      set(field, .list(list))
    } else if let value = try readValue(field, &reader) {
      set(field, value)
    }
  }

  private func acceptsNull(_ field: FieldDescriptor) -> Bool {
    switch field.type {
    case .message: pool.messages[field.typeIndex].fullName == ProtobufValue.fullName
    case .enum: pool.enums[field.typeIndex].fullName == "google.protobuf.NullValue"
    default: false
    }
  }

  private func readMap(_ field: FieldDescriptor, _ reader: inout JSONReader) throws(JSONError) -> [Value: Value] {
    let entry = pool.messages[field.typeIndex]
    guard entry.fields.count == 2 else { throw reader.expected("a map") }
    var entries: [Value: Value] = [:]
    try reader.beginObject("an object (a map)")
    var isFirst = true
    while try reader.nextKey(isFirst: isFirst) {
      isFirst = false
      let place = reader.position
      let text = try reader.string()
      guard let key = Self.mapKey(text, entry.fields[0].type) else {
        throw reader.error(.invalidNumber("\"\(text)\"", type: "\(entry.fields[0].type)"), at: place)
      }
      guard entries[key] == nil else { throw reader.error(.duplicateField(text, message: "the map"), at: place) }
      try reader.expect(UInt8(ascii: ":"), "':'")
      if !acceptsNull(entry.fields[1]), reader.peek() == UInt8(ascii: "n") { throw reader.error(.nullElement) }
      if let value = try readValue(entry.fields[1], &reader) { entries[key] = value }
    }
    return entries
  }

  private static func mapKey(_ text: String, _ type: FieldDescriptorProto.TypeEnum) -> Value? {
    switch type {
    case .bool: Bool(mapKey: text).map { .bool($0) }
    case .int32, .sint32, .sfixed32: Int32(text).map { .int32($0) }
    case .int64, .sint64, .sfixed64: Int64(text).map { .int64($0) }
    case .uint32, .fixed32: UInt32(text).map { .uint32($0) }
    case .uint64, .fixed64: UInt64(text).map { .uint64($0) }
    default: .string(text)
    }
  }

  private func readValue(_ field: FieldDescriptor, _ reader: inout JSONReader) throws(JSONError) -> Value? {
    switch field.type {
    case .bool: return .bool(try reader.boolean())
    case .int32, .sint32, .sfixed32: return .int32(try reader.integer(Int32.self))
    case .int64, .sint64, .sfixed64: return .int64(try reader.integer(Int64.self))
    case .uint32, .fixed32: return .uint32(try reader.integer(UInt32.self))
    case .uint64, .fixed64: return .uint64(try reader.integer(UInt64.self))
    case .float: return .float(try reader.floatingPoint(Float.self))
    case .double: return .double(try reader.floatingPoint(Double.self))
    case .string: return .string(try reader.string())
    case .bytes: return try [UInt8].read(json: &reader).map { .bytes($0) }
    case .enum: return try readEnum(pool.enums[field.typeIndex], &reader)
    case .message, .group:
      var child = DynamicMessage(typeIndex: field.typeIndex, pool)
      try child.merge(json: &reader)
      return .message(child)
    }
  }

  private func readEnum(_ type: EnumDescriptor, _ reader: inout JSONReader) throws(JSONError) -> Value? {
    if type.fullName == "google.protobuf.NullValue", try reader.readNull() { return .enumeration(0) }
    let isName = reader.peek() == UInt8(ascii: "\"")
    let place = reader.position
    let text: String
    if isName {
      text = try reader.string()
      if let number = type.table.number(of: text) { return .enumeration(number) }
    } else {
      let number = try reader.integer(Int32.self)
      if type.accepts(number) { return .enumeration(number) }
      text = "\(number)"
    }
    if reader.options.ignoresUnknownFields { return nil }
    let nearest = isName ? nearestName(to: text, among: type.table.allNames) : nil
    throw reader.error(.unknownEnumValue(text, nearest: nearest), at: place)
  }

  /// An `Any` of a type in the pool.
  private mutating func mergeAny(json reader: inout JSONReader) throws(JSONError) {
    let start = reader
    var inner = reader
    guard let url = try ProtobufAny.findType(&reader) else { return }
    var any = ProtobufAny()
    any.typeURL = url
    guard let name = any.typeName, let type = pool.message(named: name) else {
      throw start.error(.unknownAnyType(url))
    }
    var payload = DynamicMessage(type, in: pool)
    try ProtobufAny.seekPayload(name, &inner)
    try payload.merge(json: &inner)
    any.value = payload.serializedBytes()
    do {
      self = try DynamicMessage(descriptor, in: pool, serializedBytes: any.serializedBytes())
    } catch {
      throw start.error(.invalidWellKnownType(ProtobufAny.fullName, reason: error.description))
    }
  }

  // MARK: Writing

  func write(json writer: inout JSONWriter) {
    let type = descriptor
    if type.fullName == ProtobufAny.fullName { return writeAny(json: &writer) }
    if MessageForm.isSpecial(type.fullName), let known = TypeRegistry.wellKnown.type(named: type.fullName) {
      return Self.writeWellKnown(known, serializedBytes(), &writer)
    }
    writer.beginObject()
    for field in type.wireOrder.lazy.map({ type.fields[$0] }) {
      guard let value = values[field.number] ?? emittedDefault(field, writer.options) else { continue }
      if !field.hasPresence, !writer.options.emitsDefaults, isDefault(value, field) { continue }
      writer.key(writer.options.usesSchemaNames ? field.name : field.jsonName)
      write(value, field, &writer)
    }
    writer.endObject()
  }

  private static func writeWellKnown<M: Message>(_ type: M.Type, _ bytes: [UInt8], _ writer: inout JSONWriter) {
    guard let message = try? M(serializedBytes: bytes) else {
      writer.fail(.unencodable("bytes that are no \(M.fullName)"))
      return
    }
    message.write(json: &writer)
  }

  private func emittedDefault(_ field: FieldDescriptor, _ options: JSONEncodingOptions) -> Value? {
    guard options.emitsDefaults, !field.hasPresence else { return nil }
    if field.isMap { return .map([:]) }
    return field.isRepeated ? .list([]) : Self.defaultValue(of: field, in: pool)
  }

  private func isDefault(_ value: Value, _ field: FieldDescriptor) -> Bool {
    switch value {
    case .list(let list): list.isEmpty
    case .map(let entries): entries.isEmpty
    default: value.isDefaultValue
    }
  }

  private func write(_ value: Value, _ field: FieldDescriptor, _ writer: inout JSONWriter) {
    switch value {
    case .bool(let value): value.write(json: &writer)
    case .int32(let value): value.write(json: &writer)
    case .int64(let value): value.write(json: &writer)
    case .uint32(let value): value.write(json: &writer)
    case .uint64(let value): value.write(json: &writer)
    case .float(let value): value.write(json: &writer)
    case .double(let value): value.write(json: &writer)
    case .string(let value): value.write(json: &writer)
    case .bytes(let value): value.write(json: &writer)
    case .enumeration(let number):
      let type = pool.enums[field.typeIndex]
      if type.fullName == "google.protobuf.NullValue" {
        writer.null()
      } else if !writer.options.writesEnumsAsNumbers, let name = type.table.name(of: number) {
        writer.string(name)
      } else {
        writer.integer(number)
      }
    case .message(let message): message.write(json: &writer)
    case .list(let list):
      writer.beginList()
      for element in list {
        writer.separate()
        write(element, field, &writer)
      }
      writer.endList()
    case .map(let entries):
      let entryType = pool.messages[field.typeIndex]
      guard entryType.fields.count == 2 else { return }
      writer.beginObject()
      for (key, value) in entries.sorted(by: { $0.key.isOrdered(before: $1.key) }) {
        writer.key(key.mapKeyText)
        write(value, entryType.fields[1], &writer)
      }
      writer.endObject()
    }
  }

  private func writeAny(json writer: inout JSONWriter) {
    guard let any = try? ProtobufAny(serializedBytes: serializedBytes()), let name = any.typeName else {
      writer.beginObject()
      writer.endObject()
      return
    }
    guard let type = pool.message(named: name),
      let payload = try? DynamicMessage(type, in: pool, serializedBytes: any.value)
    else {
      writer.fail(.unknownAnyType(any.typeURL))
      return
    }
    if MessageForm.isSpecial(name) {
      writer.beginObject()
      writer.key("@type")
      writer.string(any.typeURL)
      writer.key("value")
      payload.write(json: &writer)
      writer.endObject()
    } else {
      writer.insertType(any.typeURL)
      payload.write(json: &writer)
    }
  }
}

extension DynamicMessage {
  /// Decodes JSON values that follow one another, with white space (or nothing) between them: NDJSON, for example.
  public static func sequence(
    _ descriptor: MessageDescriptor, in pool: DescriptorPool, jsonUTF8 bytes: [UInt8],
    options: JSONDecodingOptions = .defaults
  ) throws(JSONError) -> [DynamicMessage] {
    var reader = JSONReader(bytes, options: options)
    var messages: [DynamicMessage] = []
    while reader.peek() != 0 || reader.position < bytes.count {
      var message = DynamicMessage(descriptor, in: pool)
      try message.merge(json: &reader)
      messages.append(message)
    }
    return messages
  }
}
