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
    var result = ""
    for character in path {
      if character == "_" { return nil }
      if character.isUppercase { result += "_" + character.lowercased() } else { result.append(character) }
    }
    return result
  }

  private static func camel(_ path: String) -> String? {
    var result = ""
    var afterUnderscore = false
    for character in path {
      if character.isUppercase { return nil }
      if afterUnderscore {
        guard character.isLetter else { return nil }
        result += character.uppercased()
        afterUnderscore = false
      } else if character == "_" {
        afterUnderscore = true
      } else {
        result.append(character)
      }
    }
    return afterUnderscore ? nil : result
  }
}
