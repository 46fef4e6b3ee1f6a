// google.protobuf.Any: in JSON the fields of what it holds with "@type" beside them, or "value" for a well-known type
// whose JSON is not an object of its fields.

extension ProtobufAny {
  /// What most URLs begin with; only what follows the last slash names the type.
  public static let defaultPrefix = "type.googleapis.com/"

  /// Packs a message.
  public init<M: Message>(packing message: M) {
    self.init(typeURL: Self.defaultPrefix + M.fullName, value: message.serializedBytes())
  }

  /// The full name in the type URL, nil where it has none.
  public var typeName: String? {
    guard let slash = typeURL.lastIndex(of: "/") else { return nil }
    let name = typeURL[typeURL.index(after: slash)...]
    return name.isEmpty ? nil : String(name)
  }

  /// The packed message, nil where it is of another type.
  public func unpack<M: Message>(_ type: M.Type) throws(WireError) -> M? {
    guard typeName == M.fullName else { return nil }
    return try M(serializedBytes: value)
  }

  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    let start = reader
    guard let url = try Self.findType(&reader) else { return }
    let end = reader
    var probe = ProtobufAny()
    probe.typeURL = url
    guard let name = probe.typeName, let type = start.options.registry.type(named: name) else {
      throw start.error(.unknownAnyType(url))
    }
    typeURL = url
    value = try Self.payload(type, start)
    reader = end
  }

  /// The value of "@type"; nil for an object without any field. Leaves the reader behind the object.
  static func findType(_ reader: inout JSONReader) throws(JSONError) -> String? {
    try reader.beginObject("an object (google.protobuf.Any)")
    var isFirst = true
    var url: String?
    while try reader.nextKey(isFirst: isFirst) {
      isFirst = false
      let key = try reader.string()
      try reader.expect(UInt8(ascii: ":"), "':'")
      guard key == "@type" else {
        try reader.skipValue()
        continue
      }
      guard url == nil else { throw reader.error(.duplicateField("@type", message: Self.fullName)) }
      url = try reader.string()
    }
    if url == nil, !isFirst {
      throw reader.error(.invalidWellKnownType("google.protobuf.Any", reason: "\"@type\" is missing"))
    }
    return url
  }

  private static func payload<M: Message>(_ type: M.Type, _ start: JSONReader) throws(JSONError) -> [UInt8] {
    var message = M()
    var reader = JSONReader(try payloadText(M.fullName, start), options: start.options)
    reader.depth = start.depth
    try message.merge(json: &reader)
    return message.serializedBytes()
  }

  /// The JSON text of what an `Any` of the given type holds: its "value", or the object without "@type".
  static func payloadText(_ typeName: String, _ start: JSONReader) throws(JSONError) -> [UInt8] {
    guard MessageForm.isSpecial(typeName) else { return try withoutType(start) }
    var reader = start
    try reader.beginObject("an object")
    var isFirst = true
    var text: [UInt8]?
    while try reader.nextKey(isFirst: isFirst) {
      isFirst = false
      let place = reader.position
      let key = try reader.string()
      try reader.expect(UInt8(ascii: ":"), "':'")
      _ = reader.peek()
      let begin = reader.position
      try reader.skipValue()
      if key == "value" {
        text = Array(reader.bytes[begin..<reader.position])
      } else if key != "@type", !reader.options.ignoresUnknownFields {
        throw reader.error(.unknownField(key, message: typeName, nearest: "value"), at: place)
      }
    }
    guard let text else {
      throw start.error(.invalidWellKnownType(fullName, reason: "\"value\" is missing for \(typeName)"))
    }
    return text
  }

  /// The object's text without its "@type" entry.
  private static func withoutType(_ start: JSONReader) throws(JSONError) -> [UInt8] {
    var reader = start
    try reader.beginObject("an object")
    var text: [UInt8] = [UInt8(ascii: "{")]
    var isFirst = true
    while try reader.nextKey(isFirst: isFirst) {
      isFirst = false
      let begin = reader.position
      let key = try reader.string()
      try reader.expect(UInt8(ascii: ":"), "':'")
      try reader.skipValue()
      if key == "@type" { continue }
      if text.count > 1 { text.append(UInt8(ascii: ",")) }
      text.append(contentsOf: reader.bytes[begin..<reader.position])
    }
    text.append(UInt8(ascii: "}"))
    return text
  }

  public func write(json writer: inout JSONWriter) {
    if typeURL.isEmpty, value.isEmpty {
      writer.beginObject()
      writer.endObject()
      return
    }
    guard let name = typeName, let type = writer.options.registry.type(named: name) else {
      writer.fail(.unknownAnyType(typeURL))
      return
    }
    writePayload(type, &writer)
  }

  private func writePayload<M: Message>(_ type: M.Type, _ writer: inout JSONWriter) {
    guard let message = try? M(serializedBytes: value) else {
      writer.fail(.unencodable("an Any whose value is not a \(M.fullName)"))
      return
    }
    if MessageForm.isSpecial(M.fullName) {
      writer.beginObject()
      writer.key("@type")
      writer.string(typeURL)
      writer.key("value")
      message.write(json: &writer)
      writer.endObject()
    } else {
      writer.insertType(typeURL)
      message.write(json: &writer)
    }
  }
}

/// Which messages have a JSON form that is not an object of their fields.
enum MessageForm {
  private static let special: Set<String> = [
    "google.protobuf.Any", "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask",
    "google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue", "google.protobuf.DoubleValue",
    "google.protobuf.FloatValue", "google.protobuf.Int64Value", "google.protobuf.UInt64Value",
    "google.protobuf.Int32Value", "google.protobuf.UInt32Value", "google.protobuf.BoolValue",
    "google.protobuf.StringValue", "google.protobuf.BytesValue",
  ]

  static func isSpecial(_ fullName: String) -> Bool { special.contains(fullName) }
}
