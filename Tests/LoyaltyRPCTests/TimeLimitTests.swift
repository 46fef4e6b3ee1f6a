// Peers that keep the server waiting, with limits of a second: how each ends, and that others are served meanwhile. The
// peers are openssl's client and a bare socket, since this project's own client does none of this.

import Foundation
import ProtobufRuntime
import Synchronization
import Testing

@testable import LoyaltyRPC

/// Frames by hand.
private enum Bytes {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags, 0, 0, 0, stream] + payload
  }

  static func settings(_ payload: [UInt8] = []) -> [UInt8] { frame(4, 0, 0, payload) }

  /// The headers of a call: static fields, and literals without Huffman code (RFC 7541 §6.2.2).
  static func headers(_ path: String, _ flags: UInt8 = 4) -> [UInt8] {
    let type = "application/grpc"
    return frame(
      1, flags, 1,
      [0x83, 0x87, 0x04, UInt8(path.utf8.count)] + path.utf8 + [0x01, 0x01, 0x61, 0x0f, 0x10, UInt8(type.utf8.count)]
        + type.utf8)
  }

  /// The text as a message behind its prefix.
  static func message(_ text: String) -> [UInt8] {
    [0, 0, 0, 0, UInt8(text.utf8.count + 2), 0x0a, UInt8(text.utf8.count)] + text.utf8
  }
}

/// Keeps what is told of refused calls.
private final class RefusalRecorder: ServerInterceptor {
  private let all = Mutex<[String]>([])
  var refusals: [String] { all.withLock { $0 } }

  func callRefused(path: String, peer: Peer, status: StatusCode, message: String) {
    all.withLock { $0.append("\(path) \(status.rawValue)") }
  }
}

@Suite(.timeLimit(.minutes(1))) struct TimeLimitTests {
  /// Sends bytes over TLS, then nothing, and gives what the server says until it closes, in hexadecimal.
  private func overTLS(_ bytes: [UInt8], _ server: RPCServer) async throws -> String {
    let (port, text) = (server.boundPort ?? 0, forShell(bytes))
    // The pipe is open at both ends until the server closes; `timeout` is for the case that it never does.
    return try await runAside(
      """
      folder=$(mktemp -d); mkfifo $folder/pipe; exec 9<>$folder/pipe; printf '\(text)' >&9
      timeout 30 openssl s_client -quiet -alpn h2 -connect 127.0.0.1:\(port) <$folder/pipe 2>/dev/null |
        od -An -v -tx1 | tr -d ' \\n'
      rm -r $folder
      """)
  }

  /// For `printf`.
  private func forShell(_ bytes: [UInt8]) -> String {
    bytes.map { "\\x" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  private func limits(_ change: (inout CallLimits) -> Void) -> CallLimits {
    var limits = CallLimits.defaults
    change(&limits)
    return limits
  }

  private func closes(_ server: RPCServer, to count: Int = 0) async throws {
    while server.connectionCount > count { try await Task.sleep(for: .milliseconds(5)) }
  }

  @Test func aHandshakeThatIsNotFinishedIsCutOff() async throws {
    try await withEcho(limits: limits { $0.handshakeSeconds = 1 }) { client, _, server in
      let port = server.boundPort ?? 0
      let silent = Task {
        try await runAside(
          "exec 3<>/dev/tcp/127.0.0.1/\(port); printf '\\x16\\x03' >&3; timeout 30 cat <&3 >/dev/null && echo closed")
      }
      let answer = try await client.say("meanwhile")
      #expect(answer == "meanwhile")
      let end = try await silent.value
      #expect(end == "closed")
    }
  }

  @Test func aPrefaceThatDoesNotComeIsNotWaitedForForEver() async throws {
    try await withEcho(limits: limits { $0.handshakeSeconds = 1 }) { client, _, server in
      _ = try await overTLS(Array(Bytes.preface.prefix(10)), server)
      try await closes(server)
      let answer = try await client.say("after")
      #expect(answer == "after")
    }
  }

  @Test func headersThatDoNotEndEndTheConnection() async throws {
    try await withEcho(limits: limits { $0.requestSeconds = 1 }) { _, _, server in
      _ = try await overTLS(Bytes.preface + Bytes.settings() + Bytes.headers("/test.v1.Echo/Say", 0), server)
      try await closes(server)
    }
  }

  @Test func aRequestThatDoesNotEndIsAnsweredAndReported() async throws {
    let recorder = RefusalRecorder()
    let limits = limits { ($0.requestSeconds, $0.idleSeconds) = (1, 1) }
    try await withEcho(limits: limits, interceptors: [recorder]) { _, _, server in
      let sent =
        Bytes.preface + Bytes.settings() + Bytes.headers("/test.v1.Echo/Say")
        + Bytes.frame(0, 0, 1, [0, 0, 0, 0, 9, 0x0a])
      _ = try await overTLS(sent, server)
      #expect(recorder.refusals == ["/test.v1.Echo/Say 4"])
    }
  }

  @Test func aReplyThatNobodyTakesIsDropped() async throws {
    let limits = limits { ($0.stallSeconds, $0.idleSeconds) = (1, 1) }
    try await withEcho(limits: limits) { _, _, server in
      let noWindow = Bytes.settings([0, 4, 0, 0, 0, 0])
      let sent =
        Bytes.preface + noWindow + Bytes.headers("/test.v1.Echo/Say") + Bytes.frame(0, 1, 1, Bytes.message("big 90000"))
      let said = try await overTLS(sent, server)
      // RST_STREAM of stream 1 with CANCEL.
      #expect(said.contains("00000403000000000100000008"))
      try await closes(server)
    }
  }

  @Test func aSocketThatTakesNothingIsClosed() async throws {
    let limits = limits { $0.stallSeconds = 1 }
    try await withEcho(limits: limits) { _, _, server in
      let wide = Bytes.settings([0, 4, 0x7f, 0xff, 0xff, 0xff]) + Bytes.frame(8, 0, 0, [0x7f, 0, 0, 0])
      let sent =
        Bytes.preface + wide + Bytes.headers("/test.v1.Echo/Say") + Bytes.frame(0, 1, 1, Bytes.message("big 60000000"))
      let (port, text) = (server.boundPort ?? 0, forShell(sent))
      let folder = try run("mktemp -d")
      // Nobody reads what openssl writes, so it soon reads no more; it is not the one that leaves.
      let deaf = Task {
        try await runAside(
          """
          mkfifo \(folder)/pipe; exec 9<>\(folder)/pipe; printf '\(text)' >&9
          timeout 40 openssl s_client -quiet -alpn h2 -connect 127.0.0.1:\(port) <\(folder)/pipe 2>/dev/null |
            while [ ! -e \(folder)/done ]; do sleep 0.05; done
          """)
      }
      while server.connectionCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
      try await closes(server)
      _ = try run("touch \(folder)/done")
      _ = try await deaf.value
      _ = try run("rm -r \(folder)")
    }
  }

  @Test func repliesBeyondTheQueueAreRefused() async throws {
    try await withEcho(limits: limits { $0.maxQueuedReplyBytes = 100_000 }) { client, echo, _ in
      var started = echo.started.stream.makeAsyncIterator()
      // Held replies count, too.
      let held = (0..<3).map { _ in Task { try await client.say("hold 1") } }
      for _ in held { _ = await started.next() }
      let large = try await client.say("big 99900")
      #expect(large.count == 99_900)
      await #expect(throws: RPCError.self) { _ = try await client.say("big 100001") }
      echo.gate.advance(to: 1)
      for task in held { _ = try await task.value }
      let alone = try await client.say("big 200000")
      #expect(alone.count == 200_000)
    }
  }

  @Test func aConnectionWithoutCallsIsClosedInGoodOrder() async throws {
    try await withEcho(limits: limits { $0.idleSeconds = 1 }) { client, _, server in
      _ = try await client.say("first")
      try await closes(server)
      let again = try await client.say("again")
      #expect(again == "again")
    }
  }

  @Test func aCallThatTakesLongIsNoIdleness() async throws {
    try await withEcho(limits: limits { ($0.idleSeconds, $0.requestSeconds, $0.stallSeconds) = (1, 1, 1) }) {
      client, echo, server in
      var started = echo.started.stream.makeAsyncIterator()
      let held = Task { try await client.say("hold 1") }
      _ = await started.next()
      try await Task.sleep(for: .seconds(4))
      #expect(server.connectionCount == 1)
      echo.gate.advance(to: 1)
      let answer = try await held.value
      #expect(answer == "hold 1")
    }
  }

  @Test func oneConnectionMoreThanTheLimitIsClosed() async throws {
    let certificates = try TestCertificates.shared.get()
    var configuration = RPCServer.Configuration(tls: certificates.server())
    (configuration.port, configuration.loops, configuration.maxConnections) = (0, 1, 1)
    let server = try RPCServer(configuration, services: [EchoService()])
    try await server.start()
    let target = "127.0.0.1:\(server.boundPort ?? 0)"
    let (one, other) = (
      try RPCClient(target: target, tls: certificates.client()),
      try RPCClient(target: target, tls: certificates.client())
    )
    _ = try await one.say("first")
    await #expect(throws: RPCError.self) { _ = try await other.say("one too many") }
    #expect(server.connectionCount == 1)
    // First the one that tries again by itself: it would take the place.
    await other.close()
    await one.close()
    try await closes(server)
    let late = try RPCClient(target: target, tls: certificates.client())
    let answer = try await late.say("room again")
    #expect(answer == "room again")
    await late.close()
    await server.shutDown()
  }

  @Test func aCallWithoutAContextIsReported() async throws {
    let recorder = RefusalRecorder()
    try await withEcho(clientCertificate: true, interceptors: [recorder]) { client, _, _ in
      await #expect(throws: RPCError.self) { _ = try await client.say("hello") }
      await #expect(throws: RPCError.self) {
        let _: ProtobufStringValue = try await client.unary(
          EchoService.method("Nothing", .unary), ProtobufStringValue(), options: .defaults)
      }
    }
    #expect(recorder.refusals == ["/test.v1.Echo/Say 16", "/test.v1.Echo/Nothing 12"])
  }

  @Test func aPeerThatIsSilentIsAskedAndClosedIfItDoesNotAnswer() async throws {
    let change: (inout RPCServer.Configuration) -> Void = {
      $0.connections.keepaliveSeconds = 1
      $0.connections.keepaliveTimeoutSeconds = 1
    }
    try await withEcho(change: change) { _, _, server in
      let said = try await overTLS(Bytes.preface + Bytes.settings(), server)
      #expect(said.contains("0000080600000000000000000000000000"), "no PING in \(said)")
      try await closes(server)
    }
  }

  @Test func aClientThatAnswersIsNotClosedForItsSilence() async throws {
    let change: (inout RPCServer.Configuration) -> Void = {
      $0.connections.keepaliveSeconds = 1
      $0.connections.keepaliveTimeoutSeconds = 1
    }
    try await withEcho(change: change) { client, _, server in
      _ = try await client.say("hello")
      try await Task.sleep(for: .seconds(4))
      _ = try await client.say("hello")
      #expect(server.figures.connectionsAccepted == 1)
    }
  }

  @Test func aPeerThatAsksTooOftenIsSentAwayWithTheReason() async throws {
    try await withEcho { client, _, server in
      let ping = Bytes.frame(6, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8])
      let said = try await overTLS(Bytes.preface + Bytes.settings() + ping + ping + ping + ping, server)
      let text = "too_many_pings".utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
      #expect(said.contains("0000000b" + text), "no GOAWAY ENHANCE_YOUR_CALM in \(said)")
      try await closes(server)
      _ = try await client.say("hello")
    }
  }
}
