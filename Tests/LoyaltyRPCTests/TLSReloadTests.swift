// Certificates, authorities and revocation lists that change while the server runs; names; sessions; the key log. OpenSSL's
// own client looks from outside where this project's cannot.

import Foundation
import ProtobufRuntime
import Testing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(2))) struct TLSReloadTests {
  /// A folder whose files a test exchanges, beginning with a server's certificate and an empty revocation list.
  private struct Files {
    let certificates: TestCertificates
    let folder: String

    init() throws {
      certificates = try TestCertificates.shared.get()
      folder = certificates.folder + "/live-\(UInt32.random(in: 0 ... .max))"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try put("server.pem", as: "server.pem")
      try put("server.key", as: "server.key")
      try put("authority.pem", as: "authorities.pem")
      try put("none.crl", as: "revoked.crl")
    }

    func put(_ source: String, as name: String) throws {
      _ = try run(
        "cp \(certificates.folder)/\(source) \(folder)/\(name).new && mv \(folder)/\(name).new \(folder)/\(name)")
    }

    var tls: ServerTLSConfiguration {
      var tls = ServerTLSConfiguration(
        certificateChain: .file(folder + "/server.pem"), privateKey: .file(folder + "/server.key"),
        clientCertificate: .requested(authorities: .file(folder + "/authorities.pem")))
      tls.revocationList = .file(folder + "/revoked.crl")
      return tls
    }
  }

  private func with(
    _ tls: ServerTLSConfiguration, change: (inout RPCServer.Configuration) -> Void = { _ in },
    _ body: (RPCServer, EchoService) async throws -> Void
  ) async throws {
    var configuration = RPCServer.Configuration(tls: tls)
    (configuration.port, configuration.loops, configuration.fileWatchSeconds) = (0, 1, 0)
    configuration.shutdownGraceSeconds = 5
    change(&configuration)
    let echo = EchoService()
    let server = try RPCServer(configuration, services: [echo])
    try await server.start()
    do {
      try await body(server, echo)
    } catch {
      await server.shutDown()
      throw error
    }
    await server.shutDown()
  }

  private func client(of server: RPCServer, as name: String?) throws -> RPCClient {
    let certificates = try TestCertificates.shared.get()
    return try RPCClient(target: "127.0.0.1:\(server.boundPort ?? 0)", tls: certificates.client(as: name))
  }

  /// What OpenSSL's client says of a handshake, with more arguments.
  private func openssl(_ server: RPCServer, _ arguments: String) async throws -> String {
    let (port, folder) = (server.boundPort ?? 0, try TestCertificates.shared.get().folder)
    let command = """
      cd \(folder); (sleep 0.5; echo Q) | timeout 20 openssl s_client -alpn h2 -CAfile authority.pem \
        -connect 127.0.0.1:\(port) \(arguments) 2>&1 | LC_ALL=C tr -cd '\\11\\12\\40-\\176'
      """
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try run(command) }) }
    }
  }

  @Test func aRevokedCertificateIsUnauthenticatedWithTheReason() async throws {
    let files = try Files()
    try files.put("partner.crl", as: "revoked.crl")
    try await with(files.tls) { server, _ in
      let client = try client(of: server, as: "partner")
      let error = await #expect(throws: RPCError.self) { _ = try await client.say("hello") }
      #expect(error?.code == .unauthenticated)
      #expect(error?.message.contains("certificate revoked") == true)
      await client.close()
    }
  }

  @Test func aReloadClosesLiveConnectionsOfRevokedPeersAndNoOthers() async throws {
    let files = try Files()
    try await with(files.tls) { server, echo in
      let revoked = try client(of: server, as: "partner")
      let anonymous = try client(of: server, as: nil)
      let value20 = try await revoked.say("who")
      #expect(value20 == "aurora-air")
      _ = await #expect(throws: RPCError.self) { _ = try await anonymous.say("hello") }
      #expect(server.connectionCount == 2)
      let waiting = Task { try await revoked.say("wait") }
      var started = echo.started.stream.makeAsyncIterator()
      _ = await started.next()

      try files.put("partner.crl", as: "revoked.crl")
      try server.reloadTLS()
      let cut = await #expect(throws: RPCError.self) { _ = try await waiting.value }
      #expect(cut?.code == .unavailable)
      while server.connectionCount > 1 { try await Task.sleep(for: .milliseconds(5)) }
      let error = await #expect(throws: RPCError.self) {
        _ = try await revoked.say("who", CallOptions(waitForReady: true))
      }
      #expect(error?.code == .unauthenticated)
      await revoked.close()
      await anonymous.close()
    }
  }

  @Test func aReloadDropsNoConnectionAndNoCallOfAnAcceptedPeer() async throws {
    let files = try Files()
    try await with(files.tls) { server, echo in
      let partner = try client(of: server, as: "partner")
      let held = Task { try await partner.say("hold 1") }
      var started = echo.started.stream.makeAsyncIterator()
      _ = await started.next()
      for _ in 0..<3 { try server.reloadTLS() }
      echo.gate.advance(to: 1)
      let value21 = try await held.value
      #expect(value21 == "hold 1")
      let value22 = try await partner.say("who")
      #expect(value22 == "aurora-air")
      #expect(server.figures.connectionsAccepted == 1)
      await partner.close()
    }
  }

  @Test func aFileThatDoesNotDoLeavesTheServerAsItWas() async throws {
    let files = try Files()
    try await with(files.tls) { server, _ in
      try files.put("other.key", as: "server.key")
      #expect(throws: TLSError.self) { try server.reloadTLS() }
      try files.put("authority.key", as: "authorities.pem")
      #expect(throws: TLSError.self) { try server.reloadTLS() }
      let partner = try client(of: server, as: "partner")
      let value23 = try await partner.say("who")
      #expect(value23 == "aurora-air")
      await partner.close()
    }
  }

  @Test func aChangedFileIsFoundWithoutBeingTold() async throws {
    let files = try Files()
    try await with(files.tls, change: { $0.fileWatchSeconds = 1 }) { server, _ in
      let partner = try client(of: server, as: "partner")
      let value24 = try await partner.say("who")
      #expect(value24 == "aurora-air")
      try files.put("partner.crl", as: "revoked.crl")
      while server.connectionCount > 0 { try await Task.sleep(for: .milliseconds(20)) }
      await partner.close()
    }
  }

  @Test func anAuthorityThatIsAddedLetsItsPartnersInWithoutARestart() async throws {
    let files = try Files()
    var tls = files.tls
    tls.revocationList = nil
    try await with(tls) { server, _ in
      let before = try client(of: server, as: "unknown")
      _ = await #expect(throws: RPCError.self) { _ = try await before.say("who") }
      await before.close()
      _ = try run("cat \(files.certificates.folder)/stranger.pem >> \(files.folder)/authorities.pem")
      try server.reloadTLS()
      let after = try client(of: server, as: "unknown")
      let value25 = try await after.say("who")
      #expect(value25 == "unknown")
      await after.close()
    }
  }

  @Test(arguments: [
    ("other.example", "other"), ("OTHER.example", "other"), ("a.wild.example", "other"),
    ("a.b.wild.example", "localhost"),
    ("localhost", "localhost"), ("nobody.example", "localhost"),
  ])
  func theCertificateIsTheOneForTheNameThatTheClientAsksFor(_ name: String, _ subject: String) async throws {
    let certificates = try TestCertificates.shared.get()
    var tls = certificates.server()
    tls.additionalIdentities = [
      TLSIdentity(certificateChain: certificates.file("other.pem"), privateKey: certificates.file("other.key"))
    ]
    try await with(tls) { server, _ in
      let said = try await openssl(server, "-servername \(name)")
      #expect(said.contains("subject=CN = \(subject)\n"), "\(said)")
    }
  }

  @Test(arguments: ["-tls1_3", "-tls1_2"])
  func sessionsAreResumedWithTheirCertificateAndNotOnceItIsRevoked(_ version: String) async throws {
    let files = try Files()
    let session = "session-\(UInt32.random(in: 0 ... .max))"
    let identity = "-cert partner.pem -key partner.key \(version)"
    let peers = PeerRecorder()
    try await with(files.tls, change: { $0.interceptors = [peers] }) { server, _ in
      let first = try await openssl(server, "\(identity) -sess_out \(session)")
      #expect(first.contains("New, TLSv1"), "\(first)")
      let second = try await openssl(server, "\(identity) -sess_in \(session) -sess_out \(session)")
      #expect(second.contains("Reused, TLSv1"), "\(second)")
      // The keys of tickets go with the context.
      try server.reloadTLS()
      let third = try await openssl(server, "\(identity) -sess_in \(session) -sess_out \(session)")
      #expect(third.contains("New, TLSv1"), "\(third)")
      let fourth = try await openssl(server, "\(identity) -sess_in \(session)")
      #expect(fourth.contains("Reused, TLSv1"), "\(fourth)")
      try files.put("partner.crl", as: "revoked.crl")
      try server.reloadTLS()
      let fifth = try await openssl(server, "\(identity) -sess_in \(session)")
      #expect(fifth.contains("New, TLSv1"), "\(fifth)")
    }
  }

  @Test func earlyDataAndRenegotiationAreNotThere() async throws {
    let files = try Files()
    try await with(files.tls) { server, _ in
      let said = try await openssl(server, "-tls1_3 -sess_out early")
      #expect(said.contains("Max Early Data: 0") || !said.contains("Max Early Data"), "\(said)")
      let folder = try TestCertificates.shared.get().folder
      let port = server.boundPort ?? 0
      let answer = try run(
        "cd \(folder); (sleep 0.5; echo R; sleep 1) | timeout 20 openssl s_client -tls1_2 -alpn h2 -connect 127.0.0.1:\(port) 2>&1 | LC_ALL=C tr -cd '\\11\\12\\40-\\176'"
      )
      #expect(answer.contains("no renegotiation"), "\(answer)")
    }
  }

  @Test func secretsAreLoggedOnlyWhereItIsAskedFor() async throws {
    let files = try Files()
    var tls = files.tls
    tls.keyLogFile = files.folder + "/keys"
    try await with(tls) { server, _ in
      let partner = try client(of: server, as: "partner")
      let value26 = try await partner.say("who")
      #expect(value26 == "aurora-air")
      await partner.close()
    }
    let lines = try run("cut -d' ' -f1 \(files.folder)/keys | sort -u")
    #expect(lines.contains("CLIENT_TRAFFIC_SECRET_0") && lines.contains("SERVER_TRAFFIC_SECRET_0"))
    let value27 = try run("stat -c %a \(files.folder)/keys")
    #expect(value27 == "600")
  }

  @Test(arguments: ["server.pem", "empty"])
  func aRevocationListThatIsNoneIsRefusedAtStart(_ name: String) throws {
    let files = try Files()
    if name == "empty" {
      _ = try run(": > \(files.folder)/revoked.crl")
    } else {
      try files.put(name, as: "revoked.crl")
    }
    #expect(throws: TLSError.self) { _ = try RPCServer(.init(tls: files.tls), services: [EchoService()]) }
  }

  @Test func peersCanBeClosedByWhoTheyAre() async throws {
    let files = try Files()
    try await with(files.tls) { server, _ in
      let partner = try client(of: server, as: "partner")
      let value29 = try await partner.say("who")
      #expect(value29 == "aurora-air")
      server.closeConnections(where: { $0.certificate?.commonName == "someone-else" }, reason: "left")
      let value30 = try await partner.say("who")
      #expect(value30 == "aurora-air")
      server.closeConnections(where: { $0.certificate?.commonName == "aurora-air" }, reason: "left")
      while server.connectionCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
      await partner.close()
    }
  }
}
