// `rpc-client template`: a request to fill in.

import ArgumentParser

struct TemplateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template", abstract: "Prints a request of a method to fill in, as JSON.",
    discussion: """
      Every field is there with a value of its type: of a oneof the first member (the others are named on standard
      error), of an enum the first value that is not 0.
      """)

  @Argument(help: "SERVICE/METHOD, such as loyalty.v1.LoyaltyService/Accrue.", completion: SymbolCompletion.methods)
  var method: String

  @OptionGroup var options: ServerOptions

  func run() async throws {
    try await options.run { server in
      let method = try await server.withSchemas { try await server.method(self.method, $0) }
      let template = RequestTemplate(method.schema.input, in: method.pool)
      Output.data(template.json)
      for note in template.notes { Output.note(note) }
    }
  }
}
