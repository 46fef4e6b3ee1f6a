// One server on one event loop, counting what it answered OK: the load tool calls a refusal a success.

import Foundation
import LoyaltyRPC
import Logging
import ServiceLifecycle
import Synchronization

/// Counts calls by how they ended.
final class CallCounter: ServerInterceptor {
  private let ok = Atomic<Int>(0)
  private let other = Atomic<Int>(0)

  func callEnds(_ call: ServerContext, status: StatusCode, message: String) {
    if status == .ok { ok.add(1, ordering: .relaxed) } else { other.add(1, ordering: .relaxed) }
  }

  var report: String {
    "answered OK: \(ok.load(ordering: .relaxed)), otherwise: \(other.load(ordering: .relaxed))\n"
  }
}

enum BenchServer {
  /// Serves until SIGTERM, then prints the counts.
  static func serve(
    _ kind: String, port: Int, certificate: String, key: String, clientAuthority: String?
  ) async throws {
    // The load tool has no client certificate: here, and only here, nobody is asked for one.
    var configuration = RPCServer.Configuration(
      tls: ServerTLSConfiguration(
        certificateChain: .file(certificate), privateKey: .file(key),
        clientCertificate: clientAuthority.map { .requested(authorities: .file($0)) } ?? .none))
    configuration.port = port
    // One loop: the server is measured on one core.
    configuration.loops = 1
    configuration.limits.maxConcurrentStreams = 1000
    // Ten thousand that lie idle, and those that call beside them.
    configuration.maxConnections = 11_000
    let counter = CallCounter()
    configuration.interceptors = [counter]
    var logger = Logger(label: "bench-server") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    configuration.logger = logger

    if kind == "unary" {
      try await run(RPCServer(configuration, services: [UnaryService()]), logger)
    } else {
      let bench = try AccrueBench()
      configuration.interceptors = [BenchIdentity(), counter]
      try await run(RPCServer(configuration, services: [bench]), logger)
      try bench.close()
    }
    FileHandle.standardOutput.write(Data(counter.report.utf8))
  }

  private static func run(_ server: RPCServer, _ logger: Logger) async throws {
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: server)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
    try await group.run()
  }
}
