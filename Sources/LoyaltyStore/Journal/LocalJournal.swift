// The journal in local files: segments, each filled with zeros before it is used, so that a sync of a batch writes data
// and no metadata, and each naming the end of the one before it.

import Synchronization

/// A journal in the segments of one directory, which the caller has locked.
final class LocalJournal: Journal {
  let directory: String
  let disk: any Disk
  let keys: Keyring?
  let configuration: StoreConfiguration
  let environment: StoreEnvironment
  let notify: @Sendable (StoreEvent) -> Void
  let history: StoreIdentity
  let epoch: UInt64
  /// Of the ledger: another one after each restore; and the last record that was restored, 0 if none was.
  let incarnation: (identity: StoreIdentity, begin: UInt64)
  let schemaVersion: UInt32

  /// The segment in use. Only the journal's thread changes it.
  struct Writer: Sendable {
    var file: any DiskFile
    var header: SegmentHeader
    var cipher: FileCipher?
    /// Where the next batch begins.
    var position: UInt64
    /// Where it would begin if no batch were compressed. Room is given out before it is known how much a batch will be
    /// compressed, so a segment is full when its batches would have filled it without.
    var reserved = UInt64(SegmentHeader.length)
    /// Everything in the segment.
    var mark: JournalMark
    /// The last batch has been confirmed by one behind it, or there is none.
    var confirmed = true
  }

  /// Room that is certain, so that no batch is accepted that could meet a full disk.
  struct Space: Sendable {
    /// Bytes of the segment in use behind all batches that are written or placed.
    var remaining: UInt64
    /// A filled segment is ready to follow it.
    var nextIsReady: Bool
    var reserveIsThere: Bool
    /// The last attempt to make a segment failed for want of space.
    var diskIsFull = false
  }

  private let writer: Mutex<Writer>
  let space: Mutex<Space>
  let next = Mutex<(any DiskFile)?>(nil)
  let sealed: Mutex<SealedSegments>
  let index: HistoryIndex
  private let digest = Mutex<SHA256>(SHA256())
  private let last: Atomic<UInt64>

  init(
    directory: String, disk: any Disk, keys: Keyring?, configuration: StoreConfiguration, environment: StoreEnvironment,
    schemaVersion: UInt32, notify: @escaping @Sendable (StoreEvent) -> Void, writer: Writer, space: Space,
    sealed: SealedSegments, index: HistoryIndex
  ) {
    self.directory = directory
    self.disk = disk
    self.keys = keys
    self.configuration = configuration
    self.environment = environment
    self.schemaVersion = schemaVersion
    self.notify = notify
    self.history = writer.header.history
    self.epoch = writer.header.epoch
    self.incarnation = (writer.header.incarnation, writer.header.incarnationBegin)
    self.last = Atomic(writer.mark.sequence)
    self.writer = Mutex(writer)
    self.space = Mutex(space)
    self.sealed = Mutex(sealed)
    self.index = index
  }

  var lastSequence: UInt64 { last.load(ordering: .acquiring) }
  var currentSegment: UInt64 { writer.withLock { $0.header.id } }

  func path(_ name: String) -> String { FileNames.path(directory, name) }

  // MARK: Writing

  func append(_ batch: inout PendingBatch) throws {
    let payload = batch.payload
    let length = UInt64(length(of: payload))
    if writer.withLock({ $0.reserved + length > UInt64(configuration.segmentSize) }) { try rotate() }
    try writer.withLock { writer in
      guard batch.firstSequence == writer.mark.sequence + 1 else {
        throw StoreError.failed(
          DiskError(
            operation: "append to", path: path(FileNames.segment(writer.header.id)), code: 0,
            reason: "record \(batch.firstSequence) would follow record \(writer.mark.sequence)"))
      }
      let position = writer.position
      try write(&batch.bytes, payload, batch.count, batch.firstSequence, &writer)
      index.add(batch, at: position)
      writer.mark.sequence = batch.lastSequence
      writer.confirmed = false
    }
    last.store(batch.lastSequence, ordering: .releasing)
  }

  func confirm() throws {
    try writer.withLock { writer in
      let length = UInt64(BatchHeader.totalLength(payload: 0))
      // At the end of a segment the next one's header will confirm.
      guard !writer.confirmed, writer.reserved + length <= UInt64(configuration.segmentSize) else { return }
      var bytes = [UInt8](repeating: 0, count: Int(length))
      try write(&bytes, 0, 0, writer.mark.sequence + 1, &writer)
      writer.confirmed = true
    }
  }

  /// One write and one sync.
  private func write(
    _ bytes: inout [UInt8], _ payload: Int, _ count: UInt32, _ firstSequence: UInt64, _ writer: inout Writer
  ) throws {
    let reserved = UInt64(self.length(of: payload))
    let (length, hash) = digest.withLock {
      BatchHeader.seal(
        &bytes, payloadLength: payload, count: count, firstSequence: firstSequence, writtenAt: environment.wall(),
        segment: writer.header, position: writer.position, cipher: writer.cipher, after: writer.mark.hash, digest: $0)
    }
    try writeDurably(bytes, length, writer)
    writer.position += UInt64(length)
    writer.reserved += reserved
    writer.mark.hash = hash
  }

  private func writeDurably(_ bytes: [UInt8], _ length: Int, _ writer: Writer) throws {
    do throws(DiskError) {
      try BatchWriting.write(bytes, length, at: writer.position, to: writer.file) { error in
        // A file system that copies on write needs room even for blocks that were filled before.
        error.code == Self.diskFull && releaseReserve()
      }
    } catch { throw StoreError.failed(error) }
  }

  func seal() throws -> Bool {
    if writer.withLock({ $0.mark.sequence == $0.header.previousSequence }) { return true }
    guard space.withLock({ $0.nextIsReady }) else { return false }
    try rotate()
    space.withLock {
      $0.remaining = UInt64(configuration.segmentSize - SegmentHeader.length)
      $0.nextIsReady = false
    }
    return true
  }

  /// Goes on in the segment that was made ready. The accounts in `space` are the caller's.
  private func rotate() throws {
    let ready = next.withLock { next in
      defer { next = nil }
      return next
    }
    try writer.withLock { writer in
      let newPath = path(FileNames.segment(writer.header.id + 1))
      guard let file = ready else {
        throw StoreError.failed(
          DiskError(operation: "begin", path: newPath, code: 0, reason: "a batch was accepted without room for it"))
      }
      var header = writer.header
      header.id += 1
      header.previousSequence = writer.mark.sequence
      header.previousEnd = writer.position
      header.previousHash = writer.mark.hash
      header.createdAt = environment.wall()
      header.salt = environment.random()
      header.schemaVersion = schemaVersion
      let sealed = keys?.seal(.segment)
      header.sealing = sealed?.sealing
      do throws(DiskError) {
        try file.writeAll(header.encoded().span.bytes, at: 0)
        try file.synchronize()
        try disk.rename(path(FileNames.nextSegment), to: newPath, replacing: false)
        try disk.synchronizeDirectory(directory)
      } catch {
        throw error.code == Self.alreadyThere ? StoreError.fenced(path: newPath) : .failed(error)
      }
      let begin = JournalMark(
        sequence: writer.header.previousSequence, hash: writer.header.previousHash, segment: writer.header.id - 1)
      let segment = SealedSegment(
        header: writer.header, begin: begin, end: writer.mark, endPosition: writer.position, sealedAt: header.createdAt)
      self.sealed.withLock { $0.append(segment) }
      index.begin(header)
      writer = Writer(
        file: file, header: header, cipher: sealed?.cipher, position: UInt64(SegmentHeader.length),
        mark: JournalMark(sequence: writer.mark.sequence, hash: writer.mark.hash, segment: header.id))
    }
  }

  // MARK: Room

  /// Bytes on the disk of a batch with records of this many bytes.
  private func length(of payload: Int) -> Int {
    BatchHeader.totalLength(payload: payload + (keys == nil || payload == 0 ? 0 : FileCipher.overhead))
  }

  func place(payload: Int) {
    let length = UInt64(length(of: payload))
    space.withLock { space in
      if space.remaining >= length {
        space.remaining -= length
      } else if payload > 0 {
        space.remaining = UInt64(configuration.segmentSize - SegmentHeader.length) - length
        space.nextIsReady = false
      }
    }
  }

  func capacity(limit: Int) -> Int {
    space.withLock { space in
      if !space.reserveIsThere { return 0 }
      if space.nextIsReady { return limit }
      return min(
        limit,
        max(0, Int(clamping: space.remaining) - BatchHeader.totalLength(payload: 0) - 8 - FileCipher.overhead))
    }
  }

  var isOutOfSpace: Bool { space.withLock { $0.diskIsFull || !$0.reserveIsThere } }

  // MARK: Reading

  var sealedEnd: JournalMark { sealed.withLock { $0.end } }

  func contains(_ mark: JournalMark) -> Bool { sealed.withLock { $0.contains(mark) } }

  func read(after sequence: UInt64, through end: JournalMark, _ body: (RecordBatch) throws -> Void) throws {
    let segments = sealed.withLock { $0.segments(after: sequence, through: end.sequence) }
    if let first = segments.first, first.begin.sequence > sequence {
      throw StoreError.missing(
        directory: directory, what: "records \(sequence + 1) to \(first.begin.sequence) are in no segment")
    }
    for segment in segments {
      try SealedReading.read(segment, path: path(FileNames.segment(segment.header.id)), disk: disk, keys: keys) {
        batch in
        if batch.count > 0 && batch.firstSequence + UInt64(batch.count) > sequence + 1 { try body(batch) }
      }
    }
  }

  func discard(through mark: JournalMark, sealedBefore time: UInt64) throws {
    try remove(through: mark, sealedBefore: time, overwriting: configuration.overwritesWhatIsRemoved)
  }

  func destroy(through mark: JournalMark) throws {
    try remove(through: mark, sealedBefore: .max, overwriting: true)
    do {
      for name in try disk.list(directory: directory) where FileNames.isTornTail(name) {
        try disk.destroy(path(name), in: directory)
      }
    } catch { throw StoreError.disk(error) }
  }

  private func remove(through mark: JournalMark, sealedBefore time: UInt64, overwriting: Bool) throws {
    // Oldest first, each made durable before the next: after a crash no gap can show.
    while let segment = sealed.withLock({ $0.oldest }), segment.end.sequence <= mark.sequence, segment.sealedAt < time {
      let path = path(FileNames.segment(segment.header.id))
      do {
        if overwriting {
          try disk.destroy(path, in: directory)
        } else {
          try disk.remove(path)
        }
        try disk.synchronizeDirectory(directory)
      } catch { throw StoreError.disk(error) }
      sealed.withLock { $0.removeOldest() }
      // What of it is left after a crash, the next start removes.
      do { try index.forget(segment.header.id) } catch { throw StoreError.disk(error) }
      notify(.segmentRemoved(path: path))
    }
  }
}
