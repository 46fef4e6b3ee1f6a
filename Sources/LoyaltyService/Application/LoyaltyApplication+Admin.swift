// What operators see of a running server, and what they can have it read again.

import LoyaltyRPC
import LoyaltyStore
import Logging

extension LoyaltyApplication {
  /// Reads certificates, keys, authorities and revocation lists again, and goes on with what it had if they do not do.
  public func reload() {
    do {
      try server.reloadTLS()
    } catch {
      logger.error(
        "certificates are not reloaded, the server goes on with those it has", metadata: ["reason": "\(error)"])
    }
  }

  /// The port for operators, nil if none is wanted.
  /// - Throws: `RPCServerError` for an address that is not loopback or is taken.
  func openAdminPort() async throws -> AdminServer? {
    guard let (host, port) = settings.transport.admin else { return nil }
    let metrics = settings.transport.metrics
    metrics.addSource { [server, store = real.store, timekeeper = real.programme.timekeeper] in
      server.samples + Self.samples(store.status) + [
        .init("loyalty_clock_jump_unconfirmed", .gauge, timekeeper.read().isHeld ? 1 : 0)
      ]
    }
    var configuration = AdminServer.Configuration()
    (configuration.host, configuration.port, configuration.logger) = (host, port, logger)
    let admin = try AdminServer(
      configuration, metrics: { metrics.text() }, health: { [store = real.store] in Self.health(store.status) },
      readiness: { [server, store = real.store] in
        guard server.acceptsCalls else { return .unmet("the server starts or shuts down") }
        return Self.health(store.status)
      })
    try await admin.start()
    return admin
  }

  private static func health(_ status: StoreStatus) -> AdminServer.Condition {
    switch status.mode {
    case .writable: .met
    case .readOnly: .unmet("the disk is full: reads are answered, changes are not")
    case .closed: .unmet("the store is closed")
    case .failed(let reason): .unmet("the journal has failed: \(reason)")
    }
  }

  private static func samples(_ status: StoreStatus) -> [PrometheusExporter.Sample] {
    [
      .init("loyalty_journal_sequence", .gauge, Double(status.sequence)),
      .init("loyalty_journal_durable_sequence", .gauge, Double(status.durableSequence)),
      .init("loyalty_journal_queued_bytes", .gauge, Double(status.queuedBytes)),
    ]
  }
}
