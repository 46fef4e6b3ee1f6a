// What stands before and after every handler: who may call, and what is counted and logged.

/// Sees the start and any end of every call. Called on the connection's event loop, so it must not block.
public protocol ServerInterceptor: Sendable {
  /// Before the request is decoded. May put values into the context for the handler.
  /// - Throws: to answer the call with this status; the handler does not run.
  func callStarts(_ call: ServerContext) throws(RPCError)

  /// After the call, once, however it ended: answered, refused, cancelled by the client, out of time.
  func callEnds(_ call: ServerContext, status: StatusCode, message: String)

  /// A call that was answered with an error before it had a context, so that neither of the above is called for it: an
  /// unknown method, no accepted certificate, headers or a request that are malformed or beyond a limit.
  /// - Parameter path: as the client sent it, e.g. `/loyalty.v1.LoyaltyService/Accrue`; cut off if it is unknown and long.
  func callRefused(path: String, peer: Peer, status: StatusCode, message: String)
}

extension ServerInterceptor {
  public func callStarts(_ call: ServerContext) throws(RPCError) {}
  public func callEnds(_ call: ServerContext, status: StatusCode, message: String) {}
  public func callRefused(path: String, peer: Peer, status: StatusCode, message: String) {}
}
