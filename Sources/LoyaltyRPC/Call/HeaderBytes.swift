// Comparing header bytes with known names, without making a String of them.

#if canImport(Glibc)
  import Glibc
#endif

extension UnsafeRawBufferPointer {
  /// Byte for byte equality with a known text.
  @inline(__always)
  func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount, let base = baseAddress else {
      return count == 0 && text.utf8CodeUnitCount == 0
    }
    return memcmp(base, text.utf8Start, count) == 0
  }

  @inline(__always)
  func equals(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count, count > 0, let base = baseAddress, let otherBase = other.baseAddress else {
      return count == other.count
    }
    return memcmp(base, otherBase, count) == 0
  }

  @inline(__always)
  func hasPrefix(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount, let base = baseAddress else { return text.utf8CodeUnitCount == 0 }
    return memcmp(base, text.utf8Start, text.utf8CodeUnitCount) == 0
  }

  func hasSuffix(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount, let base = baseAddress else { return text.utf8CodeUnitCount == 0 }
    return memcmp(base + (count - text.utf8CodeUnitCount), text.utf8Start, text.utf8CodeUnitCount) == 0
  }

  var text: String { String(decoding: self, as: UTF8.self) }
}
