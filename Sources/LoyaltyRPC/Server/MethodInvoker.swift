// From bytes to a handler and from what it returns to the reply, once for each kind of call. The types of the messages
// end here: below are bytes only.
//
// The function of a unary call is made in `ServerMethod.unary`, which is compiled in the module of the handler, for its very
// messages: through generic code a small call would be a tenth slower.

import ProtobufRuntime

/// Starts handlers. Called on the connection's event loop; a handler that does not suspend has answered on return.
protocol MethodInvoker: Sendable {
  /// The types of its messages.
  var messageTypes: [any Message.Type] { get }
  /// A call that takes one message, which is valid during the call only.
  func start(_ call: ServerContext, request: UnsafeRawBufferPointer)
  /// A call that takes a stream.
  func start(_ call: ServerContext, requests: IncomingMessages)
}

extension MethodInvoker {
  func start(_ call: ServerContext, request: UnsafeRawBufferPointer) {
    call.fail(RPCError(.internal, "\(call.method.path) takes a stream of messages"))
  }

  func start(_ call: ServerContext, requests: IncomingMessages) {
    call.fail(RPCError(.internal, "\(call.method.path) takes one message"))
  }

}

final class UnaryInvoker: MethodInvoker {
  let messageTypes: [any Message.Type]
  private let body: @Sendable (ServerContext, UnsafeRawBufferPointer) -> Void

  init(_ messageTypes: [any Message.Type], _ body: @escaping @Sendable (ServerContext, UnsafeRawBufferPointer) -> Void)
  {
    self.messageTypes = messageTypes
    self.body = body
  }

  func start(_ call: ServerContext, request bytes: UnsafeRawBufferPointer) { body(call, bytes) }
}

final class ServerStreamingInvoker<Q: Message, R: Message>: MethodInvoker {
  var messageTypes: [any Message.Type] { [Q.self, R.self] }
  private let body: @Sendable (Q, ResponseWriter<R>, ServerContext) async throws -> Void

  init(body: @escaping @Sendable (Q, ResponseWriter<R>, ServerContext) async throws -> Void) {
    self.body = body
  }

  func start(_ call: ServerContext, request bytes: UnsafeRawBufferPointer) {
    guard let request = call.decode(Q.self, bytes) else { return }
    let responses = ResponseWriter<R>(call, call.openResponses())
    call.run(
      Task.immediate { [body] in
        do {
          if call.isScoped {
            try await call.scoped { () async throws -> Void in try await body(request, responses, call) }
          } else {
            try await body(request, responses, call)
          }
          call.succeed()
        } catch {
          call.fail(RPCError(thrownByHandler: error))
        }
      })
  }
}

final class ClientStreamingInvoker<Q: Message, R: Message>: MethodInvoker {
  var messageTypes: [any Message.Type] { [Q.self, R.self] }
  private let body: @Sendable (RequestStream<Q>, ServerContext) async throws -> R

  init(body: @escaping @Sendable (RequestStream<Q>, ServerContext) async throws -> R) {
    self.body = body
  }

  func start(_ call: ServerContext, requests: IncomingMessages) {
    let requests = RequestStream<Q>(requests, call)
    call.run(
      Task.immediate { [body] in
        do {
          call.answer(
            call.isScoped
              ? try await call.scoped { () async throws -> R in try await body(requests, call) }
              : try await body(requests, call))
        } catch {
          call.fail(RPCError(thrownByHandler: error))
        }
      })
  }
}

final class BidirectionalInvoker<Q: Message, R: Message>: MethodInvoker {
  var messageTypes: [any Message.Type] { [Q.self, R.self] }
  private let body: @Sendable (RequestStream<Q>, ResponseWriter<R>, ServerContext) async throws -> Void

  init(body: @escaping @Sendable (RequestStream<Q>, ResponseWriter<R>, ServerContext) async throws -> Void) {
    self.body = body
  }

  func start(_ call: ServerContext, requests: IncomingMessages) {
    let requests = RequestStream<Q>(requests, call)
    let responses = ResponseWriter<R>(call, call.openResponses())
    call.run(
      Task.immediate(executorPreference: call.connection.resources.executor) { [body] in
        do {
          if call.isScoped {
            try await call.scoped { () async throws -> Void in try await body(requests, responses, call) }
          } else {
            try await body(requests, responses, call)
          }
          call.succeed()
        } catch {
          call.fail(RPCError(thrownByHandler: error))
        }
      })
  }
}
