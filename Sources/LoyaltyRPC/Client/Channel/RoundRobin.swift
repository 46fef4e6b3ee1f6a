// round_robin: a connection to each address, calls in turn over those that are ready.

struct RoundRobin: Balancer {
  private struct Subchannel {
    enum State: Equatable { case idle, connecting, ready, pausing(until: Int64) }
    let address: ServerAddress
    var id = -1
    var state = State.idle
    var backoff: ConnectionBackoff
    /// When the latest attempt began, nanoseconds.
    var attemptedAt: Int64 = 0
    /// Since it was last ready.
    var failure: ConnectionFailure?
  }

  private var subchannels: [Subchannel] = []
  private var turn = 0
  private let backoff: ConnectionBackoff
  private var isWanted = false

  init(backoff: ConnectionBackoff) {
    self.backoff = backoff
  }

  var connectivity: ConnectivityState {
    if subchannels.contains(where: { $0.state == .ready }) { return .ready }
    if subchannels.contains(where: { $0.state != .idle && $0.failure == nil }) { return .connecting }
    return failure == nil ? .idle : .transientFailure
  }

  var failure: ConnectionFailure? {
    for subchannel in subchannels where subchannel.state == .ready { return nil }
    return subchannels.lazy.compactMap(\.failure).first
  }

  var nextWake: Int64? {
    subchannels.compactMap { subchannel in
      if case .pausing(let until) = subchannel.state { until } else { nil }
    }.min()
  }

  mutating func pick() -> Int? {
    for _ in subchannels.indices {
      turn = turn + 1 < subchannels.count ? turn + 1 : 0
      if subchannels[turn].state == .ready { return subchannels[turn].id }
    }
    return nil
  }

  mutating func update(_ addresses: [ServerAddress], _ context: inout BalancerContext) {
    var kept: [Subchannel] = []
    for address in addresses where !kept.contains(where: { $0.address == address }) {
      kept.append(
        subchannels.first { $0.address == address } ?? Subchannel(address: address, backoff: backoff))
    }
    for gone in subchannels where !addresses.contains(gone.address) {
      if gone.state == .ready || gone.state == .connecting { context.actions.append(.close(id: gone.id)) }
    }
    subchannels = kept
    turn = min(turn, max(0, kept.count - 1))
    if isWanted { connectIdle(&context) }
  }

  mutating func exitIdle(_ context: inout BalancerContext) {
    isWanted = true
    connectIdle(&context)
  }

  private mutating func connectIdle(_ context: inout BalancerContext) {
    for index in subchannels.indices where subchannels[index].state == .idle { connect(index, &context) }
  }

  private mutating func connect(_ index: Int, _ context: inout BalancerContext) {
    subchannels[index].id = context.connect(subchannels[index].address)
    subchannels[index].attemptedAt = context.now
    subchannels[index].state = .connecting
  }

  private func index(_ id: Int, _ state: Subchannel.State) -> Int? {
    subchannels.firstIndex { $0.id == id && $0.state == state }
  }

  mutating func connected(_ id: Int, _ context: inout BalancerContext) {
    guard let index = index(id, .connecting) else { return }
    subchannels[index].state = .ready
    subchannels[index].failure = nil
    subchannels[index].backoff.reset()
  }

  mutating func failed(_ id: Int, _ failure: ConnectionFailure, _ context: inout BalancerContext) {
    guard let index = index(id, .connecting) else { return }
    subchannels[index].failure = failure
    let pause = subchannels[index].backoff.next(random: context.random())
    subchannels[index].state = .pausing(until: context.now + pause)
    context.actions.append(.resolve)
  }

  mutating func disconnected(_ id: Int, _ context: inout BalancerContext) {
    guard let index = index(id, .ready) else { return }
    context.actions.append(.resolve)
    // At once, unless the attempt before was less than the first pause ago: a server that takes connections and ends them
    // would be asked without end.
    let earliest = subchannels[index].attemptedAt + backoff.first
    if earliest <= context.now {
      connect(index, &context)
    } else {
      subchannels[index].state = .pausing(until: earliest)
    }
  }

  mutating func timePassed(_ context: inout BalancerContext) {
    for index in subchannels.indices {
      if case .pausing(let until) = subchannels[index].state, until <= context.now { connect(index, &context) }
    }
  }
}
