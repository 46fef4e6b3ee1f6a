// The journal as the rest of the store sees it: batches in, durable or not, and out again in order. Local files
// implement it; an engine that replicates can, without the rules or the store above knowing.

/// An append-only, gapless sequence of records, written in batches by one writer at a time.
///
/// `append`, `seal` and `confirm` are called from one thread; the others from any.
protocol Journal: AnyObject, Sendable {
  /// Of the last record that has been appended or found.
  var lastSequence: UInt64 { get }
  /// Of this writer. A writer with a lower epoch cannot append any more.
  var epoch: UInt64 { get }

  /// Writes one batch; when it returns, every record of it is durable. After an error nothing may be appended any more.
  func append(_ batch: inout PendingBatch) throws
  /// Makes a later loss of the last batch recognizable. Called when there is nothing else to do.
  func confirm() throws
  /// Ends the current run of records, so that all of them can be read as history.
  /// - Returns: whether it could; it can not while there is no room for what follows.
  func seal() throws -> Bool

  /// Notes that a batch with this many bytes of payload will be appended next, before it is.
  func place(payload: Int)
  /// Bytes of payload that the batch after those placed may have: `limit`, or less when the disk is full.
  func capacity(limit: Int) -> Int

  /// Capacity is less than it should be because the disk is full, not because room is still being made.
  var isOutOfSpace: Bool { get }

  /// The end of the history that can be read while the journal is written.
  var sealedEnd: JournalMark { get }
  /// Whether history once ended exactly there.
  func contains(_ mark: JournalMark) -> Bool
  /// Reads batches of sealed history from the record after `sequence` up to `end`, verified, in order.
  func read(after sequence: UInt64, through end: JournalMark, _ body: (RecordBatch) throws -> Void) throws
  /// The durable batch with a record; nil when history has not come that far. Not held up by `append`.
  /// - Throws: `StoreError.notRetained` when it has been discarded.
  func batch(holding sequence: UInt64) throws -> RecordBatch?
  /// The durable records below `sequence` that concern a member, by `MemberHasher`, newest first.
  func sequences(of member: UInt64, before sequence: UInt64, limit: Int) throws -> [UInt64]
  /// Forgets history up to a mark, and makes what it was on the disk unreadable.
  func destroy(through mark: JournalMark) throws
  /// Forgets history up to a mark, as far as it is older than `time` (nanoseconds since 1970).
  func discard(through mark: JournalMark, sealedBefore time: UInt64) throws
}

/// A place between two records where the journal has been sealed, and the hash of everything before it.
struct JournalMark: Hashable, Sendable {
  var sequence: UInt64
  var hash: ChainHash
  /// The segment that ends there; 0 before the first.
  var segment: UInt64

  static let beginning = JournalMark(sequence: 0, hash: .zero, segment: 0)
}
