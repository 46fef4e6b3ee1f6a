// Generated from google/protobuf/duration.proto by codegen. Do not edit: change the schema.

public struct ProtobufDuration: Message {
  public var seconds: Int64 = 0
  public var nanos: Int32 = 0
  public var unknownFields: UnknownFields
}

extension ProtobufDuration {
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

  public static var fullName: String { "google.protobuf.Duration" }

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
  /// The descriptor of `google/protobuf/duration.proto`.
  public static let googleProtobufDuration = EmbeddedFile(
    name: "google/protobuf/duration.proto",
    base64: """
      Ch5nb29nbGUvcHJvdG9idWYvZHVyYXRpb24ucHJvdG8SD2dvb2dsZS5wcm90b2J1ZiI6CghEdXJhdGlvbhIYCgdzZWNvbmRzGAEg\
      ASgDUgdzZWNvbmRzEhQKBW5hbm9zGAIgASgFUgVuYW5vc0KDAQoTY29tLmdvb2dsZS5wcm90b2J1ZkINRHVyYXRpb25Qcm90b1AB\
      WjFnb29nbGUuZ29sYW5nLm9yZy9wcm90b2J1Zi90eXBlcy9rbm93bi9kdXJhdGlvbnBi+AEBogIDR1BCqgIeR29vZ2xlLlByb3Rv\
      YnVmLldlbGxLbm93blR5cGVzYgZwcm90bzM=
      """,
    dependencies: { [] })
}
