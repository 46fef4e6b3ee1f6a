// `rpc-client describe`: a service, method, message or enum in the syntax of .proto files, or its descriptor as JSON.

import ArgumentParser
import ProtobufRuntime

struct DescribeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Shows a service, method, message or enum as its schema.")

  @Argument(
    help: "Full name, such as loyalty.v1.LoyaltyService or loyalty.v1.AccrueRequest; without it, all services.",
    completion: SymbolCompletion.services)
  var symbol: String?

  @Flag(help: "Print the descriptor (google/protobuf/descriptor.proto) as JSON.")
  var json = false

  @OptionGroup var options: ServerOptions

  func run() async throws {
    try await options.run { server in
      try await server.withSchemas { client in
        // Methods may be written with a slash, as `call` takes them.
        let names =
          if let symbol { [symbol.replacing("/", with: ".")] } else { try await server.serviceNames(client) }
        for (index, name) in names.enumerated() {
          let pool = try await server.pool(declaring: name, client)
          let text = try json ? Self.descriptor(name, pool) : Self.schema(name, pool)
          guard let text else {
            var known = pool.services.map(\.fullName) + pool.messages.map(\.fullName) + pool.enums.map(\.fullName)
            for service in pool.services { known += service.methods.map { "\(service.fullName).\($0.name)" } }
            throw ToolError.failed("there is no \(name)\(Suggestion.text(for: name, among: known))")
          }
          if index > 0, !json { Output.data("") }
          Output.data(text)
        }
      }
    }
  }

  private static func method(_ name: String, _ pool: DescriptorPool) -> ServiceDescriptor.Method? {
    guard let dot = name.lastIndex(of: "."), let service = pool.service(named: String(name[..<dot])) else { return nil }
    return service.method(named: String(name[name.index(after: dot)...]))
  }

  private static func schema(_ name: String, _ pool: DescriptorPool) -> String? {
    let text = ProtoText(pool)
    if let service = pool.service(named: name) { return text.service(service) }
    if let message = pool.message(named: name) { return text.message(message) }
    if let enumeration = pool.enumeration(named: name) { return text.enumeration(enumeration) }
    return method(name, pool).map { method in
      [text.method(method), text.message(method.input), text.message(method.output)].joined(separator: "\n\n")
    }
  }

  private static func descriptor(_ name: String, _ pool: DescriptorPool) throws -> String? {
    var options = JSONEncodingOptions()
    options.isPretty = true
    if let service = pool.service(named: name) { return try service.proto.jsonString(options: options) }
    if let message = pool.message(named: name) { return try message.proto.jsonString(options: options) }
    if let enumeration = pool.enumeration(named: name) { return try enumeration.proto.jsonString(options: options) }
    return try method(name, pool)?.proto.jsonString(options: options)
  }
}
