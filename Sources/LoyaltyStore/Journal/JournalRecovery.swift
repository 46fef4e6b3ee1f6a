// From files to a journal that can be written: finds the segments, reads their records, judges the end, and begins a
// new segment that tells how the one before it ended. A segment is never written to by two processes.

/// The state of a journal's files before it is opened for writing.
struct JournalRecovery {
  let directory: String
  let disk: any Disk
  let keys: Keyring?
  let configuration: StoreConfiguration
  let environment: StoreEnvironment
  let schemaVersion: UInt32
  let notify: @Sendable (StoreEvent) -> Void
  /// The hashed members of an encoded record.
  let membersOf: @Sendable (MemberHasher, RawSpan) throws -> [UInt64]

  /// Of all segments but the last.
  private(set) var sealed: SealedSegments
  private(set) var history: StoreIdentity
  private let lastHeader: SegmentHeader?
  private let reserveIsThere: Bool
  /// Set by a restore: `begin` begins a new incarnation, whose own records follow this one.
  var incarnationBegin: UInt64?
  /// Known once `replay` has read the last segment.
  private var tail: Tail?

  private struct Tail {
    var mark: JournalMark
    var position: UInt64
    var lastBatchStart: UInt64?
    /// Where a torn batch ends.
    var tornEnd: UInt64?
  }

  /// The header of the segment in use.
  var last: SegmentHeader? { lastHeader }

  /// Where `replay` found the journal to end, and how many bytes of an unfinished batch are behind that; nil before.
  var end: (mark: JournalMark, tornBytes: UInt64)? {
    tail.map { ($0.mark, ($0.tornEnd ?? $0.position) - $0.position) }
  }

  /// Finds the segments and checks that they belong together. Reads their headers only.
  init(
    directory: String, disk: any Disk, keys: Keyring?, configuration: StoreConfiguration, environment: StoreEnvironment,
    schemaVersion: UInt32, notify: @escaping @Sendable (StoreEvent) -> Void,
    membersOf: @escaping @Sendable (MemberHasher, RawSpan) throws -> [UInt64]
  ) throws {
    self.membersOf = membersOf
    self.directory = directory
    self.disk = disk
    self.keys = keys
    self.configuration = configuration
    self.environment = environment
    self.schemaVersion = schemaVersion
    self.notify = notify

    let names: [String]
    do { names = try disk.list(directory: directory) } catch { throw StoreError.disk(error) }
    reserveIsThere = names.contains(FileNames.reserve)
    let ids = names.compactMap(FileNames.segmentID).sorted()
    if ids.isEmpty, names.contains(where: { $0 == FileNames.reserve || FileNames.snapshotSequence($0) != nil }) {
      throw StoreError.missing(directory: directory, what: "it has been a store, but there is no journal segment in it")
    }
    var headers: [SegmentHeader] = []
    for id in ids {
      if let previous = headers.last, id != previous.id + 1 {
        throw StoreError.missing(
          directory: directory, what: "there is \(FileNames.segment(id)), but not \(FileNames.segment(previous.id + 1))"
        )
      }
      headers.append(try Self.header(of: id, after: headers.last, directory, disk, schemaVersion))
    }
    guard let first = headers.first else {
      history = StoreIdentity(bytes: Self.random(16, environment))
      sealed = SealedSegments(begin: .beginning)
      lastHeader = nil
      return
    }
    history = first.history
    lastHeader = headers.last
    let begin = JournalMark(sequence: first.previousSequence, hash: first.previousHash, segment: first.id - 1)
    sealed = SealedSegments(
      begin: begin,
      zip(headers, headers.dropFirst()).map { header, next in
        SealedSegment(
          header: header,
          begin: JournalMark(
            sequence: header.previousSequence, hash: header.previousHash, segment: header.id - 1),
          end: JournalMark(sequence: next.previousSequence, hash: next.previousHash, segment: header.id),
          endPosition: next.previousEnd, sealedAt: next.createdAt)
      })
  }

  private static func header(
    of id: UInt64, after previous: SegmentHeader?, _ directory: String, _ disk: any Disk, _ schemaVersion: UInt32
  ) throws -> SegmentHeader {
    let path = FileNames.path(directory, FileNames.segment(id))
    let file: any DiskFile
    do { file = try disk.open(path, .reading) } catch { throw StoreError.disk(error) }
    let header = try SegmentReader(file: file, path: path, keys: nil, opensRecords: false).header
    func require(_ holds: Bool, _ problem: String) throws {
      if !holds { throw StoreError.rot(path: path, offset: 0, problem: problem) }
    }
    guard header.schemaVersion <= schemaVersion else {
      throw StoreError.newer(path: path, what: "record schema", found: header.schemaVersion, known: schemaVersion)
    }
    try require(header.id == id, "its header says that it is segment \(header.id)")
    if let previous {
      try require(header.history == previous.history, "it belongs to another store (\(header.history))")
      try require(
        header.previousSequence >= previous.previousSequence && header.epoch >= previous.epoch,
        "it is older than the segment before it")
    } else if id == 1 {
      try require(header.previousSequence == 0 && header.previousHash == .zero, "the first segment has a predecessor")
    }
    return header
  }

  /// Bytes of journal behind `sequence`, for progress.
  private func bytesToRead(after sequence: UInt64) -> UInt64 {
    let known = sealed.segments(after: sequence, through: .max).reduce(0) { $0 + $1.endPosition }
    return known + (lastHeader?.capacity ?? 0)
  }

  /// Gives every batch with records behind `mark`, which must be a mark of this journal, and finds the end.
  mutating func replay(after mark: JournalMark, _ body: (RecordBatch) throws -> Void) throws {
    guard let lastHeader else {
      tail = Tail(mark: .beginning, position: 0)
      return
    }
    let total = bytesToRead(after: mark.sequence)
    var read: UInt64 = 0
    var told: UInt64 = 0
    let notify = notify
    func pass(_ batch: RecordBatch) throws {
      if batch.count > 0 { try body(batch) }
      read += UInt64(batch.length)
      if read - told >= 64 << 20 {
        told = read
        notify(.recovering(sequence: batch.firstSequence, bytes: read, of: max(read, total)))
      }
    }
    for segment in sealed.segments(after: mark.sequence, through: .max) {
      try SealedReading.read(segment, path: path(segment.header.id), disk: disk, keys: keys, pass)
    }
    tail = try readLast(lastHeader, pass)
  }

  private func readLast(_ header: SegmentHeader, _ body: (RecordBatch) throws -> Void) throws -> Tail {
    let path = path(header.id)
    let file: any DiskFile
    do { file = try disk.open(path, .reading) } catch { throw StoreError.disk(error) }
    var reader = try SegmentReader(file: file, path: path, keys: keys)
    guard reader.fileSize >= header.capacity else {
      throw StoreError.rot(
        path: path, offset: reader.fileSize,
        problem: "the file has been cut to \(reader.fileSize) bytes of \(header.capacity)")
    }
    while true {
      switch try reader.next() {
      case .batch(let batch): try body(batch)
      case .invalid(let problem):
        var tail = Tail(mark: reader.mark, position: reader.position, lastBatchStart: reader.lastBatchStart)
        let verdict = try TailVerdict.judge(file: file, header: header, position: reader.position, problem: problem)
        switch verdict {
        case .clean: break
        case .torn(let end): tail.tornEnd = end
        case .rot(let offset, let problem): throw StoreError.rot(path: path, offset: offset, problem: problem)
        }
        return tail
      }
    }
  }

  /// Begins a new segment behind what `replay` found, and with it a new epoch: the journal is ready for records.
  func begin() throws -> LocalJournal {
    guard let tail else { preconditionFailure("replay comes before begin") }
    do {
      return try begin(tail)
    } catch let error as DiskError {
      throw error.code == LocalJournal.diskFull
        ? StoreError.readOnly(directory: directory, needed: configuration.reserveSize) : StoreError.disk(error)
    }
  }

  private func begin(_ tail: Tail) throws -> LocalJournal {
    var reserve = reserveIsThere
    /// A full disk must not keep a server from starting: the reserve is for this.
    func withReserve<Result>(_ body: () throws(DiskError) -> Result) throws(DiskError) -> Result {
      do { return try body() } catch  where error.code == LocalJournal.diskFull && reserve {
        reserve = false
        try disk.remove(FileNames.path(directory, FileNames.reserve))
        return try body()
      }
    }
    try LocalJournal.removeIfThere(FileNames.path(directory, FileNames.nextSegment), disk: disk)
    if let lastHeader {
      if let end = tail.tornEnd {
        try withReserve { () throws(DiskError) in try saveTail(lastHeader.id, from: tail.position, to: end) }
      }
      try rewriteLastBatch(lastHeader.id, tail)
    }
    let sealed = keys?.seal(.segment)
    var header = SegmentHeader(
      id: 1, epoch: (lastHeader?.epoch ?? 0) + 1, history: history, previousSequence: tail.mark.sequence,
      previousEnd: tail.position, previousHash: tail.mark.hash, createdAt: environment.wall(),
      salt: environment.random(), schemaVersion: schemaVersion, maximumBatch: UInt32(configuration.longestBatch),
      capacity: UInt64(configuration.segmentSize), sealing: sealed?.sealing,
      incarnation: lastHeader?.incarnation ?? history, incarnationBegin: lastHeader?.incarnationBegin ?? 0)
    var segments = self.sealed
    if let incarnationBegin {
      header.incarnation = StoreIdentity(bytes: Self.random(16, environment))
      header.incarnationBegin = incarnationBegin
    }
    if let lastHeader {
      if tail.mark.sequence == lastHeader.previousSequence {
        // Nothing was ever acknowledged in it: the new segment takes its place, and what it said of its predecessor.
        header.id = lastHeader.id
        header.previousEnd = lastHeader.previousEnd
      } else {
        header.id = lastHeader.id + 1
        segments.append(
          SealedSegment(
            header: lastHeader, begin: segments.end, end: tail.mark, endPosition: tail.position,
            sealedAt: header.createdAt))
      }
    }
    let file = try withReserve { () throws(DiskError) in
      try LocalJournal.makeFilled(
        FileNames.path(directory, FileNames.nextSegment), header.capacity, directory: directory, disk: disk)
    }
    try file.writeAll(header.encoded().span.bytes, at: 0)
    try file.synchronize()
    try disk.rename(FileNames.path(directory, FileNames.nextSegment), to: path(header.id), replacing: true)
    try disk.synchronizeDirectory(directory)
    let (membersOf, hasher) = (membersOf, MemberHasher(history))
    let index = try HistoryIndex(
      directory: directory, disk: disk, keys: keys, active: header, sealed: segments, notify: notify,
      membersOf: { try membersOf(hasher, $0) })
    return LocalJournal(
      directory: directory, disk: disk, keys: keys, configuration: configuration, environment: environment,
      schemaVersion: schemaVersion, notify: notify,
      writer: LocalJournal.Writer(
        file: file, header: header, cipher: sealed?.cipher, position: UInt64(SegmentHeader.length),
        mark: JournalMark(sequence: tail.mark.sequence, hash: tail.mark.hash, segment: header.id)),
      space: LocalJournal.Space(
        remaining: UInt64(configuration.segmentSize - SegmentHeader.length), nextIsReady: false,
        reserveIsThere: reserve),
      sealed: segments, index: index)
  }

  /// Keeps what is left of an unfinished batch, for whoever wants to know.
  private func saveTail(_ segment: UInt64, from start: UInt64, to end: UInt64) throws(DiskError) {
    let source = try disk.open(path(segment), .reading)
    let savedAs = FileNames.path(directory, FileNames.tornTail(segment: segment, offset: start))
    try LocalJournal.removeIfThere(savedAs, disk: disk)
    let copy = try disk.open(savedAs, .creating)
    let bytes = try source.readAll(at: start, count: Int(clamping: end - start))
    try copy.writeAll(bytes.span.bytes, at: 0)
    try copy.synchronize()
    try disk.synchronizeDirectory(directory)
    notify(.tornTail(path: path(segment), offset: start, bytes: end - start, savedAs: savedAs))
  }

  /// Writes the last batch once more and synchronizes it. The process before may have died between a write and its
  /// sync, or of a failed sync: then memory has what the disk has not, and only a new write brings it there.
  private func rewriteLastBatch(_ segment: UInt64, _ tail: Tail) throws(DiskError) {
    guard let start = tail.lastBatchStart else { return }
    let file = try disk.open(path(segment), .updating)
    let bytes = try file.readAll(at: start, count: Int(clamping: tail.position - start))
    try BatchWriting.write(bytes, bytes.count, at: start, to: file)
  }

  private func path(_ segment: UInt64) -> String { FileNames.path(directory, FileNames.segment(segment)) }

  private static func random(_ count: Int, _ environment: StoreEnvironment) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      withUnsafeBytes(of: environment.random().littleEndian) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes.prefix(count))
  }
}
