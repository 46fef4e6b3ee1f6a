// Standard input and output as wholes, on the C library.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

enum StandardStreams {
  struct StreamError: Error, CustomStringConvertible {
    let description: String

    init(_ action: String, errno code: Int32) { description = "cannot \(action): \(String(cString: strerror(code)))" }
  }

  /// Everything up to the end of standard input.
  static func readAll() throws(StreamError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw StreamError("read standard input", errno: errno) }
      if count == 0 { return bytes }
      bytes.append(contentsOf: chunk[..<count])
    }
  }

  static func output(_ bytes: [UInt8]) throws(StreamError) {
    guard put(bytes, STDOUT_FILENO) else { throw StreamError("write standard output", errno: errno) }
  }

  static func printError(_ text: String) { _ = put(Array((text + "\n").utf8), STDERR_FILENO) }

  private static func put(_ bytes: [UInt8], _ descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
