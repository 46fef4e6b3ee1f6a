// Packed fields of each kind of number. The generic functions would be compiled again in each module that has such a
// field; these are compiled here, once.

extension WireReader {
  public mutating func packed(_ codec: Int32Codec.Type, _ field: inout [Int32]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: Int64Codec.Type, _ field: inout [Int64]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: UInt32Codec.Type, _ field: inout [UInt32]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: UInt64Codec.Type, _ field: inout [UInt64]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: SInt32Codec.Type, _ field: inout [Int32]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: SInt64Codec.Type, _ field: inout [Int64]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: BoolCodec.Type, _ field: inout [Bool]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: Fixed32Codec.Type, _ field: inout [UInt32]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: Fixed64Codec.Type, _ field: inout [UInt64]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: SFixed32Codec.Type, _ field: inout [Int32]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: SFixed64Codec.Type, _ field: inout [Int64]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: FloatCodec.Type, _ field: inout [Float]) throws(WireError) {
    try elements(codec, &field)
  }

  public mutating func packed(_ codec: DoubleCodec.Type, _ field: inout [Double]) throws(WireError) {
    try elements(codec, &field)
  }
}

extension WireWriter {
  public mutating func packed(_ codec: Int32Codec.Type, _ tag: UInt32, _ values: [Int32]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: Int64Codec.Type, _ tag: UInt32, _ values: [Int64]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: UInt32Codec.Type, _ tag: UInt32, _ values: [UInt32]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: UInt64Codec.Type, _ tag: UInt32, _ values: [UInt64]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: SInt32Codec.Type, _ tag: UInt32, _ values: [Int32]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: SInt64Codec.Type, _ tag: UInt32, _ values: [Int64]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: BoolCodec.Type, _ tag: UInt32, _ values: [Bool]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: Fixed32Codec.Type, _ tag: UInt32, _ values: [UInt32]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: Fixed64Codec.Type, _ tag: UInt32, _ values: [UInt64]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: SFixed32Codec.Type, _ tag: UInt32, _ values: [Int32]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: SFixed64Codec.Type, _ tag: UInt32, _ values: [Int64]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: FloatCodec.Type, _ tag: UInt32, _ values: [Float]) {
    elements(codec, tag, values)
  }

  public mutating func packed(_ codec: DoubleCodec.Type, _ tag: UInt32, _ values: [Double]) {
    elements(codec, tag, values)
  }
}
