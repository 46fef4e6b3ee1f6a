// The past, for whoever has to explain a number: a record by its sequence, a member's records page by page, and all
// records in order from some sequence on. What is read here is durable: no crash can take it back.

import LoyaltyEngine
import ProtobufRuntime

/// A record and its place.
public struct HistoryEntry<Record: Sendable>: Sendable {
  public let sequence: UInt64
  public let record: Record

  public init(sequence: UInt64, record: Record) {
    self.sequence = sequence
    self.record = record
  }
}

/// Reads the records of a store that is open. Any thread may ask at any time; the journal's writer is not held up.
///
/// A question reads a few pages of an index and the batches that hold the records: tens of microseconds when they are
/// in the system's memory. After a start, until the index of each old segment is there, a question may have to read a
/// whole segment.
public struct History<State: StateMachine>: Sendable {
  /// Records in one answer, at most.
  public static var maximumPage: Int { 1_000 }
  /// Bytes of records in one answer, encoded; the record that reaches it is the last.
  public static var maximumPageBytes: Int { 4 << 20 }

  private let journal: any Journal
  private let hasher: MemberHasher

  init(journal: any Journal, hasher: MemberHasher) {
    self.journal = journal
    self.hasher = hasher
  }

  /// The record at a sequence; nil when history has not come that far, or not durably.
  /// - Throws: `StoreError.notRetained` when retention has removed it, `.rot`, `.disk`.
  public func record(at sequence: UInt64) throws -> State.Record? {
    guard sequence > 0, let batch = try journal.batch(holding: sequence) else { return nil }
    var found: State.Record?
    try batch.forEach { place, bytes in
      if place == sequence { found = try batch.decode(bytes, at: place) }
    }
    return found
  }

  /// The newest records that concern a member, below `before`, newest first. An empty answer is the end of what is
  /// retained. The next page begins before the last entry's sequence, however many were added meanwhile.
  ///
  /// - Parameters:
  ///   - before: `UInt64.max` for the newest.
  ///   - limit: 1 to `maximumPage`; more is cut to that. Fewer come when they would be longer than
  ///     `maximumPageBytes`, but at least one if there is one.
  /// - Throws: `StoreError.rot`, `.disk`.
  public func records(
    of member: String, before: UInt64 = .max, limit: Int
  ) throws -> [HistoryEntry<State.Record>] {
    let limit = min(max(limit, 1), Self.maximumPage)
    let hash = hasher.hash(member)
    var entries: [HistoryEntry<State.Record>] = []
    var bytes = 0
    var before = before
    // More rounds than one only where two members share a hash.
    while entries.count < limit {
      let sequences = try journal.sequences(of: hash, before: before, limit: limit - entries.count)
      guard let oldest = sequences.last else { break }
      before = oldest
      var batch: RecordBatch?
      for sequence in sequences {
        if batch.map({ $0.contains(sequence) }) != true {
          do { batch = try journal.batch(holding: sequence) } catch StoreError.notRetained { return entries }
        }
        guard let (record, size) = try batch?.record(State.Record.self, at: sequence) else { continue }
        var isOfMember = false
        State.forEachMember(of: record) { if $0 == member { isOfMember = true } }
        guard isOfMember else { continue }
        entries.append(HistoryEntry(sequence: sequence, record: record))
        bytes += size
        if bytes >= Self.maximumPageBytes { return entries }
      }
    }
    return entries
  }

  /// The records behind `sequence`, in order, as far as they are durable; none when history ends there.
  ///
  /// - Parameter limit: as for `records(of:before:limit:)`.
  /// - Throws: `StoreError.notRetained` when retention has removed the first of them, `.rot`, `.disk`.
  public func records(after sequence: UInt64, limit: Int) throws -> [HistoryEntry<State.Record>] {
    let limit = min(max(limit, 1), Self.maximumPage)
    var entries: [HistoryEntry<State.Record>] = []
    var bytes = 0
    var next = sequence + 1
    while entries.count < limit, bytes < Self.maximumPageBytes, let batch = try journal.batch(holding: next) {
      try batch.forEach { place, encoded in
        guard place >= next, entries.count < limit, bytes < Self.maximumPageBytes else { return }
        entries.append(HistoryEntry(sequence: place, record: try batch.decode(encoded, at: place)))
        bytes += encoded.byteCount
      }
      next = (entries.last?.sequence ?? next) + 1
    }
    return entries
  }
}

extension RecordBatch {
  func contains(_ sequence: UInt64) -> Bool {
    sequence >= firstSequence && sequence < firstSequence + UInt64(count)
  }

  func decode<Record: Message>(_ bytes: RawSpan, at sequence: UInt64) throws -> Record {
    do { return try bytes.withUnsafeBytes { try Record(serializedBytes: $0) } } catch {
      throw StoreError.undecodable(path: path, sequence: sequence, problem: "\(error)")
    }
  }

  /// A record of the batch, and its encoded size.
  func record<Record: Message>(_ type: Record.Type, at sequence: UInt64) throws -> (record: Record, size: Int)? {
    var found: (Record, Int)?
    try forEach { place, bytes in
      if place == sequence { found = (try decode(bytes, at: place), bytes.byteCount) }
    }
    return found
  }
}
