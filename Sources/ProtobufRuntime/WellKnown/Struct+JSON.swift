// google.protobuf.Struct, Value, ListValue and NullValue: JSON itself as messages.

extension ProtobufStruct {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) { try reader.read(&fields) }
  public func write(json writer: inout JSONWriter) {
    writer.map(fields)
  }
}

extension ProtobufListValue {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    guard reader.peek() == UInt8(ascii: "[") else { throw reader.expected("a list") }
    try reader.read(&values)
  }
  public func write(json writer: inout JSONWriter) { writer.list(values) }
}

extension ProtobufValue {
  public static var acceptsNull: Bool { true }

  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    switch reader.peek() {
    case UInt8(ascii: "n"):
      try reader.literal("null")
      kind = .nullValue(.nullValue)
    case UInt8(ascii: "t"), UInt8(ascii: "f"): kind = .boolValue(try reader.boolean())
    case UInt8(ascii: "\""): kind = .stringValue(try reader.string())
    case UInt8(ascii: "{"):
      var value = ProtobufStruct()
      try value.merge(json: &reader)
      kind = .structValue(value)
    case UInt8(ascii: "["):
      var value = ProtobufListValue()
      try value.merge(json: &reader)
      kind = .listValue(value)
    default: kind = .numberValue(try reader.floatingPoint(Double.self))
    }
  }

  public func write(json writer: inout JSONWriter) {
    switch kind {
    case .nullValue?: writer.null()
    case .numberValue(let value)?:
      guard value.isFinite else { return writer.fail(.unencodable("a Value holds the number \(value)")) }
      value.write(json: &writer)
    case .stringValue(let value)?: value.write(json: &writer)
    case .boolValue(let value)?: value.write(json: &writer)
    case .structValue(let value)?: value.write(json: &writer)
    case .listValue(let value)?: value.write(json: &writer)
    case nil: writer.fail(.unencodable("a Value without a kind"))
    }
  }
}

extension ProtobufNullValue {
  public static var acceptsNull: Bool { true }

  public static func read(json reader: inout JSONReader) throws(JSONError) -> ProtobufNullValue? {
    if try reader.readNull() { return .nullValue }
    if reader.peek() == UInt8(ascii: "\"") {
      let text = try reader.string()
      guard text == "NULL_VALUE" else { throw reader.error(.unknownEnumValue(text, nearest: "NULL_VALUE")) }
      return .nullValue
    }
    return ProtobufNullValue(rawValue: try reader.integer(Int32.self))
  }

  public func write(json writer: inout JSONWriter) { writer.null() }
}
