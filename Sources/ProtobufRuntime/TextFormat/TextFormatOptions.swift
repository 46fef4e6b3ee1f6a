// What a caller can choose about the text format.

/// How messages are written in the text format.
public struct TextFormatOptions: Sendable {
  /// One line with spaces between fields, instead of a line a field.
  public var isSingleLine = false
  /// Everything beyond ASCII in strings as octal escapes, as `protoc --decode` writes it. UTF-8 is text, so it stands as it is
  /// unless somebody wants to compare.
  public var escapesNonASCII = false
  /// Fields that the schema does not have, by their numbers.
  public var writesUnknownFields = true
  /// An `Any` whose type the pool has as `[type.googleapis.com/TYPE] { … }` rather than as a URL and bytes.
  public var expandsAny = true

  public init() {}

  public static let defaults = TextFormatOptions()
}
