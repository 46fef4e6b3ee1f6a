// Links one parsed file against the files it imports: declares its names, resolves the ones it uses, settles its
// options and features, and checks the rules that need to know more than one place. One phase a method, in this order;
// each phase is in a file of its own.
import ProtobufRuntime

/// State of linking one file. A class, so that a phase can walk the descriptor in place while it reports.
final class FileLinker {
  let workspace: Workspace
  let id: FileID
  let table: SourceTable?
  let fileName: String
  let sourcePath: String?
  let edition: Edition
  var lookup = NameLookup()
  /// As `lookup`, and with the names that `import option` adds.
  var optionLookup = NameLookup()
  var diagnostics: [Diagnostic] = []
  let limits: CompilerLimits
  private(set) var errorCount = 0

  /// Path of what is being looked at, as in source info.
  var path: [Int32] = []
  /// The package's scope.
  var package = SymbolID.root
  /// The extension ranges of messages that this file extends.
  var extensionRanges: [SymbolID: NumberRanges] = [:]
  /// Imported files of which something was used.
  var usedFiles: Set<FileID> = []
  /// For the path of each option as written, its path once interpreted.
  var optionPaths: [[Int32]: [Int32]] = [:]

  init(
    workspace: Workspace, id: FileID, file: FileDescriptorProto, table: SourceTable?,
    sourcePath: String?, limits: CompilerLimits
  ) {
    self.workspace = workspace
    self.id = id
    self.table = table
    self.limits = limits
    self.sourcePath = sourcePath
    fileName = file.name ?? ""
    edition = file.language
  }

  var hasErrors: Bool { errorCount > 0 }

  // MARK: Reporting

  /// Reports at what `path` followed by `components` names.
  func error(_ components: Int32..., message: @autoclosure () -> String) {
    errorCount += 1
    guard errorCount <= limits.errorsPerFile else { return }
    diagnostics.append(
      Diagnostic(
        .error, file: fileName, path: sourcePath, position: table?.position(of: path + components), message: message()))
  }

  func error(at absolutePath: [Int32], message: String) {
    errorCount += 1
    guard errorCount <= limits.errorsPerFile else { return }
    diagnostics.append(
      Diagnostic(
        .error, file: fileName, path: sourcePath, position: table?.position(of: absolutePath), message: message))
  }

  func warning(at absolutePath: [Int32], message: String) {
    guard diagnostics.count < 2 * limits.errorsPerFile else { return }
    diagnostics.append(
      Diagnostic(
        .warning, file: fileName, path: sourcePath, position: table?.position(of: absolutePath), message: message))
  }

  /// Runs `body` with `path` extended by two components.
  func inside(_ kind: Int32, _ index: Int, _ body: () -> Void) {
    path.append(kind)
    path.append(Int32(truncatingIfNeeded: index))
    body()
    path.removeLast(2)
  }

  // MARK: Names

  /// The scope of `name` in `scope`, which the declaring phase has put there.
  func scope(_ name: String?, in scope: SymbolID) -> SymbolID {
    workspace.symbols.child(name ?? "", of: scope) ?? scope
  }

  func fullName(_ name: String?, in scope: SymbolID) -> String {
    scope == .root ? name ?? "" : "\(workspace.symbols.fullName(scope)).\(name ?? "")"
  }
}
