// `rpc-client describe`: a service, method, message or enum in the syntax of .proto files.

import ArgumentParser
import ProtobufRuntime

struct DescribeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Shows a service, method, message or enum as its schema.")

  @Argument(help: "Full name, such as loyalty.v1.LoyaltyService or loyalty.v1.AccrueRequest.")
  var symbol: String

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var schema: SchemaOptions

  func run() async throws {
    try await reportingErrors {
      // Methods may be written with a slash, as `call` takes them.
      let name = symbol.replacing("/", with: ".")
      let pool = try await connection.withClient { client in
        try await schema.pool(declaring: name, client, connection.callOptions)
      }
      let text = ProtoText(pool)
      if let service = pool.service(named: name) {
        Output.data(text.service(service))
      } else if let message = pool.message(named: name) {
        Output.data(text.message(message))
      } else if let enumeration = pool.enumeration(named: name) {
        Output.data(text.enumeration(enumeration))
      } else if let dot = name.lastIndex(of: "."), let service = pool.service(named: String(name[..<dot])),
        let method = service.method(named: String(name[name.index(after: dot)...]))
      {
        Output.data(text.method(method))
        Output.data("\n" + text.message(method.input))
        Output.data("\n" + text.message(method.output))
      } else {
        let names = pool.services.map(\.fullName) + pool.messages.map(\.fullName) + pool.enums.map(\.fullName)
        throw ToolError.failed("there is no \(name)\(Suggestion.text(for: name, among: names))")
      }
    }
  }
}
