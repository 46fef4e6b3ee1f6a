// Load for benchmarks: many calls of one method over several connections from one thread, at the cost of TLS and HTTP/2
// and little else. `RPCClient` gives each call a task, a deadline of its own and its headers; here all calls are alike.

import CNGHTTP2
import Logging
import NIOCore
import NIOPosix

/// How a call of a `LoadGenerator` ended.
package struct LoadOutcome {
  package let status: StatusCode
  /// What the server says of a status other than OK, or this side of a failure of its own.
  package let message: String
  /// When the call should have been sent, was sent and ended, as nanoseconds of `LoadGenerator.now`.
  package let due: UInt64
  package let sent: UInt64
  package let ended: UInt64
  package let responses: Int
  /// Where it ran: free for the next.
  package let connection: Int
}

/// Told of what happens, on the generator's thread.
package protocol LoadObserver: AnyObject {
  /// A connection stands: it takes calls. Also after it was lost.
  func connected(_ connection: Int)
  func ended(_ outcome: LoadOutcome)
  /// A connection could not be made or was lost, with the reason; its calls have ended. It is tried again.
  func failed(_ connection: Int, _ reason: String)
}

/// Connections with room for a number of calls each, on a thread of their own.
///
/// `@unchecked Sendable` holds because everything but `init` and `run` is used on `eventLoop` only.
package final class LoadGenerator: @unchecked Sendable {
  package struct Plan: Sendable {
    package var connections: Int
    /// Calls at once on a connection.
    package var streams: Int
    package var timeout: Duration
    package var metadata: Metadata
    package var encoding: MessageEncoding

    package init(
      connections: Int, streams: Int, timeout: Duration, metadata: Metadata = Metadata(),
      encoding: MessageEncoding = .identity
    ) {
      self.connections = connections
      self.streams = streams
      self.timeout = timeout
      self.metadata = metadata
      self.encoding = encoding
    }
  }

  /// Pause before a lost connection is made again. 500 ms: a server that restarts is found soon and not hammered.
  private static let reconnectPause = TimeAmount.milliseconds(500)

  let eventLoop: any EventLoop
  let plan: Plan
  let method: MethodDescriptor
  let headers: RequestHeaders
  let configuration: RPCClient.Configuration
  private let group: MultiThreadedEventLoopGroup
  private let target: ClientTarget
  private let tls: TLSContext
  private let serverName: String
  private let resources = LoopResources()
  private var connections: [LoadConnection?]
  private var observer: (any LoadObserver)?
  private var isStopped = false
  private var next = 0

  /// - Throws: `RPCClientError` for a target or a file that does not do.
  package init(
    target: String, tls: ClientTLSConfiguration, method: MethodDescriptor, plan: Plan,
    configuration: RPCClient.Configuration
  ) throws(RPCClientError) {
    self.target = try ClientTarget(target)
    do {
      self.tls = try TLSContext(tls)
    } catch {
      throw .tls(error)
    }
    serverName = tls.serverName ?? self.target.host
    self.method = method
    self.plan = plan
    self.configuration = configuration
    headers = RequestHeaders(method, authority: self.target.description, plan)
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    eventLoop = group.next()
    connections = Array(repeating: nil, count: plan.connections)
  }

  deinit {
    group.shutdownGracefully { _ in }
  }

  /// Nanoseconds of a clock that never goes back.
  package static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

  /// Begins to connect; `body` runs on the generator's thread first.
  package func run(_ observer: any LoadObserver & Sendable, _ body: @escaping @Sendable () -> Void) {
    eventLoop.execute { [self] in
      self.observer = observer
      body()
      for index in connections.indices { connect(index) }
      sweep()
    }
  }

  /// From any thread.
  package func execute(_ body: @escaping @Sendable () -> Void) { eventLoop.execute(body) }

  /// Closes everything; calls that are still running end with CANCELLED.
  /// - Returns: once the connections are closed.
  package func stop() {
    guard !isStopped else { return }
    isStopped = true
    for connection in connections { connection?.stop() }
    observer = nil
  }

  // MARK: - On the loop

  package func schedule(at time: UInt64, _ body: @escaping @Sendable () -> Void) {
    eventLoop.scheduleTask(deadline: .uptimeNanoseconds(time), body)
  }

  /// Starts a call on a connection.
  /// - Parameter frames: the request's messages behind their prefixes.
  /// - Returns: false if the connection has no room.
  package func submit(_ frames: [UInt8], due: UInt64, now: UInt64, on connection: Int) -> Bool {
    connections[connection]?.submit(frames, due: due, now: now) ?? false
  }

  /// Starts a call on whatever connection has room, in turn.
  package func submit(_ frames: [UInt8], due: UInt64, now: UInt64) -> Bool {
    for _ in connections.indices {
      let connection = connections[next]
      next = next + 1 == connections.count ? 0 : next + 1
      if let connection, connection.submit(frames, due: due, now: now) { return true }
    }
    return false
  }

  /// Puts a message behind its prefix, compressed as the plan says.
  package func frame(_ message: [UInt8]) throws(RPCError) -> [UInt8] {
    try RPCClient.frame(message, plan.encoding, configuration.limits)
  }

  /// Calls at once that the server allows on a connection; nil while unknown or without a limit.
  package var allowedStreams: Int? {
    connections.lazy.compactMap { $0?.allowedStreams }.min()
  }

  package var connectionCount: Int { connections.lazy.filter { $0?.isOpen == true }.count }

  private func connect(_ index: Int) {
    guard !isStopped else { return }
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(TimeAmount(configuration.connectTimeout))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.autoRead, value: false)
      .channelInitializer { [self] channel in
        do {
          let connection = LoadConnection(
            self, index: index, security: try TLSSession(tls, serverName: serverName), resources: resources)
          try channel.pipeline.syncOperations.addHandler(connection)
          return eventLoop.makeSucceededVoidFuture()
        } catch {
          return eventLoop.makeFailedFuture(error)
        }
      }
    let channel =
      (try? SocketAddress(ipAddress: target.host, port: target.port)).map { bootstrap.connect(to: $0) }
      ?? bootstrap.connect(host: target.host, port: target.port)
    channel.whenFailure { [self] error in lost(index, ClientTransport.reason(error)) }
  }

  func opened(_ connection: LoadConnection) {
    guard !isStopped else {
      connection.stop()
      return
    }
    connections[connection.index] = connection
    observer?.connected(connection.index)
  }

  func ended(_ outcome: LoadOutcome) { observer?.ended(outcome) }

  /// A connection is over or takes no more calls.
  func lost(_ connection: LoadConnection, _ end: ConnectionEnd) {
    let index = connection.index
    guard connections[index] == nil || connections[index] === connection else { return }
    connections[index] = nil
    lost(index, end.description)
  }

  private func lost(_ index: Int, _ reason: String) {
    guard !isStopped else { return }
    observer?.failed(index, "cannot connect to \(target): \(reason)")
    eventLoop.scheduleTask(in: Self.reconnectPause) { [self] in connect(index) }
  }

  /// Ends calls whose time is over: ten times within the timeout, so that it is overrun by a tenth at most.
  private func sweep() {
    guard !isStopped else { return }
    let timeout = UInt64(TimeAmount(plan.timeout).nanoseconds)
    let now = Self.now
    if now > timeout { for connection in connections { connection?.endCalls(sentBefore: now - timeout) } }
    eventLoop.scheduleTask(in: .nanoseconds(max(1_000_000, Int64(timeout / 10)))) { [self] in sweep() }
  }
}

/// The headers of all calls, laid out once so that nghttp2 need not copy them.
///
/// `@unchecked Sendable` holds because the memory is written in `init` only and nghttp2 takes it as constant.
final class RequestHeaders: @unchecked Sendable {
  let fields: UnsafeMutableBufferPointer<nghttp2_nv>
  private let text: UnsafeMutableBufferPointer<UInt8>

  init(_ method: MethodDescriptor, authority: String, _ plan: LoadGenerator.Plan) {
    var block = HeaderBlock()
    block.addRequest(path: method.path, authority: authority, encoding: plan.encoding)
    block.add("grpc-timeout") { GRPCTimeout.format(nanoseconds: TimeAmount(plan.timeout).nanoseconds, into: &$0) }
    block.add(plan.metadata)
    (text, fields) = block.laidOut()
  }

  deinit {
    fields.deallocate()
    text.deallocate()
  }
}
