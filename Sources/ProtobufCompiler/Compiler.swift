// The front of the compiler: names of schemas in, linked descriptors out. It loads what is imported, parses each file
// once and links it behind its imports.
import ProtobufRuntime

/// Compiles schemas to descriptors.
///
///     let compiler = Compiler(sources: SearchPathSources(folders: ["schemas"]))
///     let result = compiler.compile(["loyalty/v1/loyalty.proto"])
public struct Compiler: Sendable {
  public var sources: any SourceProvider
  /// Compiled files that stand in where `sources` has none of that name: the well-known types by default.
  public var embedded: [EmbeddedFile]
  /// Whether descriptors carry positions and comments.
  public var includesSourceInfo: Bool
  public var limits: CompilerLimits

  public init(
    sources: any SourceProvider, embedded: [EmbeddedFile] = EmbeddedFile.wellKnown, includesSourceInfo: Bool = true,
    limits: CompilerLimits = .defaults
  ) {
    self.sources = sources
    self.embedded = embedded
    self.includesSourceInfo = includesSourceInfo
    self.limits = limits
  }

  /// Compiles the files of these names, as imports write them, and all files they import.
  public func compile(_ names: [String]) -> CompileResult {
    var compilation = Compilation(self)
    return compilation.run(names)
  }
}

/// One run of a compiler.
private struct Compilation {
  let compiler: Compiler
  let workspace: Workspace
  let optionTypes: OptionTypes
  var diagnostics: [Diagnostic] = []
  let embedded: [String: EmbeddedFile]
  /// Files that could not be had, so that each is reported once.
  var failed: Set<String> = []
  /// The imports that led to the file being loaded.
  var chain: [String] = []
  /// Files whose unused imports are of interest.
  var requested: Set<String> = []

  init(_ compiler: Compiler) {
    self.compiler = compiler
    workspace = Workspace()
    optionTypes = OptionTypes(workspace: workspace)
    var embedded: [String: EmbeddedFile] = [:]
    for file in compiler.embedded {
      embedded[file.name] = embedded[file.name] ?? file
    }
    self.embedded = embedded
  }

  mutating func run(_ names: [String]) -> CompileResult {
    requested = Set(names)
    for name in names where load(name) == nil && !wasReported(name) {
      diagnostics.append(Diagnostic(.error, file: name, position: nil, message: "File not found."))
      failed.insert(name)
    }
    guard !diagnostics.contains(where: { $0.severity == .error }) else {
      return CompileResult(files: [], diagnostics: diagnostics)
    }
    let files = wantedFiles(names).map { id in
      let file = workspace.files[Int(id)]
      let (stripped, sourceInfo) = OptionStripper.strip(file.descriptor, file.sourceInfo, types: optionTypes)
      return CompiledFile(
        bareDescriptor: file.descriptor, bareRuntimeDescriptor: stripped, sourceInfo: file.sourceInfo,
        runtimeSourceInfo: sourceInfo, isRequested: requested.contains(file.name), sourcePath: file.sourcePath,
        imports: (file.imports + file.optionImports).map { workspace.files[Int($0)].name },
        publicImports: file.publicImports.map { workspace.files[Int($0)].name })
    }
    return CompileResult(files: files, diagnostics: diagnostics)
  }

  private func wasReported(_ name: String) -> Bool { failed.contains(name) }

  /// The requested files and all they import, each behind its imports. Files loaded for the compiler's own needs are
  /// not among them.
  private func wantedFiles(_ names: [String]) -> [FileID] {
    var order: [FileID] = []
    var seen: Set<FileID> = []
    // Linking order is an order of dependencies already, but for the requested files' own order.
    func visit(_ id: FileID) {
      guard seen.insert(id).inserted else { return }
      let file = workspace.files[Int(id)]
      for imported in file.imports + file.optionImports { visit(imported) }
      order.append(id)
    }
    for name in names {
      if let id = workspace.fileByName[name] { visit(id) }
    }
    return order
  }

  // MARK: Loading

  /// The linked file of this name, with everything it imports linked before; nil where there is none or it is broken
  /// beyond linking, which has been reported then, but for a missing file.
  private mutating func load(_ name: String) -> FileID? {
    if let id = workspace.fileByName[name] { return id }
    if failed.contains(name) { return nil }
    guard Self.isPlain(name) else {
      diagnostics.append(
        Diagnostic(
          .error, file: name, position: nil,
          message: "Backslashes, consecutive slashes, \".\", or \"..\" are not allowed in the virtual path"))
      failed.insert(name)
      return nil
    }

    let source: SourceFile?
    do {
      source = try compiler.sources.source(named: name, limit: compiler.limits.fileSize)
    } catch {
      diagnostics.append(Diagnostic(.error, file: name, position: nil, message: error.reason))
      failed.insert(name)
      return nil
    }
    if let source {
      return parseAndLink(name, source)
    }
    if let file = embedded[name] {
      return linkEmbedded(file)
    }
    return nil
  }

  /// Every file has one name: no detours on the way to it.
  private static func isPlain(_ name: String) -> Bool {
    !name.utf8.contains(UInt8(ascii: "\\"))
      && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && $0 != "." && $0 != ".."
      }
  }

  private mutating func parseAndLink(_ name: String, _ source: SourceFile) -> FileID? {
    let parsed = Parser.parse(source.bytes, name: name, limits: compiler.limits)
    guard !parsed.hasErrors else {
      diagnostics += parsed.problems.map { problem in
        Diagnostic(
          .error, file: name, path: source.path,
          position: SourcePosition(zeroBasedLine: problem.line, column: problem.column), message: problem.message)
      }
      failed.insert(name)
      return nil
    }
    return link(parsed.file, table: parsed.table, sourcePath: source.path)
  }

  /// Enters a file that was linked when it was embedded.
  private mutating func linkEmbedded(_ file: EmbeddedFile) -> FileID? {
    let descriptor: FileDescriptorProto
    do {
      descriptor = try FileDescriptorProto(serializedBytes: file.serializedDescriptor)
    } catch {
      diagnostics.append(
        Diagnostic(
          .error, file: file.name, position: nil, message: "The embedded descriptor is damaged: \(error)"))
      failed.insert(file.name)
      return nil
    }
    return link(descriptor, table: nil, sourcePath: nil)
  }

  // MARK: Linking

  private mutating func link(_ file: FileDescriptorProto, table: SourceTable?, sourcePath: String?) -> FileID? {
    let name = file.name ?? ""
    chain.append(name)
    defer { chain.removeLast() }
    guard chain.count <= compiler.limits.importDepth else {
      diagnostics.append(
        Diagnostic(
          .error, file: name, position: nil,
          message: "Imports are nested more than \(compiler.limits.importDepth) deep."))
      failed.insert(name)
      return nil
    }
    guard let imports = loadImports(of: file, table: table, sourcePath: sourcePath) else {
      failed.insert(name)
      return nil
    }

    let id = FileID(truncatingIfNeeded: workspace.files.count)
    let linker = FileLinker(
      workspace: workspace, id: id, file: file, table: table, sourcePath: sourcePath,
      limits: compiler.limits)
    linker.link(
      file, imports: imports, types: optionTypes, includesSourceInfo: compiler.includesSourceInfo,
      reportsUnusedImports: requested.contains(name))
    diagnostics += linker.diagnostics
    workspace.fileByName[name] = id
    return id
  }

  private mutating func loadImports(
    of file: FileDescriptorProto, table: SourceTable?, sourcePath: String?
  ) -> FileImports? {
    var imports = FileImports()
    var isComplete = true
    let name = file.name ?? ""
    func position(_ kind: Int32, _ index: Int) -> SourcePosition? {
      table?.position(of: [kind, Int32(truncatingIfNeeded: index)])
    }
    func report(_ kind: Int32, _ index: Int, _ message: String) {
      diagnostics.append(
        Diagnostic(.error, file: name, path: sourcePath, position: position(kind, index), message: message))
      isComplete = false
    }

    var listed: Set<String> = []
    let all =
      file.dependency.enumerated().map { (Path.File.dependency, $0.offset, $0.element) }
      + file.optionDependency.enumerated().map { (Path.File.optionDependency, $0.offset, $0.element) }
    for (kind, index, imported) in all {
      guard listed.insert(imported).inserted else {
        report(kind, index, "Import \"\(imported)\" was listed twice.")
        continue
      }
      if let start = chain.firstIndex(of: imported) {
        let cycle = (chain[start...] + [imported]).joined(separator: " -> ")
        report(kind, index, "File recursively imports itself: \(cycle)")
        continue
      }
      if let id = load(imported) {
        if kind == Path.File.dependency {
          imports.files.append((index, id))
        } else {
          imports.optionFiles.append((index, id))
        }
      } else {
        report(
          kind, index,
          wasReported(imported)
            ? "Import \"\(imported)\" had errors."
            : "Import \"\(imported)\" was not found in any of the folders that schemas are looked up in.")
      }
    }
    return isComplete ? imports : nil
  }
}

/// The files that import statements lead to, each with its statement's index.
struct FileImports {
  var files: [(index: Int, id: FileID)] = []
  var optionFiles: [(index: Int, id: FileID)] = []
}
