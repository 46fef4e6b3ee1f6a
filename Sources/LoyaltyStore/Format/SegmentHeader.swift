// The first block of a journal segment: whose history it is, where it begins, and what the segment before it ends with.
// It is written and synchronized before the file gets its name, so a named segment always has a good one.

/// See docs/storage-format.md for the layout.
struct SegmentHeader: Hashable, Sendable {
  static let magic: [UInt8] = Array("LOYALJRN".utf8)
  /// 2 added encryption and the incarnation; 1 is read as neither.
  static let formatVersion: UInt32 = 2
  /// One sector. The length is in the header, so that a later version may be longer.
  static let length = 512
  /// Of each number in it: 2^48, a petabyte's quarter in bytes, eight million years of a record a second.
  private static let greatestValue: UInt64 = 1 << 48

  /// 1 for the first ever, then without a gap.
  var id: UInt64
  /// Raised each time a server opens the store: a writer with a lower one has been fenced off.
  var epoch: UInt64
  /// Random, made with the store: files of two stores cannot be mixed.
  var history: StoreIdentity
  /// The predecessor's last valid sequence, 0 when there is none. Records here begin with the next one.
  var previousSequence: UInt64
  /// Where the predecessor's last valid batch ends; whatever is behind was never acknowledged.
  var previousEnd: UInt64
  var previousHash: ChainHash
  /// Nanoseconds since 1970.
  var createdAt: UInt64
  /// Random, and part of each batch header's checksum: no content of a record can look like a batch.
  var salt: UInt64
  /// `StateMachine.schemaVersion` of the writer.
  var schemaVersion: UInt32
  /// No batch of this segment is longer, in bytes.
  var maximumBatch: UInt32
  /// Bytes of the file while it is written to; a last segment that is shorter has been cut.
  var capacity: UInt64
  /// By which key the batches are encrypted; nil when they are not.
  var sealing: FileSealing?
  /// Random, new after each restore from a backup: records behind `incarnationBegin` are of this one only.
  var incarnation: StoreIdentity
  /// The last record that was restored; 0 in a store that never was.
  var incarnationBegin: UInt64

  func encoded() -> [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.length)
    block.store(Self.magic, at: 0)
    block.store(Self.formatVersion, at: 8)
    block.store(UInt32(Self.length), at: 12)
    block.store(id, at: 16)
    block.store(epoch, at: 24)
    block.store(history.bytes, at: 32)
    block.store(previousSequence, at: 48)
    block.store(previousEnd, at: 56)
    block.store(previousHash.bytes, at: 64)
    block.store(createdAt, at: 96)
    block.store(salt, at: 104)
    block.store(schemaVersion, at: 112)
    block.store(maximumBatch, at: 116)
    block.store(capacity, at: 120)
    FileSealing.store(sealing, in: &block)
    block.store(incarnation.bytes, at: 168)
    block.store(incarnationBegin, at: 184)
    // 192 to 508: reserved, zero.
    block.store(CRC32C.of(block.span.bytes.extracting(..<(Self.length - 4))), at: Self.length - 4)
    return block
  }

  init(_ block: [UInt8]) throws(FormatProblem) {
    guard block.count >= Self.length else { throw .damaged("the segment's header is cut short") }
    let bytes = block.span.bytes
    guard bytes.bytes(at: 0, count: 8) == Self.magic else { throw .damaged("this is not the start of a segment") }
    let sum = CRC32C.of(bytes.extracting(..<(Self.length - 4)))
    let version = bytes.load(UInt32.self, at: 8)
    guard version <= Self.formatVersion else { throw .newer(found: version, known: Self.formatVersion) }
    guard sum == bytes.load(UInt32.self, at: Self.length - 4) else {
      throw .damaged("the checksum of the segment's header is wrong")
    }
    guard bytes.load(UInt32.self, at: 12) == UInt32(Self.length) else {
      throw .damaged("the segment's header has a length that version \(version) does not have")
    }
    sealing = try FileSealing.load(bytes)
    id = bytes.load(UInt64.self, at: 16)
    epoch = bytes.load(UInt64.self, at: 24)
    history = StoreIdentity(bytes: bytes.bytes(at: 32, count: 16))
    previousSequence = bytes.load(UInt64.self, at: 48)
    previousEnd = bytes.load(UInt64.self, at: 56)
    previousHash = ChainHash(bytes: bytes.bytes(at: 64, count: 32))
    createdAt = bytes.load(UInt64.self, at: 96)
    salt = bytes.load(UInt64.self, at: 104)
    schemaVersion = bytes.load(UInt32.self, at: 112)
    maximumBatch = bytes.load(UInt32.self, at: 116)
    capacity = bytes.load(UInt64.self, at: 120)
    incarnation = version == 1 ? history : StoreIdentity(bytes: bytes.bytes(at: 168, count: 16))
    incarnationBegin = version == 1 ? 0 : bytes.load(UInt64.self, at: 184)
    // No store comes near these; below them no sum with a value of the header can overflow.
    guard id >= 1, max(id, epoch, previousSequence, previousEnd, capacity, incarnationBegin) <= Self.greatestValue
    else {
      throw .damaged("the segment's header has numbers that no store reaches")
    }
  }

  init(
    id: UInt64, epoch: UInt64, history: StoreIdentity, previousSequence: UInt64, previousEnd: UInt64,
    previousHash: ChainHash, createdAt: UInt64, salt: UInt64, schemaVersion: UInt32, maximumBatch: UInt32,
    capacity: UInt64, sealing: FileSealing? = nil, incarnation: StoreIdentity? = nil, incarnationBegin: UInt64 = 0
  ) {
    self.id = id
    self.epoch = epoch
    self.history = history
    self.previousSequence = previousSequence
    self.previousEnd = previousEnd
    self.previousHash = previousHash
    self.createdAt = createdAt
    self.salt = salt
    self.schemaVersion = schemaVersion
    self.maximumBatch = maximumBatch
    self.capacity = capacity
    self.sealing = sealing
    self.incarnation = incarnation ?? history
    self.incarnationBegin = incarnationBegin
  }
}

/// 16 random bytes that name one history.
public struct StoreIdentity: Hashable, Sendable, CustomStringConvertible {
  public let bytes: [UInt8]

  public var description: String { hexadecimal(bytes) }
}

/// Why a block cannot be read.
enum FormatProblem: Error {
  /// It is not what was written. In words.
  case damaged(String)
  /// A later program wrote it.
  case newer(found: UInt32, known: UInt32)
}
