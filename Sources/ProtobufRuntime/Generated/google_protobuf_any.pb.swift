// Generated from google/protobuf/any.proto by codegen. Do not edit: change the schema.

public struct ProtobufAny: Message {
  public var typeURL: String = ""
  public var value: [UInt8] = []
  public var unknownFields: UnknownFields
}

extension ProtobufAny {
  public init() { self.init(unknownFields: UnknownFields()) }

  public init(
    typeURL: String = "",
    value: [UInt8] = []
  ) {
    self.init(
      typeURL: typeURL,
      value: value,
      unknownFields: UnknownFields())
  }

  public static var fullName: String { "google.protobuf.Any" }

  @inline(never)
  public mutating func merge(from reader: inout WireReader) throws(WireError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10: typeURL = try reader.string()
      case 18: self.value = try reader.bytes()
      default: try reader.unknown(tag, &unknownFields)
      }
    }
  }

  @inline(never)
  public func write(to writer: inout WireWriter) {
    writer.unknown(unknownFields)
    if !self.value.isDefaultValue { writer.field(BytesCodec.self, 18, self.value) }
    if !typeURL.isDefaultValue { writer.field(StringCodec.self, 10, typeURL) }
  }
}

extension EmbeddedFile {
  /// The descriptor of `google/protobuf/any.proto`.
  public static let googleProtobufAny = EmbeddedFile(
    name: "google/protobuf/any.proto",
    base64: """
      Chlnb29nbGUvcHJvdG9idWYvYW55LnByb3RvEg9nb29nbGUucHJvdG9idWYiNgoDQW55EhkKCHR5cGVfdXJsGAEgASgJUgd0eXBl\
      VXJsEhQKBXZhbHVlGAIgASgMUgV2YWx1ZUJ2ChNjb20uZ29vZ2xlLnByb3RvYnVmQghBbnlQcm90b1ABWixnb29nbGUuZ29sYW5n\
      Lm9yZy9wcm90b2J1Zi90eXBlcy9rbm93bi9hbnlwYqICA0dQQqoCHkdvb2dsZS5Qcm90b2J1Zi5XZWxsS25vd25UeXBlc2IGcHJv\
      dG8z
      """,
    dependencies: { [] })
}
