// Stopping without losing a call.

import ProtobufRuntime
import Testing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(1))) struct ShutdownTests {
  @Test func callsUnderWayFinishAndNewOnesGoElsewhere() async throws {
    try await withEcho { client, echo, server in
      var started = echo.started.stream.makeAsyncIterator()
      let held = Task { try await client.say("hold 1") }
      _ = await started.next()
      let stopped = Task { await server.shutDown() }
      while !server.isShuttingDown { await Task.yield() }
      echo.gate.advance(to: 1)
      let answer = try await held.value
      #expect(answer == "hold 1")
      await stopped.value
      #expect(server.connectionCount == 0)
      await #expect(throws: RPCError.self) { _ = try await client.say("too late") }
    }
  }

  @Test func aCallThatTakesTooLongIsCutOff() async throws {
    let certificates = try TestCertificates.shared.get()
    var configuration = RPCServer.Configuration(tls: certificates.server())
    configuration.port = 0
    configuration.loops = 1
    configuration.shutdownGraceSeconds = 0
    let echo = EchoService()
    let server = try RPCServer(configuration, services: [echo])
    try await server.start()
    let client = try RPCClient(target: "127.0.0.1:\(server.boundPort ?? 0)", tls: certificates.client())
    let task = Task { try await client.say("wait") }
    var started = echo.started.stream.makeAsyncIterator()
    _ = await started.next()
    await server.shutDown()
    await #expect(throws: RPCError.self) { _ = try await task.value }
    await client.close()
  }
}
