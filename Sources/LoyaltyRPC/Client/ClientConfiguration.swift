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

    /// How to choose among several addresses; the service config goes before it.
    public var loadBalancing = LoadBalancing.pickFirst

    /// Time-outs, retries and the like by method.
    public var serviceConfig = ServiceConfig()

    /// Bytes of a stream of requests that a call keeps for another attempt; beyond them it has no other. 256 KiB: what gRPC's
    /// own clients keep for a call.
    public var maxRetryBufferBytes = 256 << 10

    /// PINGs to a server that is silent; nil for none. TCP alone notices a lost peer after a quarter of an hour.
    public var keepalive: Keepalive?

    /// See each call's start and end, in this order.
    public var interceptors: [any ClientInterceptor] = []

    /// Who makes the calls, beside the client certificate. Sent over TLS only.
    public var credentials: (any CallCredentials)?

    public var logger = Logger(label: "loyalty-rpc.client")

    public struct Keepalive: Sendable, Hashable {
      /// Silence after which a PING is sent. Servers count PINGs that come more often than they like: rarely less than a minute.
      public var interval: Duration
      /// Time for the answer; afterwards the connection is given up. 20 s: gRPC's default.
      public var timeout: Duration
      /// Also while there is no call. Many servers take that amiss.
      public var isSentWithoutCalls: Bool

      public init(interval: Duration, timeout: Duration = .seconds(20), isSentWithoutCalls: Bool = false) {
        self.interval = interval
        self.timeout = timeout
        self.isSentWithoutCalls = isSentWithoutCalls
      }
    }

    public init() {}

    public static let defaults = Configuration()
  }
}
