// Names of fields in JSON. Compilers write them into descriptors; descriptors that a server builds from generated code
// (Python's reflection, for one) come without.

package enum JSONName {
  /// lowerCamelCase: a letter behind an underscore is capitalised, underscores go.
  package static func of(_ name: String) -> String {
    guard name.utf8.contains(0x5F) else { return name }
    var result: [UInt8] = []
    var capitalizeNext = false
    for byte in name.utf8 {
      if byte == 0x5F {
        capitalizeNext = true
      } else {
        result.append(capitalizeNext && byte >= 0x61 && byte <= 0x7A ? byte - 32 : byte)
        capitalizeNext = false
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
