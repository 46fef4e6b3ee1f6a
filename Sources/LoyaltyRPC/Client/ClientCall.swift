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

  /// Whether it waits for a connection instead of failing while there is none.
  let waitsForReady: Bool
  /// The client's, with what the service config says of the method.
  let limits: CallLimits
  /// From per-call credentials: set before the call is submitted.
  var credentials = Metadata()

  // MARK: On the loop

  private var plan: AttemptPlan
  /// Those under way.
  private var attempts: [ClientAttempt] = []
  /// The one whose response has begun: it is the call's, whatever becomes of it.
  private var committed: ClientAttempt?
  private var timer: Scheduled<Void>?
  /// What of a stream of requests may have to be sent again.
  private(set) var kept: [UInt8] = []
  private var isKeeping: Bool
  var requestHasEnded = false
  private(set) var hasEnded = false
  private var started = NIODeadline.distantPast

  init(
    _ method: MethodDescriptor, options: CallOptions, transport: ClientTransport, request: [UInt8],
    outgoing: OutgoingMessages?, incoming: IncomingMessages?, service: ServiceConfig.Method = .init(),
    limits: CallLimits? = nil
  ) {
    self.method = method
    self.options = Self.traced(options)
    self.transport = transport
    self.request = request
    self.outgoing = outgoing
    self.incoming = incoming
    self.limits = limits ?? transport.configuration.limits
    waitsForReady = options.waitForReady ?? service.waitForReady ?? false
    let timeout = [options.timeout, service.timeout].compactMap { $0 }.min()
    deadline = CallDeadline.of(timeout: timeout)
    var policy = AttemptPlan.Policy.once
    if let retry = service.retryPolicy { policy = .retry(retry) }
    if let hedging = service.hedgingPolicy { policy = .hedge(hedging) }
    plan = AttemptPlan(policy)
    isKeeping = if case .once = policy { false } else { true }
  }

  private static func traced(_ options: CallOptions) -> CallOptions {
    var options = options
    options.metadata = OutgoingTrace.added(to: options.metadata, isInjected: options.span != nil)
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

  /// Begins the first attempt.
  func begin() {
    started = .now()
    beginAttempt()
  }

  private func beginAttempt() {
    timer?.cancel()
    timer = nil
    guard !hasEnded, committed == nil else { return }
    let attempt = ClientAttempt(self, number: plan.started)
    attempts.append(attempt)
    if let delay = plan.begin() {
      timer = transport.eventLoop.scheduleTask(in: .nanoseconds(delay)) { [self] in hedge() }
    }
    transport.route(attempt)
  }

  private func hedge() {
    timer = nil
    guard !hasEnded, committed == nil, plan.hedgeIsDue(throttle: transport.throttle) else { return }
    beginAttempt()
  }

  func isLive(_ attempt: ClientAttempt) -> Bool { attempts.contains { $0 === attempt } }

  /// Bytes of a stream of requests go out by an attempt: they are kept while another may follow.
  func keep(_ bytes: UnsafeRawBufferPointer, by attempt: ClientAttempt) {
    guard isKeeping else { return }
    kept.append(contentsOf: bytes)
    attempt.sent = kept.count
    guard kept.count <= transport.configuration.maxRetryBufferBytes else {
      commit(to: attempt)
      return
    }
    for other in attempts where other !== attempt { other.connection?.resume(other) }
  }

  /// From here on the outcome of this attempt is that of the call.
  func commit(to attempt: ClientAttempt) {
    guard committed == nil else { return }
    committed = attempt
    isKeeping = false
    timer?.cancel()
    timer = nil
    let others = attempts.filter { $0 !== attempt }
    attempts = [attempt]
    for other in others { transport.drop(other) }
  }

  func receivedHeaders(_ attempt: ClientAttempt, _ metadata: Metadata) {
    commit(to: attempt)
    let time = NIODeadline.now() - started
    shared.withLock { shared in
      shared.initialMetadata = metadata
      shared.firstByte = time
    }
  }

  /// One of its streams is over.
  func attemptEnded(_ attempt: ClientAttempt, _ error: RPCError?, _ trailers: Metadata, isUnprocessed: Bool) {
    guard !hasEnded, let index = attempts.firstIndex(where: { $0 === attempt }) else { return }
    guard let error else {
      transport.noteSuccess()
      commit(to: attempt)
      end(nil, message: attempt.message, trailers: trailers)
      return
    }
    guard committed == nil else {
      end(error, trailers: trailers)
      return
    }
    attempts.remove(at: index)
    if isUnprocessed, outgoing == nil || isKeeping, plan.repeatUnprocessed() {
      let again = ClientAttempt(self, number: attempt.number)
      attempts.append(again)
      transport.route(again)
      return
    }
    switch plan.failed(
      error.code, attempt.head.pushback, isLast: attempts.isEmpty, throttle: &transport.throttle,
      random: Double.random(in: -1...1))
    {
    case .finish: end(error, trailers: trailers)
    case .await: break
    case .attempt(let pause) where pause == 0: beginAttempt()
    case .attempt(let pause):
      timer?.cancel()
      timer = transport.eventLoop.scheduleTask(in: .nanoseconds(pause)) { [self] in beginAttempt() }
    }
  }

  /// Ends the call from this side: what is under way is dropped.
  func abandon(_ error: RPCError) {
    guard !hasEnded else { return }
    end(error)
  }

  /// The call is over.
  private func end(_ error: RPCError?, message: [UInt8]? = nil, trailers: Metadata = Metadata()) {
    hasEnded = true
    timer?.cancel()
    timer = nil
    kept = []
    let others = attempts
    attempts = []
    committed = nil
    for attempt in others { transport.drop(attempt) }
    outgoing?.fail(error ?? RPCError(.cancelled, "the call is over"))
    let result: Result<UnaryResponse, RPCError>
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
    transport.callEnded(self)
    transport.report(self, result)
    incoming?.end(error)
    continuation?.resume(returning: result)
  }

  // MARK: - StreamOwner

  func messagesQueued() {
    transport.eventLoop.execute { [self] in
      for attempt in attempts { attempt.connection?.resume(attempt) }
    }
  }

  func messagesTaken(window: Int, size: Int) {
    if transport.eventLoop.inEventLoop {
      taken(window)
    } else {
      transport.eventLoop.execute { [self] in taken(window) }
    }
  }

  private func taken(_ window: Int) {
    guard let committed else { return }
    committed.connection?.taken(window: window, by: committed)
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
