// SHA-256 from libcrypto: chains each batch to all that came before it, so that nobody can change, drop or insert
// history without changing every later hash.

import COpenSSL

/// 32 bytes that stand for everything up to a point of the journal.
public struct ChainHash: Hashable, Sendable, CustomStringConvertible {
  public let bytes: [UInt8]

  /// Before the first record ever.
  public static let zero = ChainHash(bytes: [UInt8](repeating: 0, count: SHA256.length))

  public var description: String { hexadecimal(bytes) }
}

/// A running digest. Reusable: `finish` begins anew.
final class SHA256 {
  static let length = 32
  private let context: OpaquePointer
  private let algorithm: OpaquePointer

  init() {
    // Both fail only when memory is exhausted or libcrypto has no SHA-256: there is no journal without it.
    guard let context = EVP_MD_CTX_new(), let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
      fatalError("libcrypto offers no SHA-256")
    }
    self.context = context
    self.algorithm = algorithm
    begin()
  }

  deinit {
    EVP_MD_CTX_free(context)
    EVP_MD_free(algorithm)
  }

  private func begin() {
    guard EVP_DigestInit_ex2(context, algorithm, nil) == 1 else { fatalError("libcrypto cannot begin a SHA-256") }
  }

  func update(_ bytes: RawSpan) {
    let done = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    guard done == 1 else { fatalError("libcrypto cannot continue a SHA-256") }
  }

  func finish() -> [UInt8] {
    let digest = [UInt8](unsafeUninitializedCapacity: Self.length) { buffer, initialized in
      guard EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1 else {
        fatalError("libcrypto cannot finish a SHA-256")
      }
      initialized = Self.length
    }
    begin()
    return digest
  }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
