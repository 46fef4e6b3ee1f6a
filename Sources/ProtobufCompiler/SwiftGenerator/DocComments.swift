// Comments of the schema become documentation of the generated declarations.

import ProtobufRuntime

/// Comments of a schema by the path of their element (descriptor.proto, `SourceCodeInfo.Location`).
struct DocComments {
  private let leading: [[Int32]: String]

  init(_ info: SourceCodeInfo?) {
    var leading: [[Int32]: String] = [:]
    for location in info?.location ?? [] {
      if let text = location.leadingComments ?? location.trailingComments { leading[location.path] = text }
    }
    self.leading = leading
  }

  /// Stands before what nothing in generated code uses; what codecs have to name gets a remark instead, since they
  /// would not compile without warnings.
  static let deprecation = "@available(*, deprecated)"

  /// Writes the element's comment as documentation.
  func write(_ path: [Int32], isDeprecated: Bool = false, to out: inout CodeWriter) {
    var lines = Self.lines(leading[path] ?? "")
    if isDeprecated { lines += (lines.isEmpty ? [] : [""]) + ["- Warning: Deprecated in the schema."] }
    for line in lines { out.line(line.isEmpty ? "///" : "/// " + line) }
  }

  /// Lines without the space that follows the comment's slashes. To Swift a carriage return ends a line too.
  private static func lines(_ text: String) -> [String] {
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
      let visible = String(
        String.UnicodeScalarView(line.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
      let text = visible.prefix(
        upTo: visible.lastIndex { $0 != " " }.map { visible.index(after: $0) } ?? visible.startIndex)
      return text.hasPrefix(" ") ? String(text.dropFirst()) : String(text)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}
