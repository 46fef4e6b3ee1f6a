// What lies between a socket and HTTP/2: TLS, or nothing. Over memory, so that neither sees a descriptor.

/// Turns bytes of the socket into bytes of HTTP/2 and back. Used on its connection's event loop only.
protocol ConnectionSecurity: AnyObject {
  /// Lends bytes that came from the socket to `body`, in which they are read; what is not is kept.
  func lend(_ bytes: UnsafeRawBufferPointer, _ body: () -> Void)

  /// Goes on with the handshake.
  /// - Returns: true once it is complete.
  func handshake() throws(TLSError) -> Bool

  /// On a server: the handshake is complete, and the peer offered no HTTP/2 in it.
  var isHTTP1: Bool { get }

  /// Moves what may be read to `buffer`, one record at most.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSError) -> SecuredRead

  /// Steps taken since the last look for messages of the protection's own, after the handshake.
  func takeOwnMessages() -> Int

  /// Takes all of `bytes` for the socket.
  func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError)

  /// Bytes that wait for the socket.
  var pendingOutput: Int { get }

  /// Hands out all bytes for the socket at once, and forgets them.
  func takeOutput(_ body: (UnsafeRawBufferPointer) -> Void)

  /// Says that nothing follows.
  func shutDown()

  /// False for bytes that anyone between the two sides can read.
  var isEncrypted: Bool { get }

  /// The peer's certificate, and why it is not accepted if so. Nil if the peer showed none.
  func peerCertificate() -> (certificate: PeerCertificate, rejection: String?)?

  /// `TLSv1.3` or `TLSv1.2`; empty without TLS.
  var protocolVersion: String { get }

  /// The cipher suite; empty without TLS.
  var cipher: String { get }

  /// On a client: the handshake took up an earlier session.
  var isResumed: Bool { get }

  /// On a client: the server asked who this side is.
  var isCertificateRequested: Bool { get }

  /// On a client: what it means when the server ends the connection at the end of the handshake without a word; nil if
  /// nothing in particular.
  func silentRefusal(_ reason: String) -> TLSError?
}

/// What reading a connection gave.
enum SecuredRead {
  case bytes(Int)
  case nothing
  case closed
}

/// Bytes as they are, for peers on this machine.
final class Plaintext: ConnectionSecurity {
  private var input: [UInt8] = []
  private var inputStart = 0
  private var output: [UInt8] = []
  private let identity: PeerCertificate?

  /// - Parameter identity: who the peer is taken for, if this process knows it by other means.
  init(identity: PeerCertificate? = nil) {
    self.identity = identity
  }

  func lend(_ bytes: UnsafeRawBufferPointer, _ body: () -> Void) {
    input.append(contentsOf: bytes)
    body()
  }

  func handshake() throws(TLSError) -> Bool { true }
  var isHTTP1: Bool { false }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSError) -> SecuredRead {
    let count = min(buffer.count, input.count - inputStart)
    guard count > 0 else { return .nothing }
    input.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[inputStart..<inputStart + count]))
    }
    inputStart += count
    if inputStart == input.count {
      // An idle connection keeps no buffer.
      input = []
      inputStart = 0
    }
    return .bytes(count)
  }

  func takeOwnMessages() -> Int { 0 }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TLSError) { output.append(contentsOf: bytes) }

  var pendingOutput: Int { output.count }

  func takeOutput(_ body: (UnsafeRawBufferPointer) -> Void) {
    output.withUnsafeBytes(body)
    output = []
  }

  func shutDown() {}

  var isEncrypted: Bool { false }
  func peerCertificate() -> (certificate: PeerCertificate, rejection: String?)? { identity.map { ($0, nil) } }
  var protocolVersion: String { "" }
  var cipher: String { "" }
  var isResumed: Bool { false }
  var isCertificateRequested: Bool { false }
  func silentRefusal(_ reason: String) -> TLSError? { nil }
}
