// The data keys of a directory as an operator handles them: to see, to add one, to change the master key. All of it
// beside a running server, which takes over what it finds when it begins its next segment.

/// A data key, without the key.
public struct DataKeySummary: Hashable, Sendable {
  public let id: UInt32
  /// Nanoseconds since 1970.
  public let createdAt: UInt64
}

/// Handles the data keys of a store's directory.
public enum DataKeys {
  /// The keys, oldest first, and the identity of the master key that wraps them.
  /// - Throws: `StoreError.missing` when there are none.
  public static func list(
    directory: String, disk: any Disk = PosixDisk()
  ) throws -> (master: String, keys: [DataKeySummary]) {
    let file = try Keyring.listing(directory: directory, disk: disk)
    return (hexadecimal(file.master), file.keys.map { DataKeySummary(id: $0.id, createdAt: $0.createdAt) })
  }

  /// Adds a data key. Files begun from now on are encrypted under it; those that are there stay as they are.
  /// - Throws: `StoreError.masterKey` when the key given is not theirs, `.missing`, `.locked`.
  public static func rotate(directory: String, masterKey: MasterKey, disk: any Disk = PosixDisk()) throws {
    guard
      try Keyring.exists(in: directory, disk: disk),
      let keys = try Keyring.open(
        directory: directory, disk: disk, environment: .system, master: masterKey, creating: false)
    else { throw StoreError.missing(directory: directory, what: "there are no data keys") }
    try keys.rotate()
  }

  /// Wraps the data keys by another master key. No other file changes; the next start needs the new one.
  /// - Throws: `StoreError.masterKey` when `old` is not theirs, `.missing`, `.locked`.
  public static func changeMasterKey(
    directory: String, from old: MasterKey, to new: MasterKey, disk: any Disk = PosixDisk()
  ) throws {
    guard try Keyring.exists(in: directory, disk: disk) else {
      throw StoreError.missing(directory: directory, what: "there are no data keys")
    }
    try Keyring.rewrap(directory: directory, disk: disk, environment: .system, from: old, to: new)
  }

  /// The folders below and including `directory` that have data keys.
  public static func directories(in directory: String, disk: any Disk = PosixDisk()) -> [String] {
    ([directory] + StoreFolders.all.map { FileNames.path(directory, $0) }).filter {
      (try? Keyring.exists(in: $0, disk: disk)) == true
    }
  }
}

/// The folders of a data folder that are stores of their own.
public enum StoreFolders {
  /// Personal data, encrypted under a key of each member's own.
  public static let personal = "personal"
  /// Those keys. Never in a backup.
  public static let memberKeys = "member-keys"

  static let all = [personal, memberKeys]
}
