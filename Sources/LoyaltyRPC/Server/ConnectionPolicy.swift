// How long a server's connections live, and how it finds out that a peer is gone.

/// Keepalive and age of connections. Idleness is a limit of its own (`CallLimits.idleSeconds`).
public struct ConnectionPolicy: Sendable, Hashable {
  /// Seconds without a byte from a peer after which the server asks it with a PING whether it is still there. 300: below
  /// the 350 s after which load balancers and gateways forget a silent connection.
  public var keepaliveSeconds = 300

  /// Seconds in which a byte has to come after that PING; otherwise the connection is closed. 20: gRPC's own default.
  public var keepaliveTimeoutSeconds = 20

  /// Shortest time between PINGs with nothing of a call between them, in seconds. 10: the shortest keepalive that gRPC's own
  /// clients can be set to.
  public var minPingSeconds = 10

  /// PINGs that may come sooner than that; one more is answered with GOAWAY ENHANCE_YOUR_CALM and "too_many_pings", which
  /// gRPC clients take as the order to ping less often. 2: as gRPC's own servers have it.
  public var maxPingStrikes = 2

  /// Seconds after which a connection is closed in good order, so that clients spread anew over the servers behind a
  /// balancer. Each connection's age differs by up to a tenth, so that not all come back at once. Nil for no limit: one
  /// server alone gains nothing by it.
  public var maxAgeSeconds: Int?

  /// Seconds that calls under way may take after that before they are cut off. 60: longer than any call with a deadline
  /// should be.
  public var ageGraceSeconds = 60

  /// A quarter of the shortest, so that a limit is overrun by half at most.
  var watchSeconds: Int {
    max(1, min(keepaliveSeconds, keepaliveTimeoutSeconds, maxAgeSeconds ?? .max, ageGraceSeconds) / 4)
  }

  public init() {}

  public static let defaults = ConnectionPolicy()
}
