// Generated from google/protobuf/field_mask.proto by codegen. Do not edit: change the schema.

public struct ProtobufFieldMask: Message {
  public var paths: [String] = []
  public var unknownFields: UnknownFields
}

extension ProtobufFieldMask {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    paths: [String] = []
  ) {
    self.init(
      paths: paths,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.FieldMask" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: paths.append(try reader.string())
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    writer.repeated(StringCodec.self, 10, paths)
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/field_mask.proto`.
  public static let googleProtobufFieldMask = EmbeddedFile(
    name: "google/protobuf/field_mask.proto",
    base64: """
      CiBnb29nbGUvcHJvdG9idWYvZmllbGRfbWFzay5wcm90bxIPZ29vZ2xlLnByb3RvYnVmIiEKCUZpZWxkTWFzaxIUCgVwYXRocxgB\
      IAMoCVIFcGF0aHNChQEKE2NvbS5nb29nbGUucHJvdG9idWZCDkZpZWxkTWFza1Byb3RvUAFaMmdvb2dsZS5nb2xhbmcub3JnL3By\
      b3RvYnVmL3R5cGVzL2tub3duL2ZpZWxkbWFza3Bi+AEBogIDR1BCqgIeR29vZ2xlLlByb3RvYnVmLldlbGxLbm93blR5cGVzYgZw\
      cm90bzM=
      """,
    dependencies: { [] })
}
