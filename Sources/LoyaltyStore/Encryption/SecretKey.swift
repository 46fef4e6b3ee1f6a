// 256 bits that nobody may see: kept out of descriptions and logs, and wiped from memory when no longer used.

import COpenSSL

/// A symmetric key.
///
/// `@unchecked Sendable` holds because the memory is written in `init` and wiped in `deinit`, and only read in between.
final class SecretKey: @unchecked Sendable, CustomStringConvertible, CustomReflectable {
  static let length = 32
  private let bytes: UnsafeMutableRawBufferPointer

  /// - Precondition: 32 bytes.
  init(_ source: RawSpan) {
    precondition(source.byteCount == Self.length, "a key has 32 bytes")
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.length, alignment: 8)
    source.withUnsafeBytes { memory.copyMemory(from: $0) }
    bytes = memory
  }

  deinit {
    OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    bytes.deallocate()
  }

  /// A new one from a source of random numbers.
  static func random(_ random: () -> UInt64) -> SecretKey {
    var words = (0..<4).map { _ in random().littleEndian }
    defer { for index in words.indices { words[index] = 0 } }
    return words.withUnsafeBytes { SecretKey($0.bytes) }
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try body(UnsafeRawBufferPointer(bytes))
  }

  /// HKDF-Expand (RFC 5869) of this key, which is uniformly random, with `info`, to another key: a single block.
  func derive(_ info: [UInt8]) -> SecretKey {
    var input = info
    input.append(1)
    var output = [UInt8](repeating: 0, count: Self.length)
    var length: UInt32 = 0
    let done = withBytes { key in
      HMAC(copenssl_sha256(), key.baseAddress, Int32(key.count), input, input.count, &output, &length)
    }
    // Fails only when memory is exhausted or libcrypto has no SHA-256.
    guard done != nil, length == UInt32(Self.length) else { fatalError("libcrypto cannot derive a key") }
    defer { output.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) } }
    return SecretKey(output.span.bytes)
  }

  /// Names the key without telling anything of it: 8 bytes of a hash that only this use has.
  var identity: [UInt8] { derive(Array("loyalty key identity".utf8)).withBytes { [UInt8]($0.prefix(8)) } }

  var description: String { "secret key" }
  var customMirror: Mirror { Mirror(self, children: [:]) }
}
