// Elements of an array where they lie. A call that the optimizer cannot see through gets a copy of its argument, for a
// large message a retain and a release of every field; what cannot be copied is passed as it lies.

/// A value that is only borrowed. Has the layout of the value alone.
@frozen
@usableFromInline
struct InPlace<Value>: ~Copyable {
  @usableFromInline let value: Value
}

extension InPlace {
  @inlinable
  borrowing func write<C: WireCodec>(_ codec: C.Type, to writer: inout WireWriter) where C.Value == Value {
    C.write(value, to: &writer)
  }
}

extension InPlace where Value: Message {
  @inlinable
  borrowing func write(group field: UInt32, to writer: inout WireWriter) {
    writer.rawTag(field << 3 | 4)
    value.write(to: &writer)
    writer.rawTag(field << 3 | 3)
  }

  @inlinable
  borrowing func isInitialized() -> Bool { value.isInitialized }
}

extension InPlace where Value: FieldValue {
  @inlinable
  borrowing func write(json writer: inout JSONWriter) { value.write(json: &writer) }
}

extension Array {
  /// Calls `body` with the place of each element.
  @inlinable
  @inline(__always)
  func forEachInPlace(_ body: (UnsafePointer<InPlace<Element>>) -> Void) {
    withUnsafeBytes { bytes in
      // A struct of one field lies in memory as the field does.
      guard var place = bytes.baseAddress?.assumingMemoryBound(to: InPlace<Element>.self) else { return }
      for _ in 0..<count {
        body(place)
        place += 1
      }
    }
  }

  /// The same from the last to the first.
  @inlinable
  @inline(__always)
  func forEachInPlaceReversed(_ body: (UnsafePointer<InPlace<Element>>) -> Void) {
    withUnsafeBytes { bytes in
      guard var place = bytes.baseAddress?.assumingMemoryBound(to: InPlace<Element>.self) else { return }
      place += count
      for _ in 0..<count {
        place -= 1
        body(place)
      }
    }
  }
}

extension Array where Element: Message {
  /// Whether all required fields of all elements are set.
  @inlinable
  public var areInitialized: Bool {
    var all = true
    forEachInPlace { if all { all = $0.pointee.isInitialized() } }
    return all
  }
}
