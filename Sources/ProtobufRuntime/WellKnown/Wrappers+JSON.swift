// google.protobuf.*Value: a scalar with presence, in JSON the scalar itself.

extension ProtobufDoubleValue {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) { try reader.read(&value) }
  public func write(json writer: inout JSONWriter) { value.write(json: &writer) }
}

extension ProtobufFloatValue {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) { try reader.read(&value) }
  public func write(json writer: inout JSONWriter) { value.write(json: &writer) }
}

extension ProtobufInt64Value {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) { try reader.read(&value) }
  public func write(json writer: inout JSONWriter) { value.write(json: &writer) }
}

extension ProtobufUInt64Value {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) { try reader.read(&value) }
  public func write(json writer: inout JSONWriter) { value.write(json: &writer) }
}

extension ProtobufInt32Value {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) { try reader.read(&value) }
  public func write(json writer: inout JSONWriter) { value.write(json: &writer) }
}

extension ProtobufUInt32Value {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) { try reader.read(&value) }
  public func write(json writer: inout JSONWriter) { value.write(json: &writer) }
}

extension ProtobufBoolValue {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) { try reader.read(&value) }
  public func write(json writer: inout JSONWriter) { value.write(json: &writer) }
}

extension ProtobufStringValue {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) { try reader.read(&value) }
  public func write(json writer: inout JSONWriter) { value.write(json: &writer) }
}

extension ProtobufBytesValue {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) { try reader.read(&value) }
  public func write(json writer: inout JSONWriter) { value.write(json: &writer) }
}
