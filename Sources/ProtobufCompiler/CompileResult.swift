// What a compilation gives back.
import ProtobufRuntime

/// One file, linked.
public struct CompiledFile: Sendable {
  /// Descriptors without source info, which is kept in binary form: as values, the positions of a large collection take
  /// ten times the memory of all else.
  package var bareDescriptor: FileDescriptorProto
  package var bareRuntimeDescriptor: FileDescriptorProto
  package var sourceInfo: SerializedSourceInfo?
  package var runtimeSourceInfo: SerializedSourceInfo?
  /// Whether it was named by the caller, not just imported.
  public var isRequested: Bool
  /// Where it was read; nil for text that is in no file and for well-known types without a path.
  public var sourcePath: String?
  /// The files it imports, options' ones included, in the order of the statements.
  public var imports: [String]
  /// What whoever imports this file sees through it: its public imports and theirs.
  public var publicImports: [String]

  /// Types resolved, options and features interpreted. `sourceCodeInfo` is set where it was asked for.
  public var descriptor: FileDescriptorProto { sourceInfo?.added(to: bareDescriptor) ?? bareDescriptor }

  /// The same as programs carry it and as protoc writes it by default: without the options that are for sources alone,
  /// custom options in the order of their numbers.
  public var runtimeDescriptor: FileDescriptorProto {
    runtimeSourceInfo?.added(to: bareRuntimeDescriptor) ?? bareRuntimeDescriptor
  }

  public var name: String { bareDescriptor.name ?? "" }
}

public struct CompileResult: Sendable {
  /// Every file that could be linked, each behind the files it imports; empty where there are errors.
  public var files: [CompiledFile]
  /// In the order of the files, and of the phases in them.
  public var diagnostics: [Diagnostic]

  public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  public var descriptors: [FileDescriptorProto] { files.map(\.descriptor) }

  public var runtimeDescriptors: [FileDescriptorProto] { files.map(\.runtimeDescriptor) }
}
