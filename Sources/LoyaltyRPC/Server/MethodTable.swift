// From the bytes of `:path` to a method, without making a String.

/// A method in service.
final class ServedMethod: Sendable {
  let path: [UInt8]
  let descriptor: MethodDescriptor
  let invoker: any MethodInvoker
  /// Place in the table.
  let index: Int
  /// The call is refused without an accepted client certificate.
  let needsCertificate: Bool

  init(_ method: ServerMethod, index: Int, needsCertificate: Bool) {
    path = Array(method.descriptor.path.utf8)
    descriptor = method.descriptor
    invoker = method.invoker
    self.index = index
    self.needsCertificate = needsCertificate
  }
}

/// All methods of a server by path. Built once, then only read.
struct MethodTable: Sendable {
  let entries: [ServedMethod]

  /// Open addressing: index into `entries`, -1 where empty. A power of two, at most half full.
  private let buckets: [Int32]

  init(_ entries: [ServedMethod]) {
    self.entries = entries
    var count = 16
    while count < entries.count * 2 { count *= 2 }
    var buckets = [Int32](repeating: -1, count: count)
    for (index, entry) in entries.enumerated() {
      var place = entry.path.withUnsafeBytes { Self.hash($0) } & (count - 1)
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
      let matches = entries[index].path.withUnsafeBytes { known in
        known.equals(path)
      }
      if matches { return index }
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
