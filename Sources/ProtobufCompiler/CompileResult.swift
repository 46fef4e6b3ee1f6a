// What a compilation gives back.
import ProtobufRuntime

/// One file, linked.
public struct CompiledFile: Sendable {
  /// Types resolved, options and features interpreted. `sourceCodeInfo` is set where it was asked for.
  public var descriptor: FileDescriptorProto
  /// The same as programs carry it and as protoc writes it by default: without the options that are for sources alone,
  /// custom options in the order of their numbers.
  public var runtimeDescriptor: FileDescriptorProto
  /// Whether it was named by the caller, not just imported.
  public var isRequested: Bool
  /// Where it was read; nil for text that is in no file and for well-known types without a path.
  public var sourcePath: String?
  /// The files it imports, options' ones included, in the order of the statements.
  public var imports: [String]
  /// What whoever imports this file sees through it: its public imports and theirs.
  public var publicImports: [String]

  public var name: String { descriptor.name ?? "" }
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
