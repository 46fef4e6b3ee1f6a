// What the compiler has to say about a schema: one message at one place in one file. A run collects as many as it can
// find, so that a person mends several mistakes at once.

/// One finding, at a place a person can jump to.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
  public enum Severity: Hashable, Sendable {
    /// The schema is refused.
    case error
    /// The schema is accepted; something in it is probably not meant.
    case warning
  }

  public var severity: Severity
  /// The file's name as imports write it, e.g. `loyalty/v1/loyalty.proto`.
  public var file: String
  /// Where the file lies, as the search paths lead to it; nil for text that is in no file.
  public var path: String?
  /// Line and column, both from 1; nil where the finding concerns the whole file.
  public var position: SourcePosition?
  public var message: String

  public init(
    _ severity: Severity, file: String, path: String? = nil, position: SourcePosition?, message: String
  ) {
    self.severity = severity
    self.file = file
    self.path = path
    self.position = position
    self.message = message
  }

  /// `file:line:column: message`, the form editors and build tools recognise.
  public var description: String {
    let name = path ?? file
    let place = position.map { "\(name):\($0.line):\($0.column)" } ?? name
    return severity == .warning ? "\(place): warning: \(message)" : "\(place): \(message)"
  }
}

/// A place in a source file as people count: both numbers start at 1.
///
/// Columns count bytes, and a tab advances to the next multiple of 8, as protoc counts them.
public struct SourcePosition: Hashable, Comparable, Sendable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// From the zero-based numbers tokens and spans carry.
  init(zeroBasedLine line: Int32, column: Int32) {
    self.init(line: Int(line) + 1, column: Int(column) + 1)
  }

  public static func < (a: SourcePosition, b: SourcePosition) -> Bool {
    (a.line, a.column) < (b.line, b.column)
  }
}
