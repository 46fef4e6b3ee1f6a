// Copies of a store's files in another directory, made beside the running server: sealed segments never change, so each
// run copies what is new, and of the segment in use what is whole. Every copy is read back before it counts.

/// A backup of one store.
public struct StoreBackup: Sendable {
  let source: String
  let target: String
  let disk: any Disk
  let environment: StoreEnvironment

  /// What a run did.
  public struct Report: Hashable, Sendable {
    public var run: BackupRun
    /// Files copied, and their bytes; those that were there already are not counted.
    public var files: Int
    public var bytes: UInt64
    /// Files that retention removed.
    public var removed: Int
  }

  /// - Parameters:
  ///   - source: the store's directory.
  ///   - target: the backup's; made if it is not there.
  public init(source: String, target: String, disk: any Disk = PosixDisk()) {
    self.init(source: source, target: target, disk: disk, environment: .system)
  }

  init(source: String, target: String, disk: any Disk, environment: StoreEnvironment) {
    self.source = source
    self.target = target
    self.disk = disk
    self.environment = environment
  }

  /// Brings the backup up to what is on the source's disk now. Takes no lock and needs no key; a run that was interrupted
  /// goes on where it stopped.
  ///
  /// - Parameter retention: removes segments that a copied snapshot covers and that were sealed longer ago than this; nil
  ///   keeps all.
  /// - Throws: `StoreError.rot` when a segment of the source is damaged (nothing of it is taken), `.backup` when the backup
  ///   is of another store or another incarnation, `.disk`.
  public func run(retention: Duration? = nil) throws -> Report {
    do { try disk.createDirectory(target) } catch { throw StoreError.disk(error) }
    let recovery = try JournalRecovery(
      directory: source, disk: disk, keys: nil, configuration: .defaults, environment: environment,
      schemaVersion: .max, notify: { _ in }, membersOf: { _, _ in [] })
    guard let last = recovery.last else {
      throw StoreError.missing(directory: source, what: "there is no segment in it")
    }
    let (lines, there) = try existing(recovery.history, recovery.sealed)
    if let line = lines.last, line.incarnation != last.incarnation, line.sequence > last.incarnationBegin {
      throw StoreError.backup(
        directory: target,
        problem: """
          it goes on to record \(line.sequence) of incarnation \(line.incarnation), and the store was restored to record \
          \(last.incarnationBegin) since: begin another backup directory
          """)
    }
    var report = Report(
      run: BackupRun(
        history: recovery.history, incarnation: last.incarnation, finishedAt: 0, firstSegment: 0, lastSegment: 0,
        sequence: 0, hash: .zero), files: 0, bytes: 0, removed: 0)
    try copyPlain(FileNames.keys, &report)
    try copyPlain(FileNames.keysCopy, &report)
    for segment in recovery.sealed.all where there[segment.header.id] != segment.endPosition {
      try copy(segment.header, through: segment.endPosition, expecting: segment.end, &report)
    }
    let end = try copyLast(last, recovery.sealed.end, &report)
    try copySnapshot(recovery.sealed, &report)
    if let retention { report.removed = try prune(recovery.sealed, retention) }
    let segments = try self.segments()
    report.run.firstSegment = segments.first ?? 0
    report.run.lastSegment = segments.last ?? 0
    (report.run.sequence, report.run.hash) = (end.sequence, end.hash)
    report.run.finishedAt = environment.wall()
    do {
      try disk.synchronizeDirectory(target)
      try report.run.append(to: target, disk)
    } catch { throw StoreError.disk(error) }
    return report
  }

  private func segments() throws -> [UInt64] {
    do { return try disk.list(directory: target).compactMap(FileNames.segmentID).sorted() } catch {
      throw StoreError.disk(error)
    }
  }

  /// The runs so far, and the length of each segment that is there and is the source's.
  private func existing(
    _ history: StoreIdentity, _ sealed: SealedSegments
  ) throws -> (runs: [BackupRun], segments: [UInt64: UInt64]) {
    do {
      let runs = try BackupRun.read(target, disk)
      if let other = runs.last, other.history != history {
        throw StoreError.backup(directory: target, problem: "it is of another store (\(other.history))")
      }
      var lengths: [UInt64: UInt64] = [:]
      for segment in sealed.all {
        let path = FileNames.path(target, FileNames.segment(segment.header.id))
        let file: any DiskFile
        do { file = try disk.open(path, .reading) } catch { continue }
        let header = try? SegmentHeader(try file.readAll(at: 0, count: SegmentHeader.length))
        if header == segment.header { lengths[segment.header.id] = try file.size() }
      }
      return (runs, lengths)
    } catch let error as DiskError { throw StoreError.disk(error) }
  }

  private func copyPlain(_ name: String, _ report: inout Report) throws {
    do {
      guard try disk.list(directory: source).contains(name) else { return }
      let file = try disk.open(FileNames.path(source, name), .reading)
      let bytes = try file.readAll(at: 0, count: Int(clamping: try file.size()))
      try place(name) { copy in try copy.writeAll(bytes.span.bytes, at: 0) }
      report.files += 1
      report.bytes += UInt64(bytes.count)
    } catch let error as DiskError { throw StoreError.disk(error) }
  }

  /// Writes a file under a name that does not count, synchronizes it, has it checked from the medium, and names it.
  private func place(
    _ name: String, check: (any DiskFile) throws -> Void = { _ in }, _ write: (any DiskFile) throws -> Void
  ) throws {
    let partial = FileNames.path(target, FileNames.partialBackup)
    try LocalJournal.removeIfThere(partial, disk: disk)
    let file = try disk.open(partial, .creating)
    try write(file)
    try file.synchronize()
    file.forgetCached()
    try check(file)
    try disk.rename(partial, to: FileNames.path(target, name), replacing: true)
    try disk.synchronizeDirectory(target)
  }

  /// Copies a segment up to a place, and reads the copy to see that it ends there as it should.
  private func copy(
    _ header: SegmentHeader, through end: UInt64, expecting mark: JournalMark?, _ report: inout Report
  ) throws {
    let name = FileNames.segment(header.id)
    do {
      let from = try disk.open(FileNames.path(source, name), .reading)
      try place(
        name,
        check: { copy in
          let path = FileNames.path(target, name)
          var reader = try SegmentReader(file: copy, path: path, keys: nil, opensRecords: false)
          while reader.position < end {
            let start = reader.position
            if case .invalid(let problem) = try reader.next() {
              throw StoreError.rot(path: FileNames.path(source, name), offset: start, problem: problem)
            }
          }
          guard reader.header == header, reader.position == end, mark == nil || reader.mark == mark else {
            throw StoreError.rot(
              path: FileNames.path(source, name), offset: end, problem: "it does not end as the segment after it says")
          }
        },
        { copy in
          var position: UInt64 = 0
          while position < end {
            let bytes = try from.readAll(at: position, count: Int(min(1 << 20, end - position)))
            if bytes.isEmpty { break }
            try copy.writeAll(bytes.span.bytes, at: position)
            position += UInt64(bytes.count)
          }
        })
      report.files += 1
      report.bytes += end
    } catch let error as DiskError { throw StoreError.disk(error) }
  }

  /// Copies what is whole of the segment in use. - Returns: where the backup ends.
  private func copyLast(_ header: SegmentHeader, _ before: JournalMark, _ report: inout Report) throws -> JournalMark {
    let path = FileNames.path(source, FileNames.segment(header.id))
    let file: any DiskFile
    do { file = try disk.open(path, .reading) } catch { throw StoreError.disk(error) }
    var reader = try SegmentReader(file: file, path: path, keys: nil, opensRecords: false)
    // The server may have replaced or sealed it since its header was read; the next run sees that.
    guard reader.header == header else { return before }
    while case .batch = try reader.next() {}
    guard reader.mark.sequence > header.previousSequence else { return before }
    try copy(header, through: reader.position, expecting: nil, &report)
    return reader.mark
  }

  /// Copies the newest snapshot of the source, so that a restore need not begin with the first record.
  private func copySnapshot(_ sealed: SealedSegments, _ report: inout Report) throws {
    do {
      let there = Set(try disk.list(directory: target))
      let names = try disk.list(directory: source).filter { FileNames.snapshotSequence($0) != nil }.sorted()
      guard let name = names.last, !there.contains(name) else { return }
      let path = FileNames.path(source, name)
      let header = try SnapshotFile.header(at: path, disk: disk)
      let mark = JournalMark(sequence: header.sequence, hash: header.hash, segment: header.segment)
      // Its end in the journal may be younger than the headers that were read; then it comes with the next run.
      guard sealed.contains(mark) else { return }
      let from = try disk.open(path, .reading)
      let size = try from.size()
      try place(
        name,
        check: { _ in
          try SnapshotFile.chunks(of: FileNames.path(target, FileNames.partialBackup), disk: disk, cipher: nil) { _ in }
        },
        { copy in
          var position: UInt64 = 0
          while position < size {
            let bytes = try from.readAll(at: position, count: Int(min(1 << 20, size - position)))
            if bytes.isEmpty { break }
            try copy.writeAll(bytes.span.bytes, at: position)
            position += UInt64(bytes.count)
          }
        })
      report.files += 1
      report.bytes += size
    } catch let error as DiskError {
      // A snapshot that the server has just removed is not needed.
      if error.code != LocalJournal.notThere { throw StoreError.disk(error) }
    } catch is SnapshotProblem {
      // The source's own matter: the segments have everything.
    }
  }

  /// Removes segments that are old and covered by a snapshot of the backup, and snapshots before that one.
  private func prune(_ sealed: SealedSegments, _ retention: Duration) throws -> Int {
    let now = environment.wall()
    let before = now > retention.nanoseconds ? now - retention.nanoseconds : 0
    do {
      let names = try disk.list(directory: target)
      let snapshots = names.compactMap(FileNames.snapshotSequence).sorted()
      let old = sealed.all.filter { $0.sealedAt < before }
      guard let base = snapshots.last(where: { sequence in old.contains { $0.end.sequence == sequence } }) else {
        return 0
      }
      var removed = 0
      let covered = Set(old.filter { $0.end.sequence <= base }.map(\.header.id))
      for id in names.compactMap(FileNames.segmentID).sorted() {
        // Of segments that the source has no longer, the oldest known one tells that they are older.
        guard covered.contains(id) || id < (sealed.all.first?.header.id ?? 0) else { break }
        try disk.remove(FileNames.path(target, FileNames.segment(id)))
        try disk.synchronizeDirectory(target)
        removed += 1
      }
      for sequence in snapshots where sequence < base {
        try disk.remove(FileNames.path(target, FileNames.snapshot(sequence)))
        removed += 1
      }
      return removed
    } catch { throw StoreError.disk(error) }
  }
}
