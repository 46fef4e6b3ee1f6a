// The blocks of a snapshot file: a header that says which state it is, chunks, and an end that covers them all.

/// See docs/storage-format.md for the layout.
struct SnapshotHeader: Hashable, Sendable {
  static let magic: [UInt8] = Array("LOYALSNP".utf8)
  /// 2 added encryption; 1 is read as without.
  static let formatVersion: UInt32 = 2
  static let length = 512

  /// The state after this record.
  var sequence: UInt64
  /// The journal's hash there.
  var hash: ChainHash
  /// The last segment whose records are in the state.
  var segment: UInt64
  var history: StoreIdentity
  /// Nanoseconds since 1970.
  var createdAt: UInt64
  var schemaVersion: UInt32
  /// By which key the chunks are encrypted; nil when they are not.
  var sealing: FileSealing?

  func encoded() -> [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.length)
    block.store(Self.magic, at: 0)
    block.store(Self.formatVersion, at: 8)
    block.store(UInt32(Self.length), at: 12)
    block.store(sequence, at: 16)
    block.store(segment, at: 24)
    block.store(history.bytes, at: 32)
    block.store(createdAt, at: 48)
    block.store(schemaVersion, at: 56)
    // 60: flags, none yet.
    block.store(hash.bytes, at: 64)
    FileSealing.store(sealing, in: &block)
    block.store(CRC32C.of(block.span.bytes.extracting(..<(Self.length - 4))), at: Self.length - 4)
    return block
  }

  init(_ block: [UInt8]) throws(FormatProblem) {
    guard block.count >= Self.length else { throw .damaged("the snapshot's header is cut short") }
    let bytes = block.span.bytes
    guard bytes.bytes(at: 0, count: 8) == Self.magic else { throw .damaged("this is not the start of a snapshot") }
    let version = bytes.load(UInt32.self, at: 8)
    guard version <= Self.formatVersion else { throw .newer(found: version, known: Self.formatVersion) }
    guard CRC32C.of(bytes.extracting(..<(Self.length - 4))) == bytes.load(UInt32.self, at: Self.length - 4) else {
      throw .damaged("the checksum of the snapshot's header is wrong")
    }
    guard bytes.load(UInt32.self, at: 12) == UInt32(Self.length), bytes.load(UInt32.self, at: 60) == 0 else {
      throw .damaged("the snapshot's header has a length or flags that version \(version) does not have")
    }
    sequence = bytes.load(UInt64.self, at: 16)
    segment = bytes.load(UInt64.self, at: 24)
    history = StoreIdentity(bytes: bytes.bytes(at: 32, count: 16))
    createdAt = bytes.load(UInt64.self, at: 48)
    schemaVersion = bytes.load(UInt32.self, at: 56)
    hash = ChainHash(bytes: bytes.bytes(at: 64, count: 32))
    sealing = try FileSealing.load(bytes)
  }

  init(
    sequence: UInt64, hash: ChainHash, segment: UInt64, history: StoreIdentity, createdAt: UInt64,
    schemaVersion: UInt32,
    sealing: FileSealing? = nil
  ) {
    self.sealing = sealing
    self.sequence = sequence
    self.hash = hash
    self.segment = segment
    self.history = history
    self.createdAt = createdAt
    self.schemaVersion = schemaVersion
  }
}

/// Length and CRC-32C before each chunk; length 0 begins the end block.
enum SnapshotChunk {
  static let prefixLength = 8
  /// Chunks of a state are at most this long, so that a damaged length cannot ask for more memory.
  static let maximumLength = 1 << 20

  static func prefix(of chunk: [UInt8]) -> [UInt8] {
    var prefix = [UInt8](repeating: 0, count: prefixLength)
    prefix.store(UInt32(truncatingIfNeeded: chunk.count), at: 0)
    prefix.store(CRC32C.of(chunk.span.bytes), at: 4)
    return prefix
  }
}

/// The last block: without it the file is not a snapshot.
struct SnapshotEnd: Hashable, Sendable {
  static let magic: UInt32 = 0x444e_4553  // "SEND"
  static let length = 56

  var chunks: UInt64
  /// Of everything before this block.
  var digest: [UInt8]

  func encoded() -> [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.length)
    // 0: a chunk length of zero.
    block.store(Self.magic, at: 4)
    block.store(chunks, at: 8)
    block.store(digest, at: 16)
    block.store(CRC32C.of(block.span.bytes.extracting(..<48)), at: 48)
    return block
  }

  init?(_ block: [UInt8]) {
    guard block.count == Self.length else { return nil }
    let bytes = block.span.bytes
    guard bytes.load(UInt32.self, at: 0) == 0, bytes.load(UInt32.self, at: 4) == Self.magic,
      bytes.load(UInt32.self, at: 48) == CRC32C.of(bytes.extracting(..<48)), bytes.load(UInt32.self, at: 52) == 0
    else { return nil }
    chunks = bytes.load(UInt64.self, at: 8)
    digest = bytes.bytes(at: 16, count: 32)
  }

  init(chunks: UInt64, digest: [UInt8]) {
    self.chunks = chunks
    self.digest = digest
  }
}
