// A span for each call of a server, in the trace that the caller carries along.

import Tracing

/// Reads and writes what traces carry as metadata of calls.
struct MetadataCarrier: Extractor, Injector {
  func extract(key: String, from carrier: Metadata) -> String? { carrier[key.lowercased()] }

  func inject(_ value: String, forKey key: String, into carrier: inout Metadata) {
    // What is no metadata is not carried: a call never fails for its trace.
    try? carrier.add(value, for: key.lowercased())
  }
}

private enum ServerSpanKey: ServerContextKey {
  typealias Value = any Span
}

/// Takes up the trace of a call (W3C `traceparent`, and whatever the process's instrument knows), opens a span of kind
/// server around it with OpenTelemetry's rpc attributes, and hands the trace on to the calls that the handler makes.
///
/// Without a tracer (`InstrumentationSystem.bootstrap`) a trace is still handed on and named in logs.
public struct ServerTracing: ServerInterceptor {
  private let tracer: any Tracer
  private let isTracing: Bool

  /// - Parameter tracer: nil for the process's own, as it is now.
  public init(tracer: (any Tracer)? = nil) {
    self.tracer = tracer ?? InstrumentationSystem.tracer
    isTracing = !(self.tracer is NoOpTracer)
  }

  public func callStarts(_ call: ServerContext) throws(RPCError) {
    guard isTracing || !call.metadata.isEmpty else { return }
    let parent = call.metadata["traceparent"].flatMap { TraceContext(parent: $0, state: call.metadata["tracestate"]) }
    guard isTracing || parent != nil else { return }
    var context = ServiceContext.topLevel
    context.traceContext = parent
    if isTracing {
      tracer.extract(call.metadata, into: &context, using: MetadataCarrier())
      let span = tracer.startAnySpan(String(call.method.path.dropFirst()), context: context, ofKind: .server)
      span.attributes["rpc.system.name"] = "grpc"
      span.attributes["rpc.method"] = String(call.method.path.dropFirst())
      span.attributes["network.peer.address"] = call.peer.address
      call[ServerSpanKey.self] = span
      context = span.context
    }
    call.serviceContext = context
  }

  public func callEnds(_ call: ServerContext, status: StatusCode, message: String) {
    guard isTracing, let span = call[ServerSpanKey.self] else { return }
    span.attributes["rpc.response.status_code"] = status.name
    if status.isFaultOfServer {
      span.attributes["error.type"] = status.name
      span.setStatus(SpanStatus(code: .error, message: message))
    }
    span.end()
  }
}

extension StatusCode {
  /// A status that says that the server, not the caller, did something wrong (OpenTelemetry's semantic conventions for
  /// gRPC, "server spans").
  var isFaultOfServer: Bool {
    switch self {
    case .unknown, .deadlineExceeded, .unimplemented, .internal, .unavailable, .dataLoss: true
    default: false
    }
  }
}

/// What a call that is made carries of the trace that its task is in.
enum OutgoingTrace {
  /// Metadata with the trace beside it.
  /// - Parameter isInjected: what the process's tracer knows of the call is in there already.
  static func added(to metadata: Metadata, isInjected: Bool) -> Metadata {
    guard let context = ServiceContext.current else { return metadata }
    var metadata = metadata
    if !isInjected {
      InstrumentationSystem.instrument.inject(context, into: &metadata, using: MetadataCarrier())
    }
    if let trace = context.traceContext, metadata["traceparent"] == nil {
      MetadataCarrier().inject(trace.parent, forKey: "traceparent", into: &metadata)
      if let state = trace.state { MetadataCarrier().inject(state, forKey: "tracestate", into: &metadata) }
    }
    return metadata
  }
}
