// A connection of a client: its streams, and the way of each call from request to trailers.

import CNGHTTP2
import NIOCore

/// Calls over one connection, on `eventLoop` only.
///
/// `@unchecked Sendable` for the reason given at its superclass.
final class ClientConnection: HTTP2Connection, @unchecked Sendable {
  private let transport: ClientTransport
  private let authority: String

  private var attempts: ContiguousArray<ClientAttempt?> = []
  private var freeSlots: [Int] = []
  private(set) var attemptCount = 0
  private var currentSlot = -1
  private var unconsumed = 0

  /// When the connection was begun, its host's address known, and the socket connected.
  private let begun: NIODeadline
  private let resolved = NIODeadline.now()
  private var socketConnected: NIODeadline?
  private(set) var report: ConnectionReport?
  /// The server has sent a frame: it takes this side as it is.
  private var serverHasSpoken = false
  private let headerLimits: CallLimits.OfHeaders
  /// Names and values of the header block that is being received.
  private var headerBlockBytes = 0

  /// No new call: the server has sent GOAWAY, or this side closes.
  private(set) var isDraining = false

  /// What the transport's channel knows this connection by.
  let id: Int
  private var keepalive: ClientKeepalive?
  private var keepaliveTimer: Scheduled<Void>?

  /// The socket is connected.
  var hasSocket: Bool { socketConnected != nil }

  init(
    _ transport: ClientTransport, id: Int, eventLoop: any EventLoop, security: any ConnectionSecurity,
    resources: LoopResources,
    authority: String,
    begun: NIODeadline
  ) {
    self.id = id
    self.begun = begun
    self.transport = transport
    self.authority = authority
    headerLimits = transport.configuration.limits.ofHeaders
    super.init(eventLoop: eventLoop, limits: transport.configuration.limits, security: security, resources: resources)
  }

  // MARK: - The connection

  override func makeSession() -> OpaquePointer? {
    guard let session = newSession() else { return nil }
    let settings = [
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
        value: UInt32(clamping: min(limits.streamWindowBytes, Int(Int32.max)))),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
        value: UInt32(clamping: limits.maxHeaderListBytes)),
    ]
    nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
    nghttp2_session_set_local_window_size(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(clamping: limits.connectionWindowBytes))
    return session
  }

  override func channelActive(context: ChannelHandlerContext) {
    socketConnected = .now()
    guard security.isEncrypted || Loopback.isLoopback(context.channel.remoteAddress) else {
      end(
        .closedHere(
          "plaintext is spoken on loopback and Unix sockets only, and \(authority) is another machine: use TLS"))
      return
    }
    super.channelActive(context: context)
  }

  override func opened() {
    let connected = socketConnected ?? resolved
    report = ConnectionReport(
      address: context?.channel.remoteAddress.map(Self.text) ?? authority,
      resolve: Duration(resolved - begun), connect: Duration(connected - resolved),
      handshake: Duration(.now() - connected), tlsVersion: security.protocolVersion, cipher: security.cipher,
      isResumed: security.isResumed,
      serverCertificate: security.peerCertificate()?.certificate,
      isClientCertificateRequested: security.isCertificateRequested)
    keepalive = transport.keepalive.map { ClientKeepalive($0, now: NIODeadline.now().uptimeNanoseconds) }
    lookAtKeepalive()
    transport.connected(self)
  }

  /// Asks a server that has been silent whether it is still there.
  private func lookAtKeepalive() {
    guard phase == .open, let session else { return }
    let now = NIODeadline.now().uptimeNanoseconds
    switch keepalive?.look(now: now, receivedBytes: receivedBytes, hasCalls: attemptCount > 0) {
    case nil: return
    case .nothing: break
    case .ping:
      nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
      flushNow()
    case .dead(let seconds):
      end(.closedHere("the server has not answered a PING within \(seconds) s"))
      return
    }
    guard let next = keepalive?.nextLook else { return }
    keepaliveTimer = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(next)) { [self] in lookAtKeepalive() }
  }

  private static func text(_ address: SocketAddress) -> String {
    guard let ip = address.ipAddress, let port = address.port else { return address.description }
    return ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
  }

  override func ended(_ reason: ConnectionEnd) {
    isDraining = true
    keepaliveTimer?.cancel()
    keepaliveTimer = nil
    // With TLS 1.3 a server refuses a missing certificate only after this side's handshake is complete, and some
    // (BoringSSL's in gRPC) end the connection without an alert, or lose it to the reset of the socket.
    var end = reason
    switch reason {
    case .socket, .closedByPeer:
      if report != nil, !serverHasSpoken, let refusal = security.silentRefusal(reason.description) {
        end = .tls(refusal)
      }
    default: break
    }
    let error = RPCError(.unavailable, "the connection to \(authority) is gone: \(end)")
    for slot in attempts.indices {
      guard let attempt = attempts[slot] else { continue }
      remove(slot)
      attempt.end(error)
    }
    transport.disconnected(self, end)
  }

  override func willFlush() {
    guard unconsumed > 0, let session else { return }
    nghttp2_session_consume_connection(session, unconsumed)
    unconsumed = 0
  }

  override func settled() {
    guard let session else { return }
    if isDraining, attemptCount == 0 {
      end(.closedHere("the connection has served its last call"))
    } else if nghttp2_session_want_read(session) == 0, nghttp2_session_want_write(session) == 0 {
      end(endOfSession)
    }
  }

  /// Lets the calls under way finish, then closes.
  func drainAndClose() {
    isDraining = true
    guard phase == .open else {
      end(.closedHere("the client was closed"))
      return
    }
    if attemptCount == 0 {
      if let session {
        nghttp2_submit_goaway(
          session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, UInt32(NGHTTP2_NO_ERROR.rawValue), nil, 0)
      }
      end(.closedHere("the client was closed"))
    }
  }

  // MARK: - Calls

  /// Sends a call's headers and as much of its request as there is.
  func start(_ attempt: ClientAttempt) {
    guard let session, phase == .open else {
      attempt.end(RPCError(.unavailable, "the connection to \(authority) is gone"))
      return
    }
    var block = HeaderBlock()
    block.addRequest(
      path: attempt.call.method.path, authority: authority, encoding: attempt.call.options.encoding,
      isSecure: security.isEncrypted)
    if let deadline = attempt.call.deadline {
      let left = (deadline - NIODeadline.now()).nanoseconds
      block.add("grpc-timeout") { GRPCTimeout.format(nanoseconds: left, into: &$0) }
    }
    if attempt.number > 0 { block.add("grpc-previous-rpc-attempts", String(attempt.number)) }
    block.add(attempt.call.options.metadata)
    block.add(attempt.call.credentials)

    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      attempts[slot] = attempt
    } else {
      slot = attempts.count
      attempts.append(attempt)
    }
    attemptCount += 1
    var provider = nghttp2_data_provider()
    provider.source.fd = Int32(truncatingIfNeeded: slot)
    provider.read_callback = Self.readRequest
    let stream = block.withFields { fields, count in
      nghttp2_submit_request(
        session, nil, fields, count, &provider, UnsafeMutableRawPointer(bitPattern: slot + 1))
    }
    guard stream > 0 else {
      remove(slot)
      attempt.end(RPCError(.unavailable, "no stream could be opened: \(String(cString: nghttp2_strerror(stream)))"))
      return
    }
    attempt.connection = self
    attempt.slot = slot
    attempt.streamID = stream
    setNeedsFlush()
  }

  /// Ends a stream that the server has not ended.
  func reset(_ attempt: ClientAttempt, _ error: RPCError) {
    guard drop(attempt) else { return }
    attempt.end(error)
  }

  /// Takes a stream away without a word to its call.
  /// - Returns: false if it was gone already.
  @discardableResult
  func drop(_ attempt: ClientAttempt) -> Bool {
    guard isAlive(attempt), let session else { return false }
    nghttp2_submit_rst_stream(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), attempt.streamID, UInt32(NGHTTP2_CANCEL.rawValue))
    remove(attempt.slot)
    setNeedsFlush()
    return true
  }

  private func isAlive(_ attempt: ClientAttempt) -> Bool {
    attempt.slot >= 0 && attempt.slot < attempts.count && attempts[attempt.slot] === attempt
  }

  private func remove(_ slot: Int) {
    attempts[slot] = nil
    freeSlots.append(slot)
    attemptCount -= 1
    if currentSlot == slot { currentSlot = -1 }
  }

  private func attempt(of stream: Int32) -> ClientAttempt? {
    if currentSlot >= 0, let attempt = attempts[currentSlot], attempt.streamID == stream { return attempt }
    guard let session, let data = nghttp2_session_get_stream_user_data(session, stream) else { return nil }
    let slot = Int(bitPattern: data) - 1
    guard attempts.indices.contains(slot), let attempt = attempts[slot], attempt.streamID == stream else { return nil }
    currentSlot = slot
    return attempt
  }

  // MARK: - Requests

  func readRequest(
    _ stream: Int32, slot: Int, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int,
    flags: UnsafeMutablePointer<UInt32>
  ) -> Int {
    // The place may be another call's by now.
    guard attempts.indices.contains(slot), let attempt = attempts[slot], attempt.streamID == stream else {
      return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
    switch attempt.takeRequest(into: buffer, capacity: capacity) {
    case .bytes(let count):
      creditPing()
      if attempt.hasSentRequest { flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
      return count
    case .finished:
      flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
      return 0
    case .wait:
      attempt.isDeferred = true
      return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
  }

  func resume(_ attempt: ClientAttempt) {
    guard isAlive(attempt), attempt.isDeferred, let session else { return }
    attempt.isDeferred = false
    nghttp2_session_resume_data(session, attempt.streamID)
    setNeedsFlush()
  }

  // MARK: - Responses

  func headersBegin(_ stream: Int32) -> Int32 {
    headerBlockBytes = 0
    attempt(of: stream)?.head = ResponseHead()
    return 0
  }

  func header(_ stream: Int32, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Int32 {
    headerBlockBytes += name.count + value.count
    if headerBlockBytes > headerLimits.maxReadBytes { return ignoreHeaders(stream) }
    attempt(of: stream)?.head.receive(name: name, value: value, limits: limits)
    return 0
  }

  /// A header block far beyond the limit: its call fails, and nghttp2 tells of no more of its fields.
  private func ignoreHeaders(_ stream: Int32) -> Int32 {
    if let attempt = attempt(of: stream) {
      fail(attempt, attempt.head.failure ?? ResponseHead.tooLong(limits))
    }
    return Int32(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
  }

  func frameReceived(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = frame.pointee.hd
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue:
      guard let attempt = attempt(of: header.stream_id) else { return 0 }
      headersReceived(attempt, endsStream: endsStream)
    case NGHTTP2_DATA.rawValue where endsStream:
      guard let attempt = attempt(of: header.stream_id) else { return 0 }
      finish(attempt, RPCError(.internal, "the server ended the call without trailers"))
    case NGHTTP2_GOAWAY.rawValue:
      isDraining = true
      if frame.pointee.goaway.error_code == NGHTTP2_ENHANCE_YOUR_CALM.rawValue { transport.keepLessAlive() }
      transport.draining(self)
    case NGHTTP2_PING.rawValue where header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) == 0:
      notePing()
    case NGHTTP2_SETTINGS.rawValue:
      serverHasSpoken = true
      peerHasSpoken()
      noteControlFrame()
    default:
      break
    }
    return 0
  }

  private func headersReceived(_ attempt: ClientAttempt, endsStream: Bool) {
    // Interim responses (1xx) come before the real one.
    if !attempt.hasHeaders, let status = attempt.head.httpStatus, (100..<200).contains(status) { return }
    if !attempt.hasHeaders {
      if let refusal = attempt.head.refusal {
        fail(attempt, refusal)
        return
      }
      attempt.hasHeaders = true
      attempt.encoding = attempt.head.encoding
      if !endsStream { attempt.call.receivedHeaders(attempt, attempt.head.metadata) }
    }
    guard endsStream else { return }
    if let error = attempt.head.outcome() {
      finish(attempt, error, attempt.head.metadata)
    } else if !attempt.deframer.isEmpty {
      finish(attempt, RPCError(.internal, "the response ended within a message"), attempt.head.metadata)
    } else {
      finish(attempt, nil, attempt.head.metadata)
    }
  }

  func data(_ stream: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    unconsumed += bytes.count
    guard let session else { return 0 }
    guard let attempt = attempt(of: stream), attempt.hasHeaders else {
      nghttp2_session_consume_stream(session, stream, bytes.count)
      return 0
    }
    do throws(RPCError) {
      for run in try attempt.deframer.takeWhole(bytes) {
        if run.isCompressed, attempt.encoding == .identity {
          throw RPCError(.internal, "a message is marked as compressed, but grpc-encoding names no compression")
        }
        let encoding = run.isCompressed ? attempt.encoding : .identity
        attempt.messageCount += run.count
        if let incoming = attempt.call.incoming {
          incoming.push(
            [IncomingMessages.Entry(run: run, encoding: encoding, givenBack: attempt.window.complete())],
            owner: attempt.call)
        } else {
          guard attempt.messageCount == 1 else {
            throw RPCError(.internal, "the server sent more than one message in a call that gives one")
          }
          attempt.message = try Compression.decompress(
            run.first.bytes, encoding, limit: attempt.call.limits.maxReceivedMessageBytes)
        }
      }
    } catch {
      fail(attempt, error)
      return 0
    }
    if attempt.call.incoming == nil {
      nghttp2_session_consume_stream(session, stream, bytes.count)
    } else {
      openWindow(of: attempt)
    }
    return 0
  }

  /// Gives back what has come of an incomplete message, if it may.
  private func openWindow(of attempt: ClientAttempt) {
    guard let session, let incoming = attempt.call.incoming, attempt.deframer.heldBytes > attempt.window.givenBack,
      incoming.isEmptyOrWillTell()
    else { return }
    nghttp2_session_consume_stream(session, attempt.streamID, attempt.window.release(held: attempt.deframer.heldBytes))
  }

  /// Ends a call that the server has not ended.
  private func fail(_ attempt: ClientAttempt, _ error: RPCError) {
    reset(attempt, error)
  }

  /// Ends a call that the server has ended.
  private func finish(_ attempt: ClientAttempt, _ error: RPCError?, _ trailers: Metadata = Metadata()) {
    guard isAlive(attempt) else { return }
    remove(attempt.slot)
    attempt.end(error, trailers: trailers)
  }

  /// A reader has taken messages: the server may send as many bytes more.
  func taken(window: Int, by attempt: ClientAttempt) {
    guard isAlive(attempt), let session else { return }
    nghttp2_session_consume_stream(session, attempt.streamID, window)
    openWindow(of: attempt)
    setNeedsFlush()
  }

  func streamClosed(_ stream: Int32, _ code: UInt32) -> Int32 {
    guard let attempt = attempt(of: stream) else { return 0 }
    remove(attempt.slot)
    attempt.end(
      RPCError(
        StatusCode(http2Reset: code),
        "the server reset the call (\(String(cString: nghttp2_http2_strerror(code))))"),
      // Also what nghttp2 says of streams that a GOAWAY tells were not looked at.
      isUnprocessed: code == NGHTTP2_REFUSED_STREAM.rawValue)
    return 0
  }
}
