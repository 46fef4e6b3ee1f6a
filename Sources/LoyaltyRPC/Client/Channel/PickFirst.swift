// pick_first: one connection, to the first address that answers. Addresses are tried in their order, the next one as soon as
// one fails or after a quarter of a second (RFC 8305, "Connection Attempt Delay"), so that a dead one does not hold up the
// others.

struct PickFirst: Balancer {
  private var addresses: [ServerAddress] = []
  private var attempts: [(id: Int, address: ServerAddress)] = []
  /// Index of the address to try next.
  private var nextAddress = 0
  private var nextAttemptAt: Int64?
  private var ready: (id: Int, address: ServerAddress)?
  private var backoff: ConnectionBackoff
  private var retryAt: Int64?
  /// Somebody wanted a connection and has not got one yet.
  private var isWanted = false
  private(set) var failure: ConnectionFailure?
  private var lastFailure: ConnectionFailure?

  /// Nanoseconds. 250 ms, RFC 8305 §5.
  static let attemptDelay: Int64 = 250_000_000

  init(backoff: ConnectionBackoff) {
    self.backoff = backoff
  }

  var connectivity: ConnectivityState {
    if ready != nil { return .ready }
    if failure != nil { return .transientFailure }
    return attempts.isEmpty ? .idle : .connecting
  }

  var nextWake: Int64? {
    switch (retryAt, nextAttemptAt) {
    case (let a?, let b?): min(a, b)
    case (let a, let b): a ?? b
    }
  }

  mutating func pick() -> Int? { ready?.id }

  mutating func update(_ addresses: [ServerAddress], _ context: inout BalancerContext) {
    self.addresses = addresses
    if let ready {
      guard !addresses.contains(ready.address) else { return }
      context.actions.append(.close(id: ready.id))
      self.ready = nil
      isWanted = true
    }
    for attempt in attempts where !addresses.contains(attempt.address) {
      context.actions.append(.close(id: attempt.id))
    }
    attempts.removeAll { !addresses.contains($0.address) }
    nextAddress = 0
    if isWanted, attempts.isEmpty, retryAt == nil { begin(&context) }
  }

  mutating func exitIdle(_ context: inout BalancerContext) {
    guard ready == nil, attempts.isEmpty, retryAt == nil else { return }
    isWanted = true
    begin(&context)
  }

  private mutating func begin(_ context: inout BalancerContext) {
    guard !addresses.isEmpty else { return }
    nextAddress = 0
    retryAt = nil
    startNext(&context)
  }

  private mutating func startNext(_ context: inout BalancerContext) {
    while nextAddress < addresses.count, attempts.contains(where: { $0.address == addresses[nextAddress] }) {
      nextAddress += 1
    }
    guard nextAddress < addresses.count else {
      nextAttemptAt = nil
      return
    }
    let address = addresses[nextAddress]
    nextAddress += 1
    attempts.append((context.connect(address), address))
    nextAttemptAt = nextAddress < addresses.count ? context.now + Self.attemptDelay : nil
  }

  mutating func connected(_ id: Int, _ context: inout BalancerContext) {
    guard let index = attempts.firstIndex(where: { $0.id == id }) else { return }
    ready = attempts.remove(at: index)
    for attempt in attempts { context.actions.append(.close(id: attempt.id)) }
    attempts = []
    nextAttemptAt = nil
    retryAt = nil
    failure = nil
    isWanted = false
    backoff.reset()
  }

  mutating func failed(_ id: Int, _ failure: ConnectionFailure, _ context: inout BalancerContext) {
    guard let index = attempts.firstIndex(where: { $0.id == id }) else { return }
    attempts.remove(at: index)
    lastFailure = failure
    if nextAddress < addresses.count {
      startNext(&context)
    }
    guard attempts.isEmpty else { return }
    self.failure = failure
    retryAt = context.now + backoff.next(random: context.random())
    nextAttemptAt = nil
    // The name may have moved.
    context.actions.append(.resolve)
  }

  mutating func disconnected(_ id: Int, _ context: inout BalancerContext) {
    guard ready?.id == id else { return }
    ready = nil
    context.actions.append(.resolve)
  }

  mutating func timePassed(_ context: inout BalancerContext) {
    if let at = retryAt, at <= context.now {
      begin(&context)
    } else if let at = nextAttemptAt, at <= context.now {
      startNext(&context)
    }
  }
}
