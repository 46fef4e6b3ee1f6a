// One programme with everything that is its own: policy, ledger, journal, gate. A server has one, and a second one to try
// things in; they share the process and nothing else.

import LoyaltyEngine
import LoyaltyRPC
import LoyaltyStore
import Logging

/// A programme that is open for service.
final class ProgrammeHost: Sendable {
  let programme: Programme
  /// Its changes, for whoever watches a member.
  let feed: ChangeFeed
  private let logger: Logger

  var store: DurableStore<Ledger> { programme.store }
  var gate: ReplyGate { programme.gate }

  /// Opens the store (which may take its time to recover) and the programme in it.
  /// - Throws: `StoreError`, `ProgrammeError`.
  init(
    policy: CompiledPolicy, source: String, directory: String, configuration: StoreConfiguration,
    personalConfiguration: StoreConfiguration, masterKey: MasterKey?, logger: Logger,
    clock: @escaping @Sendable () -> Int64, clockJumpMs: Int64?
  ) throws {
    self.logger = logger
    var opened: PersonalDataStore?
    let store: DurableStore<Ledger>
    do {
      store = try DurableStore<Ledger>.open(
        directory: directory, configuration: configuration, masterKey: masterKey, notify: { Self.log($0, logger) }
      ) {
        // The members' keys first: they open what records and snapshots say of profiles.
        opened = try PersonalDataStore.open(
          directory: directory, masterKey: masterKey, configuration: personalConfiguration,
          notify: { Self.log($0, logger) })
        var ledger = Ledger()
        ledger.vault = opened
        return ledger
      }
    } catch {
      try? opened?.close()
      throw error
    }
    let personal = opened
    let gate = ReplyGate(position: store.durableSequence)
    store.onDurable { gate.advance(to: $0) }
    programme = Programme(
      store: store, personal: personal, policy: policy, source: source, gate: gate, clock: clock,
      clockJumpMs: clockJumpMs,
      clockNotify: { event in
        if case .jumped = event { logger.error("\(event)") } else { logger.notice("\(event)") }
      })
    let zonesMissing: [String]
    do {
      try programme.open()
      try personal?.finishErasures(of: store.read { ledger in ledger.erasedMembers }.value)
      zonesMissing = try programme.refreshZones()
    } catch {
      try? personal?.close()
      try? store.close()
      throw error
    }
    feed = ChangeFeed(store)
    for warning in [programme.unpublishedFile].compactMap({ $0 }) + programme.policyWarnings {
      logger.warning("\(warning)")
    }
    for zone in zonesMissing {
      logger.warning(
        "the time zone database has no \(zone): its days go on by the ledger's rules, or by the programme's calendar")
    }
  }

  /// Calls `body` once the journal has failed: from then on nobody is told that anything is durable.
  func onFatal(_ body: @escaping @Sendable (StoreError) -> Void) {
    let gate = gate
    store.onFatal { error in
      // What waits at the gate may or may not be on the disk: nobody is told that it is.
      gate.fail(RPCError(.unavailable, "the server's journal has failed; whether this call took effect is unknown"))
      body(error)
    }
    // Whoever waits for personal data to be durable is told by its own store.
    programme.personal?.onFatal(body)
  }

  func close() throws {
    let result = Result { try programme.personal?.close() }
    try store.close()
    try result.get()
    logger.info("stopped", metadata: ["records": "\(store.status.sequence)"])
  }

  /// Does at once what has fallen due.
  func doDueWork() throws {
    var sequence: UInt64
    repeat {
      sequence = store.status.sequence
      _ = try programme.workDue()
    } while store.status.sequence > sequence
  }

  /// Does what falls due by itself, until the task is cancelled. A step is bounded, so that it never holds other calls
  /// up for long.
  func work() async throws {
    while !Task.isCancelled {
      let wait: Int64?
      do {
        wait = try programme.workDue()
      } catch StoreError.queueFull, StoreError.readOnly {
        // Points that are due cannot be spent anyway; posting them waits until there is room.
        wait = nil
      }
      // A look costs a microsecond, and calls make what falls due before everything that was known.
      try? await Task.sleep(for: .milliseconds(min(max(wait ?? .max, 0), Self.longestRest)))
    }
  }

  /// How late due work may begin, milliseconds.
  private static let longestRest: Int64 = 1_000

  private static func log(_ event: StoreEvent, _ logger: Logger) {
    if event.needsAttention { logger.warning("\(event)") } else { logger.info("\(event)") }
  }
}
