// Where handlers go on when they have waited.

import NIOPosix
import ProtobufRuntime
import Testing

@testable import LoyaltyRPC

@Suite struct LoopExecutorTests {
  @Test func aHandlerThatTakesAndGivesAStreamIsOnItsEventLoopWheneverItHasWaited() async throws {
    let server = try RPCServer(.inProcess, services: [WhereService()])
    try await server.start()
    let client = RPCClient(inProcess: server)
    let call: BidirectionalCall<Text, Text> = try await client.bidirectional(WhereService.tell)
    var answers = call.responses.makeAsyncIterator()
    for _ in 0..<20 {
      try await call.send(Text())
      let answer = try await answers.next()
      #expect(answer?.value == "on the loop")
    }
    call.finishSending()
    let end = try await answers.next()
    #expect(end == nil)
    await client.close()
    await server.shutDown()
  }

  @Test(.timeLimit(.minutes(1))) func whatOutlivesTheLoopIsDoneElsewhere() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let executor = LoopExecutor(loop)
    #expect(await Task(executorPreference: executor) { loop.inEventLoop }.value)
    executor.stop()
    try await group.shutdownGracefully()
    #expect(await Task(executorPreference: executor) { !loop.inEventLoop }.value)
  }
}

private typealias Text = ProtobufStringValue

/// Tells where its handler runs.
private struct WhereService: RPCService {
  static var serviceName: String { "test.v1.Where" }
  static var serviceFile: EmbeddedFile { HealthService.serviceFile }
  static let tell = MethodDescriptor(service: serviceName, method: "Tell", kind: .bidirectional)

  var methods: [ServerMethod] { [.bidirectional(Self.tell, tell)] }

  private func tell(
    _ requests: RequestStream<Text>, _ responses: ResponseWriter<Text>, _ context: ServerContext
  ) async throws {
    for try await _ in requests {
      try await responses.send(Text(value: context.connection.eventLoop.inEventLoop ? "on the loop" : "elsewhere"))
    }
  }
}
