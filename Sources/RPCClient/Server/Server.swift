// The server that a command talks to: everything the options, the profile and the environment say, together.

import Logging
import LoyaltyRPC
import ProtobufRuntime

struct Server: Sendable {
  let address: String
  let tls: ClientTLSConfiguration
  /// As set by the user; nil where each command has its own default.
  let timeout: TimeSpan?
  let connectTimeout: TimeSpan?
  let metadata: Metadata
  let schema: SchemaSources
  let isVerbose: Bool
  var serviceConfig = ServiceConfig()

  /// 30 s: longer than any call that a person waits for.
  static let defaultTimeout = Duration.seconds(30)

  var callOptions: CallOptions {
    CallOptions(timeout: timeout?.duration ?? Self.defaultTimeout, metadata: metadata)
  }

  var configuration: RPCClient.Configuration {
    var configuration = RPCClient.Configuration.defaults
    // What fails is told once, by the tool itself.
    configuration.logger = Logger(label: "rpc-client") { _ in SwiftLogNoOpLogHandler() }
    configuration.serviceConfig = serviceConfig
    if let connectTimeout { configuration.connectTimeout = connectTimeout.duration }
    // Whoever asks for a message has room for it.
    configuration.limits.maxReceivedMessageBytes = 256 << 20
    return configuration
  }

  /// Runs a body with a client and closes it afterwards.
  func withClient<R>(_ body: (RPCClient) async throws -> R) async throws -> R {
    let client: RPCClient
    do {
      client = try RPCClient(target: address, tls: tls, configuration: configuration)
    } catch {
      throw ToolError.failed("\(error)")
    }
    do {
      let result = try await body(client)
      await client.close()
      return result
    } catch let error as RPCError {
      // A server that answers strangers with UNAUTHENTICATED had asked for a certificate before.
      let wantsCertificate = await client.connection()?.isClientCertificateRequested == true
      await client.close()
      throw ToolError.status(
        error,
        hint: error.code == .unauthenticated && wantsCertificate && tls.identity == nil
          ? "the server asks for a client certificate: give one with --cert and --key" : nil)
    } catch {
      await client.close()
      throw error
    }
  }

  /// Runs a body that needs schemas only: without a client where they come from files.
  func withSchemas<R>(_ body: (RPCClient?) async throws -> R) async throws -> R {
    schema.isEmpty ? try await withClient(body) : try await body(nil)
  }

  /// The schemas that declare a symbol.
  func pool(declaring symbol: String, _ client: RPCClient?) async throws -> DescriptorPool {
    guard let client, schema.isEmpty else { return try schema.pool() }
    let reflection = Reflection(client, options: callOptions)
    do {
      return try await reflection.pool(declaring: [symbol])
    } catch let error as Reflection.UnknownSymbol {
      let services = try await reflection.services()
      if let pool = try await nearMiss(symbol, services, reflection) { return pool }
      let nearest = Suggestion.text(for: symbol, among: services)
      throw ToolError.failed("the server has no \(error.symbol)\(nearest)")
    }
  }

  /// A method that its service does not have: with the schema of the service, the nearest name can be told.
  private func nearMiss(
    _ symbol: String, _ services: [String], _ reflection: Reflection
  ) async throws -> DescriptorPool? {
    guard let dot = symbol.lastIndex(of: "."), services.contains(String(symbol[..<dot])) else { return nil }
    return try await reflection.pool(declaring: [String(symbol[..<dot])])
  }

  /// Services by name only, sorted: what a list needs, without fetching every schema.
  func serviceNames(_ client: RPCClient?) async throws -> [String] {
    guard let client, schema.isEmpty else { return try schema.pool().services.map(\.fullName).sorted() }
    return try await Reflection(client, options: callOptions).services().sorted()
  }

  /// Finds a method by `SERVICE/METHOD` or `SERVICE.METHOD`.
  func method(_ text: String, _ client: RPCClient?) async throws -> Method {
    let trimmed = text.hasPrefix("/") ? String(text.dropFirst()) : text
    guard let separator = trimmed.lastIndex(of: "/") ?? trimmed.lastIndex(of: "."), separator != trimmed.startIndex
    else { throw ToolError.usage("\"\(text)\" is not SERVICE/METHOD") }
    let (service, name) = (String(trimmed[..<separator]), String(trimmed[trimmed.index(after: separator)...]))
    let pool = try await pool(declaring: service, client)
    guard let found = pool.service(named: service) else {
      throw ToolError.failed(
        "there is no service \(service)\(Suggestion.text(for: service, among: pool.services.map(\.fullName)))")
    }
    guard let method = found.method(named: name) else {
      throw ToolError.failed(
        "\(service) has no method \(name)\(Suggestion.text(for: name, among: found.methods.map(\.name)))")
    }
    return Method(pool: pool, service: service, schema: method)
  }

  static func metadata(_ lines: [String]) throws(ToolError) -> Metadata {
    var metadata = Metadata()
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else {
        throw .usage("the header \"\(line)\" is not of the form 'name: value'")
      }
      let name = line[..<colon].lowercased()
      let value = String(line[line.index(after: colon)...].drop { $0 == " " })
      do {
        if name.hasSuffix("-bin") {
          guard let bytes = Base64.decode(value.utf8) else {
            throw ToolError.usage("the value of \(name) is not Base64")
          }
          try metadata.add(bytes, for: name)
        } else {
          try metadata.add(value, for: name)
        }
      } catch let error as ToolError {
        throw error
      } catch {
        throw .usage("\(error)")
      }
    }
    return metadata
  }
}

/// A method with the schema that its messages need.
struct Method: Sendable {
  let pool: DescriptorPool
  let service: String
  let schema: ServiceDescriptor.Method

  var path: String { "/\(service)/\(schema.name)" }

  var descriptor: MethodDescriptor {
    let kind: MethodKind =
      switch (schema.isClientStreaming, schema.isServerStreaming) {
      case (false, false): .unary
      case (false, true): .serverStreaming
      case (true, false): .clientStreaming
      case (true, true): .bidirectional
      }
    return MethodDescriptor(service: service, method: schema.name, kind: kind)
  }
}
