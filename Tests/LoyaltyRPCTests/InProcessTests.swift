// A server and clients of the same process, and plaintext where it is allowed.

import NIOCore
import ProtobufRuntime
import Testing

@testable import LoyaltyRPC

/// An echo service without a socket, and a client for it.
func withEchoInProcess(
  identity: PeerCertificate? = nil, change: (inout RPCServer.Configuration) -> Void = { _ in },
  _ body: (RPCClient, EchoService, RPCServer) async throws -> Void
) async throws {
  var configuration = RPCServer.Configuration.inProcess
  configuration.loops = 1
  configuration.shutdownGraceSeconds = 5
  change(&configuration)
  let echo = EchoService()
  let server = try RPCServer(configuration, services: [echo])
  try await server.start()
  let client = RPCClient(inProcess: server, identity: identity)
  do {
    try await body(client, echo, server)
  } catch {
    await client.close()
    await server.shutDown()
    throw error
  }
  await client.close()
  await server.shutDown()
}

@Suite(.timeLimit(.minutes(1))) struct InProcessTests {
  @Test func allFourKindsOfCallsWorkWithoutASocket() async throws {
    try await withEchoInProcess { client, _, server in
      #expect(server.boundPort == nil)
      let value1 = try await client.say("hello")
      #expect(value1 == "hello")
      var count = 0
      let counted: ResponseStream<ProtobufStringValue> = try await client.serverStreaming(
        EchoService.count, ProtobufStringValue(value: "10"))
      for try await _ in counted { count += 1 }
      #expect(count == 10)
      let join: ClientStreamingCall<ProtobufStringValue, ProtobufStringValue> = try await client.clientStreaming(
        EchoService.join)
      for word in ["a", "b", "c"] { try await join.send(ProtobufStringValue(value: word)) }
      let value2 = try await join.finish().value
      #expect(value2 == "abc")
      let chat: BidirectionalCall<ProtobufStringValue, ProtobufStringValue> = try await client.bidirectional(
        EchoService.chat)
      try await chat.send(ProtobufStringValue(value: "one"))
      var answers = chat.responses.makeAsyncIterator()
      let value3 = try await answers.next()?.value
      #expect(value3 == "re: one")
      chat.finishSending()
      let value4 = try await answers.next()
      #expect(value4 == nil)
    }
  }

  @Test func aMessageFarLongerThanAllWindowsGetsThrough() async throws {
    try await withEchoInProcess { client, _, _ in
      let text = String(repeating: "x", count: 3 << 20)
      let value5 = try await client.say(text)
      #expect(value5 == text)
    }
  }

  @Test func theServerTakesTheClientForWhomItIsSaidToBe() async throws {
    try await withEchoInProcess(identity: PeerCertificate(commonName: "aurora-air")) { client, _, _ in
      let value6 = try await client.say("who")
      #expect(value6 == "aurora-air")
    }
    try await withEchoInProcess { client, _, _ in
      let value7 = try await client.say("who")
      #expect(value7 == "nobody")
    }
  }

  @Test func callsUnderWayFinishWhenTheServerShutsDown() async throws {
    try await withEchoInProcess { client, echo, server in
      var started = echo.started.stream.makeAsyncIterator()
      let held = Task { try await client.say("hold 1") }
      _ = await started.next()
      let stopped = Task { await server.shutDown() }
      while !server.isShuttingDown { await Task.yield() }
      echo.gate.advance(to: 1)
      let value8 = try await held.value
      #expect(value8 == "hold 1")
      await stopped.value
      await #expect(throws: RPCError.self) { _ = try await client.say("too late") }
    }
  }

  @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "example.com"])
  func plaintextBeyondThisMachineIsRefusedWithAReason(_ host: String) throws {
    var configuration = RPCServer.Configuration(security: .plaintext)
    configuration.host = host
    #expect(throws: RPCServerError.plaintextBeyondThisMachine(host: host)) {
      _ = try RPCServer(configuration, services: [EchoService()])
    }
    #expect("\(RPCServerError.plaintextBeyondThisMachine(host: host))".contains("use TLS there"))
  }

  @Test func plaintextOnLoopbackWorksWhereBothSidesAskForIt() async throws {
    var configuration = RPCServer.Configuration(security: .plaintext)
    configuration.port = 0
    configuration.loops = 1
    let server = try RPCServer(configuration, services: [EchoService()])
    try await server.start()
    let client = try RPCClient(target: "127.0.0.1:\(server.boundPort ?? 0)", security: .plaintext)
    let value9 = try await client.say("hello")
    #expect(value9 == "hello")
    await client.close()
    await server.shutDown()
  }

  @Test(arguments: [
    ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("localhost", true), ("::ffff:127.0.0.1", true),
    ("10.0.0.1", false), ("::2", false), ("localhost.example.com", false), ("128.0.0.1", false),
  ])
  func loopbackIsToldFromOtherAddresses(_ host: String, _ expected: Bool) {
    #expect(Loopback.isLoopback(host) == expected)
  }

  @Test func aSocketLeftBehindIsReplacedAndOneInUseIsNot() async throws {
    let path = "/tmp/loyalty-rpc-\(UInt32.random(in: 0 ... .max)).sock"
    var configuration = RPCServer.Configuration(security: .plaintext)
    configuration.unixSocket = path
    configuration.loops = 1
    _ = try run("python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"\(path)\")'")
    let server = try RPCServer(configuration, services: [EchoService()])
    try await server.start()
    #expect(server.boundAddress == "unix:\(path)")
    let value10 = try run("stat -c %a \(path)")
    #expect(value10 == "600")
    let second = try RPCServer(configuration, services: [EchoService()])
    await #expect(throws: RPCServerError.socketInUse(path: path)) { try await second.start() }
    await server.shutDown()
    let value11 = try run("test -e \(path) && echo there || echo gone")
    #expect(value11 == "gone")
  }
}
