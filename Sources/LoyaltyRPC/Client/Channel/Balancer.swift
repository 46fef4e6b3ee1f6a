// What chooses among several servers. A balancer is a value: it is told what happens and says what to do.

/// What a channel's machinery is to do next.
enum ChannelAction: Equatable {
  /// Ask for the addresses of the name.
  case resolve
  /// Connect to an address; what becomes of it is told under this number.
  case connect(id: Int, ServerAddress)
  /// Drop a connection, or an attempt at one, once its calls are over.
  case close(id: Int)
}

/// What happens around a balancer at one moment.
struct BalancerContext {
  /// Nanoseconds of a clock that does not go back.
  let now: Int64
  /// From -1 to 1, anew each time.
  let random: () -> Double
  /// The number of the next connection.
  var nextID: Int
  var actions: [ChannelAction] = []

  mutating func connect(_ address: ServerAddress) -> Int {
    defer { nextID += 1 }
    actions.append(.connect(id: nextID, address))
    return nextID
  }
}

/// A way to choose. Events about connections that it does not know any more are dropped.
protocol Balancer {
  /// The addresses are these from now on.
  mutating func update(_ addresses: [ServerAddress], _ context: inout BalancerContext)
  /// Somebody wants to make calls.
  mutating func exitIdle(_ context: inout BalancerContext)
  /// A connection is secured and speaks HTTP/2.
  mutating func connected(_ id: Int, _ context: inout BalancerContext)
  /// A connection did not come about.
  mutating func failed(_ id: Int, _ failure: ConnectionFailure, _ context: inout BalancerContext)
  /// A connection takes no more calls.
  mutating func disconnected(_ id: Int, _ context: inout BalancerContext)
  mutating func timePassed(_ context: inout BalancerContext)

  var connectivity: ConnectivityState { get }
  /// Why there is no connection, while that is so.
  var failure: ConnectionFailure? { get }
  /// When `timePassed` is to be called.
  var nextWake: Int64? { get }
  /// The connection for the next call.
  mutating func pick() -> Int?
}

/// How a client chooses among the addresses of its target.
public enum LoadBalancing: Sendable, Hashable {
  /// One connection, to the first address that answers.
  case pickFirst
  /// A connection to each address, calls in turn.
  case roundRobin
}
