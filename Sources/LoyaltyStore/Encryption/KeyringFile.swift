// The file of a store's data keys, each wrapped by the master key. Two copies are kept: without it nothing else can be
// read.

/// A data key as it stands in the file.
struct WrappedKey: Hashable, Sendable {
  var id: UInt32
  /// Nanoseconds since 1970.
  var createdAt: UInt64
  /// Random, 8 bytes of the nonce.
  var place: UInt64
  /// Encrypted, with its tag.
  var bytes: [UInt8]

  static let length = 72

  var encoded: [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.length)
    block.store(id, at: 0)
    block.store(createdAt, at: 8)
    block.store(place, at: 16)
    block.store(bytes, at: 24)
    return block
  }

  init(_ block: RawSpan) {
    id = block.load(UInt32.self, at: 0)
    createdAt = block.load(UInt64.self, at: 8)
    place = block.load(UInt64.self, at: 16)
    bytes = block.bytes(at: 24, count: SecretKey.length + FileCipher.overhead)
  }

  init(_ key: SecretKey, id: UInt32, createdAt: UInt64, place: UInt64, by master: MasterKey) {
    self.id = id
    self.createdAt = createdAt
    self.place = place
    bytes = []
    bytes = key.withBytes {
      FileCipher(master.key).sealed($0.bytes, place: place, context: context)
    }
  }

  func unwrapped(by master: MasterKey) -> SecretKey? {
    var plain = FileCipher(master.key).opened(bytes.span.bytes, place: place, context: context)
    defer { plain?.withUnsafeMutableBytes { for index in $0.indices { $0[index] = 0 } } }
    return plain.map { SecretKey($0.span.bytes) }
  }

  private var context: [UInt8] {
    var context = Array("loyalty data key".utf8) + [UInt8](repeating: 0, count: 16)
    context.store(id, at: 16)
    context.store(createdAt, at: 24)
    return context
  }
}

/// See docs/storage-format.md for the layout.
struct KeyringFile: Hashable, Sendable {
  static let magic: [UInt8] = Array("LOYALKEY".utf8)
  static let formatVersion: UInt32 = 1
  static let headerLength = 512
  /// Keys in one file: a new one each day for a quarter of a century.
  static let maximumKeys = 10_000

  /// Grows by one each time the file is written.
  var generation: UInt64
  /// `SecretKey.identity` of the master key.
  var master: [UInt8]
  /// Rising ids; the last is the one in use.
  var keys: [WrappedKey]

  func encoded() -> [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.headerLength)
    let entries = keys.flatMap(\.encoded)
    let digest = SHA256()
    digest.update(entries.span.bytes)
    block.store(Self.magic, at: 0)
    block.store(Self.formatVersion, at: 8)
    block.store(UInt32(Self.headerLength), at: 12)
    block.store(generation, at: 16)
    block.store(UInt32(truncatingIfNeeded: keys.count), at: 24)
    block.store(master, at: 32)
    block.store(digest.finish(), at: 64)
    block.store(CRC32C.of(block.span.bytes.extracting(..<(Self.headerLength - 4))), at: Self.headerLength - 4)
    return block + entries
  }

  init(generation: UInt64, master: [UInt8], keys: [WrappedKey]) {
    self.generation = generation
    self.master = master
    self.keys = keys
  }

  init(_ file: [UInt8]) throws(FormatProblem) {
    let bytes = file.span.bytes
    guard file.count >= Self.headerLength, bytes.bytes(at: 0, count: 8) == Self.magic else {
      throw .damaged("this is not a file of data keys")
    }
    let version = bytes.load(UInt32.self, at: 8)
    guard version <= Self.formatVersion else { throw .newer(found: version, known: Self.formatVersion) }
    guard
      CRC32C.of(bytes.extracting(..<(Self.headerLength - 4))) == bytes.load(UInt32.self, at: Self.headerLength - 4)
    else { throw .damaged("the checksum of its header is wrong") }
    generation = bytes.load(UInt64.self, at: 16)
    master = bytes.bytes(at: 32, count: 8)
    let count = Int(bytes.load(UInt32.self, at: 24))
    guard count <= Self.maximumKeys, file.count == Self.headerLength + count * WrappedKey.length else {
      throw .damaged("it has \(file.count) bytes, which are not \(count) keys")
    }
    let entries = bytes.extracting(droppingFirst: Self.headerLength)
    let digest = SHA256()
    digest.update(entries)
    guard digest.finish() == bytes.bytes(at: 64, count: 32) else { throw .damaged("its keys are not those written") }
    keys = (0..<count).map { WrappedKey(entries.extracting(droppingFirst: $0 * WrappedKey.length)) }
  }
}
