// W3C Trace Context: where a call stands in a trace, as it travels in `traceparent` and `tracestate`
// (https://www.w3.org/TR/trace-context/).

import Tracing

/// A position in a trace.
public struct TraceContext: Sendable, Hashable {
  /// 32 hexadecimal digits, not all zero.
  public let traceID: String
  /// 16 hexadecimal digits, not all zero.
  public let parentID: String
  /// Bit 0: the caller records this trace.
  public let flags: UInt8
  /// Vendors' own, passed on as it came.
  public let state: String?

  public init(traceID: String, parentID: String, flags: UInt8, state: String? = nil) {
    self.traceID = traceID
    self.parentID = parentID
    self.flags = flags
    self.state = state
  }

  /// Reads `traceparent` (§3.2). Nil if it is malformed, which starts a new trace.
  public init?(parent: String, state: String? = nil) {
    let fields = parent.split(separator: "-", omittingEmptySubsequences: false)
    guard fields.count >= 4, let version = Self.byte(fields[0]), version != 255, version != 0 || fields.count == 4,
      Self.isID(fields[1], digits: 32), Self.isID(fields[2], digits: 16), let flags = Self.byte(fields[3])
    else { return nil }
    self.init(traceID: String(fields[1]), parentID: String(fields[2]), flags: flags, state: state)
  }

  /// The value of `traceparent`.
  public var parent: String {
    "00-\(traceID)-\(parentID)-\(flags < 16 ? "0" : "")\(String(flags, radix: 16))"
  }

  /// Lower-case hexadecimal digits, not all of them zero.
  private static func isID(_ text: Substring, digits: Int) -> Bool {
    text.utf8.count == digits && text.utf8.allSatisfy(isDigit) && text.utf8.contains { $0 != 0x30 }
  }

  private static func byte(_ text: Substring) -> UInt8? {
    text.utf8.count == 2 && text.utf8.allSatisfy(isDigit) ? UInt8(text, radix: 16) : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }
}

private enum TraceContextKey: ServiceContextKey {
  typealias Value = TraceContext
  static var nameOverride: String? { "w3c-trace-context" }
}

extension ServiceContext {
  /// The trace of the call that is answered or made.
  public var traceContext: TraceContext? {
    get { self[TraceContextKey.self] }
    set { self[TraceContextKey.self] = newValue }
  }
}
