// Whether a directory of the store, or a copy of one, still is what was written: every checksum, the chain from the
// first batch to the last, and what the records say to each other. It judges by the same readers that a start uses.

import LoyaltyEngine

/// What `StoreVerifier.verify` found.
public struct VerificationReport: Sendable {
  /// The segments read, unused zeros not counted.
  public internal(set) var segments = 0
  public internal(set) var snapshots = 0
  /// The last record that was reached, and the hash there.
  public internal(set) var sequence: UInt64 = 0
  public internal(set) var hash = ""
  /// The record behind which the journal in this directory begins: 0 unless retention has removed segments.
  public internal(set) var begin: UInt64 = 0
  /// Bytes that a crash left behind the last batch. Not damage: the next start saves them aside.
  public internal(set) var tornBytes: UInt64 = 0
  /// What is wrong, with file and byte. Empty when all is well.
  public internal(set) var problems: [StoreError] = []
}

/// Reads all of a store.
public enum StoreVerifier {
  /// Checks every segment and snapshot in a directory: headers, checksums, hash chain, the end, and the ledger that the
  /// records give. A snapshot must be whole, of a place in this journal, and equal to the state that the journal gives
  /// there; one that replay has to begin from, because older segments were removed, is the only one not compared.
  ///
  /// It holds the directory's lock, so that no server writes meanwhile, and changes nothing else. The journal is read
  /// up to the first damage in it: behind that, nothing can be said.
  ///
  /// - Parameter notify: told how far it is, at least each 64 MiB.
  /// - Throws: `StoreError.locked` when a server has the directory open, `.missing` when it is no store, `.disk`.
  ///   Whatever is wrong with the files is in the report instead.
  public static func verify<State: StateMachine>(
    _ type: State.Type, directory: String, masterKey: MasterKey? = nil, disk: any Disk = PosixDisk(),
    notify: @escaping @Sendable (StoreEvent) -> Void = { _ in }
  ) throws -> VerificationReport {
    let names: [String]
    do { names = try disk.list(directory: directory) } catch { throw StoreError.disk(error) }
    guard names.contains(where: { FileNames.segmentID($0) != nil || FileNames.snapshotSequence($0) != nil }) else {
      throw StoreError.missing(directory: directory, what: "there is no segment and no snapshot in it")
    }
    // A copy has no lock, and none is made there: nobody can have it open.
    let lock = names.contains(FileNames.lock) ? try take(directory, disk) : nil
    defer { lock?.release() }
    var report = VerificationReport()
    do {
      let keys = try Keyring.open(
        directory: directory, disk: disk, environment: .system, master: masterKey, creating: false)
      try verify(type, directory, disk, keys, notify, &report)
    } catch let error as StoreError {
      switch error {
      case .disk, .masterKey: throw error
      default: break
      }
      report.problems.append(error)
    }
    return report
  }

  private static func take(_ directory: String, _ disk: any Disk) throws -> any DiskLock {
    let path = FileNames.path(directory, FileNames.lock)
    do { return try disk.lock(path, holder: StoreEnvironment.system.holder) } catch {
      throw error.operation == "lock" ? StoreError.locked(path: path, holder: error.reason) : .disk(error)
    }
  }

  private static func verify<State: StateMachine>(
    _ type: State.Type, _ directory: String, _ disk: any Disk, _ keys: Keyring?,
    _ notify: @escaping @Sendable (StoreEvent) -> Void, _ report: inout VerificationReport
  ) throws {
    var recovery = try JournalRecovery(
      directory: directory, disk: disk, keys: keys, configuration: .defaults, environment: .system,
      schemaVersion: State.schemaVersion, notify: notify, membersOf: hashedMembers(State.self))
    let sealed = recovery.sealed
    report.begin = sealed.begin.sequence
    report.segments = sealed.all.count + 1

    /// Of each good snapshot, by sequence, what its state writes.
    var digests: [UInt64: [UInt8]] = [:]
    var start: (sequence: UInt64, state: State)?
    let catalog = SnapshotCatalog(directory: directory, disk: disk, keys: keys)
    for sequence in try catalog.sequences() {
      report.snapshots += 1
      do {
        let (header, state) = try SnapshotFile.read(State(), from: catalog.path(sequence), disk: disk, keys: keys)
        let mark = JournalMark(sequence: header.sequence, hash: header.hash, segment: header.segment)
        guard header.sequence == sequence, header.history == recovery.history, sealed.contains(mark) else {
          throw SnapshotProblem(
            description: "record \(header.sequence) of history \(header.history) is no end of a segment here")
        }
        if let what = state.contradiction { throw SnapshotProblem(description: what) }
        digests[sequence] = try digest(state)
        // The oldest is what the most of the journal is replayed on.
        if sealed.begin.sequence > 0 { start = (sequence, state) }
      } catch let problem as SnapshotProblem {
        report.problems.append(.badSnapshot(path: catalog.path(sequence), problem: problem.description))
      }
    }
    if start == nil && sealed.begin.sequence > 0 {
      throw StoreError.missing(
        directory: directory,
        what: "records 1 to \(sealed.begin.sequence) are in no segment, and no good snapshot has them")
    }

    let origin = start?.sequence ?? 0
    var state = start?.state ?? State()
    var end = sealed.begin
    try recovery.replay(after: sealed.begin) { batch in
      try LoyaltyStore.replay(batch, after: origin, into: &state)
      end.sequence = batch.firstSequence + UInt64(batch.count) - 1
      guard end.sequence > origin, let written = digests[end.sequence], state.contradiction == nil else { return }
      if try digest(state) != written {
        report.problems.append(
          .badSnapshot(
            path: catalog.path(end.sequence), problem: "it is whole, but not the state that the journal gives there"))
      }
    }
    report.sequence = recovery.end?.mark.sequence ?? end.sequence
    report.hash = recovery.end?.mark.hash.description ?? ""
    report.tornBytes = recovery.end?.tornBytes ?? 0
    if let what = state.contradiction { throw StoreError.inconsistent(directory: directory, what: what) }
  }

  private static func digest<State: StateMachine>(_ state: State) throws -> [UInt8] {
    let digest = SHA256()
    try state.snapshot { chunk in
      digest.update(SnapshotChunk.prefix(of: chunk).span.bytes)
      digest.update(chunk.span.bytes)
    }
    return digest.finish()
  }
}
