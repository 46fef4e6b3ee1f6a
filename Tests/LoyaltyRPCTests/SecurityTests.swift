// Who is let in, and what those hear who are not.

import ProtobufRuntime
import Testing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(1))) struct SecurityTests {
  private func failure(_ client: RPCClient) async -> RPCError? {
    do {
      Issue.record("the call was answered: \(try await client.say("hello"))")
      return nil
    } catch {
      return error as? RPCError
    }
  }

  /// A client of its own against a server that shows the certificate `server`.
  private func failureOfHandshake(
    server name: String, trusting authority: String = "authority", serverName: String? = nil
  ) async throws -> RPCError? {
    let certificates = try TestCertificates.shared.get()
    var configuration = RPCServer.Configuration(tls: certificates.server(name))
    configuration.port = 0
    configuration.loops = 1
    let server = try RPCServer(configuration, services: [EchoService()])
    try await server.start()
    let client = try RPCClient(
      target: "127.0.0.1:\(server.boundPort ?? 0)",
      tls: certificates.client(trusting: authority, serverName: serverName))
    let error = await failure(client)
    await client.close()
    await server.shutDown()
    return error
  }

  @Test func anAcceptedCertificateIsTheCallersName() async throws {
    try await withEcho(clientCertificate: true, clientAs: "partner") { client, _, _ in
      let name = try await client.say("who")
      #expect(name == "aurora-air")
    }
  }

  @Test func aCallWithoutACertificateIsUnauthenticatedButHealthAnswers() async throws {
    try await withEcho(clientCertificate: true) { client, _, _ in
      let error = await failure(client)
      #expect(error?.code == .unauthenticated)
      #expect(error?.message == "a client certificate is required: none was shown")
      let health = try await HealthClient(client).check(HealthCheckRequest())
      #expect(health.status == .serving)
    }
  }

  @Test(arguments: [("unknown", "unable to get local issuer certificate"), ("expired", "certificate has expired")])
  func anUnacceptedCertificateIsUnauthenticatedAndTheReasonIsGiven(_ name: String, _ reason: String) async throws {
    try await withEcho(clientCertificate: true, clientAs: name) { client, _, _ in
      let error = await failure(client)
      #expect(error?.code == .unauthenticated)
      #expect(error?.message == "the client certificate is not accepted: \(reason) (CN=\(name))")
    }
  }

  @Test func thePeerCertificateIsReadInFull() async throws {
    let certificates = try TestCertificates.shared.get()
    let peers = PeerRecorder()
    try await withEcho(clientCertificate: true, clientAs: "partner", interceptors: [peers]) { client, _, _ in
      _ = try await client.say("who")
    }
    let certificate = await peers.first()
    #expect(certificate?.subject == "CN=aurora-air,O=Aurora")
    #expect(certificate?.issuer == "CN=authority,O=Test")
    #expect(certificate?.dnsNames == ["air.aurora.example"])
    #expect(certificate?.uriNames == ["spiffe://aurora/air"])
    let openssl = try run("openssl x509 -in '\(certificates.folder)/partner.pem' -noout -fingerprint -sha256")
    #expect(openssl.hasSuffix("=" + pairs(certificate?.fingerprintText ?? "")))
    let end = try run(
      "date -u -d \"$(openssl x509 -in '\(certificates.folder)/partner.pem' -noout -enddate | cut -d= -f2)\" +%s")
    #expect(end == "\(certificate?.notAfter ?? 0)")
  }

  private func pairs(_ hex: String) -> String {
    stride(from: 0, to: hex.utf8.count, by: 2)
      .map { String(hex.dropFirst($0).prefix(2)).uppercased() }.joined(separator: ":")
  }

  @Test func aServerCertificateForOthersIsRefusedWithTheNamesItIsFor() async throws {
    let error = try await failureOfHandshake(server: "other")
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("is not for 127.0.0.1; it is for other.example, *.wild.example") == true)
  }

  @Test func anExpiredServerCertificateIsNamedAsSuch() async throws {
    let error = try await failureOfHandshake(server: "expired")
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("the certificate of CN=expired expired on 2020-02-01") == true)
  }

  @Test func anUnknownIssuerIsNamed() async throws {
    let error = try await failureOfHandshake(server: "server", trusting: "stranger")
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("is issued by CN=authority,O=Test, which is not trusted here") == true)
  }

  @Test func nobodyListeningIsSaid() async throws {
    let certificates = try TestCertificates.shared.get()
    let client = try RPCClient(target: "127.0.0.1:1", tls: certificates.client())
    let error = await failure(client)
    #expect(error?.code == .unavailable)
    #expect(error?.message == "cannot connect to 127.0.0.1:1: connection refused: nothing listens there")
    await client.close()
  }

  @Test(arguments: [
    "printf 'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'", "printf 'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n'",
    "head -c 300 /dev/zero",
  ]) func plaintextIsClosedAndOthersAreServed(_ sender: String) async throws {
    try await withEcho { client, _, server in
      _ = try run(
        "(\(sender); sleep 0.1) | timeout 20 bash -c 'exec 3<>/dev/tcp/127.0.0.1/\(server.boundPort ?? 0); cat >&3; cat <&3' || true"
      )
      let answer = try await client.say("hello")
      #expect(answer == "hello")
    }
  }

  @Test func aClientThatOffersNothingSpokenHereIsRefusedInTheHandshake() async throws {
    try await withEcho { _, _, server in
      let output = try run(
        "openssl s_client -connect 127.0.0.1:\(server.boundPort ?? 0) -alpn spdy/3 </dev/null 2>&1 | grep -c 'no application protocol'"
      )
      #expect(output == "1")
    }
  }

  /// Thirty certificates are less than 32 KiB, a hundred more, and less than libssl takes by itself.
  @Test(arguments: [(30, 0), (100, 1)])
  func aChainOfCertificatesMayBeLongButNotWithoutEnd(_ length: Int, _ failures: Int) async throws {
    try await withEcho(clientCertificate: true) { _, _, server in
      let folder = try TestCertificates.shared.get().folder
      _ = try await runAside(
        """
        cd \(folder); chain=$(mktemp); for _ in $(seq \(length)); do cat authority.pem; done > $chain
        sleep 0.3 | timeout 20 openssl s_client -connect 127.0.0.1:\(server.boundPort ?? 0) -alpn h2 -cert partner.pem \
          -key partner.key -cert_chain $chain > /dev/null 2>&1 || true; rm $chain
        """)
      while server.connectionCount > 0 { try await Task.sleep(for: .milliseconds(5)) }
      #expect(server.figures.connectionsAccepted == 1)
      #expect(server.figures.handshakesFailed == failures)
    }
  }

  @Test func aFloodOfKeyUpdatesIsCutOff() async throws {
    var limits = CallLimits.defaults
    (limits.maxControlFrames, limits.handshakeSeconds) = (50, 60)
    try await withEcho(limits: limits) { client, _, server in
      let port = server.boundPort ?? 0
      // `K` at the start of what it reads has openssl update its keys and ask for the same. It reads until the server closes.
      let end = try await runAside(
        """
        (while echo K; do sleep 0.005; done) 2>/dev/null |
          timeout 30 openssl s_client -tls1_3 -alpn h2 -connect 127.0.0.1:\(port) > /dev/null 2>&1; echo ${PIPESTATUS[1]}
        """)
      #expect(end != "124", "the server closes")
      let answer = try await client.say("hello")
      #expect(answer == "hello")
    }
  }

  @Test(arguments: [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)])
  func onlyCurrentVersionsOfTLSAreSpoken(_ flag: String, _ isSpoken: Bool) async throws {
    try await withEcho { _, _, server in
      let output = try run(
        "openssl s_client -connect 127.0.0.1:\(server.boundPort ?? 0) \(flag) -cipher ALL:@SECLEVEL=0 -alpn h2 </dev/null 2>&1 | grep -c '^ALPN protocol: h2' || true"
      )
      #expect(output == (isSpoken ? "1" : "0"))
    }
  }
}
