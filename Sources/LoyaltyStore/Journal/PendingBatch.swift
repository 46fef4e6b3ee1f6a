// The batch that is being formed: encoded records in the memory that will be written to the disk, behind a gap that the
// batch's header will fill.

/// Records that wait for the disk.
@usableFromInline
struct PendingBatch: Sendable {
  /// The first `batchHeaderLength` bytes are the header's; its length only grows, so that memory is used again.
  @usableFromInline var bytes: [UInt8]
  /// Bytes in use, the header's included.
  @usableFromInline var used: Int
  @usableFromInline var count: UInt32 = 0
  /// Of the first record.
  @usableFromInline var firstSequence: UInt64 = 0
  /// The members that its records concern.
  @usableFromInline var members: [MemberEntry] = []

  init() {
    bytes = [UInt8](repeating: 0, count: batchHeaderLength)
    used = batchHeaderLength
  }

  /// Bytes of records, with their lengths.
  @inlinable var payload: Int { used - batchHeaderLength }
  @usableFromInline var isEmpty: Bool { count == 0 }
  var lastSequence: UInt64 { firstSequence + UInt64(count) - 1 }

  /// Bytes that a record of `size` bytes takes in the batch, its length included.
  @inlinable
  static func room(for size: Int) -> Int { lengthOfVarint(size) + size }

  @inlinable
  static func lengthOfVarint(_ value: Int) -> Int { (70 - (value | 1).leadingZeroBitCount) / 7 }

  /// Adds an encoded record.
  @usableFromInline
  mutating func append(_ record: UnsafeRawBufferPointer, sequence: UInt64) {
    if count == 0 { firstSequence = sequence }
    let start = used
    let end = start + Self.room(for: record.count)
    if bytes.count < end { grow(to: end) }
    bytes.withUnsafeMutableBytes { buffer in
      var position = start
      var rest = record.count
      while rest >= 0x80 {
        buffer[position] = UInt8(truncatingIfNeeded: rest) | 0x80
        rest >>= 7
        position += 1
      }
      buffer[position] = UInt8(truncatingIfNeeded: rest)
      UnsafeMutableRawBufferPointer(rebasing: buffer[(position + 1)..<end]).copyMemory(from: record)
    }
    used = end
    count += 1
  }

  /// Notes that the record just added concerns a member.
  @inlinable
  mutating func note(member: UInt64) { members.append(MemberEntry(member: member, place: count - 1)) }

  @usableFromInline
  mutating func grow(to needed: Int) {
    let length = max(needed, 2 * bytes.count)
    bytes.append(contentsOf: repeatElement(0, count: length - bytes.count))
  }

  /// Empties the batch and keeps its memory, unless that has grown beyond a megabyte for once.
  mutating func reset() {
    if bytes.count > 1 << 20 { bytes = [UInt8](repeating: 0, count: batchHeaderLength) }
    used = batchHeaderLength
    count = 0
    members.removeAll(keepingCapacity: members.count < 1 << 16)
  }
}

/// A verified batch that was read back.
struct RecordBatch: Sendable {
  let firstSequence: UInt64
  let count: UInt32
  let writtenAt: UInt64
  /// In its segment's file.
  let position: UInt64
  /// Bytes that it takes there.
  let length: Int
  /// For errors.
  let path: String
  /// Records, each behind its length as a varint.
  let payload: [UInt8]

  /// Gives each record's sequence and bytes.
  /// - Throws: `StoreError.rot` when the lengths do not fit the payload, or what `body` throws.
  func forEach(_ body: (UInt64, RawSpan) throws -> Void) throws {
    let span = payload.span.bytes
    var position = 0
    for index in 0..<UInt64(count) {
      var length = 0
      var shift = 0
      while true {
        guard position < payload.count, shift <= 28 else { throw malformed }
        let byte = payload[position]
        position += 1
        length |= Int(byte & 0x7f) << shift
        if byte < 0x80 { break }
        shift += 7
      }
      guard length <= payload.count - position else { throw malformed }
      try body(firstSequence + index, span.extracting(position..<position + length))
      position += length
    }
    guard position == payload.count else { throw malformed }
  }

  private var malformed: StoreError {
    .rot(
      path: path, offset: 0,
      problem: "the batch of record \(firstSequence) has good checksums but its records' lengths do not add up")
  }
}
