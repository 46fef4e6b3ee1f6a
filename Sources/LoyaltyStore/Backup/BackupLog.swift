// What a backup says of itself: a line of fixed length for each run, so that files that are lost at the end are missed as
// surely as files in between.

/// One completed run. See docs/storage-format.md for the layout.
public struct BackupRun: Hashable, Sendable {
  static let magic: [UInt8] = Array("LOYALBAK".utf8)
  static let formatVersion: UInt32 = 1
  static let length = 512

  public var history: StoreIdentity
  public var incarnation: StoreIdentity
  /// Nanoseconds since 1970.
  public var finishedAt: UInt64
  /// Segments that the backup had when the run was finished.
  public var firstSegment: UInt64
  public var lastSegment: UInt64
  /// The last record in it, and the journal's hash there.
  public var sequence: UInt64
  public var hash: ChainHash

  func encoded() -> [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.length)
    block.store(Self.magic, at: 0)
    block.store(Self.formatVersion, at: 8)
    block.store(UInt32(Self.length), at: 12)
    block.store(history.bytes, at: 16)
    block.store(incarnation.bytes, at: 32)
    block.store(finishedAt, at: 48)
    block.store(firstSegment, at: 56)
    block.store(lastSegment, at: 64)
    block.store(sequence, at: 72)
    block.store(hash.bytes, at: 80)
    block.store(CRC32C.of(block.span.bytes.extracting(..<(Self.length - 4))), at: Self.length - 4)
    return block
  }

  /// Nil for a line that a crash has left half written, or that is damaged.
  init?(_ block: [UInt8]) {
    let bytes = block.span.bytes
    guard block.count == Self.length, bytes.bytes(at: 0, count: 8) == Self.magic,
      bytes.load(UInt32.self, at: 8) <= Self.formatVersion,
      CRC32C.of(bytes.extracting(..<(Self.length - 4))) == bytes.load(UInt32.self, at: Self.length - 4)
    else { return nil }
    history = StoreIdentity(bytes: bytes.bytes(at: 16, count: 16))
    incarnation = StoreIdentity(bytes: bytes.bytes(at: 32, count: 16))
    finishedAt = bytes.load(UInt64.self, at: 48)
    firstSegment = bytes.load(UInt64.self, at: 56)
    lastSegment = bytes.load(UInt64.self, at: 64)
    sequence = bytes.load(UInt64.self, at: 72)
    hash = ChainHash(bytes: bytes.bytes(at: 80, count: 32))
  }

  init(
    history: StoreIdentity, incarnation: StoreIdentity, finishedAt: UInt64, firstSegment: UInt64, lastSegment: UInt64,
    sequence: UInt64, hash: ChainHash
  ) {
    self.history = history
    self.incarnation = incarnation
    self.finishedAt = finishedAt
    self.firstSegment = firstSegment
    self.lastSegment = lastSegment
    self.sequence = sequence
    self.hash = hash
  }

  /// The runs of a backup, oldest first; none when there is no log.
  static func read(_ directory: String, _ disk: any Disk) throws(DiskError) -> [BackupRun] {
    let file: any DiskFile
    do { file = try disk.open(FileNames.path(directory, FileNames.backupLog), .reading) } catch {
      if error.code == LocalJournal.notThere { return [] }
      throw error
    }
    var runs: [BackupRun] = []
    var position: UInt64 = 0
    while true {
      let block = try file.readAll(at: position, count: length)
      if block.isEmpty { return runs }
      if let run = BackupRun(block) { runs.append(run) }
      position += UInt64(length)
    }
  }

  func append(to directory: String, _ disk: any Disk) throws(DiskError) {
    let path = FileNames.path(directory, FileNames.backupLog)
    let isThere = try disk.list(directory: directory).contains(FileNames.backupLog)
    let file = try disk.open(path, isThere ? .updating : .creating)
    // Behind whole lines: half of one is written over.
    try file.writeAll(encoded().span.bytes, at: try file.size() / UInt64(Self.length) * UInt64(Self.length))
    try file.synchronize()
    try disk.synchronizeDirectory(directory)
  }
}
