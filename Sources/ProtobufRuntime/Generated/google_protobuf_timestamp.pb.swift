// Generated from google/protobuf/timestamp.proto by codegen. Do not edit: change the schema.

public struct ProtobufTimestamp: Message {
  public var seconds: Int64 = 0
  public var nanos: Int32 = 0
  public var unknownFields: UnknownFields
}

extension ProtobufTimestamp {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    seconds: Int64 = 0,
    nanos: Int32 = 0
  ) {
    self.init(
      seconds: seconds,
      nanos: nanos,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Timestamp" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: seconds = try reader.int64()
      case 16: nanos = try reader.int32()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !nanos.isDefaultValue { writer.field(Int32Codec.self, 16, nanos) }
    if !seconds.isDefaultValue { writer.field(Int64Codec.self, 8, seconds) }
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/timestamp.proto`.
  public static let googleProtobufTimestamp = EmbeddedFile(
    name: "google/protobuf/timestamp.proto",
    base64: """
      Ch9nb29nbGUvcHJvdG9idWYvdGltZXN0YW1wLnByb3RvEg9nb29nbGUucHJvdG9idWYiOwoJVGltZXN0YW1wEhgKB3NlY29uZHMY\
      ASABKANSB3NlY29uZHMSFAoFbmFub3MYAiABKAVSBW5hbm9zQoUBChNjb20uZ29vZ2xlLnByb3RvYnVmQg5UaW1lc3RhbXBQcm90\
      b1ABWjJnb29nbGUuZ29sYW5nLm9yZy9wcm90b2J1Zi90eXBlcy9rbm93bi90aW1lc3RhbXBwYvgBAaICA0dQQqoCHkdvb2dsZS5Q\
      cm90b2J1Zi5XZWxsS25vd25UeXBlc2IGcHJvdG8z
      """,
    dependencies: { [] })
}
