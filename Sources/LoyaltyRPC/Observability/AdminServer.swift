// A port for operators on this machine: numbers for Prometheus, and whether the process lives and may be sent calls.

import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Synchronization

/// HTTP/1.1 on loopback: `/metrics`, `/healthz`, `/readyz`. Without TLS and without a question who asks, so it listens
/// nowhere else.
public final class AdminServer: Service {
  /// Whether something is as it should be, and if not, why.
  public struct Condition: Sendable {
    public let isMet: Bool
    public let text: String

    public static let met = Condition(isMet: true, text: "ok")
    public static func unmet(_ reason: String) -> Condition { Condition(isMet: false, text: reason) }
  }

  public struct Configuration: Sendable {
    public var host = "127.0.0.1"
    /// 0 for one the kernel chooses. 9464: what OpenTelemetry's Prometheus exporters use.
    public var port = 9464
    /// Connections at once. 64: a scraper, a probe and a person with `curl`.
    public var maxConnections = 64
    /// Seconds that a connection may be silent. 30: longer than a scrape takes.
    public var idleSeconds = 30
    public var logger = Logger(label: "loyalty-rpc.admin")

    public init() {}
  }

  private let configuration: Configuration
  fileprivate let metrics: @Sendable () -> String
  /// The process works; otherwise it should be started anew.
  fileprivate let health: @Sendable () -> Condition
  /// Calls may be sent here.
  fileprivate let readiness: @Sendable () -> Condition
  private let state = Mutex<(listener: (any Channel)?, port: Int?)>((nil, nil))
  private let connections = Atomic<Int>(0)

  /// - Throws: `RPCServerError.plaintextBeyondThisMachine` for a host that is not loopback.
  public init(
    _ configuration: Configuration = Configuration(), metrics: @escaping @Sendable () -> String,
    health: @escaping @Sendable () -> Condition = { .met }, readiness: @escaping @Sendable () -> Condition = { .met }
  ) throws(RPCServerError) {
    guard Loopback.isLoopback(configuration.host) else { throw .plaintextBeyondThisMachine(host: configuration.host) }
    self.configuration = configuration
    (self.metrics, self.health, self.readiness) = (metrics, health, readiness)
  }

  /// The port; nil before `start`.
  public var boundPort: Int? { state.withLock { $0.port } }

  /// - Throws: `RPCServerError.cannotListen`
  public func start() async throws(RPCServerError) {
    let idle = TimeAmount.seconds(Int64(configuration.idleSeconds))
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton.next())
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { [self] channel in
        channel.eventLoop.makeCompletedFuture {
          guard takePlace(until: channel.closeFuture) else { throw ChannelError.ioOnClosedChannel }
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(IdleStateHandler(allTimeout: idle))
          try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
          try pipeline.addHandler(AdminHandler(self))
        }
      }
    do {
      let listener = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
      state.withLock { $0 = (listener, listener.localAddress?.port) }
    } catch {
      throw .cannotListen(address: "\(configuration.host):\(configuration.port)", reason: "\(error)")
    }
    configuration.logger.info(
      "admin port open", metadata: ["address": "\(configuration.host):\(boundPort ?? 0)"])
  }

  private func takePlace(until closed: EventLoopFuture<Void>) -> Bool {
    guard connections.wrappingAdd(1, ordering: .relaxed).newValue <= configuration.maxConnections else {
      connections.wrappingSubtract(1, ordering: .relaxed)
      return false
    }
    closed.whenComplete { [self] _ in connections.wrappingSubtract(1, ordering: .relaxed) }
    return true
  }

  /// Serves until the surrounding `ServiceGroup` shuts down.
  public func run() async throws {
    if boundPort == nil { try await start() }
    try? await gracefulShutdown()
    await shutDown()
  }

  public func shutDown() async {
    let listener = state.withLock { state in
      defer { state.listener = nil }
      return state.listener
    }
    try? await listener?.close()
  }

  fileprivate func answer(_ head: HTTPRequestHead) -> (status: HTTPResponseStatus, type: String, body: String) {
    let text = "text/plain; charset=utf-8"
    // A page in a browser on this machine may ask under a name of its own (DNS rebinding).
    if let host = head.headers.first(name: "host"), !Self.isOfThisMachine(host) {
      return (.misdirectedRequest, text, "this port answers to localhost, 127.0.0.1 and [::1] only\n")
    }
    guard head.method == .GET || head.method == .HEAD else { return (.methodNotAllowed, text, "use GET\n") }
    switch head.uri.prefix(while: { $0 != "?" }) {
    case "/metrics": return (.ok, "text/plain; version=0.0.4; charset=utf-8", metrics())
    case "/healthz": return Self.answer(health())
    case "/readyz": return Self.answer(readiness())
    default: return (.notFound, text, "there is /metrics, /healthz and /readyz\n")
    }
  }

  private static func answer(_ condition: Condition) -> (status: HTTPResponseStatus, type: String, body: String) {
    (condition.isMet ? .ok : .serviceUnavailable, "text/plain; charset=utf-8", condition.text + "\n")
  }

  private static func isOfThisMachine(_ host: String) -> Bool {
    if host.hasPrefix("[") { return Loopback.isLoopback(String(host.dropFirst().prefix { $0 != "]" })) }
    return Loopback.isLoopback(String(host.prefix { $0 != ":" }))
  }
}

/// Answers one request after the other. On its connection's event loop only.
private final class AdminHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let server: AdminServer
  private var head: HTTPRequestHead?

  init(_ server: AdminServer) {
    self.server = server
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      self.head = nil
      respond(to: head, context)
    }
  }

  private func respond(to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let (status, type, body) = server.answer(request)
    var headers = HTTPHeaders([
      ("content-type", type), ("content-length", String(body.utf8.count)), ("cache-control", "no-store"),
      ("x-content-type-options", "nosniff"),
    ])
    if status == .methodNotAllowed { headers.add(name: "allow", value: "GET, HEAD") }
    if !request.isKeepAlive { headers.add(name: "connection", value: "close") }
    context.write(
      wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
    if request.method != .HEAD {
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
    }
    let sent = context.eventLoop.makePromise(of: Void.self)
    if !request.isKeepAlive {
      let channel = context.channel
      sent.futureResult.whenComplete { _ in channel.close(promise: nil) }
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
