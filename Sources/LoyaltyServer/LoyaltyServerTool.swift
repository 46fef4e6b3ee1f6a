// loyalty-server: the command line.

import ArgumentParser

@main
struct LoyaltyServerTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loyalty-server",
    abstract: "A loyalty programme for travel: a ledger of points behind gRPC.",
    version: "0.1.0",
    subcommands: [
      ServeCommand.self, CheckPolicyCommand.self, InspectCommand.self, VerifyCommand.self, KeysCommand.self,
      BackupCommand.self, RestoreCommand.self,
    ])
}
