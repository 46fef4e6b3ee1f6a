// From a backup to a store: planned and checked in full before a byte is written, brought back to its end or to a point,
// and begun as a new incarnation, so that whoever follows the ledger notices.

import LoyaltyEngine

/// How far a store is restored.
public enum RestorePoint: Hashable, Sendable {
  case end
  /// This record is the last.
  case sequence(UInt64)
  /// The last record is of a batch that was closed by then; nanoseconds since 1970.
  case time(UInt64)
}

/// A restore of one store from a backup.
public struct StoreRestore: Sendable {
  let backup: String
  let disk: any Disk
  let environment: StoreEnvironment
  let masterKey: MasterKey?

  /// What is in a backup.
  public struct Plan: Sendable {
    /// Where it begins: 0, or a snapshot's record when retention has removed segments.
    public let begin: UInt64
    /// The last record that will be there.
    public let sequence: UInt64
    /// The journal's hash after the last whole batch taken.
    public let hash: ChainHash
    public let runs: [BackupRun]
    let segments: [Piece]
    let snapshots: [UInt64]
    /// Records of a batch that is taken in part, encoded.
    let rest: [[UInt8]]
    let history: StoreIdentity
  }

  struct Piece: Sendable {
    var header: SegmentHeader
    /// Bytes of it that are taken.
    var end: UInt64
  }

  /// What a restore brought.
  public struct Report: Hashable, Sendable {
    public var sequence: UInt64
    public var incarnation: StoreIdentity
    public var segments: Int
  }

  public init(backup: String, masterKey: MasterKey?, disk: any Disk = PosixDisk()) {
    self.init(backup: backup, masterKey: masterKey, disk: disk, environment: .system)
  }

  init(backup: String, masterKey: MasterKey?, disk: any Disk, environment: StoreEnvironment) {
    self.backup = backup
    self.masterKey = masterKey
    self.disk = disk
    self.environment = environment
  }

  // MARK: Planning

  private func broken(_ problem: String) -> StoreError { .backup(directory: backup, problem: problem) }

  /// Reads all of the backup, checksums and chain included, and says what a restore would bring. Nothing is written.
  ///
  /// - Throws: `StoreError.backup` for a gap, a missing end or a point that is not in it, `.rot` for damage, `.masterKey`
  ///   when a batch has to be divided and does not open, `.disk`.
  public func plan(_ point: RestorePoint = .end) throws -> Plan {
    let (names, runs) = try list()
    guard let run = runs.last else { throw broken("no run of it was finished: there is no good line in its log") }
    let ids = names.compactMap(FileNames.segmentID).sorted()
    guard let first = ids.first, let last = ids.last else { throw broken("there is no segment in it") }
    for (id, next) in zip(ids, ids.dropFirst()) where next != id + 1 {
      throw broken("there is a gap: segment \(id + 1) is missing, and \(next) is there")
    }
    guard last >= run.lastSegment else {
      throw broken("its end is missing: the last run had segments up to \(run.lastSegment), there are those to \(last)")
    }
    guard first <= run.firstSegment || run.firstSegment == 0 else {
      throw broken("its beginning is missing: the last run had segments from \(run.firstSegment) on")
    }
    let keys = try Keyring.open(
      directory: backup, disk: disk, environment: environment, master: masterKey, creating: false, lenient: true)
    var walk = Walk(point: point, run: run)
    for id in ids {
      try read(id, isLast: id == last, keys, &walk)
      if walk.isDone { break }
    }
    guard walk.isDone || walk.mark.sequence >= run.sequence else {
      throw broken("its end is missing: the last run ended with record \(run.sequence), there is \(walk.mark.sequence)")
    }
    if case .sequence(let wanted) = point, walk.sequence < wanted {
      throw broken("record \(wanted) is not in it: it ends with record \(walk.sequence)")
    }
    guard walk.sequence > 0 else { throw broken("there is no record in it that old") }
    let snapshots = names.compactMap(FileNames.snapshotSequence).filter { $0 <= walk.mark.sequence }.sorted()
    if walk.begin > 0, !snapshots.contains(where: { $0 >= walk.begin }) {
      throw broken("records 1 to \(walk.begin) are in no segment of it, and no snapshot has them at that point")
    }
    return Plan(
      begin: walk.begin, sequence: walk.sequence, hash: walk.mark.hash, runs: runs, segments: walk.pieces,
      snapshots: snapshots, rest: walk.rest, history: run.history)
  }

  private func list() throws -> (names: [String], runs: [BackupRun]) {
    do { return (try disk.list(directory: backup), try BackupRun.read(backup, disk)) } catch {
      throw StoreError.disk(error)
    }
  }

  private struct Walk {
    let point: RestorePoint
    let run: BackupRun
    var pieces: [Piece] = []
    var begin: UInt64 = 0
    /// Behind the last whole batch taken.
    var mark = JournalMark.beginning
    var rest: [[UInt8]] = []
    var isDone = false

    var sequence: UInt64 { mark.sequence + UInt64(rest.count) }
  }

  private func read(_ id: UInt64, isLast: Bool, _ keys: Keyring?, _ walk: inout Walk) throws {
    let path = FileNames.path(backup, FileNames.segment(id))
    let file: any DiskFile
    do { file = try disk.open(path, .reading) } catch { throw StoreError.disk(error) }
    var reader = try SegmentReader(file: file, path: path, keys: nil, opensRecords: false)
    let header = reader.header
    guard header.id == id, header.history == walk.run.history else { throw broken("segment \(id) is of another store") }
    if let previous = walk.pieces.last {
      // A segment copied while it was in use may be longer than what became of it after a crash.
      guard header.previousSequence == walk.mark.sequence, header.previousHash == walk.mark.hash,
        header.previousEnd == previous.end
      else {
        throw broken(
          """
          segment \(id) follows record \(header.previousSequence), and segment \(previous.header.id) of the backup ends \
          with record \(walk.mark.sequence) or with another hash: run the backup again
          """)
      }
    } else {
      walk.begin = header.previousSequence
      walk.mark = JournalMark(sequence: header.previousSequence, hash: header.previousHash, segment: id - 1)
    }
    walk.pieces.append(Piece(header: header, end: UInt64(SegmentHeader.length)))
    while reader.position < reader.fileSize {
      let start = reader.position
      switch try reader.next() {
      case .invalid(let problem): throw StoreError.rot(path: path, offset: start, problem: problem)
      case .batch(let batch):
        if let wanted = wantedEnd(walk.point, batch) {
          walk.isDone = true
          guard wanted >= batch.firstSequence, batch.count > 0 else { return }
          let opened = try BatchReading.read(at: start, of: header, path: path, disk: disk, keys: keys)
          try opened.forEach { sequence, bytes in
            if sequence <= wanted { walk.rest.append(bytes.bytes(at: 0, count: bytes.byteCount)) }
          }
          return
        }
        walk.pieces[walk.pieces.count - 1].end = reader.position
        walk.mark = reader.mark
        if case .sequence(walk.mark.sequence) = walk.point {
          walk.isDone = true
          return
        }
      }
    }
  }

  /// The last record wanted of a batch that is not taken as a whole; nil when it is.
  private func wantedEnd(_ point: RestorePoint, _ batch: RecordBatch) -> UInt64? {
    switch point {
    case .end: nil
    case .time(let time): batch.writtenAt > time ? batch.firstSequence - 1 : nil
    case .sequence(let wanted):
      batch.firstSequence + UInt64(batch.count) - (batch.count == 0 ? 0 : 1) > wanted ? wanted : nil
    }
  }

  // MARK: Restoring

  /// Restores into a directory that has no store in it. The journal is replayed on the way, so that what is brought back is
  /// known to hold together; a directory in which a restore was interrupted does not open, and is begun anew by the next.
  ///
  /// - Parameter replacing: a store that is there is part of a larger restore that was interrupted, and is removed.
  /// - Throws: as `plan`, and `StoreError.backup` when the directory has a store, `.inconsistent`, `.masterKey`.
  public func restore<State: StateMachine>(
    _ type: State.Type, to directory: String, point: RestorePoint = .end, replacing: Bool = false,
    notify: @escaping @Sendable (StoreEvent) -> Void = { _ in }
  ) throws -> Report {
    let plan = try plan(point)
    do {
      try disk.createDirectory(directory)
      try clear(directory, replacing)
      try copy(plan, to: directory)
    } catch let error as DiskError { throw StoreError.disk(error) }
    let incarnation = try begin(type, plan, directory, notify)
    do {
      try disk.remove(FileNames.path(directory, FileNames.restoring))
      try disk.synchronizeDirectory(directory)
    } catch { throw StoreError.disk(error) }
    return Report(sequence: plan.sequence, incarnation: incarnation, segments: plan.segments.count)
  }

  /// Makes sure that nothing is overwritten but what an interrupted restore has left.
  private func clear(_ directory: String, _ replacing: Bool) throws {
    let names = try disk.list(directory: directory)
    let isStore = names.contains { FileNames.segmentID($0) != nil || FileNames.snapshotSequence($0) != nil }
    if !names.contains(FileNames.restoring) {
      if isStore && !replacing {
        throw StoreError.backup(directory: directory, problem: "there is a store in it already")
      }
      _ = try disk.open(FileNames.path(directory, FileNames.restoring), .creating)
      try disk.synchronizeDirectory(directory)
    }
    for name in names where FileNames.isOfStore(name) { try disk.remove(FileNames.path(directory, name)) }
    try disk.synchronizeDirectory(directory)
  }

  private func copy(_ plan: Plan, to directory: String) throws {
    for name in try disk.list(directory: backup) where name == FileNames.keys || name == FileNames.keysCopy {
      try copy(name, to: directory, bytes: nil, length: nil)
    }
    for sequence in plan.snapshots.suffix(2) {
      try copy(FileNames.snapshot(sequence), to: directory, bytes: nil, length: nil)
    }
    for (index, piece) in plan.segments.enumerated() {
      // The last one is read as a start reads it: with its unused zeros.
      let isLast = index == plan.segments.count - 1
      try copy(
        FileNames.segment(piece.header.id), to: directory, bytes: piece.end,
        length: isLast ? piece.header.capacity : nil)
    }
    try disk.synchronizeDirectory(directory)
  }

  private func copy(_ name: String, to directory: String, bytes: UInt64?, length: UInt64?) throws {
    let from = try disk.open(FileNames.path(backup, name), .reading)
    let to = try disk.open(FileNames.path(directory, name), .creating)
    let end = try bytes ?? from.size()
    var position: UInt64 = 0
    while position < end {
      let chunk = try from.readAll(at: position, count: Int(min(1 << 20, end - position)))
      if chunk.isEmpty { break }
      try to.writeAll(chunk.span.bytes, at: position)
      position += UInt64(chunk.count)
    }
    if let length, length > end { try to.truncate(to: length) }
    try to.synchronize()
  }

  /// Replays what was copied and begins a segment of a new incarnation behind it.
  private func begin<State: StateMachine>(
    _ type: State.Type, _ plan: Plan, _ directory: String, _ notify: @escaping @Sendable (StoreEvent) -> Void
  ) throws -> StoreIdentity {
    let keys = try Keyring.open(
      directory: directory, disk: disk, environment: environment, master: masterKey, creating: false)
    // The segment that follows is as large as those before it.
    var configuration = StoreConfiguration.defaults
    if let header = plan.segments.last?.header {
      configuration.segmentSize = Int(header.capacity)
      configuration.queueLimit = Int(header.maximumBatch) - BatchHeader.totalLength(payload: FileCipher.overhead)
    }
    var recovery = try JournalRecovery(
      directory: directory, disk: disk, keys: keys, configuration: configuration, environment: environment,
      schemaVersion: State.schemaVersion, notify: notify, membersOf: hashedMembers(State.self))
    let start = try SnapshotCatalog(directory: directory, disk: disk, keys: keys).newest(
      State(), history: recovery.history, accept: recovery.sealed.contains
    ) { path, problem in notify(.badSnapshot(path: path, problem: problem)) }
    if start == nil && recovery.sealed.begin.sequence > 0 {
      throw broken(
        "records 1 to \(recovery.sealed.begin.sequence) are in no segment of it, and no good snapshot has them")
    }
    var state = start?.state ?? State()
    let mark = start?.mark ?? .beginning
    try recovery.replay(after: mark) { batch in try replay(batch, after: mark.sequence, into: &state) }
    if let what = state.contradiction { throw StoreError.inconsistent(directory: backup, what: what) }
    guard let end = recovery.end?.mark, end.sequence + UInt64(plan.rest.count) == plan.sequence, end.hash == plan.hash
    else { throw broken("what was copied is not what was planned: run the restore again") }
    recovery.incarnationBegin = plan.sequence
    let journal = try recovery.begin()
    if !plan.rest.isEmpty {
      var batch = PendingBatch()
      for (index, bytes) in plan.rest.enumerated() {
        bytes.withUnsafeBytes { batch.append($0, sequence: end.sequence + 1 + UInt64(index)) }
      }
      journal.place(payload: batch.payload)
      try journal.append(&batch)
      try journal.confirm()
    }
    return journal.incarnation.identity
  }
}
