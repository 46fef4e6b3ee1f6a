// A service with one method of each kind, for the tests.

import NIOCore
import ProtobufRuntime
import Synchronization

@testable import LoyaltyRPC

/// Answers what it is asked. The text of a request chooses what happens.
final class EchoService: RPCService {
  typealias Text = ProtobufStringValue

  static var serviceName: String { "test.v1.Echo" }
  static var serviceFile: EmbeddedFile { HealthService.serviceFile }

  static func method(_ name: String, _ kind: MethodKind) -> MethodDescriptor {
    MethodDescriptor(service: serviceName, method: name, kind: kind)
  }

  static let say = method("Say", .unary)
  static let count = method("Count", .serverStreaming)
  static let join = method("Join", .clientStreaming)
  static let chat = method("Chat", .bidirectional)

  let gate = ReplyGate()
  let cancelled = AsyncStream.makeStream(of: String.self)
  let started = AsyncStream.makeStream(of: String.self)

  var methods: [ServerMethod] {
    [
      .unary(Self.say, say), .serverStreaming(Self.count, count), .clientStreaming(Self.join, join),
      .bidirectional(Self.chat, chat),
    ]
  }

  func say(_ request: Text, _ context: ServerContext) async throws -> Text {
    switch request.value {
    case "fail":
      throw RPCError(
        .failedPrecondition, "not enough: 积分不足 100%",
        details: [ProtobufAny(packing: ErrorInfo(reason: "TOO_FEW", domain: "test", metadata: ["have": "3"]))])
    case "throw":
      throw Unexpected()
    case "wait":
      started.continuation.yield("wait")
      do {
        try await Task.sleep(for: .seconds(600))
      } catch {
        cancelled.continuation.yield("wait")
        throw error
      }
    case "suspend":
      await Task.yield()
    case "who":
      return Text(value: context.peer.certificate?.commonName ?? "nobody")
    case "metadata":
      var initial = Metadata()
      try initial.add("first", for: "x-initial")
      context.setInitialMetadata(initial)
      var trailers = Metadata()
      for entry in context.metadata.entries {
        switch entry.value {
        case .text(let text): try trailers.add(text, for: entry.name)
        case .binary(let bytes): try trailers.add(bytes, for: entry.name)
        }
      }
      context.setTrailers(trailers)
    case "time":
      return Text(value: context.timeRemaining == nil ? "none" : "some")
    case let text where text.hasPrefix("hold "):
      context.holdReply(until: UInt64(text.dropFirst(5)) ?? 0, at: gate)
      started.continuation.yield(text)
    case let text where text.hasPrefix("big "):
      return Text(value: String(repeating: "x", count: Int(text.dropFirst(4)) ?? 0))
    default:
      break
    }
    return request
  }

  struct Unexpected: Error {}

  func count(_ request: Text, _ responses: ResponseWriter<Text>, _ context: ServerContext) async throws {
    let (upTo, size) = (Int(request.value.split(separator: " ")[0]) ?? 0, request.value.count)
    for number in 0..<upTo { try await responses.send(Text(value: "\(number)")) }
    if size > 8 { throw RPCError(.aborted, "after \(upTo)") }
  }

  func join(_ requests: RequestStream<Text>, _ context: ServerContext) async throws -> Text {
    var all = ""
    for try await request in requests { all += request.value }
    return Text(value: all)
  }

  func chat(
    _ requests: RequestStream<Text>, _ responses: ResponseWriter<Text>, _ context: ServerContext
  ) async throws {
    do {
      for try await request in requests { try await responses.send(Text(value: "re: " + request.value)) }
    } catch {
      cancelled.continuation.yield("chat")
      throw error
    }
  }
}

/// A server with an EchoService on a port of the kernel's choice, and a client for it; both are closed at the end.
func withEcho(
  clientCertificate: Bool = false, clientAs name: String? = nil, limits: CallLimits = .defaults,
  interceptors: [any ServerInterceptor] = [], change: (inout RPCServer.Configuration) -> Void = { _ in },
  _ body: (RPCClient, EchoService, RPCServer) async throws -> Void
) async throws {
  let certificates = try TestCertificates.shared.get()
  let echo = EchoService()
  var configuration = RPCServer.Configuration(
    tls: certificates.server(
      clientCertificate: clientCertificate ? .requested(authorities: certificates.file("authority.pem")) : .none))
  configuration.port = 0
  configuration.loops = 1
  configuration.limits = limits
  configuration.interceptors = interceptors
  configuration.shutdownGraceSeconds = 5
  change(&configuration)
  let health = HealthService(services: [EchoService.serviceName])
  let services: [any RPCService] = [echo, health]
  let server = try RPCServer(configuration, services: services + Reflection.describing(services))
  try await server.start()
  let client = try RPCClient(target: "127.0.0.1:\(server.boundPort ?? 0)", tls: certificates.client(as: name))
  do {
    try await body(client, echo, server)
  } catch {
    await client.close()
    await server.shutDown()
    throw error
  }
  await client.close()
  await server.shutDown()
}

extension RPCClient {
  func say(_ text: String, _ options: CallOptions = .defaults) async throws -> String {
    let response: ProtobufStringValue = try await unary(
      EchoService.say, ProtobufStringValue(value: text), options: options)
    return response.value
  }
}
