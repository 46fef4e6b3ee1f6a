// Generated from google/protobuf/source_context.proto by codegen. Do not edit: change the schema.

public struct ProtobufSourceContext: Message {
  public var fileName: String = ""
  public var unknownFields: UnknownFields
}

extension ProtobufSourceContext {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    fileName: String = ""
  ) {
    self.init(
      fileName: fileName,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.SourceContext" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: fileName = try reader.string()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !fileName.isDefaultValue { writer.field(StringCodec.self, 10, fileName) }
  }

  private static let fieldTable = FieldTable(
    """
    1 fileName file_name
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while let field = try reader.nextField(&object) {
      switch field {
      case 1: try reader.read(&fileName)
      default: break
      }
    }
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.field("fileName", "file_name", fileName)
    writer.endObject()
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/source_context.proto`.
  public static let googleProtobufSourceContext = EmbeddedFile(
    name: "google/protobuf/source_context.proto",
    base64: """
      CiRnb29nbGUvcHJvdG9idWYvc291cmNlX2NvbnRleHQucHJvdG8SD2dvb2dsZS5wcm90b2J1ZiIsCg1Tb3VyY2VDb250ZXh0EhsK\
      CWZpbGVfbmFtZRgBIAEoCVIIZmlsZU5hbWVCigEKE2NvbS5nb29nbGUucHJvdG9idWZCElNvdXJjZUNvbnRleHRQcm90b1ABWjZn\
      b29nbGUuZ29sYW5nLm9yZy9wcm90b2J1Zi90eXBlcy9rbm93bi9zb3VyY2Vjb250ZXh0cGKiAgNHUEKqAh5Hb29nbGUuUHJvdG9i\
      dWYuV2VsbEtub3duVHlwZXNiBnByb3RvMw==
      """,
    dependencies: { [] })
}
