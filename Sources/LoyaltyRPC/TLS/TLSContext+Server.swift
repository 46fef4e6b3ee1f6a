// What a server's TLS context has beside certificate and key: whom it asks and trusts, whom it no longer trusts, which
// certificate it shows for which name, and which sessions it resumes.

import COpenSSL

extension TLSContext {
  /// Contexts for all identities of a server; the first is for clients that ask for none of the other names.
  /// - Throws: `TLSError` naming the file that does not do.
  static func server(_ configuration: ServerTLSConfiguration) throws(TLSError) -> TLSContext {
    let keyLog = try configuration.keyLogFile.map { (path) throws(TLSError) in try KeyLog(path: path) }
    let first = try TLSContext(
      configuration,
      TLSIdentity(certificateChain: configuration.certificateChain, privateKey: configuration.privateKey),
      keyLog)
    for identity in configuration.additionalIdentities {
      first.alternatives.append(try TLSContext(configuration, identity, keyLog))
    }
    if !first.alternatives.isEmpty {
      copenssl_ctx_set_servername_callback(first.pointer) { ssl, _, _ in
        ssl.map(TLSSession.selectCertificate) ?? SSL_TLSEXT_ERR_NOACK
      }
    }
    return first
  }

  private convenience init(
    _ configuration: ServerTLSConfiguration, _ identity: TLSIdentity, _ keyLog: KeyLog?
  ) throws(TLSError) {
    try self.init(method: TLS_server_method(), isServer: true)
    try use(chain: identity.certificateChain, key: identity.privateKey)
    log(to: keyLog)
    // Without it, resuming a session with a client certificate breaks the handshake.
    let name: StaticString = "LoyaltyRPC"
    SSL_CTX_set_session_id_context(pointer, name.utf8Start, UInt32(name.utf8CodeUnitCount))
    // What comes before the handshake is complete can be sent again by anyone (RFC 8446 §8): none is taken.
    SSL_CTX_set_max_early_data(pointer, 0)
    SSL_CTX_set_alpn_select_cb(
      pointer,
      { _, out, outLength, offered, offeredLength, _ in
        TLSSession.selectProtocol(out: out, outLength: outLength, offered: offered, offeredLength: offeredLength)
      }, nil)
    switch configuration.clientCertificate {
    case .none:
      SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil)
    case .requested(let authorities):
      try trust(authorities)
      if let list = configuration.revocationList { try revoke(list) }
      nameAuthorities()
      SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER) { accepted, store in
        TLSSession.noteVerification(accepted: accepted, store: store)
      }
    }
    if configuration.sessionSeconds > 0 {
      resume(seconds: configuration.sessionSeconds)
    } else {
      copenssl_ctx_set_no_resumption(pointer)
    }
  }

  /// The names of the authorities go to the client, so that it can pick the right certificate.
  private func nameAuthorities() {
    guard let objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(pointer)) else { return }
    for index in 0..<copenssl_object_count(objects) {
      if let certificate = copenssl_object_certificate(objects, index) { SSL_CTX_add_client_CA(pointer, certificate) }
    }
  }

  /// - Throws: `TLSError` for a file without a list.
  private func revoke(_ source: PEMSource) throws(TLSError) {
    var count = 0
    try withBIO(of: source, what: "revocation list") { (bio) throws(TLSError) in
      let store = SSL_CTX_get_cert_store(pointer)
      while let list = PEM_read_bio_X509_CRL(bio, nil, nil, nil) {
        defer { X509_CRL_free(list) }
        guard X509_STORE_add_crl(store, list) == 1 else {
          throw .unusableFile(path: source.name, what: "revocation list", reason: LibSSLErrors.takeText())
        }
        count += 1
      }
      // The end of the file is an error to libcrypto; so is a list that is cut off.
      let code = ERR_peek_last_error()
      let isEnd = code == 0 || copenssl_error_is_reason(code, Int32(ERR_LIB_PEM), PEM_R_NO_START_LINE) == 1
      guard isEnd else {
        throw .unusableFile(path: source.name, what: "revocation list", reason: LibSSLErrors.takeText())
      }
      ERR_clear_error()
    }
    guard count > 0 else {
      throw .unusableFile(path: source.name, what: "revocation list", reason: "it holds no CRL in PEM")
    }
    X509_STORE_set_flags(
      SSL_CTX_get_cert_store(pointer), UInt(X509_V_FLAG_CRL_CHECK) | UInt(X509_V_FLAG_CRL_CHECK_ALL))
  }

  /// Sessions are resumed from tickets, whose keys live and die with this context. A ticket whose client certificate is
  /// not accepted any more gives a full handshake, which tells why.
  private func resume(seconds: Int) {
    copenssl_ctx_set_no_session_cache(pointer)
    SSL_CTX_set_timeout(pointer, seconds)
    // One at a time: a ticket with a certificate is over a kilobyte, and each resumption brings the next.
    SSL_CTX_set_num_tickets(pointer, 1)
    SSL_CTX_set_session_ticket_cb(
      pointer, { _, _ in 1 },
      { ssl, session, _, _, status, _ in
        switch status {
        case SSL_TICKET_SUCCESS, SSL_TICKET_SUCCESS_RENEW:
          guard let ssl, let session, TLSSession.mayResume(ssl, session) else { return SSL_TICKET_RETURN_IGNORE_RENEW }
          return SSL_TICKET_RETURN_USE_RENEW
        default: return SSL_TICKET_RETURN_IGNORE_RENEW
        }
      }, nil)
  }

  /// Why a client certificate is not accepted here; nil if it is.
  /// - Parameters:
  ///   - certificate: an `X509 *`, borrowed.
  ///   - chain: a `STACK_OF(X509) *` with the intermediates that the client sent, borrowed.
  func rejection(of certificate: OpaquePointer, chain: OpaquePointer?) -> String? {
    guard let context = X509_STORE_CTX_new() else { return "out of memory" }
    defer {
      X509_STORE_CTX_free(context)
      ERR_clear_error()
    }
    guard X509_STORE_CTX_init(context, SSL_CTX_get_cert_store(pointer), certificate, chain) == 1,
      X509_STORE_CTX_set_default(context, "ssl_client") == 1
    else { return LibSSLErrors.takeText() }
    if X509_verify_cert(context) == 1 { return nil }
    return TLSSession.verifyText(Int(X509_STORE_CTX_get_error(context)))
  }

  /// The context whose certificate is for a name that a client asks for: one of its own before a wildcard.
  func alternative(for name: String) -> TLSContext? {
    let name = name.lowercased()
    if ownNames.contains(name) { return nil }
    if let exact = alternatives.first(where: { $0.ownNames.contains(name) }) { return exact }
    guard let dot = name.firstIndex(of: ".") else { return nil }
    let wildcard = "*" + name[dot...]
    if ownNames.contains(wildcard) { return nil }
    return alternatives.first { $0.ownNames.contains(wildcard) }
  }
}
