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

  /// Writes the element's comment as documentation.
  func write(_ path: [Int32], to out: inout CodeWriter) {
    guard let text = leading[path] else { return }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix(" ") ? String(line.dropFirst()) : String(line)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    for line in lines { out.line(line.isEmpty ? "///" : "/// " + line) }
  }
}
