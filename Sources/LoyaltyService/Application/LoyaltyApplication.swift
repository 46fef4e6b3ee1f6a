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
  let settings: ServerSettings
  let logger: Logger
  let real: ProgrammeHost
  private let sandbox: ProgrammeHost?
  let server: RPCServer
  private let health: HealthService

  /// Reads the policies, opens the stores (which may take their time to recover) and prepares the server.
  /// - Parameter clock: Unix milliseconds; what the ledgers take for the time.
  /// - Throws: `PolicyFileError` with file, line and column; `SandboxError`; `StoreError`; `TLSError`; `RPCServerError`.
  public init(
    _ settings: ServerSettings, logger: Logger, clock: @escaping @Sendable () -> Int64 = systemMilliseconds
  ) throws {
    self.settings = settings
    self.logger = logger
    // First what a person can have got wrong: it costs nothing to find out before a store is opened.
    let source = try PolicyFile.text(of: settings.policyFile)
    let policy = try PolicyFile.parse(source, file: settings.policyFile)
    let trial = try settings.sandbox.map { sandbox in
      let source = try PolicyFile.text(of: sandbox.policyFile)
      let trial = try PolicyFile.parse(source, file: sandbox.policyFile)
      try Sandbox.check(trial, sandbox, against: policy, settings)
      return (policy: trial, source: source, directory: sandbox.dataDirectory)
    }
    var configuration = RPCServer.Configuration(settings)
    configuration.logger = logger

    let clockJumpMs = settings.clockJumpHours.map { Int64($0) * 3_600_000 }
    real = try ProgrammeHost(
      policy: policy, source: source, directory: settings.dataDirectory, configuration: settings.store,
      personalConfiguration: settings.personalStore, masterKey: settings.masterKey, logger: logger, clock: clock,
      clockJumpMs: clockJumpMs)
    var opened = [real]
    do {
      sandbox = try trial.map { trial in
        var sandboxLogger = logger
        sandboxLogger[metadataKey: "programme"] = "\(trial.policy.document.programme?.id ?? "")"
        return try ProgrammeHost(
          policy: trial.policy, source: trial.source, directory: trial.directory, configuration: settings.store,
          personalConfiguration: settings.personalStore, masterKey: settings.masterKey, logger: sandboxLogger,
          clock: clock, clockJumpMs: clockJumpMs)
      }
      if let sandbox { opened.append(sandbox) }
      // Who counts and logs comes first, so that it sees the calls that are refused for who makes them.
      configuration.interceptors = [
        ServerTracing(), ServerCallLog(logger: logger),
        IdentityInterceptor(
          programme: real.programme, sandbox: sandbox?.programme,
          openServices: configuration.servicesWithoutCertificate),
      ]
      if settings.transport.admin != nil {
        configuration.interceptors.insert(ServerMetrics(factory: settings.transport.metrics), at: 0)
      }
      var resources = Self.services(real)
      if let sandbox { resources = Sandbox.join(resources, sandbox: Self.services(sandbox)) }
      health = HealthService(services: resources.map { type(of: $0).serviceName })
      let services = resources + [health]
      server = try RPCServer(configuration, services: services + Reflection.describing(services))
    } catch {
      for host in opened { try? host.close() }
      throw error
    }
  }

  /// The API: a service for each resource.
  private static func services(_ host: ProgrammeHost) -> [any RPCService] {
    let programme = host.programme
    return [
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
      ChangeHandlers(programme: programme),
      EarningHandlers(programme: programme),
      AccountHandlers(programme: programme, feed: host.feed),
      CorrectionHandlers(programme: programme),
      TransferHandlers(programme: programme),
      ImportHandlers(programme: programme),
      ApprovalHandlers(programme: programme),
      TierHandlers(programme: programme),
      FeedbackHandlers(programme: programme),
      SurveyHandlers(programme: programme),
      CampaignHandlers(programme: programme),
      OutboxHandlers(programme: programme),
      ClockHandlers(programme: programme),
      ClaimHandlers(programme: programme),
    ]
  }

  /// Where the server listens, once it runs.
  public var boundAddress: String? { server.boundAddress }

  private var hosts: [ProgrammeHost] { [real] + (sandbox.map { [$0] } ?? []) }

  /// Does at once what has fallen due. The service does it by itself as real time passes; whoever moves the clock by
  /// hand asks for it.
  func doDueWork() throws {
    for host in hosts { try host.doDueWork() }
  }

  public func run() async throws {
    let failure = AsyncStream.makeStream(of: StoreError.self)
    let health = health
    for host in hosts {
      host.onFatal { error in
        health.shutDown()
        failure.continuation.yield(error)
      }
    }
    do {
      let admin = try await openAdminPort()
      do {
        try await serve(failure.stream)
      } catch {
        await admin?.shutDown()
        throw error
      }
      await admin?.shutDown()
    } catch {
      for host in hosts { try? host.close() }
      throw error
    }
    for host in hosts { try host.close() }
  }

  /// Serves until told to stop, or until a store has failed.
  private func serve(_ failure: AsyncStream<StoreError>) async throws {
    try await server.start()
    try writeReadyFile()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [server, health, hosts] in
        try await withGracefulShutdownHandler {
          try await server.run()
        } onGracefulShutdown: {
          health.shutDown()
          for host in hosts { host.feed.end() }
        }
      }
      for host in hosts {
        group.addTask { try await host.work() }
        group.addTask { await host.feed.run() }
      }
      group.addTask {
        for await error in failure { throw error }
      }
      // The server ends when it is told to; the others only fail.
      try await group.next()
      group.cancelAll()
    }
  }

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
}

struct ReadyFileError: Error, CustomStringConvertible {
  let path: String
  let code: Int32
  var description: String { "cannot write the ready file \(path): \(String(cString: strerror(code)))" }
}
