// A whole server in this process, over real TLS on a port that the kernel chose, with data and certificates in a
// temporary folder of the test's own.

import Foundation
import Logging
import LoyaltyAPI
import LoyaltyRPC
import LoyaltyService
import LoyaltyStore
import ServiceLifecycle

struct TestServer {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// One authority for all tests of a run: making it takes longer than a test.
  static let certificates: Result<URL, any Error> = Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "loyalty-certs-\(UUID())")
    let script = Process()
    script.executableURL = root.appending(path: "certs/make-dev-certs.sh")
    script.arguments = [folder.path]
    script.standardOutput = FileHandle.nullDevice
    try script.run()
    script.waitUntilExit()
    guard script.terminationStatus == 0 else { throw Failure("certs/make-dev-certs.sh failed") }
    return folder
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  let data: URL
  let certificates: URL
  let address: String

  /// Runs `body` against a server; the server has stopped when this returns.
  static func run<R>(
    data: URL? = nil, policy: URL? = nil, _ body: (TestServer) async throws -> R
  ) async throws -> R {
    let folder = data ?? FileManager.default.temporaryDirectory.appending(path: "loyalty-data-\(UUID())")
    defer { if data == nil { try? FileManager.default.removeItem(at: folder) } }
    let certificates = try Self.certificates.get()
    var settings = ServerSettings(
      dataDirectory: folder.path, policyFile: (policy ?? root.appending(path: "policies/sample.yaml")).path,
      certificate: certificates.appending(path: "server.pem").path,
      key: certificates.appending(path: "server.key").path,
      clientAuthorities: certificates.appending(path: "ca.pem").path)
    settings.port = 0
    settings.loops = 1
    settings.store = .small
    settings.personalStore = .small
    let ready = FileManager.default.temporaryDirectory.appending(path: "loyalty-ready-\(UUID())")
    settings.readyFile = ready.path
    defer { try? FileManager.default.removeItem(at: ready) }
    var logger = Logger(label: "test") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .critical
    let application = try LoyaltyApplication(settings, logger: logger)
    let group = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: logger))
    let running = Task { try await group.run() }
    do {
      while application.boundAddress == nil { try await Task.sleep(for: .milliseconds(2)) }
      let server = TestServer(
        data: folder, certificates: certificates, address: application.boundAddress ?? "")
      let result = try await body(server)
      await group.triggerGracefulShutdown()
      try await running.value
      return result
    } catch {
      await group.triggerGracefulShutdown()
      _ = try? await running.value
      throw error
    }
  }

  /// Runs `body` with a client that shows the certificate of this name; nil for none.
  func withClient<R>(
    _ name: String? = "partner-cathay-air", _ body: (LoyaltyServiceClient) async throws -> R
  ) async throws -> R {
    var tls = ClientTLSConfiguration(trustRoots: .authorities(.file(certificates.appending(path: "ca.pem").path)))
    if let name {
      tls.identity = .init(
        certificateChain: .file(certificates.appending(path: "\(name).pem").path),
        privateKey: .file(certificates.appending(path: "\(name).key").path))
    }
    let client = try RPCClient(target: address, tls: tls)
    do {
      let result = try await body(LoyaltyServiceClient(client))
      await client.close()
      return result
    } catch {
      await client.close()
      throw error
    }
  }
}

extension StoreConfiguration {
  /// For tests, of which hundreds run at a time: some megabytes on the disk rather than a hundred and fifty.
  static let small = {
    var configuration = StoreConfiguration.defaults
    configuration.segmentSize = 1 << 20
    configuration.queueLimit = 256 << 10
    configuration.maximumRecordSize = 128 << 10
    return configuration
  }()
}
