// A connection of a client: its streams, and the way of each call from request to trailers.

import CNGHTTP2
import NIOCore

/// Calls over one connection, on `eventLoop` only.
///
/// `@unchecked Sendable` for the reason given at its superclass.
final class ClientConnection: HTTP2Connection, @unchecked Sendable {
  private let transport: ClientTransport
  private let authority: String

  private var calls: ContiguousArray<ClientCall?> = []
  private var freeSlots: [Int] = []
  private(set) var callCount = 0
  private var currentSlot = -1
  private var unconsumed = 0

  /// When the connection was begun, its host's address known, and the socket connected.
  private let begun: NIODeadline
  private let resolved = NIODeadline.now()
  private var socketConnected: NIODeadline?
  private(set) var report: ConnectionReport?
  /// The server has sent a frame: it takes this side as it is.
  private var serverHasSpoken = false

  /// No new call: the server has sent GOAWAY, or this side closes.
  private(set) var isDraining = false

  init(
    _ transport: ClientTransport, eventLoop: any EventLoop, security: any ConnectionSecurity, resources: LoopResources,
    authority: String,
    begun: NIODeadline
  ) {
    self.begun = begun
    self.transport = transport
    self.authority = authority
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
      serverCertificate: security.peerCertificate()?.certificate,
      isClientCertificateRequested: security.isCertificateRequested)
    transport.connected(self)
  }

  private static func text(_ address: SocketAddress) -> String {
    guard let ip = address.ipAddress, let port = address.port else { return address.description }
    return ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
  }

  override func ended(_ reason: ConnectionEnd) {
    isDraining = true
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
    for slot in calls.indices {
      guard let call = calls[slot] else { continue }
      remove(slot)
      call.end(error)
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
    if isDraining, callCount == 0 {
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
    if callCount == 0 {
      if let session {
        nghttp2_submit_goaway(
          session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, UInt32(NGHTTP2_NO_ERROR.rawValue), nil, 0)
      }
      end(.closedHere("the client was closed"))
    }
  }

  // MARK: - Calls

  /// Sends a call's headers and as much of its request as there is.
  func start(_ call: ClientCall) {
    guard let session, phase == .open else {
      call.end(RPCError(.unavailable, "the connection to \(authority) is gone"))
      return
    }
    var block = HeaderBlock()
    block.addRequest(
      path: call.method.path, authority: authority, encoding: call.options.encoding, isSecure: security.isEncrypted)
    if let deadline = call.deadline {
      let left = (deadline - NIODeadline.now()).nanoseconds
      block.add("grpc-timeout") { GRPCTimeout.format(nanoseconds: left, into: &$0) }
    }
    block.add(call.options.metadata)

    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      calls[slot] = call
    } else {
      slot = calls.count
      calls.append(call)
    }
    callCount += 1
    var provider = nghttp2_data_provider()
    provider.source.fd = Int32(truncatingIfNeeded: slot)
    provider.read_callback = Self.readRequest
    let stream = block.withFields { fields, count in
      nghttp2_submit_request(
        session, nil, fields, count, &provider, UnsafeMutableRawPointer(bitPattern: slot + 1))
    }
    guard stream > 0 else {
      remove(slot)
      call.end(RPCError(.unavailable, "no stream could be opened: \(String(cString: nghttp2_strerror(stream)))"))
      return
    }
    call.connection = self
    call.slot = slot
    call.streamID = stream
    call.started = .now()
    setNeedsFlush()
  }

  /// Gives a call up.
  func reset(_ call: ClientCall, _ error: RPCError) {
    guard isAlive(call), let session else { return }
    nghttp2_submit_rst_stream(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), call.streamID, UInt32(NGHTTP2_CANCEL.rawValue))
    remove(call.slot)
    call.end(error)
    setNeedsFlush()
  }

  /// Ends the calls whose deadline has passed.
  /// - Returns: the earliest of the others.
  func sweepDeadlines(_ now: NIODeadline) -> NIODeadline {
    var next = NIODeadline.distantFuture
    for slot in calls.indices {
      guard let call = calls[slot], let deadline = call.deadline else { continue }
      if deadline > now {
        next = min(next, deadline)
      } else {
        reset(call, ClientTransport.deadlineError)
      }
    }
    return next
  }

  private func isAlive(_ call: ClientCall) -> Bool {
    call.slot >= 0 && call.slot < calls.count && calls[call.slot] === call
  }

  private func remove(_ slot: Int) {
    calls[slot] = nil
    freeSlots.append(slot)
    callCount -= 1
    if currentSlot == slot { currentSlot = -1 }
  }

  private func call(of stream: Int32) -> ClientCall? {
    if currentSlot >= 0, let call = calls[currentSlot], call.streamID == stream { return call }
    guard let session, let data = nghttp2_session_get_stream_user_data(session, stream) else { return nil }
    let slot = Int(bitPattern: data) - 1
    guard calls.indices.contains(slot), let call = calls[slot], call.streamID == stream else { return nil }
    currentSlot = slot
    return call
  }

  // MARK: - Requests

  func readRequest(
    slot: Int, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int, flags: UnsafeMutablePointer<UInt32>
  ) -> Int {
    guard calls.indices.contains(slot), let call = calls[slot] else {
      return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
    if let outgoing = call.outgoing {
      switch outgoing.take(into: buffer, capacity: capacity) {
      case .bytes(let count):
        creditPing()
        return count
      case .finished:
        flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        return 0
      case .wait:
        call.isDeferred = true
        return Int(NGHTTP2_ERR_DEFERRED.rawValue)
      }
    }
    let count = min(capacity, call.request.count - call.sent)
    call.request.withUnsafeBytes { raw in
      if let base = raw.baseAddress, count > 0 {
        UnsafeMutableRawPointer(buffer).copyMemory(from: base + call.sent, byteCount: count)
      }
    }
    call.sent += count
    creditPing()
    if call.sent == call.request.count { flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
    return count
  }

  func resume(_ call: ClientCall) {
    guard isAlive(call), call.isDeferred, let session else { return }
    call.isDeferred = false
    nghttp2_session_resume_data(session, call.streamID)
    setNeedsFlush()
  }

  // MARK: - Responses

  func headersBegin(_ stream: Int32) -> Int32 {
    call(of: stream)?.head = ResponseHead()
    return 0
  }

  func header(_ stream: Int32, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Int32 {
    call(of: stream)?.head.receive(name: name, value: value, limits: limits)
    return 0
  }

  func frameReceived(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = frame.pointee.hd
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue:
      guard let call = call(of: header.stream_id) else { return 0 }
      headersReceived(call, endsStream: endsStream)
    case NGHTTP2_DATA.rawValue where endsStream:
      guard let call = call(of: header.stream_id) else { return 0 }
      finish(call, RPCError(.internal, "the server ended the call without trailers"))
    case NGHTTP2_GOAWAY.rawValue:
      isDraining = true
      transport.draining(self)
    case NGHTTP2_PING.rawValue:
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

  private func headersReceived(_ call: ClientCall, endsStream: Bool) {
    // Interim responses (1xx) come before the real one.
    if !call.hasHeaders, let status = call.head.httpStatus, (100..<200).contains(status) { return }
    if !call.hasHeaders {
      if let refusal = call.head.refusal {
        fail(call, refusal)
        return
      }
      call.hasHeaders = true
      call.noteFirstByte()
      call.encoding = call.head.encoding
      if !endsStream { call.receivedHeaders(call.head.metadata) }
    }
    guard endsStream else { return }
    if let error = call.head.outcome() {
      finish(call, error, call.head.metadata)
    } else if !call.deframer.isEmpty {
      finish(call, RPCError(.internal, "the response ended within a message"), call.head.metadata)
    } else {
      finish(call, nil, call.head.metadata)
    }
  }

  func data(_ stream: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    unconsumed += bytes.count
    guard let session else { return 0 }
    guard let call = call(of: stream), call.hasHeaders else {
      nghttp2_session_consume_stream(session, stream, bytes.count)
      return 0
    }
    do throws(RPCError) {
      for (isCompressed, message) in try call.deframer.takeWhole(bytes) {
        if isCompressed, call.encoding == .identity {
          throw RPCError(.internal, "a message is marked as compressed, but grpc-encoding names no compression")
        }
        let encoding = isCompressed ? call.encoding : .identity
        call.messageCount += 1
        if let incoming = call.incoming {
          let window = call.window.complete(size: MessageDeframer.prefixLength + message.count)
          incoming.push(message, encoding: encoding, window: window, owner: call)
        } else {
          guard call.messageCount == 1 else {
            throw RPCError(.internal, "the server sent more than one message in a call that gives one")
          }
          call.message = try Compression.decompress(message, encoding, limit: limits.maxReceivedMessageBytes)
        }
      }
    } catch {
      fail(call, error)
      return 0
    }
    if call.incoming == nil {
      nghttp2_session_consume_stream(session, stream, bytes.count)
    } else {
      openWindow(of: call)
    }
    return 0
  }

  /// Gives back what has come of an incomplete message, if it may.
  private func openWindow(of call: ClientCall) {
    guard let session, let incoming = call.incoming, call.deframer.heldBytes > call.window.givenBack,
      incoming.isEmptyOrWillTell()
    else { return }
    nghttp2_session_consume_stream(session, call.streamID, call.window.release(held: call.deframer.heldBytes))
  }

  /// Ends a call that the server has not ended.
  private func fail(_ call: ClientCall, _ error: RPCError) {
    reset(call, error)
  }

  /// Ends a call that the server has ended.
  private func finish(_ call: ClientCall, _ error: RPCError?, _ trailers: Metadata = Metadata()) {
    guard isAlive(call) else { return }
    remove(call.slot)
    call.end(error, trailers: trailers)
  }

  /// A reader has taken messages: the server may send as many bytes more.
  func taken(window: Int, by call: ClientCall) {
    guard isAlive(call), let session else { return }
    nghttp2_session_consume_stream(session, call.streamID, window)
    openWindow(of: call)
    setNeedsFlush()
  }

  func streamClosed(_ stream: Int32, _ code: UInt32) -> Int32 {
    guard let call = call(of: stream) else { return 0 }
    remove(call.slot)
    if code == NGHTTP2_REFUSED_STREAM.rawValue, transport.retryUnprocessed(call) { return 0 }
    call.end(
      RPCError(
        StatusCode(http2Reset: code),
        "the server reset the call (\(String(cString: nghttp2_http2_strerror(code))))"))
    return 0
  }
}
