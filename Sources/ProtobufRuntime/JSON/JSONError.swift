// Why a text is not the JSON form of a message, and where.

/// A JSON text that does not fit the message, or a message without a JSON form.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    case unexpectedEnd
    case expected(String, found: String)
    case invalidNumber(String, type: String)
    case invalidString(String)
    case invalidUTF8
    case unknownField(String, message: String, nearest: String?)
    case duplicateField(String, message: String)
    case oneofAlreadySet(oneof: String, message: String)
    case unknownEnumValue(String, nearest: String?)
    case nullElement
    case nestedTooDeeply(limit: Int)
    case invalidWellKnownType(String, reason: String)
    case trailingText
    case missingRequiredField(message: String)
    case unknownAnyType(String)
    case unencodable(String)
  }

  public let kind: Kind
  /// 1-based; 0 where no text was being read.
  public let line: Int
  /// 1-based, in bytes; 0 where no text was being read.
  public let column: Int

  public init(_ kind: Kind, line: Int = 0, column: Int = 0) {
    self.kind = kind
    self.line = line
    self.column = column
  }

  public var description: String { line > 0 ? "\(line):\(column): \(reason)" : reason }

  /// What is wrong, without the place.
  public var reason: String {
    switch kind {
    case .unexpectedEnd: "the JSON text ends too early"
    case .expected(let what, let found): "expected \(what), found \(found)"
    case .invalidNumber(let text, let type): "\(text) is not a value of type \(type)"
    case .invalidString(let why): "invalid string: \(why)"
    case .invalidUTF8: "the text is not UTF-8"
    case .unknownField(let name, let message, let nearest):
      "\(message) has no field \"\(name)\"" + (nearest.map { "; did you mean \"\($0)\"?" } ?? "")
    case .duplicateField(let name, let message): "field \"\(name)\" of \(message) is given twice"
    case .oneofAlreadySet(let oneof, let message): "more than one field of oneof \"\(oneof)\" of \(message) is given"
    case .unknownEnumValue(let name, let nearest):
      "no enum value \"\(name)\"" + (nearest.map { "; did you mean \"\($0)\"?" } ?? "")
    case .nullElement: "null is not allowed as an element of a list or map"
    case .nestedTooDeeply(let limit): "objects and arrays nested deeper than \(limit)"
    case .invalidWellKnownType(let type, let reason): "not a \(type): \(reason)"
    case .trailingText: "there is text behind the JSON value"
    case .missingRequiredField(let message): "a required field of \(message) is missing"
    case .unknownAnyType(let url): "the type \"\(url)\" of an Any is not known here"
    case .unencodable(let why): "no JSON form: \(why)"
    }
  }
}

/// The candidate that is closest to a misspelt name, if one is close enough to be meant.
package func nearestName(to name: String, among candidates: [String]) -> String? {
  let typed = Array(name.lowercased().utf8)
  // A long name would cost its square; nobody means one.
  guard typed.count <= 128 else { return nil }
  var best: (distance: Int, name: String)?
  for candidate in candidates {
    let other = Array(candidate.lowercased().utf8)
    var row = Array(0...other.count)
    for (i, byte) in typed.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in other.indices {
        let substituted = diagonal + (byte == other[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
      }
    }
    let distance = row[other.count]
    if distance < (best?.distance ?? Int.max) { best = (distance, candidate) }
  }
  guard let best, best.distance <= max(2, typed.count / 3) else { return nil }
  return best.name
}
