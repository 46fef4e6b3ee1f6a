// TLS of one connection, over memory: bytes from the socket go in, bytes for the socket come out, and libssl never
// sees a descriptor.

import COpenSSL
import Glibc

/// Owns an `SSL` and the bytes on both sides of it. Used on its connection's event loop only.
final class TLSSession: ConnectionSecurity {
  private let ssl: OpaquePointer
  private let bytes = SocketBytes()
  let context: TLSContext
  private let expectedName: String?
  /// On a client: the server that the sessions of this connection are of.
  private let server: String

  /// What the verify callback found, kept since libssl itself says little after the fact.
  private var verifyError: Int32 = 0
  private var rejected: PeerCertificate?

  private(set) var isEstablished = false
  private(set) var isHTTP1 = false

  /// On a server: the peer of a session that is to be resumed was verified.
  private var isResumptionChecked = false

  private var ownMessages = 0

  /// The server asked this side for a certificate.
  private(set) var isCertificateRequested = false

  /// - Parameters:
  ///   - serverName: on a client, the name or IP address that the certificate must be for.
  ///   - server: on a client, which of the servers of that name this is: a session is taken up where it came from.
  init(_ context: TLSContext, serverName: String? = nil, server: String = "") throws(TLSError) {
    guard let ssl = SSL_new(context.pointer) else { throw .configuration(LibSSLErrors.takeText()) }
    guard let bio = bytes.makeBIO() else {
      SSL_free(ssl)
      throw .configuration(LibSSLErrors.takeText())
    }
    SSL_set_bio(ssl, bio, bio)  // owns it from here
    self.ssl = ssl
    self.context = context
    expectedName = serverName
    self.server = server
    SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
    if context.isServer {
      SSL_set_accept_state(ssl)
    } else {
      SSL_set_connect_state(ssl)
      if let serverName { try expect(serverName) }
      takeUpSession()
    }
  }

  deinit {
    // Without it libssl takes the end for a truncation and spoils the session. HTTP/2 has its own ends.
    if !context.isServer { SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN) }
    SSL_free(ssl)
  }

  private func expect(_ name: String) throws(TLSError) {
    let parameters = SSL_get0_param(ssl)
    if X509_VERIFY_PARAM_set1_ip_asc(parameters, name) == 1 { return }
    ERR_clear_error()
    X509_VERIFY_PARAM_set_hostflags(parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
    guard X509_VERIFY_PARAM_set1_host(parameters, name, 0) == 1, copenssl_set_server_name(ssl, name) == 1 else {
      throw .configuration("\"\(name)\" is no server name: \(LibSSLErrors.takeText())")
    }
  }

  func lend(_ bytes: UnsafeRawBufferPointer, _ body: () -> Void) { self.bytes.lend(bytes, body) }

  /// Goes on with the handshake.
  /// - Returns: true once it is complete.
  func handshake() throws(TLSError) -> Bool {
    ERR_clear_error()
    let result = SSL_do_handshake(ssl)
    if result == 1 {
      isEstablished = true
      countOwnMessages()
      try agreeOnProtocol()
      return true
    }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return false
    case SSL_ERROR_ZERO_RETURN: throw .closedInHandshake
    default: throw handshakeError()
    }
  }

  /// From now on libssl takes a step for messages of TLS's own only, such as KeyUpdate (RFC 8446 §4.6.3): they cost their sender a record
  /// and this side new keys, and libssl takes any number of them.
  private func countOwnMessages() {
    SSL_set_info_callback(ssl) { ssl, place, _ in
      if place & SSL_CB_LOOP != 0, let ssl { TLSSession.of(ssl)?.ownMessages += 1 }
    }
  }

  func takeOwnMessages() -> Int {
    defer { ownMessages = 0 }
    return ownMessages
  }

  private func agreeOnProtocol() throws(TLSError) {
    var name: UnsafePointer<UInt8>?
    var length: UInt32 = 0
    SSL_get0_alpn_selected(ssl, &name, &length)
    if length == 2, let name, name[0] == 0x68, name[1] == 0x32 { return }
    guard context.isServer else { throw .noHTTP2 }
    isHTTP1 = true
  }

  /// On a client: goes on with a session that this server offered, unless the certificate that was verified then has expired.
  private func takeUpSession() {
    guard let session = context.sessions?.take(for: server) else { return }
    guard let certificate = SSL_SESSION_get0_peer(session.pointer),
      X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0
    else { return }
    SSL_set_session(ssl, session.pointer)
  }

  /// Decrypts at most one record into `buffer`.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSError) -> SecuredRead {
    let count = SSL_read(ssl, buffer.baseAddress, Int32(clamping: buffer.count))
    if count > 0 { return .bytes(Int(count)) }
    switch SSL_get_error(ssl, count) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .nothing
    case SSL_ERROR_ZERO_RETURN: return .closed
    default: throw handshakeError()
    }
  }

  /// Encrypts all of `bytes` into the output.
  func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
    var rest = bytes
    self.bytes.reserveOutput(bytes.count + (bytes.count / Self.longestRecord + 1) * Self.recordOverhead)
    while !rest.isEmpty {
      let taken = SSL_write(ssl, rest.baseAddress, Int32(clamping: rest.count))
      guard taken > 0 else {
        // Memory takes everything, so only a broken session comes here.
        throw .handshake(LibSSLErrors.takeText())
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[Int(taken)...])
    }
  }

  /// Bytes of a full record, and what one has beside them at most (RFC 8446 §5.2).
  private static let longestRecord = 16 << 10
  private static let recordOverhead = 64

  var pendingOutput: Int { bytes.pendingOutput }

  func takeOutput(_ body: (UnsafeRawBufferPointer) -> Void) { bytes.takeOutput(body) }

  /// Puts a close_notify into the output.
  func shutDown() {
    guard isEstablished else { return }
    SSL_shutdown(ssl)
    ERR_clear_error()
  }

  // MARK: - The peer

  /// The peer's certificate, and why it is not accepted if so. Nil if the peer showed none.
  func peerCertificate() -> (certificate: PeerCertificate, rejection: String?)? {
    guard let certificate = SSL_get1_peer_certificate(ssl) else { return nil }
    defer { X509_free(certificate) }
    // libssl keeps the last error of the chain, the first one says more.
    let error = verifyError != X509_V_OK ? Int(verifyError) : SSL_get_verify_result(ssl)
    var rejection = error == Int(X509_V_OK) ? nil : Self.verifyText(error)
    if context.isServer, isResumed, !isResumptionChecked { rejection = "its session was resumed unchecked" }
    return (PeerCertificate(certificate), rejection)
  }

  var isEncrypted: Bool { true }

  var protocolVersion: String { String(cString: SSL_get_version(ssl)) }

  var cipher: String {
    guard let cipher = SSL_get_current_cipher(ssl), let name = SSL_CIPHER_get_name(cipher) else { return "" }
    return String(cString: name)
  }

  static func verifyText(_ error: Int) -> String {
    guard let text = X509_verify_cert_error_string(error) else { return "verification error \(error)" }
    return String(cString: text)
  }

  /// On a server: why the peer's certificate is not accepted by another context; nil if it is, or if there is none.
  func rejection(by context: TLSContext) -> String? {
    guard let certificate = SSL_get1_peer_certificate(ssl) else { return nil }
    defer { X509_free(certificate) }
    return context.rejection(of: certificate, chain: SSL_get_peer_cert_chain(ssl))
  }

  /// The session of an earlier connection was taken up again.
  var isResumed: Bool { SSL_session_reused(ssl) == 1 }

  // MARK: - Callbacks of libssl

  private static func of(_ ssl: OpaquePointer) -> TLSSession? {
    SSL_get_ex_data(ssl, 0).map { Unmanaged<TLSSession>.fromOpaque($0).takeUnretainedValue() }
  }

  /// On a server: shows the certificate that is for the name the client asks for.
  static func selectCertificate(_ ssl: OpaquePointer) -> Int32 {
    guard let session = of(ssl), let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) else {
      return SSL_TLSEXT_ERR_NOACK
    }
    if let context = session.context.alternative(for: String(cString: name)) {
      // The mode of verification stays that of the first context, which is the same.
      SSL_set_SSL_CTX(ssl, context.pointer)
    }
    return SSL_TLSEXT_ERR_OK
  }

  /// On a server: the client certificate in a session's ticket is accepted now, or there is none.
  static func mayResume(_ ssl: OpaquePointer, _ session: OpaquePointer) -> Bool {
    guard let own = of(ssl) else { return false }
    if let certificate = SSL_SESSION_get0_peer(session) {
      // Intermediates are not in a ticket: with those that are not among the authorities here, the handshake is a full one.
      guard own.context.rejection(of: certificate, chain: nil) == nil else { return false }
    }
    own.isResumptionChecked = true
    return true
  }

  /// On a client: the server has offered a session, which is kept.
  /// - Returns: false if it is not.
  static func keep(_ ssl: OpaquePointer, _ session: OpaquePointer) -> Bool {
    guard let own = of(ssl), let sessions = own.context.sessions else { return false }
    sessions.add(ClientSessions.Session(session), for: own.server)
    return true
  }

  static func logSecret(_ ssl: OpaquePointer, _ line: UnsafePointer<CChar>) {
    of(ssl)?.context.keyLog?.add(line)
  }

  /// Notes the first verification error with its certificate. A server accepts the handshake all the same and refuses
  /// the calls, a client does not.
  static func noteVerification(accepted: Int32, store: OpaquePointer?) -> Int32 {
    guard accepted == 0, let store,
      let ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()),
      let data = SSL_get_ex_data(OpaquePointer(ssl), 0)
    else { return accepted }
    let session = Unmanaged<TLSSession>.fromOpaque(data).takeUnretainedValue()
    if session.verifyError == 0 {
      session.verifyError = X509_STORE_CTX_get_error(store)
      if let certificate = X509_STORE_CTX_get_current_cert(store) ?? X509_STORE_CTX_get0_cert(store) {
        session.rejected = PeerCertificate(certificate)
      }
    }
    return session.context.isServer ? 1 : 0
  }

  /// On a client: the server wants to know who this side is.
  static func noteCertificateRequest(_ ssl: OpaquePointer) {
    guard let data = SSL_get_ex_data(ssl, 0) else { return }
    Unmanaged<TLSSession>.fromOpaque(data).takeUnretainedValue().isCertificateRequested = true
  }

  /// Picks `h2` from the client's list, or else `http/1.1`, in which the client is told what is spoken here; refuses the
  /// handshake with neither (RFC 7301 §3.2).
  static func selectProtocol(
    out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, outLength: UnsafeMutablePointer<UInt8>?,
    offered: UnsafePointer<UInt8>?, offeredLength: UInt32
  ) -> Int32 {
    guard let out, let outLength, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    var index = 0
    var http1: UnsafePointer<UInt8>?
    while index < Int(offeredLength) {
      let length = Int(offered[index])
      guard index + 1 + length <= Int(offeredLength) else { break }
      if length == 2, offered[index + 1] == 0x68, offered[index + 2] == 0x32 {
        out.pointee = offered + index + 1
        outLength.pointee = 2
        return SSL_TLSEXT_ERR_OK
      }
      if UnsafeRawBufferPointer(start: offered + index + 1, count: length).equals("http/1.1") {
        http1 = offered + index + 1
      }
      index += 1 + length
    }
    guard let http1 else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    out.pointee = http1
    outLength.pointee = 8
    return SSL_TLSEXT_ERR_OK
  }

  // MARK: - Reasons

  private func handshakeError() -> TLSError {
    let code = ERR_get_error()
    ERR_clear_error()
    guard code != 0 else { return isEstablished ? .handshake("the connection broke off") : .closedInHandshake }
    if copenssl_error_library(code) == ERR_LIB_SSL {
      let reason = copenssl_error_reason(code)
      switch reason {
      case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST:
        return .notTLS("it sent a plain HTTP request")
      case SSL_R_WRONG_VERSION_NUMBER, SSL_R_UNKNOWN_PROTOCOL, SSL_R_UNEXPECTED_MESSAGE, SSL_R_BAD_RECORD_TYPE,
        SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_RECORD_LENGTH_MISMATCH:
        return isEstablished ? .handshake(LibSSLErrors.text(of: code)) : .notTLS("its first bytes are no TLS record")
      case SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
        return .noHTTP2
      case SSL_R_CERTIFICATE_VERIFY_FAILED:
        return verificationError()
      default:
        // Alerts of the peer are 1000 + the alert's number.
        guard reason > 1000 else { return .handshake(LibSSLErrors.text(of: code)) }
        return refusal(alert: reason - 1000, LibSSLErrors.text(of: code))
      }
    }
    return .handshake(LibSSLErrors.text(of: code))
  }

  /// What it means when the server ends the connection at the end of the handshake without a word; nil if it had not asked
  /// who this side is.
  func silentRefusal(_ reason: String) -> TLSError? {
    guard isCertificateRequested else { return nil }
    guard let subject = context.ownSubject else { return .clientCertificateWanted(reason) }
    return .clientCertificateRefused(subject: subject, alert: "\(reason) once it was shown")
  }

  private func refusal(alert: Int32, _ text: String) -> TLSError {
    if isCertificateRequested, context.ownSubject == nil { return .clientCertificateWanted(text) }
    switch alert {
    // RFC 8446 §6.2: bad_certificate to certificate_unknown, unknown_ca, access_denied, certificate_required
    case 42...46, 48, 49, 116:
      if isCertificateRequested, let subject = context.ownSubject {
        return .clientCertificateRefused(subject: subject, alert: text)
      }
      return .refusedByPeer(text)
    default: return .refusedByPeer(text)
    }
  }

  private func verificationError() -> TLSError {
    let subject = rejected?.subject ?? "the peer"
    switch verifyError {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return .certificateExpired(subject: subject, notAfter: rejected?.notAfter ?? 0)
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return .certificateNotYetValid(subject: subject)
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return .unknownIssuer(subject: subject, issuer: rejected?.issuer ?? "an unknown authority")
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      var offered = (rejected?.dnsNames ?? []) + (rejected?.ipAddresses ?? [])
      if offered.isEmpty, let name = rejected?.commonName { offered = ["\(name) (common name only)"] }
      return .wrongName(expected: expectedName ?? "", offered: offered)
    default:
      return .certificateRejected(subject: subject, reason: Self.verifyText(Int(verifyError)))
    }
  }
}
