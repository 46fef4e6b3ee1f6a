// A schema inside the program: what server reflection serves and what a compiler needs without a search path.

/// A `.proto` file's descriptor as generated code carries it, with the files it imports.
public struct EmbeddedFile: Sendable {
  /// The name under which other files import it, e.g. `google/protobuf/timestamp.proto`.
  public let name: String
  private let encoded: StaticString
  private let imports: @Sendable () -> [EmbeddedFile]

  /// - Parameter base64: the serialized `FileDescriptorProto`, in Base64 because a Swift literal holds text.
  public init(name: String, base64: StaticString, dependencies: @escaping @Sendable () -> [EmbeddedFile]) {
    self.name = name
    encoded = base64
    imports = dependencies
  }

  /// A serialized `FileDescriptorProto`, without source info.
  public var serializedDescriptor: [UInt8] {
    encoded.withUTF8Buffer { Base64.decode($0) } ?? []
  }

  public var dependencies: [EmbeddedFile] { imports() }
}
