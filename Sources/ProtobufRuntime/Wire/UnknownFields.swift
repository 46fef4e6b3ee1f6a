// Fields of a newer or foreign schema: kept as they came, so that a program in the middle loses nothing.

/// Unknown fields in wire format, in the order in which they were read.
public struct UnknownFields: Hashable, Sendable {
  /// Tag and value of each field, one behind the other.
  public var bytes: [UInt8]

  @inlinable
  public init(bytes: [UInt8] = []) { self.bytes = bytes }

  @inlinable public var isEmpty: Bool { bytes.isEmpty }

  /// Adds a field: its tag as a varint, then `value` as it stood behind the tag.
  public mutating func append(tag: UInt32, value: UnsafeRawBufferPointer) {
    appendVarint(UInt64(tag))
    bytes.append(contentsOf: value)
  }

  /// Adds a varint field.
  public mutating func append(tag: UInt32, varint: UInt64) {
    appendVarint(UInt64(tag))
    appendVarint(varint)
  }

  private mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
