// The three streaming kinds over a loopback socket, and the services that come with the server.

import ProtobufRuntime
import Testing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(1))) struct StreamingCallTests {
  typealias Text = ProtobufStringValue

  @Test func aServerStreamArrivesInOrderAndEnds() async throws {
    try await withEcho { client, _, _ in
      let stream: ResponseStream<Text> = try await client.serverStreaming(EchoService.count, Text(value: "5000"))
      var next = 0
      for try await text in stream {
        #expect(text.value == "\(next)")
        next += 1
      }
      #expect(next == 5_000)
    }
  }

  @Test func aServerStreamEndsWithItsErrorAfterTheMessages() async throws {
    try await withEcho { client, _, _ in
      let stream: ResponseStream<Text> = try await client.serverStreaming(EchoService.count, Text(value: "3 then fail"))
      var count = 0
      do {
        for try await _ in stream { count += 1 }
        Issue.record("the stream ended without its error")
      } catch {
        #expect((error as? RPCError)?.code == .aborted)
      }
      #expect(count == 3)
    }
  }

  @Test func aClientStreamIsAnsweredOnce() async throws {
    try await withEcho { client, _, _ in
      let call: ClientStreamingCall<Text, Text> = try await client.clientStreaming(EchoService.join)
      for number in 0..<2_000 { try await call.send(Text(value: "\(number),")) }
      let answer = try await call.finish()
      #expect(answer.value == (0..<2_000).map { "\($0)," }.joined())
    }
  }

  @Test func bothSidesOfABidirectionalCallTalkInTurns() async throws {
    try await withEcho { client, _, _ in
      let call: BidirectionalCall<Text, Text> = try await client.bidirectional(EchoService.chat)
      var responses = call.responses.makeAsyncIterator()
      for number in 0..<100 {
        try await call.send(Text(value: "\(number)"))
        let answer = try await responses.next()
        #expect(answer?.value == "re: \(number)")
      }
      call.finishSending()
      let end = try await responses.next()
      #expect(end == nil)
    }
  }

  @Test func largeMessagesInAStreamAreNotHeldUpByTheWindow() async throws {
    try await withEcho { client, _, _ in
      let call: BidirectionalCall<Text, Text> = try await client.bidirectional(EchoService.chat)
      var responses = call.responses.makeAsyncIterator()
      let text = String(repeating: "z", count: 1_000_000)
      for _ in 0..<5 {
        try await call.send(Text(value: text))
        let answer = try await responses.next()
        #expect(answer?.value.utf8.count == 1_000_004)
      }
      call.finishSending()
      let end = try await responses.next()
      #expect(end == nil)
    }
  }

  @Test func lettingGoOfAStreamCancelsItsHandler() async throws {
    try await withEcho { client, echo, _ in
      do {
        let call: BidirectionalCall<Text, Text> = try await client.bidirectional(EchoService.chat)
        var responses = call.responses.makeAsyncIterator()
        try await call.send(Text(value: "hi"))
        let answer = try await responses.next()
        #expect(answer?.value == "re: hi")
      }
      var cancelled = echo.cancelled.stream.makeAsyncIterator()
      #expect(await cancelled.next() == "chat")
    }
  }

  @Test func aReaderThatDoesNotReadStopsTheWriter() async throws {
    try await withEcho { client, _, _ in
      let stream: ResponseStream<Text> = try await client.serverStreaming(EchoService.count, Text(value: "1000000"))
      var iterator = stream.makeAsyncIterator()
      let first = try await iterator.next()
      #expect(first?.value == "0")
      // A call on the same connection is not held up by it.
      let answer = try await client.say("meanwhile")
      #expect(answer == "meanwhile")
    }
  }

  @Test func healthTellsTheStatusAndEachChange() async throws {
    let health = HealthService(services: ["a.B"])
    let certificates = try TestCertificates.shared.get()
    var configuration = RPCServer.Configuration(tls: certificates.server())
    configuration.port = 0
    configuration.loops = 1
    let server = try RPCServer(configuration, services: [health])
    try await server.start()
    let client = try RPCClient(target: "localhost:\(server.boundPort ?? 0)", tls: certificates.client())
    let stub = HealthClient(client)
    let known = try await stub.check(HealthCheckRequest(service: "a.B"))
    #expect(known.status == .serving)
    let list = try await stub.list(HealthListRequest())
    #expect(list.statuses.keys.sorted() == ["", "a.B"])
    await #expect(throws: RPCError(.notFound, "service \"x\" is not known here")) {
      _ = try await stub.check(HealthCheckRequest(service: "x"))
    }
    let watch = try await stub.watch(HealthCheckRequest(service: "a.B"))
    var changes = watch.makeAsyncIterator()
    let now = try await changes.next()
    #expect(now?.status == .serving)
    health.set(.notServing, for: "a.B")
    let then = try await changes.next()
    #expect(then?.status == .notServing)
    watch.cancel()
    await client.close()
    await server.shutDown()
  }

  @Test func reflectionHandsOutSchemasInBothVersions() async throws {
    try await withEcho { client, _, _ in
      let call = try await ServerReflectionClient(client).serverReflectionInfo()
      var responses = call.responses.makeAsyncIterator()
      try await call.send(ServerReflectionRequest(messageRequest: .listServices("")))
      let list = try await responses.next()
      guard case .listServicesResponse(let services) = list?.messageResponse else {
        Issue.record("no list of services: \(String(describing: list))")
        return
      }
      #expect(
        services.service.map(\.name) == [
          "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
          "test.v1.Echo",
        ])
      try await call.send(ServerReflectionRequest(messageRequest: .fileContainingSymbol("grpc.health.v1.Health.Check")))
      let file = try await responses.next()
      guard case .fileDescriptorResponse(let files) = file?.messageResponse else {
        Issue.record("no file: \(String(describing: file))")
        return
      }
      let names = try files.fileDescriptorProto.map { try FileDescriptorProto(serializedBytes: $0).name }
      #expect(names == ["grpc/health/v1/health.proto"])
      try await call.send(ServerReflectionRequest(messageRequest: .fileByFilename("nothing.proto")))
      let nothing = try await responses.next()
      guard case .errorResponse(let error) = nothing?.messageResponse else {
        Issue.record("no error: \(String(describing: nothing))")
        return
      }
      #expect(error.errorCode == 5)
      call.finishSending()

      let old = try await V1AlphaServerReflectionClient(client).serverReflectionInfo()
      var oldResponses = old.responses.makeAsyncIterator()
      try await old.send(V1AlphaServerReflectionRequest(messageRequest: .listServices("")))
      guard case .listServicesResponse(let same) = try await oldResponses.next()?.messageResponse else {
        Issue.record("no list of services in v1alpha")
        return
      }
      #expect(same.service.count == 4)
      old.finishSending()
    }
  }
}
