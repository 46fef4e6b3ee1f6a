// SwiftPM runs this for each target that uses it: all of the target's `.proto` files are compiled by `codegen` before
// the target is. Nothing to configure: `TargetSchemas` says where imports are found.

import Foundation
import PackagePlugin

@main
struct CodegenPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) async throws -> [Command] {
    guard let target = target as? SourceModuleTarget else { return [] }
    let schemas = TargetSchemas(target, in: .sources)
    guard !schemas.files.isEmpty else {
      Diagnostics.warning("target \(target.name) uses CodegenPlugin but has no .proto file")
      return []
    }
    let output = context.pluginWorkDirectoryURL
    let dependencies = schemas.dependencies(in: .sources)
    return [
      .buildCommand(
        displayName: "Compiling the schemas of \(target.name)", executable: try context.tool(named: "codegen").url,
        arguments: schemas.arguments(writingTo: output, importing: dependencies),
        inputFiles: schemas.files + dependencies.flatMap(\.files),
        outputFiles: schemas.outputNames.map { output.appending(path: $0) })
    ]
  }
}
