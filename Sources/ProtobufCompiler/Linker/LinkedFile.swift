// A file that has been linked: what other files need to know of it.
import ProtobufRuntime

struct LinkedFile {
  var name: String
  /// Types resolved, options interpreted.
  var descriptor: FileDescriptorProto
  /// Where it was asked for.
  var sourceInfo: SerializedSourceInfo?
  /// Where it was read; nil for text in memory and for embedded files.
  var sourcePath: String?
  var edition: Edition
  /// The files it imports, in order.
  var imports: [FileID]
  /// The files it imports for the sake of options alone.
  var optionImports: [FileID]
  /// What whoever imports this file sees of other files: its public imports and theirs.
  var publicImports: [FileID]
  /// The scope of its package.
  var package: SymbolID
}
