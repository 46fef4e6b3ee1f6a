// The one error type of a call, the same for who answers it and who receives it.

import ProtobufRuntime

/// A call that ended with a status other than OK.
///
/// A handler throws it to choose the status; any other error a handler throws is answered UNKNOWN without its text, so
/// that nothing internal leaks to a peer. A client receives it from every call that failed, wherever it failed.
public struct RPCError: Error, Sendable, Hashable {
  /// Never `ok`.
  public var code: StatusCode

  /// For a developer, in English. Travels percent-encoded, so any text is possible.
  public var message: String

  /// Typed details (`google.rpc.BadRequest`, `ErrorInfo`, …), carried as a `google.rpc.Status`.
  public var details: [ProtobufAny]

  /// Trailers beside the status.
  public var metadata: Metadata

  public init(
    _ code: StatusCode, _ message: String, details: [ProtobufAny] = [], metadata: Metadata = Metadata()
  ) {
    self.code = code == .ok ? .unknown : code
    self.message = message
    self.details = details
    self.metadata = metadata
  }
}

extension RPCError: CustomStringConvertible {
  public var description: String {
    details.isEmpty
      ? "\(code.name): \(message)"
      : "\(code.name): \(message) (details: \(details.map(\.typeURL).joined(separator: ", ")))"
  }
}

extension RPCError {
  /// What a peer is told of an error that a handler threw.
  @usableFromInline
  init(thrownByHandler error: any Error) {
    switch error {
    case let error as RPCError: self = error
    case is CancellationError: self.init(.cancelled, "the handler was cancelled")
    default: self.init(.unknown, "the handler failed")
    }
  }
}
