// `loyalty-server serve`: settings from the command line, then the environment, then defaults.

import ArgumentParser
import Configuration
import CoreMetrics
import Logging
import LoyaltyService
import LoyaltyStore
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serves until SIGTERM or SIGINT, then finishes the calls under way and writes a snapshot.",
    discussion: """
      SIGHUP has it read certificates, keys, authorities and revocation lists again; no connection is dropped for that but
      those of clients that are no longer accepted.

      Each option can also be given as an environment variable: LOYALTY_LISTEN, LOYALTY_DATA, LOYALTY_POLICY,
      LOYALTY_CERTIFICATE, LOYALTY_KEY, LOYALTY_CLIENT_CA, LOYALTY_READY_FILE, LOYALTY_LOG_LEVEL,
      LOYALTY_SNAPSHOT_INTERVAL, LOYALTY_WEB_ORIGIN (several with commas between), LOYALTY_MASTER_KEY_FILE,
      LOYALTY_MASTER_KEY_COMMAND, LOYALTY_MASTER_KEY, LOYALTY_SANDBOX_POLICY,
      LOYALTY_SANDBOX_DATA, LOYALTY_CLOCK_JUMP_HOURS, LOYALTY_CLIENT_CRL, LOYALTY_MAX_CONNECTION_AGE, LOYALTY_SHUTDOWN_GRACE, LOYALTY_ADMIN. The
      command line wins.

      With a master key every file is encrypted that is written from then on (`loyalty-server keys create` makes one);
      without it, data is on the disk as it is.

      Exit codes: 0 stopped as told, 1 could not start or failed, 64 wrong arguments.
      """)

  @Option(
    help: "Address and port to listen on, or unix:PATH; port 0 lets the kernel choose (default: 127.0.0.1:8443).")
  var listen: String?

  @Option(help: "Folder of journal and snapshots, made if it is not there (default: ./data).")
  var data: String?

  @Option(help: "The policy, a YAML file.")
  var policy: String?

  @Option(help: "Policy of a second programme to try things in, for certificates that only it knows.")
  var sandboxPolicy: String?

  @Option(help: "Folder of the sandbox's journal and snapshots (default: ./data-sandbox).")
  var sandboxData: String?

  @Option(help: "The server's certificate chain, PEM.")
  var certificate: String?

  @Option(help: "The key of the certificate, PEM.")
  var key: String?

  @Option(help: "Authorities that clients' certificates must come from, PEM.")
  var clientCa: String?

  @Option(
    help:
      "Origin of a web page that may call from a browser, e.g. https://desk.example.com; may be repeated (default: none)."
  )
  var webOrigin: [String] = []

  @OptionGroup var transport: TransportOptions

  @Option(help: "File to write the address to once calls are accepted.")
  var readyFile: String?

  @Option(help: "Seconds from one snapshot to the next (default: 600).")
  var snapshotInterval: Int?

  @Option(
    help: """
      Hours by which the clock may be ahead of the last record and the time since, at least 24. Beyond that nothing lapses \
      until an operator confirms it with loyalty.v1.ClockService/ConfirmClock (default: 72).
      """)
  var clockJumpHours: Int?

  @OptionGroup var masterKey: MasterKeyOptions

  @Option(help: "trace, debug, info, notice, warning, error or critical (default: info).")
  var logLevel: String?

  func run() async throws {
    let environment = ConfigReader(provider: EnvironmentVariablesProvider())
    let level = logLevel ?? environment.string(forKey: "loyalty.log.level", default: "info")
    guard let level = Logger.Level(rawValue: level) else {
      throw ValidationError("there is no log level \"\(level)\"")
    }
    var logger = Logger(label: "loyalty-server") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    let settings = try self.settings(environment)
    MetricsSystem.bootstrap(settings.transport.metrics)
    do {
      let application = try LoyaltyApplication(settings, logger: logger)
      var configuration = ServiceGroupConfiguration(
        services: [
          .init(service: application, successTerminationBehavior: .gracefullyShutdownGroup),
          .init(service: ReloadOnHangup(application: application)),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
      // The server's own grace ends first; this is for what hangs in spite of it.
      configuration.maximumGracefulShutdownDuration = .seconds(120)
      try await ServiceGroup(configuration: configuration).run()
    } catch {
      logger.critical("\(error)")
      throw ExitCode(1)
    }
  }

  private func settings(_ environment: ConfigReader) throws -> ServerSettings {
    func required(_ given: String?, _ name: String, _ option: String) throws -> String {
      if let value = given ?? environment.string(forKey: ConfigKey("loyalty." + name)) { return value }
      throw ValidationError("\(option) is missing")
    }
    var settings = ServerSettings(
      dataDirectory: data ?? environment.string(forKey: "loyalty.data", default: "./data"),
      policyFile: try required(policy, "policy", "--policy"),
      certificate: try required(certificate, "certificate", "--certificate"),
      key: try required(key, "key", "--key"),
      clientAuthorities: try required(clientCa, "client.ca", "--client-ca"))
    let address = listen ?? environment.string(forKey: "loyalty.listen", default: "127.0.0.1:8443")
    settings.transport = try transport.settings(environment)
    if address.hasPrefix("unix:") {
      settings.transport.unixSocket = String(address.dropFirst(5))
    } else {
      (settings.host, settings.port) = try TransportOptions.endpoint(address)
    }
    let origins = environment.string(forKey: "loyalty.web.origin", default: "").split(separator: ",")
    settings.webOrigins = Set(webOrigin.isEmpty ? origins.map { $0.trimmingPrefix(" ").description } : webOrigin)
    do { settings.masterKey = try masterKey.load(environment) } catch let error as MasterKeyError {
      throw ValidationError(error.description)
    }
    if let policy = sandboxPolicy ?? environment.string(forKey: "loyalty.sandbox.policy") {
      settings.sandbox = SandboxSettings(
        dataDirectory: sandboxData ?? environment.string(forKey: "loyalty.sandbox.data", default: "./data-sandbox"),
        policyFile: policy)
    }
    settings.readyFile = readyFile ?? environment.string(forKey: "loyalty.ready.file")
    if let seconds = snapshotInterval ?? environment.int(forKey: "loyalty.snapshot.interval") {
      guard seconds > 0 else { throw ValidationError("--snapshot-interval must be a positive number of seconds") }
      settings.store.snapshotInterval = .seconds(seconds)
    }
    if let hours = clockJumpHours ?? environment.int(forKey: "loyalty.clock.jump.hours") {
      guard (24...876_000).contains(hours) else { throw ValidationError("--clock-jump-hours is 24 to 876000") }
      settings.clockJumpHours = hours
    }
    return settings
  }
}
