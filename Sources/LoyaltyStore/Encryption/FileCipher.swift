// AES-256-GCM (NIST SP 800-38D) by libcrypto, for the pieces of one file or one table of secrets: each piece has a place,
// and the place is the nonce, so that no two pieces share one and none can be moved.

import COpenSSL
import Synchronization

/// Encrypts and decrypts pieces under one key. A place must not be used for two different contents.
///
/// `@unchecked Sendable` holds because both contexts are only used with `lock` held.
final class FileCipher: @unchecked Sendable {
  /// Bytes that a piece grows by: its tag.
  static let overhead = 16

  private let lock = Mutex<Void>(())
  private let sealing: OpaquePointer
  private let opening: OpaquePointer
  private static let algorithm = Algorithm()

  /// Never freed: it lives as long as the process.
  private final class Algorithm: @unchecked Sendable {
    let pointer: OpaquePointer
    init() {
      guard let pointer = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else {
        fatalError("libcrypto offers no AES-256-GCM")
      }
      self.pointer = pointer
    }
  }

  init(_ key: SecretKey) {
    // These fail only when memory is exhausted.
    guard let sealing = EVP_CIPHER_CTX_new(), let opening = EVP_CIPHER_CTX_new() else {
      fatalError("libcrypto cannot begin a cipher")
    }
    self.sealing = sealing
    self.opening = opening
    let done = key.withBytes { bytes in
      let start = bytes.bindMemory(to: UInt8.self).baseAddress
      return EVP_EncryptInit_ex2(sealing, Self.algorithm.pointer, start, nil, nil) == 1
        && EVP_DecryptInit_ex2(opening, Self.algorithm.pointer, start, nil, nil) == 1
    }
    guard done else { fatalError("libcrypto does not take a key") }
  }

  deinit {
    EVP_CIPHER_CTX_free(sealing)
    EVP_CIPHER_CTX_free(opening)
  }

  /// Encrypts `bytes[range]` in place and puts the tag behind it, where there must be room.
  /// - Parameter context: must be the same when it is opened.
  func seal(_ bytes: inout [UInt8], _ range: Range<Int>, place: UInt64, context: [UInt8]) {
    precondition(range.lowerBound >= 0 && range.upperBound + Self.overhead <= bytes.count)
    let nonce = Self.nonce(place)
    let done = lock.withLock { _ in
      bytes.withUnsafeMutableBufferPointer { buffer -> Bool in
        guard let start = buffer.baseAddress.map({ $0 + range.lowerBound }) else { return false }
        var length: Int32 = 0
        return EVP_EncryptInit_ex2(sealing, nil, nil, nonce, nil) == 1
          && EVP_EncryptUpdate(sealing, nil, &length, context, Int32(context.count)) == 1
          && EVP_EncryptUpdate(sealing, start, &length, start, Int32(range.count)) == 1
          && EVP_EncryptFinal_ex(sealing, start + range.count, &length) == 1
          && EVP_CIPHER_CTX_ctrl(
            sealing, EVP_CTRL_AEAD_GET_TAG, Int32(Self.overhead), start + range.count) == 1
      }
    }
    guard done else { fatalError("libcrypto cannot encrypt") }
  }

  /// The piece with its tag.
  func sealed(_ bytes: RawSpan, place: UInt64, context: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: bytes.byteCount + Self.overhead)
    result.replaceSubrange(0..<bytes.byteCount, with: bytes.bytes(at: 0, count: bytes.byteCount))
    seal(&result, 0..<bytes.byteCount, place: place, context: context)
    return result
  }

  /// - Returns: the piece without its tag; nil when it is not what was sealed here.
  func opened(_ bytes: RawSpan, place: UInt64, context: [UInt8]) -> [UInt8]? {
    let count = bytes.byteCount - Self.overhead
    guard count >= 0 else { return nil }
    let nonce = Self.nonce(place)
    var result = [UInt8](repeating: 0, count: count)
    var tag = bytes.bytes(at: count, count: Self.overhead)
    let done = lock.withLock { _ in
      bytes.withUnsafeBytes { source -> Bool in
        result.withUnsafeMutableBufferPointer { target -> Bool in
          var length: Int32 = 0
          // An empty array has no memory; GCM writes nothing there.
          var nothing: UInt8 = 0
          return withUnsafeMutablePointer(to: &nothing) { nothing in
            let out = target.baseAddress ?? nothing
            return EVP_DecryptInit_ex2(opening, nil, nil, nonce, nil) == 1
              && EVP_DecryptUpdate(opening, nil, &length, context, Int32(context.count)) == 1
              && EVP_DecryptUpdate(
                opening, out, &length, source.bindMemory(to: UInt8.self).baseAddress, Int32(count)) == 1
              && EVP_CIPHER_CTX_ctrl(opening, EVP_CTRL_AEAD_SET_TAG, Int32(Self.overhead), &tag) == 1
              && EVP_DecryptFinal_ex(opening, out + count, &length) == 1
          }
        }
      }
    }
    return done ? result : nil
  }

  /// 12 bytes: the place, little-endian, and zeros.
  private static func nonce(_ place: UInt64) -> [UInt8] {
    var nonce = [UInt8](repeating: 0, count: 12)
    nonce.store(place, at: 0)
    return nonce
  }
}
