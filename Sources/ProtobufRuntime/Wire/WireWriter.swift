// Writes the wire format backwards: the length of a child is known once the child is written, so that nothing has to be
// measured before. Every write is checked against the start of the memory, which grows.

/// Writes the protobuf wire format from its end to its start.
public struct WireWriter: ~Copyable {
  /// The first of the bytes that are written so far.
  @usableFromInline var cursor: UnsafeMutableRawPointer
  @usableFromInline var start: UnsafeMutableRawPointer
  @usableFromInline var end: UnsafeMutableRawPointer
  private var ownsMemory = false

  /// - Parameter scratch: memory to begin with, which outlives the writer; where it is too small the writer takes its own.
  public init(scratch: UnsafeMutableRawBufferPointer) {
    start = scratch.baseAddress ?? UnsafeMutableRawPointer(bitPattern: 1).unsafelyUnwrapped
    end = start + scratch.count
    cursor = end
  }

  deinit {
    if ownsMemory { start.deallocate() }
  }

  /// How many bytes are written so far.
  @inlinable
  public var count: Int { end - cursor }

  /// What is written so far, until the next write.
  @inlinable
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: cursor, count: count) }

  @inlinable @inline(__always)
  mutating func need(_ count: Int) {
    if cursor - start < count { grow(by: count) }
  }

  /// Bytes of the first memory of its own. 8 KiB: beyond what most messages take.
  private static var firstCapacity: Int { 8 << 10 }

  @usableFromInline @inline(never)
  mutating func grow(by needed: Int) {
    // Fourfold: what has been written is moved a third time at most.
    let capacity = max(4 * (end - start), Self.firstCapacity, count + needed + 64)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
    let newEnd = memory + capacity
    let newCursor = newEnd - count
    newCursor.copyMemory(from: cursor, byteCount: count)
    if ownsMemory { start.deallocate() }
    (start, cursor, end, ownsMemory) = (memory, newCursor, newEnd, true)
  }

  // MARK: Values without a tag

  @inlinable @inline(__always)
  public mutating func rawVarint(_ value: UInt64) {
    if value < 0x80 {
      need(1)
      cursor -= 1
      cursor.storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
    } else {
      longVarint(value)
    }
  }

  /// Two bytes and more.
  @usableFromInline @inline(never)
  mutating func longVarint(_ value: UInt64) {
    need(10)
    if value < 0x4000 { return twoByteVarint(value) }
    let continues: UInt64 = 0x8080_8080_8080_8080
    let high = value >> 56
    if high == 0 {
      // Eight bytes whose last ones are the varint: what stands before it is written over by what comes next.
      let unused = UInt64(8 - varintSize(value)) * 8
      let bytes = (Self.spread(value) | continues &>> (unused + 8)) &<< unused
      (cursor - 8).storeBytes(of: bytes.littleEndian, as: UInt64.self)
      cursor -= 8 - Int(unused / 8)
      return
    }
    if high < 0x80 {
      cursor -= 9
      cursor.storeBytes(of: UInt8(truncatingIfNeeded: high), toByteOffset: 8, as: UInt8.self)
    } else {
      cursor -= 10
      cursor.storeBytes(of: (UInt16(truncatingIfNeeded: high) | 0x0100).littleEndian, toByteOffset: 8, as: UInt16.self)
    }
    cursor.storeBytes(of: (Self.spread(value) | continues).littleEndian, as: UInt64.self)
  }

  /// The lowest 56 bits, seven in each byte: three times the upper half of each group moves up by what it has too few.
  @inline(__always)
  private static func spread(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = bits & 0x0000_0000_0FFF_FFFF | (bits & 0x00FF_FFFF_F000_0000) << 4
    bits = bits & 0x0000_3FFF_0000_3FFF | (bits & 0x0FFF_C000_0FFF_C000) << 2
    return bits & 0x007F_007F_007F_007F | (bits & 0x3F80_3F80_3F80_3F80) << 1
  }

  /// - Precondition: `value` is below 16,384.
  @inlinable @inline(__always)
  mutating func twoByteVarint(_ value: UInt64) {
    need(2)
    cursor -= 2
    let low = UInt16(truncatingIfNeeded: value) & 0x7F | 0x80
    cursor.storeBytes(of: (low | UInt16(truncatingIfNeeded: value >> 7) << 8).littleEndian, as: UInt16.self)
  }

  @inlinable @inline(__always)
  mutating func rawTag(_ tag: UInt32) {
    if tag < 0x80 {
      need(1)
      cursor -= 1
      cursor.storeBytes(of: UInt8(truncatingIfNeeded: tag), as: UInt8.self)
    } else if tag < 0x4000 {
      twoByteVarint(UInt64(tag))
    } else {
      longVarint(UInt64(tag))
    }
  }

  @inlinable
  public mutating func rawFixed32(_ value: UInt32) {
    need(4)
    cursor -= 4
    cursor.storeBytes(of: value.littleEndian, as: UInt32.self)
  }

  @inlinable
  public mutating func rawFixed64(_ value: UInt64) {
    need(8)
    cursor -= 8
    cursor.storeBytes(of: value.littleEndian, as: UInt64.self)
  }

  @inlinable
  public mutating func rawBytes(_ bytes: UnsafeRawBufferPointer) {
    need(bytes.count)
    cursor -= bytes.count
    if let source = bytes.baseAddress { cursor.copyMemory(from: source, byteCount: bytes.count) }
  }

  /// A length, then as many bytes.
  @inline(__always)
  mutating func lengthDelimited(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count < 0x80, let source = bytes.baseAddress else {
      rawBytes(bytes)
      return rawVarint(UInt64(bytes.count))
    }
    need(bytes.count + 1)
    let place = cursor - bytes.count
    if bytes.count >= 8, bytes.count <= 16 {
      // Most short texts, in two steps that may overlap.
      let rest = bytes.count - 8
      place.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
      (place + rest).storeBytes(of: source.loadUnaligned(fromByteOffset: rest, as: UInt64.self), as: UInt64.self)
    } else {
      place.copyMemory(from: source, byteCount: bytes.count)
    }
    cursor = place - 1
    cursor.storeBytes(of: UInt8(truncatingIfNeeded: bytes.count), as: UInt8.self)
  }

  // MARK: Fields

  /// A singular field: tag, then value.
  @inlinable
  public mutating func field<C: WireCodec>(_ codec: C.Type, _ tag: UInt32, _ value: C.Value) {
    C.write(value, to: &self)
    rawTag(tag)
  }

  /// A repeated field, one tag an element.
  @inlinable
  public mutating func repeated<C: WireCodec>(_ codec: C.Type, _ tag: UInt32, _ values: [C.Value]) {
    values.forEachInPlaceReversed {
      $0.pointee.write(codec, to: &self)
      rawTag(tag)
    }
  }

  /// Packed enums. Numbers have functions of their own (PackedNumbers.swift).
  @inlinable
  public mutating func packed<E: ProtobufEnum>(_ codec: EnumCodec<E>.Type, _ tag: UInt32, _ values: [E]) {
    if values.isEmpty { return }
    let behind = count
    for value in values.reversed() { codec.write(value, to: &self) }
    rawVarint(UInt64(count - behind))
    rawTag(tag)
  }

  /// A packed repeated field: one tag and length for all elements. Nothing where there are none.
  @inline(__always)
  mutating func elements<C: WireCodec>(_ codec: C.Type, _ tag: UInt32, _ values: [C.Value]) {
    if values.isEmpty { return }
    let behind = count
    #if _endian(little)
      // Numbers of fixed size lie in memory as they do on the wire.
      let isMemory = C.wireType == 1 || C.wireType == 5
    #else
      let isMemory = false
    #endif
    if isMemory {
      values.withUnsafeBytes { rawBytes($0) }
    } else {
      values.withUnsafeBufferPointer { elements in
        var place = elements.count
        while place > 0 {
          place -= 1
          C.write(elements[place], to: &self)
        }
      }
    }
    rawVarint(UInt64(count - behind))
    rawTag(tag)
  }

  /// A map field, entries in the order of their keys.
  @inlinable
  public mutating func map<K: WireCodec, V: WireCodec>(
    _ key: K.Type, _ value: V.Type, _ tag: UInt32, _ entries: [K.Value: V.Value]
  ) where K.Value: MapKey {
    forEachOrdered(entries, isReversed: true) { entryKey, entryValue in
      let behind = count
      field(value, 16 | V.wireType, entryValue)
      field(key, 8 | K.wireType, entryKey)
      rawVarint(UInt64(count - behind))
      rawTag(tag)
    }
  }

  /// A group (proto2): start tag, fields, end tag.
  @inlinable
  public mutating func group<M: Message>(_ field: UInt32, _ value: M) {
    rawTag(field << 3 | 4)
    value.write(to: &self)
    rawTag(field << 3 | 3)
  }

  /// A repeated group.
  @inlinable
  public mutating func groups<M: Message>(_ field: UInt32, _ values: [M]) {
    values.forEachInPlaceReversed { $0.pointee.write(group: field, to: &self) }
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
