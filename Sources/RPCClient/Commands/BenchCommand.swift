// `rpc-client bench`: how much a server bears, and how long its callers wait.

import ArgumentParser
import Dispatch
import Glibc
import LoyaltyRPC

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Loads a method and tells rate, latencies and errors.",
    discussion: """
      Closed loop (the default): connections x streams calls at once, the next when one ends. Open loop (--rate, --ramp,
      --steps): calls are due at their times whatever the server does, and latency counts from then, so that a server
      that stalls is not spared the calls that it held up (coordinated omission).

      Requests are JSON. Each call can have its own: {{seq}} is its number, {{uuid}}, {{now}}, {{random A B}} and, with
      --csv, {{COLUMN}} of the next row. A file given as -d @FILE holds one request a line (NDJSON), taken in turn. For
      methods that take a stream, the values of a line are the messages of one call.
      """)

  @Argument(help: "SERVICE/METHOD, such as loyalty.v1.LoyaltyService/GetTier.", completion: SymbolCompletion.methods)
  var method: String

  @Option(name: [.short, .long], help: "The request as JSON; @FILE has one on each line; may be repeated.")
  var data: [String] = []

  @Option(help: "CSV file whose columns the requests name as {{COLUMN}}.", completion: .file(extensions: ["csv"]))
  var csv: String?

  @Option(help: "How requests and rows are taken: sequence or random.")
  var order = RequestTemplates.Order.sequence

  @Option(help: "Seed of all random choices.")
  var seed: UInt64 = 1

  @Option(name: [.short, .long], help: "Connections.")
  var connections = 1

  @Option(name: [.customShort("m"), .long], help: "Calls at once on each connection.")
  var streams = 10

  @Option(help: "Open loop: calls per second.")
  var rate: Double?

  @Option(help: "Open loop: FROM:TO calls per second, evenly within --duration.")
  var ramp: String?

  @Option(help: "Open loop: FROM:TO:BY calls per second, each rate for an equal part of --duration.")
  var steps: String?

  @Option(help: "How long (default: 10s unless --count is given).")
  var duration: TimeSpan?

  @Option(name: [.customShort("n"), .long], help: "How many calls, instead of --duration.")
  var count: Int?

  @Option(help: "Time before the measurement in which calls are made and not counted.")
  var warmup: TimeSpan?

  @Option(help: "Exit with 5 if it holds: p99>20ms, mean>5ms, max>1s, errors>0, errors>1%, rate<1000. May be repeated.")
  var failIf: [Threshold] = []

  @Option(help: "What is printed on standard output: text, json, csv (a line a second) or html.")
  var format = BenchReport.Form.text

  @Option(
    help:
      "File to write the report to as well, in the form that its name ends in: .txt, .json, .csv or .html. May be repeated."
  )
  var report: [String] = []

  @Option(help: "How requests are compressed: none, gzip or deflate.")
  var compress = CallCommand.Compression.none

  @OptionGroup var options: ServerOptions

  /// 1,024: more sockets need a higher limit of open files first.
  private static let maxConnections = 1_024
  private static let maxStreams = 10_000

  func validate() throws {
    guard (1...Self.maxConnections).contains(connections) else {
      throw ValidationError("--connections goes from 1 to \(Self.maxConnections)")
    }
    guard (1...Self.maxStreams).contains(streams) else {
      throw ValidationError("--streams goes from 1 to \(Self.maxStreams)")
    }
    guard [rate != nil, ramp != nil, steps != nil].filter({ $0 }).count <= 1 else {
      throw ValidationError("--rate, --ramp and --steps exclude one another")
    }
    if let rate, !LoadSchedule.isRate(rate) {
      throw ValidationError("--rate goes from 0.001 to 10,000,000 calls a second")
    }
    if let count {
      guard count > 0 else { throw ValidationError("--count must be positive") }
      guard duration == nil else { throw ValidationError("--count and --duration exclude one another") }
      guard ramp == nil, steps == nil else { throw ValidationError("--ramp and --steps need --duration, not --count") }
    }
    if duration?.nanoseconds == 0 { throw ValidationError("--duration must be longer than 0") }
    for path in report {
      guard Self.form(path) != nil else {
        throw ValidationError("--report \(path): the name must end in .txt, .json, .csv or .html")
      }
    }
    _ = try shape()
  }

  private static func form(_ path: String) -> BenchReport.Form? {
    switch path.split(separator: ".").last {
    case "txt": .text
    case "json": .json
    case "csv": .csv
    case "html": .html
    default: nil
    }
  }

  private var span: TimeSpan { duration ?? TimeSpan("10s")! }

  private func shape() throws -> LoadShape {
    // A rate with --count goes on until all calls are made.
    if let rate { return .open(.constant(rate: rate, duration: count == nil ? span : TimeSpan("8000h")!)) }
    if let ramp {
      guard let schedule = LoadSchedule.ramp(ramp, duration: span) else {
        throw ValidationError("--ramp is FROM:TO in calls per second, such as 100:2000")
      }
      return .open(schedule)
    }
    if let steps {
      guard let schedule = LoadSchedule.steps(steps, duration: span) else {
        throw ValidationError("--steps is FROM:TO:BY in calls per second, such as 100:1000:100")
      }
      return .open(schedule)
    }
    return .closed
  }

  private var load: String {
    let size = "\(connections) connection\(connections == 1 ? "" : "s") x \(streams) stream\(streams == 1 ? "" : "s")"
    let end = count.map { "\($0) calls" } ?? "for \(span.defaultValueDescription)"
    let warm = warmup.map { " after \($0.defaultValueDescription) of warm-up" } ?? ""
    if let rate { return "open loop, \(Decimals.trimmed(rate)) calls/s, \(end)\(warm), \(size)" }
    if let ramp { return "open loop, ramp \(ramp) calls/s, \(end)\(warm), \(size)" }
    if let steps { return "open loop, steps \(steps) calls/s, \(end)\(warm), \(size)" }
    return "closed loop, \(size), \(end)\(warm)"
  }

  func run() async throws {
    try await options.run { server in
      let method = try await server.withSchemas { try await server.method(self.method, $0) }
      var plan = LoadGenerator.Plan(
        connections: connections, streams: streams, timeout: server.timeout?.duration ?? Server.defaultTimeout,
        metadata: server.metadata)
      switch compress {
      case .none: break
      case .gzip: plan.encoding = .gzip
      case .deflate: plan.encoding = .deflate
      }
      let generator: LoadGenerator
      do {
        generator = try LoadGenerator(
          target: server.address, tls: server.tls, method: method.descriptor, plan: plan,
          configuration: server.configuration)
      } catch {
        throw ToolError.failed("\(error)")
      }
      let templates = try RequestTemplates(
        try requests(method), method,
        csv: try csv.map { try CSVTable(String(decoding: try Output.read($0), as: UTF8.self), path: $0) },
        order: order, seed: seed
      ) { try generator.frame($0) }
      let shape = try shape()
      let run = LoadRun(
        generator, shape: shape, limit: count.map(LoadLimit.count) ?? .duration(span), warmUp: warmup,
        connections: connections, streams: streams, templates: templates)
      let startedAt = WallClock.now()
      let result = await observed(run)
      if let failure = result.failure { throw ToolError.status(RPCError(.unavailable, failure)) }
      if let failure = result.requestFailure { throw ToolError.badRequest(failure) }
      var isOpen = false
      if case .open = shape { isOpen = true }
      try tell(
        BenchReport(
          method: method.path, address: server.address, load: load, isOpenLoop: isOpen, startedAt: startedAt,
          wasInterrupted: result.wasInterrupted, statistics: result.statistics,
          crossed: failIf.compactMap { $0.crossing(result.statistics) }))
    }
  }

  private func requests(_ method: Method) throws -> [String] {
    if data.isEmpty { return method.schema.isClientStreaming ? [""] : ["{}"] }
    var requests: [String] = []
    for item in data {
      guard item.hasPrefix("@") else {
        requests.append(item)
        continue
      }
      let path = String(item.dropFirst())
      let lines = String(decoding: try Output.read(path), as: UTF8.self).split(separator: "\n").map(String.init)
        .filter { !$0.allSatisfy(\.isWhitespace) }
      guard !lines.isEmpty else { throw ToolError.badRequest("\(path) holds no request") }
      requests += lines
    }
    return requests
  }

  /// Runs the load with its live line, and with Ctrl-C ending it.
  private func observed(_ run: LoadRun) async -> LoadRun.Result {
    signal(SIGINT, SIG_IGN)
    let interrupt = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    interrupt.setEventHandler { run.interrupt() }
    interrupt.resume()
    defer {
      interrupt.cancel()
      signal(SIGINT, SIG_DFL)
    }
    let isLive = isatty(STDERR_FILENO) == 1 && !Output.isQuiet
    let live = Task {
      guard isLive else { return }
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(500))
        guard !Task.isCancelled else { return }
        Output.terminal("\r\u{1b}[K" + LiveLine.text(run.snapshot))
      }
    }
    let result = await run.finished()
    live.cancel()
    await live.value
    if isLive { Output.terminal("\r\u{1b}[K") }
    return result
  }

  private func tell(_ report: BenchReport) throws {
    Output.data(report.string(format))
    for path in self.report {
      if let form = Self.form(path) { try Output.write(report.string(form) + "\n", toFile: path) }
    }
    for crossed in report.crossed { Output.error("threshold crossed: \(crossed)") }
    if !report.crossed.isEmpty { throw ExitStatus.thresholdCrossed }
    if report.wasInterrupted { throw ExitStatus.interrupted }
  }
}

/// One line of progress.
enum LiveLine {
  static func text(_ snapshot: LiveSnapshot) -> String {
    guard let interval = snapshot.interval else { return snapshot.isWarmingUp ? "warming up…" : "…" }
    let time = { (value: UInt64) in TimeSpan.text(nanoseconds: Int64(value)) }
    let errors = "errors \(snapshot.errors)"
    return
      "\(interval.end / 1_000_000_000) s  \(Decimals.text(interval.rate, digits: 4))/s  p50 \(time(interval.p50))  "
      + "p99 \(time(interval.p99))  " + (snapshot.errors > 0 ? Style.standardError.paint(errors, .red) : errors)
  }
}

extension RequestTemplates.Order: ExpressibleByArgument {}

extension BenchReport.Form: ExpressibleByArgument {}

extension Threshold: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}
