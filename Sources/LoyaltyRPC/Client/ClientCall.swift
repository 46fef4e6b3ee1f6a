// One call of a client, from the task that makes it to the loop that carries it.

import NIOCore
import Synchronization

/// A call on its way.
///
/// `@unchecked Sendable` holds because the members under "On the loop" are used on the transport's event loop only, and
/// all others are constants or guarded by a lock.
final class ClientCall: StreamOwner, @unchecked Sendable {
  let method: MethodDescriptor
  let options: CallOptions
  let deadline: NIODeadline?
  let transport: ClientTransport

  /// The framed request of a call that takes one.
  let request: [UInt8]
  /// Where the messages of a call that takes a stream come from.
  let outgoing: OutgoingMessages?
  /// Where the response messages go, unless there is one only.
  let incoming: IncomingMessages?

  private struct Shared {
    var continuation: CheckedContinuation<Result<UnaryResponse, RPCError>, Never>?
    var result: Result<UnaryResponse, RPCError>?
    var initialMetadata = Metadata()
    var trailers = Metadata()
    var firstByte: TimeAmount?
    var isOver = false
  }

  private let shared = Mutex(Shared())

  // MARK: On the loop

  var connection: ClientConnection?
  var slot = -1
  var streamID: Int32 = 0
  var sent = 0
  var started = NIODeadline.distantPast
  var isDeferred = false
  var head = ResponseHead()
  var hasHeaders = false
  var encoding = MessageEncoding.identity
  var deframer: MessageDeframer
  var window = StreamWindow()
  var message: [UInt8]?
  var messageCount = 0
  var hasEnded = false
  /// The server has refused it unprocessed this many times.
  var refusals = 0

  init(
    _ method: MethodDescriptor, options: CallOptions, transport: ClientTransport, request: [UInt8],
    outgoing: OutgoingMessages?, incoming: IncomingMessages?
  ) {
    self.method = method
    self.options = Self.traced(options)
    self.transport = transport
    self.request = request
    self.outgoing = outgoing
    self.incoming = incoming
    deadline = CallDeadline.of(timeout: options.timeout)
    deframer = MessageDeframer(limit: transport.configuration.limits.maxReceivedMessageBytes)
  }

  private static func traced(_ options: CallOptions) -> CallOptions {
    var options = options
    options.metadata = OutgoingTrace.added(to: options.metadata)
    return options
  }

  /// Waits for the outcome of a call with one response. Cancelling the task cancels the call.
  func outcome() async -> Result<UnaryResponse, RPCError> {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let result = shared.withLock { shared -> Result<UnaryResponse, RPCError>? in
          if let result = shared.result { return result }
          shared.continuation = continuation
          return nil
        }
        if let result { continuation.resume(returning: result) }
      }
    } onCancel: {
      cancel()
    }
  }

  /// Gives the call up, from any thread.
  func cancel() {
    let isOver = shared.withLock { $0.isOver }
    if !isOver { transport.cancel(self) }
  }

  var timings: CallTimings { CallTimings(firstByte: shared.withLock { $0.firstByte }.map(Duration.init)) }

  var initialMetadata: Metadata { shared.withLock { $0.initialMetadata } }

  /// Complete once the call has ended.
  var trailers: Metadata { shared.withLock { $0.trailers } }

  // MARK: - On the loop

  func receivedHeaders(_ metadata: Metadata) {
    shared.withLock { $0.initialMetadata = metadata }
  }

  func noteFirstByte() {
    let time = NIODeadline.now() - started
    shared.withLock { $0.firstByte = time }
  }

  /// The call is over; called once.
  func end(_ error: RPCError?, trailers: Metadata = Metadata()) {
    guard !hasEnded else { return }
    hasEnded = true
    connection = nil
    outgoing?.fail(error ?? RPCError(.cancelled, "the call is over"))
    let result: Result<UnaryResponse, RPCError>
    let message = self.message
    if let error {
      result = .failure(error)
    } else if incoming == nil, message == nil {
      result = .failure(RPCError(.internal, "the server answered OK without a message"))
    } else {
      result = .success(
        UnaryResponse(message: message ?? [], initialMetadata: initialMetadata, trailers: trailers))
    }
    let continuation = shared.withLock { shared in
      shared.trailers = trailers
      shared.isOver = true
      shared.result = result
      defer { shared.continuation = nil }
      return shared.continuation
    }
    incoming?.end(error)
    continuation?.resume(returning: result)
  }

  // MARK: - StreamOwner

  func messagesQueued() {
    transport.eventLoop.execute { [self] in connection?.resume(self) }
  }

  func messagesTaken(window: Int, size: Int) {
    if transport.eventLoop.inEventLoop {
      connection?.taken(window: window, by: self)
    } else {
      transport.eventLoop.execute { [self] in connection?.taken(window: window, by: self) }
    }
  }
}

/// The response of a call that gives one message, undecoded.
public struct UnaryResponse: Sendable, Hashable {
  public let message: [UInt8]
  public let initialMetadata: Metadata
  public let trailers: Metadata
}

extension TimeAmount {
  /// From nothing to `GRPCTimeout.longest`.
  init(_ duration: Duration) {
    let longest = Duration.nanoseconds(GRPCTimeout.longest)
    let (seconds, attoseconds) = min(max(duration, .zero), longest).components
    self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }
}

extension Duration {
  init(_ amount: TimeAmount) {
    self = .nanoseconds(amount.nanoseconds)
  }
}
