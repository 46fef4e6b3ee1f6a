// From calls to a connection: connects when there is something to send, again after a failure, and says why it cannot.

import Glibc
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// One target, at most one connection that takes new calls.
///
/// `@unchecked Sendable` holds because `inbox` is guarded by its lock and all other members are constants or used on
/// `eventLoop` only.
final class ClientTransport: @unchecked Sendable {
  let eventLoop: any EventLoop
  let configuration: RPCClient.Configuration
  private let target: ClientTarget
  private let security: ClientSecurityContext
  /// The server in the same process that this is a client of.
  private let server: (server: RPCServer, identity: PeerCertificate?)?
  private let resources = LoopResources()

  static let deadlineError = RPCError(.deadlineExceeded, "the deadline of the call passed before it was answered")
  private static let cancelError = RPCError(.cancelled, "the caller cancelled the call")

  private struct Inbox {
    var calls: [ClientCall] = []
    var isScheduled = false
  }

  /// Calls on their way to the loop: one wake-up for all that come before it.
  private let inbox = Mutex(Inbox())

  private enum State {
    case idle
    case connecting
    case ready(ClientConnection)
    case backingOff(until: NIODeadline, RPCError)
    case closed
  }

  private var state = State.idle
  private var waiting: [ClientCall] = []
  /// All connections, those included that take no new calls.
  private var connections: [ObjectIdentifier: ClientConnection] = [:]
  private var failures = 0
  private var lastReport: ConnectionReport?
  private var deadlineTimer: Scheduled<Void>?
  private var nextDeadline = NIODeadline.distantFuture
  private var closed: [EventLoopPromise<Void>] = []

  init(
    _ target: ClientTarget, security: ClientSecurityContext, eventLoop: any EventLoop,
    configuration: RPCClient.Configuration, server: (server: RPCServer, identity: PeerCertificate?)? = nil
  ) {
    self.target = target
    self.security = security
    self.server = server
    self.eventLoop = eventLoop
    self.configuration = configuration
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

  func cancel(_ call: ClientCall) {
    eventLoop.execute { [self] in giveUp(call, Self.cancelError) }
  }

  /// Lets calls under way finish; new ones fail.
  func close() -> EventLoopFuture<Void> {
    let promise = eventLoop.makePromise(of: Void.self)
    eventLoop.execute { [self] in
      closed.append(promise)
      state = .closed
      failWaiting(RPCError(.unavailable, "the client was closed"))
      for connection in connections.values { connection.drainAndClose() }
      reportClosed()
    }
    return promise.futureResult
  }

  /// The connection made last, nil if there was none yet.
  func report() -> EventLoopFuture<ConnectionReport?> {
    eventLoop.submit { [self] in lastReport }
  }

  // MARK: - On the loop

  private func drainInbox() {
    let calls = inbox.withLock { inbox in
      inbox.isScheduled = false
      defer { inbox.calls = [] }
      return inbox.calls
    }
    for call in calls { route(call) }
    if case .ready(let connection) = state { connection.flushNow() }
  }

  private func route(_ call: ClientCall) {
    guard !call.hasEnded else { return }
    if let deadline = call.deadline {
      guard deadline > NIODeadline.now() else {
        call.end(Self.deadlineError)
        return
      }
      watch(deadline)
    }
    switch state {
    case .ready(let connection) where !connection.isDraining:
      connection.start(call)
    case .ready, .idle:
      wait(call)
      connect()
    case .connecting:
      wait(call)
    case .backingOff(let until, let error):
      if NIODeadline.now() >= until {
        wait(call)
        connect()
      } else if call.options.waitForReady {
        wait(call)
      } else {
        call.end(error)
      }
    case .closed:
      call.end(RPCError(.unavailable, "the client is closed"))
    }
  }

  private func wait(_ call: ClientCall) {
    guard waiting.count < configuration.maxWaitingCalls else {
      call.end(
        RPCError(
          .resourceExhausted, "\(configuration.maxWaitingCalls) calls wait for a connection to \(target) already"))
      return
    }
    waiting.append(call)
  }

  private func connect() {
    state = .connecting
    let begun = NIODeadline.now()
    if let server {
      connect(to: server.server, as: server.identity, begun)
      return
    }
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(TimeAmount(configuration.connectTimeout))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.autoRead, value: false)
      .channelInitializer { [self] channel in
        do {
          let connection = ClientConnection(
            self, eventLoop: eventLoop, security: try security.makeSecurity(), resources: resources,
            authority: target.description, begun: begun)
          try channel.pipeline.syncOperations.addHandler(connection)
          return eventLoop.makeSucceededVoidFuture()
        } catch {
          return eventLoop.makeFailedFuture(error)
        }
      }
    // A literal address needs no resolver, which starts a thread.
    let channel =
      (try? SocketAddress(ipAddress: target.host, port: target.port)).map { bootstrap.connect(to: $0) }
      ?? bootstrap.connect(host: target.host, port: target.port)
    channel.whenFailure { [self] error in
      failed("cannot connect to \(target): \(Self.reason(error))")
    }
  }

  private func connect(to server: RPCServer, as identity: PeerCertificate?, _ begun: NIODeadline) {
    let connection = ClientConnection(
      self, eventLoop: eventLoop, security: Plaintext(), resources: resources, authority: target.host, begun: begun)
    do {
      try server.connect(connection, on: eventLoop, identity: identity)
    } catch {
      failed("cannot connect in process: \(error.message)")
    }
  }

  /// A connection is secured and speaks HTTP/2.
  func connected(_ connection: ClientConnection) {
    connections[ObjectIdentifier(connection)] = connection
    guard case .connecting = state else {
      connection.drainAndClose()
      return
    }
    failures = 0
    lastReport = connection.report
    state = .ready(connection)
    let calls = waiting
    waiting = []
    for call in calls { route(call) }
  }

  /// A connection takes no new calls any more.
  func draining(_ connection: ClientConnection) {
    if case .ready(let current) = state, current === connection { state = .idle }
  }

  func disconnected(_ connection: ClientConnection, _ end: ConnectionEnd) {
    let wasOpen = connections.removeValue(forKey: ObjectIdentifier(connection)) != nil
    if wasOpen {
      draining(connection)
      if case .idle = state, !waiting.isEmpty { connect() }
    } else if case .connecting = state {
      failed("cannot connect to \(target): \(end)")
    }
    reportClosed()
  }

  private func failed(_ reason: String) {
    guard case .connecting = state else { return }
    let error = RPCError(.unavailable, reason)
    failures += 1
    var pause = configuration.firstBackoffSeconds
    for _ in 1..<min(failures, 32) where failures > 1 { pause *= 1.6 }
    pause = min(pause, configuration.maxBackoffSeconds) * Double.random(in: 0.8...1.2)
    let until = NIODeadline.now() + .nanoseconds(Int64(pause * 1e9))
    state = .backingOff(until: until, error)
    configuration.logger.debug("connection failed", metadata: ["reason": "\(reason)", "pause": "\(pause)"])
    let calls = waiting
    waiting = []
    for call in calls {
      if call.options.waitForReady { waiting.append(call) } else { call.end(error) }
    }
    guard !waiting.isEmpty else { return }
    eventLoop.scheduleTask(deadline: until) { [self] in
      guard case .backingOff = state, !waiting.isEmpty else { return }
      connect()
    }
  }

  /// Sends a call again that the server has not looked at.
  /// - Returns: false if it was refused too often or is half sent.
  func retryUnprocessed(_ call: ClientCall) -> Bool {
    guard call.outgoing == nil, call.refusals < 3, !call.hasEnded else { return false }
    call.refusals += 1
    call.connection = nil
    call.slot = -1
    call.sent = 0
    route(call)
    return true
  }

  private func giveUp(_ call: ClientCall, _ error: RPCError) {
    guard !call.hasEnded else { return }
    if let connection = call.connection {
      connection.reset(call, error)
    } else {
      waiting.removeAll { $0 === call }
      call.end(error)
    }
  }

  private func failWaiting(_ error: RPCError) {
    let calls = waiting
    waiting = []
    for call in calls { call.end(error) }
  }

  private func reportClosed() {
    guard case .closed = state, connections.isEmpty else { return }
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
    for connection in connections.values { next = min(next, connection.sweepDeadlines(now)) }
    for call in waiting {
      guard let deadline = call.deadline else { continue }
      if deadline > now { next = min(next, deadline) } else { giveUp(call, Self.deadlineError) }
    }
    if next < .distantFuture { watch(next) }
  }

  // MARK: - Reasons

  static func reason(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
      if let dns = error.dnsAError ?? error.dnsAAAAError, error.connectionErrors.isEmpty {
        return "the name \(error.host) cannot be resolved: \(dns)"
      }
      return error.connectionErrors.first.map { reason($0.error) } ?? "no address could be reached"
    case let error as IOError:
      switch error.errnoCode {
      case ECONNREFUSED: return "connection refused: nothing listens there"
      case ENETUNREACH, EHOSTUNREACH: return "no route to the host"
      default: return error.description
      }
    case let error as ChannelError:
      if case .connectTimeout(let amount) = error {
        return "no answer within \(Double(amount.nanoseconds / 1_000_000) / 1000) s"
      }
      return "\(error)"
    default:
      return "\(error)"
    }
  }
}
