// Methods that are answered without a task.

import NIOCore
import ProtobufRuntime
import Synchronization
import Testing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(1))) struct ImmediateMethodTests {
  @Test func aMethodThatNeverWaitsIsAnsweredWithoutATask() async throws {
    try await withInProcessServer(ImmediateService()) { client in
      let immediate = try await client.ask(ImmediateService.now, "task")
      #expect(immediate == "none")
      let other = try await client.ask(ImmediateService.later, "task")
      #expect(other == "a task")
    }
  }

  @Test func itsErrorHasItsStatusAndAnyOtherErrorTellsNothing() async throws {
    try await withInProcessServer(ImmediateService()) { client in
      await #expect(throws: RPCError(.notFound, "no such thing")) {
        _ = try await client.ask(ImmediateService.now, "fail")
      }
      await #expect(throws: RPCError(.unknown, "the handler failed")) {
        _ = try await client.ask(ImmediateService.now, "throw")
      }
      let answer = try await client.ask(ImmediateService.now, "still here")
      #expect(answer == "still here")
    }
  }

  @Test func itsCallsInheritTheDeadline() async throws {
    try await withInProcessServer(ImmediateService()) { client in
      let bound = try await client.ask(ImmediateService.now, "deadline", CallOptions(timeout: .seconds(100)))
      #expect(bound == "a deadline")
      let free = try await client.ask(ImmediateService.now, "deadline")
      #expect(free == "none")
    }
  }

  @Test func itsReplyWaitsAtAGateAndIsGivenUpAtTheDeadline() async throws {
    let service = ImmediateService()
    try await withInProcessServer(service) { client in
      let error = await #expect(throws: RPCError.self) {
        _ = try await client.ask(ImmediateService.now, "hold", CallOptions(timeout: .milliseconds(50)))
      }
      #expect(error?.code == .deadlineExceeded)
      let held = Task { try await client.ask(ImmediateService.now, "hold") }
      service.gate.advance(to: 1)
      let answer = try await held.value
      #expect(answer == "hold")
    }
  }

  @Test func metadataCompressionAndInterceptorsWorkAsForAnyOther() async throws {
    let ends = EndsOfCalls()
    try await withInProcessServer(ImmediateService(), server: [ends]) { client in
      let response = try await client.unary(
        ImmediateService.now, encoded: ProtobufStringValue(value: "trailers").serializedBytes(), options: .defaults)
      #expect(response.trailers["x-text"] == "one")
      let long = String(repeating: "x", count: 4_000)
      let compressed = try await client.ask(ImmediateService.now, "gzip" + long)
      #expect(compressed == "gzip" + long)
      _ = try? await client.ask(ImmediateService.now, "fail")
      #expect(ends.statuses == [.ok, .ok, .notFound])
    }
  }

  @Test func aMethodOfTheOtherImplementationIsImmediateToo() async throws {
    struct Routed: RPCService {
      static var serviceName: String { ImmediateService.serviceName }
      static var serviceFile: EmbeddedFile { ImmediateService.serviceFile }
      let methods = ImmediateService().methods(or: ImmediateService()) { _ in true }
    }
    try await withInProcessServer(Routed()) { client in
      let answer = try await client.ask(ImmediateService.now, "task")
      #expect(answer == "none")
    }
  }
}

private final class ImmediateService: RPCService {
  typealias Text = ProtobufStringValue
  static var serviceName: String { "test.v1.Immediate" }
  static var serviceFile: EmbeddedFile { HealthService.serviceFile }
  static let now = MethodDescriptor(service: serviceName, method: "Now", kind: .unary)
  static let later = MethodDescriptor(service: serviceName, method: "Later", kind: .unary)

  let gate = ReplyGate()

  // As generated code has it: all methods, as if each might wait.
  var methods: [ServerMethod] {
    let waiting: @Sendable (Text, ServerContext) async throws -> Text = answer
    return [.unary(Self.now, waiting), .unary(Self.later, waiting)]
  }
  var immediateMethods: [ServerMethod] { [.unary(Self.now, answer)] }

  private func answer(_ request: Text, _ context: ServerContext) throws -> Text {
    switch request.value {
    case "task": return Text(value: withUnsafeCurrentTask { $0 == nil ? "none" : "a task" })
    case "fail": throw RPCError(.notFound, "no such thing")
    case "throw": throw EchoService.Unexpected()
    case "deadline": return Text(value: CallDeadline.current == nil ? "none" : "a deadline")
    case "hold": context.holdReply(until: 1, at: gate)
    case "trailers":
      var trailers = Metadata()
      try trailers.add("one", for: "x-text")
      context.setTrailers(trailers)
    case let text where text.hasPrefix("gzip"): context.compressReplies(.gzip)
    default: break
    }
    return request
  }
}

/// Keeps how calls ended.
private final class EndsOfCalls: ServerInterceptor {
  private let kept = Mutex<[StatusCode]>([])
  var statuses: [StatusCode] { kept.withLock { $0 } }
  func callEnds(_ call: ServerContext, status: StatusCode, message: String) { kept.withLock { $0.append(status) } }
}

extension RPCClient {
  fileprivate func ask(_ method: MethodDescriptor, _ text: String, _ options: CallOptions = .defaults) async throws
    -> String
  {
    let response: ProtobufStringValue = try await unary(method, ProtobufStringValue(value: text), options: options)
    return response.value
  }
}
