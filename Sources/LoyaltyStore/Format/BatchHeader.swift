// What stands before and behind the records of a batch: enough to tell a whole batch from a torn one, a rotten one, one
// of another segment, and one that does not follow the batch before it.

/// Bytes before the records of a batch.
@usableFromInline let batchHeaderLength = 80

/// See docs/storage-format.md for the layout.
struct BatchHeader: Hashable, Sendable {
  static let magic: UInt32 = 0x4254_414c  // "LATB"
  static let endMagic: UInt32 = 0x444e_454c  // "LEND"
  /// 2 added compression; a batch that is not compressed is still written as version 1.
  static let formatVersion: UInt16 = 2
  static let length = batchHeaderLength
  static let trailerLength = 8
  /// Batches begin at multiples of this, so that each sector that a batch touches has at least 8 bytes of it, and the
  /// last 8 are never zero: a sector that was not written is recognized.
  static let alignment = 8

  var segment: UInt64
  /// Of the first record; of the next one to come when the batch has none.
  var firstSequence: UInt64
  /// Records. 0 for a batch that only confirms the one before it.
  var count: UInt32
  /// Bytes of the records with their lengths.
  var payloadLength: UInt32
  var payloadSum: UInt32
  /// Nanoseconds since 1970, when the batch was closed.
  var writtenAt: UInt64
  /// SHA-256 of the hash before it, this header from its version to here, and the payload.
  var hash: ChainHash
  var version: UInt16
  /// A bit that this program does not know makes the batch unreadable for it.
  var flags: UInt16

  /// The payload is encrypted; its last 16 bytes are the tag. Its place is the batch's position in the segment, its
  /// context bytes 8 to 36 of this header.
  static let encrypted: UInt16 = 1
  /// The payload, once it is decrypted, is the length of the records (4 bytes) and an LZ4 block of them.
  static let compressed: UInt16 = 2
  static let knownFlags = encrypted | compressed
  /// Bytes before the block.
  static let blockPrefix = 4

  /// Header, payload, padding and trailer.
  var totalLength: Int { Self.totalLength(payload: Int(payloadLength)) }

  static func totalLength(payload: Int) -> Int {
    length + (payload + alignment - 1) / alignment * alignment + trailerLength
  }

  /// Fills in header, padding and trailer of a batch whose payload stands at `length` in `batch` already; compresses it
  /// where that helps, and encrypts it with a cipher: then it is longer by a tag. Checksum and hash are of what is on the
  /// disk, so they can be checked without the key.
  static func seal(
    _ batch: inout [UInt8], payloadLength plainLength: Int, count: UInt32, firstSequence: UInt64, writtenAt: UInt64,
    segment: SegmentHeader, position: UInt64, cipher: FileCipher?, after previous: ChainHash, digest: SHA256
  ) -> (length: Int, hash: ChainHash) {
    let cipher = count > 0 ? cipher : nil
    let recordsLength = compress(&batch, plainLength)
    let isCompressed = recordsLength < plainLength
    let payloadLength = recordsLength + (cipher == nil ? 0 : FileCipher.overhead)
    let total = totalLength(payload: payloadLength)
    if batch.count < total { batch.append(contentsOf: repeatElement(0, count: total - batch.count)) }
    for index in (length + payloadLength)..<total { batch[index] = 0 }
    batch.store(magic, at: 0)
    batch.store(isCompressed ? formatVersion : 1, at: 8)
    batch.store((cipher == nil ? 0 : encrypted) | (isCompressed ? compressed : 0), at: 10)
    batch.store(count, at: 12)
    batch.store(segment.id, at: 16)
    batch.store(firstSequence, at: 24)
    batch.store(UInt32(truncatingIfNeeded: payloadLength), at: 32)
    cipher?.seal(
      &batch, length..<length + recordsLength, place: position, context: context(batch.span.bytes))
    batch.store(CRC32C.of(batch.span.bytes.extracting(length..<length + payloadLength)), at: 36)
    batch.store(writtenAt, at: 40)
    digest.update(previous.bytes.span.bytes)
    digest.update(batch.span.bytes.extracting(8..<48))
    digest.update(batch.span.bytes.extracting(length..<length + payloadLength))
    let hash = ChainHash(bytes: digest.finish())
    batch.store(hash.bytes, at: 48)
    batch.store(headerSum(batch.span.bytes, salt: segment.salt), at: 4)
    batch.store(UInt32(truncatingIfNeeded: total), at: total - 8)
    batch.store(endMagic, at: total - 4)
    return (total, hash)
  }

  /// Compresses the records in place if that saves a sixteenth; less is not worth the time that reading takes.
  /// - Returns: the bytes that they take now.
  private static func compress(_ batch: inout [UInt8], _ count: Int) -> Int {
    guard
      let block = BlockCompression.compressed(
        batch.span.bytes.extracting(length..<length + count), room: count - count / 16 - blockPrefix - 1)
    else { return count }
    batch.store(UInt32(truncatingIfNeeded: count), at: length)
    batch.store(block, at: length + blockPrefix)
    return blockPrefix + block.count
  }

  /// What is authenticated with an encrypted payload.
  static func context(_ header: RawSpan) -> [UInt8] { header.bytes(at: 8, count: 28) }

  /// Reads a header whose checksum fits, or nothing.
  init?(_ bytes: RawSpan, salt: UInt64) {
    guard bytes.byteCount >= Self.length, bytes.load(UInt32.self, at: 0) == Self.magic,
      bytes.load(UInt32.self, at: 4) == Self.headerSum(bytes, salt: salt)
    else { return nil }
    version = bytes.load(UInt16.self, at: 8)
    flags = bytes.load(UInt16.self, at: 10)
    count = bytes.load(UInt32.self, at: 12)
    segment = bytes.load(UInt64.self, at: 16)
    firstSequence = bytes.load(UInt64.self, at: 24)
    payloadLength = bytes.load(UInt32.self, at: 32)
    payloadSum = bytes.load(UInt32.self, at: 36)
    writtenAt = bytes.load(UInt64.self, at: 40)
    hash = ChainHash(bytes: bytes.bytes(at: 48, count: 32))
  }

  private static func headerSum(_ bytes: RawSpan, salt: UInt64) -> UInt32 {
    var salted = [UInt8](repeating: 0, count: 8)
    salted.store(salt, at: 0)
    var sum = CRC32C()
    sum.update(salted.span.bytes)
    sum.update(bytes.extracting(8..<length))
    return sum.value
  }
}
