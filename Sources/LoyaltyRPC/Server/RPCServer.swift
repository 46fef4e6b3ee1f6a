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
  private let configuration: Configuration
  private let methods: MethodTable
  private let tls: TLSContext
  private let json: JSONMapping
  private let state = Mutex(State())

  private struct State {
    var group: MultiThreadedEventLoopGroup?
    var listener: (any Channel)?
    var address: SocketAddress?
    var connections: [ObjectIdentifier: ServerConnection] = [:]
    var isShuttingDown = false
    var hasToldThatItIsFull = false
    /// Called when the last connection has gone.
    var drained: CheckedContinuation<Void, Never>?
  }

  /// - Throws: `TLSError` if a certificate or key does not do, `RPCServerError` for services that do not go together.
  public init(_ configuration: Configuration, services: [any RPCService]) throws {
    self.configuration = configuration
    tls = try TLSContext(configuration.tls)
    let asksForCertificates = configuration.tls.clientCertificate != .none
    var served: [ServedMethod] = []
    var paths: Set<String> = []
    for service in services {
      let name = type(of: service).serviceName
      for method in service.methods {
        guard paths.insert(method.descriptor.path).inserted else {
          throw RPCServerError.methodServedTwice(method.descriptor.path)
        }
        served.append(
          ServedMethod(
            method,
            needsCertificate: asksForCertificates && !configuration.servicesWithoutCertificate.contains(name)))
      }
    }
    methods = MethodTable(served)
    json = JSONMapping(types: served.flatMap(\.invoker.messageTypes) + configuration.messageTypes)
    for origin in configuration.cors.allowedOrigins.sorted() {
      if let problem = CORSPolicy.problem(with: origin) { throw RPCServerError.unusableOrigin(problem) }
    }
  }

  /// The port the server listens on; nil before `start`.
  public var boundPort: Int? { state.withLock { $0.address?.port } }

  /// Host and port, e.g. `127.0.0.1:8443`; nil before `start`.
  public var boundAddress: String? {
    state.withLock { state in
      state.address.map { "\($0.ipAddress ?? configuration.host):\($0.port ?? configuration.port)" }
    }
  }

  /// Connections open now, and those gone whose handlers have not ended yet.
  public var connectionCount: Int { state.withLock { $0.connections.count } }

  var isShuttingDown: Bool { state.withLock { $0.isShuttingDown } }

  /// Binds and begins to serve.
  /// - Throws: `RPCServerError` if the address is taken or not of this machine.
  public func start() async throws {
    let loops = configuration.loops ?? System.coreCount
    let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, loops))
    var resources: [ObjectIdentifier: LoopResources] = [:]
    for loop in group.makeIterator() { resources[ObjectIdentifier(loop)] = LoopResources() }
    let shared = ServerShared(
      methods: methods, limits: configuration.limits, interceptors: configuration.interceptors,
      logger: configuration.logger, cors: configuration.cors, json: json,
      connectionEnded: { [weak self] in self?.remove($0) })
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: Int32(clamping: configuration.backlog))
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.maxMessagesPerRead, value: 4)
      .childChannelInitializer { [resources, tls, weak self] channel in
        do {
          let loop = channel.eventLoop
          guard self?.hasRoom() == true else { return channel.close() }
          let connection = ServerConnection(
            shared, eventLoop: loop, tls: try TLSSession(tls),
            resources: resources[ObjectIdentifier(loop)] ?? LoopResources(),
            address: channel.remoteAddress.map { "\($0.ipAddress ?? "unknown"):\($0.port ?? 0)" } ?? "unknown")
          try channel.pipeline.syncOperations.addHandler(connection)
          guard let self, self.add(connection) else { return channel.close() }
          return loop.makeSucceededVoidFuture()
        } catch {
          return channel.eventLoop.makeFailedFuture(error)
        }
      }
    let listener: any Channel
    do {
      listener = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
    } catch {
      try? await group.shutdownGracefully()
      throw RPCServerError.cannotListen(host: configuration.host, port: configuration.port, reason: "\(error)")
    }
    state.withLock { state in
      state.group = group
      state.listener = listener
      state.address = listener.localAddress
    }
    let period = TimeAmount.seconds(Int64(configuration.limits.watchSeconds))
    for loop in group.makeIterator() {
      loop.scheduleRepeatedTask(initialDelay: period, delay: period) { [weak self] task in
        guard let self else { return task.cancel() }
        self.look(on: loop)
      }
    }
    configuration.logger.info("listening", metadata: ["address": "\(boundAddress ?? "")"])
  }

  /// Looks at the time limits of all connections of a loop.
  private func look(on loop: any EventLoop) {
    let connections = state.withLock { $0.connections.values.filter { $0.eventLoop === loop } }
    let now = NIODeadline.now()
    for connection in connections { connection.look(now) }
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
    if tells {
      configuration.logger.warning(
        "no more connections are accepted: as many are open as may be", metadata: ["limit": "\(limit)"])
    }
    return hasRoom
  }

  /// Serves until the surrounding `ServiceGroup` shuts down, then drains.
  public func run() async throws {
    if boundPort == nil { try await start() }
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
    for connection in connections {
      connection.eventLoop.execute { connection.beginDrain() }
    }
    let grace = configuration.shutdownGraceSeconds
    let cutOff = group.next().scheduleTask(in: .seconds(Int64(grace))) { [self] in
      for connection in state.withLock({ Array($0.connections.values) }) {
        connection.eventLoop.execute {
          connection.end(.closedHere("the server shuts down and the call took longer than \(grace) s"))
        }
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
  case cannotListen(host: String, port: Int, reason: String)
  case unusableOrigin(String)

  public var description: String {
    switch self {
    case .methodServedTwice(let path):
      "\(path) is served by two of the given services: give each service once"
    case .cannotListen(let host, let port, let reason):
      "cannot listen on \(host):\(port): \(reason)"
    case .unusableOrigin(let problem):
      "allowed origin: \(problem)"
    }
  }
}
