// The states of a client between its target's name and its connections: resolver, balancer, pauses. A value without a
// socket or a clock: events and the time go in, what to do comes out.

/// A channel as grpc/doc/connectivity-semantics-and-api.md describes it.
struct ChannelState {
  /// What becomes of a call.
  enum Pick: Equatable {
    case use(id: Int)
    case wait
    /// There is no connection and none under way: unless it waits for readiness, the call fails.
    case fail(ConnectionFailure)
    case shutdown
  }

  private enum Resolution {
    case never
    case underway
    case done(at: Int64)
    case failed(until: Int64)
  }

  /// Names are asked for at most every 30 s, as grpc's own resolvers do: a server that is down would otherwise make each
  /// client a load on the name service.
  static let minResolutionInterval: Int64 = 30_000_000_000

  private var balancer: any Balancer
  private var resolution = Resolution.never
  /// The addresses never change: nothing is resolved again.
  private let isFixed: Bool
  private var hasAddresses = false
  private var resolveAgainAt: Int64?
  private var resolveBackoff: ConnectionBackoff
  private var resolutionFailure: ConnectionFailure?
  private var isShutDown = false
  private var nextID = 1
  private let random: () -> Double

  /// - Parameter random: from -1 to 1.
  init(
    _ balancing: LoadBalancing, isFixed: Bool, backoff: ConnectionBackoff,
    random: @escaping () -> Double = { Double.random(in: -1...1) }
  ) {
    switch balancing {
    case .pickFirst: balancer = PickFirst(backoff: backoff)
    case .roundRobin: balancer = RoundRobin(backoff: backoff)
    }
    self.isFixed = isFixed
    resolveBackoff = backoff
    self.random = random
  }

  // MARK: - What it is like

  var connectivity: ConnectivityState {
    if isShutDown { return .shutdown }
    if hasAddresses { return balancer.connectivity }
    if resolutionFailure != nil { return .transientFailure }
    if case .underway = resolution { return .connecting }
    return .idle
  }

  /// Why there is no connection, in `transientFailure`.
  var failure: ConnectionFailure? { hasAddresses ? balancer.failure : resolutionFailure }

  /// When `timePassed` is to be called; nil for never.
  var nextWake: Int64? {
    if isShutDown { return nil }
    return [hasAddresses ? balancer.nextWake : nil, resolveAgainAt].compactMap { $0 }.min()
  }

  mutating func pick() -> Pick {
    if isShutDown { return .shutdown }
    switch connectivity {
    case .ready: return balancer.pick().map { .use(id: $0) } ?? .wait
    case .transientFailure: return .fail(failure ?? .other("not connected"))
    case .idle, .connecting, .shutdown: return .wait
    }
  }

  // MARK: - What happens

  /// Somebody wants to make calls.
  mutating func exitIdle(_ now: Int64) -> [ChannelAction] {
    event(now) { balancer, context, state in
      if case .never = state { context.actions.append(.resolve) }
      balancer.exitIdle(&context)
    }
  }

  mutating func resolved(_ addresses: [ServerAddress], _ now: Int64) -> [ChannelAction] {
    guard !addresses.isEmpty else {
      return resolutionFailed(.other("the name has no addresses"), now)
    }
    resolution = .done(at: now)
    resolveBackoff.reset()
    resolutionFailure = nil
    resolveAgainAt = nil
    hasAddresses = true
    return event(now) { balancer, context, _ in balancer.update(addresses, &context) }
  }

  /// Addresses that are known already stay in use.
  mutating func resolutionFailed(_ failure: ConnectionFailure, _ now: Int64) -> [ChannelAction] {
    guard !isShutDown else { return [] }
    let until = now + resolveBackoff.next(random: random())
    resolution = .failed(until: until)
    resolveAgainAt = until
    if !hasAddresses { resolutionFailure = failure }
    return []
  }

  mutating func connected(_ id: Int, _ now: Int64) -> [ChannelAction] {
    event(now) { balancer, context, _ in balancer.connected(id, &context) }
  }

  mutating func failed(_ id: Int, _ failure: ConnectionFailure, _ now: Int64) -> [ChannelAction] {
    event(now) { balancer, context, _ in balancer.failed(id, failure, &context) }
  }

  mutating func disconnected(_ id: Int, _ now: Int64) -> [ChannelAction] {
    event(now) { balancer, context, _ in balancer.disconnected(id, &context) }
  }

  mutating func timePassed(_ now: Int64) -> [ChannelAction] {
    var resolves = false
    if let at = resolveAgainAt, at <= now {
      resolveAgainAt = nil
      resolves = true
    }
    return event(now) { balancer, context, _ in
      if resolves { context.actions.append(.resolve) }
      balancer.timePassed(&context)
    }
  }

  mutating func shutDown() { isShutDown = true }

  private mutating func event(
    _ now: Int64, _ body: (inout any Balancer, inout BalancerContext, Resolution) -> Void
  ) -> [ChannelAction] {
    guard !isShutDown else { return [] }
    var context = BalancerContext(now: now, random: random, nextID: nextID)
    body(&balancer, &context, resolution)
    nextID = context.nextID
    let resolves = context.actions.contains(.resolve)
    var actions = context.actions.filter { $0 != .resolve }
    if resolves, mayResolve(now) { actions.append(.resolve) }
    return actions
  }

  /// Whether to ask for the name now; if it is too soon, it is asked for later.
  private mutating func mayResolve(_ now: Int64) -> Bool {
    switch resolution {
    case .underway: return false
    case .never: break
    case .done(let at):
      if isFixed { return false }
      guard now >= at + Self.minResolutionInterval else {
        resolveAgainAt = at + Self.minResolutionInterval
        return false
      }
    case .failed(let until):
      guard now >= until else {
        resolveAgainAt = until
        return false
      }
    }
    resolution = .underway
    return true
  }
}
