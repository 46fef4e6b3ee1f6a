// From a directory to a running store: the lock, the newest good snapshot, the journal behind it, a new segment.

import LoyaltyEngine

/// What was found on the disk.
struct Recovered<State: StateMachine> {
  var state: State
  var journal: LocalJournal
  /// The snapshot that it began from; `JournalMark.beginning` when there was none.
  var snapshot: JournalMark
  /// Of records replayed behind it.
  var bytes: UInt64
}

extension DurableStore {
  /// Opens the store in a directory, which is made if it is not there, and brings back every record that was ever
  /// acknowledged.
  ///
  /// - Parameters:
  ///   - masterKey: with it, every file is encrypted that is written from now on; files that are not yet are read as they
  ///     are. A directory with encrypted files does not open without it.
  ///   - notify: told of what an operator should hear, during the call and later, on any thread. It must not call the
  ///     store.
  ///   - empty: gives the state before the first record, for one that needs more than its records; called once, with the
  ///     directory locked.
  /// - Throws: `StoreError`: `.locked` when the directory is in use, `.rot`, `.missing` and `.newer` when the files are
  ///   not what a crash can have left, `.inconsistent` when the records contradict each other (nothing has been changed
  ///   then), `.readOnly` when the disk is too full to begin,
  ///   `.configuration`, `.disk`.
  public static func open(
    directory: String, configuration: StoreConfiguration = .defaults, masterKey: MasterKey? = nil,
    disk: any Disk = PosixDisk(), notify: @escaping @Sendable (StoreEvent) -> Void = { _ in },
    empty: () throws -> State = { State() }
  ) throws -> DurableStore {
    try open(
      directory: directory, configuration: configuration, masterKey: masterKey, disk: disk, environment: .system,
      threads: true,
      notify: notify, empty: empty)
  }

  /// - Parameter threads: false leaves the steps of the store's threads to the caller.
  package static func open(
    directory: String, configuration: StoreConfiguration, masterKey: MasterKey? = nil, disk: any Disk,
    environment: StoreEnvironment, threads: Bool,
    notify: @escaping @Sendable (StoreEvent) -> Void, empty: () throws -> State = { State() }
  ) throws -> DurableStore {
    try configuration.validate()
    let lock = try take(directory, disk, environment)
    do {
      let names: [String]
      do { names = try disk.list(directory: directory) } catch { throw StoreError.disk(error) }
      guard !names.contains(FileNames.restoring) else { throw StoreError.unfinishedRestore(directory: directory) }
      let keys = try Keyring.open(
        directory: directory, disk: disk, environment: environment, master: masterKey, creating: true)
      let empty = try empty()
      let recovered = try recover(empty, directory, configuration, disk, keys, environment, notify)
      let store = try DurableStore(
        recovered: recovered, empty: empty, directory: directory, configuration: configuration,
        environment: environment, lock: lock,
        threads: threads, notify: notify)
      notify(
        .recovered(
          directory: directory, sequence: recovered.journal.lastSequence, snapshot: recovered.snapshot.sequence))
      try store.start()
      return store
    } catch {
      lock.release()
      throw error
    }
  }

  private static func take(
    _ directory: String, _ disk: any Disk, _ environment: StoreEnvironment
  ) throws -> any DiskLock {
    let path = FileNames.path(directory, FileNames.lock)
    do {
      try disk.createDirectory(directory)
      return try disk.lock(path, holder: environment.holder)
    } catch {
      throw error.operation == "lock" ? StoreError.locked(path: path, holder: error.reason) : .disk(error)
    }
  }

  private static func recover(
    _ empty: State, _ directory: String, _ configuration: StoreConfiguration, _ disk: any Disk, _ keys: Keyring?,
    _ environment: StoreEnvironment, _ notify: @escaping @Sendable (StoreEvent) -> Void
  ) throws -> Recovered<State> {
    var recovery = try JournalRecovery(
      directory: directory, disk: disk, keys: keys, configuration: configuration, environment: environment,
      schemaVersion: State.schemaVersion, notify: notify, membersOf: hashedMembers(State.self))
    let sealed = recovery.sealed
    let start = try SnapshotCatalog(directory: directory, disk: disk, keys: keys).newest(
      empty, history: recovery.history, accept: sealed.contains
    ) { path, problem in notify(.badSnapshot(path: path, problem: problem)) }
    if start == nil && sealed.begin.sequence > 0 {
      throw StoreError.missing(
        directory: directory,
        what: "records 1 to \(sealed.begin.sequence) are in no segment, and no good snapshot has them")
    }
    let mark = start?.mark ?? .beginning
    var state = start?.state ?? empty
    var bytes: UInt64 = 0
    try recovery.replay(after: mark) { batch in
      bytes += UInt64(batch.payload.count)
      try LoyaltyStore.replay(batch, after: mark.sequence, into: &state)
    }
    if let what = state.contradiction { throw StoreError.inconsistent(directory: directory, what: what) }
    let journal = try recovery.begin()
    do {
      try disk.removeIfThere(
        FileNames.path(directory, FileNames.partialSnapshot), in: directory,
        overwriting: configuration.overwritesWhatIsRemoved)
      try disk.finishDestruction(in: directory)
      try journal.prepareReserve()
    } catch {
      throw StoreError.disk(error)
    }
    return Recovered(state: state, journal: journal, snapshot: mark, bytes: bytes)
  }
}
