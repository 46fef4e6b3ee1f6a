// Whole files in and out, on the C library: Foundation would be most of the tool's size and start-up time.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct FileError: Error, CustomStringConvertible {
  let action: String
  let path: String
  let reason: String

  init(_ action: String, _ path: String, errno code: Int32) {
    self.action = action
    self.path = path
    reason = String(cString: strerror(code))
  }

  var description: String { "cannot \(action) \(path): \(reason)" }
}

enum Files {
  static func read(_ path: String) throws(FileError) -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw FileError("read", path, errno: errno) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    if ferror(file) != 0 { throw FileError("read", path, errno: errno) }
    return bytes
  }

  /// Writes a file, making its folder; leaves one alone that holds the same bytes already, so that builds stay
  /// incremental.
  static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    if let old = try? read(path), old == bytes { return }
    if let slash = path.lastIndex(of: "/") { try makeFolder(String(path[..<slash])) }
    guard let file = fopen(path, "wb") else { throw FileError("write", path, errno: errno) }
    let written = fwrite(bytes, 1, bytes.count, file)
    let code = errno
    guard fclose(file) == 0, written == bytes.count else { throw FileError("write", path, errno: code) }
  }

  /// As `write(_:to:)`, for what is made part by part: twice where the file is there and holds something else.
  static func write(parts: some Sequence<[UInt8]>, to path: String) throws(FileError) {
    if holds(parts, path) { return }
    if let slash = path.lastIndex(of: "/") { try makeFolder(String(path[..<slash])) }
    guard let file = fopen(path, "wb") else { throw FileError("write", path, errno: errno) }
    for part in parts where fwrite(part, 1, part.count, file) != part.count {
      let code = errno
      fclose(file)
      throw FileError("write", path, errno: code)
    }
    guard fclose(file) == 0 else { throw FileError("write", path, errno: errno) }
  }

  private static func holds(_ parts: some Sequence<[UInt8]>, _ path: String) -> Bool {
    guard let file = fopen(path, "rb") else { return false }
    defer { fclose(file) }
    var old: [UInt8] = []
    for part in parts {
      if old.count < part.count { old = [UInt8](repeating: 0, count: part.count) }
      guard fread(&old, 1, part.count, file) == part.count, old.starts(with: part) else { return false }
    }
    return fgetc(file) == EOF
  }

  private static func makeFolder(_ path: String) throws(FileError) {
    if path.isEmpty || mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/") else {
      throw FileError("make the folder", path, errno: errno)
    }
    try makeFolder(String(path[..<slash]))
    if mkdir(path, 0o777) != 0, errno != EEXIST { throw FileError("make the folder", path, errno: errno) }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// One line on standard error.
  static func printError(_ text: String) {
    var rest = Array((text + "\n").utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(STDERR_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}

/// `write(2)`, whose name a method of `Files` has too.
private let systemWrite: @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = { write($0, $1, $2) }
