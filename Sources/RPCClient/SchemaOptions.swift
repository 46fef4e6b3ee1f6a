// Where the tool learns what a server offers: its reflection unless told otherwise.

import ArgumentParser
import LoyaltyRPC
import ProtobufCompiler
import ProtobufRuntime

struct SchemaOptions: ParsableArguments {
  @Option(name: .customLong("proto"), help: "Schema file (.proto) to use instead of reflection; may be repeated.")
  var protos: [String] = []

  @Option(name: [.customShort("I"), .customLong("proto-path")], help: "Where to look for schemas and their imports.")
  var protoPaths: [String] = []

  @Option(help: "FileDescriptorSet to use instead of reflection; may be repeated.")
  var descriptorSet: [String] = []

  private var isLocal: Bool { !protos.isEmpty || !descriptorSet.isEmpty }

  /// The schemas that declare a symbol.
  func pool(declaring symbol: String, _ client: RPCClient, _ options: CallOptions) async throws -> DescriptorPool {
    if isLocal { return try local() }
    let reflection = Reflection(client, options: options)
    do {
      return try await reflection.pool(declaring: [symbol])
    } catch let error as Reflection.UnknownSymbol {
      let services = try await reflection.services()
      let nearest = Suggestion.text(for: symbol, among: services)
      throw ToolError.failed("the server has no \(error.symbol)\(nearest)")
    }
  }

  /// Services by name only: what `list` needs, without fetching every schema.
  func serviceNames(_ connection: ConnectionOptions) async throws -> [String] {
    if isLocal { return try local().services.map(\.fullName).sorted() }
    return try await connection.withClient { client in
      try await Reflection(client, options: connection.callOptions).services().sorted()
    }
  }

  func local() throws -> DescriptorPool {
    var files: [FileDescriptorProto] = []
    for path in descriptorSet {
      let bytes = try Output.read(path)
      do {
        files += try FileDescriptorSet(serializedBytes: bytes).file
      } catch {
        throw ToolError.failed("\(path) is not a FileDescriptorSet: \(error)")
      }
    }
    if !protos.isEmpty {
      let folders = protoPaths.isEmpty ? ["."] : protoPaths
      let result = Compiler(sources: SearchPathSources(folders: folders)).compile(protos)
      guard !result.hasErrors else {
        throw ToolError.failed(
          "the schema has errors:\n" + result.diagnostics.map(\.description).joined(separator: "\n"))
      }
      files += result.descriptors
    }
    return try DescriptorPool(files)
  }
}

/// "; did you mean …?"
enum Suggestion {
  static func text(for name: String, among candidates: [String]) -> String {
    nearestName(to: name, among: candidates).map { "; did you mean \($0)?" } ?? ""
  }
}
