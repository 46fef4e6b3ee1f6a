// What one side has in memory for another that does not keep up.

import ProtobufRuntime
import Synchronization
import Testing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(1))) struct BackPressureTests {
  typealias Text = ProtobufStringValue

  /// The handler's own count, whatever the reader does beside it.
  @Test func aReaderThatStopsStopsTheWriterWithinItsWindowAndTheQueue() async throws {
    let (service, ends) = (PacedService(), Ends())
    try await withInProcessServer(service, server: [ends]) { client in
      let stream: ResponseStream<Text> = try await client.serverStreaming(PacedService.pour, Text())
      var texts = stream.makeAsyncIterator()
      _ = try await texts.next()
      // Each of these gives the writer time for hundreds of messages.
      for _ in 0..<300 { let _: Text = try await client.unary(PacedService.say, Text()) }
      let limits = CallLimits.defaults
      // The client may have given back what it took in, a quarter of the window at most.
      let most: Int = limits.streamWindowBytes + limits.streamWindowBytes / 4 + limits.sendBufferBytes
      let poured: Int = service.poured.load(ordering: .relaxed)
      #expect(poured <= most / PacedService.size + 2)
      stream.cancel()
      await ends.statuses.next { $0 == .cancelled }
    }
  }

  @Test func severalWritersOfOneStreamStopTogether() async throws {
    let messages = OutgoingMessages(capacity: 1_000)
    let owner = NobodysStream()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<10 {
        group.addTask { for _ in 0..<100 { try await messages.send(Array(repeating: 0, count: 500), owner: owner) } }
      }
      var room = [UInt8](repeating: 0, count: 700)
      var total = 0
      while total < 10 * 100 * 500 {
        // Each writer is ahead by one message at most.
        #expect(messages.queuedBytes <= 1_000 + 10 * 500)
        let taken = room.withUnsafeMutableBytes { bytes in
          bytes.baseAddress.map { messages.take(into: $0, capacity: bytes.count) }
        }
        if case .bytes(let count) = taken { total += count } else { await Task.yield() }
      }
      try await group.waitForAll()
    }
    #expect(messages.queuedBytes == 0)
  }

  @Test func manyTinyMessagesThatNobodyReadsCountForTheMemoryThatTheyTake() async throws {
    let service = PacedService()
    var configuration = RPCServer.Configuration.inProcess
    configuration.loops = 1
    configuration.limits.maxBufferedBytes = 256 << 10
    let server = try RPCServer(configuration, services: [service])
    try await server.start()
    let client = RPCClient(inProcess: server)
    var options = CallOptions()
    options.encoding = .gzip
    let call: ClientStreamingCall<Text, Text> = try await client.clientStreaming(PacedService.ignore, options: options)
    // Some 40 bytes each on the wire: all of them fit into the stream's window. Every second one is compressed, so that each has
    // memory of its own.
    let text = Text(value: String(repeating: "a", count: 40))
    let error = await #expect(throws: RPCError.self) {
      for number in 0..<4_000 { try await call.requests.send(text, isCompressed: number % 2 == 0) }
      _ = try await call.finish()
    }
    #expect(error?.code == .resourceExhausted)
    await client.close()
    await server.shutDown()
  }

  @Test func tinyMessagesThatAreReadMakeRoomForMore() async throws {
    let service = PacedService()
    var configuration = RPCServer.Configuration.inProcess
    configuration.loops = 1
    configuration.limits.maxBufferedBytes = 64 << 10
    let server = try RPCServer(configuration, services: [service])
    try await server.start()
    let client = RPCClient(inProcess: server)
    let call: BidirectionalCall<Text, Text> = try await client.bidirectional(PacedService.answerEach)
    var answers = call.responses.makeAsyncIterator()
    for _ in 0..<100 {
      for _ in 0..<100 { try await call.send(Text()) }
      for _ in 0..<100 {
        let answer = try await answers.next()
        #expect(answer != nil)
      }
    }
    call.finishSending()
    let end = try await answers.next()
    #expect(end == nil)
    await client.close()
    await server.shutDown()
  }

  @Test func metadataCountsUntilItsCallIsOver() async throws {
    let service = PacedService()
    var configuration = RPCServer.Configuration.inProcess
    configuration.loops = 1
    configuration.maxHeldBytes = 256 << 10
    let server = try RPCServer(configuration, services: [service])
    try await server.start()
    let client = RPCClient(inProcess: server)
    var metadata = Metadata()
    try metadata.add(String(repeating: "m", count: 10_000), for: "x-long")
    let options = CallOptions(metadata: metadata)
    var calls: [BidirectionalCall<Text, Text>] = []
    var refusals = 0
    for _ in 0..<60 {
      let call: BidirectionalCall<Text, Text> = try await client.bidirectional(
        PacedService.answerEach, options: options)
      var answers = call.responses.makeAsyncIterator()
      do {
        try await call.send(Text())
        _ = try await answers.next()
        calls.append(call)
      } catch let error as RPCError {
        #expect(error.code == .resourceExhausted)
        refusals += 1
      }
    }
    // 64 KiB of the connection's own and 256 for all.
    #expect((20...33).contains(calls.count))
    #expect(refusals == 60 - calls.count)
    for call in calls {
      call.finishSending()
      var answers = call.responses.makeAsyncIterator()
      while try await answers.next() != nil {}
    }
    calls = []
    while server.figures.bytesHeld > 0 { try await Task.sleep(for: .milliseconds(2)) }
    let served: Text = try await client.unary(PacedService.say, Text(value: "again"), options: options)
    #expect(served.value == "again")
    await client.close()
    await server.shutDown()
  }

  /// A client that gives up and calls again would otherwise have any number of replies wait at a gate that does not move.
  @Test func aReplyAtAGateTakesAPlaceUntilTheGateOpensWhateverBecameOfItsCall() async throws {
    let service = PacedService()
    var configuration = RPCServer.Configuration.inProcess
    configuration.loops = 1
    configuration.limits.maxConcurrentStreams = 2
    let server = try RPCServer(configuration, services: [service])
    try await server.start()
    let client = RPCClient(inProcess: server)
    for _ in 0..<2 {
      let late = await #expect(throws: RPCError.self) {
        let _: Text = try await client.unary(
          PacedService.hold, Text(), options: CallOptions(timeout: .milliseconds(50)))
      }
      #expect(late?.code == .deadlineExceeded)
    }
    let refused = await #expect(throws: RPCError.self) {
      let _: Text = try await client.unary(PacedService.say, Text())
    }
    #expect(refused?.code == .unavailable)
    service.gate.advance(to: 1)
    // The loop hears of it soon after.
    var answer: Text?
    while answer == nil { answer = try? await client.unary(PacedService.say, Text(value: "again")) }
    #expect(answer?.value == "again")
    await client.close()
    await server.shutDown()
    #expect(server.connectionCount == 0)
  }

  @Test func aConnectionThatIsGoneIsCountedUntilTheGateLetsItsRepliesGo() async throws {
    let (service, ends) = (PacedService(), Ends())
    var configuration = RPCServer.Configuration.inProcess
    configuration.loops = 1
    configuration.interceptors = [ends]
    let server = try RPCServer(configuration, services: [service])
    try await server.start()
    let client = RPCClient(inProcess: server)
    let held = Task { let _: Text = try await client.unary(PacedService.hold, Text()) }
    await service.started.next { true }
    server.closeConnections(where: { _ in true }, reason: "left")
    _ = await held.result
    await ends.statuses.next { $0 == .cancelled }
    #expect(server.connectionCount == 1)
    service.gate.advance(to: 1)
    while server.connectionCount > 0 { try await Task.sleep(for: .milliseconds(2)) }
    await client.close()
    await server.shutDown()
  }
}

/// Lets one side wait for what the other gives.
private final class Waitable<Value: Sendable>: Sendable {
  private let stream = AsyncStream.makeStream(of: Value.self)
  func give(_ value: Value) { stream.continuation.yield(value) }
  /// Waits for a value of a kind.
  func next(_ isMeant: @Sendable (Value) -> Bool) async {
    for await value in stream.stream where isMeant(value) { return }
  }
}

private final class Ends: ServerInterceptor {
  let statuses = Waitable<StatusCode>()
  func callEnds(_ call: ServerContext, status: StatusCode, message: String) { statuses.give(status) }
}

private final class NobodysStream: StreamOwner {
  func messagesQueued() {}
  func messagesTaken(window: Int, size: Int) {}
}

/// Methods that are ahead of their client, or behind it.
private final class PacedService: RPCService {
  typealias Text = ProtobufStringValue
  static var serviceName: String { "test.v1.Paced" }
  static var serviceFile: EmbeddedFile { HealthService.serviceFile }
  static let say = MethodDescriptor(service: serviceName, method: "Say", kind: .unary)
  static let hold = MethodDescriptor(service: serviceName, method: "Hold", kind: .unary)
  static let pour = MethodDescriptor(service: serviceName, method: "Pour", kind: .serverStreaming)
  static let ignore = MethodDescriptor(service: serviceName, method: "Ignore", kind: .clientStreaming)
  static let answerEach = MethodDescriptor(service: serviceName, method: "AnswerEach", kind: .bidirectional)

  /// Bytes of each message that is poured, on the wire.
  static let size = 1_024

  let gate = ReplyGate()
  let poured = Atomic<Int>(0)
  let started = Waitable<Void>()

  var methods: [ServerMethod] {
    [
      .unary(Self.say, say), .unary(Self.hold, hold), .serverStreaming(Self.pour, pour),
      .clientStreaming(Self.ignore, ignore), .bidirectional(Self.answerEach, answerEach),
    ]
  }

  private func say(_ request: Text, _ context: ServerContext) async throws -> Text { request }

  private func hold(_ request: Text, _ context: ServerContext) async throws -> Text {
    context.holdReply(until: 1, at: gate)
    started.give(())
    return request
  }

  private func ignore(_ requests: RequestStream<Text>, _ context: ServerContext) async throws -> Text {
    try await Task.sleep(for: .seconds(600))
    return Text()
  }

  private func answerEach(
    _ requests: RequestStream<Text>, _ responses: ResponseWriter<Text>, _ context: ServerContext
  ) async throws {
    for try await request in requests { try await responses.send(request) }
  }

  private func pour(_ request: Text, _ responses: ResponseWriter<Text>, _ context: ServerContext) async throws {
    // Prefix, tag and length take 8 bytes.
    let text = Text(value: String(repeating: "x", count: Self.size - 8))
    while true {
      try await responses.send(text)
      poured.wrappingAdd(1, ordering: .relaxed)
    }
  }
}
