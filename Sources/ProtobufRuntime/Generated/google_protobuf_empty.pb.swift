// Generated from google/protobuf/empty.proto by codegen. Do not edit: change the schema.

public struct ProtobufEmpty: Message {
  public var unknownFields: UnknownFields
}

extension ProtobufEmpty {
  public init() { self.init(unknownFields: UnknownFields()) }

  public static var fullName: String { "google.protobuf.Empty" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
  }

  private static let fieldTable = FieldTable(
    """
    """)

  @inline(never)
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    var object = try reader.beginObject(Self.fieldTable, Self.fullName)
    while try reader.nextField(&object) != nil {}
  }

  @inline(never)
  public func write(json writer: inout JSONWriter) {
    writer.beginObject()
    writer.endObject()
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/empty.proto`.
  public static let googleProtobufEmpty = EmbeddedFile(
    name: "google/protobuf/empty.proto",
    base64: """
      Chtnb29nbGUvcHJvdG9idWYvZW1wdHkucHJvdG8SD2dvb2dsZS5wcm90b2J1ZiIHCgVFbXB0eUJ9ChNjb20uZ29vZ2xlLnByb3Rv\
      YnVmQgpFbXB0eVByb3RvUAFaLmdvb2dsZS5nb2xhbmcub3JnL3Byb3RvYnVmL3R5cGVzL2tub3duL2VtcHR5cGL4AQGiAgNHUEKq\
      Ah5Hb29nbGUuUHJvdG9idWYuV2VsbEtub3duVHlwZXNiBnByb3RvMw==
      """,
    dependencies: { [] })
}
