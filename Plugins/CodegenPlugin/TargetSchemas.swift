// The schemas of a target and of those it depends on, as arguments for `codegen`. Plugins cannot share a module, so both of
// them have this file: in GenerateProtobuf it is a link.

import Foundation
import PackagePlugin

/// A target's `.proto` files. Their import root is the target's folder, or its subfolder `Schemas` where there is one.
struct TargetSchemas {
  let target: SourceModuleTarget
  let root: URL
  let files: [URL]

  enum Search {
    /// What the manifest leaves in the target.
    case sources
    /// Everything in the target's folder: schemas of checked-in code are excluded from the target.
    case folder
  }

  init(_ target: SourceModuleTarget, in search: Search) {
    self.target = target
    let schemas = target.directoryURL.appending(path: "Schemas", directoryHint: .isDirectory)
    root = FileManager.default.fileExists(atPath: schemas.path) ? schemas : target.directoryURL
    let found =
      switch search {
      case .sources: target.sourceFiles(withSuffix: ".proto").map(\.url)
      case .folder: Self.schemas(below: root)
      }
    files = found.sorted { $0.path < $1.path }
  }

  private static func schemas(below folder: URL) -> [URL] {
    let all = FileManager.default.enumerator(
      at: folder, includingPropertiesForKeys: nil, options: [.skipsHiddenFiles])
    return (all?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "proto" }
  }

  /// Names as imports write them.
  var names: [String] { files.map(name(of:)) }

  private func name(of file: URL) -> String {
    let base = root.standardizedFileURL.path
    let path = file.standardizedFileURL.path
    guard path.hasPrefix(base) else { return file.lastPathComponent }
    return String(path.dropFirst(base.count).drop { $0 == "/" })
  }

  /// As `SwiftGenerator.outputName`, which a plugin cannot import.
  var outputNames: [String] {
    names.map { String($0.dropLast(6).map { $0 == "/" || $0 == "-" ? "_" : $0 }) + ".pb.swift" }
  }

  /// Every source target below this one that has schemas, in this package and in others.
  func dependencies(in search: Search) -> [TargetSchemas] {
    target.recursiveTargetDependencies.compactMap { dependency in
      guard let source = dependency as? SourceModuleTarget else { return nil }
      let schemas = TargetSchemas(source, in: search)
      return schemas.files.isEmpty ? nil : schemas
    }
  }

  /// The command line of `codegen` for these files.
  func arguments(writingTo output: URL, importing dependencies: [TargetSchemas]) -> [String] {
    ["--swift-out", output.path, "--proto-path", root.path, "--module", target.moduleName]
      + dependencies.flatMap { ["--module-path", "\($0.target.moduleName)=\($0.root.path)"] } + names
  }
}
