// What a caller and a server say to each other beside the messages: HTTP/2 headers and trailers with gRPC's rules.

/// Names and values in the order in which they were sent; a name may occur more than once.
///
/// Names are lower case. A name ending in `-bin` carries bytes (Base64 on the wire), every other name text of printable
/// ASCII. Names that gRPC keeps for itself (`grpc-…`, `content-type`, `te`, pseudo-headers) never appear here.
public struct Metadata: Sendable, Hashable {
  public enum Value: Sendable, Hashable {
    case text(String)
    case binary([UInt8])
  }

  public struct Entry: Sendable, Hashable {
    public let name: String
    public let value: Value
  }

  public private(set) var entries: [Entry]

  public init() {
    entries = []
  }

  public var isEmpty: Bool { entries.isEmpty }

  /// The first text under a name, nil if there is none.
  public subscript(_ name: String) -> String? {
    for entry in entries where entry.name == name {
      if case .text(let text) = entry.value { return text }
    }
    return nil
  }

  /// The first bytes under a `-bin` name, nil if there are none.
  public func binary(_ name: String) -> [UInt8]? {
    for entry in entries where entry.name == name {
      if case .binary(let bytes) = entry.value { return bytes }
    }
    return nil
  }

  /// All values under a name.
  public func values(_ name: String) -> [Value] {
    entries.filter { $0.name == name }.map(\.value)
  }

  /// Adds a text value.
  /// - Throws: `MetadataError` for a name or a value that may not be sent.
  public mutating func add(_ text: String, for name: String) throws(MetadataError) {
    try Self.check(name: name)
    guard !name.hasSuffix("-bin") else { throw .textUnderBinaryName(name) }
    for byte in text.utf8 where byte < 0x20 || byte > 0x7e {
      throw .valueNotPrintableASCII(name: name, byte: byte)
    }
    entries.append(Entry(name: name, value: .text(text)))
  }

  /// Adds bytes; the name ends in `-bin`.
  public mutating func add(_ bytes: [UInt8], for name: String) throws(MetadataError) {
    try Self.check(name: name)
    guard name.hasSuffix("-bin") else { throw .bytesUnderTextName(name) }
    entries.append(Entry(name: name, value: .binary(bytes)))
  }

  /// Adds what came from a peer and passed HTTP/2's own checks.
  mutating func addReceived(name: String, value: Value) {
    entries.append(Entry(name: name, value: value))
  }

  mutating func append(contentsOf other: Metadata) {
    entries.append(contentsOf: other.entries)
  }

  private static func check(name: String) throws(MetadataError) {
    guard !name.isEmpty else { throw .invalidName(name) }
    for byte in name.utf8 {
      switch byte {
      case 0x61...0x7a, 0x30...0x39, 0x2d, 0x2e, 0x5f: continue  // a-z 0-9 - . _
      default: throw .invalidName(name)
      }
    }
    guard !isReserved(name) else { throw .reservedName(name) }
  }

  static func isReserved(_ name: String) -> Bool {
    if name.hasPrefix("grpc-") { return true }
    switch name {
    case "content-type", "te", "user-agent", "host", "content-length", "connection", "transfer-encoding",
      "keep-alive", "upgrade", "proxy-connection":
      return true
    default:
      return false
    }
  }
}

/// Why a name or value cannot be metadata.
public enum MetadataError: Error, Sendable, Hashable, CustomStringConvertible {
  case invalidName(String)
  case reservedName(String)
  case textUnderBinaryName(String)
  case bytesUnderTextName(String)
  case valueNotPrintableASCII(name: String, byte: UInt8)

  public var description: String {
    switch self {
    case .invalidName(let name):
      "metadata name \"\(name)\" is not allowed: use a-z, 0-9, '-', '_' and '.'"
    case .reservedName(let name):
      "metadata name \"\(name)\" is kept for the protocol: choose another"
    case .textUnderBinaryName(let name):
      "metadata name \"\(name)\" ends in -bin and takes bytes, not text"
    case .bytesUnderTextName(let name):
      "metadata name \"\(name)\" takes text: bytes go under a name that ends in -bin"
    case .valueNotPrintableASCII(let name, let byte):
      "the value of metadata \"\(name)\" has byte \(byte), which is not printable ASCII: use a name that ends in -bin"
    }
  }
}
