// `swift package generate-protobuf`: for packages that check in generated code, so that whoever builds them needs no plugin.

import Foundation
import PackagePlugin

@main
struct GenerateProtobuf: CommandPlugin {
  private static let help = """
    Usage: swift package generate-protobuf [--target NAME]... [--access LEVEL] [--output FOLDER]

    Writes Swift for the .proto files of each target into the target's folder.

      --target NAME     Only this target; may be repeated (default: every target with .proto files)
      --access LEVEL    public, package or internal (default: public)
      --output FOLDER   Inside the target's folder (default: Generated)

    A target that uses CodegenPlugin has its code generated while it is built: it must not have it twice.

    """

  private struct Failure: Error, CustomStringConvertible { let description: String }

  func performCommand(context: PluginContext, arguments: [String]) async throws {
    var extractor = ArgumentExtractor(arguments)
    if extractor.extractFlag(named: "help") > 0 {
      print(Self.help, terminator: "")
      return
    }
    let wanted = extractor.extractOption(named: "target")
    let access = extractor.extractOption(named: "access").last
    let folder = extractor.extractOption(named: "output").last ?? "Generated"
    guard extractor.remainingArguments.isEmpty else {
      throw Failure(
        description: "unknown arguments \(extractor.remainingArguments.joined(separator: " "))\n\(Self.help)")
    }
    let targets = try wanted.isEmpty ? context.package.targets : context.package.targets(named: wanted)
    let all = targets.compactMap { $0 as? SourceModuleTarget }.map { TargetSchemas($0, in: .folder) }
    let schemas = all.filter { !$0.files.isEmpty }
    guard !schemas.isEmpty else { throw Failure(description: "no .proto file in any of the targets") }
    let codegen = try context.tool(named: "codegen").url
    for target in schemas {
      let output = target.target.directoryURL.appending(path: folder)
      var line = target.arguments(writingTo: output, importing: target.dependencies(in: .folder))
      if let access { line = ["--access", access] + line }
      let process = try Process.run(codegen, arguments: line)
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw Failure(description: "the schemas of \(target.target.name) were not compiled")
      }
      print("\(target.target.name): \(target.files.count) schemas -> \(folder)")
    }
  }
}
