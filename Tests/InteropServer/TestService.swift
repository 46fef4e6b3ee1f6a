// gRPC's interoperability service over LoyaltyRPC, as interop-test-descriptions.md wants it.

import InteropAPI
import LoyaltyRPC
import ProtobufRuntime

struct TestService: TestServiceHandler {
  func emptyCall(_ request: Empty, context: ServerContext) async throws -> Empty { Empty() }

  func unaryCall(_ request: SimpleRequest, context: ServerContext) async throws -> SimpleResponse {
    try Self.check(request.expectCompressed, context)
    try Self.echoMetadata(context)
    try Self.echo(request.responseStatus)
    if request.responseCompressed?.value == true { context.compressReplies(.gzip) }
    return SimpleResponse(payload: try Self.payload(request.responseSize))
  }

  func streamingOutputCall(
    _ request: StreamingOutputCallRequest, responses: ResponseWriter<StreamingOutputCallResponse>,
    context: ServerContext
  ) async throws {
    try Self.echoMetadata(context)
    if request.responseParameters.contains(where: { $0.compressed?.value == true }) { context.compressReplies(.gzip) }
    try await Self.answer(request, responses)
  }

  func streamingInputCall(
    _ requests: RequestStream<StreamingInputCallRequest>, context: ServerContext
  ) async throws -> StreamingInputCallResponse {
    var size = 0
    for try await request in requests {
      try Self.check(request.expectCompressed, context)
      size += request.payload?.body.count ?? 0
    }
    return StreamingInputCallResponse(aggregatedPayloadSize: Int32(clamping: size))
  }

  func fullDuplexCall(
    _ requests: RequestStream<StreamingOutputCallRequest>, responses: ResponseWriter<StreamingOutputCallResponse>,
    context: ServerContext
  ) async throws {
    try Self.echoMetadata(context)
    for try await request in requests {
      try Self.echo(request.responseStatus)
      try await Self.answer(request, responses)
    }
  }

  func halfDuplexCall(
    _ requests: RequestStream<StreamingOutputCallRequest>, responses: ResponseWriter<StreamingOutputCallResponse>,
    context: ServerContext
  ) async throws {
    var all: [StreamingOutputCallRequest] = []
    for try await request in requests { all.append(request) }
    for request in all { try await Self.answer(request, responses) }
  }

  private static func answer(
    _ request: StreamingOutputCallRequest, _ responses: ResponseWriter<StreamingOutputCallResponse>
  ) async throws {
    for parameters in request.responseParameters {
      if parameters.intervalUs > 0 { try await Task.sleep(for: .microseconds(Int(parameters.intervalUs))) }
      try await responses.send(
        StreamingOutputCallResponse(payload: try payload(parameters.size)), compressed: parameters.compressed?.value)
    }
  }

  private static func payload(_ size: Int32) throws(RPCError) -> Payload {
    guard (0...(32 << 20)).contains(size) else { throw RPCError(.invalidArgument, "\(size) is no size of a response") }
    return Payload(type: .compressable, body: Array(repeating: 0, count: Int(size)))
  }

  private static func check(_ expected: BoolValue?, _ context: ServerContext) throws(RPCError) {
    guard let expected, expected.value != context.requestIsCompressed else { return }
    throw RPCError(
      .invalidArgument, "the message is \(context.requestIsCompressed ? "" : "not ")compressed, against what it says")
  }

  private static func echo(_ status: EchoStatus?) throws(RPCError) {
    guard let status, status.code != 0 else { return }
    throw RPCError(StatusCode(rawValue: Int(status.code)) ?? .unknown, status.message)
  }

  private static func echoMetadata(_ context: ServerContext) throws {
    if let text = context.metadata["x-grpc-test-echo-initial"] {
      var metadata = Metadata()
      try metadata.add(text, for: "x-grpc-test-echo-initial")
      context.setInitialMetadata(metadata)
    }
    if let bytes = context.metadata.binary("x-grpc-test-echo-trailing-bin") {
      var metadata = Metadata()
      try metadata.add(bytes, for: "x-grpc-test-echo-trailing-bin")
      context.setTrailers(metadata)
    }
  }
}
