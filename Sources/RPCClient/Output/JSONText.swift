// JSON of the tool's own reports: values with their keys in the order in which they are to be read.

import ProtobufRuntime

indirect enum JSONText {
  case number(Double)
  case integer(Int)
  case text(String)
  case bool(Bool)
  case null
  case list([JSONText])
  case object([(String, JSONText)])

  func string(indent: String = "") -> String {
    let inner = indent + "  "
    switch self {
    case .number(let value): return value.isFinite ? Decimals.trimmed(value) : "null"
    case .integer(let value): return String(value)
    case .text(let value): return Self.string(value)
    case .bool(let value): return value ? "true" : "false"
    case .null: return "null"
    case .list(let values):
      if values.isEmpty { return "[]" }
      return "[\n" + values.map { inner + $0.string(indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
    case .object(let members):
      if members.isEmpty { return "{}" }
      return "{\n"
        + members.map { "\(inner)\(Self.string($0.0)): \($0.1.string(indent: inner))" }.joined(separator: ",\n")
        + "\n\(indent)}"
    }
  }

  /// A JSON string, in its quotes.
  static func string(_ text: String) -> String {
    var result: [UInt8] = [0x22]
    for byte in text.utf8 {
      switch byte {
      case 0x22, 0x5c: result += [0x5c, byte]
      case 0x0a: result += Array("\\n".utf8)
      case 0x0d: result += Array("\\r".utf8)
      case 0x09: result += Array("\\t".utf8)
      case ..<0x20:
        let digits = String(byte, radix: 16)
        result += Array("\\u".utf8) + Array((String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      default: result.append(byte)
      }
    }
    return String(decoding: result + [0x22], as: UTF8.self)
  }
}

extension Decimals {
  /// Up to six decimals, without zeros at the end.
  static func trimmed(_ value: Double) -> String {
    var text = Decimals.text(value, places: 6)
    guard text.contains("."), !text.contains("e") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
