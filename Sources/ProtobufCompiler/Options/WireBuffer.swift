// Options are kept in wire format while they are put together; this is the little of it that they need.
import ProtobufRuntime

/// Bytes of a message under construction.
struct WireBuffer {
  private(set) var bytes: [UInt8] = []

  enum WireType: UInt32 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case startGroup = 3
    case endGroup = 4
    case fixed32 = 5
  }

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func tag(_ field: Int32, _ type: WireType) {
    varint(UInt64(UInt32(bitPattern: field) << 3 | type.rawValue))
  }

  mutating func fixed32(_ value: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func fixed64(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func append(_ more: [UInt8]) { bytes += more }

  mutating func lengthDelimited(_ field: Int32, _ payload: [UInt8]) {
    tag(field, .lengthDelimited)
    varint(UInt64(payload.count))
    bytes += payload
  }

  /// A message as the field has it on the wire.
  mutating func message(_ field: OptionField, _ payload: [UInt8]) {
    if field.isMessageSetItem {
      messageSetItem(field.number, payload)
    } else if field.isDelimited {
      group(field.number, payload)
    } else {
      lengthDelimited(field.number, payload)
    }
  }

  mutating func messageSetItem(_ number: Int32, _ payload: [UInt8]) {
    tag(MessageSetItem.number, .startGroup)
    tag(MessageSetItem.typeID, .varint)
    varint(UInt64(UInt32(bitPattern: number)))
    lengthDelimited(MessageSetItem.message, payload)
    tag(MessageSetItem.number, .endGroup)
  }

  mutating func group(_ field: Int32, _ payload: [UInt8]) {
    tag(field, .startGroup)
    bytes += payload
    tag(field, .endGroup)
  }
}

/// The field numbers of an item in a message set.
enum MessageSetItem {
  static let number: Int32 = 1
  static let typeID: Int32 = 2
  static let message: Int32 = 3
}
