// What identifies a person - names, contacts, birthdays, free text - kept apart from the ledger, which knows a member by
// id. Each member has a key; who loses it is forgotten, in every file, copy and backup at once.

import LoyaltyEngine
import LoyaltyMessages
import ProtobufRuntime

/// Why personal data was not taken or given.
public enum PersonalDataError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The member was erased, which is for good: whoever comes back gets another id.
  case erased(member: String)
  case tooLarge(bytes: Int, limit: Int)
  case tooManySlots(member: String, limit: Int)
  case name(problem: String)
  /// The value does not open with the member's key: the keys and the data are not of the same time, or damaged.
  case unreadable(member: String, slot: String)

  public var description: String {
    switch self {
    case .erased(let member): "member \(member) was erased, and no personal data is taken for an erased member"
    case .tooLarge(let bytes, let limit): "a value of \(bytes) bytes is longer than the limit of \(limit)"
    case .tooManySlots(let member, let limit): "member \(member) has \(limit) slots, which is the limit"
    case .name(let problem): problem
    case .unreadable(let member, let slot):
      """
      the value in slot \(slot) of member \(member) does not open with the member's key: keys and data of two times \
      were brought together, or a file is damaged
      """
    }
  }
}

/// Keeps bytes by member and slot, encrypted under a key of the member's own. What a slot is called and what its bytes
/// mean is the caller's.
///
/// A call that changes something returns when the change is durable. A call that reads sees every change that has
/// returned, and nothing that a crash could still take back: it waits if it must, which is rare, and does not suspend
/// otherwise. Values are held in memory, encrypted: a read costs a few microseconds.
///
/// On the disk it is two stores in the data folder: `personal` has the values and belongs into backups; `member-keys` has
/// the keys and never does. After an erasure every file of `member-keys` that has the key is replaced and overwritten.
public final class PersonalDataStore: Sendable {
  /// Bytes of one value: a long letter. What is larger belongs to a file store and is referred to.
  public static let maximumValue = 64 << 10
  /// Slots of one member: a profile and some thousand texts.
  public static let maximumSlots = 4_096
  /// Bytes of a member's id and of a slot's name, each.
  public static let maximumName = 256

  let keys: DurableStore<MemberKeys>
  let data: DurableStore<PersonalData>
  private let keysDurable: DurabilityWaiters
  private let dataDurable: DurabilityWaiters
  private let environment: StoreEnvironment

  private init(keys: DurableStore<MemberKeys>, data: DurableStore<PersonalData>, environment: StoreEnvironment) {
    self.keys = keys
    self.data = data
    self.environment = environment
    keysDurable = DurabilityWaiters(keys)
    dataDurable = DurabilityWaiters(data)
  }

  /// Opens the personal data in a data folder; makes it if it is not there.
  ///
  /// - Parameters:
  ///   - directory: the ledger's data folder.
  ///   - masterKey: wraps what encrypts the files of both stores. Without it the members' keys are on the disk as they
  ///     are: good enough for a trial only.
  ///   - configuration: of each of the two stores.
  ///   - notify: as for `DurableStore.open`.
  /// - Throws: `StoreError`.
  public static func open(
    directory: String, masterKey: MasterKey?, configuration: StoreConfiguration = .personal,
    disk: any Disk = PosixDisk(), notify: @escaping @Sendable (StoreEvent) -> Void = { _ in }
  ) throws -> PersonalDataStore {
    try open(
      directory: directory, masterKey: masterKey, disk: disk, environment: .system, threads: true,
      configuration: configuration, notify: notify)
  }

  package static func open(
    directory: String, masterKey: MasterKey?, disk: any Disk, environment: StoreEnvironment, threads: Bool,
    configuration: StoreConfiguration = .personal, notify: @escaping @Sendable (StoreEvent) -> Void
  ) throws -> PersonalDataStore {
    var keyConfiguration = configuration
    // History is of no use there, and would keep what was erased.
    keyConfiguration.segmentRetention = .zero
    keyConfiguration.overwritesWhatIsRemoved = true
    let keys = try DurableStore<MemberKeys>.open(
      directory: FileNames.path(directory, StoreFolders.memberKeys), configuration: keyConfiguration,
      masterKey: masterKey, disk: disk, environment: environment, threads: threads, notify: notify)
    do {
      let data = try DurableStore<PersonalData>.open(
        directory: FileNames.path(directory, StoreFolders.personal), configuration: configuration,
        masterKey: masterKey, disk: disk, environment: environment, threads: threads, notify: notify)
      let store = PersonalDataStore(keys: keys, data: data, environment: environment)
      do { try store.finishErasures() } catch {
        try? data.close()
        throw error
      }
      return store
    } catch {
      try? keys.close()
      throw error
    }
  }

  /// A crash may have come between the two halves of an erasure, or before the old files were gone.
  private func finishErasures() throws {
    let erased = keys.read { $0.erased }.value
    let known = data.read { $0.erased }.value
    for (member, time) in erased.sorted(by: { $0.key < $1.key }) where known[member] == nil {
      _ = try data.commit { _ -> Step<PersonalRecord, Never> in
        .change(PersonalRecord(member: member, timeMs: time, change: .erased(Erasure())))
      }
    }
    // A restore may have brought keys that are older than the data: the list of erasures counts before anything is read.
    let forgotten = data.read { $0.erased }.value
    for (member, time) in forgotten.sorted(by: { $0.key < $1.key }) where erased[member] == nil {
      _ = try keys.commit { _ -> Step<MemberKeyRecord, Never> in
        .change(MemberKeyRecord(member: member, timeMs: time, change: .erased(Erasure())))
      }
    }
    if try keys.hasFiles(before: keys.read { $0.lastErasure }.value) { keys.requestCompaction() }
  }

  // MARK: Values

  /// Puts a value into a slot, over the one that was there. Returns when it is durable.
  ///
  /// - Parameters:
  ///   - value: at most `maximumValue` bytes.
  ///   - member: the member's id in the ledger; it need not be there yet.
  ///   - slot: e.g. `profile` or `feedback/1042`; 1 to `maximumName` bytes.
  /// - Throws: `PersonalDataError.erased`, `.tooLarge`, `.tooManySlots`, `.name`; `StoreError`.
  public func put(_ value: [UInt8], member: String, slot: String) async throws {
    let sequence = try await startPut(value, member: member, slot: slot)
    try await dataDurable.wait(for: sequence)
  }

  /// The first half of `put`: the value is taken and will be durable with the sequence returned.
  func startPut(_ value: [UInt8], member: String, slot: String) async throws -> UInt64 {
    try check(member, slot)
    guard value.count <= Self.maximumValue else {
      throw PersonalDataError.tooLarge(bytes: value.count, limit: Self.maximumValue)
    }
    let key = try await key(of: member)
    let salt = (0..<2).flatMap { _ in withUnsafeBytes(of: environment.random().littleEndian) { [UInt8]($0) } }
    let sealed = FileCipher(Self.valueKey(key, salt)).sealed(
      value.span.bytes, place: 0, context: Self.context(member, slot))
    let record = PersonalRecord(
      member: member, timeMs: milliseconds, change: .put(SealedValue(slot: slot, salt: salt, sealed: sealed)))
    let (step, sequence) = try data.commit { state -> Step<PersonalRecord, PersonalDataError> in
      if state.erased[member] != nil { return .answer(.erased(member: member)) }
      if state.value(member, slot) == nil, state.members[member]?.count ?? 0 >= Self.maximumSlots {
        return .answer(.tooManySlots(member: member, limit: Self.maximumSlots))
      }
      return .change(record)
    }
    if case .answer(let refusal) = step { throw refusal }
    return sequence
  }

  /// The value in a slot; nil when there is none, or the member was erased.
  /// - Throws: `PersonalDataError.unreadable`, `StoreError.failed` when what is in memory may not be on the disk.
  public func get(member: String, slot: String) async throws -> [UInt8]? {
    let (value, sequence) = data.read { $0.value(member, slot) }
    let (key, keySequence) = keys.read { $0.keys[member] }
    try await dataDurable.wait(for: sequence)
    try await keysDurable.wait(for: keySequence)
    guard let value, let key else { return nil }
    return try Self.open(value, key.secret, member)
  }

  /// All slots of a member with their values: what a person is told who asks for it.
  public func export(member: String) async throws -> [(slot: String, value: [UInt8])] {
    let (values, sequence) = data.read { $0.members[member] ?? [] }
    let (key, keySequence) = keys.read { $0.keys[member] }
    try await dataDurable.wait(for: sequence)
    try await keysDurable.wait(for: keySequence)
    guard let key else { return [] }
    let secret = key.secret
    return try values.map { ($0.slot, try Self.open($0, secret, member)) }
  }

  /// The names of a member's slots, in order.
  public func slots(member: String) async throws -> [String] {
    let (slots, sequence) = data.read { $0.members[member]?.map(\.slot) ?? [] }
    try await dataDurable.wait(for: sequence)
    return slots
  }

  /// Empties a slot; one that is empty stays so. The value stays in the journal's history, readable only with the
  /// member's key: to make it unreadable, erase the member.
  public func remove(member: String, slot: String) async throws {
    let record = PersonalRecord(member: member, timeMs: milliseconds, change: .removedSlot(slot))
    let (_, sequence) = try data.commit { state -> Step<PersonalRecord, Bool> in
      state.value(member, slot) == nil ? .answer(false) : .change(record)
    }
    try await dataDurable.wait(for: sequence)
  }

  // MARK: Erasure

  /// Forgets a member: the key is gone, and with it every value in every file, copy and backup. Returns when that is
  /// durable; the files that have the key are replaced in the background, within seconds. Again, it does nothing.
  ///
  /// - Returns: whether the member had personal data or a key.
  @discardableResult
  public func erase(member: String) async throws -> Bool {
    let (had, keySequence, dataSequence) = try beginErasure(member: member)
    try await keysDurable.wait(for: keySequence)
    try await dataDurable.wait(for: dataSequence)
    keys.requestCompaction()
    return had
  }

  /// Forgets members whose erasure a crash has cut short. Durable as soon as the journals' next sync is.
  public func finishErasures(of members: [String]) throws {
    for member in members where erasure(member: member) == nil { _ = try beginErasure(member: member) }
    if !members.isEmpty { keys.requestCompaction() }
  }

  private func beginErasure(member: String) throws -> (had: Bool, keySequence: UInt64, dataSequence: UInt64) {
    try check(member, "-")
    let time = milliseconds
    // The key first: from then on nothing can be read, whatever happens.
    let (keyStep, keySequence) = try keys.commit { state -> Step<MemberKeyRecord, Bool> in
      state.erased[member] != nil
        ? .answer(false) : .change(MemberKeyRecord(member: member, timeMs: time, change: .erased(Erasure())))
    }
    let (dataStep, dataSequence) = try data.commit { state -> Step<PersonalRecord, Bool> in
      state.erased[member] != nil
        ? .answer(false) : .change(PersonalRecord(member: member, timeMs: time, change: .erased(Erasure())))
    }
    return (keyStep != .answer(false) || dataStep != .answer(false), keySequence, dataSequence)
  }

  /// Whether a member was erased, and when (Unix milliseconds).
  public func erasure(member: String) -> Int64? { keys.read { $0.erased[member] }.value }

  /// Keys of erased members are still in files that are about to be replaced.
  public var isErasing: Bool { keys.isCompacting }

  // MARK: Life

  /// As `DurableStore.onFatal`, for either of the two.
  public func onFatal(_ listener: @escaping @Sendable (StoreError) -> Void) {
    keys.onFatal(listener)
    data.onFatal(listener)
  }

  /// As `DurableStore.close`, for both.
  public func close() throws {
    let result = Result { try data.close() }
    try keys.close()
    try result.get()
  }

  // MARK: Pieces

  private var milliseconds: Int64 { Int64(clamping: environment.wall() / 1_000_000) }

  private func check(_ member: String, _ slot: String) throws {
    for (what, name) in [("a member's id", member), ("a slot's name", slot)]
    where name.isEmpty || name.utf8.count > Self.maximumName {
      throw PersonalDataError.name(
        problem: "\(what) has \(name.utf8.count) bytes, allowed are 1 to \(Self.maximumName)")
    }
  }

  /// The member's key, durable; a new one if there is none.
  func key(of member: String) async throws -> SecretKey {
    try check(member, "-")
    let random = (0..<4).flatMap { _ in withUnsafeBytes(of: environment.random().littleEndian) { [UInt8]($0) } }
    let time = milliseconds
    enum Found: Sendable {
      case key(MemberKeys.Key)
      case erased
    }
    let (step, sequence) = try keys.commit { state -> Step<MemberKeyRecord, Found> in
      if state.erased[member] != nil { return .answer(.erased) }
      if let key = state.keys[member] { return .answer(.key(key)) }
      return .change(MemberKeyRecord(member: member, timeMs: time, change: .key(random)))
    }
    try await keysDurable.wait(for: sequence)
    switch step {
    case .answer(.key(let key)): return key.secret
    case .answer(.erased): throw PersonalDataError.erased(member: member)
    case .change: return SecretKey(random.span.bytes)
    }
  }

  private static func open(_ value: SealedValue, _ key: SecretKey, _ member: String) throws -> [UInt8] {
    let cipher = FileCipher(valueKey(key, value.salt))
    guard let opened = cipher.opened(value.sealed.span.bytes, place: 0, context: context(member, value.slot)) else {
      throw PersonalDataError.unreadable(member: member, slot: value.slot)
    }
    return opened
  }

  /// Each value has a key of its own, so that no nonce is used twice, whatever a crash takes back.
  private static func valueKey(_ key: SecretKey, _ salt: [UInt8]) -> SecretKey {
    key.derive(Array("loyalty personal value".utf8) + salt)
  }

  private static func context(_ member: String, _ slot: String) -> [UInt8] {
    Array(member.utf8) + [0] + Array(slot.utf8)
  }
}

extension StoreConfiguration {
  /// For personal data: changed some times in a member's life, so small files and a longer pause between snapshots.
  public static var personal: StoreConfiguration {
    var configuration = StoreConfiguration()
    configuration.segmentSize = 8 << 20
    configuration.queueLimit = 2 << 20
    configuration.maximumRecordSize = 128 << 10
    configuration.snapshotBytes = 64 << 20
    configuration.snapshotInterval = .seconds(3_600)
    return configuration
  }
}
