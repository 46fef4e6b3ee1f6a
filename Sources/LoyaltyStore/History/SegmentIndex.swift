// What is in one segment and where, in memory: of the segment in use, which grows with every batch, and of a sealed one
// until its index is on the disk.

/// Where a segment's records are, in whatever form.
protocol SegmentLookup: Sendable {
  /// Where the batch that holds a record begins; the record must be of the segment.
  func batch(of sequence: UInt64) throws -> UInt64
  /// The records of a member below `sequence`, newest first, at most `limit`.
  func sequences(of member: UInt64, before sequence: UInt64, limit: Int) throws -> [UInt64]
}

/// An index in memory: some 16 bytes a record and 8 a batch.
struct SegmentIndex: SegmentLookup {
  struct Batch: Hashable, Sendable {
    /// The first record's place behind the segment's first.
    var place: UInt32
    var position: UInt32
  }

  let header: SegmentHeader
  private(set) var batches = Chunked<Batch>()
  private(set) var members = Chunked<MemberEntry>()
  /// Of the last record in it; the predecessor's while there is none.
  private(set) var end: UInt64

  init(_ header: SegmentHeader) {
    self.header = header
    end = header.previousSequence
  }

  /// Of the first record.
  var first: UInt64 { header.previousSequence + 1 }

  func contains(_ sequence: UInt64) -> Bool { sequence >= first && sequence <= end }

  /// Adds a batch of `count` records at `position`; `entries` have places within the batch, in order.
  mutating func add(firstSequence: UInt64, count: UInt32, position: UInt64, entries: [MemberEntry]) {
    // A segment is at most 1 GiB, so places and positions fit 32 bits.
    let place = UInt32(truncatingIfNeeded: firstSequence - first)
    batches.append(Batch(place: place, position: UInt32(truncatingIfNeeded: position)))
    for entry in entries { members.append(MemberEntry(member: entry.member, place: place + entry.place)) }
    end = firstSequence + UInt64(count) - 1
  }

  func batch(of sequence: UInt64) -> UInt64 {
    let place = UInt32(truncatingIfNeeded: sequence - first)
    var (low, high) = (0, batches.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if batches[middle].place <= place { low = middle } else { high = middle }
    }
    return UInt64(batches[low].position)
  }

  func sequences(of member: UInt64, before sequence: UInt64, limit: Int) -> [UInt64] {
    var found: [UInt64] = []
    members.reverseWhile { entry in
      let place = first + UInt64(entry.place)
      if entry.member == member, place < sequence, found.last != place { found.append(place) }
      return found.count < limit
    }
    return found
  }

  /// Reads a sealed segment, all of it verified.
  /// - Parameter membersOf: the hashed members of an encoded record.
  static func read(
    _ segment: SealedSegment, path: String, disk: any Disk, keys: Keyring?, membersOf: (RawSpan) throws -> [UInt64]
  ) throws -> SegmentIndex {
    var index = SegmentIndex(segment.header)
    try SealedReading.read(segment, path: path, disk: disk, keys: keys) { batch in
      guard batch.count > 0 else { return }
      var entries: [MemberEntry] = []
      try batch.forEach { sequence, bytes in
        let place = UInt32(truncatingIfNeeded: sequence - batch.firstSequence)
        for member in try membersOf(bytes) { entries.append(MemberEntry(member: member, place: place)) }
      }
      index.add(
        firstSequence: batch.firstSequence, count: batch.count, position: batch.position, entries: entries)
    }
    return index
  }
}
