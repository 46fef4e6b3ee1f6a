// Types that every `Any` may hold without being registered.

extension TypeRegistry {
  public static let wellKnown = TypeRegistry([
    ProtobufAny.self, ProtobufTimestamp.self, ProtobufDuration.self, ProtobufFieldMask.self, ProtobufStruct.self,
    ProtobufValue.self, ProtobufListValue.self, ProtobufEmpty.self, ProtobufDoubleValue.self, ProtobufFloatValue.self,
    ProtobufInt64Value.self, ProtobufUInt64Value.self, ProtobufInt32Value.self, ProtobufUInt32Value.self,
    ProtobufBoolValue.self, ProtobufStringValue.self, ProtobufBytesValue.self,
  ])
}

extension EmbeddedFile {
  /// The schemas that every compiler has without a search path.
  public static let wellKnown: [EmbeddedFile] = [
    .googleProtobufAny, .googleProtobufApi, .googleProtobufDescriptor, .googleProtobufDuration, .googleProtobufEmpty,
    .googleProtobufFieldMask, .googleProtobufSourceContext, .googleProtobufStruct, .googleProtobufTimestamp,
    .googleProtobufType, .googleProtobufWrappers,
  ]
}
