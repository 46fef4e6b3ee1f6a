// `loyalty-server inspect`: a file of the store as JSON lines, for people and scripts.

import ArgumentParser
import LoyaltyMessages
import LoyaltyStore
import ProtobufRuntime

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Prints a journal segment, a snapshot, or a whole data folder as JSON lines.",
    discussion: """
      It only reads and takes no lock: it can be used beside a running server. What is encrypted is shown with the master
      key; without it, headers and batches are.
      """)

  @Argument(help: "A file of the store, or its folder.")
  var path: String
  @OptionGroup var masterKey: MasterKeyOptions

  func run() throws {
    try StoreInspector.inspect(
      path: path, masterKey: try masterKey.load(),
      render: { _, bytes in try Record(serializedBytes: bytes).jsonString() }, line: { print($0) })
  }
}
