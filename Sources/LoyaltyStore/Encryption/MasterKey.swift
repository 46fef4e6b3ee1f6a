// The one secret that an operator keeps: it wraps the data keys and is never written by the store.

import COpenSSL
import Glibc

/// Why there is no master key.
public enum MasterKeyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// `source` names where the text came from, never the text.
  case malformed(source: String)
  case unreadable(path: String, reason: String)
  /// The file can be read by others than its owner and group.
  case exposed(path: String, mode: String)
  case commandFailed(command: String, status: Int32)

  public var description: String {
    switch self {
    case .malformed(let source):
      "\(source) is not a master key: expected are 64 hexadecimal digits, as `loyalty-server keys create` writes them"
    case .unreadable(let path, let reason): "the master key \(path) cannot be read: \(reason)"
    case .exposed(let path, let mode):
      "the master key \(path) can be read by everybody (mode \(mode)): chmod 600 \(path)"
    case .commandFailed(let command, let status):
      "the command for the master key ended with status \(status): \(command)"
    }
  }
}

/// 256 bits that wrap the data keys of a store.
public struct MasterKey: Sendable, CustomStringConvertible {
  let key: SecretKey

  /// Reads 64 hexadecimal digits; white space around them is nothing.
  /// - Parameter source: where the text came from, for the error.
  public init(text: String, source: String) throws(MasterKeyError) {
    let digits = Array(text.utf8.filter { $0 != 10 && $0 != 13 && $0 != 32 && $0 != 9 })
    guard digits.count == 2 * SecretKey.length else { throw .malformed(source: source) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(SecretKey.length)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else {
        throw .malformed(source: source)
      }
      bytes.append(high << 4 | low)
    }
    key = SecretKey(bytes.span.bytes)
    bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
  }

  /// Reads a file, which others than its owner and group must not be able to read.
  public init(file path: String) throws(MasterKeyError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & 0o007 == 0 else {
      throw .exposed(path: path, mode: String(status.st_mode & 0o777, radix: 8))
    }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
    try self.init(text: String(decoding: bytes.prefix(count), as: UTF8.self), source: path)
  }

  /// Runs a command by /bin/sh and reads what it prints: for a key that a vault keeps.
  public init(command: String) throws(MasterKeyError) {
    guard let stream = popen(command, "re") else { throw .commandFailed(command: command, status: -1) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, stream)
    let status = pclose(stream)
    guard status == 0 else { throw .commandFailed(command: command, status: status >> 8 & 0xff) }
    try self.init(text: String(decoding: bytes.prefix(count), as: UTF8.self), source: "what \(command) printed")
  }

  /// A new one from the operating system's random numbers.
  public static func random() -> MasterKey {
    var generator = SystemRandomNumberGenerator()
    return MasterKey(key: .random { generator.next() })
  }

  init(key: SecretKey) { self.key = key }

  /// 64 hexadecimal digits: the secret itself, for the file that `keys create` writes and for nothing else.
  public var secretText: String { key.withBytes { hexadecimal($0) } }

  /// Tells one key from another, and nothing else of it.
  public var identity: String { hexadecimal(key.identity) }

  public var description: String { "master key \(identity)" }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x37
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}
