// The client: one target, one connection that many calls share.

import NIOCore
import NIOPosix
import ProtobufRuntime

/// Calls methods of a server. Generated `…Client` types stand on it.
///
/// It connects with the first call and again when the connection is lost, with growing pauses. It is safe to use from
/// any task; one client per target is enough.
public final class RPCClient: Sendable {
  private let transport: ClientTransport

  /// - Parameters:
  ///   - target: `host:port`, `[::1]:port` or `dns:///host:port` for a name that is resolved; `ipv4:` or `ipv6:` with a list
  ///     of addresses; `unix:PATH`.
  ///   - tls: whom to trust and who this side is.
  /// - Throws: `RPCClientError` for a target or a file that does not do. Nothing is connected yet.
  public convenience init(
    target: String, tls: ClientTLSConfiguration = ClientTLSConfiguration(), configuration: Configuration = .defaults
  ) throws(RPCClientError) {
    try self.init(target: target, security: .tls(tls), configuration: configuration)
  }

  /// - Parameter security: `plaintext` for a server on this machine only.
  /// - Throws: `RPCClientError` for a target or a file that does not do. Nothing is connected yet.
  public init(
    target: String, security: Security, configuration: Configuration = .defaults
  ) throws(RPCClientError) {
    let target = try ClientTarget(target)
    let context: ClientSecurityContext
    do {
      context = try ClientSecurityContext(security, host: target.host)
    } catch {
      throw .tls(error)
    }
    transport = ClientTransport(
      target, security: context, eventLoop: MultiThreadedEventLoopGroup.singleton.next(), configuration: configuration)
  }

  /// A client of a server in the same process, without a socket: for tests.
  /// - Parameter identity: who the server takes this client for; nil for a client without a certificate.
  public init(inProcess server: RPCServer, identity: PeerCertificate? = nil, configuration: Configuration = .defaults) {
    transport = ClientTransport(
      .inProcess, security: .plaintext, eventLoop: MultiThreadedEventLoopGroup.singleton.next(),
      configuration: configuration, server: (server, identity))
  }

  deinit {
    _ = transport.close()
  }

  /// Lets calls under way finish and closes the connection. Later calls fail with UNAVAILABLE.
  public func close() async {
    try? await transport.close().get()
  }

  /// What the connection made last is like, nil if none was made yet.
  public func connection() async -> ConnectionReport? {
    try? await transport.report().get()
  }

  // MARK: - The connection

  /// How the client stands with its servers now.
  public var connectivity: ConnectivityState { transport.connectivity }

  /// The state now and each that follows; a reader that is behind sees the newest. Ends when the client is closed.
  public var connectivityChanges: AsyncStream<ConnectivityState> { transport.watch() }

  /// Why there is no connection; nil unless the state is `transientFailure`.
  public var connectionFailure: ConnectionFailure? { transport.connectionFailure }

  /// Connects without waiting for a call.
  public func connect() { transport.exitIdle() }

  // MARK: - Typed calls

  public func unary<Q: Message, R: Message>(
    _ method: MethodDescriptor, _ request: Q, options: CallOptions = .defaults
  ) async throws(RPCError) -> R {
    let call = try await makeCall(method, options) { (options, limits) throws(RPCError) in
      try Self.frame(request, options.encoding, limits)
    }
    transport.submit(call)
    return try Self.decode(message: try await call.outcome().get().message)
  }

  public func serverStreaming<Q: Message, R: Message>(
    _ method: MethodDescriptor, _ request: Q, options: CallOptions = .defaults
  ) async throws(RPCError) -> ResponseStream<R> {
    let call = try await makeCall(method, options) { (options, limits) throws(RPCError) in
      try Self.frame(request, options.encoding, limits)
    }
    transport.submit(call)
    return ResponseStream(call)
  }

  public func clientStreaming<Q: Message, R: Message>(
    _ method: MethodDescriptor, options: CallOptions = .defaults
  ) async throws(RPCError) -> ClientStreamingCall<Q, R> {
    let call = try await makeCall(method, options) { (_, _) throws(RPCError) in [] }
    transport.submit(call)
    return ClientStreamingCall(call)
  }

  public func bidirectional<Q: Message, R: Message>(
    _ method: MethodDescriptor, options: CallOptions = .defaults
  ) async throws(RPCError) -> BidirectionalCall<Q, R> {
    let call = try await makeCall(method, options) { (_, _) throws(RPCError) in [] }
    transport.submit(call)
    return BidirectionalCall(call)
  }

  // MARK: - Calls in bytes, for callers without generated code

  /// Makes a call with an encoded request and hands back the encoded response.
  public func unary(
    _ method: MethodDescriptor, encoded request: [UInt8], options: CallOptions = .defaults
  ) async throws(RPCError) -> UnaryResponse {
    let call = try await makeCall(method, options) { (options, limits) throws(RPCError) in
      try Self.frame(request, options.encoding, limits)
    }
    transport.submit(call)
    return try await call.outcome().get()
  }

  /// Opens a call of any kind in bytes. What refuses it (an interceptor, credentials) is thrown by its `next`.
  public func open(_ method: MethodDescriptor, options: CallOptions = .defaults) -> EncodedCall {
    var options = options
    let refusal = transport.callStarts(method, &options)
    let limits = transport.configuration.limits
    let call = ClientCall(
      method, options: options, transport: transport, request: [],
      outgoing: OutgoingMessages(capacity: limits.sendBufferBytes),
      incoming: IncomingMessages(limits: limits), service: transport.service(method))
    if let refusal {
      transport.refuse(call, refusal)
    } else if transport.configuration.credentials != nil || options.credentials != nil {
      Task { [transport, options] in
        do {
          call.credentials = try await transport.credentials(method, options)
          transport.submit(call)
        } catch {
          transport.refuse(call, (error as? RPCError) ?? RPCError(.unauthenticated, "\(error)"))
        }
      }
    } else {
      transport.submit(call)
    }
    return EncodedCall(call)
  }

  // MARK: -

  private func makeCall(
    _ method: MethodDescriptor, _ options: CallOptions,
    _ request: (CallOptions, CallLimits) throws(RPCError) -> [UInt8]
  ) async throws(RPCError) -> ClientCall {
    var options = options
    if let refusal = transport.callStarts(method, &options) { throw refusal }
    let service = transport.service(method)
    var limits = transport.configuration.limits
    if let most = service.maxRequestMessageBytes { limits.maxSentMessageBytes = min(most, limits.maxSentMessageBytes) }
    if let most = service.maxResponseMessageBytes {
      limits.maxReceivedMessageBytes = min(most, limits.maxReceivedMessageBytes)
    }
    let framed: [UInt8]
    let credentials: Metadata
    do throws(RPCError) {
      framed = try request(options, limits)
      credentials = try await transport.credentials(method, options)
    } catch {
      transport.callRefused(method, options, error)
      throw error
    }
    let call = ClientCall(
      method, options: options, transport: transport, request: framed,
      outgoing: method.kind.takesOneRequest ? nil : OutgoingMessages(capacity: limits.sendBufferBytes),
      incoming: method.kind.givesOneResponse ? nil : IncomingMessages(limits: limits), service: service, limits: limits)
    call.credentials = credentials
    return call
  }

  /// Encodes a message behind its prefix.
  static func frame<Q: Message>(
    _ message: Q, _ encoding: MessageEncoding, _ limits: CallLimits
  ) throws(RPCError) -> [UInt8] {
    guard encoding == .identity else { return try frame(message.serializedBytes(), encoding, limits) }
    return try message.withSerializedBytes { (body) throws(RPCError) in
      try limits.checkSent(body.count)
      return MessageFrame.make(body, flags: 0)
    }
  }

  static func frame(
    _ message: [UInt8], _ encoding: MessageEncoding, _ limits: CallLimits
  ) throws(RPCError) -> [UInt8] {
    try limits.checkSent(message.count)
    guard encoding != .identity else { return MessageFrame.make(message, flags: 0) }
    return MessageFrame.make(try Compression.compress(message, encoding), flags: 1)
  }

  private func decode<R: Message>(_ bytes: [UInt8]) throws(RPCError) -> R {
    try Self.decode(message: bytes)
  }

  static func decode<R: Message>(message: [UInt8]) throws(RPCError) -> R {
    try message.withUnsafeBytesTyped { (bytes) throws(RPCError) in try decode(bytes) }
  }

  static func decode<R: Message>(_ bytes: UnsafeRawBufferPointer) throws(RPCError) -> R {
    do {
      return try R(serializedBytes: bytes)
    } catch {
      throw RPCError(.internal, "the response is no \(R.fullName): \(error)")
    }
  }
}
