// The server as a whole: policy, store, handlers and transport put together, started in the order in which they depend
// on each other and stopped in the other.

import Glibc
import LoyaltyAPI
import LoyaltyEngine
import LoyaltyRPC
import LoyaltyStore
import Logging
import ServiceLifecycle

/// A loyalty server. `run` serves until the surrounding `ServiceGroup` shuts down, then drains, writes a last snapshot
/// and closes the store.
public final class LoyaltyApplication: Service {
  private let settings: ServerSettings
  private let logger: Logger
  private let store: DurableStore<Ledger>
  private let programme: Programme
  private let server: RPCServer
  private let health: HealthService
  private let gate: ReplyGate

  /// Reads the policy, opens the store (which may take its time to recover) and prepares the server.
  /// - Parameter clock: Unix milliseconds; what the ledger takes for the time.
  /// - Throws: `PolicyFileError` with file, line and column; `StoreError`; `TLSError`; `RPCServerError`.
  public init(
    _ settings: ServerSettings, logger: Logger, clock: @escaping @Sendable () -> Int64 = systemMilliseconds
  ) throws {
    self.settings = settings
    self.logger = logger
    // First what a person can have got wrong: it costs nothing to find out before the store is opened.
    let source = try PolicyFile.text(of: settings.policyFile)
    let policy = try PolicyFile.parse(source, file: settings.policyFile)
    var tls = ServerTLSConfiguration(
      certificateChain: .file(settings.certificate), privateKey: .file(settings.key))
    tls.clientCertificate = .requested(authorities: .file(settings.clientAuthorities))
    var configuration = RPCServer.Configuration(tls: tls)
    (configuration.host, configuration.port) = (settings.host, settings.port)
    configuration.loops = settings.loops
    configuration.logger = logger
    configuration.cors.allowedOrigins = settings.webOrigins

    let store = try DurableStore<Ledger>.open(
      directory: settings.dataDirectory, configuration: settings.store, masterKey: settings.masterKey, notify: { Self.log($0, logger) })
    self.store = store
    do {
      let gate = ReplyGate(position: store.durableSequence)
      self.gate = gate
      store.onDurable { gate.advance(to: $0) }
      programme = Programme(store: store, policy: policy, source: source, gate: gate, clock: clock)
      try programme.open()
      if let warning = programme.unpublishedFile { logger.warning("\(warning)") }
      configuration.interceptors = [
        IdentityInterceptor(programme: programme, openServices: configuration.servicesWithoutCertificate)
      ]
      let resources = Self.services(programme)
      health = HealthService(services: resources.map { type(of: $0).serviceName })
      let services = resources + [health]
      server = try RPCServer(configuration, services: services + Reflection.describing(services))
    } catch {
      try? store.close()
      throw error
    }
  }

  /// The API: a service for each resource.
  private static func services(_ programme: Programme) -> [any RPCService] {
    [
      LoyaltyHandlers(programme),
      HoldHandlers(programme: programme),
      PolicyHandlers(programme: programme),
      CatalogHandlers(programme: programme),
      RedemptionHandlers(programme: programme),
      ExchangeHandlers(programme: programme),
      VoucherHandlers(programme: programme),
      ActivityHandlers(programme: programme),
      SettlementHandlers(programme: programme),
      PublicationHandlers(programme: programme),
      MemberHandlers(programme: programme),
    ]
  }

  /// Where the server listens, once it runs.
  public var boundAddress: String? { server.boundAddress }

  /// Does at once what has fallen due. The service does it by itself as real time passes; whoever moves the clock by
  /// hand asks for it.
  func doDueWork() throws {
    var sequence: UInt64
    repeat {
      sequence = store.status.sequence
      _ = try programme.workDue()
    } while store.status.sequence > sequence
  }

  public func run() async throws {
    let failure = AsyncStream.makeStream(of: StoreError.self)
    let (gate, health) = (gate, health)
    store.onFatal { error in
      // What waits at the gate may or may not be on the disk: nobody is told that it is.
      gate.fail(RPCError(.unavailable, "the server's journal has failed; whether this call took effect is unknown"))
      health.shutDown()
      failure.continuation.yield(error)
    }
    do {
      try await serve(failure.stream)
    } catch {
      try? store.close()
      throw error
    }
    try store.close()
    logger.info("stopped", metadata: ["records": "\(store.status.sequence)"])
  }

  /// Serves until told to stop, or until the store has failed.
  private func serve(_ failure: AsyncStream<StoreError>) async throws {
    try await server.start()
    try writeReadyFile()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [server, health] in
        try await withGracefulShutdownHandler {
          try await server.run()
        } onGracefulShutdown: {
          health.shutDown()
        }
      }
      group.addTask { [programme] in try await Self.work(programme) }
      group.addTask {
        for await error in failure { throw error }
      }
      // The server ends when it is told to; the other two only fail.
      try await group.next()
      group.cancelAll()
    }
  }

  /// Does what falls due by itself. A step is bounded, so that it never holds other calls up for long.
  private static func work(_ programme: Programme) async throws {
    while !Task.isCancelled {
      let wait: Int64?
      do {
        wait = try programme.workDue()
      } catch StoreError.queueFull, StoreError.readOnly {
        // Points that are due cannot be spent anyway; posting them waits until there is room.
        wait = nil
      }
      // A look costs a microsecond, and calls make what falls due before everything that was known.
      try? await Task.sleep(for: .milliseconds(min(max(wait ?? .max, 0), longestRest)))
    }
  }

  /// How late due work may begin, milliseconds.
  private static let longestRest: Int64 = 1_000

  private func writeReadyFile() throws {
    guard let path = settings.readyFile, let address = server.boundAddress else { return }
    // Written aside and renamed: who sees the file sees all of it.
    let text = Array((address + "\n").utf8)
    let file = open(path + ".tmp", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw ReadyFileError(path: path, code: errno) }
    let written = write(file, text, text.count)
    close(file)
    guard written == text.count, rename(path + ".tmp", path) == 0 else {
      throw ReadyFileError(path: path, code: errno)
    }
  }

  private static func log(_ event: StoreEvent, _ logger: Logger) {
    switch event {
    case .tornTail, .badSnapshot, .snapshotFailed, .diskFull, .badIndex, .indexFailed, .dataKeyKept: logger.warning("\(event)")
    case .recovering, .recovered, .snapshotWritten, .spaceAgain, .segmentRemoved, .dataKeyRotated: logger.info("\(event)")
    }
  }
}

struct ReadyFileError: Error, CustomStringConvertible {
  let path: String
  let code: Int32
  var description: String { "cannot write the ready file \(path): \(String(cString: strerror(code)))" }
}
