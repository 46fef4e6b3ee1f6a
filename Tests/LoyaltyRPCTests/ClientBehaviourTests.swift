// What a client does beside one call on one connection: attempts, several servers, states, interceptors, credentials.

import Foundation
import NIOCore
import NIOPosix
import ProtobufRuntime
import Synchronization
import Testing

@testable import LoyaltyRPC

/// Fails calls as their text says: `flaky KEY N` fails N times under a key, then answers how often it was called.
private final class FlakyService: RPCService {
  typealias Text = ProtobufStringValue
  static var serviceName: String { "test.v1.Flaky" }
  static var serviceFile: EmbeddedFile { HealthService.serviceFile }
  static let say = MethodDescriptor(service: serviceName, method: "Say", kind: .unary)
  static let join = MethodDescriptor(service: serviceName, method: "Join", kind: .clientStreaming)

  let name: String
  let attempts = Mutex<[String: Int]>([:])
  let headers = Mutex<[String]>([])
  /// Sent with each failure as `grpc-retry-pushback-ms`.
  let pushback: String?

  init(name: String = "", pushback: String? = nil) {
    self.name = name
    self.pushback = pushback
  }

  var methods: [ServerMethod] { [.unary(Self.say, say), .clientStreaming(Self.join, join)] }

  private func attempt(_ text: String) throws {
    let words = text.split(separator: " ")
    guard words.count >= 3, let failures = Int(words[2]) else { return }
    let count = attempts.withLock { attempts in
      attempts[String(words[1]), default: 0] += 1
      return attempts[String(words[1]), default: 0]
    }
    guard count > failures else {
      var metadata = Metadata()
      if let pushback { metadata.addReceived(name: "grpc-retry-pushback-ms", value: .text(pushback)) }
      throw RPCError(.unavailable, "failure \(count)", metadata: metadata)
    }
  }

  func count(_ key: String) -> Int { attempts.withLock { $0[key] ?? 0 } }

  func say(_ request: Text, _ context: ServerContext) async throws -> Text {
    if request.value == "name" { return Text(value: name) }
    if request.value == "token" { return Text(value: context.metadata["authorization"] ?? "none") }
    if request.value.hasPrefix("slow ") {
      let key = String(request.value.dropFirst(5))
      let count = attempts.withLock { attempts in
        attempts[key, default: 0] += 1
        return attempts[key, default: 0]
      }
      // The first is never answered.
      if count == 1 { try await Task.sleep(for: .seconds(600)) }
      return Text(value: "attempt \(count)")
    }
    try attempt(request.value)
    return Text(value: "done")
  }

  func join(_ requests: RequestStream<Text>, _ context: ServerContext) async throws -> Text {
    var all = ""
    for try await request in requests { all += request.value + "," }
    try attempt("join join 2")
    return Text(value: all)
  }
}

private func withFlaky(
  _ config: String = "{}", pushback: String? = nil, configure: (inout RPCClient.Configuration) -> Void = { _ in },
  _ body: (RPCClient, FlakyService) async throws -> Void
) async throws {
  let certificates = try TestCertificates.shared.get()
  let service = FlakyService(pushback: pushback)
  var configuration = RPCServer.Configuration(tls: certificates.server())
  configuration.port = 0
  configuration.loops = 1
  configuration.shutdownGraceSeconds = 1
  let server = try RPCServer(configuration, services: [service])
  try await server.start()
  var settings = RPCClient.Configuration()
  settings.serviceConfig = try ServiceConfig(json: config)
  configure(&settings)
  let client = try RPCClient(
    target: "127.0.0.1:\(server.boundPort ?? 0)", tls: certificates.client(), configuration: settings)
  let result: Result<Void, any Error>
  do {
    try await body(client, service)
    result = .success(())
  } catch {
    result = .failure(error)
  }
  await client.close()
  await server.shutDown()
  try result.get()
}

extension RPCClient {
  fileprivate func flaky(_ text: String, _ options: CallOptions = .defaults) async throws -> String {
    let response: ProtobufStringValue = try await unary(
      FlakyService.say, ProtobufStringValue(value: text), options: options)
    return response.value
  }
}

private let retryConfig = """
  {"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.01s", "maxBackoff": "0.05s",
   "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]}
  """

@Suite(.timeLimit(.minutes(2))) struct ClientBehaviourTests {
  typealias Text = ProtobufStringValue

  @Test func aCallIsRetriedUntilItSucceeds() async throws {
    try await withFlaky(retryConfig) { client, service in
      let answer = try await client.flaky("flaky a 3")
      #expect(answer == "done")
      #expect(service.count("a") == 4)
    }
  }

  @Test func attemptsEndAndTheLastErrorIsTold() async throws {
    try await withFlaky(retryConfig) { client, service in
      let error = await #expect(throws: RPCError.self) { _ = try await client.flaky("flaky b 9") }
      #expect(error?.message == "failure 4")
      #expect(service.count("b") == 4)
    }
  }

  @Test func withoutAPolicyACallIsMadeOnce() async throws {
    try await withFlaky { client, service in
      await #expect(throws: RPCError.self) { _ = try await client.flaky("flaky c 1") }
      #expect(service.count("c") == 1)
    }
  }

  @Test func aServerThatForbidsRetriesIsObeyed() async throws {
    try await withFlaky(retryConfig, pushback: "-1") { client, service in
      await #expect(throws: RPCError.self) { _ = try await client.flaky("flaky d 1") }
      #expect(service.count("d") == 1)
    }
  }

  @Test func aStreamOfRequestsIsSentAgain() async throws {
    try await withFlaky(retryConfig) { client, service in
      let call: ClientStreamingCall<Text, Text> = try await client.clientStreaming(FlakyService.join)
      for number in 0..<100 { try await call.send(Text(value: "\(number)")) }
      let answer = try await call.finish()
      #expect(answer.value == (0..<100).map { "\($0)," }.joined())
      #expect(service.count("join") == 3)
    }
  }

  @Test func aStreamBeyondTheBufferIsNotSentAgain() async throws {
    try await withFlaky(retryConfig, configure: { $0.maxRetryBufferBytes = 1_000 }) { client, service in
      let call: ClientStreamingCall<Text, Text> = try await client.clientStreaming(FlakyService.join)
      let error = await #expect(throws: RPCError.self) {
        for _ in 0..<100 { try await call.send(Text(value: String(repeating: "x", count: 100))) }
        _ = try await call.finish()
      }
      #expect(error?.code == .unavailable)
      #expect(service.count("join") == 1)
    }
  }

  @Test func aHedgeOvertakesAServerThatDoesNotAnswer() async throws {
    let config = #"{"methodConfig": [{"name": [{}], "hedgingPolicy": {"maxAttempts": 3, "hedgingDelay": "0.05s"}}]}"#
    try await withFlaky(config) { client, service in
      let answer = try await client.flaky("slow e")
      #expect(answer.hasPrefix("attempt "))
      #expect(answer != "attempt 1")
      #expect(service.count("e") >= 2)
    }
  }

  @Test func theDeadlineOfTheServiceConfigHoldsAcrossAttempts() async throws {
    let config = """
      {"methodConfig": [{"name": [{}], "timeout": "3s", "retryPolicy": {"maxAttempts": 5, "initialBackoff": "60s",
       "maxBackoff": "60s", "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]}}]}
      """
    try await withFlaky(config) { client, service in
      let error = await #expect(throws: RPCError.self) { _ = try await client.flaky("flaky f 1") }
      #expect(error?.code == .deadlineExceeded)
      #expect(service.count("f") == 1)
    }
  }

  @Test func messagesBeyondTheServiceConfigsLimitAreNotSent() async throws {
    let config = #"{"methodConfig": [{"name": [{}], "maxRequestMessageBytes": 10}]}"#
    try await withFlaky(config) { client, _ in
      let error = await #expect(throws: RPCError.self) { _ = try await client.flaky("longer than ten bytes") }
      #expect(error?.code == .resourceExhausted)
    }
  }

  // MARK: - Several servers

  private func withServers(
    _ count: Int, _ body: ([RPCServer], [Int]) async throws -> Void
  ) async throws {
    let certificates = try TestCertificates.shared.get()
    var servers: [RPCServer] = []
    for number in 0..<count {
      var configuration = RPCServer.Configuration(tls: certificates.server())
      configuration.port = 0
      configuration.loops = 1
      configuration.shutdownGraceSeconds = 1
      let server = try RPCServer(configuration, services: [FlakyService(name: "\(number)")])
      try await server.start()
      servers.append(server)
    }
    let result: Result<Void, any Error>
    do {
      try await body(servers, servers.map { $0.boundPort ?? 0 })
      result = .success(())
    } catch {
      result = .failure(error)
    }
    for server in servers { await server.shutDown() }
    try result.get()
  }

  @Test func roundRobinCallsEachServerInTurnAndLivesWithoutOne() async throws {
    let certificates = try TestCertificates.shared.get()
    try await withServers(3) { servers, ports in
      var settings = RPCClient.Configuration()
      settings.loadBalancing = .roundRobin
      let client = try RPCClient(
        target: "ipv4:" + ports.map { "127.0.0.1:\($0)" }.joined(separator: ","), tls: certificates.client(),
        configuration: settings)
      var seen: Set<String> = []
      while seen.count < 3 { seen.insert(try await client.flaky("name")) }
      await servers[0].shutDown()
      seen = []
      for _ in 0..<40 { seen.insert(try await client.flaky("name", CallOptions(waitForReady: true))) }
      #expect(seen == ["1", "2"])
      await client.close()
    }
  }

  @Test func pickFirstStaysWithTheFirstServerAndMovesOnWithoutIt() async throws {
    let certificates = try TestCertificates.shared.get()
    try await withServers(2) { servers, ports in
      let client = try RPCClient(
        target: "ipv4:127.0.0.1:1," + ports.map { "127.0.0.1:\($0)" }.joined(separator: ","), tls: certificates.client()
      )
      for _ in 0..<5 {
        let name = try await client.flaky("name")
        #expect(name == "0")
      }
      await servers[0].shutDown()
      let answer1 = try await client.flaky("name", CallOptions(waitForReady: true))
      #expect(answer1 == "1")
      await client.close()
    }
  }

  @Test func aServerThatComesLateIsFoundByCallsThatWait() async throws {
    let certificates = try TestCertificates.shared.get()
    var configuration = RPCServer.Configuration(tls: certificates.server())
    configuration.port = 0
    configuration.loops = 1
    let first = try RPCServer(configuration, services: [FlakyService(name: "first")])
    try await first.start()
    let port = first.boundPort ?? 0
    await first.shutDown()
    var settings = RPCClient.Configuration()
    settings.firstBackoffSeconds = 0.05
    settings.maxBackoffSeconds = 0.1
    let client = try RPCClient(target: "127.0.0.1:\(port)", tls: certificates.client(), configuration: settings)
    let failure = await #expect(throws: RPCError.self) { _ = try await client.flaky("name") }
    #expect(failure?.message == "cannot connect to 127.0.0.1:\(port): connection refused: nothing listens there")
    #expect(client.connectionFailure == .refused)
    #expect(client.connectivity == .transientFailure)
    async let late = client.flaky("name", CallOptions(waitForReady: true))
    configuration.port = port
    let second = try RPCServer(configuration, services: [FlakyService(name: "second")])
    try await second.start()
    let answer2 = try await late
    #expect(answer2 == "second")
    #expect(client.connectionFailure == nil)
    await client.close()
    await second.shutDown()
  }

  @Test func theStateCanBeWatchedToItsEnd() async throws {
    try await withFlaky { client, _ in
      var changes = client.connectivityChanges.makeAsyncIterator()
      let answer3 = await changes.next()
      #expect(answer3 == .idle)
      client.connect()
      var seen: [ConnectivityState] = []
      while let state = await changes.next() {
        seen.append(state)
        if state == .ready { break }
      }
      #expect(seen == [.connecting, .ready])
      await client.close()
      let answer4 = await changes.next()
      #expect(answer4 == .shutdown)
      let answer5 = await changes.next()
      #expect(answer5 == nil)
    }
  }

  @Test func anUnknownNameIsToldAsSuch() async throws {
    let certificates = try TestCertificates.shared.get()
    let client = try RPCClient(target: "no-such-host.invalid:1", tls: certificates.client())
    let error = await #expect(throws: RPCError.self) { _ = try await client.flaky("name") }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("the name no-such-host.invalid cannot be resolved") == true)
    guard case .nameNotResolved(host: "no-such-host.invalid", _)? = client.connectionFailure else {
      Issue.record("\(String(describing: client.connectionFailure))")
      return
    }
    await client.close()
  }

  @Test func aNameIsResolvedToItsAddresses() async throws {
    let certificates = try TestCertificates.shared.get()
    try await withServers(1) { _, ports in
      let client = try RPCClient(target: "dns:///localhost:\(ports[0])", tls: certificates.client())
      let answer6 = try await client.flaky("name")
      #expect(answer6 == "0")
      await client.close()
    }
  }

  // MARK: - Keepalive

  @Test func aServerThatFallsSilentIsGivenUp() async throws {
    let certificates = try TestCertificates.shared.get()
    try await withServers(1) { _, ports in
      let relay = try await Relay(to: ports[0])
      var settings = RPCClient.Configuration()
      settings.keepalive = .init(interval: .milliseconds(100), timeout: .milliseconds(300))
      let client = try RPCClient(
        target: "127.0.0.1:\(relay.port)", tls: certificates.client(), configuration: settings)
      let answer7 = try await client.flaky("name")
      #expect(answer7 == "0")
      relay.fallSilent()
      let error = await #expect(throws: RPCError.self) { _ = try await client.flaky("slow x") }
      #expect(error?.message.contains("has not answered a PING within 0.3 s") == true)
      await client.close()
      await relay.close()
    }
  }

  // MARK: - Interceptors and credentials

  private final class Recorder: ClientInterceptor {
    let ends = Mutex<[String]>([])
    func callStarts(_ method: MethodDescriptor, _ options: inout CallOptions) throws(RPCError) {
      if options.metadata["x-refuse"] != nil { throw RPCError(.permissionDenied, "refused here") }
      options.metadata.addReceived(name: "authorization", value: .text("from interceptor"))
    }
    func callEnds(
      _ method: MethodDescriptor, _ options: CallOptions, status: StatusCode, message: String, trailers: Metadata
    ) {
      ends.withLock { $0.append("\(method.method) \(status.name)") }
    }
  }

  @Test func interceptorsSeeEachEndAndMayChangeAndRefuseCalls() async throws {
    let recorder = Recorder()
    try await withFlaky(configure: { $0.interceptors = [recorder] }) { client, _ in
      let answer8 = try await client.flaky("token")
      #expect(answer8 == "from interceptor")
      await #expect(throws: RPCError.self) { _ = try await client.flaky("flaky g 1") }
      await #expect(throws: RPCError.self) {
        _ = try await client.flaky("slow g2", CallOptions(timeout: .milliseconds(50)))
      }
      var refused = CallOptions()
      try refused.metadata.add("1", for: "x-refuse")
      let error = await #expect(throws: RPCError.self) { _ = try await client.flaky("token", refused) }
      #expect(error?.code == .permissionDenied)
    }
    #expect(
      recorder.ends.withLock { $0 } == ["Say OK", "Say UNAVAILABLE", "Say DEADLINE_EXCEEDED", "Say PERMISSION_DENIED"])
  }

  private struct Token: CallCredentials {
    let text: String?
    func metadata(for method: MethodDescriptor, authority: String) async throws(RPCError) -> Metadata {
      guard let text else { throw RPCError(.unauthenticated, "no token is to be had") }
      var metadata = Metadata()
      metadata.addReceived(name: "authorization", value: .text("Bearer \(text)"))
      return metadata
    }
  }

  @Test func credentialsGoWithEachCallAndFailItWhenTheyCannotBeHad() async throws {
    try await withFlaky(configure: { $0.credentials = Token(text: "abc") }) { client, _ in
      let answer9 = try await client.flaky("token")
      #expect(answer9 == "Bearer abc")
    }
    try await withFlaky { client, _ in
      var options = CallOptions()
      options.credentials = Token(text: nil)
      let error = await #expect(throws: RPCError.self) { _ = try await client.flaky("token", options) }
      #expect(error?.code == .unauthenticated)
      #expect(error?.message == "no token is to be had")
    }
  }

  @Test func credentialsAreNotSentInPlaintext() async throws {
    var configuration = RPCClient.Configuration()
    configuration.credentials = Token(text: "abc")
    let client = try RPCClient(target: "127.0.0.1:1", security: .plaintext, configuration: configuration)
    let error = await #expect(throws: RPCError.self) { _ = try await client.flaky("token") }
    #expect(error?.code == .unauthenticated)
    await client.close()
  }

  @Test func aWriterMayBeKeptAndPassedOn() async throws {
    try await withEcho { client, _, _ in
      let call: BidirectionalCall<Text, Text> = try await client.bidirectional(
        EchoService.chat, options: CallOptions(encoding: .gzip))
      let writer = call.requests
      let sender = Task {
        for number in 0..<50 { try await writer.send(Text(value: "\(number)"), isCompressed: number % 2 == 0) }
        writer.finish()
      }
      var count = 0
      for try await response in call.responses {
        #expect(response.value == "re: \(count)")
        count += 1
      }
      #expect(count == 50)
      try await sender.value
    }
  }
}

/// Passes bytes between a client and a server until it is told to fall silent.
private final class Relay: Sendable {
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let listener: any Channel
  let port: Int

  init(to target: Int) async throws {
    let group = self.group
    let box = Box()
    listener = try await ServerBootstrap(group: group)
      .childChannelInitializer { near in
        ClientBootstrap(group: near.eventLoop)
          .connect(host: "127.0.0.1", port: target)
          .flatMapThrowing { far in
            try near.pipeline.syncOperations.addHandler(Pass(far, box))
            try far.pipeline.syncOperations.addHandler(Pass(near, box))
          }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = listener.localAddress?.port ?? 0
    self.box = box
  }

  final class Box: Sendable {
    let isSilent = Atomic(false)
  }
  private let box: Box

  func fallSilent() { box.isSilent.store(true, ordering: .relaxed) }

  func close() async {
    try? await listener.close()
    try? await group.shutdownGracefully()
  }

  private final class Pass: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    let other: any Channel
    let box: Box
    init(_ other: any Channel, _ box: Box) {
      self.other = other
      self.box = box
    }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      if !box.isSilent.load(ordering: .relaxed) { other.writeAndFlush(unwrapInboundIn(data), promise: nil) }
    }
    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
  }
}
