// Drives the attempts of one call by bytes, as `ClientCall` does: for seeded tests and for libFuzzer alike.

@testable import LoyaltyRPC

enum AttemptFuzz {
  private enum Timer { case hedge, retry }

  /// The first bytes choose the policy, each two that follow are an event. Whatever they are: attempts stay within their number,
  /// pauses within their bounds, and the call ends or something is under way that ends it.
  static func run(_ bytes: [UInt8], problem: (String) -> Void) {
    guard bytes.count > 6 else { return }
    let maxAttempts = Int(bytes[1] % 9)
    let pause = Duration.milliseconds(Int(bytes[2]) - 8)
    let longest = Duration.milliseconds(Int(bytes[3]) * 4)
    let codes = Set(StatusCode.allCases.filter { bytes[4] & (1 << UInt8($0.rawValue % 8)) != 0 })
    let policy: AttemptPlan.Policy
    switch bytes[0] % 3 {
    case 0: policy = .once
    case 1:
      policy = .retry(
        RetryPolicy(
          maxAttempts: maxAttempts, initialBackoff: pause, maxBackoff: longest,
          backoffMultiplier: Double(bytes[5]) - 16, retryableStatusCodes: codes))
    default:
      policy = .hedge(HedgingPolicy(maxAttempts: maxAttempts, hedgingDelay: pause, nonFatalStatusCodes: codes))
    }
    let limit = if case .once = policy { 1 } else { max(1, min(maxAttempts, AttemptPlan.maxAttempts)) }
    var throttle = bytes[0] & 0x80 == 0 ? nil : RetryThrottle(RetryThrottling(maxTokens: 4, tokenRatio: 0.5))
    var plan = AttemptPlan(policy)
    var underWay = 0
    var timer: Timer?
    var unprocessed = 0

    func begin() {
      underWay += 1
      timer = nil
      guard let delay = plan.begin() else { return }
      if delay < 0 { problem("a hedge is due \(-delay) ns ago") }
      timer = .hedge
    }

    begin()
    for index in stride(from: 6, to: bytes.count - 1, by: 2) {
      let argument = bytes[index + 1]
      switch bytes[index] % 4 {
      case 0:  // an attempt fails
        guard underWay > 0 else { continue }
        underWay -= 1
        let code = StatusCode.allCases[1 + Int(argument) % (StatusCode.allCases.count - 1)]
        let pushback: RetryPushback =
          switch bytes[index] >> 6 {
          case 0, 1: .none
          case 2: .after(Int64(argument) * 1_000_000)
          default: .never
          }
        let mayRetry = throttle.map { throttle in
          var next = throttle
          next.noteFailure()
          return next.allowsRetry
        }
        switch plan.failed(
          code, pushback, isLast: underWay == 0, throttle: &throttle, random: Double(argument) / 64 - 2)
        {
        case .finish: return
        case .await:
          if underWay == 0 { problem("the call waits for nothing") }
        case .attempt(let after):
          if pushback == .never || mayRetry == false { problem("an attempt that is not wanted") }
          let bound = max(
            pushback == .after(after) ? after : 0,
            AttemptPlan.nanoseconds(longest) + AttemptPlan.nanoseconds(longest) / 5 + 1)
          if after < 0 || after > bound { problem("a pause of \(after) ns") }
          if after == 0 { begin() } else { timer = .retry }
        }
      case 1:  // the server has not looked at one
        guard underWay > 0 else { continue }
        underWay -= 1
        if plan.repeatUnprocessed() {
          unprocessed += 1
          underWay += 1
        } else {
          return
        }
      case 2:  // time passes
        switch timer {
        case nil: continue
        case .retry: begin()
        case .hedge:
          timer = nil
          if plan.hedgeIsDue(throttle: throttle) { begin() }
        }
      default:  // another call of the client succeeds
        throttle?.noteSuccess()
      }
      if plan.started > limit { problem("\(plan.started) attempts of \(limit)") }
      if unprocessed > AttemptPlan.maxTransparentRetries {
        problem("\(unprocessed) repetitions of what was not looked at")
      }
      if underWay == 0, timer == nil { problem("the call is forgotten") }
    }
  }
}
