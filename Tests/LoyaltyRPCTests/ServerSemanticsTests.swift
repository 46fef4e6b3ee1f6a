// What a handler may say beside its messages, and what it is held to.

import NIOCore
import ProtobufRuntime
import Synchronization
import Testing

@testable import LoyaltyRPC

/// Answers with closures.
final class ClosureService: RPCService {
  typealias Text = ProtobufStringValue

  static var serviceName: String { "test.v1.Closure" }
  static var serviceFile: EmbeddedFile { HealthService.serviceFile }
  static let say = MethodDescriptor(service: serviceName, method: "Say", kind: .unary)
  static let list = MethodDescriptor(service: serviceName, method: "List", kind: .serverStreaming)

  let onSay: @Sendable (Text, ServerContext) async throws -> Text
  let onList: @Sendable (Text, ResponseWriter<Text>, ServerContext) async throws -> Void

  init(
    say: @escaping @Sendable (Text, ServerContext) async throws -> Text = { request, _ in request },
    list: @escaping @Sendable (Text, ResponseWriter<Text>, ServerContext) async throws -> Void = { _, _, _ in }
  ) {
    (onSay, onList) = (say, list)
  }

  var methods: [ServerMethod] { [.unary(Self.say, onSay), .serverStreaming(Self.list, onList)] }
}

/// A service without a socket, and a client for it.
private func with(
  _ service: ClosureService, change: (inout RPCServer.Configuration) -> Void = { _ in },
  _ body: (RPCClient, RPCServer) async throws -> Void
) async throws {
  var configuration = RPCServer.Configuration.inProcess
  configuration.loops = 1
  configuration.shutdownGraceSeconds = 5
  change(&configuration)
  let server = try RPCServer(configuration, services: [service])
  try await server.start()
  let client = RPCClient(inProcess: server)
  do {
    try await body(client, server)
  } catch {
    await client.close()
    await server.shutDown()
    throw error
  }
  await client.close()
  await server.shutDown()
}

/// Lets one side wait for the other.
private final class Signal: Sendable {
  private let stream = AsyncStream.makeStream(of: Void.self)
  func fire() { stream.continuation.yield() }
  func wait() async { for await _ in stream.stream { return } }
}

@Suite(.timeLimit(.minutes(1))) struct ServerSemanticsTests {
  typealias Text = ProtobufStringValue

  // MARK: - Initial metadata

  @Test func initialMetadataArrivesBeforeTheAnswerIsThere() async throws {
    let mayAnswer = Signal()
    let service = ClosureService(say: { request, context in
      var metadata = Metadata()
      try metadata.add("early", for: "x-when")
      context.sendInitialMetadata(metadata)
      await mayAnswer.wait()
      return request
    })
    try await with(service) { client, _ in
      let call = client.open(ClosureService.say)
      try await call.send(Text(value: "hello").serializedBytes())
      call.finishSending()
      while call.initialMetadata["x-when"] != "early" { try await Task.sleep(for: .milliseconds(2)) }
      mayAnswer.fire()
      var messages: [String] = []
      while let message = try await call.next() { messages.append(try Text(serializedBytes: message).value) }
      #expect(messages == ["hello"])
    }
  }

  @Test func aCallThatFailsAfterItsHeadersStillTellsWhy() async throws {
    let service = ClosureService(say: { _, context in
      context.sendInitialMetadata()
      await Task.yield()
      throw RPCError(.aborted, "after the headers")
    })
    try await with(service) { client, _ in
      await #expect(throws: RPCError(.aborted, "after the headers")) {
        let _: Text = try await client.unary(ClosureService.say, Text(value: ""))
      }
    }
  }

  @Test func aHeldReplyWhoseHeadersWentAheadWaitsForItsGate() async throws {
    let gate = ReplyGate()
    let isHeld = Signal()
    let service = ClosureService(say: { request, context in
      context.sendInitialMetadata()
      context.holdReply(until: 1, at: gate)
      isHeld.fire()
      return request
    })
    try await with(service) { client, _ in
      let answer = Task { () throws -> Text in try await client.unary(ClosureService.say, Text(value: "held")) }
      await isHeld.wait()
      gate.advance(to: 1)
      let value12 = try await answer.value.value
      #expect(value12 == "held")
    }
  }

  // MARK: - Compression

  /// Bytes that the server sent for a call whose answer is `messages`.
  private func sentBytes(
    _ service: ClosureService, expecting messages: [String], change: (inout RPCServer.Configuration) -> Void = { _ in }
  ) async throws -> Int {
    var server: RPCServer?
    try await with(service, change: change) { client, running in
      server = running
      let stream: ResponseStream<Text> = try await client.serverStreaming(ClosureService.list, Text(value: ""))
      var received: [String] = []
      for try await message in stream { received.append(message.value) }
      #expect(received == messages)
    }
    return server?.figures.bytesSent ?? 0
  }

  private static let long = String(repeating: "x", count: 100_000)

  @Test func repliesAreCompressedWhereTheHandlerSaysSo() async throws {
    let long = Self.long
    let plain = try await sentBytes(
      ClosureService(list: { _, responses, _ in try await responses.send(Text(value: long)) }), expecting: [long])
    #expect(plain > 100_000)
    for encoding in [MessageEncoding.gzip, .deflate] {
      let service = ClosureService(list: { _, responses, context in
        #expect(context.compressReplies(encoding))
        try await responses.send(Text(value: long))
      })
      let value13 = try await sentBytes(service, expecting: [long])
      #expect(value13 < 5_000)
    }
  }

  @Test func eachMessageOfAStreamIsCompressedOrNot() async throws {
    let long = Self.long
    let service = ClosureService(list: { _, responses, context in
      context.compressReplies(.gzip)
      try await responses.send(Text(value: long), compressed: true)
      try await responses.send(Text(value: long), compressed: false)
      try await responses.send(Text(value: "short"))
    })
    let sent = try await sentBytes(service, expecting: [long, long, "short"])
    #expect(sent > 100_000 && sent < 110_000)
  }

  @Test func aServerCompressesLongRepliesIfItIsSetUpTo() async throws {
    let long = Self.long
    let service = ClosureService(list: { _, responses, _ in try await responses.send(Text(value: long)) })
    let value14 = try await sentBytes(service, expecting: [long]) { $0.replyEncoding = .gzip }
    #expect(value14 < 5_000)
    let unary = ClosureService(say: { _, _ in Text(value: long) })
    var server: RPCServer?
    try await with(unary, change: { $0.replyEncoding = .gzip }) { client, running in
      server = running
      let answer: Text = try await client.unary(ClosureService.say, Text(value: ""))
      #expect(answer.value == long)
    }
    #expect((server?.figures.bytesSent ?? .max) < 5_000)
  }

  @Test func theEncodingCannotChangeOnceAMessageIsCompressed() async throws {
    let service = ClosureService(list: { _, responses, context in
      #expect(context.compressReplies(.gzip))
      try await responses.send(Text(value: "a"), compressed: true)
      #expect(!context.compressReplies(.deflate))
      try await responses.send(Text(value: "b"), compressed: true)
    })
    _ = try await sentBytes(service, expecting: ["a", "b"])
  }

  // MARK: - Deadlines

  @Test func callsMadeInsideAHandlerInheritItsDeadline() async throws {
    let inner = ClosureService(say: { _, context in
      Text(value: context.timeRemaining.map { $0 <= .seconds(60) ? "inherited" : "own" } ?? "none")
    })
    try await with(inner) { innerClient, _ in
      let outer = ClosureService(say: { request, _ in
        await Task.yield()
        let timeout: Duration? = request.value == "longer" ? .seconds(3_600) : nil
        return try await innerClient.unary(ClosureService.say, request, options: CallOptions(timeout: timeout))
      })
      try await with(outer) { client, _ in
        func ask(_ text: String, _ timeout: Duration?) async throws -> String {
          let answer: Text = try await client.unary(
            ClosureService.say, Text(value: text), options: CallOptions(timeout: timeout))
          return answer.value
        }
        let value15 = try await ask("", .seconds(60))
        #expect(value15 == "inherited")
        let value16 = try await ask("longer", .seconds(60))
        #expect(value16 == "inherited")
        let value17 = try await ask("", nil)
        #expect(value17 == "none")
        let value18 = try await ask("longer", nil)
        #expect(value18 == "own")
      }
    }
  }

  @Test func cancellationReachesCallsMadeInsideAHandler() async throws {
    let (reached, cancelled) = (Signal(), Signal())
    let inner = ClosureService(say: { request, _ in
      reached.fire()
      do { try await Task.sleep(for: .seconds(600)) } catch { cancelled.fire() }
      return request
    })
    try await with(inner) { innerClient, _ in
      let outer = ClosureService(say: { request, _ in try await innerClient.unary(ClosureService.say, request) })
      try await with(outer) { client, _ in
        let call = Task { () throws -> Text in try await client.unary(ClosureService.say, Text(value: "")) }
        await reached.wait()
        call.cancel()
        await cancelled.wait()
        await #expect(throws: RPCError.self) { _ = try await call.value }
      }
    }
  }

  // MARK: - Budget

  @Test func aServerHoldsNoMoreThanItsBudget() async throws {
    let gate = ReplyGate()
    let held = AsyncStream.makeStream(of: Void.self)
    let service = ClosureService(say: { request, context in
      context.holdReply(until: 1, at: gate)
      held.continuation.yield()
      return request
    })
    try await with(service, change: { $0.maxHeldBytes = 1 << 20 }) { client, server in
      let text = Text(value: String(repeating: "x", count: 400_000))
      let calls = (0..<2).map { _ in
        Task { () throws -> Text in try await client.unary(ClosureService.say, text) }
      }
      var started = held.stream.makeAsyncIterator()
      for _ in calls { await started.next() }
      #expect(server.figures.bytesHeld > 500_000)
      // A third would go beyond: 64 KiB of the connection's own, and a mebibyte for all.
      let error = await #expect(throws: RPCError.self) {
        let _: Text = try await client.unary(ClosureService.say, text)
      }
      #expect(error?.code == .resourceExhausted)
      #expect(error?.message.contains("the server holds 1048576 bytes") == true)
      gate.advance(to: 1)
      for call in calls { #expect(try await call.value == text) }
      while server.figures.bytesHeld > 0 { try await Task.sleep(for: .milliseconds(5)) }
    }
  }

  // MARK: - Keepalive and age

  @Test func aConnectionThatIsOldGoesInGoodOrderAndTheNextOneServes() async throws {
    let isRunning = Signal()
    let mayEnd = Signal()
    let service = ClosureService(say: { request, _ in
      if request.value == "long" {
        isRunning.fire()
        await mayEnd.wait()
      }
      return request
    })
    try await with(service, change: { $0.connections.maxAgeSeconds = 1 }) { client, server in
      let call = Task { () throws -> Text in try await client.unary(ClosureService.say, Text(value: "long")) }
      await isRunning.wait()
      // The old connection drains, so a new call opens another.
      while server.figures.connectionsAccepted < 2 {
        let _: Text = try await client.unary(ClosureService.say, Text(value: "short"))
        try await Task.sleep(for: .milliseconds(20))
      }
      mayEnd.fire()
      let value19 = try await call.value.value
      #expect(value19 == "long")
    }
  }

  @Test func aCallThatOutlastsTheGraceOfAnOldConnectionIsCutOff() async throws {
    let service = ClosureService(say: { request, _ in
      try await Task.sleep(for: .seconds(600))
      return request
    })
    let change: (inout RPCServer.Configuration) -> Void = {
      $0.connections.maxAgeSeconds = 1
      $0.connections.ageGraceSeconds = 1
    }
    try await with(service, change: change) { client, _ in
      let error = await #expect(throws: RPCError.self) {
        let _: Text = try await client.unary(ClosureService.say, Text(value: ""))
      }
      #expect(error?.code == .unavailable)
    }
  }

  // MARK: - What is known of a call

  @Test func eachCallHasAnIdAndALoggerThatCarriesIt() async throws {
    let seen = Mutex<[String]>([])
    let service = ClosureService(say: { request, context in
      let logger = context.logger
      seen.withLock { $0.append("\(logger[metadataKey: "call"] ?? "none")") }
      #expect(logger[metadataKey: "call"] == "\(context.id)")
      #expect(logger[metadataKey: "method"] == "/test.v1.Closure/Say")
      return request
    })
    try await with(service) { client, _ in
      for _ in 0..<3 { let _: Text = try await client.unary(ClosureService.say, Text(value: "")) }
    }
    #expect(seen.withLock { Set($0).count } == 3)
  }

  @Test func figuresCountCallsHoweverTheyEnd() async throws {
    var server: RPCServer?
    let service = ClosureService(say: { request, _ in
      if request.value == "fail" { throw RPCError(.aborted, "as asked") }
      return request
    })
    try await with(service) { client, running in
      server = running
      for _ in 0..<3 { let _: Text = try await client.unary(ClosureService.say, Text(value: "")) }
      await #expect(throws: RPCError.self) {
        let _: Text = try await client.unary(ClosureService.say, Text(value: "fail"))
      }
    }
    let figures = try #require(server?.figures)
    #expect(figures.connectionsAccepted == 1 && figures.connectionsOpen == 0)
    #expect((figures.callsStarted, figures.callsSucceeded, figures.callsFailed) == (4, 3, 1))
    #expect(figures.bytesReceived > 0 && figures.bytesSent > 0)
  }
}
