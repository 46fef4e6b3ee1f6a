// Reading into fields: messages, groups, repeated and packed values, maps, enums.

extension WireReader {
  @inlinable
  public mutating func message<M: Message>(_ field: inout M) throws(WireError) {
    let outer = try enterMessage()
    try field.merge(from: &self)
    leave(outer)
  }

  @inlinable
  public mutating func message<M: Message>(_ field: inout M?) throws(WireError) {
    if case .none = field { field = M() }
    try message(&field!)
  }

  @inlinable
  public mutating func message<M: Message>(_ field: inout Boxed<M>) throws(WireError) {
    var value = field.take()
    try message(&value)
    field.put(value)
  }

  @inlinable
  public mutating func messages<M: Message>(_ field: inout [M]) throws(WireError) {
    // In its place: a large struct would be copied on the way there.
    field.append(M())
    try message(&field[field.count - 1])
  }

  /// A group of proto2, whose start tag has been read.
  @inlinable
  public mutating func group<M: Message>(_ number: UInt32, _ field: inout M) throws(WireError) {
    let outer = try enterGroup(field: number)
    try field.merge(from: &self)
    leave(outer)
  }

  @inlinable
  public mutating func group<M: Message>(_ number: UInt32, _ field: inout M?) throws(WireError) {
    if case .none = field { field = M() }
    try group(number, &field!)
  }

  @inlinable
  public mutating func group<M: Message>(_ number: UInt32, _ field: inout Boxed<M>) throws(WireError) {
    var value = field.take()
    try group(number, &value)
    field.put(value)
  }

  @inlinable
  public mutating func groups<M: Message>(_ number: UInt32, _ field: inout [M]) throws(WireError) {
    field.append(M())
    try group(number, &field[field.count - 1])
  }

  // Strings of schemas that do not ask for UTF-8 (`utf8_validation = NONE`, proto2): a Swift String holds nothing else, so
  // that other bytes are kept as an unknown field.

  @inline(never)
  public mutating func text(_ tag: UInt32, _ unknown: inout UnknownFields) throws(WireError) -> String? {
    let start = cursor
    do {
      return try string()
    } catch {
      guard error.kind == .invalidUTF8 else { throw error }
      cursor = start
      try self.unknown(tag, &unknown)
      return nil
    }
  }

  public mutating func string(
    _ field: inout String, _ tag: UInt32, _ unknown: inout UnknownFields
  ) throws(WireError) {
    if let value = try text(tag, &unknown) { field = value }
  }

  public mutating func string(
    _ field: inout String?, _ tag: UInt32, _ unknown: inout UnknownFields
  ) throws(WireError) {
    if let value = try text(tag, &unknown) { field = value }
  }

  public mutating func string(
    _ field: inout [String], _ tag: UInt32, _ unknown: inout UnknownFields
  ) throws(WireError) {
    if let value = try text(tag, &unknown) { field.append(value) }
  }

  /// Packed enums. Numbers have functions of their own (PackedNumbers.swift).
  @inlinable
  public mutating func packed<E: ProtobufEnum>(
    _ codec: EnumCodec<E>.Type, _ field: inout [E]
  ) throws(WireError) {
    let outer = end
    let count = try length()
    end = cursor + count
    while cursor < end { field.append(try codec.read(&self)) }
    end = outer
  }

  /// Packed numbers. Memory grows with the input, not with what a length claims.
  @inline(__always)
  mutating func elements<C: WireCodec>(_ codec: C.Type, _ field: inout [C.Value]) throws(WireError) {
    let length = try length()
    let (outer, start) = (end, field.count)
    end = cursor + length
    let size = C.wireType == 1 ? 8 : 4
    let count = C.wireType == 0 ? varintCount(in: length) : length / size
    // All at once, and then read into their places: appending looks for room, and for other owners, each time.
    field.append(contentsOf: repeatElement(C.defaultValue, count: count))
    #if _endian(little)
      // Numbers of fixed size lie in memory as they do on the wire.
      let isMemory = C.wireType == 1 || C.wireType == 5
    #else
      let isMemory = false
    #endif
    if isMemory {
      field.withUnsafeMutableBytes {
        $0[(start * size)...].copyBytes(from: UnsafeRawBufferPointer(start: cursor, count: count * size))
      }
      cursor += count * size
    } else {
      try field.withUnsafeMutableBufferPointer { (elements) throws(WireError) in
        var place = start
        while place < elements.count {
          elements[place] = try C.read(&self)
          place += 1
        }
      }
    }
    // What is left is the beginning of one more.
    if cursor < end { _ = try C.read(&self) }
    end = outer
  }

  /// A singular enum: a number that a closed enum does not have becomes an unknown field.
  @inlinable
  public mutating func enumeration<E: ProtobufEnum>(
    _ field: inout E, _ tag: UInt32, _ unknown: inout UnknownFields
  ) throws(WireError) {
    let number = try int32()
    if let value = E(rawValue: number) { field = value } else { keep(number, tag, &unknown) }
  }

  @inlinable
  public mutating func enumeration<E: ProtobufEnum>(
    _ field: inout E?, _ tag: UInt32, _ unknown: inout UnknownFields
  ) throws(WireError) {
    let number = try int32()
    if let value = E(rawValue: number) { field = value } else { keep(number, tag, &unknown) }
  }

  @inlinable
  public mutating func enumerations<E: ProtobufEnum>(
    _ field: inout [E], _ tag: UInt32, _ unknown: inout UnknownFields
  ) throws(WireError) {
    if tag & 7 == 2 {
      let outer = end
      let count = try length()
      end = cursor + count
      while cursor < end {
        let number = try int32()
        if let value = E(rawValue: number) { field.append(value) } else { keep(number, tag & ~7, &unknown) }
      }
      end = outer
    } else {
      let number = try int32()
      if let value = E(rawValue: number) { field.append(value) } else { keep(number, tag, &unknown) }
    }
  }

  @usableFromInline
  func keep(_ number: Int32, _ tag: UInt32, _ unknown: inout UnknownFields) {
    unknown.append(tag: tag, varint: UInt64(bitPattern: Int64(number)))
  }

  /// One map entry; absent key or value means its default, a repeated key replaces.
  @inlinable
  public mutating func mapEntry<K: WireCodec, V: WireCodec>(
    _ key: K.Type, _ value: V.Type, _ field: inout [K.Value: V.Value]
  ) throws(WireError) {
    let outer = try enterMessage()
    var entryKey = K.defaultValue
    var entryValue = V.defaultValue
    while true {
      let tag = try nextTag()
      if tag == 0 { break }
      if tag == 8 | K.wireType {
        entryKey = try K.read(&self)
      } else if tag == 16 | V.wireType {
        entryValue = try V.read(&self)
      } else {
        try skip(tag)
      }
    }
    leave(outer)
    field[entryKey] = entryValue
  }

  /// One map entry with a closed enum as its value: an entry with an unknown number is kept whole as an unknown field.
  @inlinable
  public mutating func mapEntry<K: WireCodec, E: ProtobufEnum>(
    _ key: K.Type, closed value: E.Type, _ field: inout [K.Value: E], _ tag: UInt32, _ unknown: inout UnknownFields
  ) throws(WireError) {
    let start = cursor
    var numbers: [K.Value: Int32] = [:]
    try mapEntry(key, Int32Codec.self, &numbers)
    for (entryKey, number) in numbers {
      if let known = E(rawValue: number) {
        field[entryKey] = known
      } else {
        unknown.append(tag: tag, value: UnsafeRawBufferPointer(start: start, count: cursor - start))
      }
    }
  }
}
