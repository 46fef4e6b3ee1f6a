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

  /// FNV-1a over the last 24 bytes and the length: methods of a service differ at the end. A peer cannot add entries,
  /// so it cannot make them collide.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bytes.count)
    for byte in bytes[max(0, bytes.count - 24)...] {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return Int(truncatingIfNeeded: hash ^ (hash >> 32)) & Int.max
  }
}
