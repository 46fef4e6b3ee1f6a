// Schemas on disk, looked up in a list of folders like protoc's `--proto_path`.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Looks a name up in each folder in turn; the first that has it wins.
public struct SearchPathSources: SourceProvider {
  /// Folders in the order of lookup, without a closing slash.
  public var folders: [String]

  public init(folders: [String]) {
    self.folders = folders.map { folder in
      folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }
  }

  public func source(named name: String, limit: Int) throws(SourceError) -> SourceFile? {
    // A name must not lead out of the folders.
    guard !name.isEmpty, !name.hasPrefix("/"), !name.contains("\0"),
      !name.split(separator: "/", omittingEmptySubsequences: false).contains(where: { $0 == ".." })
    else { return nil }
    for folder in folders {
      let path = folder.isEmpty || folder == "." ? name : "\(folder)/\(name)"
      if let bytes = try Self.read(path, limit: limit) {
        return SourceFile(bytes: bytes, path: path)
      }
    }
    return nil
  }

  /// The name under which imports reach the file at `path`: what is left when the first folder that contains it is cut
  /// off. Nil where no folder does. Both sides are compared as written, without resolving links.
  public func name(ofFileAt path: String) -> String? {
    let parts = Self.components(path)
    for folder in folders {
      let prefix = Self.components(folder)
      if parts.starts(with: prefix), parts.count > prefix.count, path.hasPrefix("/") == folder.hasPrefix("/") {
        return parts.dropFirst(prefix.count).joined(separator: "/")
      }
    }
    return nil
  }

  private static func components(_ path: String) -> [Substring] {
    path.split(separator: "/").filter { $0 != "." }
  }

  /// The file's bytes, or nil where there is no regular file.
  private static func read(_ path: String, limit: Int) throws(SourceError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { return nil }
      throw SourceError(path: path, reason: String(cString: strerror(code)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return nil }
    guard Int(status.st_size) <= limit else {
      throw SourceError(path: path, reason: "The file has \(status.st_size) bytes; at most \(limit) are read.")
    }
    return try readAll(descriptor, path: path, sizeHint: Int(status.st_size), limit: limit)
  }

  /// Reads to the end, which for a pipe or a growing file need not be where the size says.
  private static func readAll(
    _ descriptor: CInt, path: String, sizeHint: Int, limit: Int
  ) throws(SourceError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunkSize = sizeHint + 1
    while true {
      var received = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, initialized in
        received = Self.retryingInterrupts { systemRead(descriptor, buffer.baseAddress, chunkSize) }
        initialized = max(received, 0)
      }
      if received < 0 {
        throw SourceError(path: path, reason: String(cString: strerror(errno)))
      }
      if received == 0 { return bytes }
      if bytes.isEmpty {
        bytes = chunk
      } else {
        bytes += chunk
      }
      guard bytes.count <= limit else {
        throw SourceError(path: path, reason: "The file has more than the \(limit) bytes that are read.")
      }
      chunkSize = 64 << 10
    }
  }

  private static func retryingInterrupts(_ body: () -> Int) -> Int {
    while true {
      let result = body()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}

/// The system call, under a name that the methods above do not hide.
private func systemRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
