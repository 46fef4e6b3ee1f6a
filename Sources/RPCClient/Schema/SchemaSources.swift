// Schemas from files, for servers without reflection and for work without a server.

import ProtobufCompiler
import ProtobufRuntime

/// What the user named instead of the server's reflection.
struct SchemaSources: Sendable {
  let protos: [String]
  let protoPaths: [String]
  let descriptorSets: [String]

  /// Nothing was named: the server is asked.
  var isEmpty: Bool { protos.isEmpty && descriptorSets.isEmpty }

  func pool() throws(ToolError) -> DescriptorPool {
    var files: [FileDescriptorProto] = []
    for path in descriptorSets {
      let bytes = try Output.read(path)
      do {
        files += try FileDescriptorSet(serializedBytes: bytes).file
      } catch {
        throw .failed("\(path) is not a FileDescriptorSet: \(error)")
      }
    }
    if !protos.isEmpty {
      let folders = protoPaths.isEmpty ? ["."] : protoPaths
      let result = Compiler(sources: SearchPathSources(folders: folders)).compile(protos)
      guard !result.hasErrors else {
        throw .failed("the schema has errors:\n" + result.diagnostics.map(\.description).joined(separator: "\n"))
      }
      files += result.descriptors
    }
    do {
      return try DescriptorPool(files)
    } catch {
      throw .failed("the schema does not fit together: \(error)")
    }
  }
}

/// "; did you mean …?"
enum Suggestion {
  static func text(for name: String, among candidates: [String]) -> String {
    nearestName(to: name, among: candidates).map { "; did you mean \($0)?" } ?? ""
  }
}
