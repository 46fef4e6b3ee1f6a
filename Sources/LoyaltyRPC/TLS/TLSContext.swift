// An SSL_CTX: certificates, keys and rules that all connections of a server or a client share.

import COpenSSL
import Glibc
import ProtobufRuntime

/// Owns an `SSL_CTX`, set up once and never changed after.
///
/// `@unchecked Sendable` holds because nothing changes the context after `init`, and libssl makes `SSL_new` and reading
/// from an `SSL_CTX` safe from any thread.
final class TLSContext: @unchecked Sendable {
  let pointer: OpaquePointer
  let isServer: Bool
  /// Subject of this side's certificate, nil without one.
  private(set) var ownSubject: String?
  /// Names of this side's certificate, in lower case.
  private(set) var ownNames: Set<String> = []
  /// On a server: contexts for other names. Filled before the context is used.
  var alternatives: [TLSContext] = []
  /// On a client: the sessions that may be taken up again; nil if none are.
  private(set) var sessions: ClientSessions?
  /// Where the secrets of sessions go, if anywhere.
  private(set) var keyLog: KeyLog?

  /// TLS 1.2's suites; those of 1.3 are all AEAD with forward secrecy already. RFC 9113 §9.2.2 forbids the others.
  private static let ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    + "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

  /// libcrypto does not clean up at the end of the process: connections may still be closing on their event loops while
  /// `exit` runs, and would find its tables gone (seen as a crash in one of forty ends under load).
  private static let isPrepared = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

  /// Longest chain of certificates taken from a peer, in bytes. 32 KiB: three times a chain of four with long RSA keys. libssl takes memory
  /// for what a peer announces, before anything is known of it.
  static let maxCertificateBytes = 32 << 10

  init(method: @autoclosure () -> OpaquePointer?, isServer: Bool) throws(TLSError) {
    guard Self.isPrepared else { throw .configuration(LibSSLErrors.takeText()) }
    guard let context = SSL_CTX_new(method()) else { throw .configuration(LibSSLErrors.takeText()) }
    pointer = context
    self.isServer = isServer
    guard copenssl_ctx_set_min_proto_version(context, TLS1_2_VERSION) == 1,
      SSL_CTX_set_cipher_list(context, Self.ciphers) == 1,
      copenssl_ctx_set_groups_list(context, "X25519:P-256:P-384") == 1
    else { throw .configuration(LibSSLErrors.takeText()) }
    copenssl_ctx_set_safe_options(context)
    copenssl_ctx_set_max_cert_list(context, Self.maxCertificateBytes)
    // Buffers are given back between records: 34 kB less on an idle connection.
    copenssl_ctx_set_mode(
      context,
      Int(SSL_MODE_RELEASE_BUFFERS) | Int(SSL_MODE_ENABLE_PARTIAL_WRITE) | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
  }

  deinit {
    SSL_CTX_free(pointer)
  }

  /// - Throws: `TLSError` naming the file that does not do.
  convenience init(_ configuration: ClientTLSConfiguration) throws(TLSError) {
    try self.init(method: TLS_client_method(), isServer: false)
    switch configuration.trustRoots {
    case .system:
      // The folder is looked into by an issuer's hash when a chain is verified; the file would be read as a whole first,
      // some 140 certificates in 35 ms. OpenSSL takes both by default, and the variable names a file of the user's own.
      let isFolderEnough = getenv(String(cString: X509_get_default_cert_file_env())) == nil && Self.hasHashedRoots
      guard
        isFolderEnough
          ? SSL_CTX_set_default_verify_dir(pointer) == 1 : SSL_CTX_set_default_verify_paths(pointer) == 1
      else { throw .configuration(LibSSLErrors.takeText()) }
    case .authorities(let source):
      try trust(source)
    }
    log(to: try configuration.keyLogFile.map { (path) throws(TLSError) in try KeyLog(path: path) })
    if let identity = configuration.identity {
      try use(chain: identity.certificateChain, key: identity.privateKey)
    }
    // Called when the server asks for a certificate.
    SSL_CTX_set_cert_cb(
      pointer,
      { ssl, _ in
        if let ssl { TLSSession.noteCertificateRequest(ssl) }
        return 1
      }, nil)
    if configuration.resumesSessions {
      sessions = ClientSessions()
      copenssl_ctx_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
      SSL_CTX_sess_set_new_cb(pointer) { ssl, session in
        guard let ssl, let session else { return 0 }
        return TLSSession.keep(ssl, session) ? 1 : 0
      }
    }
    let h2: [UInt8] = [2, 0x68, 0x32]
    guard SSL_CTX_set_alpn_protos(pointer, h2, 3) == 0 else { throw .configuration(LibSSLErrors.takeText()) }
    SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER) { accepted, store in
      TLSSession.noteVerification(accepted: accepted, store: store)
    }
  }

  /// Writes the secrets of all sessions to a file.
  func log(to keyLog: KeyLog?) {
    guard let keyLog else { return }
    self.keyLog = keyLog
    SSL_CTX_set_keylog_callback(pointer) { ssl, line in
      if let ssl, let line { TLSSession.logSecret(ssl, line) }
    }
  }

  /// 100: what the distributions ship. A folder with a few of its own beside the file does not stand for it.
  private static let minHashedRoots = 100

  /// The system's folder of authorities has entries by hash (`c_rehash`), such as `2e5ac55d.0`.
  private static var hasHashedRoots: Bool {
    let variable = getenv(String(cString: X509_get_default_cert_dir_env()))
    let path = String(cString: UnsafePointer(variable) ?? X509_get_default_cert_dir())
    guard let folder = opendir(path) else { return false }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { $0.prefix { $0 != 0 }.map { $0 } }
      if name.count == 10, name.suffix(2) == [0x2e, 0x30] { count += 1 }
    }
    return count >= minHashedRoots
  }

  func use(chain: PEMSource, key: PEMSource) throws(TLSError) {
    try withBIO(of: chain, what: "certificate") { (bio) throws(TLSError) in
      guard let leaf = PEM_read_bio_X509_AUX(bio, nil, nil, nil) else {
        throw .unusableFile(path: chain.name, what: "certificate", reason: LibSSLErrors.takeText())
      }
      defer { X509_free(leaf) }
      let own = PeerCertificate(leaf)
      ownSubject = own.subject
      ownNames = Set((own.dnsNames.isEmpty ? [own.commonName ?? ""] : own.dnsNames).map { $0.lowercased() })
      guard SSL_CTX_use_certificate(pointer, leaf) == 1 else {
        throw .unusableFile(path: chain.name, what: "certificate", reason: LibSSLErrors.takeText())
      }
      while let intermediate = PEM_read_bio_X509(bio, nil, nil, nil) {
        // Takes ownership.
        guard copenssl_ctx_add_chain_certificate(pointer, intermediate) == 1 else {
          X509_free(intermediate)
          throw .unusableFile(path: chain.name, what: "certificate chain", reason: LibSSLErrors.takeText())
        }
      }
      ERR_clear_error()  // the end of the file is an error to libcrypto
    }
    try withBIO(of: key, what: "private key") { (bio) throws(TLSError) in
      // No pass phrase is asked for at a terminal: a server has none.
      guard let privateKey = PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil) else {
        throw .unusableFile(path: key.name, what: "private key", reason: LibSSLErrors.takeText())
      }
      defer { EVP_PKEY_free(privateKey) }
      guard SSL_CTX_use_PrivateKey(pointer, privateKey) == 1, SSL_CTX_check_private_key(pointer) == 1 else {
        ERR_clear_error()
        throw .keyDoesNotMatch(certificate: chain.name, key: key.name)
      }
    }
  }

  func trust(_ authorities: PEMSource) throws(TLSError) {
    var count = 0
    try withBIO(of: authorities, what: "CA file") { (bio) throws(TLSError) in
      let store = SSL_CTX_get_cert_store(pointer)
      while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) {
        defer { X509_free(certificate) }
        guard X509_STORE_add_cert(store, certificate) == 1 else {
          throw .unusableFile(path: authorities.name, what: "CA file", reason: LibSSLErrors.takeText())
        }
        count += 1
      }
      ERR_clear_error()
    }
    guard count > 0 else {
      throw .unusableFile(path: authorities.name, what: "CA file", reason: "it holds no certificate in PEM")
    }
  }

  func withBIO(
    of source: PEMSource, what: String, _ body: (OpaquePointer) throws(TLSError) -> Void
  ) throws(TLSError) {
    switch source {
    case .file(let path):
      guard let bio = BIO_new_file(path, "r") else {
        throw .unusableFile(path: path, what: what, reason: LibSSLErrors.takeText())
      }
      defer { BIO_free(bio) }
      try body(bio)
    case .bytes(let bytes):
      try bytes.withUnsafeBytesTyped { (raw) throws(TLSError) in
        guard let bio = BIO_new_mem_buf(raw.baseAddress, Int32(clamping: raw.count)) else {
          throw .configuration(LibSSLErrors.takeText())
        }
        defer { BIO_free(bio) }
        try body(bio)
      }
    }
  }
}

/// libcrypto's queue of errors, per thread.
enum LibSSLErrors {
  /// The first error's text; the queue is empty after.
  static func takeText() -> String {
    let code = ERR_get_error()
    ERR_clear_error()
    return text(of: code)
  }

  static func text(of code: UInt) -> String {
    guard code != 0 else { return "no reason given by libssl" }
    if copenssl_error_library(code) == ERR_LIB_SYS {
      return String(cString: strerror(copenssl_error_reason(code)))
    }
    if let reason = ERR_reason_error_string(code) { return String(cString: reason) }
    return "libssl error \(String(code, radix: 16))"
  }
}
