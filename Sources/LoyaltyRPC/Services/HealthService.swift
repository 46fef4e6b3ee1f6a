// grpc.health.v1: what load balancers and orchestrators ask before they send calls.

import Synchronization

/// The health of a server and its services. Make one, give it to the server, tell it what changes.
public final class HealthService: HealthHandler {
  public typealias ServingStatus = HealthCheckResponse.ServingStatus

  private struct State {
    /// By full name; the empty name is the server as a whole.
    var statuses: [String: ServingStatus]
    var watchers: [UInt64: (service: String, changes: AsyncStream<ServingStatus>.Continuation)] = [:]
    var nextWatcher: UInt64 = 0
    var isShutDown = false
  }

  private let state: Mutex<State>

  /// - Parameter services: full names of services that are serving from the start, beside the server itself.
  public init(services: [String] = []) {
    var statuses: [String: ServingStatus] = ["": .serving]
    for service in services { statuses[service] = .serving }
    state = Mutex(State(statuses: statuses))
  }

  /// Says how a service is; the empty name means the server. Watchers are told. Without effect after `shutDown`.
  public func set(_ status: ServingStatus, for service: String = "") {
    state.withLock { state in
      guard !state.isShutDown else { return }
      Self.set(status, for: service, in: &state)
    }
  }

  /// Everything is not serving from now on: for the time between the order to stop and the last call. Watchers are told and
  /// their calls end, so that they do not hold the shutdown up.
  public func shutDown() {
    state.withLock { state in
      state.isShutDown = true
      for service in state.statuses.keys { Self.set(.notServing, for: service, in: &state) }
      for watcher in state.watchers.values { watcher.changes.finish() }
    }
  }

  private static func set(_ status: ServingStatus, for service: String, in state: inout State) {
    guard state.statuses.updateValue(status, forKey: service) != status else { return }
    for watcher in state.watchers.values where watcher.service == service { watcher.changes.yield(status) }
  }

  // MARK: - HealthHandler

  public func check(_ request: HealthCheckRequest, context: ServerContext) async throws -> HealthCheckResponse {
    guard let status = state.withLock({ $0.statuses[request.service] }) else {
      throw RPCError(.notFound, "service \"\(request.service)\" is not known here")
    }
    return HealthCheckResponse(status: status)
  }

  public func list(_ request: HealthListRequest, context: ServerContext) async throws -> HealthListResponse {
    let statuses = state.withLock { $0.statuses }
    return HealthListResponse(statuses: statuses.mapValues { HealthCheckResponse(status: $0) })
  }

  public func watch(
    _ request: HealthCheckRequest, responses: ResponseWriter<HealthCheckResponse>, context: ServerContext
  ) async throws {
    // Only the newest status matters to a watcher that is behind.
    let (changes, continuation) = AsyncStream.makeStream(of: ServingStatus.self, bufferingPolicy: .bufferingNewest(1))
    let id = state.withLock { state in
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = (request.service, continuation)
      continuation.yield(state.statuses[request.service] ?? .serviceUnknown)
      if state.isShutDown { continuation.finish() }
      return state.nextWatcher
    }
    defer { state.withLock { state in state.watchers[id] = nil } }
    for await status in changes {
      try await responses.send(HealthCheckResponse(status: status))
    }
  }
}
