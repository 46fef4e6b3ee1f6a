// One service, several implementations: each call is given to the one that is chosen for it, by who calls or by anything
// else that an interceptor has found out. The client sees one service.

import ProtobufRuntime

extension RPCService {
  /// The methods of this service, each of which gives a call to `other`'s method of the same name when `choosesOther`
  /// says so. It is asked once a call, after the interceptors.
  public func methods(
    or other: Self, when choosesOther: @escaping @Sendable (ServerContext) -> Bool
  ) -> [ServerMethod] {
    zip(servedMethods, other.servedMethods).map { own, other in
      ServerMethod(
        descriptor: own.descriptor,
        invoker: RoutingInvoker(first: own.invoker, second: other.invoker, choosesSecond: choosesOther))
    }
  }
}

private struct RoutingInvoker: MethodInvoker {
  let first: any MethodInvoker
  let second: any MethodInvoker
  let choosesSecond: @Sendable (ServerContext) -> Bool

  var messageTypes: [any Message.Type] { first.messageTypes }

  func start(_ call: ServerContext, request: UnsafeRawBufferPointer) {
    (choosesSecond(call) ? second : first).start(call, request: request)
  }

  func start(_ call: ServerContext, requests: IncomingMessages) {
    (choosesSecond(call) ? second : first).start(call, requests: requests)
  }
}
