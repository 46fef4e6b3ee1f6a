// The stage on which requirements are shown: a whole server over TLS with data of its own, callers with certificates, a
// clock that stands still until it is moved, and a restart. A scenario is a few lines on it:
//
//     @Test("A1.1: purchase, flight and stay each earn") func waysToEarn() async throws {
//       try await Scenario.run { stage in
//         let earned = try await stage.air.loyalty.accrue(stage.flight("M-1"))
//         try await stage.restart()
//         #expect(try await stage.air.loyalty.getTier(GetTierRequest(memberID: "M-1")).balance == earned.points)
//       }
//     }

import Foundation
import Logging
import LoyaltyAPI
import LoyaltyRPC
import ProtobufRuntime
import ServiceLifecycle
import Synchronization

@testable import LoyaltyService

/// One scenario's server, callers and clock.
final class Scenario: Sendable {
  /// 2026-06-15T02:00:00Z, ten in the morning in Beijing, outside of every campaign of the sample policy.
  static let start: Int64 = 1_781_488_800_000
  static let minute: Int64 = 60_000
  static let hour = 60 * minute
  static let day = 24 * hour

  /// The sample policy, YAML.
  static func samplePolicy() throws -> String {
    try String(contentsOf: TestServer.root.appending(path: "policies/sample.yaml"), encoding: .utf8)
  }

  /// Runs `body` on a stage of its own; the server has stopped when this returns.
  /// - Parameters:
  ///   - start: the clock at the beginning, Unix milliseconds.
  ///   - policy: changes the YAML of the sample policy that the server starts with.
  ///   - sandbox: the YAML of a sandbox's policy; nil for a server without one.
  ///   - clockJumpHours: as in `ServerSettings`; nil lets a scenario travel in time.
  static func run(
    at start: Int64 = start, policy change: (inout String) throws -> Void = { _ in }, sandbox: String? = nil,
    clockJumpHours: Int? = nil, _ body: (Scenario) async throws -> Void
  ) async throws {
    var policy = try samplePolicy()
    try change(&policy)
    let scenario = try Scenario(start: start, policy: policy, sandbox: sandbox, clockJumpHours: clockJumpHours)
    defer { try? FileManager.default.removeItem(at: scenario.folder) }
    do {
      try await scenario.startServer()
      try await body(scenario)
      try await scenario.stop()
    } catch {
      try? await scenario.stop()
      throw error
    }
  }

  /// Data and policy file of this scenario.
  let folder = FileManager.default.temporaryDirectory.appending(path: "loyalty-scenario-\(UUID())")
  var data: URL { folder.appending(path: "data") }
  var policyFile: URL { folder.appending(path: "policy.yaml") }
  var sandboxData: URL { folder.appending(path: "sandbox") }
  private var sandboxPolicy: URL { folder.appending(path: "sandbox.yaml") }
  private let hasSandbox: Bool
  private let clockJumpHours: Int?
  private let state: Mutex<State>

  private struct State: Sendable {
    var now: Int64
    var server: Running?
    var callers: [String: ScenarioCaller] = [:]
    var count = 0
  }

  struct Running: Sendable {
    let application: LoyaltyApplication
    let group: ServiceGroup
    let task: Task<Void, any Error>
    let address: String
  }

  private init(start: Int64, policy: String, sandbox: String?, clockJumpHours: Int?) throws {
    self.clockJumpHours = clockJumpHours
    hasSandbox = sandbox != nil
    state = Mutex(State(now: start))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try policy.write(to: policyFile, atomically: true, encoding: .utf8)
    try sandbox?.write(to: sandboxPolicy, atomically: true, encoding: .utf8)
  }

  // MARK: - The clock

  /// What the server takes for the time, Unix milliseconds.
  var now: Int64 { state.withLock { $0.now } }

  /// Moves the clock on and does what has fallen due by then.
  func advance(days: Int64 = 0, hours: Int64 = 0, minutes: Int64 = 0, milliseconds: Int64 = 0) throws {
    try advance(to: now + days * Self.day + hours * Self.hour + minutes * Self.minute + milliseconds)
  }

  /// Moves the clock to a moment and does what has fallen due by then.
  func advance(to moment: Int64) throws {
    state.withLock { $0.now = moment }
    try running().application.doDueWork()
  }

  // MARK: - The server

  /// Stops the server and starts it again with the same data.
  /// - Parameters:
  ///   - policy: the YAML of the policy file that it starts with; nil for the one it had.
  ///   - moment: the clock when it is up again; nil for the one at which it went down.
  func restart(policy: String? = nil, at moment: Int64? = nil) async throws {
    try await stop()
    if let moment { state.withLock { $0.now = moment } }
    if let policy { try policy.write(to: policyFile, atomically: true, encoding: .utf8) }
    try await startServer()
  }

  func running() throws -> Running {
    guard let server = state.withLock({ $0.server }) else { throw TestServer.Failure("the server is not running") }
    return server
  }

  private func startServer() async throws {
    let certificates = try TestServer.certificates.get()
    var settings = ServerSettings(
      dataDirectory: data.path, policyFile: policyFile.path,
      certificate: certificates.appending(path: "server.pem").path,
      key: certificates.appending(path: "server.key").path,
      clientAuthorities: certificates.appending(path: "ca.pem").path)
    settings.port = 0
    settings.loops = 1
    settings.store = .small
    settings.personalStore = .small
    settings.clockJumpHours = clockJumpHours
    if hasSandbox {
      settings.sandbox = SandboxSettings(dataDirectory: sandboxData.path, policyFile: sandboxPolicy.path)
    }
    var logger = Logger(label: "scenario") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .critical
    let application = try LoyaltyApplication(settings, logger: logger) { [unowned self] in now }
    let group = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: logger))
    let task = Task { try await group.run() }
    while application.boundAddress == nil {
      if task.isCancelled { throw TestServer.Failure("the server did not start") }
      try await Task.sleep(for: .milliseconds(2))
    }
    state.withLock {
      $0.server = Running(
        application: application, group: group, task: task, address: application.boundAddress ?? "")
    }
  }

  private func stop() async throws {
    let (server, callers) = state.withLock { state in
      defer { (state.server, state.callers) = (nil, [:]) }
      return (state.server, state.callers)
    }
    for caller in callers.values { await caller.client.close() }
    guard let server else { return }
    await server.group.triggerGracefulShutdown()
    try await server.task.value
  }

  // MARK: - Callers

  /// The airline of the sample policy.
  var air: ScenarioCaller { get throws { try caller("partner-cathay-air") } }
  /// The hotels of the sample policy.
  var hotel: ScenarioCaller { get throws { try caller("partner-jade-hotels") } }
  /// The operator of the sample policy.
  var ops: ScenarioCaller { get throws { try caller("ops-lin") } }

  /// Whoever shows a certificate of this common name. Certificates are made as they are asked for. A caller taken before
  /// a restart does not reach the server after it: ask again.
  func caller(_ name: String) throws -> ScenarioCaller {
    let server = try running()
    if let caller = state.withLock({ $0.callers[name] }) { return caller }
    let certificates = try ScenarioCertificates.certificates(for: name)
    var tls = ClientTLSConfiguration(trustRoots: .authorities(.file(certificates.appending(path: "ca.pem").path)))
    tls.identity = .init(
      certificateChain: .file(certificates.appending(path: "\(name).pem").path),
      privateKey: .file(certificates.appending(path: "\(name).key").path))
    let caller = ScenarioCaller(client: try RPCClient(target: server.address, tls: tls))
    state.withLock { $0.callers[name] = caller }
    return caller
  }

  // MARK: - Requests

  /// A key or reference that no other request of this scenario has.
  func fresh(_ prefix: String = "key") -> String {
    state.withLock { state in
      state.count += 1
      return "\(prefix)-\(state.count)"
    }
  }

  /// An activity that happens now, with a key and a reference of its own.
  func activity(
    _ kind: ActivityKind, _ member: String, yuan: Int64 = 0, category: String = "", at moment: Int64? = nil
  ) -> AccrueRequest {
    AccrueRequest(
      memberID: member, kind: kind, reference: fresh("ref"),
      amount: yuan > 0 ? Money(currencyCode: "CNY", minorUnits: yuan * 100) : nil,
      occurredAt: ProtobufTimestamp(unixMilliseconds: moment ?? now), idempotencyKey: fresh(), category: category)
  }

  /// A flight, by default for 1,000 yuan: 2,000 points of base in the sample policy.
  func flight(_ member: String, yuan: Int64 = 1_000, at moment: Int64? = nil) -> AccrueRequest {
    activity(.flight, member, yuan: yuan, at: moment)
  }

  /// A stay, by default for 1,000 yuan: 1,500 points of base in the sample policy.
  func stay(_ member: String, yuan: Int64 = 1_000, category: String = "", at moment: Int64? = nil) -> AccrueRequest {
    activity(.stay, member, yuan: yuan, category: category, at: moment)
  }
}

/// A caller's client and its stubs; each service adds its own in an extension.
struct ScenarioCaller: Sendable {
  let client: RPCClient

  var loyalty: LoyaltyServiceClient { LoyaltyServiceClient(client) }
}

/// The reason for which a call is refused; nil if it is not refused by a rule.
func refusalReason<R>(_ call: () async throws -> R) async throws -> String? {
  do {
    _ = try await call()
    return nil
  } catch let error as RPCError {
    return try detail(ErrorInfo.self, of: error)?.reason
  }
}

/// Clients' certificates beyond those of the development set, each made when first asked for.
enum ScenarioCertificates {
  private static let made = Mutex<Set<String>>([])

  static func certificates(for name: String) throws -> URL {
    let folder = try TestServer.certificates.get()
    try made.withLock { made in
      guard !made.contains(name), !FileManager.default.fileExists(atPath: folder.appending(path: "\(name).pem").path)
      else { return }
      let script = Process()
      script.executableURL = TestServer.root.appending(path: "certs/make-dev-certs.sh")
      script.arguments = [folder.path, name]
      script.standardOutput = FileHandle.nullDevice
      try script.run()
      script.waitUntilExit()
      guard script.terminationStatus == 0 else { throw TestServer.Failure("no certificate for \(name)") }
      made.insert(name)
    }
    return folder
  }
}
