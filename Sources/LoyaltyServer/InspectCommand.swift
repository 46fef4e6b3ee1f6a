// `loyalty-server inspect`: a file of the store as JSON lines, for people and scripts.

import ArgumentParser
import LoyaltyStore

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Prints any file of a data folder or backup, or the whole folder, as JSON lines.",
    discussion: """
      It only reads and takes no lock: it can be used beside a running server. What is encrypted is shown with the master
      key; without it, headers and batches are. What only a member's own key opens stays sealed, and no key is shown.
      """)

  @Argument(help: "A file of the store, or its folder.")
  var path: String
  @OptionGroup var masterKey: MasterKeyOptions

  func run() throws {
    try StoreInspector.inspect(
      path: path, masterKey: try masterKey.load(), line: { print($0) })
  }
}
