// SIGHUP: read again what may have changed.

import LoyaltyService
import ServiceLifecycle
import UnixSignals

struct ReloadOnHangup: Service {
  let application: LoyaltyApplication

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { application.reload() }
  }
}
