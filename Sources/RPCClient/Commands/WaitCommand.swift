// `rpc-client wait`: for scripts that start a server and need it.

import ArgumentParser
import LoyaltyRPC

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Waits until a server is there: exit code 0, or 4 after --timeout.",
    discussion: "Tries ten times a second. What is amiss with this side's certificates or options ends it at once.")

  enum Goal: String, ExpressibleByArgument, CaseIterable {
    case reachable, serving
    case notServing = "not-serving"
  }

  @Argument(help: "A service to ask for; without it, the server as a whole.", completion: SymbolCompletion.services)
  var service: String?

  @Option(
    name: .customLong("for"),
    help: "What to wait for: reachable (TLS and HTTP/2 stand), serving or not-serving (as grpc.health.v1 answers).")
  var goal = Goal.serving

  @OptionGroup var options: ServerOptions

  /// Between attempts. 100 ms: a script does not notice, nor does the server.
  private static let pause = Duration.milliseconds(100)

  func run() async throws {
    try await options.run { server in
      let timeout = server.timeout?.duration ?? Server.defaultTimeout
      let end = ContinuousClock.now + timeout
      var last = "no answer"
      while ContinuousClock.now < end {
        switch try await attempt(server, until: end) {
        case .reached: return
        case .notYet(let reason): last = reason
        }
        try await Task.sleep(until: min(end, .now + Self.pause), clock: .continuous)
      }
      let time = TimeSpan.text(nanoseconds: timeout.nanosecondCount)
      throw ToolError(
        message: "\(server.address) is not \(goal.rawValue) after \(time): \(last)", exitCode: ExitStatus.waitedInVain)
    }
  }

  private enum Outcome {
    case reached
    case notYet(String)
  }

  private func attempt(_ server: Server, until end: ContinuousClock.Instant) async throws -> Outcome {
    var options = server.callOptions
    // One attempt hangs on a server that accepts and says nothing.
    options.timeout = min(end - .now, .seconds(2))
    do {
      return try await server.withClient { client in
        do {
          let status = try await HealthClient(client).check(
            HealthCheckRequest(service: service ?? ""), options: options
          )
          .status
          let isServing = status == .serving
          if goal == .reachable || isServing == (goal == .serving) { return .reached }
          return .notYet(HealthCommand.name(status))
        } catch let error as RPCError {
          // Any answer of the server will do.
          if goal == .reachable, await client.connection() != nil { return .reached }
          switch error.code {
          case .unavailable, .deadlineExceeded, .notFound, .cancelled: return .notYet("\(error)")
          case .unimplemented:
            throw ToolError.failed(
              "the server does not offer grpc.health.v1: wait --for reachable does without (\(error.message))")
          default: throw error
          }
        }
      }
    }
  }
}
