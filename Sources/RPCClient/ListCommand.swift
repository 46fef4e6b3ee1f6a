// `rpc-client list`: what a server offers.

import ArgumentParser

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists a server's services, or the methods of one.")

  @Argument(help: "A service; without it, the services are listed.")
  var service: String?

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var schema: SchemaOptions

  func run() async throws {
    try await reportingErrors {
      guard let service else {
        for name in try await schema.serviceNames(connection) { Output.data(name) }
        return
      }
      let pool = try await connection.withClient { client in
        try await schema.pool(declaring: service, client, connection.callOptions)
      }
      guard let found = pool.service(named: service) else {
        let nearest = Suggestion.text(for: service, among: pool.services.map(\.fullName))
        throw ToolError.failed("there is no service \(service)\(nearest)")
      }
      for method in found.methods { Output.data("\(found.fullName)/\(method.name)") }
    }
  }
}
