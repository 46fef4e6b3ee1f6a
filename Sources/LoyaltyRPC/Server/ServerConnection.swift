// A connection of a server: its streams, and the way of each call from headers to trailers.

import CNGHTTP2
import Logging
import NIOCore
import ProtobufRuntime

/// What all connections of a server share.
final class ServerShared: Sendable {
  let methods: MethodTable
  let limits: CallLimits
  let interceptors: [any ServerInterceptor]
  let logger: Logger
  /// Called when a connection is over and the last of its handlers has ended.
  let connectionEnded: @Sendable (ServerConnection) -> Void

  init(
    methods: MethodTable, limits: CallLimits, interceptors: [any ServerInterceptor], logger: Logger,
    connectionEnded: @escaping @Sendable (ServerConnection) -> Void
  ) {
    self.methods = methods
    self.limits = limits
    self.interceptors = interceptors
    self.logger = logger
    self.connectionEnded = connectionEnded
  }
}

/// Calls over one connection. On `eventLoop` only, like its superclass.
///
/// `@unchecked Sendable` for the reason given there.
final class ServerConnection: HTTP2Connection, @unchecked Sendable {
  private let shared: ServerShared
  private let address: String
  private(set) var peer: Peer

  private var streams: ContiguousArray<ServerStream> = []
  private var freeSlots: [Int] = []
  private var openStreams = 0
  /// Handlers that have not ended, and held replies: counted until they end, not until their stream is reset.
  private var runningCalls = 0

  /// The stream whose header block is being received, or that was used last.
  private var currentSlot = -1

  /// The single message of a call, still in the input buffer: it is decoded from there if the stream ends with it.
  private var borrowed: (slot: Int, bytes: UnsafeRawBufferPointer)?

  /// Received bytes for which the connection's window has not been opened again.
  private var unconsumed = 0
  private var bufferedBytes = 0

  private var arena = ReplyArena()
  private var deadlineTimer: Scheduled<Void>?
  private var nextDeadline = NIODeadline.distantFuture

  private enum Drain { case no, announced, final }
  private var drain = Drain.no

  /// Held replies of this connection are being released: it is flushed after the last.
  var isTouchedByGate = false

  init(_ shared: ServerShared, eventLoop: any EventLoop, tls: TLSSession, resources: LoopResources, address: String) {
    self.shared = shared
    self.address = address
    peer = Peer(address: address, certificate: nil, certificateRejection: nil, tlsVersion: "")
    super.init(eventLoop: eventLoop, limits: shared.limits, tls: tls, resources: resources)
  }

  // MARK: - The connection

  override func makeSession() -> OpaquePointer? {
    let shown = tls.peerCertificate()
    peer = Peer(
      address: address,
      certificate: shown.flatMap { $0.rejection == nil ? $0.certificate : nil },
      certificateRejection: shown.flatMap { shown in shown.rejection.map { "\($0) (\(shown.certificate.subject))" } },
      tlsVersion: tls.protocolVersion)
    guard let session = newSession() else { return nil }
    let settings = [
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
        value: UInt32(clamping: limits.maxConcurrentStreams)),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
        value: UInt32(clamping: min(limits.streamWindowBytes, Int(Int32.max)))),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
        value: UInt32(clamping: limits.maxHeaderListBytes)),
      nghttp2_settings_entry(settings_id: Int32(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES.rawValue), value: 1),
    ]
    nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), settings, settings.count)
    nghttp2_session_set_local_window_size(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, Int32(clamping: limits.connectionWindowBytes))
    return session
  }

  override func opened() {
    if drain != .no {
      drain = .no
      beginDrain()
    }
  }

  override func ended(_ end: ConnectionEnd) {
    deadlineTimer?.cancel()
    deadlineTimer = nil
    for slot in streams.indices where streams[slot].id != 0 {
      close(slot, RPCError(.cancelled, "the connection to the client is gone: \(end)"))
    }
    switch end {
    case .closedByPeer, .closedHere, .socket, .tls(.closedInHandshake):
      shared.logger.debug("connection ended", metadata: ["peer": "\(address)", "reason": "\(end)"])
    case .tls, .http2:
      shared.logger.notice("connection refused", metadata: ["peer": "\(address)", "reason": "\(end)"])
    }
    if runningCalls == 0 { shared.connectionEnded(self) }
  }

  /// A handler has ended. The last one of a connection that is gone lets go of it.
  private func handlerEnded() {
    runningCalls -= 1
    if phase == .ended, runningCalls == 0 { shared.connectionEnded(self) }
  }

  /// Asks the client to make no more calls here, lets those under way finish, then closes (RFC 9113 §6.8: GOAWAY twice,
  /// so that no call that crosses the first on its way is lost).
  func beginDrain() {
    guard drain == .no else { return }
    drain = .announced
    guard phase == .open, let session else {
      if phase == .handshake { end(.closedHere("the server shuts down")) }
      return
    }
    nghttp2_submit_shutdown_notice(session)
    // Its answer shows that the client has seen the notice.
    nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
    flushNow()
    eventLoop.scheduleTask(in: .seconds(1)) { [self] in finishDrain() }
  }

  private func finishDrain() {
    guard drain == .announced, phase == .open, let session else { return }
    drain = .final
    nghttp2_submit_goaway(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
      UInt32(NGHTTP2_NO_ERROR.rawValue), nil, 0)
    flushNow()
  }

  override func inputTaken() {
    // The rest of the frame is in the next record: the message is copied out of the buffer.
    if let (slot, bytes) = borrowed {
      borrowed = nil
      streams[slot].request = Array(bytes)
    }
  }

  override func willFlush() {
    guard unconsumed > 0, let session else { return }
    nghttp2_session_consume_connection(session, unconsumed)
    unconsumed = 0
  }

  override func settled() {
    guard let session else { return }
    if drain == .final, openStreams == 0, runningCalls == 0 {
      end(.closedHere("the server shuts down"))
    } else if nghttp2_session_want_read(session) == 0, nghttp2_session_want_write(session) == 0 {
      end(endOfSession)
    }
  }

  // MARK: - The table of streams

  private func slot(of stream: Int32) -> Int? {
    if currentSlot >= 0, streams[currentSlot].id == stream { return currentSlot }
    guard let session, let data = nghttp2_session_get_stream_user_data(session, stream) else { return nil }
    let slot = Int(bitPattern: data) - 1
    guard streams.indices.contains(slot), streams[slot].id == stream else { return nil }
    currentSlot = slot
    return slot
  }

  /// The stream a call belongs to, if it is still there.
  private func isAlive(_ call: ServerContext) -> Bool {
    phase == .open && streams[call.slot].id == call.streamID && streams[call.slot].call === call
  }

  private func open(_ stream: Int32) -> Int {
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
    } else {
      slot = streams.count
      streams.append(ServerStream())
    }
    streams[slot].id = stream
    openStreams += 1
    return slot
  }

  /// Takes a stream out of the table. A handler that still runs is cancelled.
  private func close(_ slot: Int, _ reason: RPCError) {
    if let call = streams[slot].call {
      if streams[slot].isHeld { runningCalls -= 1 }
      if !streams[slot].hasReportedEnd {
        call.cancel(reason)
        report(call, slot, reason.code, reason.message)
      }
    }
    streams[slot].requests?.end(reason)
    streams[slot].responses?.fail(reason)
    streams[slot].reply.discard()
    bufferedBytes -= streams[slot].bufferedBytes
    if borrowed?.slot == slot { borrowed = nil }
    if currentSlot == slot { currentSlot = -1 }
    streams[slot] = ServerStream()
    freeSlots.append(slot)
    openStreams -= 1
  }

  // MARK: - nghttp2's events

  func headersBegin(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    guard frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST, let session else { return 0 }
    let stream = frame.pointee.hd.stream_id
    guard runningCalls < limits.maxConcurrentStreams else {
      nghttp2_submit_rst_stream(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, UInt32(NGHTTP2_REFUSED_STREAM.rawValue))
      return 0
    }
    let slot = open(stream)
    currentSlot = slot
    nghttp2_session_set_stream_user_data(session, stream, UnsafeMutableRawPointer(bitPattern: slot + 1))
    return 0
  }

  func header(
    _ frame: UnsafePointer<nghttp2_frame>, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) -> Int32 {
    // Trailers of a request mean nothing in gRPC.
    guard frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST, let slot = slot(of: frame.pointee.hd.stream_id) else {
      return 0
    }
    streams[slot].head.receive(name: name, value: value, methods: shared.methods, limits: limits)
    return 0
  }

  func frameReceived(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = frame.pointee.hd
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue:
      guard let slot = slot(of: header.stream_id) else { return 0 }
      if frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST { begin(slot) }
      if endsStream { requestEnded(header.stream_id) }
    case NGHTTP2_DATA.rawValue:
      if header.length == 0, !endsStream { noteControlFrame() }
      if endsStream { requestEnded(header.stream_id) }
    case NGHTTP2_PING.rawValue where header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0:
      finishDrain()
    case NGHTTP2_PING.rawValue, NGHTTP2_SETTINGS.rawValue, NGHTTP2_PRIORITY.rawValue, NGHTTP2_RST_STREAM.rawValue:
      noteControlFrame()
    default:
      break
    }
    return 0
  }

  func data(_ stream: Int32, _ bytes: UnsafeRawBufferPointer, endsStream: Bool) -> Int32 {
    unconsumed += bytes.count
    guard let slot = slot(of: stream), streams[slot].call != nil || streams[slot].head.isAccepted else {
      consume(stream, bytes.count)
      return 0
    }
    if streams[slot].state.kind.takesOneRequest {
      if borrowed != nil { inputTaken() }
      if endsStream, streams[slot].deframer.isEmpty, bytes.count >= MessageDeframer.prefixLength, bytes[0] == 0,
        streams[slot].state.messagesReceived == 0, isOneMessage(bytes)
      {
        do {
          try streams[slot].state.receiveMessage()
        } catch {
          refuse(slot, error)
          return 0
        }
        borrowed = (slot, UnsafeRawBufferPointer(rebasing: bytes[MessageDeframer.prefixLength...]))
        return 0
      }
      if !endsStream { consume(stream, bytes.count) }
    }
    receive(slot, bytes)
    return 0
  }

  private func isOneMessage(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let length = Int(bytes[1]) << 24 | Int(bytes[2]) << 16 | Int(bytes[3]) << 8 | Int(bytes[4])
    return length == bytes.count - MessageDeframer.prefixLength && length <= limits.maxReceivedMessageBytes
  }

  private func consume(_ stream: Int32, _ count: Int) {
    guard let session else { return }
    nghttp2_session_consume_stream(session, stream, count)
  }

  /// The slow way of request bytes: messages in pieces, compressed ones, streams.
  private func receive(_ slot: Int, _ bytes: UnsafeRawBufferPointer) {
    do throws(RPCError) {
      // Everything that comes counts until it is taken or the stream is over.
      streams[slot].bufferedBytes += bytes.count
      bufferedBytes += bytes.count
      guard bufferedBytes <= limits.maxBufferedBytes else {
        throw RPCError(
          .resourceExhausted,
          "the connection holds more than \(limits.maxBufferedBytes) bytes of requests that wait for their handlers")
      }
      for (isCompressed, message) in try streams[slot].deframer.takeWhole(bytes) {
        try streams[slot].state.receiveMessage()
        let encoding = streams[slot].head.encoding
        if isCompressed, encoding == .identity {
          throw RPCError(.internal, "a message is marked as compressed, but grpc-encoding names no compression")
        }
        guard let requests = streams[slot].requests, let call = streams[slot].call else {
          streams[slot].request = try Compression.decompress(
            message, isCompressed ? encoding : .identity, limit: limits.maxReceivedMessageBytes)
          continue
        }
        let window = streams[slot].window.complete(size: MessageDeframer.prefixLength + message.count)
        requests.push(message, encoding: isCompressed ? encoding : .identity, window: window, owner: call)
      }
      openWindow(slot)
    } catch {
      refuse(slot, error)
    }
  }

  /// Gives back what has come of an incomplete message of a stream, if it may.
  private func openWindow(_ slot: Int) {
    guard let requests = streams[slot].requests else { return }
    let held = streams[slot].deframer.heldBytes
    guard held > streams[slot].window.givenBack, requests.isEmptyOrWillTell() else { return }
    consume(streams[slot].id, streams[slot].window.release(held: held))
  }

  private func requestEnded(_ stream: Int32) {
    guard let slot = slot(of: stream) else { return }
    streams[slot].requestHasEnded = true
    guard streams[slot].head.isAccepted else { return }
    do {
      try streams[slot].state.receiveEnd(isBetweenMessages: streams[slot].deframer.isEmpty)
    } catch {
      refuse(slot, error)
      return
    }
    guard streams[slot].state.kind.takesOneRequest else {
      streams[slot].requests?.end()
      return
    }
    if let (owner, bytes) = borrowed, owner == slot {
      borrowed = nil
      start(slot, bytes)
    } else {
      let request = streams[slot].request
      streams[slot].request = []
      bufferedBytes -= streams[slot].bufferedBytes
      streams[slot].bufferedBytes = 0
      request.withUnsafeBytes { start(slot, $0) }
    }
  }

  /// The last frame of a response has gone: a request that is still coming is of no use any more.
  func frameSent(_ frame: UnsafePointer<nghttp2_frame>) -> Int32 {
    let header = frame.pointee.hd
    guard UInt32(header.type) == NGHTTP2_HEADERS.rawValue,
      header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
      let slot = slot(of: header.stream_id), !streams[slot].requestHasEnded, let session
    else { return 0 }
    // NO_ERROR: the response stands (RFC 9113 §8.1).
    nghttp2_submit_rst_stream(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), header.stream_id, UInt32(NGHTTP2_NO_ERROR.rawValue))
    return 0
  }

  func streamClosed(_ stream: Int32, _ code: UInt32) -> Int32 {
    guard let slot = slot(of: stream) else { return 0 }
    close(slot, RPCError(.cancelled, "the client reset the call (\(String(cString: nghttp2_http2_strerror(code))))"))
    return 0
  }

  // MARK: - From headers to the handler

  /// The headers are complete.
  private func begin(_ slot: Int) {
    switch streams[slot].head.verdict() {
    case .notGRPC(let status):
      respondHTTP(slot, status)
    case .failed(let error):
      refuse(slot, error)
    case .accepted(let index):
      let served = shared.methods.entries[index]
      streams[slot].head.accept()
      streams[slot].state = ServerCallState(kind: served.descriptor.kind)
      streams[slot].deframer = MessageDeframer(limit: limits.maxReceivedMessageBytes)
      if served.needsCertificate, peer.certificate == nil {
        refuse(slot, certificateError())
        return
      }
      guard !served.descriptor.kind.takesOneRequest else { return }
      guard let call = makeCall(slot, served) else { return }
      let requests = IncomingMessages(limits: limits)
      streams[slot].requests = requests
      call.attach(requests)
      served.invoker.start(call, requests: requests)
      afterStart(call)
    }
  }

  private func certificateError() -> RPCError {
    guard let rejection = peer.certificateRejection else {
      return RPCError(.unauthenticated, "a client certificate is required: none was shown")
    }
    return RPCError(.unauthenticated, "the client certificate is not accepted: \(rejection)")
  }

  /// A call that takes one message has it all.
  private func start(_ slot: Int, _ request: UnsafeRawBufferPointer) {
    guard case .accepted(let index) = streams[slot].head.verdict() else { return }
    let served = shared.methods.entries[index]
    guard let call = makeCall(slot, served) else { return }
    served.invoker.start(call, request: request)
    afterStart(call)
  }

  /// Nil if an interceptor has refused the call.
  private func makeCall(_ slot: Int, _ served: ServedMethod) -> ServerContext? {
    let timeout = streams[slot].head.timeout
    let needsTime = timeout != nil || !shared.interceptors.isEmpty
    let now = needsTime ? NIODeadline.now() : .uptimeNanoseconds(0)
    let call = ServerContext(
      served, connection: self, slot: slot, streamID: streams[slot].id, metadata: streams[slot].head.metadata,
      deadline: timeout.map { now + .nanoseconds($0) }, started: now)
    streams[slot].call = call
    runningCalls += 1
    for interceptor in shared.interceptors {
      do {
        try interceptor.callStarts(call)
      } catch {
        fail(call, error, ServerContext.Ending())
        return nil
      }
    }
    return call
  }

  /// A call that has not been answered by now has its deadline watched.
  private func afterStart(_ call: ServerContext) {
    guard let deadline = call.deadline, isAlive(call) else { return }
    if case .pending = streams[call.slot].trailers {
      watch(deadline)
    } else if streams[call.slot].isHeld {
      watch(deadline)
    }
  }

  /// One timer for all calls: it is set to the earliest deadline and looks through the table when it fires.
  private func watch(_ deadline: NIODeadline) {
    guard deadline < nextDeadline else { return }
    deadlineTimer?.cancel()
    nextDeadline = deadline
    deadlineTimer = eventLoop.scheduleTask(deadline: deadline) { [self] in sweepDeadlines() }
  }

  private func sweepDeadlines() {
    nextDeadline = .distantFuture
    deadlineTimer = nil
    guard phase == .open else { return }
    let now = NIODeadline.now()
    var next = NIODeadline.distantFuture
    for slot in streams.indices {
      guard streams[slot].id != 0, let call = streams[slot].call, let deadline = call.deadline else { continue }
      if deadline > now {
        next = min(next, deadline)
        continue
      }
      refuse(slot, RPCError(.deadlineExceeded, "the deadline of the call passed before it was answered"))
    }
    if next < .distantFuture { watch(next) }
    flushNow()
  }

  // MARK: - From the handler to the wire

  /// A handler has returned its one response: it is encoded straight into the connection's memory.
  func answer<R: Message>(_ call: ServerContext, _ response: R, _ ending: ServerContext.Ending) {
    handlerEnded()
    guard isAlive(call) else { return }
    var sizes = SizeCache()
    let count = response.serializedSize(&sizes)
    do {
      try limits.checkSent(count)
    } catch {
      respond(call, .failed(error), ending)
      return
    }
    let (arena, range) = reserve(MessageDeframer.prefixLength + count)
    let memory = arena[range]
    MessageFrame.writePrefix(count, compressed: false, to: memory)
    response.serialize(
      into: UnsafeMutableRawBufferPointer(rebasing: memory[MessageDeframer.prefixLength...]), sizes: &sizes)
    streams[call.slot].reply = ReplyBytes(arena, range)
    respond(call, .ok(ending.trailers), ending)
  }

  /// The same for a handler that ended on another thread and encoded there.
  func answer(_ call: ServerContext, frame: [UInt8], _ ending: ServerContext.Ending) {
    handlerEnded()
    guard isAlive(call) else { return }
    let (arena, range) = reserve(frame.count)
    arena[range].copyBytes(from: frame)
    streams[call.slot].reply = ReplyBytes(arena, range)
    respond(call, .ok(ending.trailers), ending)
  }

  /// A streaming handler has ended.
  func succeed(_ call: ServerContext, _ ending: ServerContext.Ending) {
    handlerEnded()
    guard isAlive(call) else { return }
    respond(call, .ok(ending.trailers), ending)
  }

  func fail(_ call: ServerContext, _ error: RPCError, _ ending: ServerContext.Ending) {
    handlerEnded()
    guard isAlive(call) else { return }
    var error = error
    error.metadata.append(contentsOf: ending.trailers)
    respond(call, .failed(error), ending)
  }

  private func reserve(_ count: Int) -> (ReplyArena, Range<Int>) {
    if let range = arena.reserve(count) { return (arena, range) }
    arena = ReplyArena(capacity: max(count, ReplyArena.defaultCapacity))
    // A new arena has room for what it was made for.
    return (arena, arena.reserve(count) ?? 0..<0)
  }

  /// The status is known: the response goes out, or waits at a gate.
  private func respond(_ call: ServerContext, _ trailers: ServerStream.Trailers, _ ending: ServerContext.Ending) {
    let slot = call.slot
    streams[slot].trailers = trailers
    if let hold = ending.hold, !hold.gate.isOpen(for: hold.position) {
      streams[slot].isHeld = true
      streams[slot].initialMetadata = ending.initialMetadata
      runningCalls += 1
      hold.gate.heldReplies(on: eventLoop).append(
        hold.position, slot: slot, streamID: call.streamID, connection: self)
      // A handler that had suspended is past `afterStart`; its deadline is watched already.
      return
    }
    if let hold = ending.hold, hold.gate.position < hold.position, let failure = hold.gate.failure {
      streams[slot].reply.discard()
      streams[slot].trailers = .failed(failure)
    }
    streams[slot].initialMetadata = ending.initialMetadata
    send(slot)
    setNeedsFlush()
  }

  /// A gate lets a held reply go. The caller flushes.
  func release(slot: Int, streamID: Int32, failure: RPCError?) {
    guard phase == .open, streams[slot].id == streamID, streams[slot].isHeld else { return }
    runningCalls -= 1
    streams[slot].isHeld = false
    if let failure {
      streams[slot].reply.discard()
      streams[slot].trailers = .failed(failure)
    }
    send(slot)
  }

  /// Hands the response of a call whose status is known to nghttp2.
  private func send(_ slot: Int) {
    guard let session, let call = streams[slot].call else { return }
    switch streams[slot].trailers {
    case .pending: return
    case .ok: report(call, slot, .ok, "")
    case .failed(let error): report(call, slot, error.code, error.message)
    }
    if streams[slot].responses != nil || call.hasResponses {
      if streams[slot].responses == nil { streams[slot].responses = call.responses }
      streams[slot].responses?.finish(owner: call)
      if streams[slot].state.response == .nothingSent, case .failed(let error) = streams[slot].trailers {
        streams[slot].responses?.fail(error)
        sendTrailersOnly(slot, error)
        return
      }
      sendHeadersIfNeeded(slot)
      return
    }
    if case .failed(let error) = streams[slot].trailers {
      sendTrailersOnly(slot, error)
      return
    }
    guard streams[slot].state.sendMessage() == true else { return }
    submitResponse(session, slot)
  }

  private func submitResponse(_ session: OpaquePointer, _ slot: Int) {
    var provider = nghttp2_data_provider()
    provider.source.fd = Int32(truncatingIfNeeded: slot)
    provider.read_callback = Self.readReply
    let headers = StaticHeaders.response
    if streams[slot].initialMetadata.isEmpty {
      nghttp2_submit_response(session, streams[slot].id, headers.fields, headers.count, &provider)
    } else {
      var block = HeaderBlock()
      block.add(":status", "200")
      block.add("content-type", "application/grpc")
      block.add(streams[slot].initialMetadata)
      block.withFields { fields, count in
        _ = nghttp2_submit_response(session, streams[slot].id, fields, count, &provider)
      }
    }
  }

  /// A response that is a status and nothing else.
  private func sendTrailersOnly(_ slot: Int, _ error: RPCError) {
    guard let session, streams[slot].state.sendStatus() == true else { return }
    var block = HeaderBlock()
    block.add(":status", "200")
    block.add("content-type", "application/grpc")
    if error.code == .unimplemented { block.add("grpc-accept-encoding", MessageEncoding.accepted) }
    block.add(status: error)
    block.withFields { fields, count in
      _ = nghttp2_submit_response(session, streams[slot].id, fields, count, nil)
    }
  }

  /// Ends a call whose handler has not answered: it was refused, or its time is over.
  private func refuse(_ slot: Int, _ error: RPCError) {
    guard streams[slot].state.response != .ended else { return }
    if streams[slot].isHeld {
      streams[slot].isHeld = false
      runningCalls -= 1
    }
    streams[slot].reply.discard()
    if let call = streams[slot].call {
      call.cancel(error)
      report(call, slot, error.code, error.message)
    }
    streams[slot].requests?.end(error)
    streams[slot].request = []
    streams[slot].trailers = .failed(error)
    // The handler's own end finds another call here, and is dropped.
    streams[slot].call = nil
    streams[slot].head.refuse()
    if streams[slot].state.response == .nothingSent {
      sendTrailersOnly(slot, error)
    } else if streams[slot].isDeferred, let session {
      streams[slot].isDeferred = false
      nghttp2_session_resume_data(session, streams[slot].id)
    }
    setNeedsFlush()
  }

  private func respondHTTP(_ slot: Int, _ status: Int) {
    guard let session else { return }
    _ = streams[slot].state.sendStatus()
    var block = HeaderBlock()
    block.add(":status", String(status))
    if status == 405 { block.add("allow", "POST") }
    block.withFields { fields, count in
      _ = nghttp2_submit_response(session, streams[slot].id, fields, count, nil)
    }
  }

  // MARK: - Streams of responses

  /// A streaming handler has queued messages, or nothing more follows.
  func resume(_ call: ServerContext) {
    guard isAlive(call) else { return }
    let slot = call.slot
    if streams[slot].responses == nil { streams[slot].responses = call.responses }
    if streams[slot].isHeld { return }
    sendHeadersIfNeeded(slot)
    setNeedsFlush()
  }

  private func sendHeadersIfNeeded(_ slot: Int) {
    guard let session else { return }
    if streams[slot].state.response == .nothingSent {
      guard streams[slot].state.sendHeaders() else { return }
      if let call = streams[slot].call { streams[slot].initialMetadata = call.initialMetadata }
      submitResponse(session, slot)
    } else if streams[slot].isDeferred {
      streams[slot].isDeferred = false
      nghttp2_session_resume_data(session, streams[slot].id)
    }
  }

  /// A streaming handler has taken messages: the client may send as many bytes more.
  func taken(window: Int, size: Int, by call: ServerContext) {
    guard isAlive(call) else { return }
    let slot = call.slot
    let returned = min(size, streams[slot].bufferedBytes)
    streams[slot].bufferedBytes -= returned
    bufferedBytes -= returned
    consume(call.streamID, window)
    openWindow(slot)
    setNeedsFlush()
  }

  /// nghttp2 has room for this stream's data.
  func readReply(
    _ stream: Int32, slot: Int, into buffer: UnsafeMutablePointer<UInt8>, capacity: Int,
    flags: UnsafeMutablePointer<UInt32>
  ) -> Int {
    guard streams.indices.contains(slot), streams[slot].id == stream else {
      return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
    }
    var count = 0
    if let responses = streams[slot].responses {
      switch responses.take(into: buffer, capacity: capacity) {
      case .bytes(let taken): count = taken
      case .wait, .finished: break
      }
      var isLast = responses.isDrained
      if case .pending = streams[slot].trailers { isLast = false }
      if streams[slot].isHeld { isLast = false }
      if !isLast {
        if count == 0 {
          streams[slot].isDeferred = true
          return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        return count
      }
    } else {
      count = streams[slot].reply.move(to: buffer, capacity: capacity)
      guard streams[slot].reply.isEmpty else { return count }
    }
    flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
    sendTrailers(slot)
    return count
  }

  private func sendTrailers(_ slot: Int) {
    guard let session, streams[slot].state.sendStatus() != nil else { return }
    switch streams[slot].trailers {
    case .pending: return
    case .ok(let metadata) where metadata.isEmpty:
      let trailers = StaticHeaders.okTrailers
      nghttp2_submit_trailer(session, streams[slot].id, trailers.fields, trailers.count)
    case .ok(let metadata):
      var block = HeaderBlock()
      block.add("grpc-status", "0")
      block.add(metadata)
      block.withFields { fields, count in _ = nghttp2_submit_trailer(session, streams[slot].id, fields, count) }
    case .failed(let error):
      var block = HeaderBlock()
      block.add(status: error)
      block.withFields { fields, count in _ = nghttp2_submit_trailer(session, streams[slot].id, fields, count) }
    }
  }

  // MARK: - Interceptors

  private func report(_ call: ServerContext, _ slot: Int, _ status: StatusCode, _ message: String) {
    guard !streams[slot].hasReportedEnd else { return }
    streams[slot].hasReportedEnd = true
    for interceptor in shared.interceptors { interceptor.callEnds(call, status: status, message: message) }
  }
}
