// Writes the wire format forward into memory that the size pass has measured. Every write is checked against the end
// of that memory: a wrong size stops the process rather than overwrite what is not ours.

/// Writes the protobuf wire format into borrowed memory of exactly the measured size.
public struct WireWriter {
  @usableFromInline var cursor: UnsafeMutableRawPointer
  @usableFromInline let end: UnsafeMutableRawPointer
  @usableFromInline let sizes: UnsafeMutablePointer<SizeCache>

  /// - Parameter sizes: what the size pass of the same message noted; like the buffer, it outlives the writer.
  @inlinable
  public init(_ buffer: UnsafeMutableRawBufferPointer, sizes: UnsafeMutablePointer<SizeCache>) {
    cursor = buffer.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = cursor + buffer.count
    self.sizes = sizes
  }

  @inlinable @inline(__always)
  func need(_ count: Int) {
    precondition(end - cursor >= count, "a message wrote more bytes than it measured")
  }

  // MARK: Values without a tag

  @inlinable
  public mutating func rawVarint(_ value: UInt64) {
    if value < 0x80 {
      need(1)
      cursor.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
      cursor += 1
    } else {
      longVarint(value)
    }
  }

  @usableFromInline
  mutating func longVarint(_ value: UInt64) {
    need(varintSize(value))
    var rest = value
    var position = cursor
    while rest >= 0x80 {
      position.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
      position += 1
      rest >>= 7
    }
    position.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
    cursor = position + 1
  }

  @inlinable
  public mutating func rawFixed32(_ value: UInt32) {
    need(4)
    cursor.storeBytes(of: value.littleEndian, as: UInt32.self)
    cursor += 4
  }

  @inlinable
  public mutating func rawFixed64(_ value: UInt64) {
    need(8)
    cursor.storeBytes(of: value.littleEndian, as: UInt64.self)
    cursor += 8
  }

  @inlinable
  public mutating func rawBytes(_ bytes: UnsafeRawBufferPointer) {
    need(bytes.count)
    if let source = bytes.baseAddress { cursor.copyMemory(from: source, byteCount: bytes.count) }
    cursor += bytes.count
  }

  /// A length, then as many bytes.
  @inline(__always)
  mutating func lengthDelimited(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count < 0x80, let source = bytes.baseAddress else {
      rawVarint(UInt64(bytes.count))
      return rawBytes(bytes)
    }
    need(bytes.count + 1)
    cursor.storeBytes(of: UInt8(truncatingIfNeeded: bytes.count), as: UInt8.self)
    (cursor + 1).copyMemory(from: source, byteCount: bytes.count)
    cursor += bytes.count + 1
  }

  // MARK: Fields

  /// A singular field: tag, then value.
  @inlinable
  public mutating func field<C: WireCodec>(_ codec: C.Type, _ tag: UInt32, _ value: C.Value) {
    rawVarint(UInt64(tag))
    C.write(value, to: &self)
  }

  /// A repeated field, one tag an element.
  @inlinable
  public mutating func repeated<C: WireCodec>(_ codec: C.Type, _ tag: UInt32, _ values: [C.Value]) {
    values.forEachInPlace {
      rawVarint(UInt64(tag))
      $0.pointee.write(codec, to: &self)
    }
  }

  /// A packed repeated field: one tag and length for all elements. Nothing where there are none.
  @inlinable
  public mutating func packed<C: WireCodec>(_ codec: C.Type, _ tag: UInt32, _ values: [C.Value]) {
    if values.isEmpty { return }
    rawVarint(UInt64(tag))
    rawVarint(UInt64(sizes.pointee.take()))
    for value in values { C.write(value, to: &self) }
  }

  /// A map field, entries in the order of their keys.
  @inlinable
  public mutating func map<K: WireCodec, V: WireCodec>(
    _ key: K.Type, _ value: V.Type, _ tag: UInt32, _ entries: [K.Value: V.Value]
  ) where K.Value: MapKey {
    for index in orderedIndices(entries) {
      let (entryKey, entryValue) = entries[index]
      rawVarint(UInt64(tag))
      let payload =
        V.notesSizes
        ? sizes.pointee.take() : 2 + K.size(entryKey, &sizes.pointee) + V.size(entryValue, &sizes.pointee)
      rawVarint(UInt64(payload))
      field(key, 8 | K.wireType, entryKey)
      field(value, 16 | V.wireType, entryValue)
    }
  }

  /// A group (proto2): start tag, fields, end tag.
  @inlinable
  public mutating func group<M: Message>(_ field: UInt32, _ value: M) {
    rawVarint(UInt64(field << 3 | 3))
    value.write(to: &self)
    rawVarint(UInt64(field << 3 | 4))
  }

  /// A repeated group.
  @inlinable
  public mutating func groups<M: Message>(_ field: UInt32, _ values: [M]) {
    values.forEachInPlace { $0.pointee.write(group: field, to: &self) }
  }

  @inlinable
  public mutating func unknown(_ fields: UnknownFields) {
    if fields.isEmpty { return }
    fields.bytes.withUnsafeBytes { rawBytes($0) }
  }
}

/// How many bytes a varint takes: 1 to 10.
@inlinable
public func varintSize(_ value: UInt64) -> Int {
  // 9 bits of answer for every 64 of question: ceil(bits / 7) without a division.
  ((63 - (value | 1).leadingZeroBitCount) * 9 + 73) >> 6
}
