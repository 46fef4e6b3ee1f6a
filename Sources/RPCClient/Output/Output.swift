// Data on standard output, words on standard error.

import Glibc
import Synchronization

enum Output {
  private static let quiet = Atomic<Bool>(false)

  /// Nothing is written to standard error while this is set.
  static var isQuiet: Bool {
    get { quiet.load(ordering: .relaxed) }
    set { quiet.store(newValue, ordering: .relaxed) }
  }

  static func data(_ text: String) { put(text + "\n", STDOUT_FILENO) }

  /// What went wrong.
  static func error(_ text: String) {
    put(Style.standardError.paint("rpc-client:", .red) + " " + text + "\n", STDERR_FILENO)
  }

  /// What is worth knowing beside the data.
  static func note(_ text: String) { put(text + "\n", STDERR_FILENO) }

  /// Bytes for a terminal, as they are.
  static func terminal(_ text: String) { put(text, STDERR_FILENO) }

  private static func put(_ text: String, _ descriptor: Int32) {
    if descriptor == STDERR_FILENO, isQuiet { return }
    try? write(Array(text.utf8), to: descriptor)
  }

  private struct WriteError: Error { let code: Int32 }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(WriteError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw WriteError(code: errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes a whole file, or standard output for "-".
  static func write(_ text: String, toFile path: String) throws(ToolError) {
    let file = path == "-" ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw .failed("cannot write \(path): \(String(cString: strerror(errno)))") }
    defer { close(file) }
    do {
      try write(Array(text.utf8), to: file)
    } catch {
      throw .failed("cannot write \(path): \(String(cString: strerror(error.code)))")
    }
  }

  /// A whole file, or standard input for "-".
  static func read(_ path: String) throws(ToolError) -> [UInt8] {
    var bytes: [UInt8] = []
    var reader = try InputReader(path)
    while let chunk = try reader.next() { bytes.append(contentsOf: chunk) }
    return bytes
  }
}

/// A file or standard input, piece by piece as it comes.
struct InputReader: ~Copyable {
  private let path: String
  private let file: Int32
  private var chunk = [UInt8](repeating: 0, count: 64 << 10)

  init(_ path: String) throws(ToolError) {
    self.path = path
    file = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .failed("cannot read \(path): \(String(cString: strerror(errno)))") }
  }

  deinit { close(file) }

  /// Waits for more; nil at the end.
  mutating func next() throws(ToolError) -> ArraySlice<UInt8>? {
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .failed("cannot read \(path): \(String(cString: strerror(errno)))") }
      return count == 0 ? nil : chunk[..<count]
    }
  }
}

/// Colour where a person reads, unless told otherwise (https://no-color.org).
struct Style {
  enum Colour: Int { case red = 31, green = 32, yellow = 33, grey = 90 }

  let isColoured: Bool

  static let standardError = Style(STDERR_FILENO)

  init(_ descriptor: Int32) {
    isColoured =
      isatty(descriptor) == 1 && Environment.read("NO_COLOR")?.isEmpty != false && Environment.read("TERM") != "dumb"
  }

  func paint(_ text: String, _ colour: Colour) -> String {
    isColoured ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
  }
}
