// `rpc-client call`: JSON in, JSON out, over any method whose schema can be had.

import ArgumentParser
import LoyaltyRPC
import ProtobufRuntime

struct CallCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Calls a method: JSON in, JSON out.",
    discussion: """
      For a method that takes a stream of requests, -d holds several JSON values, one after the other. Each response
      is printed as it arrives.
      """)

  @Argument(help: "SERVICE/METHOD, such as loyalty.v1.LoyaltyService/GetTier.")
  var method: String

  @Option(name: [.short, .long], help: "The request as JSON; @FILE reads a file, @- standard input.")
  var data = "{}"

  @Option(name: [.customShort("H"), .long], help: "Metadata as 'name: value'; may be repeated.")
  var header: [String] = []

  @Flag(help: "Print fields that hold their default, too.")
  var emitDefaults = false

  @Flag(help: "Print each response on one line.")
  var compact = false

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var schema: SchemaOptions

  func run() async throws {
    try await reportingErrors {
      let (service, name) = try split(method)
      let metadata = try self.metadata()
      let text = try requestText()
      try await connection.withClient { client in
        let pool = try await schema.pool(declaring: service, client, connection.callOptions)
        let method = try find(service, name, pool)
        let requests = try requests(text, method, pool)
        var options = connection.callOptions
        options.metadata = metadata
        try await exchange(requests, method, service, pool, client.open(descriptor(method, service), options: options))
      }
    }
  }

  private func split(_ method: String) throws(ToolError) -> (service: String, method: String) {
    let trimmed = method.hasPrefix("/") ? String(method.dropFirst()) : method
    guard let separator = trimmed.lastIndex(of: "/") ?? trimmed.lastIndex(of: "."), separator != trimmed.startIndex
    else { throw ToolError.badRequest("\"\(method)\" is not SERVICE/METHOD") }
    return (String(trimmed[..<separator]), String(trimmed[trimmed.index(after: separator)...]))
  }

  private func metadata() throws -> Metadata {
    var metadata = Metadata()
    for line in header {
      guard let colon = line.firstIndex(of: ":") else {
        throw ToolError.badRequest("the header \"\(line)\" is not of the form 'name: value'")
      }
      let name = line[..<colon].lowercased()
      let value = String(line[line.index(after: colon)...].drop { $0 == " " })
      if name.hasSuffix("-bin") {
        guard let bytes = Base64.decode(value.utf8) else {
          throw ToolError.badRequest("the value of \(name) is not Base64")
        }
        try metadata.add(bytes, for: name)
      } else {
        try metadata.add(value, for: name)
      }
    }
    return metadata
  }

  private func requestText() throws(ToolError) -> [UInt8] {
    guard data.hasPrefix("@") else { return Array(data.utf8) }
    return try Output.read(String(data.dropFirst()))
  }

  private func find(
    _ service: String, _ name: String, _ pool: DescriptorPool
  ) throws(ToolError) -> ServiceDescriptor.Method {
    guard let found = pool.service(named: service) else {
      let nearest = Suggestion.text(for: service, among: pool.services.map(\.fullName))
      throw .failed("there is no service \(service)\(nearest)")
    }
    guard let method = found.method(named: name) else {
      let nearest = Suggestion.text(for: name, among: found.methods.map(\.name))
      throw .failed("\(service) has no method \(name)\(nearest)")
    }
    return method
  }

  private func requests(
    _ text: [UInt8], _ method: ServiceDescriptor.Method, _ pool: DescriptorPool
  ) throws(ToolError) -> [[UInt8]] {
    do {
      if method.isClientStreaming {
        return try DynamicMessage.sequence(method.input, in: pool, jsonUTF8: text).map { $0.serializedBytes() }
      }
      return [try DynamicMessage(method.input, in: pool, jsonUTF8: text).serializedBytes()]
    } catch {
      throw .badRequest("the request does not fit \(method.input.fullName): \(error)")
    }
  }

  private func descriptor(_ method: ServiceDescriptor.Method, _ service: String) -> MethodDescriptor {
    let kind: MethodKind =
      switch (method.isClientStreaming, method.isServerStreaming) {
      case (false, false): .unary
      case (false, true): .serverStreaming
      case (true, false): .clientStreaming
      case (true, true): .bidirectional
      }
    return MethodDescriptor(service: service, method: method.name, kind: kind)
  }

  private func exchange(
    _ requests: [[UInt8]], _ method: ServiceDescriptor.Method, _ service: String, _ pool: DescriptorPool,
    _ call: EncodedCall
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Sending goes on while responses arrive: a peer may answer before it has read everything.
      group.addTask {
        for request in requests { try await call.send(request) }
        call.finishSending()
      }
      while let bytes = try await call.next() { try show(bytes, method, pool) }
      try? await group.waitForAll()
    }
  }

  private func show(_ bytes: [UInt8], _ method: ServiceDescriptor.Method, _ pool: DescriptorPool) throws {
    var options = JSONEncodingOptions()
    options.isPretty = !compact
    options.emitsDefaults = emitDefaults
    let response = try DynamicMessage(method.output, in: pool, serializedBytes: bytes)
    Output.data(try response.jsonString(options: options))
  }
}
