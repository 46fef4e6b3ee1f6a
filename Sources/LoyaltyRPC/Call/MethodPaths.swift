// From the bytes of `:path` to a method's number, without making a String.

/// The paths of all methods of a server. Built once, then only read. A class, so that a header field costs no retains of
/// its arrays.
final class MethodPaths: Sendable {
  private let paths: [[UInt8]]

  /// Open addressing: index into `paths`, -1 where empty. A power of two, at most half full.
  private let buckets: [Int32]

  init(_ paths: [[UInt8]]) {
    self.paths = paths
    var count = 16
    while count < paths.count * 2 { count *= 2 }
    var buckets = [Int32](repeating: -1, count: count)
    for (index, path) in paths.enumerated() {
      var place = path.withUnsafeBytes { Self.hash($0) } & (count - 1)
      while buckets[place] >= 0 { place = (place + 1) & (count - 1) }
      buckets[place] = Int32(index)
    }
    self.buckets = buckets
  }

  /// Index of the method at this path, -1 if there is none.
  func find(_ path: UnsafeRawBufferPointer) -> Int {
    let mask = buckets.count - 1
    var place = Self.hash(path) & mask
    while true {
      let index = Int(buckets[place])
      guard index >= 0 else { return -1 }
      if paths[index].withUnsafeBytes({ $0.equals(path) }) { return index }
      place = (place + 1) & mask
    }
  }

  /// Over the last 16 bytes and the length: methods of a service differ at the end. A peer cannot add entries, so it cannot
  /// make them collide.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
    var (first, last): (UInt64, UInt64) = (0, 0)
    if bytes.count >= 16 {
      first = bytes.loadUnaligned(fromByteOffset: bytes.count - 16, as: UInt64.self)
      last = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
    } else {
      for byte in bytes { (first, last) = (first << 8 | last >> 56, last << 8 | UInt64(byte)) }
    }
    // Multipliers of SplitMix64: each bit of what goes in reaches the upper half.
    var hash = (first ^ UInt64(bytes.count)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ hash >> 32 ^ last) &* 0x94d0_49bb_1331_11eb
    return Int(truncatingIfNeeded: hash >> 32)
  }
}
