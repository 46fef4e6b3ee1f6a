// From calls to connections: does what the channel's state says (resolve, connect, close), and sends calls where it picks.

import Logging
import NIOCore
import NIOPosix
import Synchronization

/// One target and the connections to its servers.
///
/// `@unchecked Sendable` holds because `inbox` and `watched` are guarded by their locks and all other members are constants
/// or used on `eventLoop` only.
final class ClientTransport: @unchecked Sendable {
  let eventLoop: any EventLoop
  let configuration: RPCClient.Configuration
  let target: ClientTarget
  private let security: ClientSecurityContext
  /// The server in the same process that this is a client of.
  private let server: (server: RPCServer, identity: PeerCertificate?)?
  private let resources = LoopResources()

  static let deadlineError = RPCError(.deadlineExceeded, "the deadline of the call passed before it was answered")
  private static let cancelError = RPCError(.cancelled, "the caller cancelled the call")
  private static let closedError = RPCError(.unavailable, "the client is closed")

  private struct Inbox {
    var calls: [ClientCall] = []
    var isScheduled = false
  }

  /// Calls on their way to the loop: one wake-up for all that come before it.
  private let inbox = Mutex(Inbox())

  private struct Watched {
    var state = ConnectivityState.idle
    var failure: ConnectionFailure?
    var watchers: [UInt64: AsyncStream<ConnectivityState>.Continuation] = [:]
    var next: UInt64 = 0
  }

  private let watched = Mutex(Watched())

  // MARK: On the loop

  private var channel: ChannelState
  private var isClosed = false
  /// By the channel's number: those being made, and those that are ready.
  private var pending: [Int: ClientConnection] = [:]
  private var ready: [Int: ClientConnection] = [:]
  /// Those that take no new calls.
  private var lingering: [ObjectIdentifier: ClientConnection] = [:]
  /// The one that takes every call, if there is only one to choose from.
  private var only: ClientConnection?
  private var waiting: [ClientAttempt] = []
  /// Calls with a deadline that are not on a connection's stream may be between attempts.
  private var timed: [ObjectIdentifier: ClientCall] = [:]
  private var wakeTimer: Scheduled<Void>?
  private var wakeAt: Int64?
  private var lastReport: ConnectionReport?
  private var resolveTime = TimeAmount.nanoseconds(0)
  private var deadlineTimer: Scheduled<Void>?
  private var nextDeadline = NIODeadline.distantFuture
  private var closed: [EventLoopPromise<Void>] = []
  var throttle: RetryThrottle?
  private(set) var keepalive: RPCClient.Configuration.Keepalive?
  private let balancing: LoadBalancing

  init(
    _ target: ClientTarget, security: ClientSecurityContext, eventLoop: any EventLoop,
    configuration: RPCClient.Configuration, server: (server: RPCServer, identity: PeerCertificate?)? = nil
  ) {
    self.target = target
    self.security = security
    self.server = server
    self.eventLoop = eventLoop
    self.configuration = configuration
    keepalive = configuration.keepalive
    throttle = configuration.serviceConfig.retryThrottling.map(RetryThrottle.init)
    balancing = configuration.serviceConfig.loadBalancing ?? configuration.loadBalancing
    let isFixed = if case .addresses = target.place { true } else { false }
    channel = ChannelState(
      balancing, isFixed: isFixed,
      backoff: ConnectionBackoff(
        firstSeconds: configuration.firstBackoffSeconds, longestSeconds: configuration.maxBackoffSeconds))
  }

  // MARK: - From any thread

  func submit(_ call: ClientCall) {
    let wakes = inbox.withLock { inbox in
      inbox.calls.append(call)
      defer { inbox.isScheduled = true }
      return !inbox.isScheduled
    }
    if wakes { eventLoop.execute { [self] in drainInbox() } }
  }

  func cancel(_ call: ClientCall) { refuse(call, Self.cancelError) }

  func refuse(_ call: ClientCall, _ error: RPCError) {
    eventLoop.execute { call.abandon(error) }
  }

  func exitIdle() {
    eventLoop.execute { [self] in run(channel.exitIdle(now)) }
  }

  /// Lets calls under way finish; new ones fail.
  func close() -> EventLoopFuture<Void> {
    let promise = eventLoop.makePromise(of: Void.self)
    eventLoop.execute { [self] in
      closed.append(promise)
      isClosed = true
      channel.shutDown()
      let attempts = waiting
      waiting = []
      for attempt in attempts { attempt.call.abandon(RPCError(.unavailable, "the client was closed")) }
      for connection in pending.values { connection.end(.closedHere("the client was closed")) }
      pending = [:]
      for connection in ready.values { retire(connection) }
      ready = [:]
      only = nil
      for connection in lingering.values { connection.drainAndClose() }
      settle()
      reportClosed()
    }
    return promise.futureResult
  }

  /// The connection made last, nil if there was none yet.
  func report() -> EventLoopFuture<ConnectionReport?> {
    eventLoop.submit { [self] in lastReport }
  }

  var connectivity: ConnectivityState { watched.withLock { $0.state } }
  var connectionFailure: ConnectionFailure? { watched.withLock { $0.failure } }

  func watch() -> AsyncStream<ConnectivityState> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ConnectivityState.self, bufferingPolicy: .bufferingNewest(16))
    let id = watched.withLock { watched -> UInt64? in
      continuation.yield(watched.state)
      guard watched.state != .shutdown else { return nil }
      watched.next += 1
      watched.watchers[watched.next] = continuation
      return watched.next
    }
    guard let id else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in
      self?.watched.withLock { _ = $0.watchers.removeValue(forKey: id) }
    }
    return stream
  }

  func service(_ method: MethodDescriptor) -> ServiceConfig.Method { configuration.serviceConfig.method(method) }

  // MARK: - Interceptors and credentials, on the caller's thread

  /// - Returns: why the call is refused; nil if it is not.
  func callStarts(_ method: MethodDescriptor, _ options: inout CallOptions) -> RPCError? {
    guard !configuration.interceptors.isEmpty else { return nil }
    options.start = CallOptions.Start(
      time: .now(), server: ServerName(address: target.host, port: target.port == 0 ? nil : target.port))
    for interceptor in configuration.interceptors {
      do {
        try interceptor.callStarts(method, &options)
      } catch {
        callRefused(method, options, error)
        return error
      }
    }
    return nil
  }

  func callRefused(_ method: MethodDescriptor, _ options: CallOptions, _ error: RPCError) {
    for interceptor in configuration.interceptors {
      interceptor.callEnds(method, options, status: error.code, message: error.message, trailers: error.metadata)
    }
  }

  func credentials(_ method: MethodDescriptor, _ options: CallOptions) async throws(RPCError) -> Metadata {
    let providers = [configuration.credentials, options.credentials].compactMap { $0 }
    guard !providers.isEmpty else { return Metadata() }
    guard case .tls = security else {
      throw RPCError(.unauthenticated, "credentials of a call are sent over TLS only, and this client speaks plaintext")
    }
    var all = Metadata()
    for provider in providers {
      all.append(contentsOf: try await provider.metadata(for: method, authority: target.description))
    }
    return all
  }

  func report(_ call: ClientCall, _ result: Result<UnaryResponse, RPCError>) {
    guard !configuration.interceptors.isEmpty else { return }
    for interceptor in configuration.interceptors {
      switch result {
      case .success(let response):
        interceptor.callEnds(call.method, call.options, status: .ok, message: "", trailers: response.trailers)
      case .failure(let error):
        interceptor.callEnds(
          call.method, call.options, status: error.code, message: error.message, trailers: error.metadata)
      }
    }
  }

  // MARK: - Calls, on the loop

  private func drainInbox() {
    let calls = inbox.withLock { inbox in
      inbox.isScheduled = false
      defer { inbox.calls = [] }
      return inbox.calls
    }
    for call in calls {
      guard !call.hasEnded else { continue }
      if let deadline = call.deadline {
        guard deadline > NIODeadline.now() else {
          call.abandon(Self.deadlineError)
          continue
        }
        timed[ObjectIdentifier(call)] = call
        watch(deadline)
      }
      call.begin()
    }
    for connection in ready.values { connection.flushNow() }
  }

  func callEnded(_ call: ClientCall) {
    if call.deadline != nil { timed[ObjectIdentifier(call)] = nil }
  }

  func noteSuccess() { throttle?.noteSuccess() }

  /// Finds a connection for an attempt.
  func route(_ attempt: ClientAttempt) {
    guard !attempt.call.hasEnded, attempt.call.isLive(attempt) else { return }
    if let only, !only.isDraining {
      only.start(attempt)
      return
    }
    switch channel.pick() {
    case .use(let id):
      if let connection = ready[id], !connection.isDraining { connection.start(attempt) } else { wait(attempt) }
    case .wait:
      wait(attempt)
      run(channel.exitIdle(now))
    case .fail(let failure):
      if attempt.call.waitsForReady { wait(attempt) } else { attempt.call.abandon(error(failure)) }
    case .shutdown:
      attempt.call.abandon(Self.closedError)
    }
  }

  private func error(_ failure: ConnectionFailure) -> RPCError {
    RPCError(.unavailable, "cannot connect to \(target): \(failure)")
  }

  private func wait(_ attempt: ClientAttempt) {
    guard waiting.count < configuration.maxWaitingCalls else {
      attempt.call.abandon(
        RPCError(
          .resourceExhausted, "\(configuration.maxWaitingCalls) calls wait for a connection to \(target) already"))
      return
    }
    waiting.append(attempt)
  }

  /// Takes an attempt away, wherever it is.
  func drop(_ attempt: ClientAttempt) {
    if let connection = attempt.connection {
      connection.drop(attempt)
      attempt.connection = nil
    } else {
      waiting.removeAll { $0 === attempt }
    }
  }

  // MARK: - The channel

  private var now: Int64 { Int64(clamping: NIODeadline.now().uptimeNanoseconds) }

  private func run(_ actions: [ChannelAction]) {
    for action in actions {
      switch action {
      case .resolve: resolve()
      case .connect(let id, let address): connect(id, address)
      case .close(let id):
        if let connection = pending.removeValue(forKey: id) {
          connection.end(.closedHere("another address was chosen"))
        } else if let connection = ready.removeValue(forKey: id) {
          retire(connection)
        }
      }
    }
    settle()
  }

  /// After each event: who waits is served or told, the timer set, the state published.
  private func settle() {
    only = balancing == .pickFirst && ready.count == 1 ? ready.first?.value : nil
    let state = channel.connectivity
    publish(state)
    if state == .ready || state == .transientFailure, !waiting.isEmpty {
      let attempts = waiting
      waiting = []
      for attempt in attempts { route(attempt) }
    }
    let next = channel.nextWake
    guard next != wakeAt else { return }
    wakeAt = next
    wakeTimer?.cancel()
    wakeTimer = next.map { at in
      eventLoop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(0, at)))) { [self] in
        wakeAt = nil
        run(channel.timePassed(now))
      }
    }
  }

  private func publish(_ state: ConnectivityState) {
    let watchers = watched.withLock { watched -> [AsyncStream<ConnectivityState>.Continuation] in
      watched.failure = state == .transientFailure ? channel.failure : nil
      guard watched.state != state else { return [] }
      watched.state = state
      return Array(watched.watchers.values)
    }
    for watcher in watchers {
      watcher.yield(state)
      if state == .shutdown { watcher.finish() }
    }
  }

  private func resolve() {
    let begun = NIODeadline.now()
    NameResolver.resolve(target, on: eventLoop).whenComplete { [self] result in
      resolveTime = NIODeadline.now() - begun
      switch result {
      case .success(let addresses): run(channel.resolved(addresses, now))
      case .failure(let error): run(channel.resolutionFailed(ConnectionFailure(error), now))
      }
    }
  }

  private func connect(_ id: Int, _ address: ServerAddress) {
    let begun = NIODeadline.now() - resolveTime
    do {
      guard let place = try address.socketAddress() else {
        try connectInProcess(id, address, begun)
        return
      }
      let bootstrap = ClientBootstrap(group: eventLoop)
        .connectTimeout(TimeAmount(configuration.connectTimeout))
        .channelOption(.autoRead, value: false)
        .channelInitializer { [self] channel in
          do {
            let connection = try makeConnection(id, address, begun)
            try channel.pipeline.syncOperations.addHandler(connection)
            pending[id] = connection
            guard case .ip = address else { return eventLoop.makeSucceededVoidFuture() }
            return channel.setOption(.tcpOption(.tcp_nodelay), value: 1)
          } catch {
            return eventLoop.makeFailedFuture(error)
          }
        }
      bootstrap.connect(to: place).whenFailure { [self] error in failed(id, ConnectionFailure(error)) }
    } catch {
      eventLoop.execute { [self] in failed(id, ConnectionFailure(error)) }
    }
  }

  private func makeConnection(_ id: Int, _ address: ServerAddress, _ begun: NIODeadline) throws -> ClientConnection {
    ClientConnection(
      self, id: id, eventLoop: eventLoop, security: try security.makeSecurity(to: address), resources: resources,
      authority: target.description, begun: begun)
  }

  private func connectInProcess(_ id: Int, _ address: ServerAddress, _ begun: NIODeadline) throws {
    guard let server else { throw RPCError(.unavailable, "there is no server in this process") }
    let connection = try makeConnection(id, address, begun)
    pending[id] = connection
    try server.server.connect(connection, on: eventLoop, identity: server.identity)
  }

  private func failed(_ id: Int, _ failure: ConnectionFailure) {
    pending[id] = nil
    configuration.logger.debug(
      "connection failed", metadata: ["target": "\(target)", "reason": "\(failure)"])
    run(channel.failed(id, failure, now))
  }

  // MARK: - What connections tell

  /// A connection is secured and speaks HTTP/2.
  func connected(_ connection: ClientConnection) {
    guard !isClosed, pending.removeValue(forKey: connection.id) != nil else {
      retire(connection)
      return
    }
    ready[connection.id] = connection
    lastReport = connection.report
    run(channel.connected(connection.id, now))
  }

  /// A connection takes no new calls any more.
  func draining(_ connection: ClientConnection) {
    guard ready.removeValue(forKey: connection.id) != nil else { return }
    lingering[ObjectIdentifier(connection)] = connection
    run(channel.disconnected(connection.id, now))
  }

  func disconnected(_ connection: ClientConnection, _ end: ConnectionEnd) {
    lingering[ObjectIdentifier(connection)] = nil
    if ready.removeValue(forKey: connection.id) != nil {
      run(channel.disconnected(connection.id, now))
    } else if pending[connection.id] != nil, connection.hasSocket {
      // Without a socket it is the socket's failure that says why.
      failed(connection.id, ConnectionFailure(end))
    }
    reportClosed()
  }

  private func retire(_ connection: ClientConnection) {
    lingering[ObjectIdentifier(connection)] = connection
    connection.drainAndClose()
  }

  /// The server finds the PINGs too many (gRFC A8): half as often from the next connection on.
  func keepLessAlive() {
    keepalive?.interval *= 2
  }

  private func reportClosed() {
    guard isClosed, ready.isEmpty, lingering.isEmpty else { return }
    deadlineTimer?.cancel()
    deadlineTimer = nil
    for promise in closed { promise.succeed() }
    closed = []
  }

  // MARK: - Deadlines

  /// One timer for all calls, set to the earliest deadline.
  private func watch(_ deadline: NIODeadline) {
    guard deadline < nextDeadline else { return }
    deadlineTimer?.cancel()
    nextDeadline = deadline
    deadlineTimer = eventLoop.scheduleTask(deadline: deadline) { [self] in sweepDeadlines() }
  }

  private func sweepDeadlines() {
    nextDeadline = .distantFuture
    deadlineTimer = nil
    let now = NIODeadline.now()
    var next = NIODeadline.distantFuture
    for call in Array(timed.values) {
      guard let deadline = call.deadline else { continue }
      if deadline > now { next = min(next, deadline) } else { call.abandon(Self.deadlineError) }
    }
    if next < .distantFuture { watch(next) }
  }

  /// Why a connection could not be made, in words.
  static func reason(_ error: any Error) -> String { ConnectionFailure(error).description }
}
