// A service as the server takes it: generated handler protocols refine it and fill it in.

import ProtobufRuntime

/// Something a server can serve. A generated `…Handler` protocol provides all of it; a type conforms to that.
public protocol RPCService: Sendable {
  /// Full name, e.g. `loyalty.v1.LoyaltyService`.
  static var serviceName: String { get }
  /// The schema the service is declared in, for reflection.
  static var serviceFile: EmbeddedFile { get }
  var methods: [ServerMethod] { get }
  /// Those of `methods` that never wait, made of functions that are not `async`: they are answered on the event loop without a
  /// task. None unless a service says so.
  var immediateMethods: [ServerMethod] { get }
}

extension RPCService {
  public var immediateMethods: [ServerMethod] { [] }

  /// The methods as they are served: the immediate ones in their places.
  var servedMethods: [ServerMethod] {
    var served = methods
    for method in immediateMethods {
      if let place = served.firstIndex(where: { $0.descriptor.path == method.descriptor.path }) {
        served[place] = method
      } else {
        served.append(method)
      }
    }
    return served
  }
}

/// One method with the function that answers it.
public struct ServerMethod: Sendable {
  public let descriptor: MethodDescriptor
  let invoker: any MethodInvoker

  @inlinable
  public static func unary<Q: Message, R: Message>(
    _ descriptor: MethodDescriptor, _ body: @escaping @Sendable (Q, ServerContext) async throws -> R
  ) -> ServerMethod {
    ServerMethod(descriptor, unary: [Q.self, R.self]) { call, bytes in
      guard let request = call.decode(Q.self, bytes) else { return }
      call.run(
        Task.immediate {
          do {
            call.answer(
              call.isScoped
                ? try await call.scoped { () async throws -> R in try await body(request, call) }
                : try await body(request, call))
          } catch {
            call.fail(RPCError(thrownByHandler: error))
          }
        })
    }
  }

  /// A method that is answered before anything else happens on its event loop, without a task: most of what a small call costs
  /// beside its bytes. The function must not block.
  @inlinable
  public static func unary<Q: Message, R: Message>(
    _ descriptor: MethodDescriptor, _ body: @escaping @Sendable (Q, ServerContext) throws -> R
  ) -> ServerMethod {
    ServerMethod(descriptor, unary: [Q.self, R.self]) { call, bytes in
      guard let request = call.decode(Q.self, bytes) else { return }
      do {
        call.answerOnLoop(
          call.isScoped ? try call.scoped { () throws -> R in try body(request, call) } : try body(request, call))
      } catch {
        call.fail(RPCError(thrownByHandler: error))
      }
    }
  }

  @usableFromInline
  init(
    _ descriptor: MethodDescriptor, unary messageTypes: [any Message.Type],
    _ body: @escaping @Sendable (ServerContext, UnsafeRawBufferPointer) -> Void
  ) {
    self.init(descriptor: descriptor, invoker: UnaryInvoker(messageTypes, body))
  }

  init(descriptor: MethodDescriptor, invoker: any MethodInvoker) {
    self.descriptor = descriptor
    self.invoker = invoker
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
