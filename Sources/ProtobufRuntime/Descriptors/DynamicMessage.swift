// A message of a type that is only known at run time: what tools hold that have a schema but no generated code.

/// A message described by a `MessageDescriptor`.
public struct DynamicMessage: Hashable, Sendable {
  /// A field's value.
  public enum Value: Hashable, Sendable {
    case bool(Bool)
    case int32(Int32)
    case int64(Int64)
    case uint32(UInt32)
    case uint64(UInt64)
    case float(Float)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case enumeration(Int32)
    indirect case message(DynamicMessage)
    case list([Value])
    case map([Value: Value])
  }

  public let pool: DescriptorPool
  let typeIndex: Int
  /// Values by field number; absent fields are not there.
  public private(set) var values: [Int32: Value] = [:]
  public var unknownFields = UnknownFields()

  public init(_ descriptor: MessageDescriptor, in pool: DescriptorPool) {
    self.init(typeIndex: descriptor.index, pool)
  }

  init(typeIndex: Int, _ pool: DescriptorPool) {
    self.typeIndex = typeIndex
    self.pool = pool
  }

  public var descriptor: MessageDescriptor { pool.messages[typeIndex] }

  /// Sets a field; a member of a oneof clears the others. Nil clears the field.
  public mutating func set(_ field: FieldDescriptor, _ value: Value?) {
    if value != nil, let oneof = field.oneof {
      for other in descriptor.fields where other.oneof == oneof { values[other.number] = nil }
    }
    values[field.number] = value
  }

  public static func == (left: DynamicMessage, right: DynamicMessage) -> Bool {
    left.descriptor.fullName == right.descriptor.fullName && left.values == right.values
      && left.unknownFields == right.unknownFields
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(descriptor.fullName)
    hasher.combine(values)
  }

  /// What an absent field of the type reads as.
  static func defaultValue(of field: FieldDescriptor, in pool: DescriptorPool) -> Value {
    switch field.type {
    case .bool: .bool(false)
    case .int32, .sint32, .sfixed32: .int32(0)
    case .int64, .sint64, .sfixed64: .int64(0)
    case .uint32, .fixed32: .uint32(0)
    case .uint64, .fixed64: .uint64(0)
    case .float: .float(0)
    case .double: .double(0)
    case .string: .string("")
    case .bytes: .bytes([])
    case .enum: .enumeration(pool.enums[field.typeIndex].proto.value.first?.number ?? 0)
    case .message, .group: .message(DynamicMessage(typeIndex: field.typeIndex, pool))
    }
  }
}
