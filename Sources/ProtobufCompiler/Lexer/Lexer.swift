// Turns a file's bytes into tokens, one at a time, with the places and messages protoc gives. It works on bytes, never
// on characters: everything the grammar knows is ASCII.

/// The current token of a source, and the one before it.
struct Lexer {
  /// The source followed by one zero byte, so that looking at the next byte needs no end check.
  let bytes: [UInt8]
  /// Length of the source without the closing zero.
  let count: Int

  private(set) var current = Token.start
  private(set) var previous = Token.start
  var problems: LexicalProblems

  /// Whether `#` starts a comment and a point may start a number after any token: the text format of aggregate values
  /// rather than the schema language.
  let dialect: Dialect

  enum Dialect {
    case schema
    case textFormat
  }

  var offset = 0
  var line: Int32 = 0
  var column: Int32 = 0

  init(_ source: [UInt8], dialect: Dialect = .schema, errorLimit: Int) {
    count = source.count
    bytes = source + [0]
    self.dialect = dialect
    problems = LexicalProblems(limit: errorLimit)
  }

  // MARK: The cursor

  var byte: UInt8 { bytes[offset] }
  var isAtEnd: Bool { offset >= count }

  /// Steps over one byte, keeping line and column.
  mutating func step() {
    guard offset < count else { return }
    switch bytes[offset] {
    case 0x0A:
      line &+= 1
      column = 0
    case 0x09:
      column += 8 - column % 8
    default:
      column &+= 1
    }
    offset += 1
  }

  mutating func tryStep(_ expected: UInt8) -> Bool {
    guard bytes[offset] == expected, offset < count else { return false }
    step()
    return true
  }

  mutating func skipBlanks() {
    while bytes[offset].isBlank { step() }
  }

  private mutating func skip(while condition: (UInt8) -> Bool) {
    // No token class holds a tab or a newline, so the column moves with the offset.
    let start = offset
    while condition(bytes[offset]) { offset += 1 }
    column &+= Int32(truncatingIfNeeded: offset - start)
  }

  mutating func problem(_ message: String) {
    problems.add(line: line, column: column, message)
  }

  // MARK: Tokens

  /// Moves to the next token; comments on the way are dropped.
  mutating func next() {
    previous = current
    while true {
      while byte == 0x0A || byte.isBlank { step() }
      switch tryCommentStart() {
      case .line:
        skipLineComment()
        continue
      case .block:
        skipBlockComment()
        continue
      case .slashToken:
        return
      case .none:
        break
      }
      if isAtEnd {
        current = Token(
          kind: .end, keyword: .none, symbol: 0, start: Int32(truncatingIfNeeded: offset),
          end: Int32(truncatingIfNeeded: offset), line: line, column: column, endColumn: column)
        return
      }
      if byte.isUnprintable || byte == 0 {
        problem("Invalid control characters encountered in text.")
        step()
        while byte.isUnprintable || (byte == 0 && !isAtEnd) { step() }
        continue
      }
      scanToken()
      return
    }
  }

  private mutating func scanToken() {
    var token = Token(
      kind: .symbol, keyword: .none, symbol: 0, start: Int32(truncatingIfNeeded: offset), end: 0, line: line,
      column: column, endColumn: 0)
    let first = byte
    if first.isLetter {
      let start = offset
      skip { $0.isLetterOrDigit }
      token.kind = .identifier
      token.keyword = KeywordTable.shared.keyword(in: bytes, from: start, to: offset)
    } else if first == 0x30 {
      step()
      token.kind = scanNumber(startedWithZero: true, startedWithPoint: false)
    } else if first.isDigit {
      step()
      token.kind = scanNumber(startedWithZero: false, startedWithPoint: false)
    } else if first == 0x2E {
      step()
      if byte.isDigit {
        if previous.kind == .identifier && previous.line == line && previous.endColumn == token.column {
          problems.add(
            line: line, column: column &- 1, "Need space between identifier and decimal point.")
        }
        step()
        token.kind = scanNumber(startedWithZero: false, startedWithPoint: true)
      } else {
        token.symbol = 0x2E
      }
    } else if first == 0x22 || first == 0x27 {
      step()
      scanString(delimiter: first)
      token.kind = .string
    } else {
      if first & 0x80 != 0 {
        problem("Interpreting non ascii codepoint \(first).")
      }
      step()
      token.symbol = first
    }
    token.end = Int32(truncatingIfNeeded: offset)
    token.endColumn = column
    current = token
  }

  private mutating func scanNumber(startedWithZero: Bool, startedWithPoint: Bool) -> TokenKind {
    var isFloat = false
    if startedWithZero && (byte | 0x20) == 0x78 {
      step()
      skipAtLeastOne("\"0x\" must be followed by hex digits.") { $0.isHexDigit }
    } else if startedWithZero && byte.isDigit {
      skip { $0.isOctalDigit }
      if byte.isDigit {
        problem("Numbers starting with leading zero must be in octal.")
        skip { $0.isDigit }
      }
    } else {
      if startedWithPoint {
        isFloat = true
        skip { $0.isDigit }
      } else {
        skip { $0.isDigit }
        if tryStep(0x2E) {
          isFloat = true
          skip { $0.isDigit }
        }
      }
      if (byte | 0x20) == 0x65 {
        step()
        isFloat = true
        if byte == 0x2B || byte == 0x2D { step() }
        skipAtLeastOne("\"e\" must be followed by exponent.") { $0.isDigit }
      }
      if dialect == .textFormat && (byte | 0x20) == 0x66 {
        step()
        isFloat = true
      }
    }
    if byte.isLetter {
      problem("Need space between number and identifier.")
    } else if byte == 0x2E {
      problem(
        isFloat
          ? "Already saw decimal point or exponent; can't have another one."
          : "Hex and octal numbers must be integers.")
    }
    return isFloat ? .float : .integer
  }

  private mutating func skipAtLeastOne(_ message: String, _ condition: (UInt8) -> Bool) {
    if condition(byte) {
      skip(while: condition)
    } else {
      problem(message)
    }
  }

  private mutating func scanString(delimiter: UInt8) {
    while true {
      switch byte {
      case 0:
        problem("Unexpected end of string.")
        return
      case 0x0A:
        problem("Multiline strings are not allowed. Did you miss a \"?.")
        return
      case 0x5C:
        step()
        scanEscape()
      case delimiter:
        step()
        return
      default:
        step()
      }
    }
  }

  /// Checks what follows a backslash; octal digits after the first are ordinary bytes of the string.
  private mutating func scanEscape() {
    switch byte {
    case UInt8(ascii: "a"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"),
      UInt8(ascii: "t"), UInt8(ascii: "v"), UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "'"),
      UInt8(ascii: "\""), UInt8(ascii: "0")...UInt8(ascii: "7"):
      step()
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      step()
      if byte.isHexDigit {
        step()
      } else {
        problem("Expected hex digits for escape sequence.")
      }
    case UInt8(ascii: "u"):
      step()
      if !stepHexDigits(4) {
        problem("Expected four hex digits for \\u escape sequence.")
      }
    case UInt8(ascii: "U"):
      step()
      // 00000000 to 0010ffff
      let inRange = tryStep(0x30) && tryStep(0x30) && (tryStep(0x30) || tryStep(0x31)) && stepHexDigits(5)
      if !inRange {
        problem("Expected eight hex digits up to 10ffff for \\U escape sequence")
      }
    default:
      problem("Invalid escape sequence in string literal.")
    }
  }

  private mutating func stepHexDigits(_ count: Int) -> Bool {
    for _ in 0..<count {
      guard byte.isHexDigit else { return false }
      step()
    }
    return true
  }

  // MARK: Comments

  enum CommentStart {
    case line
    case block
    /// A lone slash, which is now the current token.
    case slashToken
    case none
  }

  mutating func tryCommentStart() -> CommentStart {
    if dialect == .textFormat {
      return tryStep(0x23) ? .line : .none
    }
    guard byte == 0x2F else { return .none }
    let start = offset
    let startColumn = column
    step()
    if tryStep(0x2F) { return .line }
    if tryStep(0x2A) { return .block }
    current = Token(
      kind: .symbol, keyword: .none, symbol: 0x2F, start: Int32(truncatingIfNeeded: start),
      end: Int32(truncatingIfNeeded: offset), line: line, column: startColumn, endColumn: column)
    return .slashToken
  }

  mutating func skipLineComment() {
    while byte != 0x0A && byte != 0 { step() }
    _ = tryStep(0x0A)
  }

  private mutating func skipBlockComment() {
    readBlockComment { _, _ in }
  }

  /// Reads to the end of a block comment whose opening has been consumed, and hands on the byte ranges of its text:
  /// without the white space and asterisk that begin a continued line, and without the closing.
  mutating func readBlockComment(_ take: (Int, Int) -> Void) {
    let startLine = line
    let startColumn = column &- 2
    var textStart = offset
    while true {
      while byte != 0 && byte != 0x2A && byte != 0x2F && byte != 0x0A { step() }
      if tryStep(0x0A) {
        take(textStart, offset)
        skipBlanks()
        if tryStep(0x2A) && tryStep(0x2F) { return }
        textStart = offset
      } else if byte == 0x2A {
        step()
        if tryStep(0x2F) {
          take(textStart, offset - 2)
          return
        }
      } else if byte == 0x2F {
        step()
        // The asterisk stays, as a slash after it ends the comment.
        if byte == 0x2A {
          problem("\"/*\" inside block comment.  Block comments cannot be nested.")
        }
      } else {
        problem("End-of-file inside block comment.")
        problems.add(line: startLine, column: startColumn, "  Comment started here.")
        take(textStart, offset)
        return
      }
    }
  }

  // MARK: Text

  /// The bytes of a token as text. Identifiers and numbers are ASCII; a string literal's bytes are repaired where they
  /// are no UTF-8.
  func text(_ token: Token) -> String {
    String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
  }

  func range(_ token: Token) -> ArraySlice<UInt8> {
    bytes[Int(token.start)..<Int(token.end)]
  }
}

/// Errors the lexer met, in order, up to a limit.
struct LexicalProblems {
  struct Problem {
    var line: Int32
    var column: Int32
    var message: String
  }

  let limit: Int
  private(set) var found: [Problem] = []
  /// Whether any was met, kept or not.
  private(set) var isEmpty = true

  init(limit: Int) { self.limit = limit }

  mutating func add(line: Int32, column: Int32, _ message: String) {
    isEmpty = false
    if found.count < limit {
      found.append(Problem(line: line, column: column, message: message))
    }
  }
}
