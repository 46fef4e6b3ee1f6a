// One connection: TLS and HTTP/2 between a NIO channel and the calls above. What a server's and a client's connection
// have in common; the two subclasses add the calls.

import CNGHTTP2
import NIOCore

/// Why a connection ended.
enum ConnectionEnd: Error, CustomStringConvertible {
  case tls(TLSError)
  /// The peer broke HTTP/2, or this side found it flooding.
  case http2(String)
  case closedByPeer
  case closedHere(String)
  case socket(String)

  var description: String {
    switch self {
    case .tls(let error): error.description
    case .http2(let reason): "HTTP/2: \(reason)"
    case .closedByPeer: "the peer closed the connection"
    case .closedHere(let reason): reason
    case .socket(let reason): reason
    }
  }
}

/// The channel handler of a connection: ciphertext in and out, one `nghttp2_session` within.
///
/// Frames are gathered and written once per read of the socket. While the socket does not take more, nothing is pulled
/// from nghttp2 and nothing read, so a peer that does not read its replies cannot make this side hold more than its
/// calls' limits.
///
/// `@unchecked Sendable` holds because every member is touched on `eventLoop` only; what may be called from elsewhere
/// says so and hops.
class HTTP2Connection: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// `refusing` is a server's, of a peer that speaks HTTP/1.1 at most.
  enum Phase { case handshake, refusing, open, ended }

  /// Ciphertext that may wait for the socket before nothing more is encrypted. 256 KiB: two windows of a fast client.
  static let maxPendingCiphertext = 256 << 10

  let eventLoop: any EventLoop
  let limits: CallLimits
  /// What protects the bytes on the socket.
  let security: any ConnectionSecurity
  let resources: LoopResources

  private(set) var phase = Phase.handshake
  private(set) var session: OpaquePointer?
  private(set) var context: ChannelHandlerContext?

  /// True while bytes of the socket are worked on: output is then flushed at the end of the read.
  private var isReading = false
  private var flushIsScheduled = false
  private var readIsHeldBack = false
  /// The socket did not take the last write at once.
  private var isBehind = false
  private var handshakeTimer: Scheduled<Void>?
  private var controlFrames: ControlFrameGuard
  /// When the bytes came that are worked on, once somebody has asked.
  private var inputTime: NIODeadline?
  /// Bytes taken from nghttp2 so far: they stand still while the socket takes nothing. Wraps.
  private(set) var sentBytes = 0
  /// Bytes that came from the socket so far: they stand still while the peer is silent. Wraps.
  private(set) var receivedBytes = 0
  /// PINGs that the peer may send without being counted.
  private var pingCredit = 0
  /// PINGs that came too soon after the one before, since there was last something of a call.
  var pingStrikes = 0
  /// 100: the frames of one flush; more is not saved up for a flood.
  private static let maxPingCredit = 100
  private var isFlooded = false
  private var http1 = HTTP1Refusal()

  init(eventLoop: any EventLoop, limits: CallLimits, security: any ConnectionSecurity, resources: LoopResources) {
    self.eventLoop = eventLoop
    self.limits = limits
    self.security = security
    self.resources = resources
    controlFrames = ControlFrameGuard(limits: limits)
  }

  deinit {
    if let session { nghttp2_session_del(session) }
  }

  // MARK: - For the subclasses

  /// Makes the `nghttp2_session` and submits this side's SETTINGS.
  func makeSession() -> OpaquePointer? { nil }

  /// The handshake is complete and HTTP/2 may begin.
  func opened() {}

  /// The connection is over, whatever the reason; called once.
  func ended(_ end: ConnectionEnd) {}

  /// nghttp2 has worked through a piece of input; pointers into it are about to be invalid.
  func inputTaken() {}

  /// Output is about to be gathered: a chance to add to it.
  func willFlush() {}

  /// A chance to close: all frames of a read have been handled.
  func settled() {}

  // MARK: - Channel events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let seconds = limits.handshakeSeconds
    // Timers hold the connection and are cancelled at its end: a weak reference would give it a side table, and each
    // retain and release from then on would take the slow way (a fifth of a call's time, measured).
    handshakeTimer = eventLoop.scheduleTask(in: .seconds(Int64(clamping: seconds))) { [self] in
      end(
        phase == .handshake
          ? .tls(.timedOut(seconds: seconds))
          : phase == .refusing ? .tls(.noHTTP2) : .http2("the peer sent no HTTP/2 preface within \(seconds) s"))
    }
    if context.channel.isActive { begin() }
  }

  func channelActive(context: ChannelHandlerContext) {
    begin()
    context.fireChannelActive()
  }

  private var hasBegun = false

  private func begin() {
    guard !hasBegun else { return }
    hasBegun = true
    continueHandshake()
    flush()
    context?.read()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    finish(.closedByPeer)
    self.context = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish(phase == .handshake ? .tls(.closedInHandshake) : phase == .refusing ? .tls(.noHTTP2) : .closedByPeer)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    finish(.socket("\(error)"))
    context.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard phase != .ended else { return }
    isReading = true
    inputTime = nil
    let buffer = unwrapInboundIn(data)
    receivedBytes &+= buffer.readableBytes
    buffer.withUnsafeReadableBytes { bytes in
      security.lend(bytes) {
        if phase == .handshake { continueHandshake() }
        if phase == .open { receive() } else if phase == .refusing { refuseHTTP1() }
      }
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    flush()
    if phase != .ended { settled() }
    requestRead()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable {
      flush()
      if phase != .ended { settled() }
      if readIsHeldBack { requestRead() }
    }
    context.fireChannelWritabilityChanged()
  }

  private func requestRead() {
    guard phase != .ended, let context else { return }
    guard context.channel.isWritable, security.pendingOutput == 0 else {
      readIsHeldBack = true
      return
    }
    readIsHeldBack = false
    context.read()
  }

  // MARK: - Input

  /// When what is being read came, or a moment later: the clock is read once for all calls that came together.
  func timeOfInput() -> NIODeadline {
    guard isReading else { return .now() }
    if let inputTime { return inputTime }
    let now = NIODeadline.now()
    inputTime = now
    return now
  }

  private func continueHandshake() {
    do {
      guard try security.handshake() else { return }
      guard !security.isHTTP1 else {
        phase = .refusing
        return
      }
      guard let session = makeSession() else {
        end(.http2("nghttp2 gave no session: out of memory"))
        return
      }
      self.session = session
      phase = .open
      opened()
    } catch {
      end(.tls(error))
    }
  }

  private func receive() {
    guard let session else { return }
    let buffer = resources.plainInput
    do {
      while phase == .open {
        switch try security.read(into: buffer) {
        case .bytes(let count):
          let taken = nghttp2_session_mem_recv(
            session, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), count)
          inputTaken()
          guard taken >= 0 else {
            end(.http2(Self.reason(Int32(truncatingIfNeeded: taken))))
            return
          }
        case .nothing:
          for _ in 0..<security.takeOwnMessages() { noteControlFrame() }
          return
        case .closed:
          end(.closedByPeer)
          return
        }
      }
    } catch {
      end(.tls(error))
    }
  }

  /// Reads a request in HTTP/1.1 as far as its head, and says that it is not spoken here. The peer closes: a socket that is
  /// closed with bytes unread would take the answer back. One that does not is closed after `handshakeSeconds`.
  private func refuseHTTP1() {
    let buffer = resources.plainInput
    do {
      while case .bytes(let count) = try security.read(into: buffer) {
        switch http1.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count])) {
        case .wait: break
        case .answer:
          try HTTP1Refusal.answer.withUnsafeBytesTyped { (raw) throws(TLSError) in try security.write(raw) }
          security.shutDown()
        case .close:
          end(.tls(.noHTTP2))
          return
        }
      }
    } catch {
      end(.tls(error))
    }
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: "the peer's first bytes are no HTTP/2 preface"
    case NGHTTP2_ERR_FLOODED.rawValue: "the peer floods this side with frames that need an answer"
    case NGHTTP2_ERR_CALLBACK_FAILURE.rawValue: "the peer is beyond a limit of this side"
    default: String(cString: nghttp2_strerror(code))
    }
  }

  /// The peer's first frame is here: it speaks HTTP/2.
  func peerHasSpoken() {
    handshakeTimer?.cancel()
    handshakeTimer = nil
  }

  /// Something waits for the socket, which takes no more.
  var isHeldUpBySocket: Bool {
    guard let context else { return false }
    return !context.channel.isWritable || security.pendingOutput > 0
  }

  /// Data has been sent. Peers that estimate the bandwidth send a PING for what they get (grpc-go: always one at a time),
  /// so as many are no flood.
  func creditPing() {
    pingStrikes = 0
    if pingCredit < Self.maxPingCredit { pingCredit += 1 }
  }

  /// - Returns: false for a PING that nothing was sent for.
  func spendPingCredit() -> Bool {
    guard pingCredit > 0 else { return false }
    pingCredit -= 1
    return true
  }

  /// Counts a PING that nothing was sent for.
  func notePing() {
    if !spendPingCredit() { noteControlFrame() }
  }

  /// Counts a frame that costs its sender nothing. A peer beyond its limit is sent away: nghttp2 takes no more of its
  /// frames, and the connection closes once the GOAWAY is written.
  func noteControlFrame() {
    guard !controlFrames.note(now: NIODeadline.now().uptimeNanoseconds), !isFlooded, let session else { return }
    isFlooded = true
    nghttp2_session_terminate_session(session, UInt32(NGHTTP2_ENHANCE_YOUR_CALM.rawValue))
  }

  /// Why a session is over that neither side wants to go on with.
  var endOfSession: ConnectionEnd {
    isFlooded
      ? .http2(
        "the peer sent more than \(limits.maxControlFrames) control frames within \(limits.controlFrameWindow) s")
      : .http2("the session is over")
  }

  // MARK: - Output

  /// Sees to it that what nghttp2 has to say is written: at the end of the read under way, or soon.
  func setNeedsFlush() {
    guard !isReading, !flushIsScheduled, phase == .open else { return }
    flushIsScheduled = true
    eventLoop.execute { [self] in
      guard flushIsScheduled else { return }
      flushNow()
    }
  }

  /// Writes now unless a read is under way, which ends with a write.
  func flushNow() {
    flushIsScheduled = false
    guard !isReading else { return }
    flush()
    if phase != .ended { settled() }
  }

  private func flush() {
    guard phase != .ended, let context else { return }
    if phase == .open, let session {
      willFlush()
      while encrypt(session, context) { write(context) }
    }
    write(context)
  }

  /// Bytes of a frame that is encrypted where it is, not gathered with others before. 8 KiB: half a record.
  private static let longFrame = 8 << 10

  /// Most bytes of data in a frame. 16 KiB without its head of nine bytes: then a frame is a record, and not a record and a rest.
  static let longestData = (16 << 10) - 9

  /// Encrypts what nghttp2 has to say, as long as the socket takes it.
  /// - Returns: true if it stopped at the limit with more to say.
  private func encrypt(_ session: OpaquePointer, _ context: ChannelHandlerContext) -> Bool {
    let room = resources.plainOutput
    guard let base = room.baseAddress else { return false }
    var used = 0
    // Nothing is written to the channel below, so it stays as writable as it is.
    guard context.channel.isWritable else { return false }
    var isFull = security.pendingOutput >= Self.maxPendingCiphertext
    do {
      while !isFull {
        var frame: UnsafePointer<UInt8>?
        let count = nghttp2_session_mem_send(session, &frame)
        sentBytes &+= max(0, count)
        guard count > 0, let frame else {
          if count < 0 { throw ConnectionEnd.http2(Self.reason(Int32(truncatingIfNeeded: count))) }
          break
        }
        let isLong = count >= Self.longFrame
        if used > 0, isLong || used + count > room.count {
          try security.write(UnsafeRawBufferPointer(start: base, count: used))
          used = 0
        }
        if isLong {
          try security.write(UnsafeRawBufferPointer(start: frame, count: count))
        } else {
          (base + used).copyMemory(from: frame, byteCount: count)
          used += count
        }
        isFull = security.pendingOutput >= Self.maxPendingCiphertext
      }
      if used > 0 { try security.write(UnsafeRawBufferPointer(start: base, count: used)) }
    } catch let error as TLSError {
      end(.tls(error))
    } catch {
      end((error as? ConnectionEnd) ?? .closedHere("\(error)"))
    }
    return isFull && phase == .open
  }

  private func write(_ context: ChannelHandlerContext) {
    let count = security.pendingOutput
    guard count > 0 else { return }
    let buffer =
      isBehind
      ? SocketBuffer() : count > LoopResources.longestShortOutput ? resources.longOutput : resources.shortOutput
    let isTaken = buffer.send(security) { context.writeAndFlush(wrapOutboundOut($0), promise: nil) }
    isBehind = !isTaken
  }

  // MARK: - End

  /// Ends the connection from this side: what is pending is written, then the channel closed.
  func end(_ end: ConnectionEnd) {
    guard phase != .ended else { return }
    if phase == .open {
      if let session, let context, context.channel.isWritable { drain(session) }
      security.shutDown()
    }
    let lastWrite = context.map { writeLast($0) }
    finish(end)
    guard let lastWrite, let channel = context?.channel else { return }
    // A close drops what the socket has not taken: it waits for the last write, but not for a peer that never reads.
    let cutOff = eventLoop.scheduleTask(in: .seconds(Self.lingerSeconds)) { channel.close(promise: nil) }
    lastWrite.whenComplete { _ in
      cutOff.cancel()
      channel.close(promise: nil)
    }
  }

  /// Seconds that the last bytes of a connection may take to leave. 2: a round trip and a retransmission.
  private static let lingerSeconds: Int64 = 2

  private func writeLast(_ context: ChannelHandlerContext) -> EventLoopFuture<Void> {
    var buffer = context.channel.allocator.buffer(capacity: security.pendingOutput)
    security.takeOutput { _ = buffer.writeBytes($0) }
    return context.writeAndFlush(wrapOutboundOut(buffer))
  }

  /// What nghttp2 still wants to say, a GOAWAY above all, as far as one buffer goes.
  private func drain(_ session: OpaquePointer) {
    var budget = resources.plainOutput.count
    while budget > 0 {
      var frame: UnsafePointer<UInt8>?
      let count = nghttp2_session_mem_send(session, &frame)
      guard count > 0, let frame else { return }
      guard (try? security.write(UnsafeRawBufferPointer(start: frame, count: count))) != nil else { return }
      budget -= count
    }
  }

  private func finish(_ end: ConnectionEnd) {
    guard phase != .ended else { return }
    phase = .ended
    handshakeTimer?.cancel()
    handshakeTimer = nil
    ended(end)
  }
}
