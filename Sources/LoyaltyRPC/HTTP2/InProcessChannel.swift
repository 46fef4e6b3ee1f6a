// A connection within the process: two channels back to back, each on its event loop. Everything above it is what runs
// over a socket, so that a test with it needs no port and no certificates and still sees the real thing.

import NIOCore
import Synchronization

/// One end of a pair. What is written goes to the other end once that end asks to read.
///
/// `@unchecked Sendable` holds because `writable` is atomic, `other` is set before the pair is used, and everything else is
/// touched on `eventLoop` only.
final class InProcessChannel: Channel, ChannelCore, @unchecked Sendable {
  /// Bytes that may be under way before the channel is not writable. 64 KiB, as sockets have it: a test of back-pressure
  /// needs the same order of size.
  private static let highWater = 64 << 10

  let eventLoop: any EventLoop
  let allocator = ByteBufferAllocator()
  let parent: (any Channel)? = nil
  let localAddress: SocketAddress? = nil
  let remoteAddress: SocketAddress? = nil

  private weak var other: InProcessChannel?
  private let writable = Atomic<Bool>(true)
  private let active = Atomic<Bool>(false)
  private let closePromise: EventLoopPromise<Void>
  private var ownPipeline: ChannelPipeline?

  private var pending: [ByteBuffer] = []
  private var promises: [EventLoopPromise<Void>] = []
  /// Bytes that the other end has not read.
  private var underWay = 0
  private var inbox: [ByteBuffer] = []
  private var isReadWanted = false
  private var otherHasClosed = false
  private var isClosed = false

  private init(_ eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
    closePromise = eventLoop.makePromise()
  }

  /// Two connected ends, each to be opened on its loop.
  static func pair(_ first: any EventLoop, _ second: any EventLoop) -> (InProcessChannel, InProcessChannel) {
    let ends = (InProcessChannel(first), InProcessChannel(second))
    ends.0.other = ends.1
    ends.1.other = ends.0
    ends.0.ownPipeline = ChannelPipeline(channel: ends.0)
    ends.1.ownPipeline = ChannelPipeline(channel: ends.1)
    return ends
  }

  /// On the loop: begins with a handler.
  func open(_ handler: any ChannelHandler & Sendable) {
    do {
      try pipeline.syncOperations.addHandler(handler)
    } catch {
      close(promise: nil)
      return
    }
    pipeline.fireChannelRegistered()
    active.store(true, ordering: .relaxed)
    pipeline.fireChannelActive()
  }

  var pipeline: ChannelPipeline {
    guard let ownPipeline else { preconditionFailure("an end of a pair has its pipeline from the start") }
    return ownPipeline
  }
  var closeFuture: EventLoopFuture<Void> { closePromise.futureResult }
  var isWritable: Bool { writable.load(ordering: .relaxed) }
  var isActive: Bool { active.load(ordering: .relaxed) }
  var _channelCore: any ChannelCore { self }

  func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
    eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
  }

  func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
    eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
  }

  // MARK: - ChannelCore, on the loop

  func localAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }
  func remoteAddress0() throws -> SocketAddress { throw ChannelError.operationUnsupported }
  func register0(promise: EventLoopPromise<Void>?) { promise?.succeed() }
  func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
  func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) {
    promise?.fail(ChannelError.operationUnsupported)
  }
  func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) { promise?.succeed() }
  func channelRead0(_ data: NIOAny) {}
  func errorCaught0(error: any Error) {}

  func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isClosed else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    pending.append(unwrapData(data, as: ByteBuffer.self))
    if let promise { promises.append(promise) }
  }

  func flush0() {
    let (buffers, sent) = (pending, promises)
    (pending, promises) = ([], [])
    let count = buffers.reduce(0) { $0 + $1.readableBytes }
    if count > 0, let other {
      underWay += count
      other.eventLoop.execute { other.receive(buffers) }
      if underWay > Self.highWater, isWritable { setWritable(false) }
    }
    for promise in sent { promise.succeed() }
  }

  func read0() {
    isReadWanted = true
    // Not within the handler's call.
    eventLoop.execute { [self] in deliver() }
  }

  func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard !isClosed else {
      promise?.fail(ChannelError.alreadyClosed)
      return
    }
    flush0()
    isClosed = true
    active.store(false, ordering: .relaxed)
    inbox = []
    if let other { other.eventLoop.execute { other.noteOtherClosed() } }
    promise?.succeed()
    pipeline.fireChannelInactive()
    pipeline.fireChannelUnregistered()
    eventLoop.execute { [self] in
      removeHandlers(pipeline: pipeline)
      ownPipeline = nil
      closePromise.succeed()
    }
  }

  // MARK: - From the other end

  private func receive(_ buffers: [ByteBuffer]) {
    guard !isClosed else { return }
    inbox.append(contentsOf: buffers)
    deliver()
  }

  private func noteOtherClosed() {
    otherHasClosed = true
    deliver()
  }

  private func deliver() {
    guard !isClosed, isReadWanted else { return }
    guard !inbox.isEmpty else {
      if otherHasClosed { close0(error: ChannelError.eof, mode: .all, promise: nil) }
      return
    }
    isReadWanted = false
    let buffers = inbox
    inbox = []
    let count = buffers.reduce(0) { $0 + $1.readableBytes }
    for buffer in buffers { pipeline.fireChannelRead(buffer) }
    pipeline.fireChannelReadComplete()
    if let other { other.eventLoop.execute { other.noteTaken(count) } }
  }

  private func noteTaken(_ count: Int) {
    underWay -= count
    if !isClosed, !isWritable, underWay <= Self.highWater / 2 { setWritable(true) }
  }

  private func setWritable(_ value: Bool) {
    writable.store(value, ordering: .relaxed)
    pipeline.fireChannelWritabilityChanged()
  }
}
