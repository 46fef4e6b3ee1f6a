// Where schemas come from. The compiler asks for a file by the name imports write and never touches the disk itself,
// so that tests and plugins can serve files from memory.

/// A source of `.proto` text.
public protocol SourceProvider: Sendable {
  /// The bytes of the file that imports call `name`, or nil where there is none. `limit` is the largest size the caller
  /// takes; a larger file throws rather than being read.
  func source(named name: String, limit: Int) throws(SourceError) -> SourceFile?
}

/// A schema's text and where it was found.
public struct SourceFile: Sendable {
  public var bytes: [UInt8]
  /// A path a person can open; nil for text that is in no file.
  public var path: String?

  public init(bytes: [UInt8], path: String? = nil) {
    self.bytes = bytes
    self.path = path
  }
}

/// A file that is there and cannot be read.
public struct SourceError: Error, CustomStringConvertible {
  public var path: String
  public var reason: String

  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  public var description: String { "\(path): \(reason)" }
}

/// Files held in memory, by the name imports write.
public struct InMemorySources: SourceProvider {
  public var files: [String: [UInt8]]

  public init(_ files: [String: String]) {
    self.files = files.mapValues { Array($0.utf8) }
  }

  public init(files: [String: [UInt8]]) {
    self.files = files
  }

  public func source(named name: String, limit: Int) throws(SourceError) -> SourceFile? {
    guard let bytes = files[name] else { return nil }
    guard bytes.count <= limit else {
      throw SourceError(path: name, reason: "The file has \(bytes.count) bytes; at most \(limit) are read.")
    }
    return SourceFile(bytes: bytes)
  }
}
