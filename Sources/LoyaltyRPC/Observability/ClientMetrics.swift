// The calls of a client as OpenTelemetry names them
// (https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics).

import CoreMetrics
import NIOCore
import Synchronization

/// Records `rpc.client.call.duration` for each call, by `rpc.method`, `rpc.response.status_code`, `server.address` and
/// `server.port`: from the moment a caller makes it to its end, retries and the wait for a connection included.
public final class ClientMetrics: ClientInterceptor {
  private let factory: any MetricsFactory

  private struct Series: Hashable {
    let method: String
    let status: StatusCode
    let server: ServerName
  }

  /// One for each method that is called, times statuses.
  private let timers = Mutex<[Series: CoreMetrics.Timer]>([:])

  /// Series beyond which no more are made: a program that calls methods by names from elsewhere has no bound of its own. 1,000: ten
  /// times what a service's methods and statuses come to.
  public static let maxSeries = 1_000

  /// - Parameter factory: nil for the process's own (`MetricsSystem.bootstrap`).
  public init(factory: (any MetricsFactory)? = nil) {
    self.factory = factory ?? MetricsSystem.factory
  }

  public func callEnds(
    _ method: MethodDescriptor, _ options: CallOptions, status: StatusCode, message: String, trailers: Metadata
  ) {
    guard let start = options.start else { return }
    let duration = NIODeadline.now() - start.time
    timer(Series(method: method.path, status: status, server: start.server))?.recordNanoseconds(duration.nanoseconds)
  }

  private func timer(_ series: Series) -> CoreMetrics.Timer? {
    timers.withLock { timers in
      if let known = timers[series] { return known }
      guard timers.count < Self.maxSeries else { return nil }
      var dimensions = [
        ("rpc.system.name", "grpc"), ("rpc.method", String(series.method.dropFirst())),
        ("rpc.response.status_code", series.status.name), ("server.address", series.server.address),
      ]
      if let port = series.server.port { dimensions.append(("server.port", String(port))) }
      let timer = CoreMetrics.Timer(label: "rpc.client.call.duration", dimensions: dimensions, factory: factory)
      timers[series] = timer
      return timer
    }
  }
}

/// What a client's target is called in metrics and spans (OpenTelemetry's `server.address` and `server.port`).
struct ServerName: Sendable, Hashable {
  let address: String
  let port: Int?
}
