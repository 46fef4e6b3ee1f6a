// The history that will not change any more: which segments hold it and where each begins and ends.

/// A segment that another one follows.
struct SealedSegment: Hashable, Sendable {
  let header: SegmentHeader
  let begin: JournalMark
  let end: JournalMark
  /// Behind the last valid batch; whatever follows in the file is not part of the journal.
  let endPosition: UInt64
  /// Nanoseconds since 1970.
  let sealedAt: UInt64
}

/// Sealed segments in order, without a gap.
struct SealedSegments: Sendable {
  private(set) var all: [SealedSegment]
  /// Where history begins: later than the first record when retention has removed segments.
  private(set) var begin: JournalMark
  /// Files that may still have their unused zeros.
  var untrimmed: [SealedSegment] = []

  init(begin: JournalMark, _ segments: [SealedSegment] = []) {
    self.begin = begin
    all = segments
  }

  var end: JournalMark { all.last?.end ?? begin }
  var oldest: SealedSegment? { all.first }

  mutating func append(_ segment: SealedSegment) {
    all.append(segment)
    untrimmed.append(segment)
  }

  mutating func removeOldest() {
    guard let first = all.first else { return }
    begin = first.end
    all.removeFirst()
  }

  func contains(_ mark: JournalMark) -> Bool {
    let same = { (other: JournalMark) in other.sequence == mark.sequence && other.hash == mark.hash }
    return same(begin) || all.contains { same($0.end) }
  }

  /// The segment that has a record.
  func segment(holding sequence: UInt64) -> SealedSegment? {
    guard sequence > begin.sequence, sequence <= end.sequence else { return nil }
    var (low, high) = (0, all.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if all[middle].begin.sequence < sequence { low = middle } else { high = middle }
    }
    return all[low]
  }

  func segments(after sequence: UInt64, through last: UInt64) -> [SealedSegment] {
    all.filter { $0.end.sequence > sequence && $0.begin.sequence < last }
  }
}

/// Reading a sealed segment from its first batch to its known end.
enum SealedReading {
  /// - Throws: `StoreError.rot` unless every batch is valid and the end is where, and what, the next segment says.
  static func read(
    _ segment: SealedSegment, path: String, disk: any Disk, keys: Keyring?, opensRecords: Bool = true,
    _ body: (RecordBatch) throws -> Void
  ) throws {
    let file: any DiskFile
    do { file = try disk.open(path, .reading) } catch { throw StoreError.disk(error) }
    var reader = try SegmentReader(file: file, path: path, keys: keys, opensRecords: opensRecords)
    guard reader.header == segment.header else {
      throw StoreError.rot(path: path, offset: 0, problem: "the segment's header is not the one that was read before")
    }
    while reader.position < segment.endPosition {
      let start = reader.position
      switch try reader.next() {
      case .invalid(let problem): throw StoreError.rot(path: path, offset: start, problem: problem)
      case .batch(let batch): try body(batch)
      }
    }
    guard reader.position == segment.endPosition, reader.mark.sequence == segment.end.sequence,
      reader.mark.hash == segment.end.hash
    else {
      throw StoreError.rot(
        path: path, offset: reader.position,
        problem: """
          the segment ends with record \(reader.mark.sequence) at byte \(reader.position), but the one after it says \
          record \(segment.end.sequence) at byte \(segment.endPosition), or another hash
          """)
    }
  }
}
