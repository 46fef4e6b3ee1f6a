// gRPC's service config: what an operator says of a service's methods, as JSON (grpc/doc/service_config.md).

import ProtobufRuntime

/// How calls are made unless they say otherwise.
public struct ServiceConfig: Sendable, Hashable {
  public struct Method: Sendable, Hashable {
    /// The longest time of a call; a call's own may be shorter.
    public var timeout: Duration?
    public var waitForReady: Bool?
    /// In bytes.
    public var maxRequestMessageBytes: Int?
    public var maxResponseMessageBytes: Int?
    public var retryPolicy: RetryPolicy?
    public var hedgingPolicy: HedgingPolicy?

    public init() {}
  }

  public var loadBalancing: LoadBalancing?
  public var retryThrottling: RetryThrottling?
  /// By `service/method`, by `service/` for all of a service, and by `/` for all.
  public var methods: [String: Method] = [:]

  public init() {}

  /// What applies to a method: its own entry, that of its service, or that of all.
  public func method(_ method: MethodDescriptor) -> Method {
    if methods.isEmpty { return Method() }
    return methods["\(method.service)/\(method.method)"] ?? methods["\(method.service)/"] ?? methods["/"] ?? Method()
  }
}

/// Why a text is no service config.
public struct ServiceConfigError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where, e.g. `methodConfig[0].retryPolicy.maxAttempts`; empty for the whole.
  public let path: String
  public let reason: String
  public var description: String { path.isEmpty ? "service config: \(reason)" : "service config, \(path): \(reason)" }
}

extension ServiceConfig {
  /// Reads the JSON form. Fields that are not known are passed over, as the format asks.
  /// - Throws: what is wrong and where.
  public init(json text: String) throws(ServiceConfigError) {
    self.init()
    let root: ProtobufStruct
    do {
      root = try ProtobufStruct(jsonString: text)
    } catch {
      throw ServiceConfigError(path: "", reason: "\(error)")
    }
    let reader = ConfigReader(root, path: "")
    if let name = try reader.string("loadBalancingPolicy") { loadBalancing = Self.balancing(name) }
    // The first that is known here; others are for other clients.
    for entry in try reader.objects("loadBalancingConfig") ?? [] {
      guard let known = entry.fields.keys.compactMap(Self.balancing).first else { continue }
      loadBalancing = known
      break
    }
    if let throttling = try reader.object("retryThrottling") {
      let tokens = try throttling.required("maxTokens", try throttling.number("maxTokens"))
      let ratio = try throttling.required("tokenRatio", try throttling.number("tokenRatio"))
      guard (1...1_000).contains(tokens) else { throw throttling.wrong("maxTokens", "is not from 1 to 1000") }
      guard ratio > 0 else { throw throttling.wrong("tokenRatio", "is not above 0") }
      retryThrottling = RetryThrottling(maxTokens: Int(tokens), tokenRatio: ratio)
    }
    for entry in try reader.objects("methodConfig") ?? [] {
      let method = try Self.method(entry)
      for name in try entry.objects("name") ?? [] {
        let service = try name.string("service") ?? ""
        let own = try name.string("method") ?? ""
        guard !service.isEmpty || own.isEmpty else { throw name.wrong("method", "stands without a service") }
        guard methods.updateValue(method, forKey: "\(service)/\(own)") == nil else {
          throw name.wrong("service", "\(service)/\(own) is configured twice")
        }
      }
    }
  }

  private static func balancing(_ name: String) -> LoadBalancing? {
    switch name.lowercased() {
    case "round_robin": .roundRobin
    case "pick_first": .pickFirst
    default: nil
    }
  }

  private static func method(_ entry: ConfigReader) throws(ServiceConfigError) -> Method {
    var method = Method()
    method.timeout = try entry.duration("timeout")
    method.waitForReady = try entry.bool("waitForReady")
    method.maxRequestMessageBytes = try entry.number("maxRequestMessageBytes").map { Int($0) }
    method.maxResponseMessageBytes = try entry.number("maxResponseMessageBytes").map { Int($0) }
    if let retry = try entry.object("retryPolicy") {
      let attempts = try retry.attempts()
      let initial = try retry.required("initialBackoff", try retry.duration("initialBackoff"))
      let longest = try retry.required("maxBackoff", try retry.duration("maxBackoff"))
      let multiplier = try retry.required("backoffMultiplier", try retry.number("backoffMultiplier"))
      let codes = try retry.codes("retryableStatusCodes")
      guard initial > .zero else { throw retry.wrong("initialBackoff", "is not above 0") }
      guard longest > .zero else { throw retry.wrong("maxBackoff", "is not above 0") }
      guard multiplier > 0 else { throw retry.wrong("backoffMultiplier", "is not above 0") }
      guard !codes.isEmpty else { throw retry.wrong("retryableStatusCodes", "is missing or empty") }
      method.retryPolicy = RetryPolicy(
        maxAttempts: attempts, initialBackoff: initial, maxBackoff: longest, backoffMultiplier: multiplier,
        retryableStatusCodes: codes)
    }
    if let hedging = try entry.object("hedgingPolicy") {
      guard method.retryPolicy == nil else { throw entry.wrong("hedgingPolicy", "stands beside a retryPolicy") }
      method.hedgingPolicy = HedgingPolicy(
        maxAttempts: try hedging.attempts(), hedgingDelay: try hedging.duration("hedgingDelay") ?? .zero,
        nonFatalStatusCodes: try hedging.codes("nonFatalStatusCodes"))
    }
    return method
  }
}
