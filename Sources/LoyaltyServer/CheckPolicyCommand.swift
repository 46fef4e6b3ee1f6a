// `loyalty-server check-policy`: what a server would say of a policy file, without starting one.

import ArgumentParser
import LoyaltyService

struct CheckPolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-policy", abstract: "Reads a policy file and reports every mistake with its line.")

  @Argument(help: "The policy, a YAML file.")
  var file: String

  func run() throws {
    // An error is printed by the argument parser, which exits with 1.
    let policy = try PolicyFile.load(file)
    print("\(file): version \(policy.version) is in order")
  }
}
