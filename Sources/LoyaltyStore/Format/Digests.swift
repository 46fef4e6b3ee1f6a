// Hashes for those above the store: over a statement that two sides compute, and pseudonyms that one key makes.

import COpenSSL

/// A running SHA-256 (FIPS 180-4) over text.
public struct SHA256Digest {
  private let digest = SHA256()

  public init() {}

  public mutating func update(_ text: String) {
    digest.update(text.utf8.span.bytes)
  }

  /// 64 lower-case hexadecimal digits. The digest begins anew.
  public mutating func finish() -> String { hexadecimal(digest.finish()) }
}

/// HMAC-SHA-256 (RFC 2104).
public enum KeyedDigest {
  /// The code of a text under a key, 64 lower-case hexadecimal digits.
  public static func hmac(_ text: String, key: [UInt8]) -> String {
    let text = Array(text.utf8)
    let code = [UInt8](unsafeUninitializedCapacity: SHA256.length) { buffer, initialized in
      var length = UInt32(SHA256.length)
      guard HMAC(copenssl_sha256(), key, Int32(key.count), text, text.count, buffer.baseAddress, &length) != nil else {
        fatalError("libcrypto cannot compute an HMAC")
      }
      initialized = Int(length)
    }
    return hexadecimal(code)
  }
}
