// `rpc-client health`: how a server says it is (grpc.health.v1).

import ArgumentParser
import LoyaltyRPC

struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health", abstract: "Asks a server how it is (grpc.health.v1): exit code 0 for SERVING, 3 otherwise.")

  @Argument(help: "A service; without it, the server as a whole.", completion: SymbolCompletion.services)
  var service: String?

  @Flag(help: "Stay, and print each change with its time, until Ctrl-C or --timeout.")
  var watch = false

  @OptionGroup var options: ServerOptions

  func run() async throws {
    try await options.run { server in
      let request = HealthCheckRequest(service: service ?? "")
      let status = try await server.withClient { client in
        watch
          ? try await follow(request, HealthClient(client), server)
          : try await HealthClient(client).check(request, options: server.callOptions).status
      }
      if !watch { Output.data(Self.name(status)) }
      guard status == .serving else { throw ExitStatus.notServing }
    }
  }

  /// Prints what comes until the server or the time ends it.
  /// - Returns: the last status.
  private func follow(
    _ request: HealthCheckRequest, _ health: HealthClient, _ server: Server
  ) async throws -> HealthCheckResponse.ServingStatus {
    var options = server.callOptions
    options.timeout = server.timeout?.duration
    var last = HealthCheckResponse.ServingStatus.unknown
    do {
      for try await answer in try await health.watch(request, options: options) {
        last = answer.status
        Output.data("\(WallClock.now()) \(Self.name(last))")
      }
    } catch let error as RPCError where error.code == .deadlineExceeded && server.timeout != nil {
      // The time that the user gave is over: that is how it should end.
    }
    return last
  }

  static func name(_ status: HealthCheckResponse.ServingStatus) -> String {
    switch status {
    case .serving: "SERVING"
    case .notServing: "NOT_SERVING"
    case .serviceUnknown: "SERVICE_UNKNOWN"
    default: "UNKNOWN"
    }
  }
}
