// Unary calls over TLS and HTTP/2 on a loopback socket, own client against own server.

import ProtobufRuntime
import Synchronization
import Testing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(1))) struct UnaryCallTests {
  /// The error of a call that must fail.
  private func failure(_ body: () async throws -> String) async -> RPCError? {
    do {
      Issue.record("the call was answered: \(try await body())")
      return nil
    } catch {
      return error as? RPCError
    }
  }

  @Test func aCallIsAnswered() async throws {
    try await withEcho { client, _, _ in
      let answer = try await client.say("hello 你好")
      #expect(answer == "hello 你好")
    }
  }

  @Test func manyCallsShareOneConnection() async throws {
    try await withEcho { client, _, server in
      let sum = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<1_000 {
          group.addTask { Int(try await client.say("\(number)")) ?? 0 }
        }
        return try await group.reduce(0, +)
      }
      #expect(sum == 499_500)
      #expect(server.connectionCount == 1)
    }
  }

  @Test func aHandlerThatSuspendsIsAnsweredFromAnotherThread() async throws {
    try await withEcho { client, _, _ in
      let answer = try await client.say("suspend")
      #expect(answer == "suspend")
    }
  }

  @Test func anErrorArrivesWithCodeMessageAndDetails() async throws {
    try await withEcho { client, _, _ in
      let error = await failure { try await client.say("fail") }
      #expect(error?.code == .failedPrecondition)
      #expect(error?.message == "not enough: 积分不足 100%")
      #expect(error?.detail(ErrorInfo.self)?.reason == "TOO_FEW")
      #expect(error?.detail(ErrorInfo.self)?.metadata == ["have": "3"])
    }
  }

  @Test func anErrorOfTheHandlersOwnKindTellsThePeerNothing() async throws {
    try await withEcho { client, _, _ in
      let error = await failure { try await client.say("throw") }
      #expect(error?.code == .unknown)
      #expect(error?.message == "the handler failed")
    }
  }

  @Test func metadataTravelsBothWaysInTextAndBytes() async throws {
    try await withEcho { client, _, _ in
      var sent = Metadata()
      try sent.add("one", for: "x-text")
      try sent.add([0, 255, 1, 254], for: "x-data-bin")
      let response = try await client.unary(
        EchoService.say, encoded: ProtobufStringValue(value: "metadata").serializedBytes(),
        options: CallOptions(metadata: sent))
      #expect(response.initialMetadata["x-initial"] == "first")
      #expect(response.trailers["x-text"] == "one")
      #expect(response.trailers.binary("x-data-bin") == [0, 255, 1, 254])
    }
  }

  @Test func anUnknownMethodIsUnimplemented() async throws {
    try await withEcho { client, _, _ in
      let error = await failure {
        let answer: ProtobufStringValue = try await client.unary(
          MethodDescriptor(service: "test.v1.Echo", method: "Nothing", kind: .unary), ProtobufStringValue())
        return answer.value
      }
      #expect(error?.code == .unimplemented)
      #expect(error?.message == "method /test.v1.Echo/Nothing is not implemented here")
    }
  }

  @Test func bytesThatAreNoMessageFailTheCallAndNotTheConnection() async throws {
    try await withEcho { client, _, server in
      let error = await failure {
        "\(try await client.unary(EchoService.say, encoded: [0xff, 0xff, 0xff]))"
      }
      #expect(error?.code == .internal)
      let answer = try await client.say("still here")
      #expect(answer == "still here")
      #expect(server.connectionCount == 1)
    }
  }

  @Test func aMessageAboveTheLimitIsRefusedInBothDirections() async throws {
    var limits = CallLimits()
    limits.maxReceivedMessageBytes = 1_000
    try await withEcho(limits: limits) { client, _, _ in
      let request = await failure { try await client.say(String(repeating: "x", count: 1_001)) }
      #expect(request?.code == .resourceExhausted)
      let answer = try await client.say("still here")
      #expect(answer == "still here")
    }
    limits.maxReceivedMessageBytes = 4 << 20
    limits.maxSentMessageBytes = 1_000
    try await withEcho(limits: limits) { client, _, _ in
      let response = await failure { try await client.say("big 2000") }
      #expect(response?.code == .resourceExhausted)
    }
  }

  @Test(arguments: [0, 1, 16_000, 70_000, 1_000_000, 4_000_000]) func messagesOfAllSizesPass(_ size: Int) async throws {
    try await withEcho { client, _, _ in
      let text = String(repeating: "y", count: size)
      let answer = try await client.say(text)
      #expect(answer == text)
      let long = try await client.say("big \(size)")
      #expect(long.utf8.count == size)
    }
  }

  @Test(arguments: [MessageEncoding.gzip, .deflate]) func compressedRequestsAreRead(_ encoding: MessageEncoding)
    async throws
  {
    try await withEcho { client, _, _ in
      let text = String(repeating: "abc", count: 10_000)
      let answer = try await client.say(text, CallOptions(encoding: encoding))
      #expect(answer == text)
    }
  }

  @Test func aCompressedBombIsStoppedAtTheLimit() async throws {
    var limits = CallLimits()
    limits.maxReceivedMessageBytes = 100_000
    try await withEcho(limits: limits) { client, _, _ in
      let error = await failure {
        try await client.say(String(repeating: "a", count: 1_000_000), CallOptions(encoding: .gzip))
      }
      #expect(error?.code == .resourceExhausted)
    }
  }

  @Test func theDeadlineEndsTheCallOnBothSides() async throws {
    try await withEcho { client, echo, _ in
      // Connected beforehand, so that the call reaches its handler well within its time.
      _ = try await client.say("hello")
      let error = await failure { try await client.say("wait", CallOptions(timeout: .seconds(1))) }
      #expect(error?.code == .deadlineExceeded)
      var cancelled = echo.cancelled.stream.makeAsyncIterator()
      #expect(await cancelled.next() == "wait")
      let time = try await client.say("time", CallOptions(timeout: .seconds(60)))
      #expect(time == "some")
    }
  }

  @Test func cancellingTheTaskCancelsTheHandler() async throws {
    try await withEcho { client, echo, _ in
      let task = Task { try await client.say("wait") }
      var started = echo.started.stream.makeAsyncIterator()
      #expect(await started.next() == "wait")
      task.cancel()
      let error = await failure { try await task.value }
      #expect(error?.code == .cancelled)
      var cancelled = echo.cancelled.stream.makeAsyncIterator()
      #expect(await cancelled.next() == "wait")
    }
  }

  @Test func interceptorsSeeEveryEndAndMayRefuse() async throws {
    let recorder = Recorder()
    try await withEcho(interceptors: [recorder]) { client, echo, _ in
      _ = try await client.say("fine")
      _ = await failure { try await client.say("fail") }
      var refused = Metadata()
      try refused.add("yes", for: "x-refuse")
      let error = await failure { try await client.say("fine", CallOptions(metadata: refused)) }
      #expect(error?.code == .permissionDenied)
      let task = Task { try await client.say("wait") }
      var started = echo.started.stream.makeAsyncIterator()
      _ = await started.next()
      task.cancel()
      _ = await failure { try await task.value }
      var cancelled = echo.cancelled.stream.makeAsyncIterator()
      _ = await cancelled.next()
    }
    #expect(recorder.ends.withLock { $0 } == [.ok, .failedPrecondition, .permissionDenied, .cancelled])
  }
}

private final class Recorder: ServerInterceptor {
  let ends = Mutex<[StatusCode]>([])

  func callStarts(_ call: ServerContext) throws(RPCError) {
    if call.metadata["x-refuse"] != nil { throw RPCError(.permissionDenied, "refused") }
  }

  func callEnds(_ call: ServerContext, status: StatusCode, message: String) {
    ends.withLock { $0.append(status) }
  }
}
