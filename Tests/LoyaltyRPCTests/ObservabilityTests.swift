// What operators see of a server: numbers, traces, and the admin port, which `curl` looks at from outside.

import CoreMetrics
import InMemoryTracing
import ProtobufRuntime
import Synchronization
import Testing
import Tracing

@testable import LoyaltyRPC

@Suite(.timeLimit(.minutes(1))) struct ObservabilityTests {
  // MARK: - Trace context

  @Test(arguments: [
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
    ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later", true),
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false),
    ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
    ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
    ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
    ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false),
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", false), ("", false), ("00---", false),
  ])
  func traceparentIsReadAsW3CSays(_ text: String, _ isGood: Bool) {
    #expect((TraceContext(parent: text) != nil) == isGood)
  }

  @Test func traceparentIsWrittenAsItCame() {
    let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    #expect(TraceContext(parent: text)?.parent == text)
  }

  @Test func aTraceGoesOnToTheCallsThatAHandlerMakes() async throws {
    let seen = Mutex<[String?]>([])
    let inner = ClosureService(say: { request, context in
      seen.withLock { $0 = [context.metadata["traceparent"], context.metadata["tracestate"]] }
      return request
    })
    try await withInProcessServer(inner, server: [ServerTracing()]) { innerClient in
      let outer = ClosureService(say: { request, context in
        #expect(context.logger[metadataKey: "trace"] == "0af7651916cd43dd8448eb211c80319c")
        return try await innerClient.unary(ClosureService.say, request)
      })
      try await withInProcessServer(outer, server: [ServerTracing()]) { client in
        var options = CallOptions()
        try options.metadata.add("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", for: "traceparent")
        try options.metadata.add("vendor=1", for: "tracestate")
        let _: ProtobufStringValue = try await client.unary(
          ClosureService.say, ProtobufStringValue(value: "x"), options: options)
      }
    }
    #expect(
      seen.withLock { $0 } == ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=1"])
  }

  @Test func eachCallIsASpanWithOpenTelemetrysNames() async throws {
    let tracer = InMemoryTracer()
    let service = ClosureService(say: { request, context in
      #expect(context.serviceContext != nil)
      if request.value == "fail" { throw RPCError(.internal, "broken") }
      if request.value == "refuse" { throw RPCError(.notFound, "no such thing") }
      return request
    })
    try await withInProcessServer(service, server: [ServerTracing(tracer: tracer)]) { client in
      for text in ["fine", "fail", "refuse"] {
        do {
          let _: ProtobufStringValue = try await client.unary(ClosureService.say, ProtobufStringValue(value: text))
        } catch {}
      }
    }
    let spans = tracer.finishedSpans
    #expect(spans.map(\.operationName) == Array(repeating: "test.v1.Closure/Say", count: 3))
    #expect(spans.allSatisfy { $0.kind == .server })
    let codes = spans.map { $0.attributes.get("rpc.response.status_code") }
    #expect(codes == [.string("OK"), .string("INTERNAL"), .string("NOT_FOUND")])
    #expect(spans.map { $0.status?.code == .error } == [false, true, false])
  }

  // MARK: - Metrics

  @Test func callDurationsAreInPrometheusTextByMethodAndStatus() async throws {
    let exporter = PrometheusExporter()
    let service = ClosureService(say: { request, _ in
      if request.value == "fail" { throw RPCError(.aborted, "as asked") }
      return request
    })
    try await withInProcessServer(service, server: [ServerMetrics(factory: exporter)]) { client in
      for _ in 0..<3 {
        let _: ProtobufStringValue = try await client.unary(ClosureService.say, ProtobufStringValue(value: ""))
      }
      do {
        let _: ProtobufStringValue = try await client.unary(ClosureService.say, ProtobufStringValue(value: "fail"))
      } catch {}
      let unknown = MethodDescriptor(service: "made.up", method: "Name", kind: .unary)
      do { let _: ProtobufStringValue = try await client.unary(unknown, ProtobufStringValue(value: "")) } catch {}
    }
    let text = exporter.text()
    let labels = "rpc_method=\"test.v1.Closure/Say\",rpc_response_status_code=\"OK\",rpc_system_name=\"grpc\""
    #expect(text.contains("# TYPE rpc_server_call_duration_seconds histogram\n"))
    #expect(text.contains("rpc_server_call_duration_seconds_count{\(labels)} 3\n"))
    #expect(text.contains("rpc_server_call_duration_seconds_bucket{\(labels),le=\"+Inf\"} 3\n"))
    #expect(text.contains("rpc_response_status_code=\"ABORTED\",rpc_system_name=\"grpc\"} 1\n"))
    #expect(text.contains("rpc_server_calls_refused_total{rpc_response_status_code=\"UNIMPLEMENTED\""))
    #expect(!text.contains("made.up"))
  }

  @Test func theTextFormIsWhatPrometheusReads() {
    let exporter = PrometheusExporter(maxSeries: 4)
    Counter(label: "a.b-c", dimensions: [("x", "quote \" slash \\ line \n")], factory: exporter).increment(by: 2)
    Meter(label: "level", dimensions: [], factory: exporter).set(1.5)
    let histogram = Recorder(label: "size", dimensions: [], aggregate: true, factory: exporter)
    for value in [0, 1, 2, 5_000_000] { histogram.record(value) }
    exporter.addSource { [.init("source_total", .counter, 7), .init("gauge", .gauge, 0.25, labels: [("k", "v")])] }
    Counter(label: "fourth", factory: exporter).increment()
    Counter(label: "fifth", factory: exporter).increment()
    let text = exporter.text()
    for line in [
      "# TYPE a_b_c_total counter\na_b_c_total{x=\"quote \\\" slash \\\\ line \\n\"} 2\n",
      "# TYPE level gauge\nlevel 1.5\n",
      "size_bucket{le=\"1\"} 2\nsize_bucket{le=\"4\"} 3\n",
      "size_bucket{le=\"+Inf\"} 4\nsize_sum 5000003\nsize_count 4\n",
      "source_total 7\n", "gauge{k=\"v\"} 0.25\n", "fourth_total 1\n", "metrics_series_dropped_total 1\n",
    ] { #expect(text.contains(line), "no \(line) in\n\(text)") }
    #expect(!text.contains("fifth"))
  }

  // MARK: - Admin port

  @Test func theAdminPortTellsNumbersHealthAndReadinessToCurl() async throws {
    let ready = Mutex(AdminServer.Condition.unmet("recovering"))
    var configuration = AdminServer.Configuration()
    configuration.port = 0
    let admin = try AdminServer(
      configuration, metrics: { "# TYPE up gauge\nup 1\n" }, readiness: { ready.withLock { $0 } })
    try await admin.start()
    let address = "http://127.0.0.1:\(admin.boundPort ?? 0)"
    let curl = "curl -sS -w '%{http_code}'"
    #expect(try run("\(curl) \(address)/metrics") == "# TYPE up gauge\nup 1\n200")
    #expect(try run("\(curl) \(address)/healthz") == "ok\n200")
    #expect(try run("\(curl) \(address)/readyz") == "recovering\n503")
    ready.withLock { $0 = .met }
    #expect(try run("\(curl) \(address)/readyz?verbose") == "ok\n200")
    #expect(try run("\(curl) \(address)/other").hasSuffix("404"))
    #expect(try run("\(curl) -X POST \(address)/metrics").hasSuffix("405"))
    #expect(try run("\(curl) -I \(address)/healthz").contains("content-length: 3"))
    #expect(try run("\(curl) -H 'Host: evil.example' \(address)/metrics").hasSuffix("421"))
    await admin.shutDown()
  }

  @Test func theAdminPortListensOnLoopbackOnly() {
    var configuration = AdminServer.Configuration()
    configuration.host = "0.0.0.0"
    #expect(throws: RPCServerError.plaintextBeyondThisMachine(host: "0.0.0.0")) {
      _ = try AdminServer(configuration, metrics: { "" })
    }
  }
}
