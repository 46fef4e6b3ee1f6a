// What operators see of a client: durations of its calls, spans, and how its connections were made.

import COpenSSL
import CoreMetrics
import InMemoryTracing
import ProtobufRuntime
import Synchronization
import Testing
import Tracing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(2))) struct ClientTelemetryTests {
  /// A server in this process and a client of it with interceptors.
  private let obliging = ClosureService(say: { request, _ in
    if request.value == "fail" { throw RPCError(.notFound, "no such thing") }
    return request
  })

  private func say(_ client: RPCClient, _ text: String, _ options: CallOptions = .defaults) async {
    do {
      let _: ProtobufStringValue = try await client.unary(
        ClosureService.say, ProtobufStringValue(value: text), options: options)
    } catch {}
  }

  @Test func durationsAreRecordedByMethodStatusAndServer() async throws {
    let exporter = PrometheusExporter()
    try await withInProcessServer(obliging, client: [ClientMetrics(factory: exporter)]) { client in
      for text in ["a", "b", "fail"] { await say(client, text) }
    }
    let text = exporter.text()
    #expect(text.contains("# TYPE rpc_client_call_duration_seconds histogram\n"))
    for (status, count) in [("OK", 2), ("NOT_FOUND", 1)] {
      let labels =
        "rpc_method=\"test.v1.Closure/Say\",rpc_response_status_code=\"\(status)\",rpc_system_name=\"grpc\","
        + "server_address=\"in-process\""
      #expect(text.contains("rpc_client_call_duration_seconds_count{\(labels)} \(count)\n"), "\(text)")
    }
  }

  @Test func aCallThatAnInterceptorRefusesIsRecordedToo() async throws {
    struct Refusing: ClientInterceptor {
      func callStarts(_ method: MethodDescriptor, _ options: inout CallOptions) throws(RPCError) {
        throw RPCError(.failedPrecondition, "not today")
      }
    }
    let exporter = PrometheusExporter()
    let tracer = InMemoryTracer()
    let interceptors: [any ClientInterceptor] = [
      ClientMetrics(factory: exporter), ClientTracing(tracer: tracer), Refusing(),
    ]
    try await withInProcessServer(obliging, client: interceptors) { client in await say(client, "a") }
    #expect(exporter.text().contains("rpc_response_status_code=\"FAILED_PRECONDITION\""))
    #expect(tracer.finishedSpans.map { $0.status?.code == .error } == [true])
    #expect(tracer.activeSpans.isEmpty)
  }

  @Test func eachCallIsASpanOfKindClientWithOpenTelemetrysNames() async throws {
    let tracer = InMemoryTracer()
    try await withInProcessServer(obliging, client: [ClientTracing(tracer: tracer)]) { client in
      for text in ["a", "fail"] { await say(client, text) }
    }
    let spans = tracer.finishedSpans
    #expect(spans.map(\.operationName) == Array(repeating: "test.v1.Closure/Say", count: 2))
    #expect(spans.allSatisfy { $0.kind == .client })
    #expect(spans.allSatisfy { $0.attributes.get("server.address") == .string("in-process") })
    let codes = spans.map { $0.attributes.get("rpc.response.status_code") }
    #expect(codes == [.string("OK"), .string("NOT_FOUND")])
    #expect(spans.map { $0.attributes.get("error.type") } == [nil, .string("NOT_FOUND")])
    #expect(tracer.activeSpans.isEmpty)
  }

  @Test func theServersSpanIsAChildOfTheCallersAndThatOfItsTasks() async throws {
    let tracer = InMemoryTracer()
    try await withInProcessServer(
      obliging, server: [ServerTracing(tracer: tracer)], client: [ClientTracing(tracer: tracer)]
    ) { client in
      let own = tracer.startAnySpan("own", context: .topLevel)
      await ServiceContext.withValue(own.context) { await say(client, "a") }
      own.end()
    }
    let spans = tracer.finishedSpans
    let own = try #require(spans.first { $0.operationName == "own" })
    let called = try #require(spans.first { $0.kind == .client })
    let served = try #require(spans.first { $0.kind == .server })
    #expect(called.parentSpanID == own.spanID)
    #expect(served.parentSpanID == called.spanID)
    #expect(served.traceID == own.traceID)
  }

  @Test func aTraceThatNobodyHereTracesIsCarriedOut() async throws {
    let seen = Mutex<String?>(nil)
    let service = ClosureService(say: { request, context in
      seen.withLock { $0 = context.metadata["traceparent"] }
      return request
    })
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    try await withInProcessServer(service, client: [ClientTracing(tracer: NoOpTracer())]) { client in
      var context = ServiceContext.topLevel
      context.traceContext = TraceContext(parent: parent)
      await ServiceContext.withValue(context) { await say(client, "a") }
    }
    #expect(seen.withLock { $0 } == parent)
  }

  // MARK: - Sessions

  @Test(arguments: [true, false])
  func aConnectionMadeAnewTakesUpTheSessionUnlessToldNotTo(_ resumes: Bool) async throws {
    var limits = CallLimits.defaults
    limits.idleSeconds = 1
    let certificates = try TestCertificates.shared.get()
    try await withEcho(clientCertificate: true, limits: limits) { _, _, server in
      var tls = certificates.client(as: "partner")
      tls.resumesSessions = resumes
      let client = try RPCClient(target: "127.0.0.1:\(server.boundPort ?? 0)", tls: tls)
      let first = try await client.say("who")
      let before = try #require(await client.connection())
      #expect(!before.isResumed)
      // The server closes what is idle.
      for await state in client.connectivityChanges where state != .ready { break }
      let second = try await client.say("who")
      let after = try #require(await client.connection())
      #expect(after.isResumed == resumes)
      #expect([first, second] == ["aurora-air", "aurora-air"])
      await client.close()
    }
  }

  @Test func aSessionIsUsedOnceAndFewAreKept() throws {
    let sessions = ClientSessions()
    let made = (0..<6).map { _ in SSL_SESSION_new().map(ClientSessions.Session.init) }.compactMap { $0 }
    for session in made { sessions.add(session, for: "a") }
    var taken: [ClientSessions.Session] = []
    while let session = sessions.take(for: "a") { taken.append(session) }
    #expect(
      taken.map(ObjectIdentifier.init) == made.suffix(ClientSessions.maxEach).reversed().map(ObjectIdentifier.init))
    #expect(sessions.take(for: "b") == nil)
  }
}
