// How a client stands with its servers (grpc/doc/connectivity-semantics-and-api.md).

/// Whether a client can make calls.
public enum ConnectivityState: Sendable, Hashable {
  /// Not connected, and nothing to do: the next call connects.
  case idle
  /// On the way to a first connection; calls wait.
  case connecting
  /// Calls are made at once.
  case ready
  /// Could not connect and tries again after a pause; calls fail at once unless they wait for readiness.
  case transientFailure
  /// Closed.
  case shutdown
}
