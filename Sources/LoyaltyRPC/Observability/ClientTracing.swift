// A span for each call of a client, in the trace that its task is in, and in the trace that the server gets to know.

import Tracing

/// Opens a span of kind client around each call, with OpenTelemetry's rpc attributes, and sends its position along (W3C
/// `traceparent`, as the process's tracer writes it).
///
/// Without it a call carries the trace that its task is in as it is; with it the server's span is a child of the call's.
public struct ClientTracing: ClientInterceptor {
  private let tracer: any Tracer
  private let isTracing: Bool

  /// - Parameter tracer: nil for the process's own (`InstrumentationSystem.bootstrap`), as it is now.
  public init(tracer: (any Tracer)? = nil) {
    self.tracer = tracer ?? InstrumentationSystem.tracer
    isTracing = !(self.tracer is NoOpTracer)
  }

  public func callStarts(_ method: MethodDescriptor, _ options: inout CallOptions) throws(RPCError) {
    guard isTracing else { return }
    let name = String(method.path.dropFirst())
    let span = tracer.startAnySpan(name, context: .current ?? .topLevel, ofKind: .client)
    span.attributes["rpc.system.name"] = "grpc"
    span.attributes["rpc.method"] = name
    if let server = options.start?.server {
      span.attributes["server.address"] = server.address
      if let port = server.port { span.attributes["server.port"] = port }
    }
    tracer.inject(span.context, into: &options.metadata, using: MetadataCarrier())
    options.span = span
  }

  public func callEnds(
    _ method: MethodDescriptor, _ options: CallOptions, status: StatusCode, message: String, trailers: Metadata
  ) {
    guard isTracing, let span = options.span else { return }
    span.attributes["rpc.response.status_code"] = status.name
    if status != .ok {
      span.attributes["error.type"] = status.name
      span.setStatus(SpanStatus(code: .error, message: message))
    }
    span.end()
  }
}
