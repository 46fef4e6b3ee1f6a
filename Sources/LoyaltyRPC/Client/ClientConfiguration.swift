// How a client behaves whatever the call.

import Logging

extension RPCClient {
  public struct Configuration: Sendable {
    public var limits = CallLimits.defaults

    /// Time to reach the server. 10 s: a lost SYN is sent again after 1, 3 and 7.
    public var connectTimeout = Duration.seconds(10)

    /// Seconds before the second attempt to connect; each later pause is 1.6 times as long, with 20% jitter
    /// (grpc/doc/connection-backoff.md).
    public var firstBackoffSeconds = 1.0
    public var maxBackoffSeconds = 120.0

    /// Calls that may wait for a connection. 10,000: more is a caller without back-pressure of its own.
    public var maxWaitingCalls = 10_000

    public var logger = Logger(label: "loyalty-rpc.client")

    public init() {}

    public static let defaults = Configuration()
  }
}
