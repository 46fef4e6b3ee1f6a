// Reads the batches of one segment in order and believes nothing: each batch is checked against its checksums, its
// segment, the sequence and the hash chain before anybody sees a record of it.

/// A cursor over one segment.
struct SegmentReader {
  enum Next {
    /// The batch that stood at the cursor, which is now behind it.
    case batch(RecordBatch)
    /// There is no valid batch at the cursor. In words, why.
    case invalid(String)
  }

  let path: String
  let header: SegmentHeader
  let fileSize: UInt64
  /// Where the next batch begins.
  private(set) var position: UInt64
  private(set) var chain: ChainHash
  /// Of the next record.
  private(set) var nextSequence: UInt64
  /// Where the last valid batch began; nil before the first.
  private(set) var lastBatchStart: UInt64?

  private let file: any DiskFile
  private let cipher: FileCipher?
  /// Records are wanted, not only checked.
  private let opensRecords: Bool
  private let digest = SHA256()
  private var window: [UInt8] = []
  private var windowStart: UInt64 = 0
  /// Bytes asked of the disk at a time.
  private static let windowLength = 1 << 20

  /// - Parameter opensRecords: false leaves encrypted records as they are: checksums and chain need no key.
  /// - Throws: `StoreError.rot` or `.newer` when the header is not good, `.masterKey` when it is encrypted and the key is
  ///   not there, `.disk`.
  init(file: any DiskFile, path: String, keys: Keyring?, opensRecords: Bool = true) throws {
    self.file = file
    self.opensRecords = opensRecords
    self.path = path
    do {
      fileSize = try file.size()
      let block = try file.readAll(at: 0, count: SegmentHeader.length)
      header = try SegmentHeader(block)
    } catch let error as DiskError {
      throw StoreError.disk(error)
    } catch let problem as FormatProblem {
      throw StoreError(problem, path: path, what: "segment format")
    }
    cipher = opensRecords ? try keys.cipher(.segment, header.sealing, path: path) : nil
    position = UInt64(SegmentHeader.length)
    chain = header.previousHash
    nextSequence = header.previousSequence + 1
  }

  /// The place behind the last valid batch.
  var mark: JournalMark { JournalMark(sequence: nextSequence - 1, hash: chain, segment: header.id) }

  /// - Throws: `StoreError.disk`, and `.newer` for a batch that a later program wrote.
  mutating func next() throws -> Next {
    let head = try bytes(at: position, count: BatchHeader.length)
    guard head.count == BatchHeader.length else { return .invalid("the file ends within a batch's header") }
    guard let batch = BatchHeader(head.span.bytes, salt: header.salt) else {
      return .invalid(head.span.bytes.isZero ? "no batch begins here" : "the checksum of the batch's header is wrong")
    }
    guard batch.version <= BatchHeader.formatVersion else {
      throw StoreError.newer(
        path: path, what: "batch format", found: UInt32(batch.version), known: UInt32(BatchHeader.formatVersion))
    }
    guard batch.flags & ~BatchHeader.knownFlags == 0, batch.segment == header.id else {
      return .invalid("the batch belongs to segment \(batch.segment), or has flags that this program does not know")
    }
    guard batch.firstSequence == nextSequence else {
      return .invalid("the batch begins with record \(batch.firstSequence), expected is \(nextSequence)")
    }
    let total = batch.totalLength
    guard total <= Int(header.maximumBatch), UInt64(total) <= fileSize - position else {
      return .invalid("the batch is \(total) bytes long, which is more than there can be")
    }
    let body = try bytes(at: position + UInt64(BatchHeader.length), count: total - BatchHeader.length)
    guard body.count == total - BatchHeader.length else { return .invalid("the file ends within a batch") }
    let span = body.span.bytes
    if let problem = BatchReading.problem(batch, body: span, of: header) { return .invalid(problem) }
    let payload = span.extracting(..<Int(batch.payloadLength))
    digest.update(chain.bytes.span.bytes)
    digest.update(head.span.bytes.extracting(8..<48))
    digest.update(payload)
    guard digest.finish() == batch.hash.bytes else {
      return .invalid("the batch does not follow the one before it: its SHA-256 is wrong")
    }
    let start = position
    var records: [UInt8] = []
    if opensRecords {
      guard
        let opened = BatchReading.records(
          batch, head: head.span.bytes, payload: payload, position: start, cipher: cipher, of: header)
      else { return .invalid("the records of the batch do not open") }
      records = opened
    }
    lastBatchStart = start
    position += UInt64(total)
    chain = batch.hash
    nextSequence = batch.firstSequence + UInt64(batch.count)
    return .batch(
      RecordBatch(
        firstSequence: batch.firstSequence, count: batch.count, writtenAt: batch.writtenAt, position: start,
        length: total, path: path,
        payload: records))
  }

  /// Up to `count` bytes, fewer at the end of the file.
  private mutating func bytes(at offset: UInt64, count: Int) throws -> ArraySlice<UInt8> {
    if offset < windowStart || offset + UInt64(count) > windowStart + UInt64(window.count) {
      do {
        window = try file.readAll(at: offset, count: max(count, Self.windowLength))
      } catch { throw StoreError.disk(error) }
      windowStart = offset
    }
    let start = Int(offset - windowStart)
    return window[start..<min(start + count, window.count)]
  }
}

extension StoreError {
  init(_ problem: FormatProblem, path: String, what: String) {
    switch problem {
    case .damaged(let text): self = .rot(path: path, offset: 0, problem: text)
    case .newer(let found, let known): self = .newer(path: path, what: what, found: found, known: known)
    }
  }
}
