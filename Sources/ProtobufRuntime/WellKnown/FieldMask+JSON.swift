// google.protobuf.FieldMask in JSON: one string, paths in lowerCamelCase with commas between them.

extension ProtobufFieldMask {
  public mutating func merge(json reader: inout JSONReader) throws(JSONError) {
    let text = try reader.string()
    for part in text.split(separator: ",") {
      guard let path = Self.snake(part) else {
        throw reader.error(.invalidWellKnownType("field mask", reason: "\"\(part)\" is not a lowerCamelCase path"))
      }
      paths.append(path)
    }
  }

  public func write(json writer: inout JSONWriter) {
    var parts: [String] = []
    for path in paths {
      guard let part = Self.camel(path) else {
        writer.fail(.unencodable("field mask path \"\(path)\" does not survive lowerCamelCase"))
        return
      }
      parts.append(part)
    }
    writer.string(parts.joined(separator: ","))
  }

  private static func snake(_ path: Substring) -> String? {
    var result: [UInt8] = []
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "_"): return nil
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): result += [UInt8(ascii: "_"), byte | 0x20]
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func camel(_ path: String) -> String? {
    var result: [UInt8] = []
    var afterUnderscore = false
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z") where afterUnderscore: result.append(byte & ~0x20)
      case _ where afterUnderscore, UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: ","): return nil
      case UInt8(ascii: "_"): break
      default: result.append(byte)
      }
      afterUnderscore = byte == UInt8(ascii: "_")
    }
    return afterUnderscore ? nil : String(decoding: result, as: UTF8.self)
  }
}
