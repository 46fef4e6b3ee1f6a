// An index on the disk: written from the one in memory when its segment is sealed, asked page by page afterwards.

/// Why an index cannot be used. In words. It can always be made again.
struct IndexProblem: Error, CustomStringConvertible {
  let description: String
}

/// A sealed segment's index in a file.
struct IndexFile: SegmentLookup {
  private let file: any DiskFile
  private let cipher: FileCipher?
  let header: IndexHeader

  // MARK: Writing

  /// The bytes of the index, page after page, without checks.
  private static func bodies(of index: SegmentIndex) -> (header: IndexHeader, bodies: [[UInt8]]) {
    var batches: [UInt8] = []
    for batch in index.batches.elements {
      append(batch.place, to: &batches)
      append(batch.position, to: &batches)
    }
    let entries = index.members.elements.sorted {
      ($0.member, $1.place) < ($1.member, $0.place)
    }
    var members: [UInt8] = []
    var lists: [UInt8] = []
    var count: UInt32 = 0
    var start = 0
    while start < entries.count {
      let member = entries[start].member
      var end = start
      while end < entries.count, entries[end].member == member { end += 1 }
      append(member, to: &members)
      append(UInt32(truncatingIfNeeded: lists.count), to: &members)
      count += 1
      appendList(entries[start..<end], from: UInt32(truncatingIfNeeded: index.end - index.first), to: &lists)
      start = end
    }
    let header = IndexHeader(
      segment: index.header.id, history: index.header.history, previousSequence: index.header.previousSequence,
      lastSequence: index.end, endHash: .zero, batches: UInt32(truncatingIfNeeded: batches.count / 8), members: count,
      listLength: UInt64(lists.count))
    return (header, [batches, members, lists])
  }

  private static func append<T: FixedWidthInteger>(_ value: T, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// How many, then from each the distance to the one before, beginning at the segment's last record.
  private static func appendList(_ entries: ArraySlice<MemberEntry>, from last: UInt32, to bytes: inout [UInt8]) {
    var places: [UInt32] = []
    for entry in entries where places.last != entry.place { places.append(entry.place) }
    appendVarint(UInt32(places.count), to: &bytes)
    var before = last
    for place in places {
      appendVarint(before - place, to: &bytes)
      before = place
    }
  }

  private static func appendVarint(_ value: UInt32, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// The whole file.
  static func encoded(_ index: SegmentIndex, endHash: ChainHash, keys: Keyring?) -> [UInt8] {
    var (header, bodies) = bodies(of: index)
    let sealed = keys?.seal(.index)
    header.sealing = sealed?.sealing
    header.endHash = endHash
    var bytes = header.encoded()
    bytes.reserveCapacity(header.fileLength)
    var number = 0
    for body in bodies {
      for start in stride(from: 0, to: body.count, by: IndexPage.bodyLength) {
        bytes += IndexPage.checked(
          body[start..<min(start + IndexPage.bodyLength, body.count)], number: number, cipher: sealed?.cipher)
        number += 1
      }
    }
    return bytes
  }

  /// Writes an index and gives it its name.
  static func write(
    _ index: SegmentIndex, of segment: SealedSegment, directory: String, disk: any Disk, keys: Keyring?
  ) throws(DiskError) {
    let partial = FileNames.path(directory, FileNames.partialIndex)
    try LocalJournal.removeIfThere(partial, disk: disk)
    let file = try disk.open(partial, .creating)
    try file.writeAll(encoded(index, endHash: segment.end.hash, keys: keys).span.bytes, at: 0)
    try file.synchronize()
    try disk.rename(partial, to: FileNames.path(directory, FileNames.index(segment.header.id)), replacing: true)
    // The name need not be durable: an index that a crash takes is made again.
  }

  // MARK: Reading

  /// - Throws: `IndexProblem` when it is not a good index of this segment; `DiskError`.
  init(of segment: SealedSegment, directory: String, disk: any Disk, keys: Keyring?) throws {
    let path = FileNames.path(directory, FileNames.index(segment.header.id))
    file = try disk.open(path, .reading)
    do { header = try IndexHeader(file.readAll(at: 0, count: IndexHeader.length)) } catch let problem as FormatProblem {
      switch problem {
      case .damaged(let text): throw IndexProblem(description: text)
      case .newer(let found, let known):
        throw IndexProblem(description: "it has version \(found), this program knows up to \(known)")
      }
    }
    guard header.segment == segment.header.id, header.history == segment.header.history,
      header.previousSequence == segment.begin.sequence, header.lastSequence == segment.end.sequence,
      header.endHash == segment.end.hash
    else { throw IndexProblem(description: "it is of another segment or another state of it") }
    cipher = try keys.cipher(.index, header.sealing, path: path)
    let size = try file.size()
    guard size == UInt64(header.fileLength) else {
      throw IndexProblem(description: "it has \(size) bytes, its header says \(header.fileLength)")
    }
  }

  private func page(_ number: Int) throws -> [UInt8] {
    let page = try file.readAll(at: UInt64(IndexHeader.length + number * IndexPage.length), count: IndexPage.length)
    guard let body = IndexPage.body(of: page, number: number, cipher: cipher) else {
      throw IndexProblem(description: "the checksum of its page \(number) is wrong")
    }
    return body
  }

  func batch(of sequence: UInt64) throws -> UInt64 {
    let place = UInt32(truncatingIfNeeded: sequence - header.previousSequence - 1)
    func entry(_ index: Int, _ body: [UInt8]) -> (place: UInt32, position: UInt32) {
      let bytes = body.span.bytes
      let offset = index * IndexPage.batchEntryLength
      return (bytes.load(UInt32.self, at: offset), bytes.load(UInt32.self, at: offset + 4))
    }
    // The last page whose first entry is not behind the record, then the last such entry in it.
    var (low, high) = (0, header.memberStart)
    var body = try page(0)
    while high - low > 1 {
      let middle = (low + high) / 2
      let candidate = try page(middle)
      if entry(0, candidate).place <= place { (low, body) = (middle, candidate) } else { high = middle }
    }
    var (first, end) = (0, min(IndexPage.batchesPerPage, Int(header.batches) - low * IndexPage.batchesPerPage))
    while end - first > 1 {
      let middle = (first + end) / 2
      if entry(middle, body).place <= place { first = middle } else { end = middle }
    }
    return UInt64(entry(first, body).position)
  }

  func sequences(of member: UInt64, before sequence: UInt64, limit: Int) throws -> [UInt64] {
    guard let offset = try list(of: member) else { return [] }
    var reader = ListReader(offset: offset, header: header, page: page)
    var found: [UInt64] = []
    let count = try reader.varint()
    var place = header.lastSequence
    for _ in 0..<count where found.count < limit {
      let step = UInt64(try reader.varint())
      guard step <= place - header.previousSequence - 1 else {
        throw IndexProblem(description: "a list of records leaves its segment")
      }
      place -= step
      if place < sequence { found.append(place) }
    }
    return found
  }

  /// Where a member's list begins; nil when the segment has nothing of the member.
  private func list(of member: UInt64) throws -> Int? {
    var (low, high) = (header.memberStart, header.listStart)
    // Hashes are spread evenly: the page is guessed, and after a few wrong guesses halved.
    var (floor, ceiling): (UInt64, UInt64) = (0, .max)
    var guesses = 0
    while low < high {
      var middle = (low + high) / 2
      if guesses < 4, ceiling > floor {
        let share = Double(member - floor) / Double(ceiling - floor)
        middle = min(high - 1, low + Int(share * Double(high - low)))
      }
      guesses += 1
      let body = try page(middle)
      let bytes = body.span.bytes
      let count = min(
        IndexPage.membersPerPage, Int(header.members) - (middle - header.memberStart) * IndexPage.membersPerPage)
      func hash(_ index: Int) -> UInt64 { bytes.load(UInt64.self, at: index * IndexPage.memberEntryLength) }
      let (first, last) = (hash(0), hash(count - 1))
      if member < first {
        (high, ceiling) = (middle, first)
      } else if member > last {
        (low, floor) = (middle + 1, last)
      } else {
        var (start, end) = (0, count)
        while end - start > 1 {
          let half = (start + end) / 2
          if hash(half) <= member { start = half } else { end = half }
        }
        guard hash(start) == member else { return nil }
        return Int(bytes.load(UInt32.self, at: start * IndexPage.memberEntryLength + 8))
      }
    }
    return nil
  }
}

/// Reads varints of the lists across pages.
private struct ListReader {
  private var offset: Int
  private let header: IndexHeader
  private let page: (Int) throws -> [UInt8]
  private var body: [UInt8] = []
  private var current = -1

  init(offset: Int, header: IndexHeader, page: @escaping (Int) throws -> [UInt8]) {
    self.offset = offset
    self.header = header
    self.page = page
  }

  mutating func varint() throws -> UInt32 {
    var value: UInt32 = 0
    var shift: UInt32 = 0
    while true {
      guard UInt64(offset) < header.listLength, shift <= 28 else {
        throw IndexProblem(description: "a list of records does not end")
      }
      let number = header.listStart + offset / IndexPage.bodyLength
      if number != current { (body, current) = (try page(number), number) }
      let byte = body[offset % IndexPage.bodyLength]
      offset += 1
      value |= UInt32(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
  }
}
