// `loyalty-server keys`: the keys by which a data folder is encrypted, to create, to see, to change.

import ArgumentParser
import Glibc
import LoyaltyStore

struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Creates and changes the keys by which a data folder is encrypted.",
    discussion: """
      A master key, which you keep, wraps the data keys, which are in the data folder; each file has a key of its own,
      derived from a data key. All of this can be done beside a running server: it takes over a new data key with its
      next segment, and needs a new master key at its next start.
      """,
    subcommands: [Create.self, List.self, Rotate.self, ChangeMaster.self])

  struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a new master key to a file that only its owner can read. Keep a copy where the backups are not."
    )

    @Argument(help: "The file, which must not be there.")
    var file: String

    func run() throws {
      let key = MasterKey.random()
      let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw ValidationError("\(file): \(String(cString: strerror(errno)))") }
      defer { close(descriptor) }
      let text = Array((key.secretText + "\n").utf8)
      guard write(descriptor, text, text.count) == text.count, fsync(descriptor) == 0 else {
        throw ValidationError("\(file): \(String(cString: strerror(errno)))")
      }
      print("\(file): \(key)")
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows which data keys there are, since when, and by which master key they are wrapped; no secret.")

    @Argument(help: "The data folder.")
    var directory: String

    func run() throws {
      for folder in try folders(directory) {
        let (master, keys) = try DataKeys.list(directory: folder)
        print("\(folder): wrapped by master key \(master)")
        for key in keys {
          let moment = moment(key.createdAt)
          print("  data key \(key.id) since \(moment)\(key == keys.last ? ", in use" : "")")
        }
      }
    }

    private func moment(_ nanoseconds: UInt64) -> String {
      var time = time_t(nanoseconds / 1_000_000_000)
      var parts = tm()
      gmtime_r(&time, &parts)
      var text = [CChar](repeating: 0, count: 32)
      strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
      return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a new data key. Files that are there stay readable under theirs.")

    @Argument(help: "The data folder.")
    var directory: String
    @OptionGroup var masterKey: MasterKeyOptions

    func run() throws {
      let master = try masterKey.required()
      for folder in try folders(directory) {
        try DataKeys.rotate(directory: folder, masterKey: master)
        print("\(folder): data key \(try DataKeys.list(directory: folder).keys.last?.id ?? 0) is in use")
      }
    }
  }

  struct ChangeMaster: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "change-master",
      abstract: "Wraps the data keys by another master key. Backups made before still need the old one.")

    @Argument(help: "The data folder.")
    var directory: String
    @OptionGroup var masterKey: MasterKeyOptions
    @Option(help: "File with the new master key.")
    var newMasterKeyFile: String

    func run() throws {
      let (old, new) = (try masterKey.required(), try MasterKey(file: newMasterKeyFile))
      for folder in try folders(directory) {
        // After an interruption some folders have the new one already.
        if try DataKeys.list(directory: folder).master != new.identity {
          try DataKeys.changeMasterKey(directory: folder, from: old, to: new)
        }
        print("\(folder): wrapped by master key \(new.identity)")
      }
    }
  }
}

private func folders(_ directory: String) throws -> [String] {
  let folders = DataKeys.directories(in: directory)
  guard !folders.isEmpty else { throw ValidationError("\(directory) has no data keys: it is not encrypted") }
  return folders
}
