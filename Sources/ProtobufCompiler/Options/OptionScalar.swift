// Scalars on the wire, and the checks that a value fits its type.
import ProtobufRuntime

/// A scalar value, ready for the wire.
enum OptionScalar {
  case varint(UInt64)
  case fixed32(UInt32)
  case fixed64(UInt64)
  case bytes([UInt8])

  /// Writes tag and value.
  func write(_ field: Int32, to buffer: inout WireBuffer) {
    switch self {
    case .varint: buffer.tag(field, .varint)
    case .fixed32: buffer.tag(field, .fixed32)
    case .fixed64: buffer.tag(field, .fixed64)
    case .bytes: buffer.tag(field, .lengthDelimited)
    }
    writeValue(to: &buffer)
  }

  /// Writes the value alone, as in a packed field.
  func writeValue(to buffer: inout WireBuffer) {
    switch self {
    case .varint(let value): buffer.varint(value)
    case .fixed32(let value): buffer.fixed32(value)
    case .fixed64(let value): buffer.fixed64(value)
    case .bytes(let value):
      buffer.varint(UInt64(value.count))
      buffer.append(value)
    }
  }

  /// An integer, given by magnitude and sign, as `type` has it; nil where it is out of the type's range or the type is
  /// no integer.
  static func integer(
    magnitude: UInt64, isNegative: Bool, as type: FieldDescriptorProto.TypeEnum
  ) -> OptionScalar? {
    let signed: Int64?
    if isNegative {
      signed = magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    } else {
      signed = Int64(exactly: magnitude)
    }
    switch type {
    case .int32, .sint32, .sfixed32:
      guard let value = signed.flatMap(Int32.init(exactly:)) else { return nil }
      return switch type {
      case .int32: .varint(UInt64(bitPattern: Int64(value)))
      case .sint32: .varint(UInt64(UInt32(bitPattern: value << 1 ^ value >> 31)))
      default: .fixed32(UInt32(bitPattern: value))
      }
    case .int64, .sint64, .sfixed64:
      guard let value = signed else { return nil }
      return switch type {
      case .int64: .varint(UInt64(bitPattern: value))
      case .sint64: .varint(UInt64(bitPattern: value << 1 ^ value >> 63))
      default: .fixed64(UInt64(bitPattern: value))
      }
    case .uint32, .fixed32:
      guard !isNegative || magnitude == 0, let value = UInt32(exactly: magnitude) else { return nil }
      return type == .uint32 ? .varint(UInt64(value)) : .fixed32(value)
    case .uint64, .fixed64:
      guard !isNegative || magnitude == 0 else { return nil }
      return type == .uint64 ? .varint(magnitude) : .fixed64(magnitude)
    default:
      return nil
    }
  }

  static func float(_ value: Double, as type: FieldDescriptorProto.TypeEnum) -> OptionScalar {
    type == .float ? .fixed32(Float(value).bitPattern) : .fixed64(value.bitPattern)
  }

  static func bool(_ value: Bool) -> OptionScalar { .varint(value ? 1 : 0) }

  static func enumValue(_ number: Int32) -> OptionScalar { .varint(UInt64(bitPattern: Int64(number))) }
}

extension FieldDescriptorProto.TypeEnum {
  var isInteger: Bool {
    switch self {
    case .int32, .sint32, .sfixed32, .int64, .sint64, .sfixed64, .uint32, .fixed32, .uint64, .fixed64: true
    default: false
    }
  }

  /// The C++-like name that messages about option values use.
  var optionTypeName: String {
    switch self {
    case .int32, .sint32, .sfixed32: "int32"
    case .int64, .sint64, .sfixed64: "int64"
    case .uint32, .fixed32: "uint32"
    case .uint64, .fixed64: "uint64"
    case .float: "float"
    case .double: "double"
    case .bool: "boolean"
    case .enum: "enum-valued"
    case .string: "string"
    case .bytes: "bytes"
    case .message, .group: "message"
    }
  }

  /// The range of an integer type as text.
  var rangeText: (low: String, high: String) {
    switch self {
    case .int64, .sint64, .sfixed64: (String(Int64.min), String(Int64.max))
    case .uint32, .fixed32: ("0", String(UInt32.max))
    case .uint64, .fixed64: ("0", String(UInt64.max))
    default: (String(Int32.min), String(Int32.max))
    }
  }
}
