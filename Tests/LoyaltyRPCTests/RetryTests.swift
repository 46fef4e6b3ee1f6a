// Which attempts a call makes, when a PING is due and what a service config says: values without a socket or a clock.

import Testing

@testable import LoyaltyRPC

@Suite struct RetryTests {
  private let retry = AttemptPlan.Policy.retry(
    RetryPolicy(
      maxAttempts: 4, initialBackoff: .milliseconds(100), maxBackoff: .milliseconds(300), backoffMultiplier: 2,
      retryableStatusCodes: [.unavailable]))
  private let hedge = AttemptPlan.Policy.hedge(
    HedgingPolicy(maxAttempts: 3, hedgingDelay: .milliseconds(50), nonFatalStatusCodes: [.unavailable]))

  private func failed(
    _ plan: inout AttemptPlan, _ code: StatusCode = .unavailable, _ pushback: String? = nil, isLast: Bool = true,
    throttle: inout RetryThrottle?, random: Double = 0
  ) -> AttemptPlan.Decision {
    plan.failed(code, RetryPushback(pushback), isLast: isLast, throttle: &throttle, random: random)
  }

  @Test func pausesBetweenAttemptsGrowUpToTheirLimitAndEnd() {
    var plan = AttemptPlan(retry)
    var throttle: RetryThrottle?
    var pauses: [AttemptPlan.Decision] = []
    for _ in 0..<4 {
      _ = plan.begin()
      pauses.append(failed(&plan, throttle: &throttle))
    }
    #expect(
      pauses == [
        .attempt(after: 100_000_000), .attempt(after: 200_000_000), .attempt(after: 300_000_000), .finish,
      ])
  }

  @Test func thePauseVariesByAFifth() {
    var throttle: RetryThrottle?
    var plan = AttemptPlan(retry)
    _ = plan.begin()
    let long = failed(&plan, throttle: &throttle, random: 1)
    let short = failed(&plan, throttle: &throttle, random: -1)
    #expect([long, short] == [.attempt(after: 120_000_000), .attempt(after: 80_000_000)])
  }

  @Test func otherCodesAreNotRetried() {
    var throttle: RetryThrottle?
    for code in StatusCode.allCases where code != .unavailable {
      var plan = AttemptPlan(retry)
      _ = plan.begin()
      let decision = failed(&plan, code, throttle: &throttle)
      #expect(decision == .finish)
    }
  }

  @Test func theServerSaysWhenAndWhether() {
    var throttle: RetryThrottle?
    for (pushback, expected) in [
      ("7", AttemptPlan.Decision.attempt(after: 7_000_000)), ("0", .attempt(after: 0)), ("-1", .finish),
      ("soon", .finish),
      ("", .finish), ("99999999999", .finish),
    ] {
      var plan = AttemptPlan(retry)
      _ = plan.begin()
      let decision = failed(&plan, .unavailable, pushback, throttle: &throttle)
      #expect(decision == expected)
    }
  }

  @Test func aThrottleStopsRetriesAtHalfItsTokensAndSuccessesGiveThemBack() {
    var throttle: RetryThrottle? = RetryThrottle(RetryThrottling(maxTokens: 4, tokenRatio: 0.5))
    var decisions: [Bool] = []
    for _ in 0..<4 {
      var plan = AttemptPlan(retry)
      _ = plan.begin()
      decisions.append(failed(&plan, throttle: &throttle) != .finish)
    }
    #expect(decisions == [true, false, false, false])
    #expect(throttle?.tokens == 0)
    for _ in 0..<7 { throttle?.noteSuccess() }
    #expect(throttle?.tokens == 3_500)
    for _ in 0..<7 { throttle?.noteSuccess() }
    #expect(throttle?.tokens == 4_000)
  }

  @Test func hedgesGoOutInTurnAndAFatalStatusEndsThem() {
    var plan = AttemptPlan(hedge)
    var throttle: RetryThrottle?
    let first = plan.begin()
    let isDue = plan.hedgeIsDue(throttle: throttle)
    let second = plan.begin()
    let early = failed(&plan, isLast: false, throttle: &throttle)
    let last = plan.begin()
    let rest = failed(&plan, isLast: false, throttle: &throttle)
    let fatal = failed(&plan, .invalidArgument, isLast: false, throttle: &throttle)
    #expect(first == 50_000_000)
    #expect(second == 50_000_000)
    #expect(last == nil)
    #expect(isDue)
    #expect(early == .attempt(after: 0))
    #expect(rest == .await)
    #expect(fatal == .finish)
  }

  @Test func aServerThatPushesBackGetsNoMoreHedges() {
    var plan = AttemptPlan(hedge)
    var throttle: RetryThrottle?
    _ = plan.begin()
    _ = plan.begin()
    let decision = failed(&plan, .unavailable, "-1", isLast: false, throttle: &throttle)
    let isDue = plan.hedgeIsDue(throttle: throttle)
    #expect(decision == .await)
    #expect(!isDue)
  }

  @Test func whatTheServerHasNotLookedAtIsRepeatedForNothingButNotForEver() {
    var plan = AttemptPlan(.once)
    _ = plan.begin()
    let repeats = (0..<4).map { _ in plan.repeatUnprocessed() }
    #expect(repeats == [true, true, true, false])
  }

  // MARK: - Keepalive

  /// Failures, pushback, hedges and successes in any order: attempts stay within their number and the call is not forgotten.
  @Test(arguments: 0..<400 as Range<UInt64>)
  func attemptsStayWithinTheirBoundsWhateverHappens(_ seed: UInt64) {
    AttemptFuzz.run(ChannelFuzz.bytes(seed, 200)) { Issue.record("seed \(seed): \($0)") }
  }

  @Test func aSilentServerIsAskedAndThenGivenUp() {
    var keepalive = ClientKeepalive(.init(interval: .seconds(10), timeout: .seconds(2)), now: 0)
    let second: UInt64 = 1_000_000_000
    let idle = keepalive.look(now: 10 * second, receivedBytes: 0, hasCalls: false)
    #expect(idle == .nothing)
    let heard = keepalive.look(now: 20 * second, receivedBytes: 5, hasCalls: true)
    #expect(heard == .nothing)
    #expect(keepalive.nextLook == 30 * second)
    let silent = keepalive.look(now: 30 * second, receivedBytes: 5, hasCalls: true)
    #expect(silent == .ping)
    #expect(keepalive.nextLook == 32 * second)
    let answered = keepalive.look(now: 32 * second, receivedBytes: 22, hasCalls: true)
    #expect(answered == .nothing)
    _ = keepalive.look(now: 42 * second, receivedBytes: 22, hasCalls: true)
    let dead = keepalive.look(now: 44 * second, receivedBytes: 22, hasCalls: true)
    #expect(dead == .dead(seconds: 2))
  }

  // MARK: - Service config

  @Test func aServiceConfigIsReadAsItsFormatSays() throws {
    let config = try ServiceConfig(
      json: """
        {"loadBalancingConfig": [{"xds": {}}, {"round_robin": {}}],
         "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.1},
         "methodConfig": [
           {"name": [{"service": "test.v1.Echo", "method": "Say"}], "timeout": "1.5s", "waitForReady": true,
            "maxRequestMessageBytes": "1024", "maxResponseMessageBytes": 2048,
            "retryPolicy": {"maxAttempts": 9, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
                            "retryableStatusCodes": ["UNAVAILABLE", "aborted", 8]}},
           {"name": [{"service": "test.v1.Echo"}, {}], "somethingNew": 1,
            "hedgingPolicy": {"maxAttempts": 3, "hedgingDelay": "0.5s", "nonFatalStatusCodes": ["INTERNAL"]}}]}
        """)
    #expect(config.loadBalancing == .roundRobin)
    #expect(config.retryThrottling == RetryThrottling(maxTokens: 10, tokenRatio: 0.1))
    let say = config.method(EchoService.say)
    #expect(say.timeout == .milliseconds(1_500))
    #expect(say.waitForReady == true)
    #expect(say.maxRequestMessageBytes == 1_024)
    #expect(say.maxResponseMessageBytes == 2_048)
    #expect(say.retryPolicy?.maxAttempts == 5)
    #expect(say.retryPolicy?.retryableStatusCodes == [.unavailable, .aborted, .resourceExhausted])
    #expect(config.method(EchoService.join).hedgingPolicy?.hedgingDelay == .milliseconds(500))
    let other = MethodDescriptor(service: "x.Y", method: "Z", kind: .unary)
    #expect(config.method(other).hedgingPolicy != nil)
  }

  @Test(arguments: [
    ("[]", ""), ("{", ""), (#"{"methodConfig": 1}"#, "methodConfig"),
    (#"{"methodConfig": [{"name": [{"method": "M"}]}]}"#, "methodConfig[0].name[0].method"),
    (#"{"methodConfig": [{"name": [{}, {}]}]}"#, "methodConfig[0].name[1].service"),
    (#"{"methodConfig": [{"name": [{}], "timeout": "soon"}]}"#, "methodConfig[0].timeout"),
    (#"{"methodConfig": [{"name": [{}], "timeout": "-1s"}]}"#, "methodConfig[0].timeout"),
    (
      #"{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 1}}]}"#,
      "methodConfig[0].retryPolicy.maxAttempts"
    ),
    (
      #"{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 2}}]}"#,
      "methodConfig[0].retryPolicy.initialBackoff"
    ),
    (
      #"{"methodConfig": [{"name": [{}], "hedgingPolicy": {"maxAttempts": 2, "nonFatalStatusCodes": ["NO"]}}]}"#,
      "methodConfig[0].hedgingPolicy.nonFatalStatusCodes"
    ),
    (#"{"retryThrottling": {"maxTokens": 0, "tokenRatio": 1}}"#, "retryThrottling.maxTokens"),
    (#"{"retryThrottling": {"maxTokens": 5}}"#, "retryThrottling.tokenRatio"),
  ]) func aMistakeIsNamedWithItsPlace(_ text: String, _ path: String) {
    do {
      _ = try ServiceConfig(json: text)
      Issue.record("\(text) was accepted")
    } catch {
      #expect(error.path == path)
    }
  }
}
