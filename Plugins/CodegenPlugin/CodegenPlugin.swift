// SwiftPM runs this for each target that uses it: all of the target's `.proto` files are compiled by `codegen` before
// the target is. Nothing to configure: the import root is the target's folder, or its subfolder `Schemas` where there is
// one, and schemas of the targets it depends on are imported from their modules.

import Foundation
import PackagePlugin

@main
struct CodegenPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) async throws -> [Command] {
    guard let target = target as? SourceModuleTarget else { return [] }
    let root = schemaRoot(of: target)
    let files = schemas(of: target)
    guard !files.isEmpty else {
      Diagnostics.warning("target \(target.name) uses CodegenPlugin but has no .proto file")
      return []
    }
    let output = context.pluginWorkDirectoryURL
    var arguments = ["--swift-out", output.path, "--proto-path", root.path, "--module", target.moduleName]
    var inputs = files
    for dependency in dependencies(of: target) {
      let imported = schemas(of: dependency)
      guard !imported.isEmpty else { continue }
      arguments += ["--module-path", "\(dependency.moduleName)=\(schemaRoot(of: dependency).path)"]
      inputs += imported
    }
    var outputs: [URL] = []
    for file in files {
      let name = relativePath(of: file, to: root)
      arguments.append(name)
      outputs.append(output.appending(path: outputName(for: name)))
    }
    return [
      .buildCommand(
        displayName: "Compiling the schemas of \(target.name)", executable: try context.tool(named: "codegen").url,
        arguments: arguments, inputFiles: inputs, outputFiles: outputs)
    ]
  }

  private func schemas(of target: SourceModuleTarget) -> [URL] {
    target.sourceFiles(withSuffix: ".proto").map(\.url).sorted { $0.path < $1.path }
  }

  private func schemaRoot(of target: SourceModuleTarget) -> URL {
    let schemas = target.directoryURL.appending(path: "Schemas", directoryHint: .isDirectory)
    return FileManager.default.fileExists(atPath: schemas.path) ? schemas : target.directoryURL
  }

  /// Every source target below this one, in this package and in others.
  private func dependencies(of target: SourceModuleTarget) -> [SourceModuleTarget] {
    target.recursiveTargetDependencies.compactMap { $0 as? SourceModuleTarget }
  }

  private func relativePath(of file: URL, to root: URL) -> String {
    let base = root.standardizedFileURL.path
    let path = file.standardizedFileURL.path
    guard path.hasPrefix(base) else { return file.lastPathComponent }
    return String(path.dropFirst(base.count).drop { $0 == "/" })
  }

  /// As `SwiftGenerator.outputName`, which a plugin cannot import.
  private func outputName(for protoFile: String) -> String {
    String(protoFile.dropLast(6).map { $0 == "/" || $0 == "-" ? "_" : $0 }) + ".pb.swift"
  }
}
