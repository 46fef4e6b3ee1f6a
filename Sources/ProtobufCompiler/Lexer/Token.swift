// What the lexer hands to the parser: a kind, a byte range and a place. The text itself stays in the file's bytes, so
// that a token costs no allocation.

enum TokenKind: UInt8 {
  /// Before the first token.
  case start
  /// After the last one.
  case end
  /// `[A-Za-z_][A-Za-z0-9_]*`
  case identifier
  /// Decimal, `0x` or octal, without sign.
  case integer
  /// Digits with a point or an exponent, without sign.
  case float
  /// One quoted literal, quotes included in its range.
  case string
  /// Any other single byte.
  case symbol
}

/// A token's kind and where it is. Lines and columns count from 0; a token never spans lines.
struct Token {
  var kind: TokenKind
  /// Which reserved word an identifier is, `.none` for all other identifiers and kinds.
  var keyword: Keyword
  /// The byte of a `symbol`, 0 for other kinds.
  var symbol: UInt8
  /// Byte range in the file.
  var start: Int32
  var end: Int32
  var line: Int32
  var column: Int32
  /// One past the last column.
  var endColumn: Int32

  static let start = Token(
    kind: .start, keyword: .none, symbol: 0, start: 0, end: 0, line: 0, column: 0, endColumn: 0)
}
