// One call as its handler sees it, and the way its answer takes back to the connection.

import Logging
import NIOCore
import ProtobufRuntime
import Synchronization
import Tracing

/// A key for a value that interceptors hand to handlers, e.g. the caller's identity.
public protocol ServerContextKey: Sendable {
  associatedtype Value: Sendable
}

/// A value in a context: a class, so that its key alone gives it back, without a dynamic cast.
@usableFromInline
class AnyContextValue: @unchecked Sendable {
  @usableFromInline init() {}
}

/// `@unchecked` only because the base class cannot be checked: the value is Sendable and never changes.
@usableFromInline
final class ContextValue<Value: Sendable>: AnyContextValue, @unchecked Sendable {
  @usableFromInline let value: Value

  @usableFromInline
  init(_ value: Value) {
    self.value = value
    super.init()
  }
}

/// What a handler knows of its call and may say beside its messages. Safe to use from any task of the handler's.
///
/// Cancellation (a client that went away, a deadline that passed) arrives as the cancellation of the handler's task.
public final class ServerContext: Sendable {
  /// Belongs to the server's table of methods, which the connection holds.
  unowned(unsafe) let served: ServedMethod
  let connection: ServerConnection
  let slot: Int
  let streamID: Int32
  let deadline: NIODeadline?
  let started: NIODeadline
  /// How the call is spoken if it is not plain gRPC.
  let web: WebForm?
  private let accepts: AcceptedEncodings

  /// What the client sent beside its messages.
  public let metadata: Metadata

  private struct State {
    var ending = Ending()
    var values: [(key: ObjectIdentifier, value: AnyContextValue)] = []
    var task: Task<Void, Never>?
    var responses: OutgoingMessages?
    var requests: IncomingMessages?
    var hasEnded = false
    var isCancelled = false
    /// The response headers are sent, or a message is compressed as they will say.
    var areHeadersSettled = false
    var isRequestCompressed = false
    var serviceContext: ServiceContext?
    var logger: Logger?
  }

  /// What goes with the last message.
  struct Ending {
    var initialMetadata = Metadata()
    var trailers = Metadata()
    var encoding = MessageEncoding.identity
    var hold: (gate: ReplyGate, position: UInt64)?
  }

  private let state = Mutex(State())
  /// `State.serviceContext` is there: asked for by every call, and there for few.
  private let hasServiceContext = Atomic<Bool>(false)
  private let compresses = Atomic<Bool>(false)

  init(
    _ served: ServedMethod, connection: ServerConnection, slot: Int, streamID: Int32, metadata: Metadata,
    deadline: NIODeadline?, started: NIODeadline, accepts: AcceptedEncodings,
    web: WebForm? = nil
  ) {
    self.served = served
    self.connection = connection
    self.slot = slot
    self.streamID = streamID
    self.metadata = metadata
    self.deadline = deadline
    self.started = started
    self.web = web
    self.accepts = accepts
    let encoding = connection.shared.replyEncoding
    if encoding != .identity, web == nil, accepts.contains(encoding) {
      state.withLock { $0.ending.encoding = encoding }
      compresses.store(true, ordering: .relaxed)
    }
  }

  // MARK: - For handlers

  public var method: MethodDescriptor { served.descriptor }

  public var peer: Peer { connection.peer }

  /// Time until the client gives up; nil if it set no deadline. Never negative.
  public var timeRemaining: Duration? {
    guard let deadline else { return nil }
    return .nanoseconds(max(0, (deadline - NIODeadline.now()).nanoseconds))
  }

  /// The request message that was read last came compressed.
  public var requestIsCompressed: Bool {
    let (requests, isCompressed) = state.withLock { ($0.requests, $0.isRequestCompressed) }
    return requests?.lastWasCompressed ?? isCompressed
  }

  func noteCompressedRequest() { state.withLock { $0.isRequestCompressed = true } }

  /// True once nobody waits for the answer any more.
  public var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// A value an interceptor has put here, nil if none did.
  @inlinable
  public subscript<Key: ServerContextKey>(key: Key.Type) -> Key.Value? {
    get {
      // A key's value was put there under that very type.
      value(ObjectIdentifier(key)).map { unsafeDowncast($0, to: ContextValue<Key.Value>.self).value }
    }
    set { set(ObjectIdentifier(key), newValue.map(ContextValue.init)) }
  }

  @usableFromInline
  func value(_ key: ObjectIdentifier) -> AnyContextValue? {
    state.withLock { state in
      for entry in state.values where entry.key == key { return entry.value }
      return nil
    }
  }

  @usableFromInline
  func set(_ key: ObjectIdentifier, _ value: AnyContextValue?) {
    state.withLock { state in
      state.values.removeAll { $0.key == key }
      if let value { state.values.append((key, value)) }
    }
  }

  /// Sends metadata with the response headers. Has no effect after the first message.
  public func setInitialMetadata(_ metadata: Metadata) {
    state.withLock { $0.ending.initialMetadata = metadata }
  }

  /// Sends the response headers now, with metadata beside what was set before, instead of with the first message. Has no
  /// effect once they are sent. A call whose headers are sent does not end with a status alone any more.
  public func sendInitialMetadata(_ metadata: Metadata = Metadata()) {
    state.withLock { $0.ending.initialMetadata.append(contentsOf: metadata) }
    if connection.eventLoop.inEventLoop {
      connection.sendHeaders(self)
    } else {
      connection.eventLoop.execute { [self] in connection.sendHeaders(self) }
    }
  }

  /// Compresses the messages of this call's reply, those that are shorter than `Configuration.minCompressedBytes` apart.
  /// - Parameter encoding: `identity` to send them plain.
  /// - Returns: false, and nothing changes, if the client does not accept that, or if it is too late: the headers are sent
  ///   or a message is compressed already.
  @discardableResult
  public func compressReplies(_ encoding: MessageEncoding) -> Bool {
    guard web == nil, accepts.contains(encoding) else { return false }
    return state.withLock { state in
      guard !state.areHeadersSettled else { return false }
      state.ending.encoding = encoding
      compresses.store(true, ordering: .relaxed)
      return true
    }
  }

  /// Something has asked for compressed replies.
  var mayCompress: Bool { compresses.load(ordering: .relaxed) }

  /// Sends metadata after the last message, with the status.
  public func setTrailers(_ metadata: Metadata) {
    state.withLock { $0.ending.trailers = metadata }
  }

  /// Holds the reply of this call back until `gate` has reached `position`. The handler returns at once; its reply is
  /// encoded and waits. An error is held as well: it
  /// may tell of what is not durable yet. In streaming calls the status is held, not the messages before it.
  public func holdReply(until position: UInt64, at gate: ReplyGate) {
    state.withLock { $0.ending.hold = (gate, position) }
  }

  /// Where the call stands in a trace; nil if nothing traces. The calls that the handler makes belong to it.
  public var serviceContext: ServiceContext? {
    get { state.withLock { $0.serviceContext } }
    set {
      state.withLock { $0.serviceContext = newValue }
      hasServiceContext.store(newValue != nil, ordering: .releasing)
    }
  }

  /// Tells this call from all others of the process, e.g. `12-5`: connection and stream.
  public var id: String { "\(connection.number)-\(streamID)" }

  /// The server's logger with the call's id, method and peer in its metadata.
  public var logger: Logger {
    if let logger = state.withLock({ $0.logger }) { return logger }
    var logger = connection.shared.logger
    logger[metadataKey: "call"] = "\(id)"
    logger[metadataKey: "method"] = "\(method.path)"
    logger[metadataKey: "peer"] = "\(peer.certificate?.subject ?? connection.address)"
    if let trace = serviceContext?.traceContext { logger[metadataKey: "trace"] = "\(trace.traceID)" }
    state.withLock { $0.logger = logger }
    return logger
  }

  // MARK: - For invokers

  /// Decodes a request; one that is malformed fails the call and leaves the connection alone.
  @inlinable
  func decode<Q: Message>(_ type: Q.Type, _ bytes: UnsafeRawBufferPointer) -> Q? {
    guard !isWeb else { return decodeWeb(type, bytes) }
    do {
      return try Q(serializedBytes: bytes)
    } catch {
      failDecoding(Q.fullName, error)
      return nil
    }
  }

  @usableFromInline var isWeb: Bool { web != nil }

  @usableFromInline
  func decodeWeb<Q: Message>(_ type: Q.Type, _ bytes: UnsafeRawBufferPointer) -> Q? {
    do throws(RPCError) {
      return try web?.codec.decode(Q.self, bytes, connection.shared.json)
    } catch {
      fail(error)
      return nil
    }
  }

  @usableFromInline
  func failDecoding(_ name: String, _ error: WireError) {
    fail(RPCError(.internal, "the request is no \(name): \(error)"))
  }

  /// There is something that the calls of the handler inherit.
  @usableFromInline var isScoped: Bool {
    deadline != nil || hasServiceContext.load(ordering: .acquiring)
  }

  /// Runs the handler so that the calls it makes inherit the deadline and the trace.
  @usableFromInline
  func scoped<R: Sendable>(_ body: () async throws -> R) async throws -> R {
    guard let context = serviceContext else {
      return try await CallDeadline.$current.withValue(deadline, operation: body)
    }
    return try await ServiceContext.withValue(context) {
      try await CallDeadline.$current.withValue(deadline, operation: body)
    }
  }

  /// The same for a handler that does not wait.
  @usableFromInline
  func scoped<R>(_ body: () throws -> R) throws -> R {
    guard let context = serviceContext else {
      return try CallDeadline.$current.withValue(deadline, operation: body)
    }
    return try ServiceContext.withValue(context) {
      try CallDeadline.$current.withValue(deadline, operation: body)
    }
  }

  /// Keeps the task of a handler that has not ended yet, to cancel it.
  @usableFromInline
  func run(_ task: Task<Void, Never>) {
    let cancelNow = state.withLock { state in
      guard !state.hasEnded else { return false }
      state.task = task
      return state.isCancelled
    }
    if cancelNow { task.cancel() }
  }

  /// Ends a call that has one response, on the loop. Compiled with the handler, up to the response's bytes.
  @inlinable
  func answerOnLoop<R: Message>(_ response: R) {
    guard !isWeb else { return answer(response) }
    // Without a closure, which would copy the message to have it.
    var writer = WireWriter(scratch: encodingScratch)
    response.write(to: &writer)
    answerOnLoop(bytes: writer.bytes)
  }

  /// On the loop: memory for the encoding of one reply, until the next.
  @usableFromInline var encodingScratch: UnsafeMutableRawBufferPointer { connection.resources.encoding }

  @usableFromInline
  func answerOnLoop(bytes: UnsafeRawBufferPointer) {
    let ending = end()
    guard ending.encoding != .identity else { return connection.answer(self, bytes, ending) }
    do throws(RPCError) {
      connection.answer(self, frame: try frame(bytes, ending.encoding), ending)
    } catch {
      connection.fail(self, error, ending)
    }
  }

  /// Ends a call that has one response.
  @usableFromInline
  func answer<R: Message>(_ response: R) {
    let ending = end()
    let isOnLoop = connection.eventLoop.inEventLoop
    if isOnLoop, ending.encoding == .identity {
      connection.answer(self, response, ending)
      return
    }
    do {
      let frame = try frame(response, ending.encoding)
      if isOnLoop {
        connection.answer(self, frame: frame, ending)
      } else {
        connection.eventLoop.execute { [self] in connection.answer(self, frame: frame, ending) }
      }
    } catch {
      if isOnLoop {
        connection.fail(self, error, ending)
      } else {
        connection.eventLoop.execute { [self] in connection.fail(self, error, ending) }
      }
    }
  }

  /// Ends a call with OK, after its messages.
  func succeed() {
    let ending = end()
    if connection.eventLoop.inEventLoop {
      connection.succeed(self, ending)
    } else {
      connection.eventLoop.execute { [self] in connection.succeed(self, ending) }
    }
  }

  /// Ends a call with an error.
  @usableFromInline
  func fail(_ error: RPCError) {
    let ending = end()
    if connection.eventLoop.inEventLoop {
      connection.fail(self, error, ending)
    } else {
      connection.eventLoop.execute { [self] in connection.fail(self, error, ending) }
    }
  }

  private func end() -> Ending {
    state.withLock { state in
      state.hasEnded = true
      state.task = nil
      return state.ending
    }
  }

  /// On the loop: the response headers are sent with this.
  func settleHeaders() -> (Metadata, MessageEncoding) {
    state.withLock { state in
      state.areHeadersSettled = true
      return (state.ending.initialMetadata, state.ending.encoding)
    }
  }

  /// What a message of a stream is compressed with: what the headers say or will say.
  private func settleEncoding(isWanted: Bool) -> MessageEncoding {
    state.withLock { state in
      guard isWanted, state.ending.encoding != .identity else { return .identity }
      state.areHeadersSettled = true
      return state.ending.encoding
    }
  }

  func openResponses() -> OutgoingMessages {
    let messages = OutgoingMessages(
      capacity: connection.limits.sendBufferBytes, budget: connection.shared.budget)
    state.withLock { $0.responses = messages }
    return messages
  }

  /// The call gives a stream of messages.
  var hasResponses: Bool { !served.descriptor.kind.givesOneResponse }

  var responses: OutgoingMessages? { state.withLock { $0.responses } }

  func attach(_ requests: IncomingMessages) {
    state.withLock { $0.requests = requests }
  }

  /// Encodes a message of a stream behind its prefix.
  /// - Parameter compressed: nil to compress it if it is long enough.
  func frame<R: Message>(_ response: R, compressed: Bool?) throws(RPCError) -> [UInt8] {
    try frame(response, settleEncoding(isWanted: compressed != false), compressesShort: compressed == true)
  }

  /// Encodes a message behind its prefix.
  private func frame<R: Message>(
    _ response: R, _ encoding: MessageEncoding, compressesShort: Bool = false
  ) throws(RPCError) -> [UInt8] {
    if let web {
      let frame = try web.frame(response, connection.shared.json, connection.limits)
      return hasResponses ? web.proto.body(of: frame) : frame
    }
    return try response.withSerializedBytes { (body) throws(RPCError) in
      try frame(body, encoding, compressesShort: compressesShort)
    }
  }

  /// Puts an encoded message behind its prefix.
  private func frame(
    _ body: UnsafeRawBufferPointer, _ encoding: MessageEncoding, compressesShort: Bool = false
  ) throws(RPCError) -> [UInt8] {
    try connection.limits.checkSent(body.count)
    guard encoding != .identity, compressesShort || body.count >= connection.shared.minCompressedBytes else {
      return MessageFrame.make(body, flags: 0)
    }
    return MessageFrame.make(try Compression.compress([UInt8](body), encoding), flags: 1)
  }

  /// The client is gone or its time is over: the handler is told.
  func cancel(_ reason: RPCError) {
    let (task, responses, requests) = state.withLock { state in
      state.isCancelled = true
      return (state.task, state.responses, state.requests)
    }
    responses?.fail(reason)
    requests?.end(reason)
    task?.cancel()
  }

  /// Nothing of the requests is read any more.
  func abandonRequests() {
    state.withLock { $0.requests }?.abandon(owner: self)
  }
}

extension ServerContext: StreamOwner {
  func messagesQueued() {
    if connection.eventLoop.inEventLoop {
      connection.resume(self)
    } else {
      connection.eventLoop.execute { [self] in connection.resume(self) }
    }
  }

  func messagesTaken(window: Int, size: Int) {
    if connection.eventLoop.inEventLoop {
      connection.taken(window: window, size: size, by: self)
    } else {
      connection.eventLoop.execute { [self] in connection.taken(window: window, size: size, by: self) }
    }
  }
}
