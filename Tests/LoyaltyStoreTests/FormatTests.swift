// The formats byte by byte: what is written is read, every flipped bit is seen, and the checksums are those of others.

import Glibc
import Testing

@testable import LoyaltyStore

@Suite struct FormatTests {
  static let header = SegmentHeader(
    id: 7, epoch: 3, history: StoreIdentity(bytes: Array(1...16)), previousSequence: 41, previousEnd: 9_000,
    previousHash: ChainHash(bytes: [UInt8](repeating: 9, count: 32)), createdAt: 1_800_000_000_000_000_000,
    salt: 0xdead_beef, schemaVersion: 1, maximumBatch: 4_200_000, capacity: 1 << 25)

  @Test func checksumsAreThoseOfTheirStandards() {
    // RFC 3720 B.4 gives the values for zeros, ones, and 0 to 31.
    #expect(CRC32C.of([UInt8](repeating: 0, count: 32).span.bytes) == 0x8a91_36aa)
    #expect(CRC32C.of([UInt8](repeating: 0xff, count: 32).span.bytes) == 0x62a8_ab43)
    let count = [UInt8](0..<32)
    #expect(CRC32C.of(count.span.bytes) == 0x46dd_794e)
    var pieces = CRC32C()
    pieces.update(count.span.bytes.extracting(..<5))
    pieces.update(count.span.bytes.extracting(5...))
    #expect(pieces.value == 0x46dd_794e)
    // FIPS 180-4: "abc".
    let digest = SHA256()
    digest.update(Array("abc".utf8).span.bytes)
    #expect(hexadecimal(digest.finish()) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func segmentHeadersRoundTripAndEveryFlippedBitIsSeen() throws {
    let block = Self.header.encoded()
    #expect(try SegmentHeader(block) == Self.header)
    for bit in 0..<block.count * 8 {
      var flipped = block
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: FormatProblem.self) { try SegmentHeader(flipped) }
    }
  }

  @Test func snapshotBlocksRoundTripAndEveryFlippedBitIsSeen() throws {
    let header = SnapshotHeader(
      sequence: 12, hash: Self.header.previousHash, segment: 3, history: Self.header.history, createdAt: 5,
      schemaVersion: 2)
    let end = SnapshotEnd(chunks: 4, digest: [UInt8](repeating: 3, count: 32))
    #expect(try SnapshotHeader(header.encoded()) == header)
    #expect(SnapshotEnd(end.encoded()) == end)
    for bit in 0..<SnapshotHeader.length * 8 {
      var flipped = header.encoded()
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: FormatProblem.self) { try SnapshotHeader(flipped) }
    }
    for bit in 0..<SnapshotEnd.length * 8 {
      var flipped = end.encoded()
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(SnapshotEnd(flipped) == nil)
    }
  }

  /// A segment in memory with these batches; each is a number of records of 20 bytes.
  static func segment(_ batches: [Int], capacity: Int = 8192) throws -> (SimulatedDisk, ends: [Int]) {
    let disk = SimulatedDisk(seed: 1)
    let file = try disk.open("/s", .creating)
    try file.writeAll([UInt8](repeating: 0, count: capacity).span.bytes, at: 0)
    try file.writeAll(header.encoded().span.bytes, at: 0)
    var position = SegmentHeader.length
    var hash = header.previousHash
    var sequence = header.previousSequence + 1
    var ends = [position]
    for count in batches {
      // Bytes that compression does not make shorter.
      var random = SeededRandom(seed: UInt64(count))
      var payload: [UInt8] = []
      for index in 0..<21 * count { payload.append(index % 21 == 0 ? 20 : UInt8(1 + random.below(255))) }
      var bytes = [UInt8](repeating: 0, count: BatchHeader.length) + payload
      let sealed = BatchHeader.seal(
        &bytes, payloadLength: payload.count, count: UInt32(count), firstSequence: sequence, writtenAt: 1,
        segment: header, position: UInt64(position), cipher: nil, after: hash, digest: SHA256())
      try file.writeAll(bytes.span.bytes.extracting(..<sealed.length), at: UInt64(position))
      hash = sealed.hash
      sequence += UInt64(count)
      position += sealed.length
      ends.append(position)
    }
    try file.synchronize()
    return (disk, ends)
  }

  /// Reads to the end: sequences, and what is there.
  static func read(_ disk: SimulatedDisk) throws -> (records: [UInt64], verdict: TailVerdict) {
    let file = try disk.open("/s", .reading)
    var reader = try SegmentReader(file: file, path: "/s", keys: nil)
    var records: [UInt64] = []
    while true {
      switch try reader.next() {
      case .batch(let batch): try batch.forEach { sequence, _ in records.append(sequence) }
      case .invalid(let problem):
        return (
          records,
          try TailVerdict.judge(file: file, header: reader.header, position: reader.position, problem: problem)
        )
      }
    }
  }

  @Test func batchesRoundTripWithTheirRecords() throws {
    let (disk, _) = try Self.segment([1, 3, 0, 40])
    let (records, verdict) = try Self.read(disk)
    #expect(records == Array(42...85))
    #expect(verdict == .clean)
  }

  @Test func everyFlippedBitOfABatchIsDamageAndNotATornTail() throws {
    for batches in [[2, 40, 1], [2, 40]] {
      let (disk, ends) = try Self.segment(batches)
      // The second batch: there is one behind it, or it is the last.
      for offset in ends[1]..<ends[2] {
        let bit = UInt8(offset % 8)
        disk.flip("/s", offset: offset, bit: bit)
        let (records, verdict) = try Self.read(disk)
        #expect(records == [42, 43])
        if case .rot(UInt64(ends[1]), _) = verdict {} else { Issue.record("byte \(offset): \(verdict)") }
        disk.flip("/s", offset: offset, bit: bit)
      }
    }
  }

  @Test func aLastBatchThatMissesSectorsOrItsEndIsTorn() throws {
    let (disk, ends) = try Self.segment([2, 60])
    let whole = disk.contents("/s")
    let (start, end) = (ends[1], ends[2])
    // Cut at each byte.
    for cut in start..<end {
      disk.edit("/s") { bytes in for index in cut..<end { bytes[index] = 0 } }
      let (records, verdict) = try Self.read(disk)
      #expect(records == [42, 43])
      if cut == start {
        #expect(verdict == .clean)
      } else if case .torn = verdict {
      } else {
        Issue.record("cut at \(cut): \(verdict)")
      }
      disk.edit("/s") { $0 = whole }
    }
    // Each single sector missing.
    for sector in (start / 512)...((end - 1) / 512) {
      let range = max(start, sector * 512)..<min(end, (sector + 1) * 512)
      disk.edit("/s") { bytes in for index in range { bytes[index] = 0 } }
      let (records, verdict) = try Self.read(disk)
      #expect(records == [42, 43])
      if case .torn = verdict {} else { Issue.record("without sector \(sector): \(verdict)") }
      disk.edit("/s") { $0 = whole }
    }
  }

  @Test func aConfirmedBatchThatIsGoneIsDamage() throws {
    let (disk, ends) = try Self.segment([2, 5, 0])
    disk.edit("/s") { bytes in for index in ends[1]..<ends[2] { bytes[index] = 0 } }
    let (records, verdict) = try Self.read(disk)
    #expect(records == [42, 43])
    if case .rot = verdict {} else { Issue.record("\(verdict)") }
  }

  @Test func recordsThatImitateABatchAreNoBatch() throws {
    // A header of the very segment, but made without its salt, inside a batch that is torn.
    let (disk, ends) = try Self.segment([2, 60])
    var other = Self.header
    other.salt = 0
    var imitation = [UInt8](repeating: 0, count: BatchHeader.length)
    _ = BatchHeader.seal(
      &imitation, payloadLength: 0, count: 0, firstSequence: 200, writtenAt: 1, segment: other, position: 0,
      cipher: nil, after: .zero, digest: SHA256())
    disk.edit("/s") { bytes in
      bytes.replaceSubrange(1024..<1024 + imitation.count, with: imitation)
      for index in 1536..<ends[2] { bytes[index] = 0 }
    }
    if case .torn = try Self.read(disk).verdict {} else { Issue.record("\(try Self.read(disk).verdict)") }
  }
}
