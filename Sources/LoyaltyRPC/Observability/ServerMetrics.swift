// The calls of a server as OpenTelemetry names them
// (https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics).

import CoreMetrics
import NIOCore
import Synchronization

/// Records `rpc.server.call.duration` for each call, by `rpc.method` and `rpc.response.status_code`. Calls that never got to
/// a handler are counted by status only (`rpc.server.calls.refused`): a peer could make up any number of methods.
public final class ServerMetrics: ServerInterceptor {
  private let factory: any MetricsFactory
  /// By method's place in its table and status.
  private let timers = Mutex<[[CoreMetrics.Timer?]]>([])
  private let refusals = Mutex<[StatusCode: Counter]>([:])

  /// - Parameter factory: nil for the process's own (`MetricsSystem.bootstrap`).
  public init(factory: (any MetricsFactory)? = nil) {
    self.factory = factory ?? MetricsSystem.factory
  }

  public func callStarts(_ call: ServerContext) throws(RPCError) {}

  public func callEnds(_ call: ServerContext, status: StatusCode, message: String) {
    let duration = NIODeadline.now() - call.started
    timer(call, status).recordNanoseconds(duration.nanoseconds)
  }

  public func callRefused(path: String, peer: Peer, status: StatusCode, message: String) {
    let counter = refusals.withLock { refusals in
      if let known = refusals[status] { return known }
      let counter = Counter(
        label: "rpc.server.calls.refused",
        dimensions: [("rpc.system.name", "grpc"), ("rpc.response.status_code", status.name)], factory: factory)
      refusals[status] = counter
      return counter
    }
    counter.increment()
  }

  private func timer(_ call: ServerContext, _ status: StatusCode) -> CoreMetrics.Timer {
    timers.withLock { timers in
      let method = call.served.index
      while timers.count <= method { timers.append(Array(repeating: nil, count: StatusCode.allCases.count)) }
      if let known = timers[method][status.rawValue] { return known }
      let timer = CoreMetrics.Timer(
        label: "rpc.server.call.duration",
        dimensions: [
          ("rpc.system.name", "grpc"), ("rpc.method", String(call.method.path.dropFirst())),
          ("rpc.response.status_code", status.name),
        ], factory: factory)
      timers[method][status.rawValue] = timer
      return timer
    }
  }
}

extension RPCServer {
  /// The figures of this server as samples of an exporter.
  public var samples: [PrometheusExporter.Sample] {
    let figures = figures
    func counter(_ name: String, _ value: Int) -> PrometheusExporter.Sample { .init(name, .counter, Double(value)) }
    func gauge(_ name: String, _ value: Int) -> PrometheusExporter.Sample { .init(name, .gauge, Double(value)) }
    return [
      gauge("rpc_server_connections", figures.connectionsOpen),
      counter("rpc_server_connections_accepted_total", figures.connectionsAccepted),
      counter("rpc_server_connections_turned_away_total", figures.connectionsTurnedAway),
      counter("rpc_server_handshakes_failed_total", figures.handshakesFailed),
      counter("rpc_server_calls_started_total", figures.callsStarted),
      counter("rpc_server_calls_succeeded_total", figures.callsSucceeded),
      counter("rpc_server_calls_failed_total", figures.callsFailed),
      counter("rpc_server_received_bytes_total", figures.bytesReceived),
      counter("rpc_server_sent_bytes_total", figures.bytesSent),
      gauge("rpc_server_held_bytes", figures.bytesHeld),
    ]
  }
}
