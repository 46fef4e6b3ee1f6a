// Reads the schema language into an unlinked FileDescriptorProto: names as written, types unresolved, options
// uninterpreted. Grammar errors are reported where they are met; the statement is skipped and parsing goes on.
import ProtobufRuntime

/// What parsing one file yields. `file` holds what could be read even where there were errors.
struct ParsedFile {
  var file: FileDescriptorProto
  var table: SourceTable
  var problems: [LexicalProblems.Problem]
  var hasErrors: Bool
}

/// The statement being parsed makes no sense; the reason has been reported.
struct Abandoned: Error {}

/// Parser state: the lexer, the places recorded so far, and comments read ahead. The grammar is in extensions, one file
/// a concept; each method begins at its construct's first token and ends behind its last.
struct Parser {
  var lexer: Lexer
  var table = SourceTable()
  let limits: CompilerLimits
  /// proto2 until a `syntax` or `edition` statement says otherwise.
  var edition: Edition = .proto2
  /// Messages and groups being parsed around the current token.
  var messageDepth = 0

  /// Comments read behind the last declaration that belong to the next one.
  private var upcomingLeading: [UInt8] = []
  private var upcomingDetached: [[UInt8]] = []

  init(source: [UInt8], limits: CompilerLimits) {
    self.limits = limits
    lexer = Lexer(source, errorLimit: limits.errorsPerFile)
  }

  // MARK: Looking and consuming

  var current: Token { lexer.current }

  func at(_ keyword: Keyword) -> Bool { lexer.current.keyword == keyword }

  func at(_ symbol: Unicode.Scalar) -> Bool {
    lexer.current.symbol == UInt8(truncatingIfNeeded: symbol.value)
  }

  var atEnd: Bool { lexer.current.kind == .end }

  mutating func take(_ keyword: Keyword) -> Bool {
    guard at(keyword) else { return false }
    lexer.next()
    return true
  }

  mutating func take(_ symbol: Unicode.Scalar) -> Bool {
    guard at(symbol) else { return false }
    lexer.next()
    return true
  }

  mutating func expect(_ keyword: Keyword) throws(Abandoned) {
    if !take(keyword) { throw fail("Expected \"\(keyword.text)\".") }
  }

  mutating func expect(_ symbol: Unicode.Scalar, _ message: String? = nil) throws(Abandoned) {
    if !take(symbol) { throw fail(message ?? "Expected \"\(symbol)\".") }
  }

  mutating func expectIdentifier(_ message: String) throws(Abandoned) -> String {
    guard current.kind == .identifier else { throw fail(message) }
    let text = lexer.text(current)
    lexer.next()
    return text
  }

  /// An integer of at most `maximum`; a larger one is reported and read as 0.
  mutating func expectInteger(upTo maximum: UInt64, _ message: String) throws(Abandoned) -> UInt64 {
    guard current.kind == .integer else { throw fail(message) }
    let value = Literals.integer(lexer.range(current), maximum: maximum)
    if value == nil { error("Integer out of range.") }
    lexer.next()
    return value ?? 0
  }

  mutating func expectInt32(_ message: String) throws(Abandoned) -> Int32 {
    Int32(truncatingIfNeeded: try expectInteger(upTo: UInt64(Int32.max), message))
  }

  mutating func expectSignedInt32(_ message: String) throws(Abandoned) -> Int32 {
    if take("-") {
      let magnitude = try expectInteger(upTo: UInt64(Int32.max) + 1, message)
      return Int32(truncatingIfNeeded: -Int64(truncatingIfNeeded: magnitude))
    }
    return try expectInt32(message)
  }

  /// A float, an integer of any size, `inf` or `nan`.
  mutating func expectNumber(_ message: String) throws(Abandoned) -> Double {
    let text = lexer.range(current)
    let value: Double
    switch current.kind {
    case .float:
      value = Literals.double(text)
    case .integer:
      if let integer = Literals.integer(text, maximum: .max) {
        value = Double(integer)
      } else if text.first == 0x30 {
        // Octal and hexadecimal have no larger form.
        error("Integer out of range.")
        value = 0
      } else {
        value = Literals.double(text)
      }
    case .identifier where at(.inf):
      value = .infinity
    case .identifier where at(.nan):
      value = .nan
    default:
      throw fail(message)
    }
    lexer.next()
    return value
  }

  /// One string literal or several in a row, joined.
  mutating func expectString(_ message: String) throws(Abandoned) -> [UInt8] {
    guard current.kind == .string else { throw fail(message) }
    var bytes: [UInt8] = []
    while current.kind == .string {
      Literals.appendString(lexer.range(current), to: &bytes)
      lexer.next()
    }
    return bytes
  }

  // MARK: Ends of declarations, where comments are kept

  /// Consumes `symbol` and keeps the comments behind it. With a location, it gets the comments collected before its
  /// declaration and the trailing ones; without, they pass to whatever comes next.
  mutating func takeEnd(_ symbol: Unicode.Scalar, of location: SourceTable.Location?) -> Bool {
    guard at(symbol) else { return false }
    let read = lexer.nextWithComments()
    let leading = upcomingLeading
    upcomingLeading = read.leading
    if let location {
      table.attach(
        Comments(trailing: read.trailing, detached: upcomingDetached, leading: leading), to: location)
      upcomingDetached = read.detached
    } else if symbol == "}" {
      // Detached comments at the end of a scope document nothing outside of it.
      upcomingDetached = read.detached
    } else {
      upcomingDetached += read.detached
    }
    return true
  }

  mutating func expectEnd(_ symbol: Unicode.Scalar, of location: SourceTable.Location?) throws(Abandoned) {
    if !takeEnd(symbol, of: location) { throw fail("Expected \"\(symbol)\".") }
  }

  /// To the first token, or past a stray closing brace.
  mutating func nextStartingAfresh() {
    let read = lexer.nextWithComments()
    upcomingLeading = read.leading
    upcomingDetached = read.detached
  }

  // MARK: Reporting

  mutating func error(_ message: String) { error(at: current, message) }

  mutating func error(at token: Token, _ message: String) {
    lexer.problems.add(line: token.line, column: token.column, message)
  }

  mutating func fail(_ message: String) -> Abandoned {
    error(message)
    return Abandoned()
  }

  // MARK: Places

  mutating func begin(_ parent: SourceTable.Location, _ component: Int32) -> SourceTable.Location {
    table.begin(parent, component, at: current)
  }

  mutating func begin(_ parent: SourceTable.Location, _ first: Int32, _ second: Int) -> SourceTable.Location {
    table.begin(parent, first, Int32(truncatingIfNeeded: second), at: current)
  }

  mutating func end(_ location: SourceTable.Location) {
    table.end(location, at: lexer.previous)
  }

  /// A location for one token that has been read already.
  mutating func mark(_ parent: SourceTable.Location, _ component: Int32, _ token: Token) {
    _ = table.begin(parent, component, at: token)
  }

  // MARK: Recovery

  /// Skips to behind the statement's end: a semicolon, or a block.
  mutating func skipStatement() {
    while !atEnd {
      if takeEnd(";", of: nil) { return }
      if at("}") { return }
      if take("{") {
        skipRestOfBlock()
        return
      }
      lexer.next()
    }
  }

  private mutating func skipRestOfBlock() {
    var depth = 1
    while !atEnd {
      if at("{") {
        depth += 1
      } else if at("}") {
        depth -= 1
        if depth == 0 {
          _ = takeEnd("}", of: nil)
          return
        }
      }
      lexer.next()
    }
  }
}
