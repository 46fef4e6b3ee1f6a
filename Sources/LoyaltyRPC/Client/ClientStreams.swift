// What a caller of a streaming method holds.

import ProtobufRuntime

/// Cancels a call that nobody holds any more, so that an abandoned stream costs the server nothing.
final class ClientCallLease: Sendable {
  let call: ClientCall

  init(_ call: ClientCall) {
    self.call = call
  }

  deinit {
    call.cancel()
  }
}

/// The messages of a server, in order. One task reads at a time. A message is taken off the window when it is read, so
/// a reader that is slow makes the server wait. Letting go of the stream cancels the call.
public struct ResponseStream<Response: Message>: AsyncSequence, Sendable {
  public typealias Element = Response
  public typealias Failure = RPCError

  private let lease: ClientCallLease

  init(_ call: ClientCall) {
    lease = ClientCallLease(call)
  }

  fileprivate init(_ lease: ClientCallLease) {
    self.lease = lease
  }

  /// What came with the headers; complete once a message has come or the call has ended.
  public var initialMetadata: Metadata { lease.call.initialMetadata }

  /// What came with the status; complete once the call has ended.
  public var trailers: Metadata { lease.call.trailers }

  public func cancel() { lease.call.cancel() }

  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(lease: lease)
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let lease: ClientCallLease

    public mutating func next() async throws -> Response? {
      try await next(isolation: nil)
    }

    /// Runs where its caller runs, whatever `actor` is.
    /// - Throws: the status of the call if it is not OK, after the messages that came before.
    nonisolated(nonsending) public mutating func next(
      isolation actor: (any Actor)?
    ) async throws(RPCError) -> Response? {
      guard let incoming = lease.call.incoming else { return nil }
      let message: ReceivedMessage?
      do {
        message = try await incoming.next(owner: lease.call)
      } catch {
        lease.call.cancel()
        throw error
      }
      return try message?.withBytes { (bytes) throws(RPCError) in try RPCClient.decode(bytes) }
    }
  }
}

/// Sends the messages of a call, from any task. It may be kept and passed on, and keeps its call alive.
public struct RequestWriter<Request: Message>: Sendable {
  private let lease: ClientCallLease

  fileprivate init(_ lease: ClientCallLease) {
    self.lease = lease
  }

  /// Sends one message. Waits while the server is behind by more than `CallLimits.sendBufferBytes`.
  /// - Parameter isCompressed: whether to compress it as the call's options say; false for what does not get shorter.
  /// - Throws: the status of the call if it has ended.
  public func send(_ request: Request, isCompressed: Bool = true) async throws(RPCError) {
    let call = lease.call
    try await call.outgoing?.send(
      try RPCClient.frame(request, isCompressed ? call.options.encoding : .identity, call.limits), owner: call)
  }

  /// No message follows.
  public func finish() {
    lease.call.outgoing?.finish(owner: lease.call)
  }
}

/// A call in which the client sends a stream and the server answers once. Letting go of it cancels the call.
public struct ClientStreamingCall<Request: Message, Response: Message>: Sendable {
  private let lease: ClientCallLease

  init(_ call: ClientCall) {
    lease = ClientCallLease(call)
  }

  /// Sends one message. Waits while the server is behind by more than `CallLimits.sendBufferBytes`.
  /// - Throws: the status of the call if it has ended.
  public func send(_ request: Request) async throws(RPCError) { try await requests.send(request) }

  /// What sends the messages, to be kept and passed on.
  public var requests: RequestWriter<Request> { RequestWriter(lease) }

  /// Ends the stream and waits for the answer.
  public func finish() async throws(RPCError) -> Response {
    let call = lease.call
    call.outgoing?.finish(owner: call)
    return try RPCClient.decode(message: try await call.outcome().get().message)
  }

  public func cancel() { lease.call.cancel() }
}

/// A call in which both sides send streams, independently. Letting go of it and of its responses cancels the call.
public struct BidirectionalCall<Request: Message, Response: Message>: Sendable {
  private let lease: ClientCallLease

  init(_ call: ClientCall) {
    lease = ClientCallLease(call)
  }

  /// Sends one message. Waits while the server is behind by more than `CallLimits.sendBufferBytes`.
  /// - Throws: the status of the call if it has ended.
  public func send(_ request: Request) async throws(RPCError) { try await requests.send(request) }

  /// What sends the messages, to be kept and passed on.
  public var requests: RequestWriter<Request> { RequestWriter(lease) }

  /// No request follows.
  public func finishSending() {
    lease.call.outgoing?.finish(owner: lease.call)
  }

  public var responses: ResponseStream<Response> { ResponseStream(lease) }

  public func cancel() { lease.call.cancel() }
}

/// A call of any kind with encoded messages, for callers without generated code. Letting go of it cancels the call.
public struct EncodedCall: Sendable {
  private let lease: ClientCallLease

  init(_ call: ClientCall) {
    lease = ClientCallLease(call)
  }

  public func send(_ message: [UInt8]) async throws(RPCError) {
    let call = lease.call
    try await call.outgoing?.send(
      try RPCClient.frame(message, call.options.encoding, call.limits), owner: call)
  }

  public func finishSending() {
    lease.call.outgoing?.finish(owner: lease.call)
  }

  /// The next response; nil after the last if the call ended OK.
  /// - Throws: the status of the call if it is not OK.
  public func next() async throws(RPCError) -> [UInt8]? {
    try await lease.call.incoming?.next(owner: lease.call)?.bytes
  }

  public var initialMetadata: Metadata { lease.call.initialMetadata }
  public var trailers: Metadata { lease.call.trailers }
  public var timings: CallTimings { lease.call.timings }

  public func cancel() { lease.call.cancel() }
}
