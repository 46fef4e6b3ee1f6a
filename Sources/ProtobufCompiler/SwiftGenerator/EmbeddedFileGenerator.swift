// The schema itself inside the generated code, for reflection and for compilers without a search path.

import ProtobufRuntime

struct EmbeddedFileGenerator {
  let file: FileDescriptorProto
  let access: String

  /// `loyalty/v1/loyalty.proto` → `loyaltyV1Loyalty`.
  static func propertyName(for protoFile: String) -> String {
    let base = protoFile.hasSuffix(".proto") ? String(protoFile.dropLast(6)) : protoFile
    let words = String(base.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    return SwiftNames.escaped(SwiftNames.lowerCamel(words))
  }

  func write(to out: inout CodeWriter) {
    let name = file.name ?? ""
    var bare = file
    bare.sourceCodeInfo = nil
    let text = String(decoding: Base64.encode(bare.serializedBytes()), as: UTF8.self)
    out.line()
    out.block("extension EmbeddedFile") { out in
      out.line("/// The descriptor of `\(name)`.")
      out.line("\(access)static let \(Self.propertyName(for: name)) = EmbeddedFile(")
      out.indented { out in
        out.line("name: \(SwiftNames.literal(name)),")
        out.line("base64: \"\"\"")
        out.indented { out in
          var rest = text[...]
          while rest.count > 100 {
            out.line(String(rest.prefix(100)) + "\\")
            rest = rest.dropFirst(100)
          }
          out.line(String(rest))
          out.line("\"\"\",")
        }
        let imports = file.dependency.map { "." + Self.propertyName(for: $0) }.joined(separator: ", ")
        out.line("dependencies: { [\(imports)] })")
      }
    }
  }
}
