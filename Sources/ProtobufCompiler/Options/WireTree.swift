// A message in wire format taken apart by its descriptor, extensions included, so that it can be put together again in
// the order of field numbers.
import ProtobufRuntime

final class WireTree {
  struct Entry {
    var field: OptionField
    /// Values in order, without tags; for messages see `messages`.
    var scalars: [OptionScalar] = []
    var messages: [WireTree] = []
  }

  var fields: [Int32: Entry] = [:]
  /// Fields of which there is no descriptor, as they came.
  private var unknown: [UInt8] = []
  private let type: OptionType
  private let types: OptionTypes

  /// Takes `bytes` apart. Bytes that are no message end the reading: they come from the compiler's own encoder.
  init(_ bytes: [UInt8], type: OptionType, types: OptionTypes) {
    self.type = type
    self.types = types
    merge(bytes)
  }

  private func merge(_ bytes: [UInt8]) {
    var scanner = WireScanner(bytes)
    while let (start, tag) = scanner.nextTag() {
      let number = Int32(truncatingIfNeeded: tag >> 3)
      guard let value = scanner.nextValue(wireType: UInt32(tag & 7), number: number) else { return }
      if type.isMessageSet, number == MessageSetItem.number, case .group(let item) = value, take(item: item) {
        continue
      }
      guard let field = types.field(number, of: type), take(value, of: field) else {
        if type.isMessageSet, case .bytes(let payload) = value {
          // Whatever is in a message set is written as an item.
          var item = WireBuffer()
          item.messageSetItem(number, payload)
          unknown += item.bytes
        } else {
          unknown += bytes[start..<scanner.offset]
        }
        continue
      }
    }
  }

  /// Adds an item of a message set; false where it is none of an extension that is known.
  private func take(item: [UInt8]) -> Bool {
    var scanner = WireScanner(item)
    var typeID: Int32?
    var message: WireScanner.Value?
    while let (_, tag) = scanner.nextTag() {
      let number = Int32(truncatingIfNeeded: tag >> 3)
      guard let value = scanner.nextValue(wireType: UInt32(tag & 7), number: number) else { return false }
      switch (number, value) {
      case (MessageSetItem.typeID, .scalar(.varint(let id))): typeID = Int32(truncatingIfNeeded: id)
      case (MessageSetItem.message, .bytes): message = value
      default: return false
      }
    }
    guard let typeID, let message, let field = types.field(typeID, of: type) else { return false }
    return take(message, of: field)
  }

  /// Adds a value to its field; false where its wire type does not fit the field.
  private func take(_ value: WireScanner.Value, of field: OptionField) -> Bool {
    var entry = fields[field.number] ?? Entry(field: field)
    switch (value, field.type) {
    case (.bytes(let bytes), .message), (.bytes(let bytes), .group), (.group(let bytes), .message),
      (.group(let bytes), .group):
      guard let childType = types.message(field.descriptor.typeName ?? "") else { return false }
      if !field.isRepeated, let child = entry.messages.first {
        child.merge(bytes)
      } else {
        entry.messages.append(WireTree(bytes, type: childType, types: types))
      }
    case (.bytes(let bytes), .string), (.bytes(let bytes), .bytes):
      entry.add(.bytes(bytes))
    case (.bytes(let bytes), _):
      guard field.isRepeated, let values = WireScanner.packed(bytes, as: field.type) else { return false }
      entry.scalars += values
    case (.scalar(let scalar), let type):
      guard scalar.fits(type) else { return false }
      entry.add(scalar)
    case (.group, _):
      return false
    }
    fields[field.number] = entry
    return true
  }

  func serialized() -> [UInt8] {
    var buffer = WireBuffer()
    for number in fields.keys.sorted() {
      guard let entry = fields[number] else { continue }
      for message in entry.messages { buffer.message(entry.field, message.serialized()) }
      if entry.field.isPacked, !entry.scalars.isEmpty {
        var packed = WireBuffer()
        for scalar in entry.scalars { scalar.writeValue(to: &packed) }
        buffer.lengthDelimited(number, packed.bytes)
      } else {
        for scalar in entry.scalars { scalar.write(number, to: &buffer) }
      }
    }
    buffer.append(unknown)
    return buffer.bytes
  }
}

extension WireTree.Entry {
  fileprivate mutating func add(_ scalar: OptionScalar) {
    if field.isRepeated {
      scalars.append(scalar)
    } else {
      scalars = [scalar]
    }
  }
}

extension OptionScalar {
  /// Whether a value of this wire type can be one of `type`.
  fileprivate func fits(_ type: FieldDescriptorProto.TypeEnum) -> Bool {
    switch (self, type) {
    case (.fixed32, .fixed32), (.fixed32, .sfixed32), (.fixed32, .float): true
    case (.fixed64, .fixed64), (.fixed64, .sfixed64), (.fixed64, .double): true
    case (.varint, .int32), (.varint, .int64), (.varint, .uint32), (.varint, .uint64), (.varint, .sint32),
      (.varint, .sint64), (.varint, .bool), (.varint, .enum):
      true
    default: false
    }
  }
}

/// Steps through a message's fields without decoding them.
struct WireScanner {
  enum Value {
    case scalar(OptionScalar)
    case bytes([UInt8])
    /// A group's contents, without its end tag.
    case group([UInt8])
  }

  /// Groups in groups that are followed; the same bound as for aggregate values.
  private static let depthLimit = CompilerLimits.defaults.aggregateDepth

  private let bytes: [UInt8]
  private(set) var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The next tag and where it begins; nil at the end.
  mutating func nextTag() -> (start: Int, tag: UInt64)? {
    let start = offset
    guard let tag = varint() else { return nil }
    return (start, tag)
  }

  mutating func nextValue(wireType: UInt32, number: Int32, depth: Int = 1) -> Value? {
    switch WireBuffer.WireType(rawValue: wireType) {
    case .varint:
      return varint().map { .scalar(.varint($0)) }
    case .fixed32:
      return fixed(4).map { .scalar(.fixed32(UInt32(truncatingIfNeeded: $0))) }
    case .fixed64:
      return fixed(8).map { .scalar(.fixed64($0)) }
    case .lengthDelimited:
      guard let length = varint(), length <= UInt64(bytes.count - offset) else { return nil }
      let end = offset + Int(truncatingIfNeeded: length)
      defer { offset = end }
      return .bytes(Array(bytes[offset..<end]))
    case .startGroup:
      guard depth <= Self.depthLimit else { return nil }
      let start = offset
      while let (tagStart, tag) = nextTag() {
        if UInt32(truncatingIfNeeded: tag & 7) == WireBuffer.WireType.endGroup.rawValue {
          return .group(Array(bytes[start..<tagStart]))
        }
        let inner = Int32(truncatingIfNeeded: tag >> 3)
        guard nextValue(wireType: UInt32(tag & 7), number: inner, depth: depth + 1) != nil else { return nil }
      }
      return nil
    case .endGroup, nil:
      return nil
    }
  }

  /// The values of a packed field.
  static func packed(_ bytes: [UInt8], as type: FieldDescriptorProto.TypeEnum) -> [OptionScalar]? {
    var scanner = WireScanner(bytes)
    var values: [OptionScalar] = []
    while scanner.offset < bytes.count {
      let value: OptionScalar?
      switch type {
      case .fixed32, .sfixed32, .float: value = scanner.fixed(4).map { .fixed32(UInt32(truncatingIfNeeded: $0)) }
      case .fixed64, .sfixed64, .double: value = scanner.fixed(8).map { .fixed64($0) }
      default: value = scanner.varint().map { .varint($0) }
      }
      guard let value else { return nil }
      values.append(value)
    }
    return values
  }

  private mutating func varint() -> UInt64? {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while offset < bytes.count, shift < 64 {
      let byte = bytes[offset]
      offset += 1
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
    return nil
  }

  private mutating func fixed(_ count: Int) -> UInt64? {
    guard bytes.count - offset >= count else { return nil }
    var result: UInt64 = 0
    for index in 0..<count { result |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    offset += count
    return result
  }
}
