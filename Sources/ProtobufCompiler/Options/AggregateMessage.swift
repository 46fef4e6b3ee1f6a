// The value of an option in braces, once the text format has been read: fields by number, so that encoding gives them
// in the order that decoders and protoc expect.
import ProtobufRuntime

final class AggregateMessage {
  enum Value {
    case scalar(OptionScalar)
    case message(AggregateMessage)
  }

  struct Entry {
    var field: OptionField
    var values: [Value]
  }

  let type: OptionType
  private(set) var entries: [Int32: Entry] = [:]
  /// For each oneof of which a field is set, that field's name.
  private(set) var oneofs: [Int32: String] = [:]

  init(type: OptionType) { self.type = type }

  func has(_ field: OptionField) -> Bool { entries[field.number] != nil }

  func add(_ value: Value, to field: OptionField) {
    entries[field.number, default: Entry(field: field, values: [])].values.append(value)
    if let oneof = field.descriptor.oneofIndex, !field.isExtension { oneofs[oneof] = field.name }
  }

  /// Names of required fields that are missing, here and below, by their path.
  func missingRequired(_ prefix: String = "") -> [String] {
    var missing = type.requiredFields.filter { !has($0) }.map { prefix + $0.name }
    for number in entries.keys.sorted() {
      guard let entry = entries[number] else { continue }
      for (index, value) in entry.values.enumerated() {
        guard case .message(let message) = value else { continue }
        let name = entry.field.isExtension ? "(\(entry.field.name))" : entry.field.name
        missing += message.missingRequired(
          prefix + name + (entry.field.isRepeated ? "[\(index)]" : "") + ".")
      }
    }
    return missing
  }

  func serialized() -> [UInt8] {
    var buffer = WireBuffer()
    for number in entries.keys.sorted() {
      guard let entry = entries[number] else { continue }
      if entry.field.isPacked {
        var packed = WireBuffer()
        for case .scalar(let scalar) in entry.values { scalar.writeValue(to: &packed) }
        buffer.lengthDelimited(number, packed.bytes)
        continue
      }
      for value in entry.values {
        switch value {
        case .scalar(let scalar): scalar.write(number, to: &buffer)
        case .message(let message): buffer.message(entry.field, message.serialized())
        }
      }
    }
    return buffer.bytes
  }
}
