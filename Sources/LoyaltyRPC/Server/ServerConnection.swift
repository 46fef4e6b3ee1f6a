// A connection of a server: its streams, and the way of each call from headers to trailers.

import CNGHTTP2
import Logging
import NIOCore

/// What all connections of a server share.
final class ServerShared: Sendable {
  let methods: MethodTable
  let limits: CallLimits
  let policy: ConnectionPolicy
  let interceptors: [any ServerInterceptor]
  let replyEncoding: MessageEncoding
  let minCompressedBytes: Int
  let tls: ServerTLS?
  let budget: ByteBudget
  let counters: ServerCounters
  let logger: Logger
  let cors: CORSPolicy
  let json: JSONMapping
  /// Called when a connection is over and the last of its handlers has ended.
  let connectionEnded: @Sendable (ServerConnection) -> Void

  init(
    methods: MethodTable, configuration: RPCServer.Configuration, json: JSONMapping, tls: ServerTLS?,
    budget: ByteBudget,
    counters: ServerCounters,
    connectionEnded: @escaping @Sendable (ServerConnection) -> Void
  ) {
    self.methods = methods
    limits = configuration.limits
    policy = configuration.connections
    interceptors = configuration.interceptors
    replyEncoding = configuration.replyEncoding
    minCompressedBytes = configuration.minCompressedBytes
    self.tls = tls
    self.budget = budget
    self.counters = counters
    logger = configuration.logger
    cors = configuration.cors
    self.json = json
    self.connectionEnded = connectionEnded
  }
}

/// Calls over one connection. On `eventLoop` only, like its superclass.
///
/// `@unchecked Sendable` for the reason given there.
final class ServerConnection: HTTP2Connection, @unchecked Sendable {
  let shared: ServerShared
  let address: String
  /// Tells this connection from all others of the server.
  let number: Int
  private(set) var peer: Peer

  let streams = StreamTable()
  /// Of `shared` and `limits`, at hand for each header field.
  let paths: MethodPaths
  let headerLimits: CallLimits.OfHeaders
  // Not checked for exclusive access at run time: touched on the loop only, and by nothing that calls back. A call would pay
  // for each touch what it pays for a header field.
  @exclusivity(unchecked) var freeSlots: [Int] = []
  var openStreams = 0
  /// Handlers that have not ended, and replies that a gate has not let go: counted until then, not until their stream is reset.
  var runningCalls = 0

  /// Names and values of the header block that is being received.
  @exclusivity(unchecked) var headerBlockBytes = 0
  /// The stream whose header block is being received, or that was used last.
  var currentSlot = -1

  /// The single message of a call, still in the input buffer: it is decoded from there if the stream ends with it.
  var borrowed: (slot: Int, bytes: UnsafeRawBufferPointer)?

  /// Received bytes for which the connection's window has not been opened again.
  var unconsumed = 0
  var bufferedBytes = 0

  var deadlineTimer: Scheduled<Void>?
  var nextDeadline = NIODeadline.distantFuture

  enum Drain { case no, announced, final }
  var drain = Drain.no

  /// Bytes of single replies that wait for their peer or their gate.
  var queuedReplyBytes = 0
  /// Bytes of the server's budget that this connection has taken.
  var granted = 0

  /// Calls so far, how they ended, and what the last look at the time limits found. Wraps.
  var callCount = 0
  var succeededCalls = 0
  var failedCalls = 0
  var publishedCounts = ServerCounters.CallCounts()
  var lastLook: Look?

  /// Which streams the peer has opened so far.
  @exclusivity(unchecked) var streamOrder = StreamOrder()

  /// When the peer's last PING came that nothing was sent for.
  var lastPing: NIODeadline?
  /// When the connection is drained for its age, and when the grace after that is over.
  var maxAge: NIODeadline?
  var cutOff: NIODeadline?
  /// Set where the connection has to end once what nghttp2 has to say is written.
  var farewell: ConnectionEnd?
  /// Why the connection is drained.
  var drainReason = "the server shuts down"

  /// The gate at which a reply waited last, and this event loop's queue there.
  var lastGate: (gate: ReplyGate, queue: HeldReplies)?
  /// Held replies of this connection are being released: it is flushed after the last.
  var isTouchedByGate = false

  init(
    _ shared: ServerShared, eventLoop: any EventLoop, security: any ConnectionSecurity, resources: LoopResources,
    address: String
  ) {
    self.shared = shared
    self.address = address
    paths = shared.methods.paths
    headerLimits = shared.limits.ofHeaders
    number = shared.counters.nextNumber()
    peer = Peer(address: address, certificate: nil, certificateRejection: nil, tlsVersion: "")
    super.init(eventLoop: eventLoop, limits: shared.limits, security: security, resources: resources)
  }

  override func makeSession() -> OpaquePointer? {
    let shown = security.peerCertificate()
    peer = Peer(
      address: address,
      certificate: shown.flatMap { $0.rejection == nil ? $0.certificate : nil },
      certificateRejection: shown.flatMap { shown in shown.rejection.map { "\($0) (\(shown.certificate.subject))" } },
      tlsVersion: security.protocolVersion)
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
    maxAge = endOfLife(from: .now())
    // A reload may have come during the handshake.
    if let current = shared.tls?.context, (security as? TLSSession)?.context !== current {
      checkPeer(against: current)
      guard phase == .open else { return }
    }
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
    if case .tls = end, session == nil { shared.counters.noteFailedHandshake() }
    settleBudget()
    publishCounts()
    if runningCalls == 0 { shared.connectionEnded(self) }
  }

  /// A handler has ended. The last one of a connection that is gone lets go of it.
  func handlerEnded() {
    runningCalls -= 1
    if phase == .ended, runningCalls == 0 { shared.connectionEnded(self) }
  }

  /// Asks the client to make no more calls here, lets those under way finish, then closes (RFC 9113 §6.8: GOAWAY twice,
  /// so that no call that crosses the first on its way is lost).
  func beginDrain() {
    guard drain == .no else { return }
    drain = .announced
    guard phase == .open, let session else {
      if phase != .ended { end(.closedHere("the server shuts down")) }
      return
    }
    nghttp2_submit_shutdown_notice(session)
    // Its answer shows that the client has seen the notice.
    nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), Self.drainPing)
    flushNow()
    eventLoop.scheduleTask(in: .seconds(1)) { [self] in finishDrain() }
  }

  /// What the PING behind the notice carries, to tell its answer from that of a keepalive.
  static let drainPing = Array("draining".utf8)

  func finishDrain() {
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
      streams[slot].request = ReceivedMessage(Array(bytes))
    }
  }

  override func willFlush() {
    guard unconsumed > 0, let session else { return }
    nghttp2_session_consume_connection(session, unconsumed)
    unconsumed = 0
  }

  override func settled() {
    guard let session else { return }
    settleBudget()
    if let farewell {
      end(farewell)
    } else if drain == .final, openStreams == 0, runningCalls == 0 {
      end(.closedHere(drainReason))
    } else if nghttp2_session_want_read(session) == 0, nghttp2_session_want_write(session) == 0 {
      end(endOfSession)
    }
  }
}
