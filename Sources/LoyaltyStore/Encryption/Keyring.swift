// The data keys of a store's directory: files are encrypted under keys derived from them, so that the master key can be
// changed without touching a file, and a data key can be changed while the server runs.

import Synchronization

/// The keys by which the files of one directory are read and written.
final class Keyring: Sendable {
  private struct Keys: Sendable {
    var generation: UInt64
    var all: [UInt32: SecretKey]
    var current: UInt32
    var currentSince: UInt64
  }

  private let directory: String
  private let disk: any Disk
  private let environment: StoreEnvironment
  private let master: MasterKey
  private let keys: Mutex<Keys>

  private init(directory: String, disk: any Disk, environment: StoreEnvironment, master: MasterKey, keys: Keys) {
    self.directory = directory
    self.disk = disk
    self.environment = environment
    self.master = master
    self.keys = Mutex(keys)
  }

  /// Whether a directory has data keys.
  static func exists(in directory: String, disk: any Disk) throws -> Bool {
    do {
      return try disk.list(directory: directory).contains { $0 == FileNames.keys || $0 == FileNames.keysCopy }
    } catch { throw StoreError.disk(error) }
  }

  /// What stands in a directory's keyring, without opening it.
  static func listing(directory: String, disk: any Disk) throws -> KeyringFile { try read(directory, disk) }

  /// Opens the keys of a directory. With a master key and no file, a first data key is made: the store is encrypted from
  /// here on. Nil when there is neither.
  ///
  /// - Parameters:
  ///   - creating: false when the directory is only read.
  ///   - lenient: without a master key nil, though there are keys: for those who may not need them.
  /// - Throws: `StoreError.masterKey`, `.rot`, `.newer`, `.disk`.
  static func open(
    directory: String, disk: any Disk, environment: StoreEnvironment, master: MasterKey?, creating: Bool,
    lenient: Bool = false
  ) throws -> Keyring? {
    guard try exists(in: directory, disk: disk) else {
      guard let master, creating else { return nil }
      let keys = Keys(generation: 0, all: [:], current: 0, currentSince: 0)
      let keyring = Keyring(directory: directory, disk: disk, environment: environment, master: master, keys: keys)
      try keyring.rotate()
      return keyring
    }
    let file = try read(directory, disk)
    guard let master else {
      if lenient { return nil }
      throw StoreError.masterKey(
        path: FileNames.path(directory, FileNames.keys),
        problem: "the files here are encrypted and no master key was given")
    }
    var keys = try unwrap(file, by: master, directory)
    if creating { keys = try settled(directory, disk, environment, master) }
    return Keyring(directory: directory, disk: disk, environment: environment, master: master, keys: keys)
  }

  /// The keys as they are, written once more: what a process that was interrupted has left may be readable and yet not
  /// durable, and a file that is encrypted under a key that a loss of power takes is lost with it.
  private static func settled(
    _ directory: String, _ disk: any Disk, _ environment: StoreEnvironment, _ master: MasterKey
  ) throws -> Keys {
    let file = try change(directory, disk, environment, raising: 0) { file in
      _ = try unwrap(file, by: master, directory)
    }
    return try unwrap(file, by: master, directory)
  }

  /// The newer of the two copies that are good.
  private static func read(_ directory: String, _ disk: any Disk) throws -> KeyringFile {
    var newest: KeyringFile?
    var problem: StoreError?
    for name in [FileNames.keys, FileNames.keysCopy] {
      let path = FileNames.path(directory, name)
      do {
        let file = try disk.open(path, .reading)
        let length = KeyringFile.headerLength + KeyringFile.maximumKeys * WrappedKey.length
        let keys = try KeyringFile(try file.readAll(at: 0, count: length))
        if keys.generation >= newest?.generation ?? 0 { newest = keys }
      } catch let error as FormatProblem {
        problem = StoreError(error, path: path, what: "data key format")
      } catch let error as DiskError {
        if error.code != LocalJournal.notThere { problem = .disk(error) }
      }
    }
    if case .newer? = problem { throw problem ?? .closed }
    guard let newest else { throw problem ?? StoreError.missing(directory: directory, what: "there are no data keys") }
    return newest
  }

  private static func unwrap(_ file: KeyringFile, by master: MasterKey, _ directory: String) throws -> Keys {
    let path = FileNames.path(directory, FileNames.keys)
    guard file.master == master.key.identity else {
      throw StoreError.masterKey(
        path: path,
        problem: "its keys are wrapped by master key \(hexadecimal(file.master)), given is \(master.identity)")
    }
    var keys = Keys(generation: file.generation, all: [:], current: 0, currentSince: 0)
    for wrapped in file.keys {
      guard let key = wrapped.unwrapped(by: master) else {
        throw StoreError.rot(
          path: path, offset: 0, problem: "data key \(wrapped.id) is not what the master key wrapped")
      }
      keys.all[wrapped.id] = key
      (keys.current, keys.currentSince) = (wrapped.id, wrapped.createdAt)
    }
    return keys
  }

  // MARK: Use

  /// A fresh key for a new file: what its header says, and the cipher.
  func seal(_ kind: FileKind) -> (sealing: FileSealing, cipher: FileCipher) {
    var salt: [UInt8] = []
    while salt.count < FileSealing.saltLength {
      withUnsafeBytes(of: environment.random().littleEndian) { salt.append(contentsOf: $0) }
    }
    let (id, key) = keys.withLock { ($0.current, $0.all[$0.current]) }
    guard let key else { preconditionFailure("a keyring has its current key") }
    let sealing = FileSealing(dataKey: id, salt: salt)
    return (sealing, FileCipher(key.derive(kind.info(salt))))
  }

  /// The cipher of a file that is there.
  /// - Throws: `StoreError.masterKey` when its data key is not in the keyring.
  func open(_ kind: FileKind, _ sealing: FileSealing, path: String) throws -> FileCipher {
    guard let key = keys.withLock({ $0.all[sealing.dataKey] }) else {
      throw StoreError.masterKey(
        path: path, problem: "it is encrypted under data key \(sealing.dataKey), which is not in \(FileNames.keys)")
    }
    return FileCipher(key.derive(kind.info(sealing.salt)))
  }

  // MARK: Change

  /// The data key in use is older than this.
  func isOlder(than age: Duration) -> Bool {
    let since = keys.withLock { $0.currentSince }
    return environment.wall() > since &+ age.nanoseconds
  }

  /// Makes a new data key, under which files are written from now on.
  /// - Throws: `StoreError.locked` while another process changes the keys, `.masterKey` when they are wrapped by another
  ///   master key by now.
  func rotate() throws {
    let fresh = try Self.change(directory, disk, environment) { file in
      if file.generation > 0 { _ = try Self.unwrap(file, by: master, directory) }
      guard file.keys.count < KeyringFile.maximumKeys else {
        throw StoreError.masterKey(
          path: FileNames.path(directory, FileNames.keys), problem: "it has \(file.keys.count) keys, which is the limit"
        )
      }
      file.master = master.key.identity
      file.keys.append(
        WrappedKey(
          .random(environment.random), id: (file.keys.last?.id ?? 0) + 1, createdAt: environment.wall(),
          place: environment.random(), by: master))
    }
    let unwrapped = try Self.unwrap(fresh, by: master, directory)
    keys.withLock { $0 = unwrapped }
  }

  /// Takes over data keys that another process has added with the same master key.
  /// - Returns: false when the file is wrapped by another master key now; the keys in memory stay in use.
  func refresh() throws -> Bool {
    let file = try Self.read(directory, disk)
    guard file.generation > keys.withLock({ $0.generation }) else { return true }
    guard file.master == master.key.identity else { return false }
    let fresh = try Self.settled(directory, disk, environment, master)
    keys.withLock { $0 = fresh }
    return true
  }

  /// Wraps all data keys by another master key. No other file changes.
  static func rewrap(
    directory: String, disk: any Disk, environment: StoreEnvironment, from old: MasterKey, to new: MasterKey
  ) throws {
    _ = try change(directory, disk, environment) { file in
      let keys = try unwrap(file, by: old, directory)
      file.master = new.key.identity
      file.keys = file.keys.compactMap { entry in
        keys.all[entry.id].map {
          WrappedKey($0, id: entry.id, createdAt: entry.createdAt, place: environment.random(), by: new)
        }
      }
    }
  }

  /// Reads the file, lets it be changed and writes it, while no other process can: a data key that is lost takes the
  /// files that are encrypted under it along.
  private static func change(
    _ directory: String, _ disk: any Disk, _ environment: StoreEnvironment, raising: UInt64 = 1,
    _ body: (inout KeyringFile) throws -> Void
  ) throws -> KeyringFile {
    let path = FileNames.path(directory, FileNames.keysLock)
    let lock: any DiskLock
    do { lock = try disk.lock(path, holder: environment.holder) } catch {
      throw error.operation == "lock" ? StoreError.locked(path: path, holder: error.reason) : .disk(error)
    }
    defer { lock.release() }
    var file = KeyringFile(generation: 0, master: [UInt8](repeating: 0, count: 8), keys: [])
    if try exists(in: directory, disk: disk) { file = try read(directory, disk) }
    try body(&file)
    file.generation += raising
    try write(file, directory, disk)
    return file
  }

  /// The copy first: at any time one of the two is whole.
  private static func write(_ file: KeyringFile, _ directory: String, _ disk: any Disk) throws {
    do throws(DiskError) {
      for name in [FileNames.keysCopy, FileNames.keys] {
        let partial = FileNames.path(directory, FileNames.partialKeys)
        try LocalJournal.removeIfThere(partial, disk: disk)
        let handle = try disk.open(partial, .creating)
        try handle.writeAll(file.encoded().span.bytes, at: 0)
        try handle.synchronize()
        try disk.rename(partial, to: FileNames.path(directory, name), replacing: true)
        try disk.synchronizeDirectory(directory)
      }
    } catch { throw StoreError.disk(error) }
  }
}

/// What a file is, so that no key is used for two kinds.
enum FileKind: String, Sendable {
  case segment
  case index
  case snapshot

  func info(_ salt: [UInt8]) -> [UInt8] { Array("loyalty file key, \(rawValue)".utf8) + salt }
}

extension Keyring? {
  /// The cipher of a file, nil when that is not encrypted.
  func cipher(_ kind: FileKind, _ sealing: FileSealing?, path: String) throws -> FileCipher? {
    guard let sealing else { return nil }
    guard let self else {
      throw StoreError.masterKey(path: path, problem: "it is encrypted and no master key was given")
    }
    return try self.open(kind, sealing, path: path)
  }
}
