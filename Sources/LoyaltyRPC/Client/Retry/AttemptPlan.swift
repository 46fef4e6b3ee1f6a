// Which attempts a call makes. A value without a clock: outcomes go in, decisions come out.

/// What a server says of another attempt (`grpc-retry-pushback-ms`, gRFC A6).
enum RetryPushback: Equatable {
  case none
  /// Nanoseconds.
  case after(Int64)
  case never

  /// A number of milliseconds; a negative or malformed one forbids.
  init(_ value: String?) {
    guard let value else {
      self = .none
      return
    }
    guard let milliseconds = Int32(value), milliseconds >= 0 else {
      self = .never
      return
    }
    self = .after(Int64(milliseconds) * 1_000_000)
  }
}

/// The attempts of one call.
struct AttemptPlan: Sendable {
  enum Policy: Sendable {
    case once
    case retry(RetryPolicy)
    case hedge(HedgingPolicy)
  }

  enum Decision: Equatable {
    /// The call ends with this outcome.
    case finish
    /// Another attempt after so many nanoseconds.
    case attempt(after: Int64)
    /// Other attempts are under way: their outcome decides.
    case await
  }

  /// gRFC A6 allows clients to bound attempts; gRPC's own take 5.
  static let maxAttempts = 5
  /// Attempts beyond the first that the server had not looked at. 3: a server that refuses as often is full.
  static let maxTransparentRetries = 3

  let policy: Policy
  private(set) var started = 0
  private(set) var transparentRetries = 0
  /// The server, or the throttle, wants no more attempts.
  private var isStopped = false

  init(_ policy: Policy) {
    self.policy = policy
  }

  private var limit: Int {
    switch policy {
    case .once: 1
    case .retry(let policy): min(policy.maxAttempts, Self.maxAttempts)
    case .hedge(let policy): min(policy.maxAttempts, Self.maxAttempts)
    }
  }

  /// Another attempt may follow, so what was sent is kept.
  var mayRepeat: Bool { !isStopped && started < limit }

  /// An attempt begins.
  /// - Returns: nanoseconds after which the next one is due if none has answered; nil if none is.
  mutating func begin() -> Int64? {
    started += 1
    guard case .hedge(let policy) = policy, mayRepeat else { return nil }
    return Self.nanoseconds(policy.hedgingDelay)
  }

  /// The server has not looked at an attempt.
  /// - Returns: whether it may be repeated at once, for nothing.
  mutating func repeatUnprocessed() -> Bool {
    guard transparentRetries < Self.maxTransparentRetries else { return false }
    transparentRetries += 1
    return true
  }

  /// An attempt has failed before its response began.
  /// - Parameters:
  ///   - isLast: no other attempt is under way.
  ///   - random: from -1 to 1.
  mutating func failed(
    _ code: StatusCode, _ pushback: RetryPushback, isLast: Bool, throttle: inout RetryThrottle?, random: Double
  ) -> Decision {
    switch policy {
    case .once: return .finish
    case .retry(let policy):
      guard policy.retryableStatusCodes.contains(code) else { return .finish }
      throttle?.noteFailure()
      guard mayRepeat, pushback != .never, throttle?.allowsRetry != false else { return .finish }
      if case .after(let pause) = pushback { return .attempt(after: pause) }
      var pause = Double(Self.nanoseconds(policy.initialBackoff))
      let longest = Double(Self.nanoseconds(policy.maxBackoff))
      for _ in 1..<max(1, started) { pause *= max(policy.backoffMultiplier, 0) }
      return .attempt(after: Int64(min(pause, longest) * (1 + 0.2 * min(max(random, -1), 1))))
    case .hedge(let policy):
      guard policy.nonFatalStatusCodes.contains(code) else { return .finish }
      throttle?.noteFailure()
      if pushback == .never || throttle?.allowsRetry == false { isStopped = true }
      guard mayRepeat else { return isLast ? .finish : .await }
      if case .after(let pause) = pushback { return .attempt(after: pause) }
      return .attempt(after: 0)
    }
  }

  /// The time for another hedge has come.
  /// - Returns: whether to begin it.
  mutating func hedgeIsDue(throttle: RetryThrottle?) -> Bool {
    if throttle?.allowsRetry == false { isStopped = true }
    return mayRepeat
  }

  static func nanoseconds(_ duration: Duration) -> Int64 {
    let longest = Duration.nanoseconds(GRPCTimeout.longest)
    let (seconds, attoseconds) = min(max(duration, .zero), longest).components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
