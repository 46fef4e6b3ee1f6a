// When a failed call is made again (gRFC A6, "gRPC Retry Design").

/// Another attempt after a failure.
public struct RetryPolicy: Sendable, Hashable {
  /// Attempts in all, 2 to 5; more is taken as 5.
  public var maxAttempts: Int
  public var initialBackoff: Duration
  public var maxBackoff: Duration
  public var backoffMultiplier: Double
  public var retryableStatusCodes: Set<StatusCode>

  public init(
    maxAttempts: Int, initialBackoff: Duration, maxBackoff: Duration, backoffMultiplier: Double,
    retryableStatusCodes: Set<StatusCode>
  ) {
    self.maxAttempts = maxAttempts
    self.initialBackoff = initialBackoff
    self.maxBackoff = maxBackoff
    self.backoffMultiplier = backoffMultiplier
    self.retryableStatusCodes = retryableStatusCodes
  }
}

/// Further attempts without waiting for the first to fail. For calls that may take effect several times.
public struct HedgingPolicy: Sendable, Hashable {
  /// Attempts in all, 2 to 5; more is taken as 5.
  public var maxAttempts: Int
  /// From one attempt to the next.
  public var hedgingDelay: Duration
  /// Codes that bring the next attempt forward; any other ends the call.
  public var nonFatalStatusCodes: Set<StatusCode>

  public init(maxAttempts: Int, hedgingDelay: Duration, nonFatalStatusCodes: Set<StatusCode> = []) {
    self.maxAttempts = maxAttempts
    self.hedgingDelay = hedgingDelay
    self.nonFatalStatusCodes = nonFatalStatusCodes
  }
}

/// How many attempts the server's failures leave room for, over all calls of a client: a server in trouble is not made worse.
public struct RetryThrottling: Sendable, Hashable {
  /// 1 to 1,000. Each failed attempt takes a token; no attempt is repeated with half of them or fewer left.
  public var maxTokens: Int
  /// What a success gives back.
  public var tokenRatio: Double

  public init(maxTokens: Int, tokenRatio: Double) {
    self.maxTokens = maxTokens
    self.tokenRatio = tokenRatio
  }
}

/// The tokens that are left. Counted in thousandths, as gRFC A6 allows.
struct RetryThrottle: Sendable, Equatable {
  private let limit: Int
  private let gain: Int
  private(set) var tokens: Int

  init(_ throttling: RetryThrottling) {
    limit = min(max(throttling.maxTokens, 1), 1_000) * 1_000
    gain = max(1, Int((min(max(throttling.tokenRatio, 0), 1_000) * 1_000).rounded()))
    tokens = limit
  }

  var allowsRetry: Bool { tokens > limit / 2 }

  mutating func noteSuccess() { tokens = min(limit, tokens + gain) }
  mutating func noteFailure() { tokens = max(0, tokens - 1_000) }
}
