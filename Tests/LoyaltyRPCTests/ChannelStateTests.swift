// A client between its target's name and its connections, without a socket and with a clock that the test turns.

import Testing

@testable import LoyaltyRPC

/// Drives a channel: keeps the time, and what the channel wants.
private struct Driver {
  var channel: ChannelState
  var now: Int64 = 1_000_000_000
  /// Connections that the channel has asked for and nobody has answered, by number.
  var connecting: [Int: String] = [:]
  var closed: [Int] = []
  var resolutions = 0

  init(_ balancing: LoadBalancing, isFixed: Bool = false) {
    channel = ChannelState(
      balancing, isFixed: isFixed, backoff: ConnectionBackoff(firstSeconds: 1, longestSeconds: 120), random: { 0 })
  }

  mutating func take(_ actions: [ChannelAction]) {
    for action in actions {
      switch action {
      case .resolve: resolutions += 1
      case .connect(let id, let address): connecting[id] = address.description
      case .close(let id):
        connecting[id] = nil
        closed.append(id)
      }
    }
  }

  mutating func exitIdle() { take(channel.exitIdle(now)) }
  mutating func resolved(_ hosts: String...) {
    take(channel.resolved(hosts.map { .ip($0, port: 1) }, now))
  }
  mutating func connected(_ id: Int) {
    connecting[id] = nil
    take(channel.connected(id, now))
  }
  mutating func failed(_ id: Int, _ failure: ConnectionFailure = .refused) {
    connecting[id] = nil
    take(channel.failed(id, failure, now))
  }
  mutating func disconnected(_ id: Int) { take(channel.disconnected(id, now)) }

  /// Lets time pass, waking the channel when it wants to be woken.
  mutating func pass(seconds: Double) {
    let end = now + Int64(seconds * 1e9)
    while let wake = channel.nextWake, wake <= end {
      now = max(now, wake)
      take(channel.timePassed(now))
    }
    now = end
  }
}

@Suite struct ChannelStateTests {
  @Test func nothingIsConnectedBeforeTheFirstCall() {
    var driver = Driver(.pickFirst)
    #expect(driver.channel.connectivity == .idle)
    #expect(driver.channel.nextWake == nil)
    driver.exitIdle()
    #expect(driver.resolutions == 1)
    #expect(driver.channel.connectivity == .connecting)
    let pick = driver.channel.pick()
    #expect(pick == .wait)
  }

  @Test func pickFirstTakesTheFirstAddressThatAnswers() {
    var driver = Driver(.pickFirst)
    driver.exitIdle()
    driver.resolved("10.0.0.1", "10.0.0.2")
    #expect(driver.connecting == [1: "10.0.0.1:1"])
    driver.failed(1)
    #expect(driver.connecting == [2: "10.0.0.2:1"])
    #expect(driver.channel.connectivity == .connecting)
    driver.connected(2)
    #expect(driver.channel.connectivity == .ready)
    let pick = driver.channel.pick()
    #expect(pick == .use(id: 2))
    #expect(driver.channel.failure == nil)
  }

  @Test func anAddressThatDoesNotAnswerHoldsTheNextUpForAQuarterOfASecond() {
    var driver = Driver(.pickFirst)
    driver.exitIdle()
    driver.resolved("10.0.0.1", "10.0.0.2", "10.0.0.3")
    driver.pass(seconds: 0.249)
    #expect(driver.connecting.count == 1)
    driver.pass(seconds: 0.002)
    #expect(driver.connecting.count == 2)
    driver.connected(2)
    #expect(driver.closed == [1])
    driver.pass(seconds: 10)
    #expect(driver.connecting.isEmpty)
    let late = driver.channel
    driver.connected(1)
    #expect(driver.channel.connectivity == late.connectivity)
  }

  @Test func pausesGrowAndCallsFailMeanwhile() {
    var driver = Driver(.pickFirst, isFixed: true)
    driver.exitIdle()
    driver.resolved("10.0.0.1")
    var id = 1
    for pause in [1, 1.6, 2.56, 4.096] {
      driver.failed(id)
      #expect(driver.channel.connectivity == .transientFailure)
      let pick = driver.channel.pick()
      #expect(pick == .fail(.refused))
      driver.pass(seconds: pause - 0.001)
      #expect(driver.connecting.isEmpty)
      driver.pass(seconds: 0.002)
      id += 1
      #expect(driver.connecting[id] == "10.0.0.1:1")
      // It is not known yet that this attempt is better.
      #expect(driver.channel.connectivity == .transientFailure)
    }
    driver.connected(id)
    #expect(driver.channel.connectivity == .ready)
    driver.disconnected(id)
    #expect(driver.channel.connectivity == .idle)
    driver.exitIdle()
    driver.failed(id + 1)
    #expect(driver.channel.nextWake == driver.now + 1_000_000_000)
  }

  @Test func thePauseIsBoundedAndVaries() {
    var longest = ConnectionBackoff(firstSeconds: 1, longestSeconds: 120)
    for _ in 0..<100 { _ = longest.next(random: 0) }
    let pauses = [longest.next(random: 1), longest.next(random: -1), longest.next(random: 7)]
    #expect(pauses == [144_000_000_000, 96_000_000_000, 144_000_000_000])
    longest.reset()
    let first = longest.next(random: 0)
    #expect(first == 1_000_000_000)
  }

  @Test func aLostConnectionIsMadeAgainByTheNextCall() {
    var driver = Driver(.pickFirst)
    driver.exitIdle()
    driver.resolved("10.0.0.1")
    driver.connected(1)
    driver.disconnected(1)
    #expect(driver.channel.connectivity == .idle)
    let pick = driver.channel.pick()
    #expect(pick == .wait)
    driver.exitIdle()
    #expect(driver.connecting == [2: "10.0.0.1:1"])
  }

  @Test func aNameIsAskedForAgainAfterAFailureButNotTooOften() {
    var driver = Driver(.pickFirst)
    driver.exitIdle()
    driver.resolved("10.0.0.1")
    driver.failed(1)
    #expect(driver.resolutions == 1)
    driver.pass(seconds: 29)
    #expect(driver.resolutions == 1)
    driver.pass(seconds: 2)
    #expect(driver.resolutions == 2)
    driver.resolved("10.0.0.9")
    #expect(driver.connecting.values.contains("10.0.0.9:1") || driver.channel.nextWake != nil)
    driver.pass(seconds: 120)
    #expect(driver.connecting.values.contains("10.0.0.9:1"))
  }

  @Test func fixedAddressesAreNotAskedForAgain() {
    var driver = Driver(.pickFirst, isFixed: true)
    driver.exitIdle()
    driver.resolved("10.0.0.1")
    driver.failed(1)
    driver.pass(seconds: 300)
    #expect(driver.resolutions == 1)
  }

  @Test func aNameThatIsUnknownFailsCallsAndIsAskedForAgain() {
    var driver = Driver(.roundRobin)
    driver.exitIdle()
    let unknown = ConnectionFailure.nameNotResolved(host: "nowhere", reason: "unknown")
    driver.take(driver.channel.resolutionFailed(unknown, driver.now))
    #expect(driver.channel.connectivity == .transientFailure)
    let pick = driver.channel.pick()
    #expect(pick == .fail(unknown))
    driver.pass(seconds: 1.1)
    #expect(driver.resolutions == 2)
    driver.resolved("10.0.0.1")
    #expect(driver.connecting.count == 1)
  }

  @Test func addressesStayInUseWhenTheNameServiceFails() {
    var driver = Driver(.pickFirst)
    driver.exitIdle()
    driver.resolved("10.0.0.1")
    driver.connected(1)
    driver.take(driver.channel.resolutionFailed(.other("down"), driver.now))
    #expect(driver.channel.connectivity == .ready)
  }

  @Test func aNameWithoutAddressesIsAFailure() {
    var driver = Driver(.pickFirst)
    driver.exitIdle()
    driver.resolved()
    #expect(driver.channel.connectivity == .transientFailure)
  }

  @Test func roundRobinSpreadsCallsOverWhatIsReady() {
    var driver = Driver(.roundRobin)
    driver.exitIdle()
    driver.resolved("10.0.0.1", "10.0.0.2", "10.0.0.3")
    #expect(driver.connecting.count == 3)
    driver.connected(1)
    #expect(driver.channel.connectivity == .ready)
    driver.connected(3)
    driver.failed(2)
    var picks: [Int: Int] = [:]
    for _ in 0..<10 { if case .use(let id) = driver.channel.pick() { picks[id, default: 0] += 1 } }
    #expect(picks == [1: 5, 3: 5])
    driver.pass(seconds: 1.1)
    let again = driver.connecting.first { $0.value == "10.0.0.2:1" }?.key
    driver.connected(again ?? 0)
    picks = [:]
    for _ in 0..<9 { if case .use(let id) = driver.channel.pick() { picks[id, default: 0] += 1 } }
    #expect(Array(picks.values) == [3, 3, 3])
  }

  @Test func roundRobinFollowsTheNamesAddresses() {
    var driver = Driver(.roundRobin)
    driver.exitIdle()
    driver.resolved("10.0.0.1", "10.0.0.2")
    driver.connected(1)
    driver.connected(2)
    driver.resolved("10.0.0.2", "10.0.0.3", "10.0.0.3")
    #expect(driver.closed == [1])
    #expect(Array(driver.connecting.values) == ["10.0.0.3:1"])
    let pick = driver.channel.pick()
    #expect(pick == .use(id: 2))
    driver.pass(seconds: 1)
    driver.disconnected(2)
    #expect(driver.connecting.values.sorted() == ["10.0.0.2:1", "10.0.0.3:1"])
  }

  @Test func roundRobinAsksAServerThatEndsEachConnectionOnceASecond() {
    var driver = Driver(.roundRobin)
    driver.exitIdle()
    driver.resolved("10.0.0.1")
    var attempts = 0
    for _ in 0..<100 {
      while let id = driver.connecting.keys.first {
        attempts += 1
        driver.connected(id)
        driver.disconnected(id)
        #expect(driver.channel.connectivity == .connecting)
        let pick = driver.channel.pick()
        #expect(pick == .wait)
        driver.exitIdle()
        guard attempts < 1_000 else { break }
      }
      driver.pass(seconds: 0.1)
    }
    #expect(attempts == 10)
  }

  @Test func roundRobinFailsCallsOnlyWhenNoAddressAnswers() {
    var driver = Driver(.roundRobin)
    driver.exitIdle()
    driver.resolved("10.0.0.1", "10.0.0.2")
    driver.failed(1, .timedOut(seconds: 1))
    #expect(driver.channel.connectivity == .connecting)
    driver.failed(2)
    let pick = driver.channel.pick()
    #expect(pick == .fail(.timedOut(seconds: 1)))
  }

  @Test func aClosedChannelDoesNothingMore() {
    var driver = Driver(.pickFirst)
    driver.exitIdle()
    driver.resolved("10.0.0.1")
    driver.channel.shutDown()
    driver.failed(1)
    driver.exitIdle()
    #expect(driver.connecting.isEmpty)
    #expect(driver.channel.nextWake == nil)
    let pick = driver.channel.pick()
    #expect(pick == .shutdown)
    #expect(driver.channel.connectivity == .shutdown)
  }

  /// Events in any order, also such as the channel has not asked for: what it says stays consistent, and it never stops
  /// trying while it is wanted.
  @Test(arguments: [LoadBalancing.pickFirst, .roundRobin], [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func itStaysConsistentWhateverHappens(_ balancing: LoadBalancing, _ seed: UInt64) {
    ChannelFuzz.run(balancing, Array(ChannelFuzz.bytes(seed, 4_000))) { Issue.record("seed \(seed): \($0)") }
  }

  // MARK: - Targets

  @Test func targetsAreNamesListsAndSockets() throws {
    #expect(
      try ClientTarget("ipv4:10.0.0.1:1,10.0.0.2:2").place
        == .addresses([.ip("10.0.0.1", port: 1), .ip("10.0.0.2", port: 2)]))
    #expect(try ClientTarget("ipv6:[::1]:1,[::2]:2").place == .addresses([.ip("::1", port: 1), .ip("::2", port: 2)]))
    #expect(try ClientTarget("unix:/run/x.sock").place == .addresses([.unix("/run/x.sock")]))
    #expect(try ClientTarget("unix:///run/x.sock").place == .addresses([.unix("/run/x.sock")]))
    #expect(try ClientTarget("unix:x.sock").place == .addresses([.unix("x.sock")]))
    #expect(try ClientTarget("desk.example.com:443").place == .name(host: "desk.example.com", port: 443))
    #expect(try ClientTarget("10.0.0.1:1").place == .addresses([.ip("10.0.0.1", port: 1)]))
    for text in ["ipv4:[::1]:1", "ipv6:10.0.0.1:1", "ipv4:", "ipv4:a:1", "ipv4:10.0.0.1:1,", "unix:"] {
      #expect(throws: RPCClientError.badTarget(text)) { try ClientTarget(text) }
    }
  }

  @Test func addressesOfBothKindsTakeTurns() {
    #expect(NameResolver.interleaved(["::1", "::2", "10.0.0.1"]) == ["::1", "10.0.0.1", "::2"])
    #expect(NameResolver.interleaved(["10.0.0.1", "::1", "::2", "::3"]) == ["10.0.0.1", "::1", "::2", "::3"])
    #expect(NameResolver.interleaved([]) == [])
  }
}
