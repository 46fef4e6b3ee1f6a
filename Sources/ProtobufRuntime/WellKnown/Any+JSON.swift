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
    var payload = reader
    guard let url = try Self.findType(&reader) else { return }
    var probe = ProtobufAny()
    probe.typeURL = url
    guard let name = probe.typeName, let type = reader.options.registry.type(named: name) else {
      throw payload.error(.unknownAnyType(url))
    }
    typeURL = url
    try Self.seekPayload(name, &payload)
    value = try Self.payload(type, &payload)
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

  private static func payload<M: Message>(_ type: M.Type, _ reader: inout JSONReader) throws(JSONError) -> [UInt8] {
    var message = M()
    try message.merge(json: &reader)
    return message.serializedBytes()
  }

  /// Moves from the start of the object of an `Any`, which `findType` has read through, to what it holds: to its "value",
  /// or nowhere where the payload's fields stand beside "@type".
  static func seekPayload(_ typeName: String, _ reader: inout JSONReader) throws(JSONError) {
    guard MessageForm.isSpecial(typeName) else {
      reader.skipsTypeKey = true
      return
    }
    let start = reader
    var value: JSONReader?
    try reader.beginObject("an object")
    var isFirst = true
    while try reader.nextKey(isFirst: isFirst) {
      isFirst = false
      let place = reader.position
      let key = try reader.string()
      try reader.expect(UInt8(ascii: ":"), "':'")
      if key == "value" {
        guard value == nil else { throw reader.error(.duplicateField(key, message: fullName), at: place) }
        value = reader
      } else if key != "@type", !reader.options.ignoresUnknownFields {
        throw reader.error(.unknownField(key, message: typeName, nearest: "value"), at: place)
      }
      try reader.skipValue()
    }
    guard let value else {
      throw start.error(.invalidWellKnownType(fullName, reason: "\"value\" is missing for \(typeName)"))
    }
    reader = value
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
package enum MessageForm {
  private static let special: Set<String> = [
    "google.protobuf.Any", "google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask",
    "google.protobuf.Struct", "google.protobuf.Value", "google.protobuf.ListValue", "google.protobuf.DoubleValue",
    "google.protobuf.FloatValue", "google.protobuf.Int64Value", "google.protobuf.UInt64Value",
    "google.protobuf.Int32Value", "google.protobuf.UInt32Value", "google.protobuf.BoolValue",
    "google.protobuf.StringValue", "google.protobuf.BytesValue",
  ]

  package static func isSpecial(_ fullName: String) -> Bool { special.contains(fullName) }
}
