// Standard input and output as the conformance runner uses them: each message behind its length in four little-endian
// bytes.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

enum Pipe {
  /// The next frame, nil where the runner has closed its end.
  static func read() -> [UInt8]? {
    guard let prefix = read(count: 4) else { return nil }
    return read(count: prefix.reversed().reduce(0) { $0 << 8 | Int($1) })
  }

  private static func read(count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { systemRead(STDIN_FILENO, $0.baseAddress! + filled, count - filled) }
      if got <= 0 { return nil }
      filled += got
    }
    return bytes
  }

  static func write(_ message: [UInt8]) {
    var frame = (0..<4).map { UInt8(truncatingIfNeeded: message.count >> ($0 * 8)) } + message
    while !frame.isEmpty {
      let sent = frame.withUnsafeBytes { systemWrite(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if sent <= 0 { exit(1) }
      frame.removeFirst(sent)
    }
  }
}

/// `read(2)` and `write(2)`, whose names the functions of `Pipe` have too.
private let systemRead: @Sendable (Int32, UnsafeMutableRawPointer?, Int) -> Int = { read($0, $1, $2) }
private let systemWrite: @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = { write($0, $1, $2) }
