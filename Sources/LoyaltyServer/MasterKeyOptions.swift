// Where the master key comes from: the same options for every command that reads or writes a data folder.

import ArgumentParser
import Configuration
import LoyaltyStore

struct MasterKeyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "File with the master key, 64 hexadecimal digits (or LOYALTY_MASTER_KEY_FILE; or the key in LOYALTY_MASTER_KEY).")
  )
  var masterKeyFile: String?

  @Option(help: "Command that prints the master key (or LOYALTY_MASTER_KEY_COMMAND).")
  var masterKeyCommand: String?

  /// Nil when none is given. The command line wins over the environment.
  func load(_ environment: ConfigReader = ConfigReader(provider: EnvironmentVariablesProvider())) throws -> MasterKey? {
    if let masterKeyFile { return try MasterKey(file: masterKeyFile) }
    if let masterKeyCommand { return try MasterKey(command: masterKeyCommand) }
    if let file = environment.string(forKey: "loyalty.master.key.file") { return try MasterKey(file: file) }
    if let command = environment.string(forKey: "loyalty.master.key.command") {
      return try MasterKey(command: command)
    }
    return try environment.string(forKey: "loyalty.master.key", isSecret: true).map {
      try MasterKey(text: $0, source: "LOYALTY_MASTER_KEY")
    }
  }

  /// - Throws: an error that says how to give one.
  func required() throws -> MasterKey {
    guard let key = try load() else {
      throw ValidationError("the master key is missing: --master-key-file, --master-key-command or LOYALTY_MASTER_KEY")
    }
    return key
  }
}
