// From the names of a schema to names that Swift's API guidelines would give.

import ProtobufRuntime

enum SwiftNames {
  /// Words that are written in capitals where they do not begin a name.
  private static let acronyms: [String: String] = [
    "id": "ID", "ids": "IDs", "url": "URL", "urls": "URLs", "uri": "URI", "http": "HTTP", "https": "HTTPS",
  ]

  /// `member_id` → `memberID`.
  static func lowerCamel(_ name: String) -> String {
    let words = name.split(separator: "_", omittingEmptySubsequences: true).map(String.init)
    guard let first = words.first else { return "field" }
    var result = ""
    for character in leadingLowercased(first) { result.append(character) }
    for word in words.dropFirst() { result += acronyms[word] ?? capitalized(word) }
    return identifier(result)
  }

  /// `payment_kind` → `PaymentKind`.
  static func upperCamel(_ name: String) -> String {
    identifier(
      name.split(separator: "_", omittingEmptySubsequences: true).map {
        acronyms[String($0)] ?? capitalized(String($0))
      }
      .joined())
  }

  /// Names of methods: `GetTier` → `getTier`, `URLCheck` → `urlCheck`.
  static func method(_ name: String) -> String { escaped(lowerCamel(name)) }

  private static func capitalized(_ word: String) -> String { word.prefix(1).uppercased() + word.dropFirst() }

  /// Lowers the capitals a name begins with, but not the one that begins its second word.
  private static func leadingLowercased(_ word: String) -> String {
    let characters = Array(word)
    var count = 0
    while count < characters.count, characters[count].isUppercase { count += 1 }
    if count <= 1 { return word.prefix(1).lowercased() + word.dropFirst() }
    if count == characters.count { return word.lowercased() }
    return String(characters[..<(count - 1)]).lowercased() + String(characters[(count - 1)...])
  }

  /// Schema names are ASCII letters, digits and underscores; only a leading digit is no Swift identifier.
  private static func identifier(_ name: String) -> String {
    guard let first = name.first else { return "field" }
    return first.isNumber ? "_" + name : name
  }

  /// `TIER_KIND_GOLD` in `TierKind` → `gold`.
  static func enumCase(_ value: String, in enumName: String) -> String {
    var name = value
    let prefix = screamingSnake(enumName) + "_"
    if name.uppercased().hasPrefix(prefix), name.count > prefix.count {
      let rest = name.dropFirst(prefix.count)
      if let first = rest.first, first.isLetter { name = String(rest) }
    }
    // SCREAMING_SNAKE is lowered, anything else keeps its inner capitals.
    let isScreaming = name.uppercased() == name
    let camel = lowerCamel(isScreaming ? name.lowercased() : name)
    return camel
  }

  /// `TierKind` → `TIER_KIND`, `HTTPRule` → `HTTP_RULE`.
  static func screamingSnake(_ name: String) -> String {
    let characters = Array(name)
    var result = ""
    for (index, character) in characters.enumerated() {
      if character.isUppercase, index > 0, characters[index - 1] != "_" {
        let afterLower = !characters[index - 1].isUppercase
        let beforeLower = index + 1 < characters.count && characters[index + 1].isLowercase
        if afterLower || beforeLower { result += "_" }
      }
      result += character.uppercased()
    }
    return result
  }

  /// A type name that Swift gives another meaning gets a word behind it.
  static func type(_ name: String, isEnum: Bool) -> String {
    reservedTypes.contains(name) ? name + (isEnum ? "Enum" : "Message") : name
  }

  /// A Swift string literal.
  static func literal(_ text: String) -> String { text.debugDescription }

  /// A Swift string literal of the text as it stands between the quotes of a JSON string.
  static func jsonLiteral(_ text: String) -> String {
    let quoted = (try? ProtobufStringValue(value: text).jsonString()) ?? ""
    return literal(String(quoted.dropFirst().dropLast()))
  }

  /// The first of `name`, `name_`, `name__`… that is not taken yet; takes it.
  static func unique(_ name: String, in taken: inout Set<String>) -> String {
    var result = name
    while !taken.insert(result).inserted { result += "_" }
    return result
  }

  /// Backticks where the name is a keyword.
  static func escaped(_ name: String) -> String { keywords.contains(name) ? "`\(name)`" : name }

  /// A property's name as a label of a call, where only these words are escaped (SE-0001).
  static func label(_ name: String) -> String {
    ["`inout`", "`let`", "`var`"].contains(name) ? name : name.filter { $0 != "`" }
  }

  /// A property's name, without backticks: what every message has already gets an underscore behind it.
  static func property(_ name: String) -> String {
    let camel = lowerCamel(name)
    return messageMembers.contains(camel) ? camel + "_" : camel
  }

  private static let messageMembers: Set<String> = [
    "fullName", "unknownFields", "isInitialized", "description", "hashValue", "isDefaultValue", "acceptsNull",
    "serializedBytes", "fieldTable",
    // These mean something after a dot even in backticks.
    "self", "init",
    // Functions that codecs call by their bare names.
    "packedSize", "repeatedSize", "mapSize", "groupSize",
  ]

  /// What every generated enum has, and what means something after a dot even in backticks.
  static let enumMembers: Set<String> = ["table", "rawValue", "hashValue", "self", "init"]

  /// Names that would hide what generated code itself uses.
  private static let reservedTypes: Set<String> = [
    "Type", "Protocol", "Self", "Any", "Swift", "Message", "ProtobufEnum", "Boxed", "UnknownFields", "WireReader",
    "WireWriter", "WireError", "JSONReader", "JSONWriter", "JSONError", "FieldTable", "EnumTable",
    "EmbeddedFile", "Hashable", "Sendable", "Int32Codec", "Int64Codec", "UInt32Codec", "UInt64Codec", "SInt32Codec",
    "SInt64Codec", "BoolCodec", "Fixed32Codec", "SFixed32Codec", "FloatCodec", "Fixed64Codec", "SFixed64Codec",
    "DoubleCodec", "StringCodec", "BytesCodec", "EnumCodec", "MessageCodec", "String", "Int32", "Int64", "UInt32",
    "UInt64", "Bool", "Float", "Double", "UInt8", "Int", "Array",
    "Dictionary", "Optional", "Hasher", "ServerContext", "ServerMethod", "MethodDescriptor", "CallOptions", "RPCClient",
    "RPCService", "ResponseWriter", "RequestStream", "ResponseStream", "ClientStreamingCall", "BidirectionalCall",
  ]

  private static let keywords: Set<String> = [
    "associatedtype", "class", "deinit", "enum", "extension", "fileprivate", "func", "import", "init", "inout",
    "internal", "let", "open", "operator", "private", "precedencegroup", "protocol", "public", "rethrows", "static",
    "struct", "subscript", "typealias", "var", "break", "case", "catch", "continue", "default", "defer", "do", "else",
    "fallthrough", "for", "guard", "if", "in", "repeat", "return", "throw", "switch", "where", "while", "any", "as",
    "await", "false", "is", "nil", "self", "Self", "super", "throws", "true", "try", "package", "some",
  ]
}
