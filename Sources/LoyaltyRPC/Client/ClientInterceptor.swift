// What stands before and after every call of a client, and who makes it.

/// Sees the start and the end of every call.
public protocol ClientInterceptor: Sendable {
  /// Before a call is made; may change how. Called on the caller's thread.
  /// - Throws: to refuse the call, which ends with this error.
  func callStarts(_ method: MethodDescriptor, _ options: inout CallOptions) throws(RPCError)

  /// After the call, once, however it ended: answered, failed, cancelled, out of time, refused by an interceptor. Called on
  /// the client's event loop or the caller's thread, so it must not block.
  func callEnds(
    _ method: MethodDescriptor, _ options: CallOptions, status: StatusCode, message: String, trailers: Metadata)
}

extension ClientInterceptor {
  public func callStarts(_ method: MethodDescriptor, _ options: inout CallOptions) throws(RPCError) {}
  public func callEnds(
    _ method: MethodDescriptor, _ options: CallOptions, status: StatusCode, message: String, trailers: Metadata
  ) {}
}

/// Metadata that says who makes a call: a token that is fetched and renewed, say. Asked for each call, and only if the
/// connection is protected by TLS.
public protocol CallCredentials: Sendable {
  /// - Parameter authority: host and port that the call goes to.
  /// - Throws: to fail the call.
  func metadata(for method: MethodDescriptor, authority: String) async throws(RPCError) -> Metadata
}
