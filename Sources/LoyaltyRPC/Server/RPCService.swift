// A service as the server takes it: generated handler protocols refine it and fill it in.

import ProtobufRuntime

/// Something a server can serve. A generated `…Handler` protocol provides all of it; a type conforms to that.
public protocol RPCService: Sendable {
  /// Full name, e.g. `loyalty.v1.LoyaltyService`.
  static var serviceName: String { get }
  /// The schema the service is declared in, for reflection.
  static var serviceFile: EmbeddedFile { get }
  var methods: [ServerMethod] { get }
}

/// One method with the function that answers it.
public struct ServerMethod: Sendable {
  public let descriptor: MethodDescriptor
  let invoker: any MethodInvoker

  public static func unary<Q: Message, R: Message>(
    _ descriptor: MethodDescriptor, _ body: @escaping @Sendable (Q, ServerContext) async throws -> R
  ) -> ServerMethod {
    ServerMethod(descriptor: descriptor, invoker: UnaryInvoker(body: body))
  }

  public static func serverStreaming<Q: Message, R: Message>(
    _ descriptor: MethodDescriptor,
    _ body: @escaping @Sendable (Q, ResponseWriter<R>, ServerContext) async throws -> Void
  ) -> ServerMethod {
    ServerMethod(descriptor: descriptor, invoker: ServerStreamingInvoker(body: body))
  }

  public static func clientStreaming<Q: Message, R: Message>(
    _ descriptor: MethodDescriptor,
    _ body: @escaping @Sendable (RequestStream<Q>, ServerContext) async throws -> R
  ) -> ServerMethod {
    ServerMethod(descriptor: descriptor, invoker: ClientStreamingInvoker(body: body))
  }

  public static func bidirectional<Q: Message, R: Message>(
    _ descriptor: MethodDescriptor,
    _ body: @escaping @Sendable (RequestStream<Q>, ResponseWriter<R>, ServerContext) async throws -> Void
  ) -> ServerMethod {
    ServerMethod(descriptor: descriptor, invoker: BidirectionalInvoker(body: body))
  }
}
