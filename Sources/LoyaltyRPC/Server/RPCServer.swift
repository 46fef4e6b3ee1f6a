// The server: listens, accepts, hands each connection to a loop, and stops without losing a call.

import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// A gRPC server over TLS.
///
/// Run it as a `Service` of a `ServiceGroup`, which drains it at SIGTERM; or call `start()` and `shutDown()`.
public final class RPCServer: Service {
  let configuration: Configuration
  private let methods: MethodTable
  let tls: ServerTLS?
  let counters = ServerCounters()
  let budget: ByteBudget
  private let json: JSONMapping
  private let state = Mutex(State())

  private struct State {
    var group: MultiThreadedEventLoopGroup?
    var resources: [ObjectIdentifier: LoopResources] = [:]
    var shared: ServerShared?
    var listener: (any Channel)?
    var address: SocketAddress?
    var connections: [ObjectIdentifier: ServerConnection] = [:]
    var isShuttingDown = false
    var hasToldThatItIsFull = false
    /// Called when the last connection has gone.
    var drained: CheckedContinuation<Void, Never>?
  }

  /// - Throws: `TLSError` if a certificate or key does not do, `RPCServerError` for services that do not go together or
  ///   for plaintext beyond this machine.
  public init(_ configuration: Configuration, services: [any RPCService]) throws {
    self.configuration = configuration
    budget = ByteBudget(limit: configuration.maxHeldBytes)
    var asksForCertificates = false
    switch configuration.security {
    case .tls(let settings):
      tls = try ServerTLS(settings)
      asksForCertificates = settings.clientCertificate != .none
    case .plaintext:
      tls = nil
      try configuration.checkPlaintext()
    }
    var served: [ServedMethod] = []
    var paths: Set<String> = []
    for service in services {
      let name = type(of: service).serviceName
      for method in service.servedMethods {
        guard paths.insert(method.descriptor.path).inserted else {
          throw RPCServerError.methodServedTwice(method.descriptor.path)
        }
        served.append(
          ServedMethod(
            method, index: served.count,
            needsCertificate: asksForCertificates && !configuration.servicesWithoutCertificate.contains(name)))
      }
    }
    methods = MethodTable(served)
    json = JSONMapping(types: served.flatMap(\.invoker.messageTypes) + configuration.messageTypes)
    for origin in configuration.cors.allowedOrigins.sorted() {
      if let problem = CORSPolicy.problem(with: origin) { throw RPCServerError.unusableOrigin(problem) }
    }
  }

  /// The port the server listens on; nil before `start`, and on a Unix socket.
  public var boundPort: Int? { state.withLock { $0.address?.port } }

  /// Host and port, e.g. `127.0.0.1:8443`, or `unix:` and a path; nil before `start`.
  public var boundAddress: String? {
    state.withLock { state in
      state.address.map { address in
        if let path = configuration.unixSocket { return "unix:\(path)" }
        return "\(address.ipAddress ?? configuration.host):\(address.port ?? configuration.port)"
      }
    }
  }

  /// Connections open now, and those gone whose handlers have not ended yet.
  public var connectionCount: Int { state.withLock { $0.connections.count } }

  /// It has started and does not shut down.
  public var acceptsCalls: Bool { state.withLock { $0.group != nil && !$0.isShuttingDown } }

  var isShuttingDown: Bool { state.withLock { $0.isShuttingDown } }

  /// Binds and begins to serve.
  /// - Throws: `RPCServerError` if the address is taken or not of this machine.
  public func start() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.loops ?? System.coreCount))
    var resources: [ObjectIdentifier: LoopResources] = [:]
    for loop in group.makeIterator() { resources[ObjectIdentifier(loop)] = LoopResources(executor: LoopExecutor(loop)) }
    let shared = ServerShared(
      methods: methods, configuration: configuration, json: json, tls: tls, budget: budget, counters: counters,
      connectionEnded: { [weak self] in self?.remove($0) })
    state.withLock { state in
      (state.group, state.resources, state.shared) = (group, resources, shared)
    }
    if configuration.listens {
      do {
        let listener = try await bind(group)
        state.withLock { ($0.listener, $0.address) = (listener, listener.localAddress) }
      } catch {
        state.withLock { $0.group = nil }
        try? await group.shutdownGracefully()
        throw (error as? RPCServerError)
          ?? .cannotListen(address: configuration.listeningAddress, reason: "\(error)")
      }
    }
    let period = TimeAmount.seconds(Int64(configuration.watchSeconds))
    for loop in group.makeIterator() {
      loop.scheduleRepeatedTask(initialDelay: period, delay: period) { [weak self] task in
        guard let self else { return task.cancel() }
        self.look(on: loop)
      }
    }
    watchFiles(on: group)
    configuration.logger.info("listening", metadata: ["address": "\(boundAddress ?? "in process only")"])
  }

  private func bind(_ group: MultiThreadedEventLoopGroup) async throws -> any Channel {
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: Int32(clamping: configuration.backlog))
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.maxMessagesPerRead, value: 4)
      .childChannelInitializer { [weak self] channel in
        guard let self else { return channel.close() }
        return self.accept(channel)
      }
    if let path = configuration.unixSocket {
      try UnixSocketFile.removeStale(path)
      let listener = try await bootstrap.bind(unixDomainSocketPath: path).get()
      try UnixSocketFile.restrict(path, mode: configuration.unixSocketMode)
      return listener
    }
    return
      try await bootstrap
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .bind(host: configuration.host, port: configuration.port).get()
  }

  /// On a loop: a connection has come.
  private func accept(_ channel: any Channel) -> EventLoopFuture<Void> {
    do {
      let address =
        configuration.unixSocket.map { "unix:\($0)" }
        ?? channel.remoteAddress.map { "\($0.ipAddress ?? "unknown"):\($0.port ?? 0)" } ?? "unknown"
      guard hasRoom(),
        let connection = try makeConnection(
          on: channel.eventLoop, address: address,
          security: try tls.map { try TLSSession($0.context) } ?? Plaintext())
      else { return channel.close() }
      try channel.pipeline.syncOperations.addHandler(connection)
      guard add(connection) else { return channel.close() }
      return channel.eventLoop.makeSucceededVoidFuture()
    } catch {
      return channel.eventLoop.makeFailedFuture(error)
    }
  }

  private func makeConnection(
    on loop: any EventLoop, address: String, security: any ConnectionSecurity
  ) throws -> ServerConnection? {
    let (shared, resources) = state.withLock { ($0.shared, $0.resources[ObjectIdentifier(loop)]) }
    guard let shared, let resources else { return nil }
    return ServerConnection(shared, eventLoop: loop, security: security, resources: resources, address: address)
  }

  /// Connects a client of this process, without a socket.
  /// - Parameter identity: who the client is taken for; nil for a client without a certificate.
  /// - Throws: UNAVAILABLE if the server does not run.
  func connect(_ client: any ChannelHandler & Sendable, on loop: any EventLoop, identity: PeerCertificate?)
    throws(RPCError)
  {
    let serverLoop = state.withLock { $0.isShuttingDown ? nil : $0.group?.next() }
    guard let serverLoop else { throw RPCError(.unavailable, "the server does not run") }
    let (near, far) = InProcessChannel.pair(loop, serverLoop)
    serverLoop.execute { [self] in
      guard hasRoom(),
        let connection = try? makeConnection(
          on: serverLoop, address: "in-process", security: Plaintext(identity: identity)),
        add(connection)
      else { return far.close(promise: nil) }
      far.open(connection)
    }
    loop.execute { near.open(client) }
  }

  /// Looks at the time limits of all connections of a loop.
  private func look(on loop: any EventLoop) {
    let connections = state.withLock { $0.connections.values.filter { $0.eventLoop === loop } }
    let now = NIODeadline.now()
    for connection in connections { connection.look(now) }
  }

  /// Runs `body` for each connection on its event loop.
  func forEachConnection(_ body: @escaping @Sendable (ServerConnection) -> Void) {
    for connection in state.withLock({ Array($0.connections.values) }) {
      connection.eventLoop.execute { body(connection) }
    }
  }

  /// Closes the connections of peers at once, e.g. of a partner whose contract has ended.
  public func closeConnections(where isMeant: @escaping @Sendable (Peer) -> Bool, reason: String) {
    forEachConnection { connection in
      if isMeant(connection.peer) { connection.sendAway(.closedHere(reason)) }
    }
  }

  /// False while there are as many connections as there may be. That the limit is reached is logged once, until there is
  /// room again.
  private func hasRoom() -> Bool {
    let limit = configuration.maxConnections
    let (hasRoom, tells) = state.withLock { state in
      let hasRoom = state.connections.count < limit
      defer { state.hasToldThatItIsFull = !hasRoom }
      return (hasRoom, !hasRoom && !state.hasToldThatItIsFull)
    }
    counters.noteConnection(isTaken: hasRoom)
    if tells {
      configuration.logger.warning(
        "no more connections are accepted: as many are open as may be", metadata: ["limit": "\(limit)"])
    }
    return hasRoom
  }

  /// Serves until the surrounding `ServiceGroup` shuts down, then drains.
  public func run() async throws {
    if state.withLock({ $0.group == nil }) { try await start() }
    try? await gracefulShutdown()
    await shutDown()
  }

  /// Stops: no new connection, no new call, calls under way finish within the grace, then everything is closed.
  public func shutDown() async {
    let (listener, group, connections) = state.withLock { state in
      state.isShuttingDown = true
      defer { (state.listener, state.group) = (nil, nil) }
      return (state.listener, state.group, Array(state.connections.values))
    }
    guard let group else { return }
    try? await listener?.close()
    if listener != nil, let path = configuration.unixSocket { UnixSocketFile.remove(path) }
    for connection in connections {
      connection.eventLoop.execute { connection.beginDrain() }
    }
    let grace = configuration.shutdownGraceSeconds
    let cutOff = group.next().scheduleTask(in: .seconds(Int64(grace))) { [self] in
      forEachConnection { connection in
        connection.end(.closedHere("the server shuts down and the call took longer than \(grace) s"))
      }
    }
    // Handlers are cancelled with their connections; one that does not heed it is not waited for.
    let giveUp = group.next().scheduleTask(in: .seconds(Int64(grace) + Self.cancellationSeconds)) { [self] in
      let drained = state.withLock { state in
        state.connections = [:]
        defer { state.drained = nil }
        return state.drained
      }
      drained?.resume()
    }
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.connections.isEmpty { return true }
        state.drained = continuation
        return false
      }
      if isDone { continuation.resume() }
    }
    cutOff.cancel()
    giveUp.cancel()
    for resources in state.withLock({ $0.resources.values }) { resources.executor?.stop() }
    try? await group.shutdownGracefully()
    configuration.logger.info("stopped")
  }

  /// Seconds that cancelled handlers may take to end. 2: they have nothing left to wait for.
  private static let cancellationSeconds: Int64 = 2

  private func add(_ connection: ServerConnection) -> Bool {
    state.withLock { state in
      guard !state.isShuttingDown else { return false }
      state.connections[ObjectIdentifier(connection)] = connection
      return true
    }
  }

  private func remove(_ connection: ServerConnection) {
    let drained = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.connections[ObjectIdentifier(connection)] = nil
      guard state.connections.isEmpty else { return nil }
      defer { state.drained = nil }
      return state.drained
    }
    drained?.resume()
  }
}

/// Why a server does not start.
public enum RPCServerError: Error, Sendable, Hashable, CustomStringConvertible {
  case methodServedTwice(String)
  case cannotListen(address: String, reason: String)
  /// Anyone on the way could read the calls.
  case plaintextBeyondThisMachine(host: String)
  case socketInUse(path: String)
  case unusableOrigin(String)

  public var description: String {
    switch self {
    case .methodServedTwice(let path):
      "\(path) is served by two of the given services: give each service once"
    case .cannotListen(let address, let reason):
      "cannot listen on \(address): \(reason)"
    case .plaintextBeyondThisMachine(let host):
      "plaintext is served on loopback (127.0.0.1, ::1) or a Unix socket only, not on \(host): use TLS there"
    case .socketInUse(let path):
      "cannot listen on unix:\(path): another server listens there"
    case .unusableOrigin(let problem):
      "allowed origin: \(problem)"
    }
  }
}
