// One run of codegen: schemas from text or from a descriptor set, then the outputs that were asked for.

import ProtobufCompiler
import ProtobufRuntime

struct Generation {
  static let version = "0.1.0"

  /// Schemas with errors, one line each, as `file:line:column: message`.
  struct SchemaErrors: Error { let diagnostics: [String] }

  let arguments: Arguments

  init(_ arguments: Arguments) throws(Arguments.UsageError) {
    guard !arguments.files.isEmpty || !arguments.descriptorSetIn.isEmpty else {
      throw Arguments.UsageError(message: "no schema given")
    }
    guard arguments.swiftOut != nil || arguments.descriptorSetOut != nil else {
      throw Arguments.UsageError(message: "no output given: --swift-out DIR or --descriptor-set-out FILE")
    }
    self.arguments = arguments
  }

  /// All files in the order of their imports, which of them are wanted, and which lie in other modules.
  private struct Schemas {
    var files: [FileDescriptorProto] = []
    /// Of files that were compiled.
    var sourceInfo: [String: SerializedSourceInfo] = [:]
    var wanted: [String] = []
    var moduleOfFile: [String: String] = [:]
  }

  func run() throws {
    let schemas = arguments.descriptorSetIn.isEmpty ? try compiledSchemas() : try readSchemas()
    if let folder = arguments.swiftOut { try writeSwift(schemas, to: folder) }
    if let path = arguments.descriptorSetOut { try writeDescriptorSet(schemas, to: path) }
  }

  // MARK: Input

  private func compiledSchemas() throws -> Schemas {
    var folders = arguments.protoPaths + arguments.modulePaths.map(\.path)
    if folders.isEmpty { folders = ["."] }
    let sources = SearchPathSources(folders: folders)
    // `schemas/a/b.proto` may be given for `a/b.proto` under `--proto-path schemas`.
    let names = arguments.files.map { file in
      sources.folders.contains { Files.exists(join($0, file)) } ? file : sources.name(ofFileAt: file) ?? file
    }
    let result = Compiler(sources: sources).compile(names)
    let errors = result.diagnostics.filter { $0.severity == .error }
    for warning in result.diagnostics where warning.severity == .warning { Files.printError(warning.description) }
    guard errors.isEmpty else { throw SchemaErrors(diagnostics: errors.map(\.description)) }
    var schemas = Schemas(wanted: names)
    for file in result.files {
      schemas.files.append(arguments.retainsOptions ? file.bareDescriptor : file.bareRuntimeDescriptor)
      schemas.sourceInfo[file.name] = arguments.retainsOptions ? file.sourceInfo : file.runtimeSourceInfo
      for (module, folder) in arguments.modulePaths where file.sourcePath == join(folder, file.name) {
        schemas.moduleOfFile[file.name] = module
      }
    }
    return schemas
  }

  private func join(_ folder: String, _ name: String) -> String {
    if folder == "." || folder.isEmpty { return name }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  private func readSchemas() throws -> Schemas {
    var schemas = Schemas(wanted: arguments.files)
    for path in arguments.descriptorSetIn {
      let bytes = try Files.read(path)
      do {
        schemas.files += try FileDescriptorSet(serializedBytes: bytes).file
      } catch {
        throw SchemaErrors(diagnostics: ["\(path): not a FileDescriptorSet: \(error)"])
      }
    }
    if schemas.wanted.isEmpty { schemas.wanted = schemas.files.compactMap(\.name) }
    let known = Set(schemas.files.compactMap(\.name))
    let missing = schemas.wanted.filter { !known.contains($0) }
    guard missing.isEmpty else {
      throw SchemaErrors(diagnostics: missing.map { "\($0): not in the descriptor set" })
    }
    return schemas
  }

  // MARK: Output

  private func writeSwift(_ schemas: Schemas, to folder: String) throws {
    var options = SwiftGenerator.Options()
    options.access = arguments.access
    options.module = arguments.module
    options.moduleOfFile = schemas.moduleOfFile
    options.sourceInfo = schemas.sourceInfo
    let generator = SwiftGenerator(schemas.files, options: options)
    for name in schemas.wanted {
      guard let text = generator.generate(name) else { continue }
      try Files.write(Array(text.utf8), to: join(folder, SwiftGenerator.outputName(for: name)))
    }
  }

  private func writeDescriptorSet(_ schemas: Schemas, to path: String) throws {
    let wanted = Set(schemas.wanted)
    // One file at a time: sets that follow one another are one set.
    let parts = schemas.files.lazy.filter { arguments.includesImports || wanted.contains($0.name ?? "") }.map { file in
      var copy = file
      if !arguments.includesSourceInfo {
        copy.sourceCodeInfo = nil
      } else if let info = schemas.sourceInfo[file.name ?? ""] {
        copy = info.added(to: file)
      }
      return FileDescriptorSet(file: [copy]).serializedBytes()
    }
    try Files.write(parts: parts, to: path)
  }
}
