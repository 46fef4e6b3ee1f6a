// One batch, wherever it stands: what must be true of it by itself. That it follows the one before it, the reader of a
// whole segment checks too.

enum BatchReading {
  /// Checks what stands behind a batch's header.
  /// - Parameter body: everything from the header's end to the batch's.
  /// - Returns: the problem in words; nil when there is none.
  static func problem(_ batch: BatchHeader, body: RawSpan, of segment: SegmentHeader) -> String? {
    let payloadLength = Int(batch.payloadLength)
    guard body.load(UInt32.self, at: body.byteCount - 8) == UInt32(truncatingIfNeeded: batch.totalLength),
      body.load(UInt32.self, at: body.byteCount - 4) == BatchHeader.endMagic
    else { return "the end of the batch is not there" }
    guard body.extracting(payloadLength..<(body.byteCount - BatchHeader.trailerLength)).isZero else {
      return "the padding of the batch is not zero"
    }
    guard CRC32C.of(body.extracting(..<payloadLength)) == batch.payloadSum else {
      return "the checksum of the batch's records is wrong"
    }
    guard batch.count <= batch.payloadLength || batch.flags & BatchHeader.compressed != 0 else {
      return "the batch has more records than bytes"
    }
    return nil
  }

  /// The records of a batch whose checksums have been checked; nil when they are encrypted or compressed and do not open.
  static func records(
    _ batch: BatchHeader, head: RawSpan, payload: RawSpan, position: UInt64, cipher: FileCipher?,
    of segment: SegmentHeader
  ) -> [UInt8]? {
    let isCompressed = batch.flags & BatchHeader.compressed != 0
    guard batch.flags & BatchHeader.encrypted != 0 else {
      return isCompressed ? inflated(payload, of: segment) : payload.bytes(at: 0, count: payload.byteCount)
    }
    let opened = cipher?.opened(payload, place: position, context: BatchHeader.context(head))
    return isCompressed ? opened.flatMap { inflated($0.span.bytes, of: segment) } : opened
  }

  private static func inflated(_ payload: RawSpan, of segment: SegmentHeader) -> [UInt8]? {
    guard payload.byteCount > BatchHeader.blockPrefix else { return nil }
    let count = Int(payload.load(UInt32.self, at: 0))
    guard count <= Int(segment.maximumBatch) else { return nil }
    return BlockCompression.decompressed(payload.extracting(BatchHeader.blockPrefix...), count: count)
  }

  /// Bytes read at once in the hope that they are the whole batch.
  private static let guess = 16 << 10

  /// Reads the batch at a place where an index says that one begins.
  /// - Throws: `StoreError.rot` when there is none, `.disk`.
  static func read(
    at position: UInt64, of segment: SegmentHeader, path: String, disk: any Disk, keys: Keyring?
  ) throws -> RecordBatch {
    let cipher = try keys.cipher(.segment, segment.sealing, path: path)
    func rot(_ problem: String) -> StoreError { .rot(path: path, offset: position, problem: problem) }
    var bytes: [UInt8]
    do throws(DiskError) {
      let file = try disk.open(path, .reading)
      bytes = try file.readAll(at: position, count: guess)
      if let batch = BatchHeader(bytes.span.bytes, salt: segment.salt), batch.totalLength > bytes.count,
        batch.totalLength <= Int(segment.maximumBatch)
      {
        bytes = try file.readAll(at: position, count: batch.totalLength)
      }
    } catch { throw StoreError.disk(error) }
    guard let batch = BatchHeader(bytes.span.bytes, salt: segment.salt) else {
      throw rot("the index says that a batch begins here, but there is none")
    }
    guard batch.flags & ~BatchHeader.knownFlags == 0, batch.version <= BatchHeader.formatVersion,
      batch.segment == segment.id,
      batch.totalLength <= bytes.count
    else { throw rot("the batch here is not one that this program can read") }
    let body = bytes.span.bytes.extracting(BatchHeader.length..<batch.totalLength)
    if let problem = problem(batch, body: body, of: segment) { throw rot(problem) }
    guard
      let payload = records(
        batch, head: bytes.span.bytes, payload: body.extracting(..<Int(batch.payloadLength)), position: position,
        cipher: cipher, of: segment)
    else { throw rot("the records of the batch do not open") }
    return RecordBatch(
      firstSequence: batch.firstSequence, count: batch.count, writtenAt: batch.writtenAt, position: position,
      length: batch.totalLength, path: path, payload: payload)
  }
}
