// The store's limits and rhythms, each with its default and the reason for it.

public struct StoreConfiguration: Hashable, Sendable {
  public static let defaults = StoreConfiguration()

  /// Bytes of a journal segment, the header included. 32 MiB: some 200,000 accruals; it is zero-filled in a few tens of
  /// milliseconds when a server starts, and two are on the disk beyond the history itself.
  public var segmentSize = 32 << 20

  /// Bytes of records that may wait for the disk. 4 MiB: half a second of 60,000 records of 130 bytes; what waits
  /// longer is better told to come back. Also the longest batch, and so the most that a crash can tear.
  public var queueLimit = 4 << 20

  /// Bytes of one record, encoded. 1 MiB: a thousand times a usual one, and well below the queue.
  public var maximumRecordSize = 1 << 20

  /// From the start of one sync to the start of the next, at least. 500 µs: 2,000 a second at most, which is below a
  /// fifth of a core where a sync costs 90 µs, and adds less than one sync's own time to a reply under load. A batch
  /// that comes after a longer pause does not wait.
  public var minimumSyncInterval: Duration = .microseconds(500)

  /// How long a refused caller should wait. 100 ms: by then a quarter of a full queue is on the disk.
  public var retryDelay: Duration = .milliseconds(100)

  /// After this time without a record, an empty batch confirms the last one, so that its loss can be told from a torn
  /// write. 1 s: rare enough to cost nothing, long before disks rot.
  public var confirmationDelay: Duration = .seconds(1)

  /// From one snapshot to the next, if anything has happened. 10 minutes bounds what a restart replays on a quiet day.
  public var snapshotInterval: Duration = .seconds(600)

  /// Bytes of journal after which a snapshot is made at any time. 256 MiB: some two seconds of replay.
  public var snapshotBytes = 256 << 20

  /// Snapshots kept; at least two, so that a bad one has one before it.
  public var keptSnapshots = 2

  /// How long a segment is kept after the older kept snapshot covers it. Nil, for ever: the history is the product's.
  public var segmentRetention: Duration? = nil

  /// What is removed is overwritten with zeros before: for keys, so that none is left in blocks that the store gave back.
  package var overwritesWhatIsRemoved = false

  /// How often a full disk is looked at again. 1 s: an operator who has made room sees it at once.
  public var fullDiskRetryInterval: Duration = .seconds(1)

  /// How long a data key encrypts new files before another takes its place. 90 days: a key that leaks opens a quarter's
  /// files, and the keyring stays short.
  public var dataKeyLifetime: Duration = .seconds(90 * 86_400)

  public init() {}

  /// Bytes kept aside so that a server can start, tell and drain on a full disk: one segment and one torn tail.
  var reserveSize: UInt64 { UInt64(segmentSize) + UInt64(longestBatch) }

  /// Bytes that must be free for the store to take records without end.
  var neededSpace: UInt64 { reserveSize + UInt64(segmentSize) }

  /// Bytes on disk of the longest batch: the queue, and one record more where the queue was empty.
  var longestBatch: Int { BatchHeader.totalLength(payload: queueLimit + FileCipher.overhead) }

  func validate() throws {
    func require(_ holds: Bool, _ field: String, _ value: some Any, _ allowed: String) throws {
      if !holds { throw StoreError.configuration(field: field, value: "\(value)", allowed: allowed) }
    }
    try require((1 << 10...1 << 28).contains(queueLimit), "queueLimit", queueLimit, "1 KiB to 256 MiB")
    try require(
      maximumRecordSize > 0 && maximumRecordSize + 10 <= queueLimit, "maximumRecordSize", maximumRecordSize,
      "1 to queueLimit (\(queueLimit)) less 10")
    try require(
      segmentSize % 4096 == 0 && segmentSize <= 1 << 30 && segmentSize >= 2 * longestBatch + SegmentHeader.length,
      "segmentSize", segmentSize, "a multiple of 4096 up to 1 GiB and at least twice queueLimit and 1 KiB")
    try require(keptSnapshots >= 2, "keptSnapshots", keptSnapshots, "2 or more")
    try require(snapshotBytes > 0, "snapshotBytes", snapshotBytes, "more than 0")
    for (field, value) in [
      ("confirmationDelay", confirmationDelay), ("snapshotInterval", snapshotInterval),
      ("fullDiskRetryInterval", fullDiskRetryInterval), ("dataKeyLifetime", dataKeyLifetime),
    ] {
      try require(value > .zero, field, value, "more than 0")
    }
    try require(
      minimumSyncInterval >= .zero && minimumSyncInterval <= .seconds(1), "minimumSyncInterval", minimumSyncInterval,
      "0 to 1 s")
  }
}
