// `rpc-client list`: what a server offers.

import ArgumentParser

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists a server's services, or the methods of one.")

  @Argument(help: "A service; without it, the services are listed.", completion: SymbolCompletion.services)
  var service: String?

  @OptionGroup var options: ServerOptions

  func run() async throws {
    try await options.run { server in
      try await server.withSchemas { client in
        guard let service else {
          for name in try await server.serviceNames(client) { Output.data(name) }
          return
        }
        let pool = try await server.pool(declaring: service, client)
        guard let found = pool.service(named: service) else {
          let nearest = Suggestion.text(for: service, among: pool.services.map(\.fullName))
          throw ToolError.failed("there is no service \(service)\(nearest)")
        }
        for method in found.methods { Output.data("\(found.fullName)/\(method.name)") }
      }
    }
  }
}
