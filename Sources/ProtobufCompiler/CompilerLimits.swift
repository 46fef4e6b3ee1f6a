// Bounds on what one compilation takes in, so that no input can exhaust memory or the stack. Each is far above what
// schemas written by people need.

/// Limits of one compilation. Crossing one is an error in the file that does, never a crash.
public struct CompilerLimits: Hashable, Sendable {
  /// Largest source file in bytes. Default 64 MiB: generated schemas reach a few MiB; positions have 32 bits.
  public var fileSize = 64 << 20

  /// Deepest nesting of messages, groups and skipped blocks. Default 32, protoc's own limit: each level takes stack.
  public var messageDepth = 32

  /// Deepest nesting of braces in an option's aggregate value. Default 100, the recursion limit of the wire format:
  /// a deeper value could not be decoded again.
  public var aggregateDepth = 100

  /// Errors reported for one file before the rest is left out. Default 100: more does not help a reader, and a binary
  /// file given by mistake has one error every few bytes.
  public var errorsPerFile = 100

  /// Longest chain of imports. Default 512: loading recurses once for each link, and real chains stay under 50.
  public var importDepth = 512

  public static let defaults = CompilerLimits()

  public init() {}
}
